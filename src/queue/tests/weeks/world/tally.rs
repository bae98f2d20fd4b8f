//! What has happened in the weeks, so that it is known that it does.

use std::collections::BTreeMap;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Caller,
    /// Offered to the agent they were kept for.
    Held,
    LookedBack,
    /// Callbacks that are on the disk.
    Stored,
    /// And the caller was told so.
    Promised,
    /// The store said that it could not.
    Refused,
    /// Said nothing for as long as a caller is kept waiting.
    Silent,
    /// Was heard of after that.
    Late,
    /// What came of a call could not be written.
    NotWritten,
    Dialled,
    CalledOff,
    InVain,
    Reached,
    Unreached,
    Cancelled,
    /// By calling in, and taking the place.
    Claimed,
    /// The caller had got a person meanwhile.
    Unneeded,
    /// In line when the process died.
    Recovered,
    /// No message could be kept.
    Apart,
}

#[derive(Clone, Debug, Default)]
pub(in super::super) struct Tally(BTreeMap<Seen, u64>);

impl Tally {
    pub(super) fn count(&mut self, what: Seen) {
        *self.0.entry(what).or_default() += 1;
    }

    /// Whether everything has happened.
    pub(in super::super) fn has_all(&self) -> bool {
        self.0.len() == Seen::Apart as usize + 1
    }

    pub(in super::super) fn add(&mut self, other: &Tally) {
        for (what, n) in &other.0 {
            *self.0.entry(*what).or_default() += n;
        }
    }
}
