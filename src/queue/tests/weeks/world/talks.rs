//! Phones that are answered, talks, and what becomes of them.

use std::collections::BTreeSet;

use super::super::plan::{MINUTE, SECOND};
use super::{Event, Id, Place, Presence, World, agent, contact};
use crate::ids::AgentId;
use crate::queue::acd::{Answer, Leaving};
use crate::queue::action::{AgentState, OfferId};

impl World<'_> {
    pub(super) fn answers(&mut self, offer: OfferId) {
        let now = self.time();
        let stands = self.offers.get(&offer).cloned();
        match (self.acd.handle_answered(now, offer), stands) {
            (Answer::TooLate, None) => {}
            (Answer::TooLate, Some((n, _))) => self.fault(format!("caller {n}: answered in vain")),
            (Answer::Connect { contact: c, .. }, None) => {
                self.fault(format!("{c}: an offer that is over was taken"));
            }
            (Answer::Connect { agent, .. }, Some((n, asked))) => {
                if agent != asked {
                    self.fault(format!("caller {n}: {asked} was asked, {agent} has them"));
                }
                self.answered += 1;
                self.set(n, Place::Talking(agent));
                self.offers.remove(&offer);
                let Some(guest) = self.guests.get_mut(&n) else {
                    return;
                };
                match guest.presence {
                    Presence::CalledBack => self.dials(n),
                    Presence::Listens => self.talks(n),
                    Presence::Elsewhere => {
                        // Fetched from the menus: what they asked for there is not waited for.
                        guest.presence = Presence::Listens;
                        guest.asks = None;
                        self.talks(n);
                    }
                }
            }
        }
    }

    pub(super) fn talks(&mut self, n: Id) {
        let wall = self.time().wall;
        if let Some(guest) = self.guests.get(&n)
            && let Place::Talking(agent) = &guest.place
        {
            self.last.insert(guest.person, (agent.clone(), wall));
        }
        let lasts = self.turn(n).of(5 * SECOND, 9 * MINUTE);
        let turn = self.turns(n);
        self.after(lasts, Event::TalkEnds(n, turn));
    }

    /// With whom, if it is still this talk.
    pub(super) fn talking(&self, n: Id, turn: u64) -> Option<AgentId> {
        let guest = self.guests.get(&n).filter(|g| g.turns == turn)?;
        match &guest.place {
            Place::Talking(with) => Some(with.clone()),
            Place::InLine(_) | Place::HandedOn | Place::SentOn | Place::Apart => None,
        }
    }

    pub(super) fn talk_ends(&mut self, n: Id, turn: u64) {
        let Some(with) = self.talking(n, turn) else {
            return;
        };
        let now = self.time();
        let mut chance = self.turn(n);
        match chance.of(0, 12) {
            // The agent's phone dies: back to the head of the line.
            0 => self.back(n),
            // Handed on.
            1 | 2 => {
                self.acd.handle_transferring(now, &with, contact(n));
                self.set(n, Place::HandedOn);
                let rings = chance.of(SECOND, 30 * SECOND);
                let turn = self.turns(n);
                self.after(rings, Event::TransferEnds(n, turn));
            }
            _ => {
                self.acd.handle_contact_over(now, &with, contact(n));
                self.gone(n);
            }
        }
    }

    pub(super) fn transfer_ends(&mut self, n: Id, turn: u64) {
        if self.place(n) != Some(&Place::HandedOn) || self.turns(n) != turn {
            return;
        }
        let now = self.time();
        match self.turn(n).of(0, 3) {
            0 => self.back(n),
            1 => {
                // Outside: we have no part in it any more.
                self.acd.handle_left(now, contact(n), Leaving::Gone);
                self.gone(n);
            }
            _ => {
                let to = agent(n as usize % self.plan.settings.agents.len().max(1));
                let busy = !matches!(self.agents.get(&to), Some(AgentState::Ready));
                if busy {
                    return self.back(n);
                }
                self.acd.handle_took(now, &to, contact(n));
                self.set(n, Place::Talking(to));
                self.talks(n);
            }
        }
    }

    /// To the place that they had.
    pub(super) fn back(&mut self, n: Id) {
        self.entered += 1;
        self.set(n, Place::InLine(BTreeSet::new()));
        let now = self.time();
        if let Some(guest) = self.guests.get(&n)
            && guest.presence == Presence::Listens
        {
            self.after(guest.patience, Event::HangsUp(n));
        }
        self.acd.handle_return(now, contact(n));
    }
}
