//! A call from an agent's phone that is not about a caller: a feature code, or a word with a
//! colleague. A pure machine like [`Call`](super::Call), with the same boundary.
//!
//! The promise about hanging up is one to callers. Here nobody waits for help: the server
//! answers an agent, says what there is to say, and ends the call.

mod engaged;
mod words;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::click::Click;
use super::consult::{Consultation, Introduction};
use super::event::{CallAction, CallEvent, NotWritten, OpenedMedia};
use super::features::Code;
use super::hearing::Hearing;
use super::info;
use super::legs::{Leg, Path};
use super::setup::{AgentCallStart, CallSetup, ClickStart};
use crate::ids::{ContactId, Key, Language, LegId, QueueName};
use crate::media::command::{DtmfWay, MediaCommand, MediaEvent, PlayToken};
use crate::now::{Mono, Now};
use crate::sip::leg::{LegCommand, LegEvent};

/// How long the words wait for the ACK (or the first RTP).
const SPEAK_ANYWAY: Duration = Duration::from_millis(1500);
/// How long the queue may take to tell an agent's state.
const ANSWER: Duration = Duration::from_secs(5);

/// What an agent wants by a call.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Somebody: see [`AgentCallStart::to`].
    Somebody {
        /// The display name that colleagues see.
        name: String,
    },
    /// To say or hear what they do.
    Code {
        /// What they dialled.
        code: Code,
        /// In which language they hear it.
        language: Language,
        /// Whose messages they may hear.
        queues: Vec<QueueName>,
    },
}

#[derive(Debug)]
enum Stage {
    /// Ports are asked for.
    Opening,
    /// Our 200 is out. With a late offer nothing can be played before the ACK.
    Answering { late: bool, speak_at: Mono },
    /// The queue is asked.
    Asking { until: Mono },
    /// The messages of their queues.
    Hearing(Box<Hearing>),
    /// The words are on their way.
    Speaking { token: PlayToken, until: Mono },
    /// Nothing follows.
    Over,
}

/// A feature code that was dialled.
#[derive(Debug)]
struct Coded {
    setup: Arc<CallSetup>,
    start: AgentCallStart,
    code: Code,
    language: Language,
    queues: Vec<QueueName>,
    leg: Option<Leg>,
    stage: Stage,
    actions: VecDeque<CallAction>,
}

#[derive(Debug)]
enum Kind {
    Coded(Box<Coded>),
    Talk(Box<Consultation>),
    Click(Box<Click>),
}

/// One call from an agent's phone. See the module.
#[derive(Debug)]
pub struct AgentCall {
    contact: ContactId,
    kind: Kind,
}

impl AgentCall {
    /// Its first action asks for media ports.
    pub fn new(setup: Arc<CallSetup>, start: AgentCallStart, wanted: Wanted) -> AgentCall {
        let contact = start.contact;
        let kind = match wanted {
            Wanted::Somebody { name } => {
                let introduction = Introduction {
                    name,
                    ..Introduction::default()
                };
                let codecs = setup.codecs.clone();
                let talk = Consultation::new(setup, start, introduction, codecs, None);
                Kind::Talk(Box::new(talk))
            }
            Wanted::Code {
                code,
                language,
                queues,
            } => Kind::Coded(Box::new(Coded::new(setup, start, code, (language, queues)))),
        };
        AgentCall { contact, kind }
    }

    /// Rings the agent's own phones, and then whom they want.
    pub fn click(setup: Arc<CallSetup>, start: ClickStart, now: Now) -> AgentCall {
        let contact = start.contact;
        let kind = Kind::Click(Box::new(Click::new(setup, start, now)));
        AgentCall { contact, kind }
    }

    /// Under what the queue knows it.
    pub fn contact(&self) -> ContactId {
        self.contact
    }

    /// Nothing follows.
    pub fn is_over(&self) -> bool {
        match &self.kind {
            Kind::Coded(c) => matches!(c.stage, Stage::Over),
            Kind::Talk(t) => t.is_over(),
            Kind::Click(c) => c.is_over(),
        }
    }

    /// What is to be done, in this order.
    pub fn poll_action(&mut self) -> Option<CallAction> {
        match &mut self.kind {
            Kind::Coded(c) => c.actions.pop_front(),
            Kind::Talk(t) => t.poll_action(),
            Kind::Click(c) => c.poll_action(),
        }
    }

    /// When [`AgentCall::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match &self.kind {
            Kind::Coded(c) => c.deadline(),
            Kind::Talk(t) => t.poll_timeout(),
            Kind::Click(c) => c.poll_timeout(),
        }
    }

    /// A deadline has come.
    pub fn handle_timeout(&mut self, now: Now) {
        match &mut self.kind {
            Kind::Coded(c) => c.overdue(now),
            Kind::Talk(t) => t.handle_timeout(now),
            Kind::Click(c) => c.handle_timeout(now),
        }
    }

    /// Something happened.
    pub fn handle(&mut self, now: Now, event: CallEvent) {
        match &mut self.kind {
            Kind::Coded(c) => c.handle(now, event),
            Kind::Talk(t) => match event {
                CallEvent::Leg(leg, event) => t.handle_leg(leg, event),
                CallEvent::MediaOpened(leg, media) => t.handle_opened(now, leg, media),
                CallEvent::MediaFailed(leg) => t.handle_no_ports(leg),
                CallEvent::QueueAs(contact, event) if contact == self.contact => {
                    t.handle_queue(event);
                }
                // The colleague's second call has nothing to do with this one.
                CallEvent::Dialled(start) | CallEvent::Monitor(start, _) => {
                    t.refuse(start.leg, 480);
                }
                CallEvent::TakeOver(start, _) => t.refuse(start.leg, 603),
                CallEvent::Stop => t.hang_up(),
                CallEvent::Media(_)
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
                // No caller's: whoever asks is told so by the reply that is dropped.
                | CallEvent::Ordered(_)
                | CallEvent::Hearing(_)
                | CallEvent::WrittenUp(_)
                | CallEvent::AgentState(_) => {}
            },
            Kind::Click(c) => c.handle(now, event),
        }
    }
}

impl Coded {
    fn new(
        setup: Arc<CallSetup>,
        start: AgentCallStart,
        code: Code,
        (language, queues): (Language, Vec<QueueName>),
    ) -> Coded {
        let mut coded = Coded {
            setup,
            code,
            language,
            queues,
            leg: None,
            stage: Stage::Opening,
            actions: VecDeque::new(),
            start,
        };
        coded.act(CallAction::OpenMedia {
            leg: coded.start.leg,
            beside: None,
            toward: Some(coded.start.remote),
        });
        coded
    }

    fn deadline(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Answering {
                late: false,
                speak_at,
            } => Some(*speak_at),
            Stage::Asking { until } | Stage::Speaking { until, .. } => Some(*until),
            Stage::Hearing(hearing) => Some(hearing.deadline()),
            Stage::Opening | Stage::Answering { late: true, .. } | Stage::Over => None,
        }
    }

    fn overdue(&mut self, now: Now) {
        if self.deadline().is_none_or(|at| at > now.mono) {
            return;
        }
        match self.stage {
            Stage::Hearing(_) => self.hear(|h| h.overdue(now)),
            Stage::Answering { .. } => self.ask(now),
            Stage::Asking { .. } if matches!(self.code, Code::WriteUp { .. }) => {
                self.written_up(now, &Err(NotWritten::Failed));
            }
            Stage::Asking { .. } | Stage::Speaking { .. } => self.hang_up(),
            Stage::Opening | Stage::Over => {}
        }
    }

    fn handle(&mut self, now: Now, event: CallEvent) {
        let own = self.start.leg;
        match event {
            CallEvent::Leg(leg, event) if leg == own => self.leg_event(now, event),
            CallEvent::MediaOpened(leg, media) if leg == own => self.answer(now, media),
            CallEvent::MediaFailed(leg) if leg == own => self.refuse(503),
            CallEvent::Media(MediaEvent::Latched { .. }) => {
                if matches!(self.stage, Stage::Answering { late: false, .. }) {
                    self.ask(now);
                }
            }
            CallEvent::Media(MediaEvent::Key { key, way, .. }) => self.key(now, key, way),
            CallEvent::Hearing(told) => self.hear(|h| h.told(now, told)),
            CallEvent::Media(
                MediaEvent::Played { token, .. } | MediaEvent::PlayFailed { token, .. },
            ) => {
                self.hear(|h| h.played(now, token));
                if matches!(self.stage, Stage::Speaking { token: t, .. } if t == token) {
                    self.hang_up();
                }
            }
            CallEvent::AgentState(state) => self.speak(now, state),
            CallEvent::WrittenUp(told) => self.written_up(now, &told),
            CallEvent::Stop => self.hang_up(),
            CallEvent::Leg(..)
            | CallEvent::MediaOpened(..)
            | CallEvent::MediaFailed(_)
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
            | CallEvent::Dialled(_)
            | CallEvent::Monitor(..)
            | CallEvent::TakeOver(..) => {}
        }
    }

    fn leg_event(&mut self, now: Now, event: LegEvent) {
        match event {
            LegEvent::Confirmed { answer } => self.confirmed(now, answer),
            LegEvent::Offer { offer } => {
                let codecs = self.setup.codecs.clone();
                if let Some(leg) = &mut self.leg {
                    let actions = leg.reoffered(offer, &self.setup, &codecs);
                    self.actions.extend(actions);
                }
            }
            LegEvent::OfferAnswered { answer } => {
                if let Some(leg) = &mut self.leg {
                    let actions = leg.offer_answered(&answer);
                    self.actions.extend(actions);
                }
            }
            LegEvent::Refer { .. } => {
                self.sip(LegCommand::ReferProgress { status: 403 });
            }
            LegEvent::Ended(_) => self.end(),
            LegEvent::Info { content_type, body } => {
                if let Some(key) = info::key(&content_type, &body) {
                    self.key(now, key, DtmfWay::Info);
                }
            }
            LegEvent::Progress { .. }
            | LegEvent::Answered { .. }
            | LegEvent::OfferRefused { .. } => {}
        }
    }

    fn key(&mut self, now: Now, key: Key, way: DtmfWay) {
        self.hear(|h| h.key(now, key, way));
    }

    /// Lets who hears messages go on, and ends the call when they are through.
    fn hear(&mut self, what: impl FnOnce(&mut Hearing) -> Vec<CallAction>) {
        let Stage::Hearing(hearing) = &mut self.stage else {
            return;
        };
        let actions = what(hearing);
        let over = hearing.is_over();
        self.actions.extend(actions);
        if over {
            self.hang_up();
        }
    }

    fn answer(&mut self, now: Now, media: OpenedMedia) {
        if !matches!(self.stage, Stage::Opening) {
            let leg = self.start.leg;
            return self.media(MediaCommand::Close { leg });
        }
        let path = Path {
            transport: self.start.transport,
            peer: Some(self.start.remote),
        };
        let mut leg = Leg::new(self.start.leg, media, path);
        let local = leg.local(&self.setup, &self.setup.codecs);
        let offer = self.start.offer.take();
        let late = offer.is_none();
        let sdp = match offer {
            None => leg.session.offer(&local),
            Some(offer) => match leg.session.answer(&offer, &local) {
                Ok((sdp, plan)) => {
                    let leg_id = leg.id;
                    leg.plan = Some(plan.clone());
                    self.media(MediaCommand::Apply { leg: leg_id, plan });
                    sdp
                }
                Err(refusal) => {
                    self.media(MediaCommand::Close { leg: leg.id });
                    self.sip(LegCommand::RejectMedia {
                        status: refusal.status(),
                        why: refusal.to_string(),
                    });
                    return self.end();
                }
            },
        };
        self.leg = Some(leg);
        self.sip(LegCommand::Answer { sdp });
        self.stage = Stage::Answering {
            late,
            speak_at: now.mono + SPEAK_ANYWAY,
        };
    }

    fn confirmed(&mut self, now: Now, answer: Option<Bytes>) {
        let Stage::Answering { late, .. } = self.stage else {
            return;
        };
        if late {
            let Some(leg) = &mut self.leg else { return };
            match answer.and_then(|a| leg.session.accept(&a).ok()) {
                Some(plan) => {
                    leg.plan = Some(plan.clone());
                    let leg = leg.id;
                    self.media(MediaCommand::Apply { leg, plan });
                }
                None => return self.hang_up(),
            }
        }
        self.ask(now);
    }

    /// What was dialled is done now that the agent can hear of it.
    fn ask(&mut self, now: Now) {
        if self.code == Code::Messages {
            let (setup, language) = (Arc::clone(&self.setup), self.language.clone());
            let who = (self.start.agent.clone(), language);
            let queues = std::mem::take(&mut self.queues);
            let (hearing, ask) = Hearing::new(setup, who, self.start.leg, queues, now);
            self.act(ask);
            self.stage = Stage::Hearing(Box::new(hearing));
            return;
        }
        let agent = self.start.agent.clone();
        self.act(match self.code {
            Code::WriteUp { nth } => CallAction::WriteUp(agent, nth),
            _ => CallAction::Wish(agent, self.code.wish(&self.setup.features)),
        });
        self.stage = Stage::Asking {
            until: now.mono + ANSWER,
        };
    }

    fn refuse(&mut self, status: u16) {
        let retry_after = (status == 503).then_some(5);
        self.sip(LegCommand::Reject {
            status,
            retry_after,
        });
        self.end();
    }

    /// No caller's leg: see the module.
    fn hang_up(&mut self) {
        if !matches!(self.stage, Stage::Over) {
            self.sip(LegCommand::Hangup { reason: None });
            self.end();
        }
    }

    fn end(&mut self) {
        self.stage = Stage::Over;
        if let Some(leg) = self.leg.take() {
            self.media(MediaCommand::Close { leg: leg.id });
        }
    }

    fn act(&mut self, action: CallAction) {
        self.actions.push_back(action);
    }

    fn sip(&mut self, command: LegCommand) {
        let leg: LegId = self.start.leg;
        self.act(CallAction::Sip(leg, command));
    }

    fn media(&mut self, command: MediaCommand) {
        self.act(CallAction::Media(command.leg(), command));
    }
}
