//! Follow-ups on their way: durable before they go out, kept until they have.

use tokio::sync::oneshot;

use super::home::Promise;
use super::rows::{id, text};
use super::sql::{self, Connection, Pool, Row};
use super::writer::Command;
use super::{Reader, Store, StoreError};
use crate::ids::{ContactId, LineName, NodeName};
use crate::menu::outcome::Letter;
use crate::now::Wall;
use crate::record::timeline::OutboxId;

/// A follow-up that is to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxMeta {
    /// Of this contact.
    pub contact: ContactId,
    /// On this line.
    pub line: LineName,
    /// Which node asked for it.
    pub node: NodeName,
    /// What is sent, and to whom.
    pub letter: Letter,
    /// When.
    pub created: Wall,
    /// Given up then.
    pub until: Wall,
}

/// One follow-up as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// Its name.
    pub id: OutboxId,
    /// Of this contact.
    pub contact: ContactId,
    /// On this line.
    pub line: LineName,
    /// Which node asked for it.
    pub node: NodeName,
    /// The host or the mail address; nothing of the caller is in it.
    pub receiver: String,
    /// What is sent; `None`: it was, or is not to be.
    pub letter: Option<Letter>,
    /// When it was asked for.
    pub created: Wall,
    /// Not to be tried before.
    pub due: Wall,
    /// Given up then.
    pub until: Wall,
    /// `open`, `sent`, `given_up` or `dropped`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last attempt.
    pub outcome: Option<String>,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Sent,
    /// Not yet; again from then on.
    Later {
        /// When.
        due: Wall,
        /// What came of it, in words.
        outcome: String,
    },
    /// It is not tried again.
    GivenUp {
        /// Why, in words.
        outcome: String,
    },
}

impl Tried {
    /// One word: `sent`, `later` or `given_up`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Tried::Sent => "sent",
            Tried::Later { .. } => "later",
            Tried::GivenUp { .. } => "given_up",
        }
    }
}

impl Store {
    /// Stores a follow-up. When this returns `Ok`, it survives a crash and will be sent.
    ///
    /// # Errors
    /// It could not be stored and will not be sent.
    pub async fn save_letter(&self, meta: OutboxMeta) -> Result<OutboxId, StoreError> {
        let (done, wait) = oneshot::channel();
        let command = Command::Letter {
            meta: Box::new(meta),
            done,
        };
        let sent = self.commands.send(command).await;
        sent.map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }

    /// Writes down what came of an attempt. Waits for the disk.
    ///
    /// # Errors
    /// It could not be written: it may be tried once more than it should be.
    pub async fn letter_tried(
        &self,
        letter: OutboxId,
        tried: Tried,
        now: Wall,
    ) -> Result<(), StoreError> {
        let (done, wait) = oneshot::channel();
        let command = Command::Tried {
            letter,
            tried,
            now,
            done,
        };
        let sent = self.commands.send(command).await;
        sent.map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }
}

impl Promise for Box<OutboxMeta> {
    type Kept = OutboxId;

    async fn insert(&self, db: &mut Connection) -> Result<OutboxId, StoreError> {
        let id: i64 = sql::query_scalar(
            "INSERT INTO outbox (contact, line, node, receiver, letter, created_at, due_at, until_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7) RETURNING id",
        )
        .bind(self.contact.as_u64() as i64)
        .bind(self.line.as_str())
        .bind(self.node.as_str())
        .bind(receiver(&self.letter))
        .bind(serde_json::to_string(&self.letter).ok())
        .bind(self.created.unix_millis())
        .bind(self.until.unix_millis())
        .fetch_one(db)
        .await?;
        Ok(OutboxId(id))
    }
}

/// To whom it goes, without anything of the caller's: values stand behind the host only.
fn receiver(letter: &Letter) -> String {
    match letter {
        Letter::Webhook { url, .. } => {
            let end = url.match_indices('/').nth(2).map_or(url.len(), |(i, _)| i);
            url.get(..end).unwrap_or_default().to_owned()
        }
        Letter::Mail { to, .. } => to.clone(),
    }
}

pub(super) async fn tried(
    pool: &Pool,
    letter: OutboxId,
    tried: &Tried,
    now: Wall,
) -> Result<(), StoreError> {
    let now = now.unix_millis();
    let (state, due, outcome, ended) = match tried {
        Tried::Sent => ("sent", None, None, Some(now)),
        Tried::Later { due, outcome } => ("open", Some(due.unix_millis()), Some(outcome), None),
        Tried::GivenUp { outcome } => ("given_up", None, Some(outcome), Some(now)),
    };
    sql::query(
        "UPDATE outbox SET state = ?2, due_at = coalesce(?3, due_at), outcome = ?4, ended_at = ?5,
             tried_at = ?6, attempts = attempts + 1,
             letter = CASE WHEN ?2 = 'sent' THEN NULL ELSE letter END
         WHERE id = ?1 AND (state = 'open' OR ?2 = 'sent')",
    )
    .bind(letter.0)
    .bind(state)
    .bind(due)
    .bind(outcome)
    .bind(ended)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

impl Reader {
    /// Follow-ups that are not sent, the oldest first; with `all`, also those that are over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn outbox(&self, all: bool, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM outbox WHERE ?1 = 1 OR state IN ('open', 'given_up')
             ORDER BY state NOT IN ('open', 'given_up'), id LIMIT ?2",
        )
        .bind(all)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(row).collect()
    }

    /// Follow-ups that are to be tried now, the one that is due longest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn outbox_due(&self, now: Wall, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM outbox WHERE state = 'open' AND due_at <= ?1
             ORDER BY due_at, id LIMIT ?2",
        )
        .bind(now.unix_millis())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(row).collect()
    }

    /// Has a follow-up tried at once, and until then again, also one that was given up, and beside
    /// a running server. `false`: there is none of that name that is not over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn outbox_retry(
        &self,
        letter: OutboxId,
        now: Wall,
        until: Wall,
    ) -> Result<bool, StoreError> {
        let retry = sql::query(
            "UPDATE outbox SET state = 'open', due_at = ?2, until_at = ?3, ended_at = NULL
             WHERE id = ?1 AND state IN ('open', 'given_up') AND letter IS NOT NULL",
        )
        .bind(letter.0)
        .bind(now.unix_millis())
        .bind(until.unix_millis());
        Ok(self.beside(retry).await? > 0)
    }

    /// Sends a follow-up never, and forgets what is in it. `false`: there is none of that name that
    /// is not over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn outbox_drop(&self, letter: OutboxId, now: Wall) -> Result<bool, StoreError> {
        let end = sql::query(
            "UPDATE outbox SET state = 'dropped', ended_at = ?2, letter = NULL
             WHERE id = ?1 AND state IN ('open', 'given_up')",
        )
        .bind(letter.0)
        .bind(now.unix_millis());
        Ok(self.beside(end).await? > 0)
    }
}

fn row(r: &Row) -> Result<OutboxRow, StoreError> {
    let letter: Option<&str> = r.try_get("letter")?;
    Ok(OutboxRow {
        id: OutboxId(r.try_get("id")?),
        contact: id(r, "contact")?,
        line: LineName::new(r.try_get::<&str, _>("line")?),
        node: NodeName::new(r.try_get::<&str, _>("node")?),
        receiver: r.try_get("receiver")?,
        letter: letter.and_then(|l| serde_json::from_str(l).ok()),
        created: Wall::from_unix_millis(r.try_get("created_at")?),
        due: Wall::from_unix_millis(r.try_get("due_at")?),
        until: Wall::from_unix_millis(r.try_get("until_at")?),
        state: r.try_get("state")?,
        attempts: u32::try_from(r.try_get::<i64, _>("attempts")?).unwrap_or(0),
        outcome: text(r, "outcome")?,
    })
}
