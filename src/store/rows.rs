//! What can be asked of the store.

use std::time::Duration;

use serde::Serialize;

use super::sql::{self, Row};
use super::{Reader, StoreError};
use crate::ids::{AgentId, ContactId, LineName, PhoneNumber, QueueName};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::{Event, MessageId, Timeline};
use crate::record::verdict::Verdict;

/// Which contacts; `None` means all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFilter {
    /// Started at or after.
    pub since: Option<Wall>,
    /// Started before.
    pub until: Option<Wall>,
    /// Called this line.
    pub line: Option<LineName>,
    /// Came to this queue last.
    pub queue: Option<QueueName>,
    /// Talked to this agent last.
    pub agent: Option<AgentId>,
    /// Called from exactly this number.
    pub caller: Option<PhoneNumber>,
    /// Ended this way: one of [`Verdict::NAMES`].
    pub verdict: Option<String>,
    /// Still going on.
    pub open: bool,
}

/// One contact, without its timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRow {
    /// The contact.
    pub id: ContactId,
    /// The line called.
    pub line: LineName,
    /// Our number that was dialled.
    pub dialled: String,
    /// Who called.
    pub caller: PhoneNumber,
    /// When.
    pub started: Wall,
    /// From the start to the end; `None` while it goes on.
    pub ended: Option<Duration>,
    /// The last queue.
    pub queue: Option<QueueName>,
    /// The last agent.
    pub agent: Option<AgentId>,
    /// With which code the talk was written up last.
    pub code: Option<String>,
    /// Waited for agents.
    pub waited: Duration,
    /// Talked to agents.
    pub talked: Duration,
    /// The message left.
    pub message: Option<MessageId>,
    /// How it ended; `None` while it goes on.
    pub verdict: Option<Verdict>,
    /// Whether self-service was enough: one word.
    pub containment: Option<String>,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    /// The message.
    pub id: MessageId,
    /// Who left it.
    pub contact: ContactId,
    /// On this line.
    pub line: Option<LineName>,
    /// For this queue.
    pub queue: Option<QueueName>,
    /// To be called back here.
    pub caller: Option<PhoneNumber>,
    /// When.
    pub taken: Wall,
    /// How long it is.
    pub length: Duration,
    /// The file within the folder of messages.
    pub file: String,
    /// Found after a crash: its caller was never told that it is stored.
    pub recovered: bool,
}

/// One agent as last seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentRow {
    /// The agent.
    pub id: AgentId,
    /// Did this last.
    pub state: AgentState,
    /// Since.
    pub changed: Wall,
    /// The last time not offline.
    pub seen: Option<Wall>,
}

impl Reader {
    /// Contacts, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn contacts(
        &self,
        filter: &ContactFilter,
        limit: u32,
    ) -> Result<Vec<ContactRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM contacts
             WHERE (?1 IS NULL OR started_at >= ?1) AND (?2 IS NULL OR started_at < ?2)
               AND (?3 IS NULL OR line = ?3) AND (?4 IS NULL OR queue = ?4)
               AND (?5 IS NULL OR agent = ?5) AND (?6 IS NULL OR caller = ?6)
               AND (?7 IS NULL OR verdict = ?7) AND (?8 = 0 OR verdict IS NULL)
             ORDER BY id DESC LIMIT ?9",
        )
        .bind(filter.since.map(Wall::unix_millis))
        .bind(filter.until.map(Wall::unix_millis))
        .bind(filter.line.as_ref().map(|l| l.as_str()))
        .bind(filter.queue.as_ref().map(|q| q.as_str()))
        .bind(filter.agent.as_ref().map(|a| a.as_str()))
        .bind(filter.caller.as_ref().map(|c| c.reveal()))
        .bind(filter.verdict.as_deref())
        .bind(filter.open)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(contact).collect()
    }

    /// One contact with everything that happened to it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn contact(
        &self,
        id: ContactId,
    ) -> Result<Option<(ContactRow, Timeline)>, StoreError> {
        let key = id.as_u64() as i64;
        let Some(row) = sql::query("SELECT * FROM contacts WHERE id = ?1")
            .bind(key)
            .fetch_optional(&self.pool)
            .await?
        else {
            return Ok(None);
        };
        let row = contact(&row)?;
        let mut timeline = Timeline::new(row.started);
        let events = sql::query("SELECT at_ms, data FROM events WHERE contact = ?1 ORDER BY id")
            .bind(key)
            .fetch_all(&self.pool)
            .await?;
        for e in &events {
            // A kind of a newer release is passed over.
            if let Ok(event) = serde_json::from_str::<Event>(e.try_get(1)?) {
                timeline.push(duration(e, "at_ms")?, event);
            }
        }
        Ok(Some((row, timeline)))
    }

    /// Messages, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn messages(&self, limit: u32) -> Result<Vec<MessageRow>, StoreError> {
        let rows = sql::query("SELECT * FROM messages ORDER BY taken_at DESC, id DESC LIMIT ?1")
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(message).collect()
    }

    /// One message.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn message(&self, id: MessageId) -> Result<Option<MessageRow>, StoreError> {
        let row = sql::query("SELECT * FROM messages WHERE id = ?1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(message).transpose()
    }

    /// Agents, by name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        let rows = sql::query("SELECT * FROM agents ORDER BY id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|r| {
                Ok(AgentRow {
                    id: AgentId::new(r.try_get::<&str, _>("id")?),
                    state: serde_json::from_str(r.try_get("state")?).unwrap_or(AgentState::Offline),
                    changed: Wall::from_unix_millis(r.try_get("changed_at")?),
                    seen: r
                        .try_get::<Option<i64>, _>("seen_at")?
                        .map(Wall::from_unix_millis),
                })
            })
            .collect()
    }
}

pub(super) fn contact(r: &Row) -> Result<ContactRow, StoreError> {
    let ended: Option<i64> = r.try_get("ended_ms")?;
    let verdict: Option<&str> = r.try_get("verdict_all")?;
    Ok(ContactRow {
        id: id(r, "id")?,
        line: LineName::new(r.try_get::<&str, _>("line")?),
        dialled: r.try_get("dialled")?,
        caller: PhoneNumber::new(r.try_get::<&str, _>("caller")?),
        started: Wall::from_unix_millis(r.try_get("started_at")?),
        ended: ended.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
        queue: text(r, "queue")?.map(QueueName::new),
        agent: text(r, "agent")?.map(AgentId::new),
        code: text(r, "code")?,
        waited: duration(r, "waited_ms")?,
        talked: duration(r, "talked_ms")?,
        message: r.try_get::<Option<i64>, _>("message")?.map(MessageId),
        verdict: verdict.and_then(|v| serde_json::from_str(v).ok()),
        containment: text(r, "containment")?,
    })
}

pub(super) fn message(r: &Row) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        id: MessageId(r.try_get("id")?),
        contact: id(r, "contact")?,
        line: text(r, "line")?.map(LineName::new),
        queue: text(r, "queue")?.map(QueueName::new),
        caller: text(r, "caller")?.map(PhoneNumber::new),
        taken: Wall::from_unix_millis(r.try_get("taken_at")?),
        length: duration(r, "length_ms")?,
        file: r.try_get("file")?,
        recovered: flag(r, "recovered")?,
    })
}

pub(super) fn id(r: &Row, column: &str) -> Result<ContactId, StoreError> {
    Ok(ContactId::from_u64(r.try_get::<i64, _>(column)? as u64))
}

pub(super) fn text(r: &Row, column: &str) -> Result<Option<String>, StoreError> {
    Ok(r.try_get(column)?)
}

/// Truth is a number: SQLite has nothing else, PostgreSQL tells the two apart.
pub(super) fn flag(r: &Row, column: &str) -> Result<bool, StoreError> {
    Ok(r.try_get::<i64, _>(column)? != 0)
}

pub(super) fn duration(r: &Row, column: &str) -> Result<Duration, StoreError> {
    let ms: i64 = r.try_get(column)?;
    Ok(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
}
