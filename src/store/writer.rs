//! The task that writes: one connection, one transaction per batch.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
use tokio::sync::{mpsc, oneshot};

use super::batch::{self, ContactValues, EventValues, Rows};
use super::{CallbackMeta, KeptCallback, MessageMeta, StoreError, callbacks, guides, outbox};
use crate::call::event::GuidePlace;
use crate::ids::{AgentId, ContactId};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::facts::Facts;
use crate::record::timeline::{Event, MessageId, OutboxId};

/// How long events may gather, if no promise waits: a commit costs an `fsync`.
const GATHER: Duration = Duration::from_millis(500);
/// Commands per transaction.
const BATCH: usize = 2_048;
/// Contacts in progress whose facts are kept in memory. Beyond it the oldest is let go; its
/// facts are then those of its last events only.
const OPEN: usize = 100_000;
/// How often a batch of events is tried before it is given up (the disk is full, or gone).
const TRIES: u32 = 5;
/// How long the first pause between two tries is; each further one is longer by as much.
const RETRY: Duration = Duration::from_millis(250);

pub(super) enum Command {
    Event {
        contact: ContactId,
        at: Duration,
        event: Box<Event>,
    },
    Agent {
        agent: AgentId,
        state: AgentState,
        at: Wall,
    },
    Guide {
        place: GuidePlace,
        kept: guides::Kept,
        at: Wall,
    },
    /// A promise: answered after the commit.
    Message {
        meta: Box<MessageMeta>,
        file: String,
        done: oneshot::Sender<Result<MessageId, StoreError>>,
    },
    /// The same.
    Callback {
        meta: Box<CallbackMeta>,
        done: oneshot::Sender<Result<KeptCallback, StoreError>>,
    },
    /// The same.
    Letter {
        meta: Box<outbox::OutboxMeta>,
        done: oneshot::Sender<Result<OutboxId, StoreError>>,
    },
    /// What came of sending it.
    Tried {
        letter: OutboxId,
        tried: outbox::Tried,
        now: Wall,
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    Flush {
        done: oneshot::Sender<()>,
    },
    Close {
        done: oneshot::Sender<()>,
    },
}

impl Command {
    /// Somebody waits for it.
    fn is_awaited(&self) -> bool {
        match self {
            Command::Event { .. } | Command::Agent { .. } | Command::Guide { .. } => false,
            Command::Message { .. }
            | Command::Callback { .. }
            | Command::Letter { .. }
            | Command::Tried { .. }
            | Command::Flush { .. }
            | Command::Close { .. } => true,
        }
    }
}

/// Runs until told to close, or until every handle is gone.
pub(super) async fn run(pool: SqlitePool, mut commands: mpsc::Receiver<Command>) {
    let mut writer = Writer {
        open: HashMap::new(),
        order: VecDeque::new(),
        changed: Vec::new(),
    };
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if commands.recv_many(&mut batch, BATCH).await == 0 {
            break;
        }
        if !batch.iter().any(Command::is_awaited) {
            gather(&mut commands, &mut batch).await;
        }
        if let Some(closed) = writer.write(&pool, &mut batch).await {
            commands.close();
            // What was sent while we wrote.
            while commands.recv_many(&mut batch, BATCH).await > 0 {
                let _ = writer.write(&pool, &mut batch).await;
            }
            pool.close().await;
            for done in closed {
                let _ = done.send(());
            }
            return;
        }
    }
    pool.close().await;
}

/// Lets a batch grow for a moment, or until somebody waits.
async fn gather(commands: &mut mpsc::Receiver<Command>, batch: &mut Vec<Command>) {
    let end = tokio::time::sleep(GATHER);
    tokio::pin!(end);
    while batch.len() < BATCH {
        let room = BATCH - batch.len();
        tokio::select! {
            () = &mut end => return,
            n = commands.recv_many(batch, room) => {
                let awaited = batch.iter().rev().take(n).any(Command::is_awaited);
                if n == 0 || awaited {
                    return;
                }
            }
        }
    }
}

struct Writer {
    open: HashMap<ContactId, Contact>,
    order: VecDeque<ContactId>,
    /// Whose row in the database is older than what is known.
    changed: Vec<ContactId>,
}

#[derive(Default)]
struct Contact {
    started: Option<Event>,
    facts: Facts,
    changed: bool,
}

impl Writer {
    /// Writes a batch and answers those who wait; `Some` when one of them wants the end.
    async fn write(
        &mut self,
        pool: &SqlitePool,
        batch: &mut Vec<Command>,
    ) -> Option<Vec<oneshot::Sender<()>>> {
        let mut rows = Rows::default();
        let mut promises = Vec::new();
        let mut wishes = Vec::new();
        let mut letters = Vec::new();
        let mut attempts = Vec::new();
        let mut flushed = Vec::new();
        let mut closed = Vec::new();
        for command in batch.drain(..) {
            match command {
                Command::Event { contact, at, event } => {
                    self.event(contact, at, *event, &mut rows);
                }
                Command::Agent { agent, state, at } => {
                    rows.agents.insert(agent, (state, at));
                }
                Command::Guide { place, kept, at } => {
                    rows.guides.insert(place, (kept, at));
                }
                Command::Message { meta, file, done } => promises.push((meta, file, done)),
                Command::Callback { meta, done } => wishes.push((meta, done)),
                Command::Letter { meta, done } => letters.push((meta, done)),
                Command::Tried {
                    letter,
                    tried,
                    now,
                    done,
                } => attempts.push((letter, tried, now, done)),
                Command::Flush { done } => flushed.push(done),
                Command::Close { done } => closed.push(done),
            }
        }
        self.still_open(&mut rows);
        // Promises first and on their own: they must not fail because of anything else.
        if !promises.is_empty() {
            keep_promises(pool, promises).await;
        }
        callbacks::keep(pool, wishes).await;
        outbox::keep(pool, letters).await;
        for (letter, tried, now, done) in attempts {
            let _ = done.send(outbox::tried(pool, letter, &tried, now).await);
        }
        let mut tries = 0;
        while let Err(e) = batch::write(pool, &rows).await {
            tries += 1;
            metrics::counter!("zeroline_store_errors_total").increment(1);
            tracing::error!(error = %e, tries, "the store could not write");
            if tries == TRIES {
                let lost = rows.events.len() as u64;
                metrics::counter!("zeroline_store_dropped_total").increment(lost);
                break;
            }
            tokio::time::sleep(RETRY * tries).await;
        }
        for done in flushed {
            let _ = done.send(());
        }
        (!closed.is_empty()).then_some(closed)
    }

    fn event(&mut self, id: ContactId, at: Duration, event: Event, rows: &mut Rows) {
        if !self.open.contains_key(&id) {
            while self.order.len() >= OPEN {
                if let Some(oldest) = self.order.pop_front() {
                    self.close(oldest, rows);
                }
            }
            self.order.push_back(id);
        }
        let contact = self.open.entry(id).or_default();
        contact.facts.add(at, &event);
        match EventValues::of(id, at, &event) {
            Ok(row) => rows.events.push(row),
            Err(e) => tracing::error!(error = %e, "an event could not be written as JSON"),
        }
        if !contact.changed {
            contact.changed = true;
            self.changed.push(id);
        }
        if matches!(event, Event::Ended { .. }) {
            self.close(id, rows);
            // Contacts end roughly in the order of their beginning: look from both ends is
            // not worth it, the stale ids go when they come to the front.
            while self
                .order
                .front()
                .is_some_and(|o| !self.open.contains_key(o))
            {
                self.order.pop_front();
            }
        } else if matches!(event, Event::Started { .. }) {
            contact.started = Some(event);
        }
    }

    /// Lets a contact go.
    fn close(&mut self, id: ContactId, rows: &mut Rows) {
        if let Some(contact) = self.open.remove(&id)
            && contact.changed
            && let Some(row) = contact.row(id)
        {
            rows.contacts.insert(id, row);
        }
    }

    /// The rows of the contacts that changed and go on: one each, however much happened.
    fn still_open(&mut self, rows: &mut Rows) {
        for id in self.changed.drain(..) {
            if let Some(contact) = self.open.get_mut(&id) {
                contact.changed = false;
                if let Some(row) = contact.row(id) {
                    rows.contacts.insert(id, row);
                }
            }
        }
    }
}

impl Contact {
    fn row(&self, id: ContactId) -> Option<ContactValues> {
        ContactValues::of(id, self.started.as_ref(), &self.facts)
    }
}

type Promise = (
    Box<MessageMeta>,
    String,
    oneshot::Sender<Result<MessageId, StoreError>>,
);

/// All promises in one transaction; if that fails, each on its own, so that one that can not
/// be kept does not take the others along.
async fn keep_promises(pool: &SqlitePool, promises: Vec<Promise>) {
    if let Ok(ids) = insert_all(pool, &promises).await {
        for ((_, _, done), id) in promises.into_iter().zip(ids) {
            let _ = done.send(Ok(id));
        }
        return;
    }
    for promise in promises {
        let one = [promise];
        let kept = insert_all(pool, &one).await;
        let [(_, _, done)] = one;
        if let Err(e) = &kept {
            metrics::counter!("zeroline_store_errors_total").increment(1);
            tracing::error!(error = %e, "a message could not be stored");
        }
        let _ = done.send(kept.and_then(|ids| ids.first().copied().ok_or(StoreError::Closed)));
    }
}

async fn insert_all(pool: &SqlitePool, promises: &[Promise]) -> Result<Vec<MessageId>, StoreError> {
    let mut tx = pool.begin().await?;
    let mut ids = Vec::with_capacity(promises.len());
    for (meta, file, _) in promises {
        ids.push(insert_message(&mut tx, meta, file, false).await?);
    }
    tx.commit().await?;
    Ok(ids)
}

pub(super) async fn insert_message(
    db: &mut SqliteConnection,
    meta: &MessageMeta,
    file: &str,
    recovered: bool,
) -> Result<MessageId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO messages (contact, line, queue, caller, taken_at, length_ms, file, recovered)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
    )
    .bind(meta.contact.as_u64() as i64)
    .bind(meta.line.as_ref().map(|l| l.as_str()))
    .bind(meta.queue.as_ref().map(|q| q.as_str()))
    .bind(meta.caller.as_ref().map(|c| c.reveal()))
    .bind(meta.taken.unix_millis())
    .bind(millis(meta.length) as i64)
    .bind(file)
    .bind(recovered)
    .fetch_one(db)
    .await?;
    Ok(MessageId(id))
}

pub(super) fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
