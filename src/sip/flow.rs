//! Where bytes come from and go to, as the pure core sees it.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;

/// How SIP travels (RFC 3261 §18, RFC 7118 for WebSocket).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// Datagrams; requests are retransmitted by the transaction layer.
    Udp,
    /// A byte stream.
    Tcp,
    /// A byte stream under TLS.
    Tls,
    /// WebSocket over TLS (RFC 7118); one message per frame.
    Wss,
}

impl Transport {
    /// Whether the transport delivers or reports failure by itself (RFC 3261 §17).
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Transport::Udp)
    }

    /// Whether what is said on it is secret to the wire: keys may be sent in SDP (RFC 4568 §7).
    pub const fn is_secure(self) -> bool {
        matches!(self, Transport::Tls | Transport::Wss)
    }

    /// The word in a Via header (RFC 3261 §20.42).
    pub const fn via_word(self) -> &'static str {
        match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Wss => "WSS",
        }
    }
}

/// One local address talking to one remote address.
///
/// For streams it names the connection; the edge opens it on the first [`Transmit`] when
/// there is none (then `local` is the listener whose interface is used, port 0 accepted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flow {
    /// The transport.
    pub transport: Transport,
    /// Our side: for UDP the listening socket, for streams the listener that accepted it, or,
    /// for connections that we open, the listener whose address we advertise.
    pub local: SocketAddr,
    /// Their side, as packets really come from it.
    pub remote: SocketAddr,
}

/// Bytes for the edge to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// From where to where.
    pub flow: Flow,
    /// One whole SIP message, or a keep-alive.
    pub bytes: Bytes,
    /// For TLS connections that we open: the name to verify in the peer's certificate.
    pub server_name: Option<String>,
}

/// A network in CIDR form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Any address in it.
    pub addr: IpAddr,
    /// Leading bits that count.
    pub prefix: u8,
}

impl Network {
    /// The one address.
    pub fn host(addr: IpAddr) -> Network {
        Network { addr, prefix: 128 }
    }

    /// Whether the address is in the network. IPv4-mapped IPv6 addresses count as IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.addr.to_canonical(), ip.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
                a.to_bits() & mask == b.to_bits() & mask
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
                a.to_bits() & mask == b.to_bits() & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}
