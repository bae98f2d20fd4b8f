//! The line of one queue: who stands where.

use std::collections::VecDeque;
use std::time::Duration;

use crate::ids::ContactId;
use crate::now::Mono;

/// How urgent a caller is: each step is worth as long a wait as the settings say, so that nobody
/// starves behind those who are more urgent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(pub u8);

/// A place in line, kept for the whole visit. Smaller is nearer to an agent; no two are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// When an ordinary caller would have had to come to stand here, in milliseconds. All who wait
    /// age alike, so that their order never changes.
    as_if_since: i64,
    ticket: u64,
}

impl Place {
    /// The place of the one who came at `came` and drew `ticket`; a step of priority counts as
    /// long a wait as `worth`.
    pub(super) fn new(came: Mono, priority: Priority, worth: Duration, ticket: u64) -> Place {
        let ms = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        let bonus = ms(worth).saturating_mul(i64::from(priority.0));
        Place {
            as_if_since: ms(came.since_start()).saturating_sub(bonus),
            ticket,
        }
    }
}

/// Everybody in the line of a queue, by place, those whose offer rings included.
///
/// A sorted ring: arrivals go to the end and the served leave at the front, both O(1); the
/// position of anybody is a binary search; leaving from the middle moves a few kilobytes.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: VecDeque<(Place, ContactId)>,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn insert(&mut self, place: Place, contact: ContactId) {
        match self.places.back() {
            Some(&(last, _)) if last > place => {
                if let Err(i) = self.find(place) {
                    self.places.insert(i, (place, contact));
                }
            }
            Some(_) | None => self.places.push_back((place, contact)),
        }
    }

    /// Takes a place out; whether the front of the line is now another.
    pub(super) fn remove(&mut self, place: Place) -> bool {
        match self.find(place) {
            Ok(i) => {
                self.places.remove(i);
                i == 0
            }
            Err(_) => false,
        }
    }

    /// 1 is next.
    pub(super) fn position(&self, place: Place) -> Option<usize> {
        self.find(place).ok().map(|i| i + 1)
    }

    pub(super) fn front(&self) -> Option<ContactId> {
        self.places.front().map(|&(_, c)| c)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ContactId> + '_ {
        self.places.iter().map(|&(_, c)| c)
    }

    fn find(&self, place: Place) -> Result<usize, usize> {
        self.places.binary_search_by_key(&place, |&(p, _)| p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_first_then_by_ticket_and_a_place_is_kept() {
        let mut line = Line::default();
        let c = ContactId::from_u64;
        let worth = Duration::from_secs(60);
        let place = |p, t| Place::new(Mono::ZERO, Priority(p), worth, t);
        line.insert(place(0, 1), c(1));
        line.insert(place(0, 2), c(2));
        line.insert(place(5, 3), c(3));
        assert_eq!(line.iter().collect::<Vec<_>>(), [c(3), c(1), c(2)]);
        assert_eq!(line.position(place(0, 2)), Some(3));
        assert!(line.remove(place(5, 3)));
        assert!(line.remove(place(0, 1)));
        line.insert(place(0, 1), c(1));
        assert_eq!(line.front(), Some(c(1)));
        assert!(!line.remove(place(0, 2)));
        assert!(!line.remove(place(0, 2)));
        assert_eq!(line.len(), 1);
    }

    #[test]
    fn who_waited_long_enough_goes_before_the_urgent() {
        let at = |s, p| {
            let came = Mono::from_millis(s * 1000);
            Place::new(came, Priority(p), Duration::from_secs(60), s)
        };
        assert!(at(50, 1) < at(0, 0), "50 s late, but urgent");
        assert!(at(0, 0) < at(61, 1), "61 s late");
        assert!(at(119, 2) < at(0, 0));
        assert!(at(0, 0) < at(121, 2));
    }
}
