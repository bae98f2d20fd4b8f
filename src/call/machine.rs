//! The machine itself: its state, and who handles what.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::again::{Asking, Promised};
use super::bridged::Bridged;
use super::calling_back::CallingBack;
use super::consult::Consultation;
use super::event::{CallAction, CallEvent, Known, RecordingId};
use super::info;
use super::keys::AgentKeys;
use super::legs::{Leg, RingingPhones};
use super::menu_stage::MenuStage;
use super::message::MessageStage;
use super::monitor::Joining;
use super::setup::{CallSetup, CallStart};
use super::sound::Tokens;
use super::taping::Tapes;
use super::waiting::Waiting;
use crate::ids::{ContactId, Key, Language, LegId, PhoneNumber, SkillName};
use crate::media::command::{DtmfWay, MediaEvent};
use crate::media::dedup::KeyDedup;
use crate::menu::outcome::AskId;
use crate::menu::tree::Line;
use crate::menu::walk::Walk;
use crate::now::{Mono, Now};
use crate::record::card::ContextCard;
use crate::record::timeline::{CallbackId, Event as RecordEvent};
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::sip::leg::{LegCommand, LegEnd, LegEvent};

/// How much later than it should the end of a prompt or of a recording may be told.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// Where a call is. What makes sense in one stage only is in that stage.
#[derive(Debug)]
pub(super) enum Stage {
    /// Ports are asked for; the INVITE is not answered yet.
    Opening { offer: Option<Bytes> },
    /// Our 200 is out. With a late offer nothing can be played before the ACK.
    Answering { late: bool, speak_at: Mono },
    /// In the menus.
    Menu(Box<MenuStage>),
    /// In the queue.
    Waiting(Waiting),
    /// Leaving a message.
    Message(MessageStage),
    /// Somebody is called back, and has not answered yet.
    CallingBack(Box<CallingBack>),
    /// With a person (or an agent's transfer is under way).
    Bridged(Box<Bridged>),
    /// The caller's leg is being ended, or a message of a caller who hung up is being stored.
    Closing {
        verdict: Verdict,
        leg_over: bool,
        storing: Option<Storing>,
    },
    /// Nothing follows.
    Ended,
}

/// A promise to a caller who is gone is being stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Storing {
    /// Which.
    pub what: Promise,
    /// The store is not waited for any longer.
    pub until: Mono,
}

/// What is stored before a caller is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// A message.
    Message(RecordingId),
    /// The wish to be called back.
    Callback,
}

/// One call. See the module's documentation.
///
/// Drive it with [`Call::handle`] and [`Call::handle_timeout`]; after each, take everything
/// from [`Call::poll_action`] and wait until [`Call::poll_timeout`].
#[derive(Debug)]
pub struct Call {
    pub(super) setup: Arc<CallSetup>,
    pub(super) start: CallStart,
    pub(super) line: Arc<Line>,
    pub(super) caller: Option<Leg>,
    pub(super) ringing: RingingPhones,
    pub(super) stage: Stage,
    /// The agent asks somebody meanwhile. It may outlast the caller.
    pub(super) consult: Option<Box<Consultation>>,
    /// Supervisors on their way into the talk.
    pub(super) joining: BTreeMap<LegId, Joining>,
    /// The caller's part is over; told when the consultation is, too.
    pub(super) verdict: Option<Verdict>,
    pub(super) card: ContextCard,
    /// The language of the call now.
    pub(super) language: Language,
    /// What the caller needs of the people, by the nodes that they came by.
    pub(super) needs: BTreeMap<SkillName, u8>,
    /// How urgent they are, likewise.
    pub(super) priority: u8,
    pub(super) tokens: Tokens,
    /// The last message could not be stored: offering another at once would be a loop.
    pub(super) message_broken: bool,
    /// The same of the wish to be called back.
    pub(super) callback_broken: bool,
    /// The wish to be called back that is stored.
    pub(super) callback: Option<CallbackId>,
    /// The menus as the caller left them, should they look back from the queue.
    pub(super) menus: Option<Box<Walk>>,
    /// What is known of the caller from before.
    pub(super) known: Known,
    pub(super) asking: Asking,
    /// The wish to be called back that was asked for in the queue.
    pub(super) asked_in_queue: Option<AskId>,
    /// They were asked how a talk was: once is enough.
    pub(super) asked_after_talk: bool,
    /// The place that a callback keeps for them.
    pub(super) promised: Option<Promised>,
    /// Whom this call calls back.
    pub(super) calls_back: Option<CallbackId>,
    /// More with each thing that happens to it.
    pub(super) version: u64,
    /// The last recording of a message.
    pub(super) recordings: RecordingId,
    /// The recording of the talks.
    pub(super) tapes: Tapes,
    /// Nothing is heard from the caller's page: when it is asked whether it is there still.
    pub(super) caller_away: Option<Mono>,
    keys: KeyDedup,
    pub(super) agent_keys: AgentKeys,
    actions: VecDeque<CallAction>,
}

impl Call {
    /// A call on `line`. Its first action asks for media ports.
    pub fn new(setup: Arc<CallSetup>, mut start: CallStart, line: Arc<Line>, now: Now) -> Call {
        let offer = start.offer.take();
        let number = start.caller.clone().unwrap_or_else(PhoneNumber::withheld);
        let card = ContextCard::new(start.contact, start.line.clone(), number.clone(), now.wall);
        let (leg, toward, dialled) = (start.leg, start.remote, start.dialled.clone());
        let mut call = Call::unheard(setup, start, line, card);
        call.stage = Stage::Opening { offer };
        call.record(RecordEvent::Started {
            line: call.start.line.clone(),
            dialled: dialled.reveal().to_owned(),
            caller: number,
        });
        call.act(CallAction::OpenMedia {
            leg,
            beside: None,
            toward: Some(toward),
        });
        call.look_up();
        call
    }

    /// A call to which nothing has happened yet.
    pub(super) fn unheard(
        setup: Arc<CallSetup>,
        start: CallStart,
        line: Arc<Line>,
        card: ContextCard,
    ) -> Call {
        let language = line.languages.first().cloned().unwrap_or_default();
        Call {
            setup,
            line,
            language,
            needs: BTreeMap::new(),
            priority: 0,
            caller: None,
            ringing: RingingPhones::new(),
            stage: Stage::Ended,
            consult: None,
            joining: BTreeMap::new(),
            verdict: None,
            card,
            tokens: Tokens::default(),
            message_broken: false,
            callback_broken: false,
            callback: None,
            menus: None,
            known: Known::default(),
            asking: Asking::Nothing,
            asked_in_queue: None,
            asked_after_talk: false,
            promised: None,
            calls_back: None,
            version: 0,
            recordings: RecordingId::default(),
            tapes: Tapes::default(),
            caller_away: None,
            keys: KeyDedup::new(),
            agent_keys: AgentKeys::default(),
            actions: VecDeque::new(),
            start,
        }
    }

    /// The contact's id.
    pub fn contact(&self) -> ContactId {
        self.start.contact
    }

    /// The caller's leg.
    pub fn caller_leg(&self) -> LegId {
        self.start.leg
    }

    /// What the agent sees (P7).
    pub fn card(&self) -> &ContextCard {
        &self.card
    }

    /// The caller is known to speak this language. Of use before the menus begin.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// The interpreter, while the caller is in the menus.
    pub fn walk(&self) -> Option<&Walk> {
        match &self.stage {
            Stage::Menu(m) => Some(&m.walk),
            Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Waiting(_)
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Closing { .. }
            | Stage::Ended => None,
        }
    }

    /// The stage's name for record, logs and metrics; `None` once the call is being ended.
    pub fn stage(&self) -> Option<StageName> {
        match &self.stage {
            Stage::Opening { .. } | Stage::Answering { .. } => Some(StageName::Ringing),
            Stage::Menu(_) => Some(StageName::Menu),
            Stage::Waiting(w) if w.outside.is_none() && !self.ringing.is_empty() => {
                Some(StageName::Offered)
            }
            Stage::Waiting(_) => Some(StageName::Waiting),
            Stage::Message(_) => Some(StageName::Message),
            Stage::CallingBack(c) => Some(c.stage()),
            Stage::Bridged(b) if b.whisper.is_some() => Some(StageName::Offered),
            Stage::Bridged(b) if b.transfer.is_some() => Some(StageName::Transferring),
            Stage::Bridged(_) => Some(StageName::Talking),
            Stage::Closing { .. } | Stage::Ended => None,
        }
    }

    /// What is to be done, in this order.
    pub fn poll_action(&mut self) -> Option<CallAction> {
        self.actions.pop_front()
    }

    /// When [`Call::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Mono> {
        let consult = self.consult.as_ref().and_then(|c| c.poll_timeout());
        let others = consult.into_iter().chain(self.caller_away);
        self.stage_timeout().into_iter().chain(others).min()
    }

    fn stage_timeout(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Answering {
                late: false,
                speak_at,
            } => Some(*speak_at),
            Stage::Menu(m) => m.walk.poll_timeout(),
            Stage::Waiting(w) => Call::waiting_deadline(w),
            Stage::Message(m) => Some(m.until),
            Stage::Bridged(b) => b.due(),
            Stage::CallingBack(c) => c.until(),
            Stage::Closing { storing, .. } => storing.map(|s| s.until),
            Stage::Opening { .. } | Stage::Answering { late: true, .. } | Stage::Ended => None,
        }
    }

    /// A deadline has come.
    pub fn handle_timeout(&mut self, now: Now) {
        self.overdue(now);
        self.retape();
    }

    fn overdue(&mut self, now: Now) {
        if let Some(consult) = &mut self.consult {
            consult.handle_timeout(now);
            self.drive_consult();
        }
        self.caller_overdue(now);
        match &mut self.stage {
            Stage::Answering {
                late: false,
                speak_at,
            } if *speak_at <= now.mono => self.enter_menu(now),
            Stage::Menu(m) => {
                m.walk.handle_timeout(now);
                self.drive_menu(now);
            }
            Stage::Waiting(_) => self.waiting_overdue(now),
            Stage::Message(_) => self.message_overdue(now),
            Stage::Bridged(_) => {
                self.whisper_overdue(now);
                self.word_overdue(now);
                self.transfer_overdue(now);
                self.away_overdue(now);
            }
            Stage::Closing { .. } => self.storing_overdue(now),
            Stage::CallingBack(_) => self.calling_back_overdue(now),
            Stage::Opening { .. } | Stage::Answering { .. } | Stage::Ended => {}
        }
    }

    /// Something happened.
    pub fn handle(&mut self, now: Now, event: CallEvent) {
        self.happened(now, event);
        self.retape();
    }

    fn happened(&mut self, now: Now, event: CallEvent) {
        let Some(event) = self.consult_event(now, event) else {
            return;
        };
        match event {
            CallEvent::Leg(leg, event) if leg == self.start.leg => match self.stage {
                Stage::CallingBack(_) => self.customer_event(now, event),
                _ => self.caller_event(now, event),
            },
            CallEvent::Leg(leg, LegEvent::Ended(_)) if self.joining.contains_key(&leg) => {
                self.joining.remove(&leg);
            }
            CallEvent::Leg(leg, event) => self.phone_event(now, leg, event),
            CallEvent::Media(event) => self.media_event(now, event),
            CallEvent::MediaOpened(leg, media) if leg == self.start.leg => match self.stage {
                Stage::CallingBack(_) => self.ring_customer(media),
                _ => self.answer(now, media),
            },
            CallEvent::MediaOpened(leg, media) => match self.joining.remove(&leg) {
                Some(joining) => self.join_talk(joining, media),
                None => self.ring(now, leg, media),
            },
            CallEvent::MediaFailed(leg) if leg == self.start.leg => match self.stage {
                Stage::CallingBack(_) => self.customer_without_ports(now),
                _ => self.refuse(503),
            },
            CallEvent::MediaFailed(leg) => match self.joining.remove(&leg) {
                Some(_) => self.reject(leg, 503),
                None => self.ringing_failed(now, leg, &LegEnd::Unreachable),
            },
            CallEvent::Queue(event) => self.queue_event(now, event),
            CallEvent::Located(location) => self.transfer_located(now, location),
            CallEvent::Recording(recording, outcome) => {
                self.recording_over(now, recording, outcome);
            }
            CallEvent::Draft(recording, voice) => self.draft_fetched(now, recording, voice),
            CallEvent::Reply(ask, reply) => self.replied(now, ask, reply),
            CallEvent::Recalled(ask, step) => self.recalled(now, ask, step.as_deref()),
            CallEvent::CallbackStored(ask, stored) => self.callback_stored(now, ask, stored),
            CallEvent::Times(ask, due) => self.times_found(now, ask, due.as_deref()),
            CallEvent::TimeTaken(ask) => self.time_taken(now, ask),
            CallEvent::LetterStored(ask, stored) => self.letter_stored(now, ask, stored),
            CallEvent::Dialled(start) => self.dialled(*start),
            CallEvent::TakeOver(start, leg) => self.replaced(*start, leg),
            CallEvent::Monitor(start, presence) => self.monitored(*start, presence),
            CallEvent::QueueAs(contact, event) => self.queue_event_as(contact, event),
            CallEvent::Ordered(asked) => self.ordered(now, *asked),
            // Asked by calls of agents only.
            CallEvent::AgentState(_) | CallEvent::Hearing(_) | CallEvent::WrittenUp(_) => {}
            CallEvent::Known(known) => self.looked_up(now, known),
            CallEvent::Learnt(learnt) => self.card.learn(*learnt),
            CallEvent::Cancelled => self.cancel_callback(),
            CallEvent::Tape(event) => self.tape_event(event),
            CallEvent::Stop => self.stop(now),
        }
    }

    // ---- events of the caller's phone ----

    fn caller_event(&mut self, now: Now, event: LegEvent) {
        match event {
            LegEvent::Confirmed { answer } => self.confirmed(now, answer),
            LegEvent::Info { content_type, body } => {
                if let Some(key) = info::key(&content_type, &body) {
                    self.key(now, key, DtmfWay::Info);
                }
            }
            LegEvent::Offer { offer } => self.caller_reoffers(offer),
            LegEvent::OfferAnswered { answer } => self.caller_answers_offer(&answer),
            LegEvent::OfferRefused { .. } => {}
            // Only agents may transfer.
            LegEvent::Refer { .. } => {
                self.act(CallAction::Sip(
                    self.start.leg,
                    LegCommand::ReferProgress { status: 403 },
                ));
            }
            LegEvent::Ended(end) => self.caller_gone(now, &end),
            // These are told of outgoing legs only.
            LegEvent::Progress { .. } | LegEvent::Answered { .. } => {}
        }
    }

    // ---- events of the media thread ----

    fn media_event(&mut self, now: Now, event: MediaEvent) {
        match event {
            MediaEvent::Key { leg, key, way } if leg == self.start.leg => self.key(now, key, way),
            MediaEvent::Key { leg, key, way } => self.key_of_person(now, leg, key, way),
            MediaEvent::Played { leg, token } if leg == self.start.leg => self.played(now, token),
            MediaEvent::Played { leg, token } => {
                self.whispered(leg, token);
                self.agent_heard(token);
            }
            MediaEvent::PlayFailed { leg, token, prompt } if leg == self.start.leg => {
                self.play_failed(now, token, &prompt);
            }
            MediaEvent::PlayFailed { leg, token, prompt } => {
                self.whispered(leg, token);
                let what = format!("prompt {prompt} is not encoded for the agent's codec");
                self.record(RecordEvent::Fault { what });
            }
            MediaEvent::RecordEnded { .. } => self.record_limit(now),
            MediaEvent::Latched { leg, .. } => {
                if leg == self.start.leg
                    && matches!(self.stage, Stage::Answering { late: false, .. })
                {
                    self.begin_to_speak(now);
                }
            }
            MediaEvent::RtpSilent { leg, .. } => self.rtp_silent(now, leg),
            MediaEvent::RtpBack { leg } => self.rtp_back(leg),
            MediaEvent::KeysFailed { leg } => self.keys_failed(now, leg),
            MediaEvent::Closed { .. } => {}
        }
    }

    fn key(&mut self, now: Now, key: Key, way: DtmfWay) {
        if !self.keys.accept(now.mono, key, way) {
            return;
        }
        if matches!(self.stage, Stage::Answering { late: false, .. }) {
            self.enter_menu(now);
            // It was not meant for the queue to which a fault in the menus has led.
            if matches!(self.stage, Stage::Waiting(_)) {
                return;
            }
        }
        match &mut self.stage {
            Stage::Menu(m) => {
                m.walk.handle_key(now, key);
                self.drive_menu(now);
            }
            Stage::Message(_) => self.key_in_message(now, key),
            Stage::Bridged(_) => self.key_while_bridged(now, key),
            Stage::Waiting(_) => self.key_while_waiting(now, key),
            Stage::CallingBack(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Closing { .. }
            | Stage::Ended => {}
        }
    }

    // ---- small helpers ----

    /// What was asked for and not carried out yet, and which keys came.
    pub(super) fn forget(&mut self) {
        self.actions.clear();
        self.keys = KeyDedup::new();
    }

    pub(super) fn act(&mut self, action: CallAction) {
        self.actions.push_back(action);
    }
}
