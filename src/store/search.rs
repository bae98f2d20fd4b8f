//! Contacts by what is remembered of them, page by page; and what agents write to them afterwards.

use super::audit::{self, Deed};
use super::rows::{ContactRow, MessageRow, contact, message};
use super::sql::{self, QueryBuilder};
use super::{Reader, Store, StoreError};
use crate::ids::{AgentId, ContactId, LineName, QueueName};
use crate::now::Wall;
use crate::record::timeline::Event;

/// Which contacts; `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
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
    /// Ended this way: a verdict or a containment.
    pub outcome: Option<String>,
    /// Written up with this code last.
    pub code: Option<String>,
    /// The caller's number ends so.
    pub digits: Option<String>,
    /// Older than this one.
    pub before: Option<ContactId>,
    /// Those of this agent, or of these queues.
    pub only: Option<(AgentId, Vec<QueueName>)>,
}

impl Reader {
    /// Contacts, the newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn search(&self, search: &Search, limit: u32) -> Result<Vec<ContactRow>, StoreError> {
        let mut q = QueryBuilder::new("SELECT * FROM contacts WHERE 1 = 1");
        if let Some(since) = search.since {
            q.push(" AND started_at >= ").push_bind(since.unix_millis());
        }
        if let Some(until) = search.until {
            q.push(" AND started_at < ").push_bind(until.unix_millis());
        }
        if let Some(line) = &search.line {
            q.push(" AND line = ").push_bind(line.as_str().to_owned());
        }
        if let Some(queue) = &search.queue {
            q.push(" AND queue = ").push_bind(queue.as_str().to_owned());
        }
        if let Some(agent) = &search.agent {
            q.push(" AND agent = ").push_bind(agent.as_str().to_owned());
        }
        if let Some(code) = &search.code {
            q.push(" AND code = ").push_bind(code.clone());
        }
        if let Some(outcome) = &search.outcome {
            q.push(" AND (verdict = ").push_bind(outcome.clone());
            q.push(" OR containment = ").push_bind(outcome.clone());
            q.push(")");
        }
        // Digits only: nothing in it is a wildcard.
        let digits = search.digits.as_deref().unwrap_or_default();
        if digits.bytes().any(|b| b.is_ascii_digit()) {
            let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
            q.push(" AND caller LIKE ").push_bind(format!("%{digits}"));
        }
        if let Some(before) = search.before {
            q.push(" AND id < ").push_bind(before.as_u64() as i64);
        }
        only(&mut q, search.only.as_ref());
        q.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows = q.build().fetch_all(&self.pool).await?;
        rows.iter().map(contact).collect()
    }

    /// The codes with which contacts were written up, by name: all, or those of this agent or of these
    /// queues.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn codes(
        &self,
        whose: Option<&(AgentId, Vec<QueueName>)>,
    ) -> Result<Vec<String>, StoreError> {
        let mut q = QueryBuilder::new("SELECT DISTINCT code FROM contacts WHERE code IS NOT NULL");
        only(&mut q, whose);
        q.push(" ORDER BY code");
        let rows = q.build().fetch_all(&self.pool).await?;
        let code = |r: &sql::Row| Ok(r.try_get("code")?);
        rows.iter().map(code).collect()
    }

    /// Messages, the newest first: of this queue, of these queues or of none, older than that one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn messages_page(
        &self,
        queue: Option<&QueueName>,
        only: Option<&[QueueName]>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let mut q = QueryBuilder::new("SELECT * FROM messages WHERE 1 = 1");
        if let Some(queue) = queue {
            q.push(" AND queue = ").push_bind(queue.as_str().to_owned());
        }
        if let Some(before) = before {
            q.push(" AND id < ").push_bind(before);
        }
        if let Some(queues) = only {
            q.push(" AND (queue IS NULL");
            for queue in queues {
                q.push(" OR queue = ").push_bind(queue.as_str().to_owned());
            }
            q.push(")");
        }
        q.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows = q.build().fetch_all(&self.pool).await?;
        rows.iter().map(message).collect()
    }
}

/// Those of this agent, or of these queues.
fn only(q: &mut QueryBuilder, whose: Option<&(AgentId, Vec<QueueName>)>) {
    let Some((agent, queues)) = whose else {
        return;
    };
    q.push(" AND (agent = ")
        .push_bind(agent.as_str().to_owned());
    for queue in queues {
        q.push(" OR queue = ").push_bind(queue.as_str().to_owned());
    }
    q.push(")");
}

impl Store {
    /// Writes into a contact's record what an agent says of it, also after its end. When this
    /// returns `Ok`, it is on the disk.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is written.
    pub async fn write_up(
        &self,
        contact: ContactId,
        event: Event,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let since = deed.at.unix_millis() - contact.started().unix_millis();
        self.change(move |db| {
            Box::pin(async move {
                let data = serde_json::to_string(&event)
                    .map_err(|e| StoreError::Database(sqlx::Error::Encode(Box::new(e))))?;
                sql::query("INSERT INTO events (contact, at_ms, data) VALUES (?1, ?2, ?3)")
                    .bind(contact.as_u64() as i64)
                    .bind(since.max(0))
                    .bind(data)
                    .execute(&mut *db)
                    .await?;
                if let Event::WrappedUp {
                    code: Some(code), ..
                } = &event
                {
                    sql::query("UPDATE contacts SET code = ?2 WHERE id = ?1")
                        .bind(contact.as_u64() as i64)
                        .bind(code)
                        .execute(&mut *db)
                        .await?;
                }
                audit::insert(db, &deed).await
            })
        })
        .await
    }
}
