//! What the record knows of somebody who calls: their earlier contacts, and what is owed to them.

use super::rows::{contact, text};
use super::sql;
use super::{Reader, StoreError};
use crate::ids::{ContactId, PhoneNumber, QueueName};
use crate::now::Wall;
use crate::record::customer::{History, MAX_OWED, MAX_PAST, Owed, Past, clean};
use crate::record::timeline::Event;

/// Characters of a note that go onto a card.
const NOTE: usize = 300;

impl Reader {
    /// What is known of who calls from this number, from before this contact.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn history(
        &self,
        caller: &PhoneNumber,
        before: ContactId,
    ) -> Result<History, StoreError> {
        let rows = sql::query(
            "SELECT * FROM contacts WHERE caller = ?1 AND id < ?2
             ORDER BY started_at DESC, id DESC LIMIT ?3",
        )
        .bind(caller.reveal())
        .bind(before.as_u64() as i64)
        .bind(MAX_PAST as i64)
        .fetch_all(&self.pool)
        .await?;
        let mut past = Vec::with_capacity(rows.len());
        for row in &rows {
            let row = contact(row)?;
            let mut one = Past {
                contact: row.id,
                line: row.line,
                ended: row.verdict.map(|v| v.as_str().to_owned()),
                agent: row.agent,
                code: None,
                note: None,
                rated: None,
            };
            for event in self.said_of(row.id).await? {
                match event {
                    // The last word counts.
                    Event::WrappedUp { code, note, .. } => {
                        one.code = code.or(one.code);
                        one.note = note.and_then(|n| clean(&n, NOTE)).or(one.note);
                    }
                    Event::Judged { answer, high, .. }
                        if one.rated.is_none_or(|(lowest, _)| answer < lowest) =>
                    {
                        one.rated = Some((answer, high));
                    }
                    _ => {}
                }
            }
            past.push(one);
        }
        let owed = self.owed(caller).await?;
        Ok(History { past, owed })
    }

    /// What was written up or judged, of all that happened.
    async fn said_of(&self, contact: ContactId) -> Result<Vec<Event>, StoreError> {
        let said: Vec<String> = sql::query_scalar(
            "SELECT data FROM events WHERE contact = ?1
                 AND (data LIKE '{\"event\":\"wrapped_up\"%' OR data LIKE '{\"event\":\"judged\"%')
             ORDER BY id",
        )
        .bind(contact.as_u64() as i64)
        .fetch_all(&self.pool)
        .await?;
        let events = said.iter().filter_map(|s| serde_json::from_str(s).ok());
        Ok(events.collect())
    }

    async fn owed(&self, caller: &PhoneNumber) -> Result<Vec<Owed>, StoreError> {
        let rows = sql::query(
            "SELECT 'callback' AS what, asked_at AS since, queue, NULL AS title
                 FROM callbacks WHERE caller = ?1 AND state IN ('open', 'calling')
             UNION ALL
             SELECT t.kind AS what, t.created_at AS since, t.queue AS queue,
                 CASE WHEN t.kind = 'message' THEN NULL ELSE t.title END AS title
                 FROM tasks t JOIN contacts c ON c.id = t.contact
                 WHERE c.caller = ?1 AND t.state <> 'done'
             ORDER BY since DESC LIMIT ?2",
        )
        .bind(caller.reveal())
        .bind(MAX_OWED as i64)
        .fetch_all(&self.pool)
        .await?;
        let owed = rows.iter().map(|r| {
            Ok(Owed {
                what: r.try_get("what")?,
                since: Wall::from_unix_millis(r.try_get("since")?),
                queue: text(r, "queue")?.map(QueueName::new),
                title: text(r, "title")?.and_then(|t| clean(&t, NOTE)),
            })
        });
        owed.collect()
    }
}
