//! Messages for those to whom their queue's go: put into the outbox, each once. A message that is
//! stored says that it is to be handed on; it says so no more in the transaction in which the letters
//! are written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::json;

use super::home::Promise;
use super::outbox::OutboxMeta;
use super::report::{self, View};
use super::rows::{ContactRow, MessageRow, contact, duration, message};
use super::sql::{self, Connection};
use super::{Reader, Store, StoreError, hooks};
use crate::config::Webhook;
use crate::ids::{LineName, NodeName, QueueName};
use crate::menu::outcome::Letter;
use crate::now::Wall;
use crate::record::timeline::{Event, MessageId, Timeline};

/// Before the number of a message, where a letter has the name of a menu's node: an e-mail that goes
/// with a recording. No node is named so.
pub const PREFIX: &str = "message:";
/// Messages that are looked at in one transaction.
const AT_ONCE: i64 = 16;
/// The record is written behind the call: how long is waited for the way that the caller came.
const WAY: i64 = 60_000;

/// To whom something goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Receiver {
    /// A mail address.
    Mail(String),
    /// A web service.
    Hook(Webhook),
}

/// To whom the messages of each queue go.
pub type Receivers = Arc<BTreeMap<QueueName, Vec<Receiver>>>;

impl Reader {
    /// Whether messages are still to be handed on.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn has_undelivered(&self) -> Result<bool, StoreError> {
        let some = sql::query_scalar::<i64>("SELECT id FROM messages WHERE deliver = 1 LIMIT 1");
        Ok(some.fetch_optional(&self.pool).await?.is_some())
    }
}

impl Store {
    /// Puts messages into the outbox for those to whom they go, to be tried until `until`; how many
    /// letters that were.
    ///
    /// # Errors
    /// As [`StoreError`] says; then they are still to be handed on.
    pub async fn deliver_messages(
        &self,
        to: Receivers,
        now: Wall,
        until: Wall,
    ) -> Result<usize, StoreError> {
        self.change(move |db| Box::pin(async move { deliver(db, &to, now, until).await }))
            .await
    }
}

async fn deliver(
    db: &mut Connection,
    to: &Receivers,
    now: Wall,
    until: Wall,
) -> Result<usize, StoreError> {
    let rows = sql::query("SELECT * FROM messages WHERE deliver = 1 ORDER BY id LIMIT ?1")
        .bind(AT_ONCE)
        .fetch_all(&mut *db)
        .await?;
    let mut letters = 0;
    for row in &rows {
        let message = message(row)?;
        let to = message.queue.as_ref().and_then(|q| to.get(q));
        if let Some(to) = to.filter(|to| !to.is_empty()) {
            let way = way_of(db, &message).await?;
            let age = now.unix_millis() - message.taken.unix_millis();
            if way.is_none() && (0..WAY).contains(&age) {
                continue;
            }
            for to in to {
                let letter = letter(&message, way.as_ref(), to, now, until);
                letter.insert(db).await?;
                letters += 1;
            }
        }
        sql::query("UPDATE messages SET deliver = 0 WHERE id = ?1")
            .bind(message.id.0)
            .execute(&mut *db)
            .await?;
    }
    Ok(letters)
}

/// The call in which it was left, as far as it is written down.
async fn way_of(
    db: &mut Connection,
    message: &MessageRow,
) -> Result<Option<(ContactRow, Timeline)>, StoreError> {
    let id = message.contact.as_u64() as i64;
    let row = sql::query("SELECT * FROM contacts WHERE id = ?1")
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let row = contact(&row)?;
    let mut timeline = Timeline::new(row.started);
    let events = sql::query("SELECT at_ms, data FROM events WHERE contact = ?1 ORDER BY id")
        .bind(id)
        .fetch_all(db)
        .await?;
    for e in &events {
        // A kind of a newer release is passed over.
        if let Ok(event) = serde_json::from_str::<Event>(e.try_get(1)?) {
            timeline.push(duration(e, "at_ms")?, event);
        }
    }
    Ok(Some((row, timeline)))
}

fn letter(
    message: &MessageRow,
    way: Option<&(ContactRow, Timeline)>,
    to: &Receiver,
    now: Wall,
    until: Wall,
) -> Box<OutboxMeta> {
    let (node, letter) = match to {
        Receiver::Mail(address) => (
            format!("{PREFIX}{}", message.id),
            Letter::Mail {
                to: address.clone(),
                subject: format!("A caller left a message for {}", queue(message)),
                text: text(message, way),
            },
        ),
        Receiver::Hook(hook) => (
            format!("{}{}", hooks::PREFIX, hook.name),
            Letter::Webhook {
                url: hook.url.clone(),
                body: body(message, way, hook.numbers),
            },
        ),
    };
    let line = way.map(|(row, _)| row.line.clone());
    Box::new(OutboxMeta {
        contact: message.contact,
        line: line
            .or_else(|| message.line.clone())
            .unwrap_or_else(|| LineName::new("-")),
        node: NodeName::new(node),
        letter,
        created: now,
        until,
    })
}

fn queue(message: &MessageRow) -> &str {
    message.queue.as_ref().map_or("-", |q| q.as_str())
}

/// The number in the clear, for whoever calls back; what was entered masked.
fn text(message: &MessageRow, way: Option<&(ContactRow, Timeline)>) -> String {
    let view = View::local();
    let seconds = message.length.as_secs();
    let caller = message.caller.as_ref().filter(|c| c.is_dialable());
    let mut text = format!(
        "A caller left a message for {}.\n\nfrom      {}\nat        {}\nlength    {}:{:02}\n\
         message   {}\n",
        queue(message),
        caller.map_or("a number that is withheld", |c| c.reveal()),
        view.time(message.taken),
        seconds / 60,
        seconds % 60,
        message.id,
    );
    if message.recovered {
        text.push_str("\nIt was found after a crash: the caller was not told that it is stored.\n");
    }
    if let Some((row, timeline)) = way {
        // Writing to a String can not fail.
        let _ = write!(text, "\n{}", report::contact(row, timeline, &view));
    }
    text
}

fn body(message: &MessageRow, way: Option<&(ContactRow, Timeline)>, numbers: bool) -> String {
    let view = View {
        reveal: numbers,
        zone: TimeZone::UTC,
    };
    let MessageId(id) = message.id;
    let mut about = report::message_json(message, &view);
    about["audio"] = json!(format!("/api/v1/messages/{id}/audio"));
    let contact = way.map(|(row, timeline)| report::contact_json(row, Some(timeline), &view));
    json!({ "event": "message.left", "message": about, "contact": contact }).to_string()
}
