//! More than two in a talk: the agent has a colleague join, or a supervisor listens. Each has a
//! place in the table of who hears whom; the media thread mixes by it.

use super::bridged::{Party, Who};
use super::consult::Joined;
use super::event::QueueCommand;
use super::machine::{Call, Stage};
use crate::ids::{ContactId, LegId};
use crate::media::command::MediaCommand;
use crate::media::mixer::MixSeat;
use crate::record::timeline::{Event as RecordEvent, Presence, TransferTo};
use crate::sip::leg::{LegCommand, LegEvent};

/// Somebody beside the caller and the person whom the talk belongs to.
#[derive(Debug)]
pub(super) struct Guest {
    pub party: Party,
    pub presence: Presence,
    /// The queue gave this colleague under this contact.
    pub queued: Option<ContactId>,
    /// A supervisor, not a colleague whom the agent had join.
    pub leads: bool,
}

impl Who {
    /// As the record names them.
    pub(super) fn named(&self) -> TransferTo {
        match self {
            Who::Agent(agent) => TransferTo::Agent {
                agent: agent.clone(),
            },
            Who::Outside(number) => TransferTo::Number {
                number: number.clone(),
            },
        }
    }
}

impl Call {
    /// The agent has caller, colleague and themselves talk together. `by`: one of their legs.
    pub(super) fn confer(&mut self, by: LegId) {
        let own = self
            .consult
            .as_ref()
            .map(|c| (c.agent().clone(), c.asker()));
        let Some((_, asker)) = own.filter(|(agent, _)| self.talking_agent() == Some(agent)) else {
            return;
        };
        let with_caller = self.leg_with_caller();
        if by != asker && Some(by) != with_caller {
            return;
        }
        let Some(joined) = self.consult.as_mut().and_then(|c| c.join()) else {
            // Whom they ask has not answered.
            return;
        };
        self.tell_consult();
        self.consult = None;
        let Joined {
            asker,
            party,
            queued,
        } = joined;
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let who = party.who.named();
        b.guests.push(Guest {
            party,
            presence: Presence::Talks,
            queued,
            leads: false,
        });
        (b.on_hold, b.held_to_ask) = (false, false);
        // They talk on where they spoke; their other call has nothing to say any more.
        if let Some(mut idle) = asker {
            if let Some(own) = b.party.as_mut().filter(|_| by == idle.id) {
                std::mem::swap(&mut own.leg, &mut idle);
            }
            self.end_leg(&idle);
        }
        self.note_hold_now();
        self.record(RecordEvent::Joined {
            who,
            presence: Presence::Talks,
        });
        self.mix();
    }

    fn leg_with_caller(&self) -> Option<LegId> {
        match &self.stage {
            Stage::Bridged(b) => b.party.as_ref().map(|p| p.leg.id),
            _ => None,
        }
    }

    /// Whether more than caller and agent talk. Who only listens changes nothing for those two.
    pub(super) fn is_conference(&self) -> bool {
        let talks = |g: &Guest| g.presence == Presence::Talks;
        matches!(&self.stage, Stage::Bridged(b) if b.guests.iter().any(talks))
    }

    /// Who hears whom, or the bridge of two.
    pub(super) fn mix(&mut self) {
        let caller = self.start.leg;
        let Stage::Bridged(b) = &self.stage else {
            return;
        };
        let Some(party) = b.party.as_ref().map(|p| p.leg.id) else {
            return;
        };
        let on_hold = b.on_hold || b.away.is_some();
        if b.guests.is_empty() {
            return self.media(match on_hold {
                true => MediaCommand::Unbridge { leg: caller },
                false => MediaCommand::Bridge {
                    a: caller,
                    b: party,
                },
            });
        }
        let guests = b.guests.iter().map(|g| (g.party.leg.id, Some(g.presence)));
        // Whom the agent asks on the leg that they have with the caller.
        let lent = self.consult.as_ref().filter(|c| c.is_lent());
        let asked = lent.and_then(|c| c.asked()).map(|leg| (leg, None));
        let all: Vec<(LegId, Option<Presence>)> = [(caller, None), (party, None)]
            .into_iter()
            .chain(asked)
            .chain(guests)
            .collect();
        let hears = |listener: LegId, (speaker, presence): &(LegId, Option<Presence>)| {
            if on_hold && (listener == caller || *speaker == caller) {
                return None;
            }
            let heard = match presence {
                None | Some(Presence::Talks) => true,
                Some(Presence::Whispers) => listener == party,
                Some(Presence::Listens) => false,
            };
            (heard && listener != *speaker).then_some(*speaker)
        };
        let seats = all.iter().map(|&(leg, _)| MixSeat {
            leg,
            hears: all.iter().filter_map(|s| hears(leg, s)).collect(),
        });
        let seats = seats.collect();
        self.media(MediaCommand::Confer { seats });
    }

    /// Something from a phone of somebody beside the two. `Some`: of none.
    pub(super) fn guest_event(&mut self, id: LegId, event: LegEvent) -> Option<LegEvent> {
        let codecs = self.codecs_callers_first();
        let setup = self.setup.clone();
        let Stage::Bridged(b) = &mut self.stage else {
            return Some(event);
        };
        let Some(guest) = b.guests.iter_mut().find(|g| g.party.leg.id == id) else {
            return Some(event);
        };
        match event {
            LegEvent::Offer { offer } => {
                let actions = guest.party.leg.reoffered(offer, &setup, &codecs);
                self.apply_all(actions);
            }
            LegEvent::OfferAnswered { answer } => {
                let actions = guest.party.leg.offer_answered(&answer);
                self.apply_all(actions);
            }
            // The caller is the agent's to hand on.
            LegEvent::Refer { .. } => self.sip(id, LegCommand::ReferProgress { status: 403 }),
            LegEvent::Ended(_) => self.guest_left(id),
            LegEvent::Confirmed { answer } => {
                if let Some(answer) = answer.filter(|_| guest.party.leg.plan.is_none()) {
                    let actions = guest.party.leg.offer_answered(&answer);
                    self.apply_all(actions);
                }
            }
            LegEvent::Info { .. }
            | LegEvent::Progress { .. }
            | LegEvent::Answered { .. }
            | LegEvent::OfferRefused { .. } => {}
        }
        None
    }

    fn guest_left(&mut self, id: LegId) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let Some(at) = b.guests.iter().position(|g| g.party.leg.id == id) else {
            return;
        };
        self.guest_out(at);
    }

    /// Ends the part that this guest has.
    pub(super) fn guest_out(&mut self, at: usize) {
        if let Stage::Bridged(b) = &mut self.stage {
            let guest = b.guests.remove(at);
            self.release_guest(guest);
            self.remix();
        }
    }

    /// Who has a part in the talk hears whom the agent asks, too.
    pub(super) fn mix_asked(&mut self) {
        let asked = self.consult.as_ref().is_some_and(|c| c.talks());
        if asked && matches!(&self.stage, Stage::Bridged(b) if !b.guests.is_empty()) {
            self.remix();
        }
    }

    /// Who hears whom, and music for whoever is on hold.
    pub(super) fn remix(&mut self) {
        self.mix();
        match self.somebody_holds() {
            true => self.hold_music(),
            false => self.note_hold_now(),
        }
    }

    /// Ends a guest's leg.
    pub(super) fn release_guest(&mut self, guest: Guest) {
        let Guest { party, queued, .. } = guest;
        self.end_leg(&party.leg);
        self.record(RecordEvent::Parted {
            who: party.who.named(),
        });
        if let (Some(contact), Who::Agent(agent)) = (queued, party.who) {
            self.queue_as(contact, QueueCommand::Over(agent));
        }
    }

    /// The caller and the agent part: nobody else stays.
    pub(super) fn release_guests(&mut self) {
        self.turn_leads_away();
        if let Stage::Bridged(b) = &mut self.stage {
            for guest in std::mem::take(&mut b.guests) {
                self.release_guest(guest);
            }
        }
    }

    /// The agent leaves, and somebody else who talks with the caller stays: the talk is theirs.
    /// `false`: nobody does.
    pub(super) fn succeed(&mut self) -> bool {
        let Stage::Bridged(b) = &mut self.stage else {
            return false;
        };
        let talks = |g: &Guest| g.presence == Presence::Talks;
        let Some(at) = b.guests.iter().position(talks) else {
            return false;
        };
        self.succeed_by(at);
        true
    }

    /// The talk is this guest's from now on, and the agent's phone is let go.
    pub(super) fn succeed_by(&mut self, at: usize) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let Guest { party, queued, .. } = b.guests.remove(at);
        (b.on_hold, b.held_to_ask, b.held) = (false, false, [false; 2]);
        let who = party.who.clone();
        let old = b.party.replace(party);
        (b.silent, b.away) = (false, None);
        if let Some(old) = old {
            self.end_leg(&old.leg);
            if let Who::Agent(agent) = old.who {
                self.queue(QueueCommand::Transferring(agent));
            }
        }
        let to = who.named();
        self.record(RecordEvent::Transferred { to });
        match &who {
            Who::Agent(agent) => {
                let agent = agent.clone();
                self.queue(QueueCommand::Took(agent.clone()));
                self.record(RecordEvent::Connected { agent });
            }
            Who::Outside(_) => {
                self.queue(QueueCommand::Leave);
                if let Stage::Bridged(b) = &mut self.stage {
                    b.unplaced = true;
                }
            }
        }
        if let (Some(contact), Who::Agent(agent)) = (queued, who) {
            self.queue_as(contact, QueueCommand::Over(agent));
        }
        self.mix();
    }
}
