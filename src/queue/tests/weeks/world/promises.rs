//! The store as calls meet it: what it is asked to keep, what it keeps, and what it says.

use std::time::Duration;

use super::super::plan::{Chance, How, SECOND};
use super::tally::Seen;
use super::{Event, Id, Place, Presence, World};
use crate::ids::{AgentId, CallbackId};
use crate::now::{Mono, Wall};

/// A caller is kept waiting for the store no longer.
const PATIENCE: u64 = 8 * SECOND;
/// Whose message could not be kept is asked about again.
const ASK_AGAIN: u64 = 30 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The caller waits to be told.
    Callback,
    /// They are gone.
    LostPlace,
    Message,
}

/// What a call has asked the store to keep.
#[derive(Debug)]
pub(super) struct Ask {
    what: What,
    of: Id,
    person: usize,
    queue: usize,
    priority: u8,
    asked: Wall,
    /// On the disk: its row, and whether that is new.
    kept: Option<(usize, bool)>,
}

/// A callback as the store has it, and what has become of it in truth.
#[derive(Debug)]
pub(super) struct Row {
    pub person: usize,
    pub queue: usize,
    pub priority: u8,
    pub asked: Wall,
    pub due: Wall,
    pub calling: bool,
    pub attempts: u32,
    pub agent: Option<AgentId>,
    /// When it was asked for last.
    pub wished: u64,
    /// The contact of the call that is made.
    pub call: Option<Id>,
    /// Reached, or not wanted any more: nothing more may come of it.
    pub over: bool,
    /// When it was tried in vain last, and how often it was.
    pub vain: Option<u64>,
    pub tries: u32,
    /// It could be begun and is not, since then.
    pub idle: Option<u64>,
}

/// What is written down about a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wrote {
    Begun(AgentId),
    CalledOff,
    Failed(Wall),
    Done,
    Cancelled,
}

pub(super) fn name(row: usize) -> CallbackId {
    CallbackId(row as i64)
}

pub(super) fn row(name: CallbackId) -> usize {
    name.0 as usize
}

impl World<'_> {
    /// The moment of that time by the world's clock.
    pub(super) fn as_of(&self, asked: Wall) -> Mono {
        let now = self.time();
        now.mono - now.wall.since(asked)
    }

    pub(super) fn trouble(&self) -> Option<How> {
        let now = self.now;
        let mut all = self.plan.store.iter();
        all.find(|t| t.from <= now && now < t.to).map(|t| t.how)
    }

    pub(super) fn open_of(&self, person: usize) -> Option<usize> {
        let mut open = self.open.iter();
        open.find(|row| self.rows[**row].person == person).copied()
    }

    /// Something is to be kept for this caller.
    pub(super) fn ask(&mut self, id: Id, what: What) {
        let now = self.time().wall;
        let Some(guest) = self.guests.get_mut(&id) else {
            return;
        };
        let ask = self.asked;
        self.asked += 1;
        // Who waited stands where they stood.
        let asked = match what {
            What::LostPlace => guest.came,
            What::Callback | What::Message => now,
        };
        let one = Ask {
            what,
            of: id,
            person: guest.person,
            queue: guest.queue,
            priority: guest.priority,
            asked,
            kept: None,
        };
        let mut chance = Chance::new(guest.fate ^ ((ask as u64) << 20));
        if what != What::LostPlace {
            guest.asks = Some(ask);
            self.after(PATIENCE, Event::GivesUp(ask));
        }
        self.asks.insert(ask, one);
        let soon = chance.of(5, 60);
        match self.trouble() {
            None => {
                self.after(soon, Event::Kept(ask));
                self.after(soon, Event::Told(ask, true));
            }
            Some(How::Slow) => {
                let late = chance.of(SECOND, 4 * PATIENCE);
                self.after(late, Event::Kept(ask));
                self.after(late, Event::Told(ask, true));
            }
            Some(How::Refuses) => self.after(soon * 50, Event::Told(ask, false)),
            Some(How::Silent) if chance.one_in(2) => self.after(soon * 500, Event::Kept(ask)),
            Some(How::Silent) => {}
        }
    }

    pub(super) fn kept(&mut self, ask: usize) {
        // The process that asked may be gone.
        let Some(a) = self.asks.get(&ask) else {
            return;
        };
        if a.what == What::Message {
            return;
        }
        let (person, queue, priority, asked) = (a.person, a.queue, a.priority, a.asked);
        let kept = self.insert(person, queue, priority, asked);
        if let Some(a) = self.asks.get_mut(&ask) {
            a.kept = Some(kept);
        }
        self.look();
    }

    /// Once per person: the row, and whether it is new.
    fn insert(&mut self, person: usize, queue: usize, priority: u8, asked: Wall) -> (usize, bool) {
        if let Some(row) = self.open_of(person) {
            let r = &mut self.rows[row];
            r.wished = self.now;
            if std::mem::take(&mut r.over) {
                (r.tries, r.vain) = (0, None);
            }
            return (row, false);
        }
        self.rows.push(Row {
            person,
            queue,
            priority,
            asked,
            due: asked,
            calling: false,
            attempts: 0,
            agent: None,
            wished: self.now,
            call: None,
            over: false,
            vain: None,
            tries: 0,
            idle: None,
        });
        let row = self.rows.len() - 1;
        self.open.insert(row);
        self.tally.count(Seen::Stored);
        (row, true)
    }

    /// The store says what has become of it.
    pub(super) fn answered_by_store(&mut self, ask: usize, kept: bool) {
        let Some(Ask {
            what,
            of,
            kept: on_disk,
            ..
        }) = self.asks.remove(&ask)
        else {
            return;
        };
        if !kept {
            self.tally.count(Seen::Refused);
        }
        let guest = self.guests.get(&of);
        let waits = guest.is_some_and(|g| g.asks == Some(ask));
        match (what, on_disk) {
            (What::Message, _) if kept && waits => self.gone(of),
            (What::Callback, Some(_)) if waits => {
                self.tally.count(Seen::Promised);
                let in_line = matches!(self.place(of), Some(Place::InLine(_)));
                self.leaves(of, in_line);
            }
            // Who has gone on to the people needs it no more.
            (What::Callback, Some((row, true))) if guest.is_some() => {
                self.tally.count(Seen::Late);
                self.tally.count(Seen::Unneeded);
                self.cancel(row);
            }
            (What::Callback, Some(_)) => self.tally.count(Seen::Late),
            _ if waits => self.not_kept(of),
            (What::Message | What::Callback | What::LostPlace, _) => {}
        }
    }

    pub(super) fn gives_up(&mut self, ask: usize) {
        let Some(of) = self.asks.get(&ask).map(|a| a.of) else {
            return;
        };
        if self.guests.get(&of).is_some_and(|g| g.asks == Some(ask)) {
            self.tally.count(Seen::Silent);
            self.not_kept(of);
        }
    }

    /// Nothing is promised: on to the people.
    fn not_kept(&mut self, id: Id) {
        let Some(guest) = self.guests.get_mut(&id) else {
            return;
        };
        guest.asks = None;
        guest.broken = true;
        match guest.place {
            Place::InLine(_) if guest.presence == Presence::Elsewhere => {
                self.comes_back_in_line(id);
            }
            Place::SentOn => self.next_step(id, false),
            Place::Apart => {
                let turn = self.turns(id);
                self.after(ASK_AGAIN, Event::AsksAgain(id, turn));
            }
            Place::InLine(_) | Place::Talking(_) | Place::HandedOn => {
                self.fault(format!("caller {id} waits for a promise, and with people"));
            }
        }
    }

    /// The queue has nothing more for them than a message.
    pub(super) fn leaves_message(&mut self, id: Id) {
        self.tally.count(Seen::Apart);
        self.turn(id);
        self.set(id, Place::Apart);
        self.ask(id, What::Message);
    }

    /// The process is gone, and the next one reads what is on the disk.
    pub(super) fn recover(&mut self) {
        self.callbacks = super::Callbacks::new(super::REST);
        self.writing = false;
        self.asks.clear();
        let open: Vec<usize> = self.open.iter().copied().collect();
        // Whether anybody was reached by the last call that may be, nobody knows any more: there is one more.
        let known = self.plan.habits.attempts.saturating_sub(1);
        for row in open {
            let row = &mut self.rows[row];
            // What was not written down by then is not known any more.
            (row.calling, row.call, row.over) = (false, None, false);
            (row.vain, row.tries) = (None, row.attempts.min(known));
        }
        for (_, guest) in std::mem::take(&mut self.guests) {
            let waits = matches!(guest.place, Place::InLine(_) | Place::SentOn);
            if waits && guest.presence != Presence::CalledBack {
                self.tally.count(Seen::Recovered);
                let _ = self.insert(guest.person, guest.queue, guest.priority, guest.came);
            }
        }
        self.after(SECOND, Event::Look);
    }

    /// After how long an attempt is made anew.
    pub(super) fn retry_every(&self) -> Duration {
        Duration::from_millis(self.plan.habits.retry_every)
    }
}
