//! Which RTP ports are free, pure: pairs of an even port (RTP) and the odd one above it
//! (RTCP, RFC 3550 §11), handed out in turn and rested before they are used again, so that
//! late packets of an ended call do not reach the next one.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::now::Mono;

/// The port pairs of one local address.
#[derive(Debug)]
pub struct PortPool {
    free: VecDeque<u16>,
    /// In the order in which they may be used again.
    resting: VecDeque<(Mono, u16)>,
    quarantine: Duration,
    total: usize,
}

impl PortPool {
    /// All pairs that lie wholly within `range`, the first one chosen by `seed` so that a
    /// restarted server does not begin where its predecessor did.
    pub fn new(range: RangeInclusive<u16>, quarantine: Duration, seed: u32) -> PortPool {
        let mut free: VecDeque<u16> = range
            .clone()
            .filter(|p| p.is_multiple_of(2) && *p != 0)
            .filter(|p| p.checked_add(1).is_some_and(|rtcp| range.contains(&rtcp)))
            .collect();
        if let Some(start) = (seed as usize).checked_rem(free.len()) {
            free.rotate_left(start);
        }
        PortPool {
            total: free.len(),
            free,
            resting: VecDeque::new(),
            quarantine,
        }
    }

    /// A pair, named by its even port; the one that has rested longest. When no pair is fully
    /// rested, one that has rested for a quarter of the time will do: a call is worth more than
    /// the last late packet. `None`: all are in use or came back just now.
    pub fn take(&mut self, now: Mono) -> Option<u16> {
        while let Some(&(until, port)) = self.resting.front() {
            if until > now {
                break;
            }
            self.resting.pop_front();
            self.free.push_back(port);
        }
        if let Some(port) = self.free.pop_front() {
            return Some(port);
        }
        let &(until, port) = self.resting.front()?;
        if until.since(now) > self.quarantine * 3 / 4 {
            return None;
        }
        self.resting.pop_front();
        Some(port)
    }

    /// Back from a call, or found taken by somebody else: rests before it is given again.
    pub fn give_back(&mut self, port: u16, now: Mono) {
        self.resting.push_back((now + self.quarantine, port));
    }

    /// How many pairs there are in all.
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many pairs are neither free nor resting.
    pub fn in_use(&self) -> usize {
        self.total
            .saturating_sub(self.free.len())
            .saturating_sub(self.resting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(2);

    #[test]
    fn pairs_are_even_and_whole() {
        let mut pool = PortPool::new(20001..=20006, REST, 0);
        assert_eq!(pool.total(), 2);
        assert_eq!(pool.take(Mono::ZERO), Some(20002));
        assert_eq!(pool.take(Mono::ZERO), Some(20004));
        assert_eq!(pool.take(Mono::ZERO), None); // 20006 has no partner within the range
        assert_eq!(pool.in_use(), 2);
    }

    #[test]
    fn the_top_of_the_port_space_is_no_trap() {
        let mut pool = PortPool::new(65534..=65535, REST, 7);
        assert_eq!(pool.take(Mono::ZERO), Some(65534));
        assert_eq!(PortPool::new(0..=1, REST, 7).total(), 0);
    }

    #[test]
    fn a_pair_rests_before_it_is_used_again() {
        let mut pool = PortPool::new(20000..=20003, REST, 0);
        let t = Mono::from_millis;
        assert_eq!(pool.take(t(0)), Some(20000));
        pool.give_back(20000, t(1000));
        assert_eq!(pool.in_use(), 0);
        assert_eq!(pool.take(t(2999)), Some(20002));
        assert_eq!(pool.take(t(3000)), Some(20000));
    }

    #[test]
    fn in_need_a_quarter_of_the_rest_will_do() {
        let mut pool = PortPool::new(20000..=20001, REST, 3);
        let t = Mono::from_millis;
        assert_eq!(pool.take(t(0)), Some(20000));
        pool.give_back(20000, t(1000));
        assert_eq!(pool.take(t(1499)), None);
        assert_eq!(pool.take(t(1500)), Some(20000));
        assert_eq!(pool.in_use(), 1);
    }
}
