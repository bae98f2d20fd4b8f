//! Supervisors' orders: their own phone rings, and has its part in the talk when it is answered.

use super::{Lead, Refusal};
use crate::call::bridged::{Party, Who};
use crate::call::conference::Guest;
use crate::call::legs::{Leg, Part, Purpose};
use crate::call::machine::{Call, Stage};
use crate::call::monitor::MOST_GUESTS;
use crate::ids::{AgentId, LegId};
use crate::record::timeline::{Event as RecordEvent, Presence};

impl Call {
    pub(super) fn order_join(&mut self, lead: Lead, presence: Presence) -> Result<(), Refusal> {
        self.may_join(&lead)?;
        let Some(guest) = self.guest_of(&lead.agent) else {
            return self.ring_lead(lead, Part::Of(presence));
        };
        if !guest.leads {
            return Err(Refusal::new(
                format!("{} talks with them already", lead.agent),
                "as one of the three you hear and are heard",
            ));
        }
        if guest.presence == presence {
            return Err(Refusal::new(
                format!("{} has this part already", lead.agent),
                "stop, or choose another part",
            ));
        }
        guest.presence = presence;
        let who = guest.party.who.named();
        self.record(RecordEvent::Joined { who, presence });
        self.remix();
        Ok(())
    }

    pub(super) fn order_take_over(&mut self, lead: Lead) -> Result<(), Refusal> {
        self.may_join(&lead)?;
        self.only_theirs()?;
        match self.guest_at(&lead.agent) {
            Some(at) => {
                self.end_consult();
                self.succeed_by(at);
                Ok(())
            }
            None => self.ring_lead(lead, Part::Whole),
        }
    }

    pub(super) fn order_part(&mut self, lead: &AgentId) -> Result<(), Refusal> {
        let rings = self.phones_of_lead(|agent| agent == lead);
        let guest = self.guest_of(lead).is_some_and(|g| g.leads);
        if rings.is_empty() && !guest {
            return Err(Refusal::new(
                format!("{lead} has no part in this talk"),
                "there is nothing to stop",
            ));
        }
        for leg in rings {
            self.hang_up_phone(leg, None);
        }
        self.version += 1;
        if let (true, Some(at)) = (guest, self.guest_at(lead)) {
            self.guest_out(at);
        }
        Ok(())
    }

    fn may_join(&self, lead: &Lead) -> Result<(), Refusal> {
        if self.agent_there() == Some(&lead.agent) {
            return Err(Refusal::new(
                "this is your own talk",
                "choose a talk of somebody else",
            ));
        }
        if !self.phones_of_lead(|agent| *agent == lead.agent).is_empty() {
            return Err(Refusal::new(
                "your phone rings for this talk already",
                "answer it, or stop",
            ));
        }
        Ok(())
    }

    fn only_theirs(&self) -> Result<(), Refusal> {
        let Stage::Bridged(b) = &self.stage else {
            return Ok(());
        };
        let takes = |r: &crate::call::legs::Ringing| match &r.purpose {
            Purpose::Join(agent, Part::Whole) => Some(agent.clone()),
            _ => None,
        };
        if let Some(other) = self.ringing.values().find_map(takes) {
            return Err(Refusal::new(
                format!("{other} is taking the caller over"),
                "speak with them",
            ));
        }
        match b
            .guests
            .iter()
            .any(|g| g.presence == Presence::Talks && !g.leads)
        {
            false => Ok(()),
            true => Err(Refusal::new(
                "three talk: whoever stays has the caller",
                "have one of them hang up first",
            )),
        }
    }

    fn ring_lead(&mut self, lead: Lead, part: Part) -> Result<(), Refusal> {
        let Lead { agent, contacts } = lead;
        if contacts.is_empty() {
            return Err(Refusal::new(
                format!("no phone of {agent} is registered"),
                "sign your phone in first",
            ));
        }
        if self.places_taken() >= MOST_GUESTS {
            return Err(Refusal::new(
                format!("{MOST_GUESTS} have a part in this talk already"),
                "wait until one of them stops",
            ));
        }
        let ring_for = self.setup.transfer_ring;
        self.version += 1;
        self.ring_contacts(&Purpose::Join(agent, part), contacts, ring_for);
        Ok(())
    }

    fn guest_at(&self, agent: &AgentId) -> Option<usize> {
        let Stage::Bridged(b) = &self.stage else {
            return None;
        };
        let is = |g: &Guest| matches!(&g.party.who, Who::Agent(a) if a == agent);
        b.guests.iter().position(is)
    }

    fn guest_of(&mut self, agent: &AgentId) -> Option<&mut Guest> {
        let at = self.guest_at(agent)?;
        match &mut self.stage {
            Stage::Bridged(b) => b.guests.get_mut(at),
            _ => None,
        }
    }

    fn phones_of_lead(&self, which: impl Fn(&AgentId) -> bool) -> Vec<LegId> {
        let theirs = self.ringing.iter().filter(|(_, r)| match &r.purpose {
            Purpose::Join(agent, _) => which(agent),
            _ => false,
        });
        theirs.map(|(leg, _)| *leg).collect()
    }

    /// Nobody comes into a talk that is over.
    pub(in crate::call) fn turn_leads_away(&mut self) {
        for leg in self.phones_of_lead(|_| true) {
            self.hang_up_phone(leg, None);
        }
    }

    /// A supervisor's phone has answered.
    pub(in crate::call) fn lead_answered(&mut self, id: LegId) {
        let Some(ringing) = self.ringing.remove(&id) else {
            return;
        };
        let (Purpose::Join(agent, part), Some(leg)) = (ringing.purpose, ringing.leg) else {
            return;
        };
        for other in self.phones_of_lead(|a| *a == agent) {
            self.hang_up_phone(other, Some(crate::call::offers::ELSEWHERE));
        }
        self.version += 1;
        self.admit_lead(leg, agent, part);
    }

    fn admit_lead(&mut self, leg: Leg, agent: AgentId, part: Part) {
        // The talk may have ended, or be on its way to somebody else, since.
        if self.talking_agent().is_none_or(|there| *there == agent) {
            return self.end_leg(&leg);
        }
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        let party = Party {
            leg,
            who: Who::Agent(agent),
        };
        let who = party.who.named();
        let presence = match part {
            Part::Of(presence) => presence,
            Part::Whole => Presence::Talks,
        };
        b.guests.push(Guest {
            party,
            presence,
            queued: None,
            leads: true,
        });
        let last = b.guests.len() - 1;
        match part {
            Part::Of(_) => {
                self.record(RecordEvent::Joined { who, presence });
                self.remix();
            }
            Part::Whole => {
                self.end_consult();
                self.succeed_by(last);
            }
        }
    }

    /// A supervisor's phone did not answer.
    pub(in crate::call) fn lead_missing(&mut self) {
        self.version += 1;
    }
}
