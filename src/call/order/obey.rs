//! The agent's own orders.

use super::{Asked, Order, Refusal};
use crate::call::bridged::Who;
use crate::call::consult::{Consultation, Introduction};
use crate::call::event::{CallAction, Location};
use crate::call::machine::{Call, Stage};
use crate::call::setup::AgentCallStart;
use crate::ids::{AgentId, ContactId, LegId};
use crate::now::Now;
use crate::sip::leg::LegEnd;

type Done = Result<(), Refusal>;

impl Call {
    /// Somebody at a desk asks for something. The answer comes after all that it leads to.
    pub(in crate::call) fn ordered(&mut self, now: Now, asked: Asked) {
        let Asked {
            agent,
            version,
            order,
            reply,
        } = asked;
        let done = match version {
            Some(version) if version != self.version => Err(Refusal::Changed),
            Some(_) | None => self.obey(now, agent.as_ref(), order),
        };
        let told = done.map(|()| self.talk());
        self.act(CallAction::Told(reply, told));
    }

    fn obey(&mut self, now: Now, agent: Option<&AgentId>, order: Order) -> Done {
        if order == Order::Look {
            return Ok(());
        }
        self.is_whose(agent)?;
        if let Order::Part(lead) = &order {
            return self.order_part(lead);
        }
        self.is_settled(&order)?;
        if order != Order::HangUp {
            // Who orders something has heard enough of who it is.
            self.end_whisper();
        }
        match order {
            Order::Look | Order::Part(_) => Ok(()),
            Order::Hold => self.order_hold(),
            Order::Resume => self.order_resume(),
            Order::Transfer(to) => self.order_transfer(now, to),
            Order::Consult { to, contact } => self.order_consult(now, to, contact),
            Order::Complete => self.order_complete(now),
            Order::Cancel => self.order_cancel(),
            Order::Confer => self.order_confer(),
            Order::HangUp => self.order_hang_up(now),
            Order::Join(lead, presence) => self.order_join(lead, presence),
            Order::TakeOver(lead) => self.order_take_over(lead),
        }
    }

    fn is_whose(&self, agent: Option<&AgentId>) -> Done {
        let there = self.agent_there();
        match (there, agent) {
            (Some(there), Some(agent)) if there != agent => Err(Refusal::new(
                format!("the caller talks with {there}, not with {agent}"),
                "ask them, or a supervisor",
            )),
            (Some(_), _) => Ok(()),
            (None, _) => Err(Refusal::new(
                "no agent talks with this caller now",
                "look at the call again: GET /api/v1/calls",
            )),
        }
    }

    /// Nothing is under way that has to end first.
    fn is_settled(&self, order: &Order) -> Done {
        let Stage::Bridged(b) = &self.stage else {
            return Ok(());
        };
        if b.transfer.is_some() {
            return Err(Refusal::new(
                "the caller is being handed on",
                "wait until it has come about or failed, or hang up the phone",
            ));
        }
        let leads = matches!(order, Order::Join(..) | Order::TakeOver(_));
        if leads && b.whisper.is_some() {
            return Err(Refusal::new(
                "the agent is just told who it is",
                "try again in a moment",
            ));
        }
        if b.word.is_some() && *order != Order::HangUp {
            return Err(Refusal::new(
                "the caller is just told that a person is there",
                "try again in a moment",
            ));
        }
        Ok(())
    }

    fn nobody_asked(&self) -> Done {
        match &self.consult {
            None => Ok(()),
            Some(_) => Err(Refusal::new(
                "somebody is being asked already",
                "complete that, cancel it, or have all three talk",
            )),
        }
    }

    fn only_two(&self) -> Done {
        match self.is_conference() {
            false => Ok(()),
            true => Err(Refusal::new(
                "three talk: the caller is not the agent's alone",
                "hang up, and the others talk on",
            )),
        }
    }

    // ---- hold ----

    fn order_hold(&mut self) -> Done {
        self.nobody_asked()?;
        self.only_two()?;
        if matches!(&self.stage, Stage::Bridged(b) if b.on_hold) {
            return Err(Refusal::new("the caller is on hold already", "resume"));
        }
        self.set_hold(true);
        Ok(())
    }

    fn order_resume(&mut self) -> Done {
        if self.lent().is_some() {
            return Err(Refusal::new(
                "the caller waits while somebody is asked",
                "complete that, cancel it, or have all three talk",
            ));
        }
        let Stage::Bridged(b) = &self.stage else {
            return Ok(());
        };
        let by_phone = b.party.as_ref().is_some_and(|p| p.leg.is_held_by_peer());
        match (b.on_hold, by_phone) {
            (true, _) => self.set_hold(false),
            (false, true) => {
                return Err(Refusal::new(
                    "the phone itself holds the caller",
                    "press the phone's hold key",
                ));
            }
            (false, false) => {
                return Err(Refusal::new("the caller is not on hold", "go on talking"));
            }
        }
        Ok(())
    }

    /// The desk holds, or does not any more.
    pub(in crate::call) fn set_hold(&mut self, on: bool) {
        if let Stage::Bridged(b) = &mut self.stage {
            b.on_hold = on;
            b.held_to_ask = false;
        }
        self.remix();
    }

    // ---- handing on ----

    fn order_transfer(&mut self, now: Now, to: Location) -> Done {
        self.nobody_asked()?;
        self.only_two()?;
        self.not_themselves(&to)?;
        self.begin_transfer(now);
        if let Stage::Bridged(b) = &mut self.stage {
            b.quiet = true;
        }
        self.transfer_located(now, to);
        Ok(())
    }

    fn not_themselves(&self, to: &Location) -> Done {
        match (to, self.agent_there()) {
            (Location::Agent(to, _) | Location::Busy(to), Some(agent)) if to == agent => {
                Err(Refusal::new(
                    format!("{agent} talks with the caller already"),
                    "name somebody else",
                ))
            }
            _ => Ok(()),
        }
    }

    // ---- asking first ----

    fn order_consult(&mut self, now: Now, to: Location, contact: ContactId) -> Done {
        self.nobody_asked()?;
        self.only_two()?;
        self.not_themselves(&to)?;
        let Stage::Bridged(b) = &mut self.stage else {
            return Ok(());
        };
        let Some(party) = &b.party else {
            return Ok(());
        };
        let Who::Agent(agent) = party.who.clone() else {
            return Ok(());
        };
        let leg = party.leg.id;
        let codec = party.leg.plan.as_ref().map(|p| p.codec);
        let media = party.leg.media.address;
        let transport = party.leg.path.transport;
        b.held_to_ask = !b.on_hold;
        b.on_hold = true;
        self.remix();
        let start = AgentCallStart {
            contact,
            agent,
            leg,
            offer: None,
            transport,
            remote: media,
            // The number that they called is the one that is known outside.
            number: Some(self.start.dialled.clone()),
            to,
        };
        let introduction = Introduction {
            name: self.card.short(),
            user_to_user: Some(self.card.user_to_user()),
            call_info: self.card_url(),
        };
        let mut codecs = self.codecs_callers_first();
        codecs.sort_by_key(|&c| Some(c) != codec);
        let consult = Consultation::lent(now, self.setup.clone(), start, introduction, codecs);
        self.consult = Some(Box::new(consult));
        self.drive_consult();
        Ok(())
    }

    fn order_complete(&mut self, now: Now) -> Done {
        let Some(consult) = &self.consult else {
            return Err(Refusal::new(
                "nobody is being asked",
                "ask somebody first, or transfer without",
            ));
        };
        if Some(consult.agent()) != self.agent_there() {
            return Err(Refusal::new(
                "who asks is not with the caller any more",
                "look at the call again: GET /api/v1/calls",
            ));
        }
        self.complete(now);
        Ok(())
    }

    /// The caller goes to whom the agent asks: at once, or as soon as they answer.
    pub(in crate::call) fn complete(&mut self, now: Now) {
        if let Stage::Bridged(b) = &mut self.stage {
            b.quiet = true;
        }
        if let Some(joined) = self.consult.as_mut().and_then(|c| c.join()) {
            self.tell_consult();
            self.consult = None;
            return self.take_over(now, joined);
        }
        let Some(to) = self.consult.as_ref().map(|c| c.target()) else {
            return;
        };
        self.end_consult();
        self.begin_transfer(now);
        self.transfer_located(now, to);
    }

    fn order_cancel(&mut self) -> Done {
        match &mut self.consult {
            None => Err(Refusal::new(
                "nobody is being asked",
                "there is nothing to cancel",
            )),
            Some(consult) => {
                consult.hang_up();
                self.drive_consult();
                Ok(())
            }
        }
    }

    fn order_confer(&mut self) -> Done {
        let Some(consult) = &self.consult else {
            return Err(Refusal::new(
                "nobody is being asked",
                "ask somebody first; when they answer, have all three talk",
            ));
        };
        if !consult.talks() {
            return Err(Refusal::new(
                "whom the agent asks has not answered yet",
                "wait until they do, or cancel",
            ));
        }
        let asker = consult.asker();
        // A phone that holds the caller on one leg speaks on the other.
        let by = match &self.stage {
            Stage::Bridged(b) => match &b.party {
                Some(party) if !party.leg.is_held_by_peer() => party.leg.id,
                Some(_) | None => asker,
            },
            _ => asker,
        };
        self.confer(by);
        Ok(())
    }

    fn order_hang_up(&mut self, now: Now) -> Done {
        self.nobody_asked()?;
        self.person_left(now, &LegEnd::LocalHangup);
        Ok(())
    }

    // ---- a consultation on the leg that the agent has with the caller ----

    /// The agent's leg, while it is lent to a consultation.
    pub(in crate::call) fn lent(&self) -> Option<LegId> {
        let consult = self.consult.as_ref().filter(|c| c.is_lent());
        consult.map(|c| c.asker())
    }

    /// The agent's phone has hung up while they asked somebody from the desk: whom they asked gets
    /// the caller. `true`: the caller is with them.
    pub(in crate::call) fn hung_up_asking(&mut self, now: Now, end: &LegEnd) -> bool {
        if self.lent().is_none() || !matches!(&self.stage, Stage::Bridged(b) if b.party.is_some()) {
            return false;
        }
        if *end != LegEnd::PeerBye {
            // A phone that is lost means nothing.
            self.end_consult();
            return false;
        }
        let talks = self.consult.as_ref().is_some_and(|c| c.talks());
        self.complete(now);
        talks
    }

    /// The agent goes on at another phone of theirs: whom they asked on this one is let go.
    pub(in crate::call) fn end_lent(&mut self) {
        if self.lent().is_some() {
            self.end_consult();
            if let Stage::Bridged(b) = &mut self.stage {
                b.on_hold = b.on_hold && !b.held_to_ask;
                b.held_to_ask = false;
            }
        }
    }

    /// The consultation is over: the agent is with the caller again, as before.
    pub(in crate::call) fn back_from_asking(&mut self) {
        let Stage::Bridged(b) = &mut self.stage else {
            return;
        };
        if b.party.is_some() {
            let held = !b.held_to_ask;
            self.set_hold(held);
        }
    }
}
