//! Callbacks: their places in line, the calls to the customers, and what is written down of them.

use super::super::plan::{Chance, How, SECOND};
use super::promises::{Wrote, name, row as row_of};
use super::tally::Seen;
use super::{CALLS, Event, Guest, Id, Place, Presence, World, contact};
use crate::queue::callbacks::Open;

/// What could not be written is tried again then.
const WRITE_AGAIN: u64 = 10 * SECOND;

impl World<'_> {
    /// Something is new, or due.
    pub(super) fn look(&mut self) {
        if self.look_at <= self.now {
            self.look_at = u64::MAX;
        }
        self.look_once();
        if self.write() {
            self.look_once();
        }
    }

    fn look_once(&mut self) {
        let open: Vec<Open> = self
            .open
            .iter()
            .map(|row| {
                let r = &self.rows[*row];
                Open {
                    callback: name(*row),
                    due: r.due,
                    attempts: r.attempts,
                    calling: r.calling,
                }
            })
            .collect();
        let look = self.callbacks.look(self.time(), &open, true);
        for callback in look.call_off {
            self.call_off(row_of(callback));
        }
        for callback in look.begin {
            self.begin(row_of(callback));
        }
        if let Some(next) = look.next {
            let at = self.now + u64::try_from(next.as_millis()).unwrap_or(0);
            if at < self.look_at {
                self.look_at = at;
                self.at(at, Event::Look);
            }
        }
    }

    fn begin(&mut self, row: usize) {
        self.calls += 1;
        let id = CALLS + self.calls;
        let r = &mut self.rows[row];
        if r.over {
            return self.fault(format!("callback {row} is begun, and is over"));
        }
        if r.call.replace(id).is_some() {
            return self.fault(format!("callback {row} stands in line twice"));
        }
        let (asked, agent) = (r.asked, r.agent.clone());
        let mut chance = Chance::new(row as u64 * 7_919 + self.calls);
        let guest = Guest {
            place: Place::Apart,
            presence: Presence::CalledBack,
            queue: r.queue,
            person: r.person,
            priority: r.priority,
            patience: 3_600 * SECOND,
            fate: chance.of(0, 1 << 47),
            came: asked,
            rank: 0,
            wish: None,
            turns: 0,
            asks: None,
            broken: false,
            row: Some(row),
        };
        self.guests.insert(id, guest);
        self.tell(format!("callback {row} takes its place as {id}"));
        let came = self.as_of(asked);
        self.enter(id, came, agent, true);
    }

    /// In line, the agents' phones ringing included.
    fn stands(&self, id: Id) -> bool {
        let guest = self.guests.get(&id);
        guest.is_some_and(|g| {
            matches!(g.place, Place::InLine(_)) && g.presence == Presence::CalledBack
        })
    }

    /// Whom an agent calls at this moment is called.
    fn call_off(&mut self, row: usize) {
        if let Some(id) = self.rows[row].call
            && self.stands(id)
        {
            self.leaves(id, true);
        }
    }

    /// The customer does not want it any more.
    pub(super) fn cancel(&mut self, row: usize) {
        self.tally.count(Seen::Cancelled);
        self.rows[row].over = true;
        self.call_off(row);
        self.happened(row, Wrote::Cancelled);
    }

    pub(super) fn call_over(&mut self, row: usize) {
        self.rows[row].call = None;
        let now = self.time().mono;
        self.callbacks.handle_over(now, name(row));
        self.look();
    }

    fn happened(&mut self, row: usize, what: Wrote) {
        self.callbacks.handle_happened(name(row), (what, self.now));
        self.look();
    }

    /// An agent has answered: the customer's phone rings.
    pub(super) fn dials(&mut self, id: Id) {
        let Some((row, Place::Talking(agent))) = self
            .guests
            .get(&id)
            .and_then(|g| Some((g.row?, g.place.clone())))
        else {
            return;
        };
        let retry = self.plan.habits.retry_every;
        let (vain, tries) = (self.rows[row].vain, self.rows[row].tries);
        // The world's clock decides when; where it jumped that is another time.
        let jumped = |from: u64| {
            let mut jumps = self.plan.jumps.iter();
            jumps.any(|at| (from..=self.now).contains(at))
        };
        let soon = vain.filter(|at| self.now < at + retry && !jumped(*at));
        if let Some(at) = soon {
            let ago = (self.now - at) / SECOND;
            self.fault(format!("callback {row} is called again after {ago} s"));
        }
        if tries >= self.plan.habits.attempts {
            self.fault(format!(
                "callback {row} is called more often than it may be"
            ));
        }
        self.tally.count(Seen::Dialled);
        self.happened(row, Wrote::Begun(agent));
        let rings = self.turn(id).of(2 * SECOND, 33 * SECOND);
        let turn = self.turns(id);
        self.after(rings, Event::Customer(id, turn));
    }

    /// The customer's phone is answered, or rings to the end; or the agent gives up before.
    pub(super) fn customer(&mut self, id: Id, turn: u64) {
        if self.talking(id, turn).is_none() {
            return;
        }
        let Some((row, person)) = self.guests.get(&id).and_then(|g| Some((g.row?, g.person)))
        else {
            return;
        };
        let now = self.time();
        let mut others = self.guests.iter();
        let calls_us =
            others.any(|(other, g)| *other != id && g.person == person && g.row.is_none());
        let mut chance = self.turn(id);
        match chance.of(0, 10) {
            0 => {
                self.tally.count(Seen::CalledOff);
                self.happened(row, Wrote::CalledOff);
                self.back(id);
            }
            how if calls_us || how < 5 => {
                self.tally.count(Seen::InVain);
                let r = &mut self.rows[row];
                r.vain = Some(self.now);
                r.tries += 1;
                let due = now.wall.after(self.retry_every());
                self.happened(row, Wrote::Failed(due));
                let turn = self.turns(id);
                self.after(3 * SECOND, Event::InVain(id, turn));
            }
            _ => {
                self.tally.count(Seen::Reached);
                self.rows[row].over = true;
                self.happened(row, Wrote::Done);
                if let Some(guest) = self.guests.get_mut(&id) {
                    guest.presence = Presence::Listens;
                }
                self.acd.handle_reached(contact(id));
                self.talks(id);
            }
        }
    }

    pub(super) fn in_vain(&mut self, id: Id, turn: u64) {
        if let Some(with) = self.talking(id, turn) {
            let now = self.time();
            self.acd.handle_contact_over(now, &with, contact(id));
            self.gone(id);
        }
    }

    /// What has happened goes to the disk, in that order. Whether something did.
    fn write(&mut self) -> bool {
        let mut some = false;
        while !self.writing && self.callbacks.unwritten().is_some() {
            match self.trouble() {
                None => some |= self.write_one(),
                Some(How::Slow) => {
                    self.writing = true;
                    self.after(3 * SECOND, Event::Written(self.epoch));
                }
                Some(How::Refuses | How::Silent) => {
                    self.tally.count(Seen::NotWritten);
                    self.writing = true;
                    self.after(WRITE_AGAIN, Event::WriteAgain(self.epoch));
                }
            }
        }
        some
    }

    fn write_one(&mut self) -> bool {
        let Some((callback, (what, at))) = self.callbacks.unwritten().cloned() else {
            return false;
        };
        self.callbacks.handle_written();
        self.written_down(row_of(callback), what, at);
        true
    }

    pub(super) fn written(&mut self, epoch: u64) {
        if epoch == self.epoch {
            self.writing = false;
            self.write_one();
            self.look();
        }
    }

    pub(super) fn write_again(&mut self, epoch: u64) {
        if epoch == self.epoch {
            self.writing = false;
            self.look();
        }
    }

    /// As the store's statements have it (`store::attempts`).
    fn written_down(&mut self, row: usize, what: Wrote, at: u64) {
        if !self.open.contains(&row) {
            return;
        }
        self.tell(format!("written down of callback {row}: {what:?}"));
        let most = self.plan.habits.attempts;
        let r = &mut self.rows[row];
        // Who has asked anew since then is called.
        let stands = r.wished > at;
        let closed = match what {
            Wrote::Begun(agent) => {
                (r.calling, r.agent) = (true, Some(agent));
                r.attempts += 1;
                false
            }
            Wrote::CalledOff => {
                r.calling = false;
                r.attempts = r.attempts.saturating_sub(1);
                false
            }
            Wrote::Failed(due) => {
                (r.calling, r.due) = (false, due);
                let last = r.attempts >= most && !stands;
                if last {
                    self.tally.count(Seen::Unreached);
                }
                if stands {
                    // Asked anew during the last one: there is one more.
                    r.tries = r.tries.min(most.saturating_sub(1));
                }
                r.over |= last;
                last
            }
            Wrote::Done | Wrote::Cancelled => !stands,
        };
        if closed {
            if !r.over {
                self.fault(format!("callback {row} was promised anew, and is lost"));
            }
            self.open.remove(&row);
        }
    }
}
