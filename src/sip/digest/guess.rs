//! Guessing is slowed per source, and the phone that is already known is not held up by a
//! guesser behind the same address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::now::Mono;

/// How many wrong answers a source may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimits {
    /// So many at once.
    pub burst: u32,
    /// After that, one more per this time.
    pub every: Duration,
    /// Sources remembered in each of two generations.
    pub sources: usize,
}

impl Default for GuessLimits {
    /// Ten at once, then ten a minute, for 2 × 8,192 sources.
    fn default() -> GuessLimits {
        GuessLimits {
            burst: 10,
            every: Duration::from_secs(6),
            sources: 8192,
        }
    }
}

/// Wrong answers by source, and by phone that once gave a right one.
pub(super) struct Guesses {
    limits: GuessLimits,
    sources: Generations<IpAddr>,
    phones: Generations<(SocketAddr, String)>,
}

impl Guesses {
    pub(super) fn new(limits: GuessLimits) -> Guesses {
        Guesses {
            limits,
            sources: Generations::default(),
            phones: Generations::default(),
        }
    }

    /// `None`: look at its credentials. Else do not: it may come again after this time.
    pub(super) fn must_wait(
        &mut self,
        now: Mono,
        source: SocketAddr,
        user: &str,
    ) -> Option<Duration> {
        // A phone that gave a right answer from this very address and port is judged by its
        // own account: others behind the same router do not use it up.
        let phone = (source, user.to_owned());
        let account = match self.phones.get(&phone) {
            Some(account) => Some(account),
            None => self.sources.get(&network(source.ip())),
        };
        account.and_then(|a| a.must_wait(now, &self.limits))
    }

    /// A wrong answer, whose credentials had been looked at.
    pub(super) fn failed(&mut self, now: Mono, source: SocketAddr, user: &str) {
        let phone = (source, user.to_owned());
        let account = match self.phones.get(&phone) {
            Some(account) => account,
            None => self
                .sources
                .get_or_insert(network(source.ip()), self.limits.sources),
        };
        account.charge(now, &self.limits);
    }

    /// A right answer: the phone has an account of its own from now on.
    pub(super) fn succeeded(&mut self, source: SocketAddr, user: &str) {
        self.phones
            .get_or_insert((source, user.to_owned()), self.limits.sources);
    }
}

/// One IPv6 customer has a whole /64: it counts as one source.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The time at which everything charged so far is paid back.
#[derive(Clone, Copy, Default)]
struct Account {
    paid_at: Mono,
}

impl Account {
    fn must_wait(&self, now: Mono, limits: &GuessLimits) -> Option<Duration> {
        // One more is allowed while the debt is at most burst - 1.
        let bearable = limits.every.saturating_mul(limits.burst.saturating_sub(1));
        let debt = self.paid_at.since(now);
        (debt > bearable).then(|| debt.saturating_sub(bearable))
    }

    fn charge(&mut self, now: Mono, limits: &GuessLimits) {
        self.paid_at = self.paid_at.max(now) + limits.every;
    }
}

/// A map whose older half is dropped when the newer is full: bounded, without a search.
struct Generations<K> {
    current: HashMap<K, Account>,
    previous: HashMap<K, Account>,
}

impl<K> Default for Generations<K> {
    fn default() -> Generations<K> {
        Generations {
            current: HashMap::new(),
            previous: HashMap::new(),
        }
    }
}

impl<K: Hash + Eq + Clone> Generations<K> {
    fn get(&mut self, key: &K) -> Option<&mut Account> {
        match self.current.get_mut(key) {
            Some(account) => Some(account),
            None => self.previous.get_mut(key),
        }
    }

    fn get_or_insert(&mut self, key: K, capacity: usize) -> &mut Account {
        if !self.current.contains_key(&key) && self.current.len() >= capacity {
            self.previous = std::mem::take(&mut self.current);
        }
        let old = self.previous.remove(&key).unwrap_or_default();
        self.current.entry(key).or_insert(old)
    }
}
