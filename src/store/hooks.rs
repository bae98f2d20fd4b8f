//! Webhooks: what the record says happened is put into the outbox for whoever wants to be told. The
//! record itself is the journal: a mark says how far it was read, and moves in the same transaction
//! in which the letters are written. So nothing is told twice over and nothing is lost, whenever the
//! server dies.

use jiff::tz::TimeZone;
use serde_json::json;

use super::home::Promise;
use super::outbox::OutboxMeta;
use super::report::{self, View};
use super::rows::{contact, id};
use super::sql::{self, Connection};
use super::{Store, StoreError};
use crate::config::Webhook;
use crate::ids::{ContactId, LineName, NodeName};
use crate::live::stamp;
use crate::menu::outcome::Letter;
use crate::now::Wall;
use crate::record::timeline::Event;

/// Before the name of a webhook, where a letter has the name of a menu's node. No node is named so.
pub const PREFIX: &str = "webhook:";
/// Events that are looked at in one transaction.
const AT_ONCE: i64 = 256;
/// The mark's name among the keys.
const MARK: &str = "webhooks";

/// What a webhook calls an event; `None`: it is not told.
pub fn kind(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Started { .. } => "contact.begun",
        Event::Queued { .. } => "contact.queued",
        Event::Connected { .. } => "contact.connected",
        Event::WrappedUp { .. } => "contact.wrapped_up",
        Event::Ended { .. } => "contact.ended",
        Event::MessageStored { .. } => "message.stored",
        Event::CallbackStored { .. } => "callback.stored",
        Event::Answered
        | Event::Step { .. }
        | Event::Entry { .. }
        | Event::Judged { .. }
        | Event::Overflowed { .. }
        | Event::LookedBack
        | Event::Offered { .. }
        | Event::Missed { .. }
        | Event::Held { .. }
        | Event::Resumed { .. }
        | Event::AgentLost { .. }
        | Event::TalkEnded { .. }
        | Event::TransferStarted { .. }
        | Event::TransferFailed { .. }
        | Event::Transferred { .. }
        | Event::CallingBack { .. }
        | Event::CalledInVain { .. }
        | Event::CallbackCancelled { .. }
        | Event::Consulted { .. }
        | Event::Said { .. }
        | Event::Approval { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::Recording { .. }
        | Event::LetterStored { .. }
        | Event::Fault { .. }
        | Event::Media { .. } => return None,
    })
}

/// What one look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Letters that were put into the outbox.
    pub letters: usize,
    /// There is more to look at.
    pub more: bool,
}

impl Store {
    /// Puts the next events into the outbox for these webhooks, to be tried until `until`. The
    /// first look of all begins with what happens from then on.
    ///
    /// # Errors
    /// As [`StoreError`] says; then the next look begins where this one did.
    pub async fn feed_webhooks(
        &self,
        hooks: Vec<Webhook>,
        now: Wall,
        until: Wall,
    ) -> Result<Fed, StoreError> {
        self.change(move |db| Box::pin(async move { feed(db, &hooks, now, until).await }))
            .await
    }

    /// Passes over all that happened until now: the next look begins with what happens from here on.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    pub async fn begin_webhooks(&self) -> Result<(), StoreError> {
        self.change(move |db| Box::pin(async move { begin(db).await }))
            .await
    }
}

impl Store {
    /// Puts a letter of something that is no contact's into the outbox, for each of these webhooks,
    /// to be tried until `until`. `line`: what is shown of it there.
    ///
    /// # Errors
    /// As [`StoreError`] says; then none is sent.
    pub async fn tell_webhooks(
        &self,
        hooks: Vec<Webhook>,
        kind: &'static str,
        line: String,
        data: serde_json::Value,
        now: Wall,
        until: Wall,
    ) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                for hook in hooks {
                    let body = json!({ "event": kind, "at": stamp(now), "data": data });
                    let letter = Box::new(OutboxMeta {
                        // Of no contact.
                        contact: ContactId::new(now, 0),
                        line: LineName::new(&line),
                        node: NodeName::new(format!("{PREFIX}{}", hook.name)),
                        letter: Letter::Webhook {
                            url: hook.url,
                            body: body.to_string(),
                        },
                        created: now,
                        until,
                    });
                    letter.insert(db).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

async fn feed(
    db: &mut Connection,
    hooks: &[Webhook],
    now: Wall,
    until: Wall,
) -> Result<Fed, StoreError> {
    let mark: Option<String> = sql::query_scalar("SELECT value FROM keys WHERE name = ?1")
        .bind(MARK)
        .fetch_optional(&mut *db)
        .await?;
    let mark = match mark.as_deref().map(str::parse::<i64>) {
        Some(Ok(mark)) => mark,
        Some(Err(_)) | None => {
            begin(db).await?;
            return Ok(Fed::default());
        }
    };
    let rows = sql::query("SELECT * FROM events WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(mark)
        .bind(AT_ONCE)
        .fetch_all(&mut *db)
        .await?;
    let mut fed = Fed {
        more: rows.len() as i64 == AT_ONCE,
        ..Fed::default()
    };
    let mut last = mark;
    for row in &rows {
        last = row.try_get("id")?;
        // A kind of a newer release is passed over.
        let Ok(event) = serde_json::from_str::<Event>(row.try_get("data")?) else {
            continue;
        };
        let Some(kind) = kind(&event) else { continue };
        for hook in hooks.iter().filter(|h| h.events.iter().any(|e| e == kind)) {
            let about = About {
                number: last,
                at_ms: row.try_get("at_ms")?,
                kind,
                event: &event,
            };
            let contact = id(row, "contact")?;
            if let Some(letter) = letter(db, hook, contact, &about, now, until).await? {
                letter.insert(db).await?;
                fed.letters += 1;
            }
        }
    }
    if last != mark {
        set(db, last).await?;
    }
    Ok(fed)
}

async fn begin(db: &mut Connection) -> Result<(), StoreError> {
    let newest: i64 = sql::query_scalar("SELECT coalesce(max(id), 0) FROM events")
        .fetch_one(&mut *db)
        .await?;
    set(db, newest).await
}

async fn set(db: &mut Connection, mark: i64) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO keys (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(MARK)
    .bind(mark.to_string())
    .execute(db)
    .await?;
    Ok(())
}

struct About<'e> {
    number: i64,
    at_ms: i64,
    kind: &'static str,
    event: &'e Event,
}

async fn letter(
    db: &mut Connection,
    hook: &Webhook,
    id: crate::ids::ContactId,
    about: &About<'_>,
    now: Wall,
    until: Wall,
) -> Result<Option<Box<OutboxMeta>>, StoreError> {
    let row = sql::query("SELECT * FROM contacts WHERE id = ?1")
        .bind(id.as_u64() as i64)
        .fetch_optional(db)
        .await?;
    // Its beginning was lost when the disk was too slow.
    let Some(row) = row else { return Ok(None) };
    let row = contact(&row)?;
    let view = View {
        reveal: hook.numbers,
        zone: TimeZone::UTC,
    };
    let at = Wall::from_unix_millis(id.started().unix_millis().saturating_add(about.at_ms));
    let body = json!({
        "event": about.kind,
        "number": about.number,
        "at": stamp(at),
        "contact": report::contact_json(&row, None, &view),
        "data": report::masked(about.event, &view),
    });
    Ok(Some(Box::new(OutboxMeta {
        contact: id,
        line: row.line,
        node: NodeName::new(format!("{PREFIX}{}", hook.name)),
        letter: Letter::Webhook {
            url: hook.url.clone(),
            body: body.to_string(),
        },
        created: now,
        until,
    })))
}
