//! Log lines that anybody's packets could draw out: now and then one, with the count of all.

use std::sync::atomic::{AtomicU64, Ordering};

use super::clock;

/// Seconds between two lines.
const EVERY: u64 = 10;

/// Lets one of many through every ten seconds.
#[derive(Debug)]
pub struct Rarely {
    /// The second of the last one, plus one; 0: none yet.
    last: AtomicU64,
    count: AtomicU64,
}

impl Rarely {
    /// The first one passes.
    pub const fn new() -> Rarely {
        Rarely {
            last: AtomicU64::new(0),
            count: AtomicU64::new(0),
        }
    }

    /// It happened. `Some`: say so; as often it happened since it was last said.
    pub fn count(&self) -> Option<u64> {
        self.count_at(clock::mono().since_start().as_secs())
    }

    fn count_at(&self, second: u64) -> Option<u64> {
        self.count.fetch_add(1, Ordering::Relaxed);
        let last = self.last.load(Ordering::Relaxed);
        if last != 0 && second + 1 < last + EVERY {
            return None;
        }
        // Of several at a time one says it.
        self.last
            .compare_exchange(last, second + 1, Ordering::Relaxed, Ordering::Relaxed)
            .ok()?;
        Some(self.count.swap(0, Ordering::Relaxed))
    }
}

impl Default for Rarely {
    fn default() -> Rarely {
        Rarely::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_for_many() {
        let rarely = Rarely::new();
        assert_eq!(rarely.count_at(0), Some(1));
        for second in 0..10 {
            assert_eq!(rarely.count_at(second), None);
        }
        assert_eq!(rarely.count_at(10), Some(11));
        assert_eq!(rarely.count_at(19), None);
        assert_eq!(rarely.count_at(25), Some(2));
    }
}
