//! Removes what is older than it is to be kept, and writes down that it did.
//!
//! Nothing that is owed to a caller goes, however old: a message or task that is not done, a callback
//! that was not made, a follow-up that was not sent, and the contacts behind them. What goes is
//! overwritten on the disk (`secure_delete`), and leaves the write-ahead log as well.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::oneshot;

use super::audit::{self, Deed};
use super::change::Rinse;
use super::recordings::{self, Forgets};
use super::sql;
use super::writer::Command;
use super::{MESSAGES, Store, StoreError};
use crate::config::Retention;
use crate::now::Wall;

/// So many are removed at a time: promises to callers are written in between.
const AT_ONCE: i64 = 200;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Contacts.
    pub contacts: u64,
    /// Messages, with their recordings.
    pub messages: u64,
    /// Recordings of talks.
    pub recordings: u64,
    /// Entries of the audit trail.
    pub deeds: u64,
}

/// Contacts that are over, from before ?1, to whom nothing is owed any more.
const OLD_CONTACTS: &str = "SELECT c.id FROM contacts c
     WHERE c.started_at < ?1 AND c.verdict IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM callbacks b WHERE b.contact = c.id
           AND b.state IN ('open', 'calling'))
       AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.contact = c.id AND t.state <> 'done')
       AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.contact = c.id AND o.state = 'open')
     ORDER BY c.id LIMIT ?2";

/// What goes with a contact.
const OF_CONTACT: [&str; 8] = [
    "DELETE FROM sip_messages WHERE contact = ?1",
    "DELETE FROM events WHERE contact = ?1",
    "DELETE FROM callbacks WHERE contact = ?1",
    "DELETE FROM outbox WHERE contact = ?1",
    "DELETE FROM chat_read WHERE contact = ?1",
    "DELETE FROM approvals WHERE contact = ?1",
    "DELETE FROM tasks WHERE contact = ?1 AND kind <> 'message'",
    "DELETE FROM contacts WHERE id = ?1",
];

/// Messages that have been done since before ?1.
const OLD_MESSAGES: &str = "SELECT m.id, m.file FROM messages m
     JOIN tasks t ON t.message = m.id AND t.state = 'done' AND t.changed_at < ?1
     ORDER BY m.id LIMIT ?2";

impl Store {
    /// Removes what these ages do not let be kept any longer.
    ///
    /// # Errors
    /// Not all could be removed: what was, is written down.
    pub async fn forget(&self, ages: &Retention, now: Wall) -> Result<Removed, StoreError> {
        let mut removed = Removed::default();
        // Messages first: they are shorter kept than contacts by most, and name them.
        if let Some(age) = ages.messages {
            let before = before(now, age);
            loop {
                let some = self.forget_messages(before, now).await?;
                removed.messages += some;
                if some < AT_ONCE as u64 {
                    break;
                }
            }
        }
        if let Some(age) = ages.recordings {
            removed.recordings = self.forget_talks(before(now, age), now).await?;
        }
        if let Some(age) = ages.contacts {
            let before = before(now, age);
            loop {
                let (some, talks) = self.forget_contacts(before, now).await?;
                removed.contacts += some;
                removed.recordings += talks;
                if some < AT_ONCE as u64 {
                    break;
                }
            }
            self.forget_states(before).await?;
        }
        if let Some(age) = ages.audit {
            removed.deeds = self.forget_deeds(before(now, age), now).await?;
        }
        if removed != Removed::default() {
            self.rinse().await?;
        }
        Ok(removed)
    }

    /// How many contacts, and recordings of theirs.
    async fn forget_contacts(&self, before: Wall, now: Wall) -> Result<(u64, u64), StoreError> {
        let dir = self.place.dir.clone();
        self.change(move |db| {
            Box::pin(async move {
                let old: Vec<i64> = sql::query_scalar(OLD_CONTACTS)
                    .bind(before.unix_millis())
                    .bind(AT_ONCE)
                    .fetch_all(&mut *db)
                    .await?;
                let mut talks = 0;
                let by = Forgets::Retention(now);
                for id in &old {
                    talks += recordings::forget_contact(db, &dir, *id, &by).await?;
                    for statement in OF_CONTACT {
                        sql::query(statement).bind(id).execute(&mut *db).await?;
                    }
                }
                let count = old.len() as u64;
                if count > 0 {
                    audit::insert(db, &deed("contacts", count, before, now)).await?;
                }
                Ok((count, talks))
            })
        })
        .await
    }

    async fn forget_messages(&self, before: Wall, now: Wall) -> Result<u64, StoreError> {
        let dir = self.place.dir.join(MESSAGES);
        self.change(move |db| {
            Box::pin(async move {
                let old = sql::query(OLD_MESSAGES)
                    .bind(before.unix_millis())
                    .bind(AT_ONCE)
                    .fetch_all(&mut *db)
                    .await?;
                for row in &old {
                    let (id, file): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
                    // The voice before the row: a file without one is a message that was lost, and
                    // is kept again at the next start.
                    remove(dir.join(file)).await?;
                    for statement in [
                        "UPDATE contacts SET message = NULL WHERE message = ?1",
                        "DELETE FROM tasks WHERE message = ?1",
                        "DELETE FROM messages WHERE id = ?1",
                    ] {
                        sql::query(statement).bind(id).execute(&mut *db).await?;
                    }
                }
                let count = old.len() as u64;
                if count > 0 {
                    audit::insert(db, &deed("messages", count, before, now)).await?;
                }
                Ok(count)
            })
        })
        .await
    }

    async fn forget_deeds(&self, before: Wall, now: Wall) -> Result<u64, StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                let gone = sql::query("DELETE FROM audit WHERE at < ?1")
                    .bind(before.unix_millis())
                    .execute(&mut *db)
                    .await?;
                let count = gone.rows_affected();
                if count > 0 {
                    audit::insert(db, &deed("audit", count, before, now)).await?;
                }
                Ok(count)
            })
        })
        .await
    }

    /// What agents did then, but for the last of it, which may still hold.
    async fn forget_states(&self, before: Wall) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                sql::query(
                    "DELETE FROM agent_states WHERE at < ?1 AND id NOT IN
                         (SELECT max(id) FROM agent_states GROUP BY agent)",
                )
                .bind(before.unix_millis())
                .execute(&mut *db)
                .await?;
                // Letters of no contact.
                sql::query(
                    "DELETE FROM outbox WHERE created_at < ?1 AND state <> 'open'
                         AND contact NOT IN (SELECT id FROM contacts)",
                )
                .bind(before.unix_millis())
                .execute(db)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Empties the write-ahead log, which holds what was overwritten.
    pub(super) async fn rinse(&self) -> Result<(), StoreError> {
        let (done, wait) = oneshot::channel();
        let rinse = Command::Change(Box::new(Rinse(done)));
        let sent = self.commands.send(rinse).await;
        sent.map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }
}

fn before(now: Wall, age: Duration) -> Wall {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(now.unix_millis().saturating_sub(age))
}

fn deed(what: &str, count: u64, before: Wall, now: Wall) -> Deed {
    let before = jiff::Timestamp::from_millisecond(before.unix_millis());
    let before = before.map(|t| t.to_string()).unwrap_or_default();
    Deed {
        at: now,
        who: "server".to_owned(),
        role: "-".to_owned(),
        source: "this machine".to_owned(),
        deed: "retention.remove".to_owned(),
        target: what.to_owned(),
        detail: Some(format!("{count} from before {before}")),
    }
}

/// Removes a recording. One that is not there is gone.
pub(super) async fn remove(path: PathBuf) -> Result<(), StoreError> {
    let gone = tokio::fs::remove_file(&path).await;
    match gone {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io(&path)(e)),
        Ok(()) | Err(_) => Ok(()),
    }
}
