//! Messages for an agent who hears them by phone: found, fetched, and dealt with.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tracing::{Instrument, warn};

use super::clock;
use crate::call::event::CallEvent;
use crate::call::hearing::{Ask, LeftMessage, Told};
use crate::ids::{AgentId, PromptName, QueueName};
use crate::live::Stored;
use crate::media::codec::encode_prompt;
use crate::media::prompt::Prompt;
use crate::now::Wall;
use crate::record::timeline::MessageId;
use crate::sdp::plan::Codec;
use crate::store::audit::Deed;
use crate::store::people::Changed;
use crate::store::rows::MessageRow;
use crate::store::tasks::{TaskHand, TaskRow, TaskStep};
use crate::store::{Store, StoreError};

/// So many are told in one call.
const MOST: u32 = 100;

/// Does what is asked, beside the call, and tells it.
pub(super) fn ask(
    store: Store,
    codecs: Vec<Codec>,
    agent: AgentId,
    ask: Ask,
    events: mpsc::Sender<CallEvent>,
) {
    let answer = async move {
        let told = match ask {
            Ask::Find(queues) => Told::Found(find(&store, &agent, &queues).await),
            Ask::Fetch(left) => {
                let voice = voice(&store, codecs, &agent, &left).await;
                let voice = voice.unwrap_or_else(|e| {
                    warn!(error = %e, message = %left.message, "a message can not be heard");
                    None
                });
                Told::Fetched(left.message, voice)
            }
            Ask::Finish(message) => {
                let done = done(&store, &agent, message).await;
                let done = done.unwrap_or_else(|e| {
                    warn!(error = %e, %message, "a message could not be marked as done");
                    false
                });
                Told::Finished(message, done)
            }
            // The call's own task sees to it.
            Ask::CallBack(_) => return,
        };
        // Who has hung up meanwhile hears nothing.
        let _ = events.send(CallEvent::Hearing(told)).await;
    };
    tokio::spawn(answer.in_current_span());
}

/// The messages of these queues that are not dealt with, nor taken by somebody else.
async fn find(store: &Store, agent: &AgentId, queues: &[QueueName]) -> Option<Vec<LeftMessage>> {
    let reader = store.reader();
    match reader.messages_left(queues, agent.as_str(), MOST).await {
        Ok(rows) => Some(rows.into_iter().map(left).collect()),
        Err(e) => {
            warn!(error = %e, "which messages there are is not known");
            None
        }
    }
}

fn left(row: MessageRow) -> LeftMessage {
    let at = Timestamp::from_millisecond(row.taken.unix_millis()).unwrap_or_default();
    LeftMessage {
        message: row.id,
        taken: TimeZone::system().to_datetime(at),
        caller: row.caller.filter(|number| number.is_dialable()),
    }
}

/// What was said. That it is heard, and whose number is told, is written down before.
async fn voice(
    store: &Store,
    codecs: Vec<Codec>,
    agent: &AgentId,
    left: &LeftMessage,
) -> Result<Option<Arc<Prompt>>, StoreError> {
    let reader = store.reader();
    let Some(row) = reader.message(left.message).await? else {
        return Ok(None);
    };
    let target = format!("message {}", row.id);
    if left.caller.is_some() {
        store
            .audit(deed(agent, "message.number", target.clone()))
            .await?;
    }
    let listen = deed(agent, "message.listen", target);
    store.message_heard(row.id, listen).await?;
    let file = reader.message_file(&row);
    let made = tokio::task::spawn_blocking(move || read(&file, &codecs)).await;
    Ok(made.ok().flatten().map(Arc::new))
}

/// A recording as the media threads play it; `None`: it can not be read.
fn read(file: &Path, codecs: &[Codec]) -> Option<Prompt> {
    let wav = hound::WavReader::open(file).ok()?;
    let rate = wav.spec().sample_rate;
    let samples: Result<Vec<i16>, _> = wav.into_samples().collect();
    encoded(&samples.ok()?, rate, codecs)
}

/// What was said in a message, as the media threads play it.
pub(super) fn encoded(samples: &[i16], rate: u32, codecs: &[Codec]) -> Option<Prompt> {
    let millis = 1000 * u64::try_from(samples.len()).ok()? / u64::from(rate.max(1));
    let made = encode_prompt(samples, rate, codecs).ok()?;
    let name = PromptName::new("message");
    Some(Prompt::new(name, Duration::from_millis(millis), made))
}

/// The task that a message is, is done. `false`: somebody else has it.
async fn done(store: &Store, agent: &AgentId, message: MessageId) -> Result<bool, StoreError> {
    let Some(task) = store.reader().task_of_message(message).await? else {
        return Ok(false);
    };
    let deed = deed(agent, "task.done", format!("task {}", task.id));
    let stepped = store
        .step_task(task.id, None, TaskStep::Done, TaskHand::default(), deed)
        .await?;
    let Changed::Made(Ok(row)) = stepped else {
        return Ok(false);
    };
    store.live().stored(Stored {
        kind: "task.done",
        queue: row.queue.clone(),
        only: None,
        data: as_told(&row),
    });
    Ok(true)
}

/// The task as the API tells it.
fn as_told(row: &TaskRow) -> serde_json::Value {
    let time = |at: Wall| Timestamp::from_millisecond(at.unix_millis()).map(|t| t.to_string());
    serde_json::json!({
        "task": row.id,
        "kind": row.kind,
        "title": row.title,
        "note": row.note,
        "state": row.state,
        "taken_by": row.taken_by,
        "done_by": row.done_by,
        "contact": row.contact.map(|c| c.to_string()),
        "message": row.message.map(|m| m.0),
        "line": row.line.as_ref().map(|l| l.to_string()),
        "queue": row.queue.as_ref().map(|q| q.to_string()),
        "created_by": row.created_by,
        "created": time(row.created).ok(),
        "due": row.due.and_then(|at| time(at).ok()),
        "changed": time(row.changed).ok(),
    })
}

/// What an agent does by phone.
pub(super) fn deed(agent: &AgentId, deed: &str, target: String) -> Deed {
    Deed {
        at: clock::now().wall,
        who: agent.as_str().to_owned(),
        role: "agent".to_owned(),
        source: "phone".to_owned(),
        deed: deed.to_owned(),
        target,
        detail: None,
    }
}
