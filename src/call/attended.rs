//! The agent asks somebody while the caller waits on hold, and hands them on (attended transfer,
//! RFC 5589 §7), or has all three talk together. Both dialogs of the agent's phone are ours, so
//! the two calls are joined inside.

use super::bridged::Who;
use super::consult::{Consultation, Introduction, Joined};
use super::event::{CallEvent, QueueCommand, QueueEvent};
use super::info;
use super::legs::Purpose;
use super::machine::{Call, Stage};
use super::setup::AgentCallStart;
use super::transfer::Transfer;
use crate::ids::{AgentId, ContactId, LegId};
use crate::media::command::{DtmfWay, MediaEvent};
use crate::now::Now;
use crate::record::timeline::Event as RecordEvent;
use crate::sip::leg::{LegCommand, LegEvent, Replaced};

impl Call {
    /// The agent who talks with the caller places another call.
    pub(super) fn dialled(&mut self, mut start: AgentCallStart) {
        let talks = self.talking_agent() == Some(&start.agent);
        if !talks || self.consult.is_some() || self.is_conference() {
            return self.reject(start.leg, if talks { 486 } else { 480 });
        }
        // The number that they called is the one that is known outside.
        start.number = Some(self.start.dialled.clone());
        let introduction = Introduction {
            name: self.card.short(),
            user_to_user: Some(self.card.user_to_user()),
            call_info: self.card_url(),
        };
        let consult = Consultation::new(
            self.setup.clone(),
            start,
            introduction,
            self.codecs_callers_first(),
            Some(self.start.leg),
        );
        self.consult = Some(Box::new(consult));
        self.drive_consult();
    }

    /// The agent who talks with the caller and is not being relieved.
    pub(super) fn talking_agent(&self) -> Option<&AgentId> {
        match &self.stage {
            Stage::Bridged(b) if b.transfer.is_none() && b.is_joined() => {
                match &b.party.as_ref()?.who {
                    Who::Agent(agent) => Some(agent),
                    Who::Outside(_) => None,
                }
            }
            Stage::Bridged(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Menu(_)
            | Stage::Waiting(_)
            | Stage::CallingBack(_)
            | Stage::Message(_)
            | Stage::Closing { .. }
            | Stage::Ended => None,
        }
    }

    /// What is about the consultation and about nothing else. `Some`: it was not.
    pub(super) fn consult_event(&mut self, now: Now, event: CallEvent) -> Option<CallEvent> {
        let Some(consult) = &mut self.consult else {
            return Some(event);
        };
        match event {
            CallEvent::Leg(leg, LegEvent::Refer { replaces, .. })
                if leg == consult.asker() && !consult.is_lent() =>
            {
                self.refer_on_consultation(now, leg, replaces);
            }
            CallEvent::Leg(leg, LegEvent::Info { content_type, body })
                if leg == consult.asker() && !consult.is_lent() =>
            {
                if let Some(key) = info::key(&content_type, &body) {
                    self.key_of_person(now, leg, key, DtmfWay::Info);
                }
            }
            CallEvent::Leg(leg, event) if consult.owns(leg) => consult.handle_leg(leg, event),
            CallEvent::MediaOpened(leg, media) if consult.owns(leg) => {
                consult.handle_opened(now, leg, media);
            }
            CallEvent::MediaFailed(leg) if consult.owns(leg) => consult.handle_no_ports(leg),
            // A phone that falls silent ends by its session timer; nobody waits behind it.
            CallEvent::Media(
                MediaEvent::RtpSilent { leg, .. }
                | MediaEvent::RtpBack { leg }
                | MediaEvent::KeysFailed { leg }
                | MediaEvent::Latched { leg, .. },
            ) if consult.owns(leg) => {}
            other => return Some(other),
        }
        self.drive_consult();
        None
    }

    /// What the queue says about the consultation.
    pub(super) fn queue_event_as(&mut self, contact: ContactId, event: QueueEvent) {
        if let Some(consult) = self.consult.as_mut().filter(|c| c.contact() == contact) {
            consult.handle_queue(event);
            return self.drive_consult();
        }
        // It is over: an offer that crossed with its end is not taken.
        if let QueueEvent::Connect(_) | QueueEvent::Offer { .. } = event {
            self.queue_as(contact, QueueCommand::Leave);
        }
    }

    /// Carries out what the consultation asks, and forgets it when it is over.
    pub(super) fn drive_consult(&mut self) {
        let Some(consult) = &mut self.consult else {
            return;
        };
        let mut actions = Vec::new();
        while let Some(action) = consult.poll_action() {
            actions.push(action);
        }
        let (over, lent) = (consult.is_over(), consult.is_lent());
        for action in actions {
            self.act(action);
        }
        let further = self.tell_consult();
        if over {
            self.consult = None;
            if lent {
                self.back_from_asking();
            }
            self.consult_over();
        } else if lent && further {
            self.mix_asked();
        }
    }

    /// The record is told how far it is. `false`: as far as before.
    pub(super) fn tell_consult(&mut self) -> bool {
        let news = self.consult.as_mut().and_then(|c| c.news());
        let further = news.is_some();
        if let Some(news) = news {
            self.record(news);
        }
        further
    }

    /// The agent's leg is gone: whom they asked on it is let go.
    pub(super) fn take_back(&mut self, leg: LegId) {
        if self.lent() == Some(leg) {
            self.end_consult();
        }
    }

    /// Ends the consultation, if there is one.
    pub(super) fn end_consult(&mut self) {
        // Taken out first: what fails here does not fail again.
        if let Some(mut consult) = self.consult.take() {
            consult.hang_up();
            while let Some(action) = consult.poll_action() {
                self.act(action);
            }
            if let Some(news) = consult.news() {
                self.record(news);
            }
            self.consult_over();
        }
    }

    // ---- REFER with Replaces ----

    /// On the leg with the caller: its target is whom the agent talks with on another leg.
    pub(super) fn refer_to_dialog(&mut self, now: Now, from: LegId, replaces: Replaced) {
        let consulted = self.consult.as_ref().map(|c| c.asker());
        match replaces {
            Replaced::Leg(leg) if Some(leg) == consulted => self.hand_on_consulted(now, from),
            // RFC 3891 §3: there is no such dialog.
            Replaced::Leg(_) | Replaced::Unknown => {
                self.sip(from, LegCommand::ReferProgress { status: 481 });
            }
        }
    }

    /// On the leg of the consultation: the other way round, to the same end.
    fn refer_on_consultation(&mut self, now: Now, from: LegId, replaces: Option<Replaced>) {
        let with_caller = match &self.stage {
            Stage::Bridged(b) => b.party.as_ref().map(|p| p.leg.id),
            _ => None,
        };
        match replaces {
            Some(Replaced::Leg(leg)) if Some(leg) == with_caller => {
                self.hand_on_consulted(now, from);
            }
            Some(_) => self.sip(from, LegCommand::ReferProgress { status: 481 }),
            // A colleague is not handed on.
            None => self.sip(from, LegCommand::ReferProgress { status: 403 }),
        }
    }

    fn hand_on_consulted(&mut self, now: Now, from: LegId) {
        let agent = self.consult.as_ref().map(|c| c.agent().clone());
        if agent.is_none() || self.talking_agent() != agent.as_ref() {
            // The caller is not theirs to hand on (any more).
            return self.sip(from, LegCommand::ReferProgress { status: 481 });
        }
        let joined = self.consult.as_mut().and_then(|c| c.join());
        let Some(joined) = joined else {
            return self.hand_on_ringing(now, from);
        };
        self.tell_consult();
        self.consult = None;
        self.sip(from, LegCommand::ReferProgress { status: 200 });
        self.take_over(now, joined);
    }

    /// Nobody has answered yet: a transfer like any other, to the same target.
    fn hand_on_ringing(&mut self, now: Now, from: LegId) {
        let Some(to) = self.consult.as_ref().map(|c| c.target()) else {
            return;
        };
        if let Some(consult) = &mut self.consult {
            if from == consult.asker() {
                // A call that rings is no dialog of theirs to refer on.
                return self.sip(from, LegCommand::ReferProgress { status: 481 });
            }
            consult.fail(487);
            self.drive_consult();
        }
        self.begin_transfer(now);
        self.transfer_located(now, to);
    }

    /// The caller talks with whom the agent asked; the agent is free.
    pub(super) fn take_over(&mut self, now: Now, joined: Joined) {
        let Joined {
            asker,
            party,
            queued,
        } = joined;
        if let Some(asker) = asker {
            self.end_leg(&asker);
        }
        let purpose = match party.who.clone() {
            Who::Agent(agent) => Purpose::TransferToAgent(agent),
            Who::Outside(number) => Purpose::TransferOutside(number),
        };
        if let Stage::Bridged(b) = &mut self.stage {
            // Its progress has been told, on whichever leg it was asked for.
            b.transfer = Some(Transfer::Told);
        }
        let who = party.who;
        if let (Some(agent), Some(to)) = (self.agent_there().cloned(), purpose.transfer_to()) {
            self.record(RecordEvent::TransferStarted { agent, to });
        }
        self.connect(now, purpose, party.leg);
        if let (Some(contact), Who::Agent(agent)) = (queued, who) {
            self.queue_as(contact, QueueCommand::Over(agent));
        }
    }
}
