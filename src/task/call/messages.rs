//! A caller's message, while it is spoken and until it is kept.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{Instrument, error};

use super::{CallTask, WAITING_CHUNKS};
use crate::call::event::{CallEvent, RecordingId, RecordingOutcome};
use crate::ids::LegId;
use crate::media::command::MediaCommand;
use crate::observe::figures;
use crate::record::timeline::MessageId;
use crate::store::{MessageMeta, Store, StoreError};
use crate::task::clock;
use crate::task::recorder::record_message;

/// A message that is being taken.
pub(super) struct RunningRecording {
    id: RecordingId,
    leg: LegId,
    meta: MessageMeta,
    task: JoinHandle<Result<(MessageId, Duration), StoreError>>,
}

impl CallTask {
    pub(super) fn record_message(&mut self, id: RecordingId, leg: LegId, limit: Duration) {
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

    pub(super) fn drop_message(&mut self) {
        if let Some(recording) = self.recording.take() {
            recording.task.abort();
            let leg = recording.leg;
            self.media(leg, MediaCommand::StopRecord { leg });
        }
    }

    pub(super) fn keep_message(&mut self, even_if_empty: bool) {
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
