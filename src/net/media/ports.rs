//! Port pairs bound to sockets, and given back by themselves.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::OpenError;
use super::socket::Socket;
use crate::media::ports::PortPool;
use crate::task::clock;

/// How many pairs are tried that somebody else has taken.
const TRIES: usize = 32;
/// How many local addresses are kept ports for.
const MAX_ADDRESSES: usize = 64;

/// The ports of all local addresses.
#[derive(Debug)]
pub(super) struct Ports {
    range: RangeInclusive<u16>,
    quarantine: Duration,
    /// Held for some tens of nanoseconds when a leg is opened or closed, never on a packet.
    pools: Mutex<HashMap<IpAddr, PortPool>>,
}

/// A pair in use; dropping it puts the ports into quarantine. Drop the sockets before.
#[derive(Debug)]
pub(super) struct Lease {
    ports: Arc<Ports>,
    local: IpAddr,
    port: u16,
}

impl Lease {
    /// Where RTP and RTCP are received.
    pub(super) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        let at = |port| SocketAddr::new(self.local, port);
        (at(self.port), at(self.port.saturating_add(1)))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.ports.give_back(self.local, self.port);
    }
}

impl Ports {
    pub(super) fn new(range: RangeInclusive<u16>, quarantine: Duration) -> Ports {
        Ports {
            range,
            quarantine,
            pools: Mutex::default(),
        }
    }

    /// Binds a pair on `local`.
    pub(super) fn open(
        self: &Arc<Self>,
        local: IpAddr,
    ) -> Result<(Socket, Socket, Lease), OpenError> {
        for _ in 0..TRIES {
            let port = self.take(local)?.ok_or(OpenError::NoPorts)?;
            let lease = Lease {
                ports: self.clone(),
                local,
                port,
            };
            let pair = Socket::bind(local, port)
                .and_then(|rtp| Ok((rtp, Socket::bind(local, port.saturating_add(1))?)));
            match pair {
                Ok((rtp, rtcp)) => return Ok((rtp, rtcp, lease)),
                // Somebody else has it; it rests and the next one is tried.
                Err(e) if e.kind() == io::ErrorKind::AddrInUse => {}
                Err(e) => return Err(OpenError::Io(e)),
            }
        }
        Err(OpenError::NoPorts)
    }

    fn take(&self, local: IpAddr) -> Result<Option<u16>, OpenError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if pools.len() >= MAX_ADDRESSES && !pools.contains_key(&local) {
            return Err(OpenError::NotLocal(local));
        }
        Ok(pools
            .entry(local)
            .or_insert_with(|| PortPool::new(self.range.clone(), self.quarantine, rand::random()))
            .take(clock::mono()))
    }

    fn give_back(&self, local: IpAddr, port: u16) {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get_mut(&local) {
            pool.give_back(port, clock::mono());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    /// The first of six ports that nobody has: other programs run beside the tests.
    fn three_pairs() -> u16 {
        let free = |first: &u16| (0..6).all(|i| Socket::bind(HERE, first + i).is_ok());
        let mut firsts = (19_000..19_900).step_by(6);
        firsts.find(free).expect("six free ports")
    }

    #[test]
    fn what_others_hold_is_stepped_over_and_the_end_is_told() {
        // Three pairs; a port of one of them is taken by somebody else.
        let first = three_pairs();
        let taken = Socket::bind(HERE, first + 3).unwrap();
        let ports = Arc::new(Ports::new(first..=first + 5, Duration::ZERO));
        let a = ports.open(HERE).unwrap();
        let b = ports.open(HERE).unwrap();
        let mut got = [a.0.local().unwrap().port(), b.0.local().unwrap().port()];
        got.sort();
        assert_eq!(got, [first, first + 4]);
        assert!(matches!(ports.open(HERE), Err(OpenError::NoPorts)));
        drop((taken, a));
        assert!(ports.open(HERE).is_ok());
    }

    #[test]
    fn a_pair_rests_before_it_is_used_again() {
        let ports = Arc::new(Ports::new(19_910..=19_911, Duration::from_millis(800)));
        drop(ports.open(HERE).unwrap());
        assert!(matches!(ports.open(HERE), Err(OpenError::NoPorts)));
        std::thread::sleep(Duration::from_millis(250));
        assert!(ports.open(HERE).is_ok());
    }

    #[test]
    fn an_address_that_is_not_ours_is_an_error() {
        let ports = Arc::new(Ports::new(19_920..=19_921, Duration::ZERO));
        let not_ours = "192.0.2.1".parse().unwrap();
        assert!(matches!(ports.open(not_ours), Err(OpenError::Io(_))));
    }

    #[test]
    fn ipv6() {
        let ports = Arc::new(Ports::new(19_930..=19_931, Duration::ZERO));
        let (rtp, rtcp, _lease) = ports.open("::1".parse().unwrap()).unwrap();
        assert_eq!(rtp.local().unwrap().to_string(), "[::1]:19930");
        assert_eq!(rtcp.local().unwrap().port(), 19_931);
    }
}
