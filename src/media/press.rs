//! When a press counts: at the key's end, or once it has been held for long enough.
//!
//! A phone plays the key to its owner while it is held, over whatever we say: the first words
//! of the next prompt would be lost. So the menu acts when the key is let go, but does not wait
//! for slow fingers, nor for an end that was lost on the way.

use std::time::Duration;

use crate::ids::Key;
use crate::now::Mono;

/// A key held for this long counts without its end.
const LONG_ENOUGH: Duration = Duration::from_millis(160);

/// No packet of the press for this long: its end was lost (RFC 4733 §2.5.1.4: updates come
/// every 50 ms or more often).
const END_LOST: Duration = Duration::from_millis(110);

/// The press that is under way on a leg, if one is.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeldKey(Option<Held>);

#[derive(Clone, Copy, Debug)]
struct Held {
    key: Key,
    began: Mono,
    heard: Mono,
}

impl HeldKey {
    /// A press began: its first packet came. What was held before counts now, whatever became
    /// of its end.
    pub fn begin(&mut self, key: Key, now: Mono) -> Option<Key> {
        let began = now;
        let before = self.0.replace(Held {
            key,
            began,
            heard: now,
        });
        before.map(|h| h.key)
    }

    /// A packet of the press came, perhaps its end. The key, once, when it counts by that.
    pub fn packet(&mut self, end: bool, now: Mono) -> Option<Key> {
        let held = self.0.as_mut()?;
        held.heard = now;
        if end {
            self.0.take().map(|h| h.key)
        } else {
            self.due(now)
        }
    }

    /// Time has passed. The key, once, when it counts by that.
    pub fn due(&mut self, now: Mono) -> Option<Key> {
        let held = self.0?;
        let counts = now.since(held.began) >= LONG_ENOUGH || now.since(held.heard) >= END_LOST;
        if counts {
            self.0.take().map(|h| h.key)
        } else {
            None
        }
    }

    /// Whether [`HeldKey::due`] has something to wait for.
    pub fn is_held(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Mono {
        Mono::from_millis(ms)
    }

    fn key(c: char) -> Key {
        Key::from_char(c).expect("a key")
    }

    #[test]
    fn a_short_press_counts_at_its_end_and_once() {
        let mut h = HeldKey::default();
        assert_eq!(h.begin(key('5'), at(0)), None);
        assert_eq!(h.packet(false, at(20)), None);
        assert_eq!(h.packet(true, at(100)), Some(key('5')));
        assert_eq!(h.packet(true, at(120)), None);
        assert_eq!(h.due(at(900)), None);
    }

    #[test]
    fn slow_fingers_are_not_waited_for() {
        let mut h = HeldKey::default();
        h.begin(Key::ZERO, at(0));
        assert_eq!((1..8).find_map(|n| h.packet(false, at(20 * n))), None);
        assert_eq!(h.packet(false, at(160)), Some(Key::ZERO));
        assert_eq!(h.packet(true, at(3000)), None);
    }

    #[test]
    fn a_lost_end_is_noticed() {
        let mut h = HeldKey::default();
        h.begin(Key::ZERO, at(0));
        assert_eq!(h.packet(false, at(20)), None);
        assert_eq!(h.due(at(129)), None);
        assert!(h.is_held());
        assert_eq!(h.due(at(130)), Some(Key::ZERO));
        assert!(!h.is_held());
    }

    #[test]
    fn the_next_press_ends_the_one_before() {
        let mut h = HeldKey::default();
        h.begin(key('1'), at(0));
        assert_eq!(h.begin(key('2'), at(50)), Some(key('1')));
        assert_eq!(h.packet(true, at(60)), Some(key('2')));
    }
}
