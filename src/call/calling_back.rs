//! A call that we make: somebody is called back. It begins in line, without anybody at the phone.
//! When an agent has answered, the customer's phone rings; from its answer on this is a call like
//! all others.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::bridged::{Bridged, Party, Who};
use super::event::{CallAction, CallbackStep, OpenedMedia, QueueCommand};
use super::legs::{Leg, Path, Purpose};
use super::machine::{Call, Stage};
use super::offers::{RING_MARGIN, why_not};
use super::setup::{CallBack, CallSetup, CallStart};
use crate::ids::{LegId, PromptName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::menu::outcome::Reason;
use crate::menu::system as sys;
use crate::menu::tree::Line;
use crate::now::{Mono, Now};
use crate::queue::Wanted;
use crate::queue::acd::NotAnswered;
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::sip::flow::Transport;
use crate::sip::leg::{CallTarget, LegCommand, LegEvent, OutgoingInvite};

/// How long the customer's phone rings.
const RING: Duration = Duration::from_secs(30);
/// How often the agent hears the tone of 5 s meanwhile.
const RINGS: usize = 7;

/// Somebody is called back.
#[derive(Debug)]
pub(super) struct CallingBack {
    what: CallBack,
    step: Step,
    /// The record has begun: an agent was asked.
    begun: bool,
}

#[derive(Debug)]
enum Step {
    /// The place in line is kept.
    InLine,
    /// The agent is there, and the customer's phone rings.
    Dialling {
        party: Party,
        /// `None` until its ports are open.
        leg: Option<Box<Leg>>,
        until: Mono,
    },
    /// The agent hears that nobody answers.
    InVain {
        party: Party,
        token: PlayToken,
        until: Mono,
        cause: NotAnswered,
    },
}

impl CallingBack {
    /// Since when the customer waits, while an agent can be offered them.
    pub fn since(&self) -> Option<Mono> {
        matches!(self.step, Step::InLine).then_some(self.what.since)
    }

    pub fn until(&self) -> Option<Mono> {
        match &self.step {
            Step::InLine => None,
            Step::Dialling { until, .. } | Step::InVain { until, .. } => Some(*until),
        }
    }

    pub fn stage(&self) -> StageName {
        match self.step {
            Step::InLine => StageName::Waiting,
            Step::Dialling { .. } | Step::InVain { .. } => StageName::Offered,
        }
    }
}

impl Call {
    /// Somebody is to be called back. Its first action asks for their place in line.
    pub fn back(
        setup: Arc<CallSetup>,
        start: CallStart,
        line: Arc<Line>,
        what: CallBack,
        now: Now,
    ) -> Call {
        let mut card = what.card.clone();
        card.contact = start.contact;
        card.reason = Some(Reason::Callback);
        card.queue = Some(what.queue.clone());
        let mut call = Call::unheard(setup, start, line, card);
        call.calls_back = Some(what.callback);
        call.language = what.language.clone();
        call.needs = what.needs.clone();
        call.priority = what.priority;
        let mut arrival = call.arrival(now, &what.queue);
        arrival.came = Some(what.since.min(now.mono));
        arrival.called_back = true;
        // Whoever tried before has promised to try again.
        let kept = call.setup.sounds.get(&what.queue).and_then(|s| s.affinity);
        if let (Some(affinity), Some(agent)) = (kept, &what.agent) {
            arrival.wish = Some(Wanted {
                agent: agent.clone(),
                hold: affinity.hold,
            });
        }
        call.act(CallAction::Queue(QueueCommand::Enter(arrival)));
        call.stage = Stage::CallingBack(Box::new(CallingBack {
            what,
            step: Step::InLine,
            begun: false,
        }));
        call
    }

    /// An agent is asked: from now on there is something to tell.
    pub(super) fn begin_to_tell(&mut self) {
        let Stage::CallingBack(c) = &mut self.stage else {
            return;
        };
        if std::mem::replace(&mut c.begun, true) {
            return;
        }
        let (callback, caller) = (c.what.callback, c.what.number.clone());
        let (first, queue) = (c.what.card.contact, c.what.queue.clone());
        self.record(RecordEvent::Started {
            line: self.start.line.clone(),
            dialled: self.start.dialled.reveal().to_owned(),
            caller,
        });
        self.record(RecordEvent::CallingBack {
            callback,
            first,
            queue,
        });
    }

    /// The agent has answered: now the customer's phone rings.
    pub(super) fn call_customer(&mut self, now: Now, mut c: Box<CallingBack>, party: Party) {
        // What is told late of an earlier attempt is not of this one.
        self.start.leg = self.setup.leg_ids.next();
        let agent = party.leg.id;
        if let Who::Agent(id) = &party.who {
            let agent = id.clone();
            self.callback(CallbackStep::Begun { agent });
        }
        let rings = std::iter::repeat_n(sys::RINGBACK, RINGS);
        let words: Vec<&str> = [sys::CALLING_BACK].into_iter().chain(rings).collect();
        self.tell_agent(agent, &words);
        self.act(CallAction::OpenMedia {
            leg: self.start.leg,
            beside: Some(agent),
            toward: None,
        });
        c.step = Step::Dialling {
            party,
            leg: None,
            until: now.mono + RING + RING_MARGIN,
        };
        self.stage = Stage::CallingBack(c);
    }

    /// The ports for the customer's leg are there.
    pub(super) fn ring_customer(&mut self, media: OpenedMedia) {
        let (id, codecs) = (self.start.leg, self.setup.codecs.clone());
        let setup = Arc::clone(&self.setup);
        let from = self.start.dialled.clone();
        let Stage::CallingBack(c) = &mut self.stage else {
            return self.media(MediaCommand::Close { leg: id });
        };
        let target = CallTarget::Trunk {
            trunk: c.what.trunk.clone(),
            number: c.what.number.clone(),
        };
        let Step::Dialling { leg, party, .. } = &mut c.step else {
            return self.media(MediaCommand::Close { leg: id });
        };
        let mut codecs = codecs;
        if let Some(plan) = &party.leg.plan {
            codecs.sort_by_key(|&c| c != plan.codec);
        }
        let path = Path {
            transport: Transport::Udp,
            peer: None,
        };
        let mut new = Leg::new(id, media, path);
        let local = new.local(&setup, &codecs);
        let offer = new.session.offer(&local);
        let instead = new.session.insisting(&offer);
        *leg = Some(Box::new(new));
        let invite = OutgoingInvite {
            leg: id,
            target,
            from: Some(from),
            from_name: String::new(),
            user_to_user: None,
            call_info: None,
            auto_answer: false,
            offer: Some(offer),
            instead,
            ring_for: RING,
        };
        self.sip(id, LegCommand::Invite(Box::new(invite)));
    }

    /// Something from the customer's phone before it has answered.
    pub(super) fn customer_event(&mut self, now: Now, event: LegEvent) {
        match event {
            LegEvent::Answered { answer, .. } => self.customer_answers(now, answer),
            LegEvent::Ended(end) => self.called_in_vain(now, why_not(&end)),
            LegEvent::Progress { .. }
            | LegEvent::Confirmed { .. }
            | LegEvent::Info { .. }
            | LegEvent::Offer { .. }
            | LegEvent::OfferAnswered { .. }
            | LegEvent::OfferRefused { .. }
            | LegEvent::Refer { .. } => {}
        }
    }

    fn customer_answers(&mut self, now: Now, answer: Option<Bytes>) {
        let id = self.start.leg;
        let Stage::CallingBack(c) = &mut self.stage else {
            return;
        };
        let Step::Dialling { leg: Some(leg), .. } = &mut c.step else {
            return;
        };
        let plan = answer
            .as_deref()
            .ok_or(())
            .and_then(|a| leg.session.accept(a).map_err(drop));
        let Ok(plan) = plan else {
            self.sip(id, LegCommand::Hangup { reason: None });
            return self.called_in_vain(now, NotAnswered::Unreachable);
        };
        leg.plan = Some(plan.clone());
        self.media(MediaCommand::Apply { leg: id, plan });
        let Stage::CallingBack(c) = std::mem::replace(&mut self.stage, Stage::Ended) else {
            return;
        };
        let CallingBack { what, step, .. } = *c;
        let Step::Dialling {
            party,
            leg: Some(leg),
            ..
        } = step
        else {
            return;
        };
        self.caller = Some(*leg);
        self.callback(CallbackStep::Done);
        self.act(CallAction::Queue(QueueCommand::Reached));
        self.record(RecordEvent::Answered);
        let agent = party.leg.id;
        self.stage = Stage::Bridged(Box::new(Bridged::new(party, what.queue)));
        self.say_before_bridge(now, false);
        if matches!(&self.stage, Stage::Bridged(b) if b.is_joined()) {
            self.media(MediaCommand::Stop { leg: agent });
        }
        self.bridge_when_said();
    }

    /// The customer does not answer. The agent is told, and is free then.
    fn called_in_vain(&mut self, now: Now, cause: NotAnswered) {
        let id = self.start.leg;
        let Stage::CallingBack(mut c) = std::mem::replace(&mut self.stage, Stage::Ended) else {
            return;
        };
        match c.step {
            Step::Dialling { party, .. } => {
                self.media(MediaCommand::Close { leg: id });
                self.record(RecordEvent::CalledInVain {
                    cause,
                    number: None,
                });
                let agent = party.leg.id;
                let words = [sys::CALLED_IN_VAIN];
                let until = now.mono + self.time_to_say(&words.map(PromptName::new));
                let token = self.tell_agent(agent, &words);
                c.step = Step::InVain {
                    party,
                    token,
                    until,
                    cause,
                };
                self.stage = Stage::CallingBack(c);
            }
            step @ (Step::InLine | Step::InVain { .. }) => {
                c.step = step;
                self.stage = Stage::CallingBack(c);
            }
        }
    }

    /// The agent has heard something to its end.
    pub(super) fn agent_heard(&mut self, token: PlayToken) {
        if let Stage::CallingBack(c) = &self.stage
            && let Step::InVain { token: told, .. } = &c.step
            && *told == token
        {
            self.end_in_vain();
        }
    }

    fn end_in_vain(&mut self) {
        let Stage::CallingBack(c) = std::mem::replace(&mut self.stage, Stage::Ended) else {
            return;
        };
        let begun = c.begun;
        if let Step::InVain { party, cause, .. } = c.step {
            self.release(party);
            self.callback(CallbackStep::Failed { cause });
        }
        self.end_callback(begun, Verdict::NotReached);
    }

    /// Something from the phone of the agent who waits for the customer.
    pub(super) fn waiting_agent_event(&mut self, leg: LegId, event: &LegEvent) {
        match event {
            LegEvent::Ended(_) => self.waiting_agent_left(leg),
            LegEvent::Offer { .. } => self.sip(leg, LegCommand::RefuseOffer),
            LegEvent::Refer { .. } => self.sip(leg, LegCommand::ReferProgress { status: 491 }),
            LegEvent::Progress { .. }
            | LegEvent::Answered { .. }
            | LegEvent::Confirmed { .. }
            | LegEvent::Info { .. }
            | LegEvent::OfferAnswered { .. }
            | LegEvent::OfferRefused { .. } => {}
        }
    }

    fn waiting_agent_left(&mut self, leg: LegId) {
        let of_agent = |c: &CallingBack| match &c.step {
            Step::Dialling { party, .. } | Step::InVain { party, .. } => party.leg.id == leg,
            Step::InLine => false,
        };
        let Stage::CallingBack(c) = &mut self.stage else {
            return;
        };
        if !of_agent(c) {
            return;
        }
        match std::mem::replace(&mut c.step, Step::InLine) {
            // The place is as it was, for the next agent. In one step: whoever came later is not
            // offered the agent between.
            Step::Dialling {
                party, leg: rings, ..
            } => {
                let customer = self.start.leg;
                if rings.is_some() {
                    self.sip(customer, LegCommand::Hangup { reason: None });
                }
                self.media(MediaCommand::Close { leg: customer });
                self.callback(CallbackStep::CalledOff);
                let leg = party.leg.id;
                self.sip(leg, LegCommand::Hangup { reason: None });
                self.media(MediaCommand::Close { leg });
                self.act(CallAction::Queue(QueueCommand::Return));
            }
            step @ Step::InVain { .. } => {
                c.step = step;
                self.end_in_vain();
            }
            Step::InLine => {}
        }
    }

    /// What was waited for has not been told.
    pub(super) fn calling_back_overdue(&mut self, now: Now) {
        let Stage::CallingBack(c) = &self.stage else {
            return;
        };
        if c.until().is_none_or(|at| at > now.mono) {
            return;
        }
        match c.step {
            Step::Dialling { ref leg, .. } => {
                if leg.is_some() {
                    let id = self.start.leg;
                    self.sip(id, LegCommand::Hangup { reason: None });
                }
                self.called_in_vain(now, NotAnswered::NoAnswer);
            }
            Step::InVain { .. } => self.end_in_vain(),
            Step::InLine => {}
        }
    }

    /// The ports for the customer's leg could not be had.
    pub(super) fn customer_without_ports(&mut self, now: Now) {
        self.called_in_vain(now, NotAnswered::Unreachable);
    }

    /// Not to be called any more, or not now: what the customer wanted is done otherwise, the
    /// server stops, or something of ours failed.
    pub(super) fn stop_calling_back(&mut self, verdict: Verdict) {
        let Stage::CallingBack(c) = std::mem::replace(&mut self.stage, Stage::Ended) else {
            return;
        };
        self.hang_up_ringing(None);
        let begun = c.begun;
        match c.step {
            Step::InLine => self.act(CallAction::Queue(QueueCommand::Leave)),
            Step::Dialling { party, leg, .. } => {
                if leg.is_some() {
                    let id = self.start.leg;
                    self.sip(id, LegCommand::Hangup { reason: None });
                    self.media(MediaCommand::Close { leg: id });
                }
                self.callback(CallbackStep::CalledOff);
                self.release(party);
            }
            Step::InVain { party, cause, .. } => {
                self.callback(CallbackStep::Failed { cause });
                self.release(party);
            }
        }
        self.end_callback(begun, verdict);
    }

    /// The customer has called in by themselves. Whom an agent calls at this moment is called.
    pub(super) fn cancel_callback(&mut self) {
        if let Stage::CallingBack(c) = &self.stage
            && matches!(c.step, Step::InLine)
        {
            self.stop_calling_back(Verdict::NotReached);
        }
    }

    fn end_callback(&mut self, begun: bool, verdict: Verdict) {
        self.stage = Stage::Ended;
        if begun {
            self.record(RecordEvent::Ended {
                verdict: verdict.clone(),
            });
        }
        self.act(CallAction::Done(verdict));
    }

    fn callback(&mut self, step: CallbackStep) {
        if let Some(callback) = self.calls_back {
            self.act(CallAction::Callback(callback, step));
        }
    }

    pub(super) fn tell_agent(&mut self, leg: LegId, names: &[&str]) -> PlayToken {
        let names = names.iter().map(PromptName::new);
        let prompts = names.filter_map(|n| self.prompt(&n).cloned()).collect();
        let token = self.tokens.next();
        let list = Playlist {
            prompts,
            repeat: false,
        };
        self.media(MediaCommand::Play { leg, token, list });
        token
    }
}

impl Purpose {
    /// Whether an agent has answered for the queue.
    pub(super) fn is_offer(&self) -> bool {
        matches!(self, Purpose::Offer(..))
    }
}
