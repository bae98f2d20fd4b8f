//! An agent asks for a call at their desk: their own phone rings first, and when they answer it,
//! whom they want. From then on it is a call like one that they dialled.
//!
//! ```text
//! Own phones ring → Talk → over
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;

use super::consult::{Consultation, Introduction};
use super::event::{CallAction, CallEvent, Location, OpenedMedia};
use super::legs::{Leg, Path};
use super::offers::{ELSEWHERE, RING_MARGIN, address, transport};
use super::setup::{AgentCallStart, CallSetup, ClickStart};
use crate::ids::{AgentId, LegId, PhoneNumber};
use crate::media::command::MediaCommand;
use crate::now::{Mono, Now};
use crate::sip::leg::{CallTarget, LegCommand, LegEvent, OutgoingInvite};

/// One of the agent's own phones, which rings.
#[derive(Debug)]
struct Phone {
    target: CallTarget,
    /// `None` until its ports are open.
    leg: Option<Leg>,
}

#[derive(Debug)]
enum Stage {
    /// The agent's own phones ring.
    Rings {
        phones: BTreeMap<LegId, Phone>,
        until: Mono,
    },
    /// The agent is there.
    Talk(Box<Consultation>),
    /// Nothing follows.
    Over,
}

/// Such a call. See the module.
#[derive(Debug)]
pub(super) struct Click {
    setup: Arc<CallSetup>,
    start: ClickStart,
    stage: Stage,
    actions: VecDeque<CallAction>,
}

impl Click {
    /// Its first actions ask for ports for the agent's own phones.
    pub fn new(setup: Arc<CallSetup>, start: ClickStart, now: Now) -> Click {
        let until = now.mono + setup.transfer_ring + RING_MARGIN;
        let mut click = Click {
            stage: Stage::Over,
            actions: VecDeque::new(),
            setup,
            start,
        };
        let mut phones = BTreeMap::new();
        let mut beside = None;
        for contact in std::mem::take(&mut click.start.contacts) {
            let leg = click.setup.leg_ids.next();
            let target = CallTarget::Contact(contact);
            let toward = address(&target);
            click.actions.push_back(CallAction::OpenMedia {
                leg,
                beside,
                toward,
            });
            beside = beside.or(Some(leg));
            phones.insert(leg, Phone { target, leg: None });
        }
        if !phones.is_empty() {
            click.stage = Stage::Rings { phones, until };
        }
        click
    }

    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Rings { .. } => false,
            Stage::Talk(talk) => talk.is_over(),
            Stage::Over => true,
        }
    }

    /// Adds who is on this call.
    pub fn engaged(&self, all: &mut BTreeSet<AgentId>) {
        match &self.stage {
            Stage::Rings { .. } => {}
            Stage::Talk(talk) => talk.engaged(all),
            Stage::Over => return,
        }
        all.insert(self.start.agent.clone());
    }

    pub fn poll_action(&mut self) -> Option<CallAction> {
        if let Some(action) = self.actions.pop_front() {
            return Some(action);
        }
        match &mut self.stage {
            Stage::Talk(talk) => talk.poll_action(),
            Stage::Rings { .. } | Stage::Over => None,
        }
    }

    pub fn poll_timeout(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Rings { until, .. } => Some(*until),
            Stage::Talk(talk) => talk.poll_timeout(),
            Stage::Over => None,
        }
    }

    pub fn handle_timeout(&mut self, now: Now) {
        match &mut self.stage {
            Stage::Rings { until, .. } if *until <= now.mono => self.stop_ringing(None),
            Stage::Talk(talk) => talk.handle_timeout(now),
            Stage::Rings { .. } | Stage::Over => {}
        }
    }

    pub fn handle(&mut self, now: Now, event: CallEvent) {
        match (&mut self.stage, event) {
            (Stage::Talk(talk), CallEvent::Leg(leg, event)) => talk.handle_leg(leg, event),
            (Stage::Talk(talk), CallEvent::MediaOpened(leg, media)) => {
                talk.handle_opened(now, leg, media);
            }
            (Stage::Talk(talk), CallEvent::MediaFailed(leg)) => talk.handle_no_ports(leg),
            (Stage::Talk(talk), CallEvent::QueueAs(contact, event))
                if contact == self.start.contact =>
            {
                talk.handle_queue(event);
            }
            (Stage::Talk(talk), CallEvent::Stop) => talk.hang_up(),
            (Stage::Rings { .. }, CallEvent::Leg(leg, event)) => self.own_phone(now, leg, event),
            (Stage::Rings { .. }, CallEvent::MediaOpened(leg, media)) => self.ring(leg, media),
            (Stage::Rings { .. }, CallEvent::MediaFailed(leg)) => self.phone_out(leg),
            (Stage::Rings { .. }, CallEvent::Stop) => self.stop_ringing(None),
            // Their colleague's second call, and what else is of callers, is none of this one's.
            (
                _,
                CallEvent::Dialled(start)
                | CallEvent::Monitor(start, _)
                | CallEvent::TakeOver(start, _),
            ) => {
                let refuse = LegCommand::Reject {
                    status: 480,
                    retry_after: None,
                };
                self.actions.push_back(CallAction::Sip(start.leg, refuse));
            }
            (Stage::Over, CallEvent::MediaOpened(leg, _)) => self.close(leg),
            (
                Stage::Talk(_) | Stage::Rings { .. } | Stage::Over,
                CallEvent::Leg(..)
                | CallEvent::MediaFailed(_)
                | CallEvent::Stop
                | CallEvent::Media(_)
                | CallEvent::Queue(_)
                | CallEvent::QueueAs(..)
                | CallEvent::Located(_)
                | CallEvent::Recording(..)
                | CallEvent::Reply(..)
                | CallEvent::Recalled(..)
                | CallEvent::Draft(..)
                | CallEvent::CallbackStored(..)
                | CallEvent::Times(..)
                | CallEvent::TimeTaken(_)
                | CallEvent::LetterStored(..)
                | CallEvent::Cancelled
                | CallEvent::Known(_)
                | CallEvent::Learnt(_)
                | CallEvent::Tape(_)
                | CallEvent::Ordered(_)
                | CallEvent::Hearing(_)
                | CallEvent::WrittenUp(_)
                | CallEvent::AgentState(_),
            ) => {}
        }
    }

    /// The ports for one of the agent's phones are open: it rings, and shows whom it is for.
    fn ring(&mut self, id: LegId, media: OpenedMedia) {
        let Stage::Rings { phones, .. } = &mut self.stage else {
            return;
        };
        let Some(phone) = phones.get_mut(&id) else {
            return self.close(id);
        };
        let path = Path {
            transport: transport(&phone.target, &self.setup),
            peer: address(&phone.target),
        };
        let mut leg = Leg::new(id, media, path);
        let local = leg.local(&self.setup, &self.setup.codecs);
        let offer = leg.session.offer(&local);
        let instead = leg.session.insisting(&offer);
        phone.leg = Some(leg);
        let whom = match &self.start.to {
            Location::Agent(agent, _) | Location::Busy(agent) => PhoneNumber::new(agent.as_str()),
            Location::Queue(queue) => PhoneNumber::new(queue.as_str()),
            Location::Outside { number, .. } | Location::NotAllowed { number, .. } => {
                number.clone()
            }
            Location::Line(_) | Location::Unknown => PhoneNumber::new("zeroline"),
        };
        let invite = OutgoingInvite {
            leg: id,
            target: phone.target.clone(),
            from_name: format!("Call {}", whom.reveal()),
            from: Some(whom),
            user_to_user: None,
            call_info: None,
            auto_answer: false,
            offer: Some(offer),
            instead,
            ring_for: self.setup.transfer_ring,
        };
        let invite = LegCommand::Invite(Box::new(invite));
        self.actions.push_back(CallAction::Sip(id, invite));
    }

    fn own_phone(&mut self, now: Now, id: LegId, event: LegEvent) {
        match event {
            LegEvent::Answered { answer, .. } => self.answered(now, id, answer),
            LegEvent::Ended(_) => self.phone_out(id),
            LegEvent::Progress { .. }
            | LegEvent::Confirmed { .. }
            | LegEvent::Offer { .. }
            | LegEvent::OfferAnswered { .. }
            | LegEvent::OfferRefused { .. }
            | LegEvent::Info { .. }
            | LegEvent::Refer { .. } => {}
        }
    }

    /// The agent is there: now whom they want is called.
    fn answered(&mut self, now: Now, id: LegId, answer: Option<Bytes>) {
        let Stage::Rings { phones, .. } = &mut self.stage else {
            return;
        };
        let Some(Phone {
            leg: Some(mut leg), ..
        }) = phones.remove(&id)
        else {
            return;
        };
        let plan = answer.as_deref().and_then(|a| leg.session.accept(a).ok());
        let Some(plan) = plan else {
            // It answered, but with nothing we can talk over.
            let reason = Some("SIP;cause=488;text=\"Not acceptable here\"".to_owned());
            let hang_up = LegCommand::Hangup { reason };
            self.actions.push_back(CallAction::Sip(id, hang_up));
            self.close(id);
            return self.look_whether_any();
        };
        self.stop_ringing(Some(ELSEWHERE));
        leg.plan = Some(plan.clone());
        let apply = MediaCommand::Apply { leg: id, plan };
        self.actions.push_back(CallAction::Media(id, apply));
        let start = AgentCallStart {
            contact: self.start.contact,
            agent: self.start.agent.clone(),
            leg: id,
            offer: None,
            transport: leg.path.transport,
            remote: leg.media.address,
            number: self.start.number.clone(),
            to: self.start.to.clone(),
        };
        let introduction = Introduction {
            name: self.start.name.clone(),
            ..Introduction::default()
        };
        let setup = Arc::clone(&self.setup);
        let talk = Consultation::ours(now, setup, start, introduction, leg);
        self.stage = Stage::Talk(Box::new(talk));
    }

    fn phone_out(&mut self, id: LegId) {
        let Stage::Rings { phones, .. } = &mut self.stage else {
            return;
        };
        if phones.remove(&id).is_some_and(|p| p.leg.is_some()) {
            self.close(id);
        }
        self.look_whether_any();
    }

    /// Nobody of theirs answers: that was that.
    fn look_whether_any(&mut self) {
        if matches!(&self.stage, Stage::Rings { phones, .. } if phones.is_empty()) {
            self.stage = Stage::Over;
        }
    }

    fn stop_ringing(&mut self, reason: Option<&str>) {
        let Stage::Rings { phones, .. } = std::mem::replace(&mut self.stage, Stage::Over) else {
            return;
        };
        for (id, phone) in phones {
            if phone.leg.is_some() {
                let reason = reason.map(str::to_owned);
                let hang_up = LegCommand::Hangup { reason };
                self.actions.push_back(CallAction::Sip(id, hang_up));
                self.close(id);
            }
        }
    }

    fn close(&mut self, leg: LegId) {
        let close = MediaCommand::Close { leg };
        self.actions.push_back(CallAction::Media(leg, close));
    }
}
