//! What comes of callbacks that the queue carries out, attempt by attempt.

use tokio::sync::oneshot;

use super::callbacks::callback;
use super::sql::{self, Pool};
use super::writer::Command;
use super::{CallbackRow, Reader, Store, StoreError};

use crate::ids::{AgentId, ContactId, LineName, PhoneNumber};
use crate::now::Wall;
use crate::record::timeline::CallbackId;

/// What happened to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The customer's phone is called, for this agent.
    Begun {
        /// Who.
        agent: AgentId,
    },
    /// The agent hung up before the customer answered: it does not count.
    CalledOff,
    /// The customer was not reached.
    Failed {
        /// Why, in words.
        outcome: String,
        /// When it is due again.
        due: Wall,
        /// The last attempt that there is.
        most: u32,
    },
    /// Customer and agent have talked.
    Done,
    /// The customer does not want it any more.
    Cancelled,
}

impl Store {
    /// Writes down what happened to a callback at `now`; one that is over is not changed, and one that was
    /// asked for anew since then is not ended.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn attempt(
        &self,
        callback: CallbackId,
        what: Attempt,
        now: Wall,
    ) -> Result<(), StoreError> {
        let (done, wait) = oneshot::channel();
        let command = Command::Attempt {
            callback,
            what,
            now,
            done,
        };
        self.commands
            .send(command)
            .await
            .map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }
}

pub(super) async fn write(
    pool: &Pool,
    id: CallbackId,
    what: &Attempt,
    now: Wall,
) -> Result<(), StoreError> {
    let open = "WHERE id = ?1 AND state IN ('open', 'calling')";
    let now = now.unix_millis();
    let query = match what {
        Attempt::Begun { .. } => {
            "UPDATE callbacks SET state = 'calling', attempts = attempts + 1, tried_at = ?2, agent = ?3"
        }
        Attempt::CalledOff => {
            "UPDATE callbacks SET state = 'open', attempts = attempts - 1,
                 tried_at = coalesce(tried_at, ?2)"
        }
        Attempt::Failed { .. } => {
            "UPDATE callbacks SET outcome = ?3, due_at = ?4,
                 state = CASE WHEN attempts >= ?5 AND wished_at <= ?2 THEN 'unreached' ELSE 'open' END,
                 ended_at = CASE WHEN attempts >= ?5 AND wished_at <= ?2 THEN ?2 END"
        }
        Attempt::Done => "UPDATE callbacks SET state = 'done', ended_at = ?2, outcome = NULL",
        Attempt::Cancelled => "UPDATE callbacks SET state = 'cancelled', ended_at = ?2",
    };
    let ends = match what {
        Attempt::Done | Attempt::Cancelled => " AND wished_at <= ?2",
        Attempt::Begun { .. } | Attempt::CalledOff | Attempt::Failed { .. } => "",
    };
    let sql = format!("{query} {open}{ends}");
    let query = sql::query(sqlx::AssertSqlSafe(sql)).bind(id.0).bind(now);
    let query = match what {
        Attempt::Begun { agent } => query.bind(agent.as_str()),
        Attempt::Failed { outcome, due, most } => {
            query.bind(outcome).bind(due.unix_millis()).bind(most)
        }
        Attempt::CalledOff | Attempt::Done | Attempt::Cancelled => query,
    };
    query.execute(pool).await?;
    Ok(())
}

/// After a crash: what was being tried is open again, the last attempt that may be as well. Nobody knows whether
/// it reached anybody, and a call too many is better than a promise that is lost.
pub(super) async fn reopen(pool: &Pool) -> Result<(), StoreError> {
    sql::query("UPDATE callbacks SET state = 'open' WHERE state = 'calling'")
        .execute(pool)
        .await?;
    Ok(())
}

impl Reader {
    /// The open callback of a caller on a line.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn open_callback(
        &self,
        line: &LineName,
        caller: &PhoneNumber,
    ) -> Result<Option<CallbackRow>, StoreError> {
        let row = sql::query(
            "SELECT * FROM callbacks WHERE line = ?1 AND who = ?2 AND state IN ('open', 'calling')",
        )
        .bind(line.as_str())
        .bind(caller.reveal())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(callback).transpose()
    }

    /// With whom somebody who calls from this number talked last, and when that call began.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn last_talk(
        &self,
        caller: &PhoneNumber,
    ) -> Result<Option<(AgentId, Wall)>, StoreError> {
        let row = sql::query(
            "SELECT id, agent FROM contacts WHERE caller = ?1 AND agent IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        )
        .bind(caller.reveal())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let contact = ContactId::from_u64(row.try_get::<i64, _>(0)? as u64);
        Ok(Some((
            AgentId::new(row.try_get::<&str, _>(1)?),
            contact.started(),
        )))
    }
}
