//! What agents and supervisors say to each other of a contact. It stands in the contact's record,
//! and here is how far each has read.

use super::audit::Deed;
use super::sql::{self, Connection};
use super::{Reader, Store, StoreError};
use crate::ids::{AgentId, ContactId};
use crate::now::Wall;
use crate::record::timeline::Event;

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatRow {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When.
    pub at: Wall,
    /// A user or a token.
    pub who: String,
    /// Whose phone is theirs.
    pub agent: Option<AgentId>,
    /// What.
    pub text: String,
}

/// Writes an event into a contact's record, within somebody's transaction: its number.
pub(super) async fn note(
    db: &mut Connection,
    contact: ContactId,
    at: Wall,
    event: &Event,
) -> Result<i64, StoreError> {
    let since = at.unix_millis() - contact.started().unix_millis();
    let data = serde_json::to_string(event)
        .map_err(|e| StoreError::Database(sqlx::Error::Encode(Box::new(e))))?;
    let id = sql::query_scalar(
        "INSERT INTO events (contact, at_ms, data) VALUES (?1, ?2, ?3) RETURNING id",
    )
    .bind(contact.as_u64() as i64)
    .bind(since.max(0))
    .bind(data)
    .fetch_one(db)
    .await?;
    Ok(id)
}

async fn read(
    db: &mut Connection,
    contact: ContactId,
    who: &str,
    upto: i64,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO chat_read (contact, who, upto) VALUES (?1, ?2, ?3)
         ON CONFLICT (contact, who) DO UPDATE SET upto = excluded.upto
         WHERE excluded.upto > chat_read.upto",
    )
    .bind(contact.as_u64() as i64)
    .bind(who)
    .bind(upto)
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps something that was said of a contact; who said it has read it. When this returns `Ok`,
    /// it is on the disk.
    ///
    /// # Errors
    /// As [`StoreError`] says; then it was not said.
    pub async fn say(
        &self,
        contact: ContactId,
        agent: Option<AgentId>,
        text: String,
        deed: Deed,
    ) -> Result<ChatRow, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let event = Event::Said {
                    by: deed.who.clone(),
                    agent: agent.clone(),
                    text: text.clone(),
                };
                let id = note(db, contact, deed.at, &event).await?;
                read(db, contact, &deed.who, id).await?;
                Ok(ChatRow {
                    id,
                    at: deed.at,
                    who: deed.who,
                    agent,
                    text,
                })
            })
        })
        .await
    }

    /// They have read so far.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing is changed.
    pub async fn chat_read(
        &self,
        contact: ContactId,
        who: String,
        upto: i64,
    ) -> Result<(), StoreError> {
        self.change(move |db| Box::pin(async move { read(db, contact, &who, upto).await }))
            .await
    }
}

impl Reader {
    /// What was said of a contact, the oldest first, and how far this one has read.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn chat(
        &self,
        contact: ContactId,
        who: &str,
    ) -> Result<(Vec<ChatRow>, i64), StoreError> {
        let key = contact.as_u64() as i64;
        let rows = sql::query("SELECT id, at_ms, data FROM events WHERE contact = ?1 ORDER BY id")
            .bind(key)
            .fetch_all(&self.pool)
            .await?;
        let mut said = Vec::new();
        for row in &rows {
            // A kind of a newer release is passed over.
            let Ok(Event::Said { by, agent, text }) = serde_json::from_str(row.try_get(2)?) else {
                continue;
            };
            let at_ms: i64 = row.try_get(1)?;
            said.push(ChatRow {
                id: row.try_get(0)?,
                at: Wall::from_unix_millis(contact.started().unix_millis().saturating_add(at_ms)),
                who: by,
                agent,
                text,
            });
        }
        let upto: Option<i64> =
            sql::query_scalar("SELECT upto FROM chat_read WHERE contact = ?1 AND who = ?2")
                .bind(key)
                .bind(who)
                .fetch_optional(&self.pool)
                .await?;
        Ok((said, upto.unwrap_or(0)))
    }
}
