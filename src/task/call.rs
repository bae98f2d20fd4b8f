//! One task per call: it drives the pure [`Call`] and carries out what it asks.
//!
//! A panic inside the machine is caught here, step by step; the caller's leg, its dialog and
//! its media live outside, so the caller goes on to a person (P4).

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tracing::{Instrument, debug, error, info, warn};

use super::clock;
use super::queue::QueueHandle;
use super::rarely::Rarely;
use super::recorder::{Limits, record_message};
use super::sip::{LegEventSender, SipHandle};
use super::web;
use crate::call::Call;
use crate::call::event::{CallAction, CallEvent, OpenedMedia, RecordingId, RecordingOutcome};
use crate::call::setup::{CallSetup, CallStart};
use crate::ids::{LegId, LineName};
use crate::media::command::{MediaCommand, MediaEvent};
use crate::menu::tree::Line;
use crate::net::http::HttpClient;
use crate::net::local::LocalAddresses;
use crate::net::media::{LegMedia, MediaPool};
use crate::now::{Mono, Now};
use crate::observe::figures;
use crate::record::facts::Facts;
use crate::record::timeline::{Event, MessageId, Party};
use crate::record::verdict::{Stage, Verdict};
use crate::sdp::{KEY_MATERIAL, KeyMaterial};
use crate::sip::leg::{LegCommand, LegEvent};
use crate::store::{MessageMeta, Store, StoreError};

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
    /// Which of our addresses faces a phone.
    pub addresses: LocalAddresses,
    /// How long a message may and must be.
    pub message: Limits,
}

/// After so many failed rescues of one call there is none.
const MOST_FAILURES: u32 = 5;

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
    let (contact, first_leg) = (start.contact, start.leg);
    let span = tracing::info_span!("call", %contact, line = %start.line);
    let (media_in, media) = mpsc::channel(WAITING_EVENTS);
    let (events_in, events) = mpsc::channel(WAITING_EVENTS);
    let inbox = Inbox {
        legs: first.events,
        media,
        events,
        stop,
    };
    let began = clock::now();
    let mut task = CallTask {
        line: start.line.clone(),
        call: Call::new(tools.setup.clone(), start, line, began),
        began: began.mono,
        legs_in: first.sender,
        media_in,
        events_in,
        recording: None,
        voices: Vec::new(),
        facts: Facts::default(),
        caller: first_leg,
        open: 0,
        last: None,
        tools,
    };
    figures::call_started();
    task.tools.queue.join(contact, task.events_in.clone()).await;
    let verdict = task.drive(inbox).instrument(span.clone()).await;
    task.tools.queue.part(contact).await;
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
}

impl Inbox {
    /// The next thing that happens; `None`: a deadline.
    async fn next(&mut self, deadline: Option<Mono>, stopping: bool) -> Option<CallEvent> {
        tokio::select! {
            biased;
            Some((leg, event)) = self.legs.recv() => Some(CallEvent::Leg(leg, event)),
            Some(event) = self.media.recv() => Some(CallEvent::Media(event)),
            Some(event) = self.events.recv() => Some(event),
            Ok(_) = self.stop.wait_for(|&s| s), if !stopping => Some(CallEvent::Stop),
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
    /// The ways to the media threads of the call's legs.
    voices: Vec<LegMedia>,
    facts: Facts,
    /// The first leg; all others are agents'.
    caller: LegId,
    /// Legs whose media has not told its final figures.
    open: usize,
    /// The record's last line: it waits for those.
    last: Option<(Duration, Event)>,
}

/// A message that is being taken.
struct RunningRecording {
    id: RecordingId,
    leg: LegId,
    meta: MessageMeta,
    task: JoinHandle<Result<(MessageId, Duration), StoreError>>,
}

impl CallTask {
    async fn drive(&mut self, mut inbox: Inbox) -> Verdict {
        let mut stopping = false;
        let mut failures = 0;
        loop {
            match caught(self.carry_out()).await {
                Ok(Some(verdict)) => {
                    self.close_record(&mut inbox.media).await;
                    return verdict;
                }
                Ok(None) => {}
                // The action that failed is gone; what the rescue asks for comes next.
                Err(Panicked) => {
                    failures += 1;
                    if failures > MOST_FAILURES {
                        let verdict = self.give_up().await;
                        self.close_record(&mut inbox.media).await;
                        return verdict;
                    }
                    self.rescue(clock::now());
                    continue;
                }
            }
            let event = inbox.next(self.call.poll_timeout(), stopping).await;
            stopping |= matches!(event, Some(CallEvent::Stop));
            if let Some(CallEvent::Media(event)) = &event {
                self.note_media(event);
            }
            let now = clock::now();
            self.step(now, |call| match event {
                Some(event) => call.handle(now, event),
                None => call.handle_timeout(now),
            });
        }
    }

    /// The figures of a leg whose media has ended go into the record.
    fn note_media(&mut self, event: &MediaEvent) {
        let MediaEvent::Closed { leg, stats } = event else {
            return;
        };
        self.open = self.open.saturating_sub(1);
        figures::leg_closed(stats);
        let leg = if *leg == self.caller {
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

    /// One step of the machine; a panic in it sends the caller to a person.
    fn step(&mut self, now: Now, step: impl FnOnce(&mut Call)) {
        let call = &mut self.call;
        if catch_unwind(AssertUnwindSafe(|| step(call))).is_err() {
            self.rescue(now);
        }
    }

    /// Not even the way to a person can be carried out.
    async fn give_up(&mut self) -> Verdict {
        error!("the rescue fails again and again: the call can not go on");
        let leg = self.call.caller_leg();
        self.sip(leg, LegCommand::Hangup { reason: None }).await;
        let stage = self.call.stage().unwrap_or(Stage::Ringing);
        let verdict = Verdict::Fault {
            stage,
            what: "internal error".to_owned(),
        };
        let at = clock::mono().since(self.began);
        let ended = Event::Ended {
            verdict: verdict.clone(),
        };
        self.facts.add(at, &ended);
        self.last = Some((at, ended));
        verdict
    }

    fn rescue(&mut self, now: Now) {
        error!("a fault of ours in this call: the caller goes to a person");
        let call = &mut self.call;
        if catch_unwind(AssertUnwindSafe(|| call.rescue(now, "internal error"))).is_err() {
            error!("the rescue failed as well; the call goes on as it is");
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
                CallAction::Locate(to) => self.tools.queue.locate(self.call.contact(), to).await,
                CallAction::RecordMessage {
                    recording,
                    leg,
                    limit,
                } => self.record_message(recording, leg, limit),
                CallAction::KeepMessage { even_if_empty } => self.keep_message(even_if_empty),
                CallAction::DropMessage => self.drop_message(),
                CallAction::Ask(ask, request) => {
                    web::ask(self.tools.web.clone(), ask, request, self.events_in.clone());
                }
                CallAction::Record(event) => {
                    let at = clock::mono().since(self.began);
                    self.facts.add(at, &event);
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
            LegCommand::Invite(invite) => self.tools.sip.place(*invite, self.legs_in.clone()).await,
            command => self.tools.sip.command(leg, command).await,
        };
        if let Err(gone) = sent {
            warn!("{gone}");
        }
    }

    /// To the thread of the leg, without a look-up.
    fn media(&mut self, leg: LegId, command: MediaCommand) {
        let Some(at) = self.voices.iter().position(|v| v.id() == leg) else {
            return; // closed already
        };
        let over = matches!(command, MediaCommand::Close { .. });
        self.voices[at].command(command);
        if over {
            self.voices.swap_remove(at);
        }
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
                self.voices.push(opened.media);
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
        let now = clock::now();
        self.step(now, |call| call.handle(now, event));
    }

    // ---- messages ----

    fn record_message(&mut self, id: RecordingId, leg: LegId, limit: Duration) {
        let (sink, samples) = mpsc::channel(WAITING_CHUNKS);
        let card = self.call.card();
        let meta = MessageMeta {
            contact: card.contact,
            line: Some(card.line.clone()),
            queue: card.queue.clone(),
            caller: Some(card.caller.clone()),
            taken: clock::now().wall,
            length: Duration::ZERO,
        };
        let (store, limits, kept) = (self.tools.store.clone(), self.tools.message, meta.clone());
        let task = tokio::spawn(async move { record_message(&store, samples, limits, kept).await });
        self.recording = Some(RunningRecording {
            id,
            leg,
            meta,
            task,
        });
        self.media(leg, MediaCommand::Record { leg, sink, limit });
    }

    fn drop_message(&mut self) {
        if let Some(recording) = self.recording.take() {
            recording.task.abort();
            let leg = recording.leg;
            self.media(leg, MediaCommand::StopRecord { leg });
        }
    }

    fn keep_message(&mut self, even_if_empty: bool) {
        let Some(recording) = self.recording.take() else {
            return;
        };
        let (id, leg) = (recording.id, recording.leg);
        self.media(leg, MediaCommand::StopRecord { leg });
        let (events, store) = (self.events_in.clone(), self.tools.store.clone());
        let keep = async move {
            let outcome = finish(&store, recording, even_if_empty).await;
            // The call may be over by then; the message is safe all the same.
            let _ = events.send(CallEvent::Recording(id, outcome)).await;
        };
        tokio::spawn(keep.in_current_span());
    }
}

/// The future panicked while it was polled.
#[derive(Debug, PartialEq)]
struct Panicked;

/// Runs a future; a panic in it ends it, and nothing else.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}

/// Waits until the message is durable, or known not to be.
async fn finish(
    store: &Store,
    recording: RunningRecording,
    even_if_empty: bool,
) -> RecordingOutcome {
    let RunningRecording { meta, task, .. } = recording;
    let queue = meta.queue.clone();
    let stored = match task.await {
        Ok(Err(StoreError::TooShort)) if even_if_empty => {
            let wish = store.save_message(meta, Vec::new()).await;
            wish.map(|message| (message, Duration::ZERO))
        }
        Ok(result) => result,
        Err(_) => Err(StoreError::Closed),
    };
    match stored {
        Ok((message, length)) => {
            if let Some(queue) = &queue {
                figures::message_stored(queue);
            }
            RecordingOutcome::Stored { message, length }
        }
        Err(StoreError::TooShort) => RecordingOutcome::TooShort,
        Err(e) => {
            error!(error = %e, "a message could not be stored");
            RecordingOutcome::Failed
        }
    }
}

fn random_keys() -> KeyMaterial {
    let mut bytes = [0; KEY_MATERIAL];
    rand::fill(&mut bytes[..]);
    KeyMaterial(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_the_future_and_nothing_else() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let later = async {
            tokio::task::yield_now().await;
            panic!("on purpose");
        };
        assert_eq!(caught::<()>(later).await, Err(Panicked));
    }
}
