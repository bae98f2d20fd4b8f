//! One press counted once, by however many ways it is told.
//!
//! A phone may send a key as telephone-event, as tones in the audio and as SIP INFO, all
//! three for the same press, in any order, a good second apart. Each way by itself tells each
//! press once and in order. So ways are matched press by press: what a way tells belongs to
//! the oldest recent press of that key which this way has not told yet; when there is none it
//! is a new press. Two quick presses by one way are therefore two, however close, and the
//! same two by another way later are none.
//!
//! What can not be told apart: two presses of one key within the window of which each is told
//! by a different way only. That is taken for one press told twice.

use std::collections::VecDeque;
use std::time::Duration;

use super::command::DtmfWay;
use crate::ids::Key;
use crate::now::Mono;

/// How much later than the first a way may tell the same press: an INFO that was
/// retransmitted once or twice (RFC 3261 §17.1.2.1: after 0.5 and 1.5 s).
pub const WINDOW: Duration = Duration::from_millis(1500);

/// Presses remembered: more than fingers, or a phone's speed dial, put into the window.
const MAX_PRESSES: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Press {
    key: Key,
    first_told: Mono,
    told_by: u8,
}

const fn bit(way: DtmfWay) -> u8 {
    match way {
        DtmfWay::Event => 1,
        DtmfWay::Tone => 2,
        DtmfWay::Info => 4,
    }
}

/// The presses of one leg within the last [`WINDOW`].
#[derive(Clone, Debug, Default)]
pub struct KeyDedup {
    recent: VecDeque<Press>,
}

impl KeyDedup {
    /// No press yet.
    pub fn new() -> KeyDedup {
        KeyDedup::default()
    }

    /// A way tells a press: true when nobody told it before.
    pub fn accept(&mut self, now: Mono, key: Key, way: DtmfWay) -> bool {
        while self
            .recent
            .front()
            .is_some_and(|p| now.since(p.first_told) > WINDOW)
        {
            self.recent.pop_front();
        }
        let same = self
            .recent
            .iter_mut()
            .find(|p| p.key == key && p.told_by & bit(way) == 0);
        if let Some(press) = same {
            press.told_by |= bit(way);
            return false;
        }
        if self.recent.len() == MAX_PRESSES {
            self.recent.pop_front();
        }
        self.recent.push_back(Press {
            key,
            first_told: now,
            told_by: bit(way),
        });
        true
    }
}

#[cfg(test)]
mod tests;
