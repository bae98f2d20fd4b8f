//! Whom the queue calls back, and when: who takes a place in line, who leaves it, and what has come
//! of each until it is on the disk.
//!
//! What the store knows can be older than what has happened. While something about a callback is not
//! written down yet, nothing is begun with it: nobody is called again because the disk was slow.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::ids::CallbackId;
use crate::now::{Mono, Now, Wall};

/// A callback that is open, as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its name.
    pub callback: CallbackId,
    /// Not to be begun before.
    pub due: Wall,
    /// How often it was tried.
    pub attempts: u32,
    /// Being tried.
    pub calling: bool,
}

/// What a look at the store leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// These take their places in line, in this order.
    pub begin: Vec<CallbackId>,
    /// These leave the line.
    pub call_off: Vec<CallbackId>,
    /// After how long the next one is due; `None`: none that is known.
    pub next: Option<Duration>,
}

/// All callbacks under way; `W` is what is written down about one.
#[derive(Debug)]
pub struct Callbacks<W> {
    /// How long one whose call is over is left alone.
    rest: Duration,
    /// Those who stand in line or are being called, with how often they had been tried before.
    out: BTreeMap<CallbackId, u32>,
    resting: BTreeMap<CallbackId, Mono>,
    /// What has happened and is not on the disk. Bounded by those who can be under way at once.
    unwritten: VecDeque<(CallbackId, W)>,
}

impl<W> Callbacks<W> {
    /// Nobody is under way; after a call is over its callback rests for so long.
    pub fn new(rest: Duration) -> Callbacks<W> {
        Callbacks {
            rest,
            out: BTreeMap::new(),
            resting: BTreeMap::new(),
            unwritten: VecDeque::new(),
        }
    }

    /// Something has happened to a callback, and is to be written down.
    pub fn handle_happened(&mut self, callback: CallbackId, what: W) {
        self.unwritten.push_back((callback, what));
    }

    /// What is to be written down next: the same until [`Callbacks::handle_written`], however often
    /// the disk refuses it.
    pub fn unwritten(&self) -> Option<&(CallbackId, W)> {
        self.unwritten.front()
    }

    /// That is on the disk.
    pub fn handle_written(&mut self) {
        self.unwritten.pop_front();
    }

    /// Whether something about it is not on the disk.
    pub fn is_unwritten(&self, callback: CallbackId) -> bool {
        self.unwritten.iter().any(|(of, _)| *of == callback)
    }

    /// The call to somebody is over, or could not begin.
    pub fn handle_over(&mut self, now: Mono, callback: CallbackId) {
        self.out.remove(&callback);
        self.resting.insert(callback, now + self.rest);
    }

    /// Those that are open, as the store has them now; `all`: there are no others. Those that are
    /// begun count as under way until [`Callbacks::handle_over`].
    pub fn look(&mut self, now: Now, open: &[Open], all: bool) -> Look {
        self.resting.retain(|_, until| *until > now.mono);
        let mut look = Look::default();
        if all {
            let known: BTreeMap<CallbackId, &Open> = open.iter().map(|o| (o.callback, o)).collect();
            let leaves = |(id, attempts): &(&CallbackId, &u32)| match known.get(id) {
                // People have called, or nobody is to be called.
                None => true,
                // One that has been tried meanwhile is due again later, and is ending.
                Some(o) => o.due > now.wall && !o.calling && o.attempts == **attempts,
            };
            let leaving = self.out.iter().filter(leaves).map(|(id, _)| *id);
            look.call_off = leaving.filter(|id| !self.is_unwritten(*id)).collect();
        }
        for o in open {
            if self.out.contains_key(&o.callback) || self.is_unwritten(o.callback) {
                continue;
            }
            let rests = self.resting.get(&o.callback);
            let rests = rests.map_or(Duration::ZERO, |until| until.since(now.mono));
            let wait = o.due.since(now.wall).max(rests);
            if wait.is_zero() {
                self.out.insert(o.callback, o.attempts);
                look.begin.push(o.callback);
            } else {
                look.next = Some(look.next.map_or(wait, |next| next.min(wait)));
            }
        }
        look
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(10);
    const ONE: CallbackId = CallbackId(1);

    fn at(secs: u64) -> Now {
        Now::default().after(Duration::from_secs(secs))
    }

    fn open(due: u64) -> Open {
        Open {
            callback: ONE,
            due: at(due).wall,
            attempts: 0,
            calling: false,
        }
    }

    #[test]
    fn one_that_is_due_begins_once_and_rests_when_its_call_is_over() {
        let mut callbacks: Callbacks<()> = Callbacks::new(REST);
        let look = callbacks.look(at(3), &[open(5)], true);
        assert_eq!((look.begin, look.next), (vec![], Some(REST / 5)));
        assert_eq!(callbacks.look(at(5), &[open(5)], true).begin, [ONE]);
        assert_eq!(callbacks.look(at(6), &[open(5)], true), Look::default());
        callbacks.handle_over(at(7).mono, ONE);
        let look = callbacks.look(at(8), &[open(5)], true);
        assert_eq!((look.begin, look.next), (vec![], Some(REST * 9 / 10)));
        assert_eq!(callbacks.look(at(17), &[open(5)], true).begin, [ONE]);
    }

    #[test]
    fn what_is_not_written_down_keeps_it_from_being_called_again() {
        let mut callbacks = Callbacks::new(REST);
        assert_eq!(callbacks.look(at(5), &[open(5)], true).begin, [ONE]);
        callbacks.handle_happened(ONE, "done");
        callbacks.handle_over(at(9).mono, ONE);
        // The store still has it as it was.
        for secs in [20, 60, 3_600] {
            assert_eq!(callbacks.look(at(secs), &[open(5)], true), Look::default());
        }
        assert_eq!(callbacks.unwritten(), Some(&(ONE, "done")));
        callbacks.handle_written();
        assert_eq!(callbacks.unwritten(), None);
        assert_eq!(callbacks.look(at(3_601), &[], true), Look::default());
    }

    #[test]
    fn those_who_are_not_to_be_called_any_more_leave_the_line() {
        let mut callbacks: Callbacks<()> = Callbacks::new(REST);
        callbacks.look(at(5), &[open(5)], true);
        assert_eq!(callbacks.look(at(6), &[], false).call_off, []);
        assert_eq!(callbacks.look(at(6), &[], true).call_off, [ONE]);
        assert_eq!(callbacks.look(at(6), &[open(60)], true).call_off, [ONE]);
        let tried = Open {
            attempts: 1,
            ..open(60)
        };
        assert_eq!(callbacks.look(at(6), &[tried], true).call_off, []);
    }
}
