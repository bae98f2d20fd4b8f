//! The UDP sockets of a leg.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};

use socket2::{Domain, Protocol, Socket as Raw, Type};

/// Expedited forwarding (RFC 3246), where voice belongs (RFC 4594 §4.1), as a TOS byte.
const TOS_VOICE: u32 = 46 << 2;

/// One UDP socket, which is connected to its peer once the peer is known for sure: that is
/// cheaper, and the kernel then drops what strangers send.
#[derive(Debug)]
pub(super) struct Socket {
    socket: UdpSocket,
    connected: Option<SocketAddr>,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// Handed to the kernel.
    Yes,
    /// The kernel had no room, or no route; the packet is lost as on the wire.
    No,
}

impl Socket {
    /// Binds `local`:`port`, non-blocking.
    pub(super) fn bind(local: IpAddr, port: u16) -> io::Result<Socket> {
        let at = SocketAddr::new(local, port);
        let socket = Raw::new(
            Domain::for_address(at),
            Type::DGRAM.nonblocking(),
            Some(Protocol::UDP),
        )?;
        // Marking is a wish: a host that forbids it still carries calls.
        match at {
            SocketAddr::V4(_) => {
                let _ = socket.set_tos_v4(TOS_VOICE);
            }
            SocketAddr::V6(_) => {
                socket.set_only_v6(true)?;
                let _ = socket.set_tclass_v6(TOS_VOICE);
            }
        }
        socket.bind(&at.into())?;
        Ok(Socket {
            socket: socket.into(),
            connected: None,
        })
    }

    /// The address that it is bound to.
    #[cfg(test)]
    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// From now on packets come from `peer` only. A failure leaves it as it was: sending
    /// then names the destination each time.
    pub(super) fn connect(&mut self, peer: SocketAddr) {
        if self.connected != Some(peer) && self.socket.connect(peer).is_ok() {
            self.connected = Some(peer);
        }
    }

    /// Whether strangers are kept out by the kernel.
    pub(super) fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// Packets may come from anywhere again.
    pub(super) fn disconnect(&mut self) {
        if self.connected.take().is_some() {
            // Can not fail on a UDP socket that is connected.
            let _ = rustix::net::connect_unspec(&self.socket);
        }
    }

    /// Sends one packet.
    pub(super) fn send(&self, packet: &[u8], to: SocketAddr) -> Sent {
        if self.connected != Some(to) {
            return match self.socket.send_to(packet, to) {
                Ok(_) => Sent::Yes,
                Err(_) => Sent::No,
            };
        }
        match self.socket.send(packet) {
            Ok(_) => Sent::Yes,
            // An ICMP error of an earlier packet is reported now, in place of sending. The
            // peer may be restarting its audio: SIP decides when a call is over.
            Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => {
                match self.socket.send(packet) {
                    Ok(_) => Sent::Yes,
                    Err(_) => Sent::No,
                }
            }
            Err(_) => Sent::No,
        }
    }

    /// One packet, if there is one. The source is asked for even when connected: what was in
    /// the queue before may be a stranger's.
    pub(super) fn receive(&self, buf: &mut [u8]) -> Option<(usize, SocketAddr)> {
        // Twice, because an ICMP error takes the place of one answer.
        for _ in 0..2 {
            match self.socket.recv_from(buf) {
                Ok(got) => return Some(got),
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return None,
                Err(_) => {}
            }
        }
        None
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn receive(socket: &Socket) -> Option<u8> {
        let mut buf = [0; 16];
        for _ in 0..100 {
            if let Some((_, _)) = socket.receive(&mut buf) {
                return Some(buf[0]);
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        None
    }

    #[test]
    fn a_connected_socket_hears_its_peer_only_until_parted() {
        // A port of its own: the kernel takes one that it chose away with the peer.
        let mut a = Socket::bind(HERE, 19_940).unwrap();
        let (peer, stranger) = (
            Socket::bind(HERE, 0).unwrap(),
            Socket::bind(HERE, 0).unwrap(),
        );
        let at = a.local().unwrap();
        a.connect(peer.local().unwrap());
        assert_eq!(stranger.send(b"s", at), Sent::Yes);
        peer.send(b"p", at);
        assert_eq!(receive(&a), Some(b'p'));
        a.disconnect();
        stranger.send(b"t", at);
        assert_eq!(receive(&a), Some(b't'));
    }

    #[test]
    fn a_peer_that_is_gone_is_no_reason_to_stop() {
        let mut a = Socket::bind(HERE, 0).unwrap();
        let gone = Socket::bind(HERE, 0).unwrap();
        let there = gone.local().unwrap();
        a.connect(there);
        drop(gone);
        for _ in 0..10 {
            assert_eq!(a.send(b"x", there), Sent::Yes);
        }
        // The phone is back on the same port, and hears us.
        let back = Socket::bind(HERE, there.port()).unwrap();
        assert_eq!(a.send(b"y", there), Sent::Yes);
        assert_eq!(receive(&back), Some(b'y'));
    }
}
