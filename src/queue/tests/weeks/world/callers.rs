//! Callers who come, wait, and do something about it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::plan::{Chance, Intent, MINUTE, QUEUES, SECOND};
use super::promises::What;
use super::tally::Seen;
use super::{Event, Guest, Id, Place, Presence, World, contact};
use crate::ids::AgentId;
use crate::now::Mono;
use crate::queue::acd::Leaving;
use crate::queue::line::Priority;
use crate::queue::{Arrival, Wanted};

impl World<'_> {
    pub(super) fn comes(&mut self, id: Id) {
        let visit = &self.plan.visits[id as usize];
        let (person, mut queue, patience) = (visit.person, visit.queue, visit.patience);
        let mut chance = Chance::new(visit.fate);
        let now = self.time();
        let mut came = now.mono;
        let mut knows = self.last.get(&person).cloned();
        let mut claims = None;
        // Who is to be called back is asked about it first.
        if let Some(row) = self.open_of(person) {
            if let Some(agent) = self.rows[row].agent.clone() {
                knows = Some((agent, now.wall));
            }
            match chance.of(0, 4) {
                0 | 1 => {
                    came = self.as_of(self.rows[row].asked);
                    queue = self.rows[row].queue;
                    claims = Some(row);
                    self.tally.count(Seen::Claimed);
                }
                2 => self.cancel(row),
                _ => {}
            }
        }
        let within = Duration::from_millis(self.plan.habits.within);
        let knows = knows.filter(|(_, at)| now.wall.since(*at) <= within);
        let guest = Guest {
            place: Place::InLine(BTreeSet::new()),
            presence: Presence::Listens,
            queue,
            person,
            priority: visit.priority,
            patience,
            fate: visit.fate,
            came: now.wall,
            rank: 0,
            wish: None,
            turns: 0,
            asks: None,
            broken: false,
            row: None,
        };
        self.guests.insert(id, guest);
        self.tally.count(Seen::Caller);
        if visit.intent != Intent::Waits {
            self.after(visit.after, Event::Wants(id));
        }
        self.enter(id, came, knows.map(|(agent, _)| agent), false);
        // The call takes the place before the one that kept it leaves it.
        if let Some(row) = claims {
            self.cancel(row);
        }
    }

    /// Into the line, as somebody who came at that time.
    pub(super) fn enter(&mut self, id: Id, came: Mono, knows: Option<AgentId>, called_back: bool) {
        let now = self.time();
        let hold = self.plan.habits.hold;
        let Some(guest) = self.guests.get_mut(&id) else {
            return;
        };
        let came_ms = came.since_start().as_millis() as i64;
        guest.rank = came_ms - i64::from(guest.priority) * 120 * SECOND as i64;
        guest.place = Place::InLine(BTreeSet::new());
        guest.wish = knows
            .zip(hold)
            .map(|(agent, hold)| (agent, self.now + hold));
        let wanted = |(agent, hold)| Wanted {
            agent,
            hold: Duration::from_millis(hold),
        };
        let wish = guest.wish.as_ref().map(|(agent, _)| agent.clone());
        let arrival = Arrival {
            priority: Priority(guest.priority),
            wish: wish.zip(hold).map(wanted),
            came: Some(came),
            called_back,
            ..Arrival::new(contact(id), QUEUES[guest.queue])
        };
        let patience = guest.patience;
        self.entered += 1;
        if !called_back {
            self.after(patience, Event::HangsUp(id));
        }
        self.acd.handle_enter(now, arrival);
    }

    pub(super) fn hangs_up(&mut self, id: Id) {
        let Some(guest) = self.guests.get(&id) else {
            return;
        };
        let waits = match guest.place {
            Place::InLine(_) => true,
            Place::SentOn | Place::Apart => false,
            Place::Talking(_) | Place::HandedOn => return,
        };
        if guest.presence != Presence::CalledBack {
            self.leaves(id, waits);
        }
    }

    /// Out of the line, or from where the queue has sent them.
    pub(super) fn leaves(&mut self, id: Id, waits: bool) {
        let now = self.time();
        self.acd.handle_left(now, contact(id), Leaving::Gone);
        self.abandoned += u64::from(waits);
        self.gone(id);
    }

    pub(super) fn gone(&mut self, id: Id) {
        let Some(guest) = self.guests.remove(&id) else {
            return self.fault(format!("caller {id} ends twice"));
        };
        self.offers.retain(|_, (n, _)| *n != id);
        // Their call parts from the queue, whatever it thought of them.
        let now = self.time();
        self.acd.handle_left(now, contact(id), Leaving::Gone);
        if let Some(row) = guest.row {
            self.call_over(row);
        }
    }

    /// In line, and hears what is said.
    fn listens(&self, id: Id) -> bool {
        let guest = self.guests.get(&id);
        guest
            .is_some_and(|g| matches!(g.place, Place::InLine(_)) && g.presence == Presence::Listens)
    }

    /// In self-service since this turn, the place kept.
    fn is_elsewhere(&self, id: Id, turn: u64) -> bool {
        let guest = self.guests.get(&id);
        guest.is_some_and(|g| {
            let in_line = matches!(g.place, Place::InLine(_));
            in_line && g.presence == Presence::Elsewhere && g.turns == turn
        })
    }

    pub(super) fn wants(&mut self, id: Id) {
        if !self.listens(id) {
            return;
        }
        let now = self.time();
        let mut chance = self.turn(id);
        let turn = self.turns(id);
        match self.plan.visits[id as usize].intent {
            Intent::Waits => {}
            Intent::Callback => {
                self.looks_back(id);
                let talk = chance.of(2 * SECOND, 20 * SECOND);
                self.after(talk, Event::AsksStore(id, turn));
            }
            Intent::LooksBack => {
                self.looks_back(id);
                let away = chance.of(SECOND, 3 * MINUTE);
                self.after(away, Event::Returns(id, turn));
            }
            Intent::Message => self.acd.handle_overflow_asked(now, contact(id)),
            Intent::Drops => {
                // Their place becomes a callback.
                self.ask(id, What::LostPlace);
                self.leaves(id, true);
            }
        }
    }

    fn looks_back(&mut self, id: Id) {
        let now = self.time();
        self.acd.handle_left(now, contact(id), Leaving::KeepsPlace);
        if let Some(guest) = self.guests.get_mut(&id) {
            guest.presence = Presence::Elsewhere;
        }
        self.tally.count(Seen::LookedBack);
    }

    pub(super) fn asks_store(&mut self, id: Id, turn: u64) {
        // An agent may have had them meanwhile, and lost them again.
        if self.is_elsewhere(id, turn) {
            self.ask(id, What::Callback);
        }
    }

    pub(super) fn returns(&mut self, id: Id, turn: u64) {
        if self.is_elsewhere(id, turn) {
            self.comes_back_in_line(id);
        }
    }

    pub(super) fn comes_back_in_line(&mut self, id: Id) {
        let now = self.time();
        if let Some(guest) = self.guests.get_mut(&id) {
            guest.presence = Presence::Listens;
        }
        self.acd.handle_back_in_line(now, contact(id));
    }

    /// The queue has sent them on, to be called back.
    pub(super) fn is_sent_on(&mut self, id: Id) {
        let broken = self.guests.get(&id).is_some_and(|g| g.broken);
        self.set(id, Place::SentOn);
        if broken {
            return self.next_step(id, false);
        }
        let hears = self.turn(id).of(SECOND, 30 * SECOND);
        let turn = self.turns(id);
        self.after(hears, Event::Decides(id, turn));
    }

    pub(super) fn decides(&mut self, id: Id, turn: u64) {
        if self.place(id) != Some(&Place::SentOn) || self.turns(id) != turn {
            return;
        }
        match self.turn(id).of(0, 4) {
            0 => self.next_step(id, false),
            1 => self.next_step(id, true),
            _ => self.ask(id, What::Callback),
        }
    }

    /// `again`: by key 0, to the people who could not come before.
    pub(super) fn next_step(&mut self, id: Id, again: bool) {
        let now = self.time();
        if again {
            self.entered += 1;
            self.set(id, Place::InLine(BTreeSet::new()));
        }
        self.acd.handle_next_step(now, contact(id), again);
    }

    pub(super) fn asks_again(&mut self, id: Id, turn: u64) {
        if self.place(id) != Some(&Place::Apart) || self.turns(id) != turn {
            return;
        }
        let Some(guest) = self.guests.get_mut(&id) else {
            return;
        };
        guest.broken = false;
        let knows = self.last.get(&guest.person).map(|(agent, _)| agent.clone());
        let now = self.time();
        self.enter(id, now.mono, knows, false);
    }
}
