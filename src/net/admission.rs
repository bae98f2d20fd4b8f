//! How many stream connections there may be, in all and from one source.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections. Shared by the listeners; taken on accepting only.
#[derive(Debug)]
pub struct Admission {
    total: usize,
    per_source: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_source: HashMap<IpAddr, usize>,
}

impl Admission {
    /// At most `total` at a time, and `per_source` from one IPv4 address or IPv6 /64.
    pub fn new(total: usize, per_source: usize) -> Arc<Admission> {
        Arc::new(Admission {
            total,
            per_source,
            counts: Mutex::default(),
        })
    }

    /// A place for a connection from there, given back when the [`Permit`] is dropped; `None`
    /// when there is none.
    pub fn admit(self: &Arc<Admission>, ip: IpAddr) -> Option<Permit> {
        let source = network(ip);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counts.by_source.get(&source).copied().unwrap_or(0);
        if counts.total >= self.total || here >= self.per_source {
            return None;
        }
        counts.total += 1;
        counts.by_source.insert(source, here + 1);
        Some(Permit {
            admission: Arc::clone(self),
            source,
        })
    }

    /// Connections now.
    pub fn len(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total
    }

    /// None now.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One IPv6 customer has a whole /64.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A connection's place.
#[derive(Debug)]
pub struct Permit {
    admission: Arc<Admission>,
    source: IpAddr,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let counts = &self.admission.counts;
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total = counts.total.saturating_sub(1);
        let here = counts.by_source.get(&self.source).copied().unwrap_or(0);
        if here <= 1 {
            counts.by_source.remove(&self.source);
        } else {
            counts.by_source.insert(self.source, here - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let a = Admission::new(3, 2);
        let ip = |s: &str| s.parse::<IpAddr>().expect("address");
        let first = a.admit(ip("2001:db8::1")).expect("first");
        let _second = a.admit(ip("2001:db8::2")).expect("second");
        assert!(a.admit(ip("2001:db8::3")).is_none(), "same network");
        let _third = a.admit(ip("192.0.2.1")).expect("other source");
        assert!(a.admit(ip("192.0.2.2")).is_none(), "full");
        drop(first);
        assert!(a.admit(ip("192.0.2.2")).is_some());
        assert_eq!(a.len(), 2);
    }
}
