//! One ordered set of deadlines for all machines of an endpoint.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::now::Mono;

/// Deadlines, soonest first, each with the key of who waits for it.
///
/// A key has at most one deadline, and its owner remembers it (`armed`): that makes moving
/// and cancelling O(log n) without a second table.
#[derive(Debug)]
pub(crate) struct TimerQueue<K: Ord + Copy> {
    set: BTreeSet<(Mono, K)>,
    /// No deadline is armed for an earlier time: see [`AT_ONCE`].
    earliest: Mono,
}

/// A machine that wants another turn at once has it this much later, so that one which never
/// has enough can not keep all the others waiting.
const AT_ONCE: Duration = Duration::from_millis(1);

impl<K: Ord + Copy> TimerQueue<K> {
    pub(crate) fn new() -> TimerQueue<K> {
        TimerQueue {
            set: BTreeSet::new(),
            earliest: Mono::ZERO,
        }
    }

    /// Moves `key`'s deadline from `armed` to `wanted`, and `armed` with it.
    pub(crate) fn arm(&mut self, key: K, armed: &mut Option<Mono>, wanted: Option<Mono>) {
        let wanted = wanted.map(|at| at.max(self.earliest));
        if *armed == wanted {
            return;
        }
        if let Some(at) = *armed {
            self.set.remove(&(at, key));
        }
        if let Some(at) = wanted {
            self.set.insert((at, key));
        }
        *armed = wanted;
    }

    /// The soonest deadline.
    pub(crate) fn next(&self) -> Option<Mono> {
        self.set.first().map(|(at, _)| *at)
    }

    /// Takes out one key whose deadline is not later than `now`.
    pub(crate) fn pop_due(&mut self, now: Mono) -> Option<K> {
        self.earliest = now + AT_ONCE;
        let &(at, key) = self.set.first()?;
        if at > now {
            return None;
        }
        self.set.pop_first();
        Some(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.set.len()
    }
}
