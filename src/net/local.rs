//! Which of our addresses a phone should talk to.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, RwLock};

/// Finds our address that faces a peer, by asking the routing table; answers are kept.
#[derive(Clone, Debug)]
pub struct LocalAddresses {
    advertise: Option<IpAddr>,
    /// When listening on one address only, there is nothing to choose.
    only: Option<IpAddr>,
    known: Arc<RwLock<HashMap<IpAddr, IpAddr>>>,
}

impl LocalAddresses {
    const MOST_KNOWN: usize = 10_000;

    /// `advertise` is told to peers beyond this host (NAT); `only`: the one address we listen on.
    pub fn new(advertise: Option<IpAddr>, only: Option<IpAddr>) -> LocalAddresses {
        LocalAddresses {
            advertise,
            only,
            known: Arc::default(),
        }
    }

    /// The address to bind for media towards `peer`, and the one to write into SDP.
    pub fn toward(&self, peer: Option<IpAddr>) -> (IpAddr, IpAddr) {
        let peer = peer.map(|p| p.to_canonical());
        let bind = match (self.only, peer) {
            (Some(only), Some(peer)) if only.is_ipv4() == peer.is_ipv4() => only,
            (Some(only), None) => only,
            (_, Some(peer)) => self.routed(peer),
            (None, None) => self.routed(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        };
        (bind, self.told(bind))
    }

    /// What peers are told in place of an address of ours.
    pub fn told(&self, ours: IpAddr) -> IpAddr {
        match self.advertise {
            Some(a) if !ours.is_loopback() && a.is_ipv4() == ours.is_ipv4() => a,
            Some(_) | None => ours,
        }
    }

    /// The address that somebody elsewhere would reach us at when we listen on `bound`.
    pub fn reachable_at(&self, bound: IpAddr) -> IpAddr {
        match bound.is_unspecified() {
            true => self.toward(None).1,
            false => self.told(bound),
        }
    }

    fn routed(&self, peer: IpAddr) -> IpAddr {
        if peer.is_loopback() {
            return match peer {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            };
        }
        let known = self.known.read().ok().and_then(|k| k.get(&peer).copied());
        known.unwrap_or_else(|| {
            let found = ask_routing_table(peer);
            if let Ok(mut known) = self.known.write() {
                if known.len() >= Self::MOST_KNOWN {
                    known.clear();
                }
                known.insert(peer, found);
            }
            found
        })
    }
}

/// Connecting a UDP socket sends nothing, but chooses the source address.
fn ask_routing_table(peer: IpAddr) -> IpAddr {
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let ask = || {
        let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
        socket.connect(SocketAddr::new(peer, 9))?;
        socket.local_addr()
    };
    match ask() {
        Ok(addr) => addr.ip(),
        // No route: only this host can be reached.
        Err(_) => match peer {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(s: &str) -> IpAddr {
        s.parse().expect("an address")
    }

    #[test]
    fn this_host_is_met_on_loopback_and_never_with_the_advertised_address() {
        let a = LocalAddresses::new(Some(ip("203.0.113.5")), None);
        assert_eq!(
            a.toward(Some(ip("127.0.0.9"))),
            (ip("127.0.0.1"), ip("127.0.0.1"))
        );
        assert_eq!(a.toward(Some(ip("::1"))), (ip("::1"), ip("::1")));
    }

    #[test]
    fn one_listening_address_is_used_for_its_family() {
        let a = LocalAddresses::new(Some(ip("203.0.113.5")), Some(ip("192.0.2.10")));
        assert_eq!(
            a.toward(Some(ip("198.51.100.1"))),
            (ip("192.0.2.10"), ip("203.0.113.5"))
        );
        assert_eq!(a.toward(None), (ip("192.0.2.10"), ip("203.0.113.5")));
    }
}
