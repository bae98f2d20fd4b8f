//! A call that an agent places may stand in line itself, under a contact of its own.

use tokio::sync::mpsc::{self, Sender};

use super::queue::QueueHandle;
use crate::call::event::{CallEvent, QueueCommand};
use crate::ids::ContactId;

/// What the queue may say before it is read; it says little to one caller.
const WAITING_WORDS: usize = 16;

/// At most one such call of a task.
#[derive(Debug, Default)]
pub(super) struct SideLine(Option<ContactId>);

impl SideLine {
    /// Tells the queue; what it says in return comes as [`CallEvent::QueueAs`].
    pub(super) async fn command(
        &mut self,
        queue: &QueueHandle,
        events: &Sender<CallEvent>,
        contact: ContactId,
        command: QueueCommand,
    ) {
        if matches!(command, QueueCommand::Enter { .. }) {
            let (words_in, mut words) = mpsc::channel(WAITING_WORDS);
            queue.join(contact, words_in).await;
            let events = events.clone();
            // Ends with the queue's end of it, or with the task's.
            tokio::spawn(async move {
                while let Some(event) = words.recv().await {
                    let event = match event {
                        CallEvent::Queue(event) => CallEvent::QueueAs(contact, event),
                        // The colleague who took the call dials somebody.
                        other => other,
                    };
                    if events.send(event).await.is_err() {
                        return;
                    }
                }
            });
            self.0 = Some(contact);
        }
        let over = matches!(command, QueueCommand::Leave | QueueCommand::Over(_));
        queue.command(contact, command).await;
        if over {
            queue.part(contact).await;
            self.0 = None;
        }
    }

    /// The task ends, however it does.
    pub(super) async fn close(&mut self, queue: &QueueHandle) {
        if let Some(contact) = self.0.take() {
            queue.part(contact).await;
        }
    }
}
