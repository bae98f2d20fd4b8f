//! One task per call: it drives the pure [`Call`] and carries out what it asks.
//!
//! A panic in either ends neither the call nor its legs: see [`supervisor`].

mod card;
mod earlier;
pub(crate) mod followed;
mod messages;
mod supervisor;
mod taping;
pub(super) mod voices;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tracing::{Instrument, debug, info, warn};

use self::messages::RunningRecording;
use self::taping::Recorder;
use self::voices::Voices;
use super::callbacks::{CallbacksHandle, Planned};
use super::crm::CrmHandle;
use super::engaged::Engaged;
use super::outbox::{self, OutboxHandle};
use super::queue::QueueHandle;
use super::rarely::Rarely;
use super::recorder::Limits;
use super::side_line::SideLine;
use super::sip::{LegEventSender, SipHandle};
use super::tapes::Tapes;
use super::web;
use super::{clock, kept};
use crate::call::Call;
use crate::call::event::{CallAction, CallEvent, Known, OpenedMedia};
use crate::call::setup::{CallSetup, CallStart};
use crate::ids::{AgentId, LegId, LineName, PhoneNumber};
use crate::media::command::{MediaCommand, MediaEvent};
use crate::menu::tree::Line;
use crate::net::http::HttpClient;
use crate::net::local::LocalAddresses;
use crate::net::media::MediaPool;
use crate::now::Mono;
use crate::observe::figures;
use crate::record::facts::Facts;
use crate::record::timeline::{Event, Party};
use crate::record::verdict::Verdict;
use crate::sdp::{KEY_MATERIAL, KeyMaterial};
use crate::sip::leg::{LegCommand, LegEvent};
use crate::store::Store;

/// What every call's task works with.
#[derive(Clone)]
pub struct Tools {
    /// Shared settings of the machines.
    pub setup: Arc<CallSetup>,
    /// Signalling.
    pub sip: SipHandle,
    /// Voice.
    pub media: MediaPool,
    /// The people.
    pub queue: QueueHandle,
    /// The record.
    pub store: Store,
    /// Web services.
    pub web: HttpClient,
    /// Who knows the callers.
    pub crm: CrmHandle,
    /// Follow-ups.
    pub outbox: OutboxHandle,
    /// Those who are to be called back.
    pub callbacks: CallbacksHandle,
    /// Which of our addresses faces a phone.
    pub addresses: LocalAddresses,
    /// How long a message may and must be.
    pub message: Limits,
    /// Talks that are recorded.
    pub tapes: Tapes,
}

/// How many events of one source may wait for a call. Each is handled within microseconds; a
/// call that is this far behind has lost its task.
const WAITING_EVENTS: usize = 64;

/// Whoever calls often enough finds no port.
static NO_MEDIA: Rarely = Rarely::new();

/// How long the last figures of a call's media may take; a media thread's tick is 5 ms.
const LAST_FIGURES: Duration = Duration::from_millis(250);

/// How many chunks of a recording may wait for the disk: about a minute.
const WAITING_CHUNKS: usize = 64;

/// The SIP side of a call's first leg.
pub struct FirstLeg {
    /// Events of all legs of the call.
    pub events: mpsc::Receiver<(LegId, LegEvent)>,
    /// Their sending end, for further legs.
    pub sender: LegEventSender,
    /// Of the page that the call comes from, where it wants to follow it.
    pub key: Option<String>,
}

/// Runs one call from its INVITE to its verdict. `stop` turns true when the grace period of a
/// stopping server is over.
pub async fn run(
    tools: Tools,
    first: FirstLeg,
    start: CallStart,
    line: Arc<Line>,
    stop: watch::Receiver<bool>,
) {
    // What a call needs is some kilobytes: at a place of its own they are not moved about
    // when the task begins and ends.
    Box::pin(coming(tools, first, start, line, stop)).await;
}

async fn coming(
    tools: Tools,
    first: FirstLeg,
    start: CallStart,
    line: Arc<Line>,
    stop: watch::Receiver<bool>,
) {
    let (events_in, events) = mpsc::channel(WAITING_EVENTS);
    let call = Call::new(tools.setup.clone(), start, line, clock::now());
    whole(tools, first, call, (events_in, events), stop).await;
}

/// Calls somebody back, from their place in line to the verdict.
pub async fn run_back(tools: Tools, plan: Planned, line: Arc<Line>, stop: watch::Receiver<bool>) {
    let Planned {
        what,
        start,
        events,
    } = plan;
    let callback = what.callback;
    let callbacks = tools.callbacks.clone();
    let (sender, legs) = mpsc::channel(WAITING_EVENTS);
    let first = FirstLeg {
        events: legs,
        sender,
        key: None,
    };
    let call = Call::back(tools.setup.clone(), start, line, what, clock::now());
    Box::pin(whole(tools, first, call, events, stop)).await;
    callbacks.over(callback).await;
}

async fn whole(
    tools: Tools,
    first: FirstLeg,
    call: Call,
    (events_in, events): (mpsc::Sender<CallEvent>, mpsc::Receiver<CallEvent>),
    stop: watch::Receiver<bool>,
) {
    let contact = call.contact();
    let line = call.card().line.clone();
    let span = tracing::info_span!("call", %contact, %line);
    let (media_in, media) = mpsc::channel(WAITING_EVENTS);
    let inbox = Inbox {
        legs: first.events,
        media,
        events,
        stop,
        stopping: false,
    };
    if let Some(key) = &first.key {
        tools.store.live().called(key, contact);
    }
    let mut task = CallTask {
        line,
        followed: first.key.is_some(),
        call,
        began: clock::mono(),
        legs_in: first.sender,
        media_in,
        events_in,
        recording: None,
        recorder: Recorder::default(),
        voices: Voices::default(),
        side_line: SideLine::default(),
        engaged: Engaged::new(tools.queue.clone(), contact),
        facts: Facts::default(),
        open: 0,
        last: None,
        readers: Vec::new(),
        history: None,
        tools,
    };
    figures::call_started();
    task.tools.sip.belongs(task.call.caller_leg(), contact);
    task.tools.queue.join(contact, task.events_in.clone()).await;
    let verdict = task.supervise(inbox).instrument(span.clone()).await;
    task.tools.queue.part(contact).await;
    task.side_line.close(&task.tools.queue).await;
    figures::call_ended(Some(&task.line), &task.facts);
    let _in_span = span.enter();
    if task.facts.answered.is_some() {
        info!(verdict = verdict.as_str(), "call over: {verdict}");
    } else {
        // Anybody can have these by the thousand.
        debug!(verdict = verdict.as_str(), "call over: {verdict}");
    }
}

struct Inbox {
    legs: mpsc::Receiver<(LegId, LegEvent)>,
    media: mpsc::Receiver<MediaEvent>,
    events: mpsc::Receiver<CallEvent>,
    stop: watch::Receiver<bool>,
    /// That the server stops has been told.
    stopping: bool,
}

impl Inbox {
    /// The next thing that happens; `None`: a deadline.
    async fn next(&mut self, deadline: Option<Mono>) -> Option<CallEvent> {
        tokio::select! {
            biased;
            Some((leg, event)) = self.legs.recv() => Some(CallEvent::Leg(leg, event)),
            Some(event) = self.media.recv() => Some(CallEvent::Media(event)),
            Some(event) = self.events.recv() => Some(event),
            Ok(_) = self.stop.wait_for(|&s| s), if !self.stopping => {
                self.stopping = true;
                Some(CallEvent::Stop)
            }
            () = clock::sleep_until_some(deadline) => None,
        }
    }
}

struct CallTask {
    tools: Tools,
    call: Call,
    line: LineName,
    began: Mono,
    legs_in: LegEventSender,
    media_in: mpsc::Sender<MediaEvent>,
    events_in: mpsc::Sender<CallEvent>,
    recording: Option<RunningRecording>,
    recorder: Recorder,
    voices: Voices,
    /// A call of the agent's that stands in line itself.
    side_line: SideLine,
    /// Agents who are on this call without the queue's having given it to them.
    engaged: Engaged,
    facts: Facts,
    /// Legs whose media has not told its final figures.
    open: usize,
    /// The record's last line: it waits for those.
    last: Option<(Duration, Event)>,
    /// A page may follow it.
    followed: bool,
    /// Agents who have the card before them.
    readers: Vec<AgentId>,
    /// Whose earlier contacts are to be looked for, and when.
    history: Option<(Mono, PhoneNumber)>,
}

impl CallTask {
    async fn drive(&mut self, inbox: &mut Inbox) -> Verdict {
        loop {
            self.engaged.add(self.call.engaged()).await;
            if let Some(verdict) = self.carry_out().await {
                return verdict;
            }
            self.engaged.keep(&self.call.engaged()).await;
            let event = tokio::select! {
                biased;
                event = inbox.next(self.deadline()) => event,
                // Nothing more happened: then what was commanded is to be done. A caller who
                // has hung up meanwhile costs no media thread its sleep.
                () = std::future::ready(()), if self.voices.hurry() => {
                    self.voices.wake();
                    continue;
                }
            };
            if let Some(CallEvent::Media(event)) = &event {
                self.note_media(event);
            }
            self.tell_place(event.as_ref());
            let now = clock::now();
            let learnt = matches!(event, Some(CallEvent::Learnt(_)));
            match event {
                Some(event) => self.call.handle(now, event),
                None => {
                    self.ask_history(now.mono);
                    self.call.handle_timeout(now);
                }
            }
            if learnt {
                self.show_card_again();
            }
        }
    }

    /// The figures of a leg whose media has ended go into the record.
    fn note_media(&mut self, event: &MediaEvent) {
        let MediaEvent::Closed { leg, stats } = event else {
            return;
        };
        self.open = self.open.saturating_sub(1);
        figures::leg_closed(stats);
        let leg = if *leg == self.call.caller_leg() {
            Party::Caller
        } else {
            Party::Agent
        };
        let event = Event::Media {
            leg,
            figures: (*stats).into(),
        };
        let ended = self.last.as_ref().map(|(at, _)| *at);
        let at = ended.unwrap_or_else(|| clock::mono().since(self.began));
        self.tools.store.record(self.call.contact(), at, event);
    }

    /// The machine is done. Its media threads tell the last figures within a tick; then the
    /// record is closed.
    async fn close_record(&mut self, media: &mut mpsc::Receiver<MediaEvent>) {
        let told = async {
            while self.open > 0 {
                match media.recv().await {
                    Some(event) => self.note_media(&event),
                    None => return,
                }
            }
        };
        if tokio::time::timeout(LAST_FIGURES, told).await.is_err() {
            warn!(legs = self.open, "media did not tell its final figures");
        }
        if let Some((at, event)) = self.last.take() {
            self.tools.store.record(self.call.contact(), at, event);
        }
    }

    /// Carries out everything the machine asks. The verdict, when the call is over.
    async fn carry_out(&mut self) -> Option<Verdict> {
        while let Some(action) = self.call.poll_action() {
            match action {
                CallAction::Sip(leg, command) => self.sip(leg, command).await,
                CallAction::OpenMedia {
                    leg,
                    beside,
                    toward,
                } => self.open_media(leg, beside, toward),
                CallAction::Media(leg, command) => self.media(leg, command),
                CallAction::Queue(command) => {
                    self.tools.queue.command(self.call.contact(), command).await;
                }
                CallAction::QueueAs(contact, command) => {
                    let (queue, events) = (&self.tools.queue, &self.events_in);
                    let line = &mut self.side_line;
                    line.command(queue, events, contact, command).await;
                }
                // Only calls of agents that are about no caller do that.
                CallAction::Wish(..) | CallAction::WriteUp(..) | CallAction::Hearing(..) => {}
                CallAction::Locate(to) => self.tools.queue.locate(self.call.contact(), to).await,
                CallAction::RecordMessage {
                    recording,
                    leg,
                    limit,
                } => self.record_message(recording, leg, limit),
                CallAction::KeepMessage { even_if_empty } => self.keep_message(even_if_empty),
                CallAction::DropMessage => self.drop_message(),
                CallAction::EndMessage => self.end_message(),
                CallAction::FetchMessage => self.fetch_message(),
                CallAction::Ask(ask, request) => {
                    web::ask(self.tools.web.clone(), ask, request, self.events_in.clone());
                }
                CallAction::Recall(ask, place) => {
                    let reader = self.tools.store.reader();
                    kept::recall(reader, ask, place, self.events_in.clone());
                }
                CallAction::Remember(place, step) => {
                    let at = clock::now().wall;
                    self.tools.store.remember(place, step, at);
                }
                CallAction::FindTimes(ask, queue, from, to) => {
                    let reader = self.tools.store.reader();
                    kept::find_times(reader, ask, queue, (from, to), self.events_in.clone());
                }
                CallAction::StoreCallback(ask, wish) => {
                    let (store, events) = (self.tools.store.clone(), self.events_in.clone());
                    let callbacks = self.tools.callbacks.clone();
                    kept::store_callback(store, ask, wish, self.call.card(), events, callbacks);
                }
                CallAction::LookUp(number) => {
                    let line = self.call.card().line.clone();
                    let contact = self.call.contact();
                    let events = &self.events_in;
                    let last = self
                        .tools
                        .setup
                        .sounds
                        .values()
                        .any(|s| s.affinity.is_some());
                    let (store, whose) = (&self.tools.store, (line.clone(), number.clone()));
                    if !kept::look_up(store, whose.0, whose.1, last, events.clone()) {
                        let nothing = CallEvent::Known(Known::default());
                        self.call.handle(clock::now(), nothing);
                    }
                    self.history = Some((clock::mono() + kept::STAYS, number.clone()));
                    self.tools.crm.ask(contact, line, number, events.clone());
                }
                CallAction::CancelCallback(callback) => {
                    self.tools.callbacks.cancelled(callback).await;
                }
                CallAction::Callback(callback, step) => {
                    self.tools.callbacks.step(callback, step).await;
                }
                CallAction::Send(ask, wish) => outbox::store_letter(
                    self.tools.store.clone(),
                    self.tools.outbox.clone(),
                    ask,
                    wish,
                    self.call.card(),
                    self.events_in.clone(),
                ),
                CallAction::Tape(command) => self.tape(command),
                // Who asked may have gone meanwhile.
                CallAction::Told(reply, told) => drop(reply.0.send(told)),
                CallAction::Record(event) => {
                    let at = clock::mono().since(self.began);
                    self.facts.add(at, &event);
                    if let Event::Offered { agent } = &event {
                        self.show_card(agent, at);
                    }
                    self.note_reader(&event);
                    if matches!(event, Event::Ended { .. }) {
                        self.last = Some((at, event));
                    } else {
                        self.tools.store.record(self.call.contact(), at, event);
                    }
                }
                CallAction::Done(verdict) => return Some(verdict),
            }
        }
        None
    }

    async fn sip(&mut self, leg: LegId, command: LegCommand) {
        let sent = match command {
            LegCommand::Invite(invite) => {
                self.tools.sip.belongs(leg, self.call.contact());
                self.tools.sip.place(*invite, self.legs_in.clone()).await
            }
            command => self.tools.sip.command(leg, command).await,
        };
        if let Err(gone) = sent {
            warn!("{gone}");
        }
    }

    fn media(&mut self, leg: LegId, command: MediaCommand) {
        self.tell_heard(leg, &command);
        self.voices.command(leg, command);
    }

    fn open_media(&mut self, leg: LegId, beside: Option<LegId>, toward: Option<IpAddr>) {
        let (bind, address) = self.tools.addresses.toward(toward);
        let event = match self
            .tools
            .media
            .open(leg, bind, beside, self.media_in.clone())
        {
            Ok(opened) => {
                self.open += 1;
                self.voices.add(opened.media);
                let media = OpenedMedia {
                    address,
                    rtp_port: opened.rtp.port(),
                    rtcp_port: opened.rtcp.port(),
                    session: rand::random(),
                    keys: random_keys(),
                };
                CallEvent::MediaOpened(leg, media)
            }
            Err(e) => {
                if let Some(times) = NO_MEDIA.count() {
                    warn!(error = %e, times, "no media for a leg");
                }
                CallEvent::MediaFailed(leg)
            }
        };
        self.call.handle(clock::now(), event);
    }
}

pub(super) fn random_keys() -> KeyMaterial {
    let mut bytes = [0; KEY_MATERIAL];
    rand::fill(&mut bytes[..]);
    KeyMaterial(bytes)
}
