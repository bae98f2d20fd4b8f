//! What the queue owes callers and agents, looked at after each event.

use std::time::Duration;

use super::super::plan::QUEUES;
use super::{Event, Place, World, caller};
use crate::ids::{AgentId, QueueName};
use crate::queue::action::{AgentState, OfferId, OverflowStep, QueueAction};

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
                    self.offered(offer, caller(contact), &queue, agent, ring_for);
                }
                QueueAction::Withdraw { offer, .. } => self.taken_back(offer),
                QueueAction::Overflow { contact, to, cause } => {
                    let n = caller(contact);
                    self.tell(format!("overflow {n}: {cause:?} {to:?}"));
                    if to != OverflowStep::Message {
                        self.fault(format!("caller {n}: overflow to {to:?}"));
                    }
                    if !matches!(self.place(n), Some(Place::InLine(_))) {
                        self.fault(format!("caller {n} overflows who is not in line"));
                    }
                    self.overflowed += 1;
                    self.gone(n);
                }
                QueueAction::Agent { agent, state } => {
                    self.agents.insert(agent, state);
                }
                QueueAction::Position { .. } | QueueAction::Comfort { .. } => {}
            }
        }
    }

    fn offered(
        &mut self,
        offer: OfferId,
        n: usize,
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
        let rank = self.guests.get(&n).map_or(0, |g| g.rank);
        let passed = self.guests.iter().find(|(other, g)| {
            let waits = matches!(&g.place, Place::InLine(offers) if offers.is_empty());
            let same = QUEUES[self.plan.visits[**other].queue] == queue.as_str();
            **other != n && waits && same && g.rank < rank
        });
        if let Some((passed, _)) = passed {
            self.fault(format!("caller {n} is offered in {queue} before {passed}"));
        }
        match self.guests.get_mut(&n).map(|g| &mut g.place) {
            Some(Place::InLine(offers)) => {
                offers.insert(offer);
            }
            _ => self.fault(format!("caller {n} is offered who is not in line")),
        }
        self.offers.insert(offer, (n, agent));
        let ring = u64::try_from(ring_for.as_millis()).unwrap_or(0);
        let mut chance = self.turn(n);
        let after = chance.of(200, ring.max(300));
        match chance.of(0, 10) {
            // Rings out: the phone is dead, or nobody tells.
            0 => {}
            how @ 1..=3 => self.at(self.now + after, Event::Refuses(offer, how as u8 - 1)),
            // Slow: the answer crosses with the end of the ringing.
            4 => self.at(self.now + ring, Event::Answers(offer)),
            _ => self.at(self.now + after, Event::Answers(offer)),
        }
    }

    /// What must hold at any time.
    pub(super) fn check(&mut self) {
        let mut wrong = None;
        for (n, guest) in &self.guests {
            let Place::InLine(offers) = &guest.place else {
                continue;
            };
            if !offers.is_empty() {
                continue;
            }
            let queue = QUEUES[self.plan.visits[*n].queue];
            let free = self.plan.settings.agents.iter().find(|a| {
                let serves = a.queues.iter().any(|q| q.as_str() == queue);
                serves && self.agents.get(&a.id) == Some(&AgentState::Ready)
            });
            if let Some(free) = free {
                wrong = Some(format!(
                    "caller {n} waits in {queue} while {} is ready",
                    free.id
                ));
            }
        }
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
        if let Some(wrong) = wrong {
            self.fault(wrong);
        }
    }
}
