//! What will happen by itself, in the order of its time.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::phones::PhoneDoes;
use crate::call::event::CallEvent;
use crate::ids::{AgentId, LegId};
use crate::media::command::PlayToken;
use crate::now::Mono;

/// Something that is due at a time.
#[derive(Debug)]
pub(super) enum Due {
    /// A call is told this.
    Tell(usize, CallEvent),
    /// What was played has come to its end, if it still plays.
    Played(usize, PlayToken),
    /// A phone that was called for a caller does something, if it still rings or talks.
    Phone(usize, LegId, PhoneDoes),
    /// An agent's phone is there.
    SignIn(AgentId),
    /// An agent's phone is gone.
    SignOut(AgentId),
}

/// What is due, the earliest first; at the same time the first that was put in.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    entries: BinaryHeap<Reverse<Entry>>,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    at: Mono,
    serial: u64,
    due: Due,
}

impl Agenda {
    pub fn add(&mut self, at: Mono, due: Due) {
        self.serial += 1;
        let serial = self.serial;
        self.entries.push(Reverse(Entry { at, serial, due }));
    }

    pub fn first(&self) -> Option<Mono> {
        self.entries.peek().map(|Reverse(e)| e.at)
    }

    pub fn pop_due(&mut self, now: Mono) -> Option<Due> {
        if self.first()? > now {
            return None;
        }
        self.entries.pop().map(|Reverse(e)| e.due)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (self.at, self.serial).cmp(&(other.at, other.serial))
    }
}
