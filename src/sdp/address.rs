//! Which addresses from SDP media may be sent to.

use std::net::{IpAddr, SocketAddr};

/// Why an address is not sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BadAddress {
    /// A host name: none is looked up.
    #[error("a host name")]
    HostName,
    /// Not of the family that our socket has.
    #[error("another address family than ours")]
    Family,
    /// Multicast (RFC 1112, RFC 4291 §2.7).
    #[error("multicast")]
    Multicast,
    /// Broadcast, reserved (240/4), or "this network" (0/8).
    #[error("a broadcast or reserved address")]
    Reserved,
    /// The loopback of this machine, asked for by another machine.
    #[error("loopback from a peer that is not on it")]
    Loopback,
    /// A port below 1024: no phone has its media there, but DNS and NTP servers that would
    /// answer.
    #[error("a reserved port")]
    Port,
    /// A port of our own signalling.
    #[error("our own signalling port")]
    Ourselves,
}

/// Judges an address for media of a peer whose signalling comes from `peer`.
///
/// # Errors
/// [`BadAddress`] says why not.
pub fn check(
    to: SocketAddr,
    ours: IpAddr,
    peer: Option<IpAddr>,
    own_ports: &[SocketAddr],
) -> Result<SocketAddr, BadAddress> {
    let ip = to.ip().to_canonical();
    if ip.is_ipv4() != ours.to_canonical().is_ipv4() {
        return Err(BadAddress::Family);
    }
    if ip.is_multicast() {
        return Err(BadAddress::Multicast);
    }
    let reserved = match ip {
        IpAddr::V4(v4) => v4.octets()[0] >= 240 || v4.octets()[0] == 0,
        IpAddr::V6(v6) => v6.is_unspecified(),
    };
    if reserved {
        return Err(BadAddress::Reserved);
    }
    let peer_is_local = peer.is_none_or(|p| p.to_canonical().is_loopback());
    if ip.is_loopback() && !peer_is_local {
        return Err(BadAddress::Loopback);
    }
    if to.port() < 1024 {
        return Err(BadAddress::Port);
    }
    let own = own_ports.iter().any(|o| {
        let here = o.ip().to_canonical();
        let same_ip = here == ip || (here.is_unspecified() && (ip == ours || ip.is_loopback()));
        same_ip && o.port() == to.port()
    });
    if own {
        return Err(BadAddress::Ourselves);
    }
    Ok(SocketAddr::new(ip, to.port()))
}
