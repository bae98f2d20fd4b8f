//! Promises to call back: kept once per caller and line, and told only when they are on the disk.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use tokio::sync::oneshot;

use super::home::Promise;
use super::rows::{id, text};
use super::sql::{self, Connection, Pool, Row};
use super::writer::Command;
use super::{Reader, Store, StoreError};
use crate::ids::{AgentId, ContactId, Language, LineName, PhoneNumber, QueueName, SkillName};
use crate::menu::outcome::Slot;
use crate::now::Wall;
use crate::record::timeline::CallbackId;

/// A wish to be called back.
#[derive(Clone, Debug, PartialEq)]
pub struct CallbackMeta {
    /// Of this contact.
    pub contact: ContactId,
    /// On this line.
    pub line: LineName,
    /// Whose people call.
    pub queue: QueueName,
    /// Who asked; `None`: the number is withheld.
    pub caller: Option<PhoneNumber>,
    /// To be called.
    pub number: PhoneNumber,
    /// In which language the caller was served.
    pub language: Language,
    /// When; of who waited in line, since when they did.
    pub asked: Wall,
    /// When they said so.
    pub wished: Wall,
    /// For when; `None`: as soon as somebody is free.
    pub slot: Option<Slot>,
    /// What they need of who calls, and at which level.
    pub needs: BTreeMap<SkillName, u8>,
    /// How urgent.
    pub priority: u8,
}

/// A promise that is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptCallback {
    /// Its name.
    pub callback: CallbackId,
    /// It was open before, since then.
    pub since: Option<Wall>,
}

/// One callback as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct CallbackRow {
    /// Its name.
    pub id: CallbackId,
    /// The contact that asked for it last.
    pub contact: ContactId,
    /// On this line.
    pub line: LineName,
    /// Whose people call.
    pub queue: QueueName,
    /// Who asked; `None`: the number is withheld.
    pub caller: Option<PhoneNumber>,
    /// To be called.
    pub number: PhoneNumber,
    /// In which language the caller was served.
    pub language: Language,
    /// When it was asked for first.
    pub asked: Wall,
    /// Not to be called before.
    pub due: Wall,
    /// The end of the time that they chose; `None`: as soon as somebody is free.
    pub until: Option<Wall>,
    /// `open`, `calling`, `done`, `unreached` or `cancelled`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last attempt, unless it went well.
    pub outcome: Option<String>,
    /// The agent who tried last.
    pub agent: Option<AgentId>,
    /// What they need of who calls, and at which level.
    pub needs: BTreeMap<SkillName, u8>,
    /// How urgent.
    pub priority: u8,
}

impl Store {
    /// Stores the wish to be called back. An open one of the same caller on the same line is kept,
    /// with the number as it is now, and is due at the time that is chosen now. When this returns `Ok`, the row survives a crash: now the
    /// caller may be told so.
    ///
    /// # Errors
    /// The promise could not be kept and must not be made: [`StoreError::SlotTaken`] where as many
    /// are due at that time as there can be.
    pub async fn save_callback(&self, meta: CallbackMeta) -> Result<KeptCallback, StoreError> {
        self.awaiting.add(&meta);
        let (done, wait) = oneshot::channel();
        let command = Command::Callback {
            meta: Box::new(meta),
            done,
        };
        self.commands
            .send(command)
            .await
            .map_err(|_| StoreError::Closed)?;
        let kept = wait.await.map_err(|_| StoreError::Closed)??;
        kept.ok_or(StoreError::SlotTaken)
    }

    /// Whether this caller may be waiting to be called back. Usually nobody is: the question is then
    /// answered without the database.
    pub fn may_await_call(&self, line: &LineName, caller: &PhoneNumber) -> bool {
        self.awaiting.holds(line, caller)
    }
}

/// Those who were to be called back at some time since the start: all who are now, and some who are
/// not any more. Almost every call asks about itself, and almost none is among them.
#[derive(Clone, Default)]
pub(super) struct Awaiting(Arc<RwLock<HashSet<(LineName, PhoneNumber)>>>);

impl Awaiting {
    /// As the database has it.
    pub(super) async fn of(db: &Pool) -> Result<Awaiting, StoreError> {
        let open = "SELECT line, caller FROM callbacks \
                    WHERE caller IS NOT NULL AND state IN ('open', 'calling')";
        let rows = sql::query(open).fetch_all(db).await?;
        let awaiting = Awaiting::default();
        for row in &rows {
            let line = LineName::new(row.try_get::<String, _>(0)?);
            let caller = PhoneNumber::new(row.try_get::<String, _>(1)?);
            awaiting.write().insert((line, caller));
        }
        Ok(awaiting)
    }

    fn add(&self, meta: &CallbackMeta) {
        if let Some(caller) = &meta.caller {
            self.write().insert((meta.line.clone(), caller.clone()));
        }
    }

    fn holds(&self, line: &LineName, caller: &PhoneNumber) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !all.is_empty() && all.contains(&(line.clone(), caller.clone()))
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashSet<(LineName, PhoneNumber)>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Promise for Box<CallbackMeta> {
    /// `None`: the chosen time is taken. That is no fault of the others in the transaction.
    type Kept = Option<KeptCallback>;

    async fn insert(&self, db: &mut Connection) -> Result<Option<KeptCallback>, StoreError> {
        insert(db, self).await
    }
}

/// In a transaction of somebody's. `None`: the chosen time is taken.
pub(super) async fn insert(
    db: &mut Connection,
    meta: &CallbackMeta,
) -> Result<Option<KeptCallback>, StoreError> {
    let who = match &meta.caller {
        Some(caller) => caller.reveal().to_owned(),
        None => format!("typed {}", meta.number.reveal()),
    };
    if let Some(slot) = &meta.slot
        && others_due(db, meta, &who, slot).await? >= i64::from(slot.each)
    {
        return Ok(None);
    }
    // A wish for a time moves the one that is open; one without undoes a time that has not come.
    let row = sql::query(
        "INSERT INTO callbacks (contact, line, queue, caller, who, number, language, asked_at, due_at,
             slot_end_at, needs, priority, wished_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (line, who) WHERE state IN ('open', 'calling')
         DO UPDATE SET contact = excluded.contact, number = excluded.number,
             language = excluded.language, wished_at = excluded.wished_at,
             due_at = CASE WHEN excluded.slot_end_at IS NOT NULL
                 OR (callbacks.slot_end_at IS NOT NULL AND callbacks.attempts = 0)
                 THEN excluded.due_at ELSE callbacks.due_at END,
             slot_end_at = excluded.slot_end_at,
             queue = CASE WHEN excluded.slot_end_at IS NOT NULL
                 THEN excluded.queue ELSE callbacks.queue END
         RETURNING id, asked_at",
    )
    .bind(meta.contact.as_u64() as i64)
    .bind(meta.line.as_str())
    .bind(meta.queue.as_str())
    .bind(meta.caller.as_ref().map(|c| c.reveal()))
    .bind(who)
    .bind(meta.number.reveal())
    .bind(meta.language.as_str())
    .bind(meta.asked.unix_millis())
    .bind(meta.slot.map_or(meta.asked, |s| s.due).unix_millis())
    .bind(meta.slot.map(|s| s.end().unix_millis()))
    .bind(serde_json::to_string(&meta.needs).unwrap_or_else(|_| "{}".to_owned()))
    .bind(meta.priority)
    .bind(meta.wished.unix_millis())
    .fetch_one(db)
    .await?;
    let since = Wall::from_unix_millis(row.try_get("asked_at")?);
    Ok(Some(KeptCallback {
        callback: CallbackId(row.try_get("id")?),
        since: (since != meta.asked).then_some(since),
    }))
}

/// How many callbacks of others are due in a slot of the queue.
async fn others_due(
    db: &mut Connection,
    meta: &CallbackMeta,
    who: &str,
    slot: &Slot,
) -> Result<i64, StoreError> {
    let count = sql::query_scalar(
        "SELECT count(*) FROM callbacks WHERE queue = ?1 AND state IN ('open', 'calling')
             AND due_at >= ?2 AND due_at < ?3 AND NOT (line = ?4 AND who = ?5)",
    )
    .bind(meta.queue.as_str())
    .bind(slot.due.unix_millis())
    .bind(slot.end().unix_millis())
    .bind(meta.line.as_str())
    .bind(who);
    let count: Option<i64> = count.fetch_optional(db).await?;
    Ok(count.unwrap_or(0))
}

impl Reader {
    /// Open callbacks, the one to be called first first; with `all`, also those that are over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn callbacks(&self, all: bool, limit: u32) -> Result<Vec<CallbackRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM callbacks WHERE ?1 = 1 OR state IN ('open', 'calling', 'unreached')
             ORDER BY state NOT IN ('open', 'calling'), state, due_at, id LIMIT ?2",
        )
        .bind(all)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(callback).collect()
    }

    /// When callbacks of a queue are due that are open, from one moment on and before another.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn callbacks_due(
        &self,
        queue: &QueueName,
        from: Wall,
        to: Wall,
    ) -> Result<Vec<Wall>, StoreError> {
        let due: Vec<i64> = sql::query_scalar(
            "SELECT due_at FROM callbacks WHERE queue = ?1 AND state IN ('open', 'calling')
                 AND due_at >= ?2 AND due_at < ?3",
        )
        .bind(queue.as_str())
        .bind(from.unix_millis())
        .bind(to.unix_millis())
        .fetch_all(&self.pool)
        .await?;
        Ok(due.into_iter().map(Wall::from_unix_millis).collect())
    }

    /// One callback.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn callback(&self, id: CallbackId) -> Result<Option<CallbackRow>, StoreError> {
        let row = sql::query("SELECT * FROM callbacks WHERE id = ?1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(callback).transpose()
    }

    /// Marks a callback as done, also beside a running server. `false`: there is none of that name
    /// that is open.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn callback_done(&self, id: CallbackId, now: Wall) -> Result<bool, StoreError> {
        let done = sql::query(
            "UPDATE callbacks SET state = 'done', ended_at = ?2
             WHERE id = ?1 AND state IN ('open', 'calling', 'unreached')",
        )
        .bind(id.0)
        .bind(now.unix_millis());
        Ok(self.beside(done).await? > 0)
    }
}

pub(super) fn callback(r: &Row) -> Result<CallbackRow, StoreError> {
    Ok(CallbackRow {
        id: CallbackId(r.try_get("id")?),
        contact: id(r, "contact")?,
        line: LineName::new(r.try_get::<&str, _>("line")?),
        queue: QueueName::new(r.try_get::<&str, _>("queue")?),
        caller: text(r, "caller")?.map(PhoneNumber::new),
        number: PhoneNumber::new(r.try_get::<&str, _>("number")?),
        language: Language::new(r.try_get::<&str, _>("language")?),
        asked: Wall::from_unix_millis(r.try_get("asked_at")?),
        due: Wall::from_unix_millis(r.try_get("due_at")?),
        until: r
            .try_get::<Option<i64>, _>("slot_end_at")?
            .map(Wall::from_unix_millis),
        state: r.try_get("state")?,
        attempts: u32::try_from(r.try_get::<i64, _>("attempts")?).unwrap_or(0),
        outcome: text(r, "outcome")?,
        agent: text(r, "agent")?.map(AgentId::new),
        needs: serde_json::from_str(r.try_get("needs")?).unwrap_or_default(),
        priority: u8::try_from(r.try_get::<i64, _>("priority")?).unwrap_or(0),
    })
}
