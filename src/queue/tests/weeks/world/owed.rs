//! What the queue owes callers and agents, looked at after each event.

use std::time::Duration;

use super::super::plan::{Chance, QUEUES, SECOND};
use super::promises::name;
use super::tally::Seen;
use super::{Event, Guest, Id, Place, Presence, World};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::now::Wall;
use crate::queue::action::{AgentState, OfferId, OverflowCause, OverflowStep, QueueAction};

/// The server looks at least this often at who is to be called back, and rests between.
const LOOKS: u64 = 45 * SECOND;

impl World<'_> {
    /// What the machine says.
    pub(super) fn listen(&mut self) {
        while let Some(action) = self.acd.poll_action() {
            match action {
                QueueAction::Offer {
                    offer,
                    contact,
                    queue,
                    agent,
                    ring_for,
                } => {
                    self.tell(format!("offer {} of {queue} to {agent}", contact.as_u64()));
                    self.offered(offer, contact.as_u64(), &queue, agent, ring_for);
                }
                QueueAction::Withdraw { offer, .. } => self.taken_back(offer),
                QueueAction::Overflow { contact, to, cause } => {
                    self.tell(format!("overflow {}: {cause:?} {to:?}", contact.as_u64()));
                    self.overflows(contact.as_u64(), cause, to);
                }
                QueueAction::Agent { agent, state } => {
                    self.agents.insert(agent, state);
                }
                QueueAction::Position { contact, .. } | QueueAction::Comfort { contact } => {
                    self.hears(contact);
                }
            }
        }
    }

    fn hears(&mut self, contact: ContactId) {
        let id = contact.as_u64();
        let guest = self.guests.get(&id);
        let listens = guest.is_some_and(|g| {
            matches!(g.place, Place::InLine(_)) && g.presence == Presence::Listens
        });
        if !listens {
            self.fault(format!(
                "caller {id} is told something, and does not listen"
            ));
        }
    }

    fn overflows(&mut self, id: Id, cause: OverflowCause, to: OverflowStep) {
        let Some(guest) = self.guests.get(&id) else {
            return self.fault(format!("caller {id} overflows, and is not here"));
        };
        let in_line = match guest.place {
            Place::InLine(_) => true,
            Place::SentOn => false,
            Place::Talking(_) | Place::HandedOn | Place::Apart => {
                return self.fault(format!("caller {id} overflows who is not in line"));
            }
        };
        if guest.presence != Presence::Listens {
            self.fault(format!("caller {id} is sent on, and does not listen"));
        }
        self.overflowed += u64::from(in_line);
        match to {
            OverflowStep::Queue(queue) => {
                let to = QUEUES.iter().position(|q| *q == queue.as_str());
                if let (Some(to), Some(guest)) = (to, self.guests.get_mut(&id)) {
                    guest.queue = to;
                    guest.place = Place::InLine(Default::default());
                    self.entered += 1;
                }
            }
            OverflowStep::Callback if cause != OverflowCause::Asked => self.is_sent_on(id),
            OverflowStep::Message => self.leaves_message(id),
            OverflowStep::Callback | OverflowStep::Outside(_) => {
                self.fault(format!("caller {id}: overflow to {to:?}"));
            }
        }
    }

    fn offered(
        &mut self,
        offer: OfferId,
        n: Id,
        queue: &QueueName,
        agent: AgentId,
        ring_for: Duration,
    ) {
        if !self.offers_to(&agent).is_empty() {
            self.fault(format!("{agent} has two offers"));
        }
        if self.asides.values().any(|a| *a == agent) {
            self.fault(format!(
                "{agent} is offered caller {n} while on another call"
            ));
        }
        self.goes_before(n, queue, &agent);
        self.keeps_for(n, &agent);
        match self.guests.get_mut(&n).map(|g| &mut g.place) {
            Some(Place::InLine(offers)) => {
                offers.insert(offer);
            }
            _ => self.fault(format!("caller {n} is offered who is not in line")),
        }
        self.offers.insert(offer, (n, agent));
        let ring = u64::try_from(ring_for.as_millis()).unwrap_or(0);
        let fate = self.guests.get(&n).map_or(0, |g| g.fate);
        let mut chance = Chance::new(fate ^ (offer.0 << 24));
        let after = chance.of(200, ring.max(300));
        match chance.of(0, 10) {
            // Rings out: the phone is dead, or nobody tells.
            0 => {}
            how @ 1..=3 => self.after(after, Event::Refuses(offer, how as u8 - 1)),
            // Slow: the answer crosses with the end of the ringing.
            4 => self.after(ring, Event::Answers(offer)),
            _ => self.after(after, Event::Answers(offer)),
        }
    }

    /// Nobody who may have the agent and stands before them in line is passed over.
    fn goes_before(&mut self, n: Id, queue: &QueueName, agent: &AgentId) {
        let rank = self.guests.get(&n).map_or(0, |g| g.rank);
        let passed = self.guests.iter().find(|(other, g)| {
            let waits = matches!(&g.place, Place::InLine(offers) if offers.is_empty());
            let same = QUEUES[g.queue] == queue.as_str();
            let kept = self.held_for(g).is_some_and(|held| held != agent);
            **other != n && waits && same && !kept && g.rank < rank
        });
        if let Some((passed, _)) = passed {
            self.fault(format!("caller {n} is offered in {queue} before {passed}"));
        }
    }

    /// Who is kept for an agent is offered to nobody else, and who would rather have one who is
    /// ready has them.
    fn keeps_for(&mut self, n: Id, agent: &AgentId) {
        let Some(guest) = self.guests.get(&n) else {
            return;
        };
        if let Some(held) = self.held_for(guest) {
            if held != agent {
                return self.fault(format!("caller {n} is kept for {held}, not for {agent}"));
            }
            self.tally.count(Seen::Held);
        }
        let Some((wished, _)) = &guest.wish else {
            return;
        };
        let free = self.agents.get(wished) == Some(&AgentState::Ready);
        if free && wished != agent && self.serves(wished, guest.queue) {
            self.fault(format!(
                "{wished} is ready, and {agent} is offered caller {n}"
            ));
        }
    }

    /// What must hold at any time.
    pub(super) fn check(&mut self) {
        let mut wrong = self.waits_in_vain();
        for (agent, state) in &self.agents {
            let aside = self.asides.values().any(|a| a == agent);
            if *state == AgentState::Engaged && !aside {
                wrong = Some(format!("{agent} is engaged, and there is no call"));
            }
        }
        let counts = self.acd.snapshot(self.time()).queues;
        let sum = |of: fn(&crate::queue::snapshot::QueueCounts) -> u64| -> u64 {
            counts.iter().map(|q| of(&q.counts)).sum()
        };
        let theirs = [
            sum(|c| c.entered),
            sum(|c| c.answered),
            sum(|c| c.abandoned),
            sum(|c| c.overflowed),
        ];
        let ours = [self.entered, self.answered, self.abandoned, self.overflowed];
        if theirs != ours {
            wrong = Some(format!("counted {theirs:?}, happened {ours:?}"));
        }
        wrong = wrong.or_else(|| self.forgotten());
        if let Some(wrong) = wrong {
            self.fault(wrong);
        }
    }

    /// Somebody waits while an agent of theirs is ready; being kept for another has an end.
    fn waits_in_vain(&self) -> Option<String> {
        let ready = self.agents.iter();
        let ready = ready.filter(|(_, state)| **state == AgentState::Ready);
        let ready: Vec<&AgentId> = ready.map(|(agent, _)| agent).collect();
        if ready.is_empty() {
            return None;
        }
        let waits = |g: &Guest| matches!(&g.place, Place::InLine(offers) if offers.is_empty());
        for (n, guest) in self.guests.iter().filter(|(_, g)| waits(g)) {
            let held = self.held_for(guest);
            let mut ready = ready.iter();
            let free = ready.find(|a| {
                let may = held.is_none_or(|held| held == **a);
                may && self.serves(a, guest.queue)
            });
            if let Some(free) = free {
                let queue = QUEUES[guest.queue];
                return Some(format!("caller {n} waits in {queue} while {free} is ready"));
            }
        }
        None
    }

    /// A promise stands in line, is being kept, or is due later.
    fn forgotten(&mut self) -> Option<String> {
        let wall = Wall::from_unix_millis(self.wall);
        for row in &self.open {
            let r = &mut self.rows[*row];
            let here = r.call.map(|id| self.guests.contains_key(&id));
            match here {
                Some(true) => r.idle = None,
                Some(false) => return Some(format!("the call of callback {row} is lost")),
                None if r.due > wall || self.callbacks.is_unwritten(name(*row)) => r.idle = None,
                None => {
                    let since = *r.idle.get_or_insert(self.now);
                    if self.now - since > LOOKS {
                        return Some(format!("callback {row} is forgotten"));
                    }
                }
            }
        }
        None
    }
}
