//! A caller's message, while it is spoken and until it is kept.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::{Instrument, error, warn};

use super::{CallTask, WAITING_CHUNKS};
use crate::call::event::{CallEvent, RecordingId, RecordingOutcome};
use crate::ids::LegId;
use crate::media::command::MediaCommand;
use crate::observe::figures;
use crate::sdp::plan::Codec;
use crate::store::{MessageMeta, Recording, Store, StoreError};
use crate::task::clock;
use crate::task::hearing::encoded;
use crate::task::recorder::{Limits, take_message};

/// How many orders a message's task may be behind: a call asks for one thing after the other.
const WAITING_ORDERS: usize = 16;

/// A message that is being taken.
pub(super) struct RunningRecording {
    leg: LegId,
    /// To its own task, which keeps the message when nobody says otherwise.
    orders: Sender<Order>,
}

/// What becomes of a message.
enum Order {
    /// It has ended: tell whether anything was said.
    End,
    /// It is to be heard.
    Fetch,
    Keep {
        even_if_empty: bool,
    },
    Drop,
}

impl CallTask {
    pub(super) fn record_message(&mut self, id: RecordingId, leg: LegId, limit: Duration) {
        let (sink, samples) = mpsc::channel(WAITING_CHUNKS);
        let (orders, asked) = mpsc::channel(WAITING_ORDERS);
        let card = self.call.card();
        let meta = MessageMeta {
            contact: card.contact,
            line: Some(card.line.clone()),
            queue: card.queue.clone(),
            caller: Some(card.caller.clone()),
            taken: clock::now().wall,
            length: Duration::ZERO,
        };
        let taking = Taking {
            id,
            store: self.tools.store.clone(),
            limits: self.tools.message,
            codecs: self.tools.setup.codecs.clone(),
            meta,
            events: self.events_in.clone(),
        };
        tokio::spawn(taking.run(samples, asked).in_current_span());
        self.recording = Some(RunningRecording { leg, orders });
        self.media(leg, MediaCommand::Record { leg, sink, limit });
    }

    pub(super) fn end_message(&mut self) {
        self.order_recording(Order::End);
    }

    pub(super) fn fetch_message(&mut self) {
        self.order_recording(Order::Fetch);
    }

    pub(super) fn drop_message(&mut self) {
        self.order_recording(Order::Drop);
        self.recording = None;
    }

    pub(super) fn keep_message(&mut self, even_if_empty: bool) {
        self.order_recording(Order::Keep { even_if_empty });
        self.recording = None;
    }

    /// Whatever it is, no more is recorded.
    fn order_recording(&mut self, order: Order) {
        let Some(recording) = &self.recording else {
            return;
        };
        let leg = recording.leg;
        // One that finds no room is lost, and the message is kept.
        let _ = recording.orders.try_send(order);
        self.media(leg, MediaCommand::StopRecord { leg });
    }
}

/// What a message's own task has.
struct Taking {
    id: RecordingId,
    store: Store,
    limits: Limits,
    codecs: Vec<Codec>,
    meta: MessageMeta,
    events: Sender<CallEvent>,
}

impl Taking {
    async fn run(self, samples: Receiver<Vec<i16>>, mut asked: Receiver<Order>) {
        let contact = self.meta.contact;
        let mut taken = take_message(&self.store, samples, self.limits.max, contact).await;
        loop {
            match asked.recv().await {
                Some(Order::End) => {
                    let outcome = match &taken {
                        Ok(taken) if taken.speech() < self.limits.min => RecordingOutcome::TooShort,
                        Ok(_) => RecordingOutcome::Taken,
                        Err(e) => failed(e),
                    };
                    self.tell(outcome).await;
                }
                Some(Order::Fetch) => {
                    let voice;
                    (taken, voice) = match taken {
                        Ok(taken) => self.voice(taken).await,
                        Err(e) => (Err(e), None),
                    };
                    let _ = self.events.send(CallEvent::Draft(self.id, voice)).await;
                }
                Some(Order::Drop) => return,
                Some(Order::Keep { even_if_empty }) => {
                    return self.keep(taken, even_if_empty).await;
                }
                // The call is gone: what was said is kept.
                None => return self.keep(taken, false).await,
            }
        }
    }

    /// What was said, as the media threads play it; `None`: it can not be read.
    async fn voice(
        &self,
        taken: Recording,
    ) -> (
        Result<Recording, StoreError>,
        Option<Arc<crate::media::prompt::Prompt>>,
    ) {
        let codecs = self.codecs.clone();
        let made = tokio::task::spawn_blocking(move || {
            let samples = taken.said();
            let made = samples.map(|samples| encoded(&samples, taken.rate(), &codecs));
            (taken, made)
        });
        match made.await {
            Ok((taken, Ok(made))) => (Ok(taken), made.map(Arc::new)),
            Ok((taken, Err(e))) => {
                warn!(error = %e, "a message can not be heard by who left it");
                (Ok(taken), None)
            }
            Err(_) => (Err(StoreError::Closed), None),
        }
    }

    /// Makes the message durable, and tells whether it is.
    async fn keep(self, taken: Result<Recording, StoreError>, even_if_empty: bool) {
        let (store, meta) = (&self.store, self.meta.clone());
        let stored = match taken {
            Ok(taken) => store.save_recording(taken, self.limits.min, meta).await,
            Err(e) => Err(e),
        };
        let stored = match stored {
            Err(StoreError::TooShort) if even_if_empty => {
                let wish = store.save_message(self.meta.clone(), Vec::new()).await;
                wish.map(|message| (message, Duration::ZERO))
            }
            stored => stored,
        };
        let outcome = match stored {
            Ok((message, length)) => {
                if let Some(queue) = &self.meta.queue {
                    figures::message_stored(queue);
                }
                RecordingOutcome::Stored { message, length }
            }
            Err(StoreError::TooShort) => RecordingOutcome::TooShort,
            Err(e) => failed(&e),
        };
        self.tell(outcome).await;
    }

    /// The call may be over by then; a message that is stored is safe all the same.
    async fn tell(&self, outcome: RecordingOutcome) {
        let _ = self
            .events
            .send(CallEvent::Recording(self.id, outcome))
            .await;
    }
}

fn failed(error: &StoreError) -> RecordingOutcome {
    error!(%error, "a message could not be stored");
    RecordingOutcome::Failed
}
