//! Datagrams that came back by ICMP (RFC 3261 §18.4): nobody listens at a port, or no way leads
//! to a host. The kernel keeps them in the socket's error queue, with the first octets of what
//! was sent, so that the request concerned can be told from all others.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use bytes::Bytes;
use socket2::SockAddr;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Octets of the quotation that are looked at: routers quote up to 548 (RFC 1812 §4.3.2.3).
const QUOTED: usize = 576;

/// A datagram that was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeliverable {
    /// Where it was sent to.
    pub to: SocketAddr,
    /// How it begins, as far as it was quoted.
    pub quoted: Bytes,
}

/// The error queue of one UDP socket.
#[derive(Debug)]
pub struct ErrorQueue(Arc<AsyncFd<UdpSocket>>);

impl ErrorQueue {
    /// Has the kernel keep errors for this socket, which must be watched for
    /// [`Interest::ERROR`].
    ///
    /// # Errors
    /// What the system says.
    pub fn of(socket: &Arc<AsyncFd<UdpSocket>>, is_ipv4: bool) -> io::Result<ErrorQueue> {
        let (level, option) = if is_ipv4 {
            (libc::SOL_IP, libc::IP_RECVERR)
        } else {
            (libc::SOL_IPV6, libc::IPV6_RECVERR)
        };
        let on: libc::c_int = 1;
        // SAFETY: the option reads one int from where the pointer leads, and that lives.
        let done = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                level,
                option,
                (&raw const on).cast(),
                size_of::<libc::c_int>() as libc::socklen_t,
            )
        };
        if done != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(ErrorQueue(Arc::clone(socket)))
    }

    /// The next one.
    ///
    /// # Errors
    /// When the socket can not be read at all.
    pub async fn next(&mut self) -> io::Result<Undeliverable> {
        loop {
            let mut ready = self.0.ready(Interest::ERROR).await?;
            match ready.try_io(|socket| read(socket.get_ref())) {
                Ok(Ok(Some(found))) => return Ok(found),
                // Something smaller, like a change of the path's MTU; or not there any more.
                Ok(Ok(None)) | Err(_) => {}
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

/// Aligned as the kernel's control messages are.
#[repr(align(8))]
struct Control([u8; 256]);

/// One entry of the queue; `None` when it does not say that nobody is there.
fn read(socket: &UdpSocket) -> io::Result<Option<Undeliverable>> {
    let mut quoted = [0u8; QUOTED];
    let mut control = Control([0; 256]);
    let mut parts = libc::iovec {
        iov_base: quoted.as_mut_ptr().cast(),
        iov_len: quoted.len(),
    };
    // SAFETY: `recvmsg` writes at most the given lengths to the address, the quotation and the
    // control buffer, which all outlive the call, and tells how much it wrote; zeros are a
    // valid `msghdr`. The headers of control messages are walked by libc's own macros within
    // the length that was told, and each is read as what its level and type say.
    let ((length, dead), address) = unsafe {
        SockAddr::try_init(|storage, size| {
            let mut header: libc::msghdr = std::mem::zeroed();
            header.msg_name = storage.cast();
            header.msg_namelen = *size;
            header.msg_iov = &raw mut parts;
            header.msg_iovlen = 1;
            header.msg_control = control.0.as_mut_ptr().cast();
            header.msg_controllen = control.0.len();
            let flags = libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT;
            let length = libc::recvmsg(socket.as_raw_fd(), &raw mut header, flags);
            let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
            *size = header.msg_namelen;
            let mut dead = false;
            let mut at = libc::CMSG_FIRSTHDR(&raw const header);
            while !at.is_null() {
                let kind = ((*at).cmsg_level, (*at).cmsg_type);
                if kind == (libc::SOL_IP, libc::IP_RECVERR)
                    || kind == (libc::SOL_IPV6, libc::IPV6_RECVERR)
                {
                    let error = libc::CMSG_DATA(at).cast::<libc::sock_extended_err>();
                    dead |= says_nobody_is_there(std::ptr::read_unaligned(error).ee_errno);
                }
                at = libc::CMSG_NXTHDR(&raw const header, at);
            }
            Ok((length, dead))
        })?
    };
    let quoted = Bytes::copy_from_slice(quoted.get(..length).unwrap_or_default());
    let to = address.as_socket().filter(|_| dead);
    Ok(to.map(|to| Undeliverable { to, quoted }))
}

fn says_nobody_is_there(errno: u32) -> bool {
    i32::try_from(errno).is_ok_and(|errno| {
        matches!(
            errno,
            libc::ECONNREFUSED | libc::EHOSTUNREACH | libc::ENETUNREACH
        )
    })
}
