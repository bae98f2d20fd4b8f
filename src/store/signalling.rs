//! The SIP messages of calls, as long as the settings let them be kept.

use std::time::Duration;

use super::sql::{self, Row};
use super::{Reader, Store, StoreError};
use crate::ids::ContactId;
use crate::now::Wall;

/// A message of a call's leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalMeta {
    /// Of which contact.
    pub contact: ContactId,
    /// Which of its legs: 1 for the first.
    pub leg: u32,
    /// When.
    pub at: Wall,
    /// By us.
    pub sent: bool,
    /// Whose leg it is, masked.
    pub party: String,
    /// Their address and port.
    pub peer: String,
    /// `UDP`, `TCP`, `TLS` or `WSS`.
    pub transport: String,
    /// `INVITE`, or `180 Ringing`.
    pub what: String,
    /// The method of its `CSeq`.
    pub method: String,
    /// It has a session description.
    pub sdp: bool,
    /// All of it, as it may be shown.
    pub message: String,
}

/// The same, as it is kept; its text is asked for by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalRow {
    /// Its number.
    pub id: i64,
    /// Which leg of the contact.
    pub leg: u32,
    /// When.
    pub at: Wall,
    /// By us.
    pub sent: bool,
    /// Whose leg it is, masked.
    pub party: String,
    /// Their address and port.
    pub peer: String,
    /// How it went.
    pub transport: String,
    /// `INVITE`, or `180 Ringing`.
    pub what: String,
    /// The method of its `CSeq`.
    pub method: String,
    /// It has a session description.
    pub sdp: bool,
}

impl Store {
    /// Keeps messages.
    ///
    /// # Errors
    /// None of them is kept.
    pub async fn keep_signalling(&self, messages: Vec<SignalMeta>) -> Result<(), StoreError> {
        self.change(move |db| {
            Box::pin(async move {
                for m in messages {
                    sql::query(
                        "INSERT INTO sip_messages (contact, leg, at, sent, party, peer, transport,
                             what, method, sdp, message)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    )
                    .bind(m.contact.as_u64() as i64)
                    .bind(m.leg)
                    .bind(m.at.unix_millis())
                    .bind(m.sent)
                    .bind(m.party)
                    .bind(m.peer)
                    .bind(m.transport)
                    .bind(m.what)
                    .bind(m.method)
                    .bind(m.sdp)
                    .bind(m.message)
                    .execute(&mut *db)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Removes those that are older: how many.
    ///
    /// # Errors
    /// None was removed.
    pub async fn forget_signalling(&self, age: Duration, now: Wall) -> Result<u64, StoreError> {
        let before = now.before(age);
        self.change(move |db| {
            Box::pin(async move {
                let gone = sql::query("DELETE FROM sip_messages WHERE at < ?1")
                    .bind(before.unix_millis())
                    .execute(db)
                    .await?;
                Ok(gone.rows_affected())
            })
        })
        .await
    }
}

impl Reader {
    /// The messages of a contact, the oldest first; at most so many.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn signalling(
        &self,
        contact: ContactId,
        limit: u32,
    ) -> Result<Vec<SignalRow>, StoreError> {
        let rows = sql::query(
            "SELECT id, leg, at, sent, party, peer, transport, what, method, sdp
             FROM sip_messages WHERE contact = ?1 ORDER BY at, id LIMIT ?2",
        )
        .bind(contact.as_u64() as i64)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(row).collect()
    }

    /// The text of one of them.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn signal_text(
        &self,
        contact: ContactId,
        id: i64,
    ) -> Result<Option<String>, StoreError> {
        let row = sql::query("SELECT message FROM sip_messages WHERE contact = ?1 AND id = ?2")
            .bind(contact.as_u64() as i64)
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(match row {
            Some(row) => Some(row.try_get("message")?),
            None => None,
        })
    }
}

fn row(r: &Row) -> Result<SignalRow, StoreError> {
    Ok(SignalRow {
        id: r.try_get("id")?,
        leg: u32::try_from(r.try_get::<i64, _>("leg")?).unwrap_or_default(),
        at: Wall::from_unix_millis(r.try_get("at")?),
        sent: r.try_get::<i64, _>("sent")? != 0,
        party: r.try_get("party")?,
        peer: r.try_get("peer")?,
        transport: r.try_get("transport")?,
        what: r.try_get("what")?,
        method: r.try_get("method")?,
        sdp: r.try_get::<i64, _>("sdp")? != 0,
    })
}
