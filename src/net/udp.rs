//! SIP over UDP (RFC 3261 §18): sockets that are read and written without waiting.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::task::{Context, Poll};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::icmp::ErrorQueue;

/// Wished size of the kernel's buffers: some seconds of a busy server's signalling, so that a
/// burst waits there instead of being lost. The kernel may give less.
const KERNEL_BUFFER: usize = 4 * 1024 * 1024;

/// How often a datagram is tried when the kernel, on that occasion, tells of the fate of
/// earlier ones instead of sending it.
const RETRIES: usize = 3;

/// An ICMP error, most likely of a datagram sent before to somewhere else.
fn of_another(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
    )
}

/// One bound UDP socket.
///
/// It is watched for what arrives only. A runtime's own UDP socket is watched for room to send
/// as well, and would wake us after each datagram that we sent.
#[derive(Debug)]
pub struct UdpListener {
    socket: Arc<AsyncFd<UdpSocket>>,
    local: SocketAddr,
}

impl UdpListener {
    /// Binds; port 0 takes any free one. IPv6 sockets take IPv6 only, so that both families
    /// can be bound to one port.
    ///
    /// # Errors
    /// What the system says: the address is in use or not ours.
    pub fn bind(address: SocketAddr) -> io::Result<UdpListener> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::DGRAM.nonblocking(),
            Some(Protocol::UDP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // Best effort: a smaller buffer only loses datagrams sooner, and those come again.
        let _ = socket.set_recv_buffer_size(KERNEL_BUFFER);
        let _ = socket.set_send_buffer_size(KERNEL_BUFFER);
        socket.bind(&address.into())?;
        let socket = UdpSocket::from(socket);
        let local = socket.local_addr()?;
        // SAFETY: a `UdpSocket` owns its descriptor and keeps it open for as long as it lives.
        let watched = unsafe {
            AsyncFd::register_with_interest(socket, Interest::READABLE | Interest::ERROR)
        };
        Ok(UdpListener {
            socket: Arc::new(watched?),
            local,
        })
    }

    /// The bound address.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Ready when [`UdpListener::try_recv`] may have something.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Readiness is kept: `try_recv` takes it back when nothing is there any more.
        self.socket.poll_read_ready(cx).map_ok(|_| ())
    }

    /// One datagram, if one is there. An empty answer to `buffer` too small does not come:
    /// 64 KiB hold any.
    ///
    /// # Errors
    /// `WouldBlock` when none is there.
    pub fn try_recv(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket
            .try_io(Interest::READABLE, |socket| socket.recv_from(buffer))
    }

    /// Datagrams of this socket that come back by ICMP.
    ///
    /// # Errors
    /// What the system says; the socket works without.
    pub fn errors(&self) -> io::Result<ErrorQueue> {
        ErrorQueue::of(&self.socket, self.local.is_ipv4())
    }

    /// Sends one datagram at once or not at all.
    ///
    /// # Errors
    /// `WouldBlock` when the kernel's buffer is full; else what the system says.
    pub fn try_send(&self, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
        let socket = self.socket.get_ref();
        let mut sent = socket.send_to(bytes, to);
        for _ in 0..RETRIES {
            match &sent {
                Err(error) if of_another(error) => sent = socket.send_to(bytes, to),
                Ok(_) | Err(_) => break,
            }
        }
        sent.map(|_| ())
    }
}
