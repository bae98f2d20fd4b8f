//! The task that writes: one connection, one transaction per batch.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::batch::{self, ContactValues, EventValues, Rows};
use super::change::Change;
use super::home::{Home, Promise, is_of_a_row};
use super::sql::{self, Connection};
use super::{
    BACKLOG, CallbackMeta, KeptCallback, MessageMeta, StoreError, attempts, guides, outbox, tasks,
};
use crate::call::event::GuidePlace;
use crate::ids::{AgentId, ContactId};
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::facts::Facts;
use crate::record::timeline::{CallbackId, Event, MessageId, OutboxId};

/// How long events may gather, if no promise waits: a commit costs an `fsync`.
const GATHER: Duration = Duration::from_millis(500);
/// Commands per transaction.
const BATCH: usize = 2_048;
/// Contacts in progress whose facts are kept in memory. Beyond it the oldest is let go; its
/// facts are then those of its last events only.
const OPEN: usize = 100_000;
/// How often it is tried to write what somebody waits for, and what the database will not have,
/// before it is given up.
const TRIES: u32 = 5;
/// How long the first pause between two tries is; each further one is longer by as much, up to the
/// longest.
const RETRY: Duration = Duration::from_millis(250);
const LONGEST_RETRY: Duration = Duration::from_secs(5);

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
        /// `None`: the chosen time is taken.
        done: oneshot::Sender<Result<Option<KeptCallback>, StoreError>>,
    },
    /// The same.
    Letter {
        meta: Box<outbox::OutboxMeta>,
        done: oneshot::Sender<Result<OutboxId, StoreError>>,
    },
    /// What happened to a callback.
    Attempt {
        callback: CallbackId,
        what: attempts::Attempt,
        now: Wall,
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    /// What came of sending it.
    Tried {
        letter: OutboxId,
        tried: outbox::Tried,
        now: Wall,
        done: oneshot::Sender<Result<(), StoreError>>,
    },
    /// Anything else that somebody waits for.
    Change(Box<dyn Change>),
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
            | Command::Attempt { .. }
            | Command::Tried { .. }
            | Command::Change(_)
            | Command::Flush { .. }
            | Command::Close { .. } => true,
        }
    }
}

/// Runs until told to close, or until every handle is gone.
pub(super) async fn run(home: Home, mut commands: mpsc::Receiver<Command>) {
    let mut writer = Writer::default();
    let mut batch = Vec::with_capacity(BATCH);
    let mut again = Box::pin(tokio::time::sleep(Duration::ZERO));
    loop {
        let came = tokio::select! {
            n = commands.recv_many(&mut batch, BATCH) => n,
            () = &mut again, if writer.failures > 0 => 1,
        };
        if came == 0 {
            break;
        }
        if !batch.is_empty() && !batch.iter().any(Command::is_awaited) {
            gather(&mut commands, &mut batch).await;
        }
        let asked = writer.take(&home, &mut batch).await;
        let whole = asked.whole();
        // While the disk refuses, promises are tried at once, and what nobody waits for is not
        // tried again with each of them.
        if whole || writer.failures == 0 || again.is_elapsed() {
            writer.write(&home, whole).await;
            let pause = (RETRY * writer.failures).min(LONGEST_RETRY);
            again.set(tokio::time::sleep(pause));
        }
        for done in asked.flushed {
            let _ = done.send(());
        }
        if !asked.closed.is_empty() {
            commands.close();
            // What was sent while we wrote.
            while commands.recv_many(&mut batch, BATCH).await > 0 {
                let asked = writer.take(&home, &mut batch).await;
                writer.write(&home, true).await;
                for done in asked.flushed.into_iter().chain(asked.closed) {
                    let _ = done.send(());
                }
            }
            home.pool.close().await;
            for done in asked.closed {
                let _ = done.send(());
            }
            return;
        }
    }
    writer.write(&home, true).await;
    home.pool.close().await;
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

#[derive(Default)]
struct Writer {
    open: HashMap<ContactId, Contact>,
    order: VecDeque<ContactId>,
    /// Whose row in the database is older than what is known.
    changed: Vec<ContactId>,
    /// Not written yet.
    rows: Rows,
    /// How often writing them has failed in turn.
    failures: u32,
}

#[derive(Default)]
struct Contact {
    started: Option<Event>,
    facts: Facts,
    changed: bool,
}

/// Those who wait until everything before is written.
#[derive(Default)]
struct Asked {
    flushed: Vec<oneshot::Sender<()>>,
    closed: Vec<oneshot::Sender<()>>,
}

impl Asked {
    /// Somebody waits for it.
    fn whole(&self) -> bool {
        !self.flushed.is_empty() || !self.closed.is_empty()
    }
}

impl Writer {
    /// Keeps the promises of a batch, and takes what is written behind them.
    async fn take(&mut self, home: &Home, batch: &mut Vec<Command>) -> Asked {
        let mut asked = Asked::default();
        let mut messages = Vec::new();
        let mut wishes = Vec::new();
        let mut letters = Vec::new();
        let mut attempts = Vec::new();
        let mut changes = Vec::new();
        let mut callbacks = Vec::new();
        for command in batch.drain(..) {
            match command {
                Command::Event { contact, at, event } => self.event(contact, at, *event),
                Command::Agent { agent, state, at } => {
                    self.rows.agent(agent, state, at);
                }
                Command::Guide { place, kept, at } => {
                    let guides = &mut self.rows.guides;
                    if guides.len() < BACKLOG || guides.contains_key(&place) {
                        guides.insert(place, (kept, at));
                    }
                }
                Command::Message { meta, file, done } => messages.push(((meta, file), done)),
                Command::Callback { meta, done } => wishes.push((meta, done)),
                Command::Letter { meta, done } => letters.push((meta, done)),
                Command::Tried {
                    letter,
                    tried,
                    now,
                    done,
                } => attempts.push((letter, tried, now, done)),
                Command::Change(change) => changes.push(change),
                Command::Attempt {
                    callback,
                    what,
                    now,
                    done,
                } => callbacks.push((callback, what, now, done)),
                Command::Flush { done } => asked.flushed.push(done),
                Command::Close { done } => asked.closed.push(done),
            }
        }
        self.still_open();
        // Promises first and on their own: they must not fail because of anything else.
        home.keep(messages).await;
        home.keep(wishes).await;
        home.keep(letters).await;
        for (letter, tried, now, done) in attempts {
            let _ = done.send(outbox::tried(&home.pool, letter, &tried, now).await);
        }
        for change in changes {
            change.carry_out(home).await;
        }
        for (callback, what, now, done) in callbacks {
            let _ = done.send(attempts::write(&home.pool, callback, &what, now).await);
        }
        asked
    }

    /// Writes what has gathered. What can not be written now is kept and tried again, as long as
    /// there is room; `whole`: somebody waits, but not for ever.
    async fn write(&mut self, home: &Home, whole: bool) {
        loop {
            let written = match batch::write(home, &self.rows).await {
                Ok(()) => home.is_there().await,
                Err(e) => Err(e),
            };
            let Err(e) = written else {
                if self.failures > 0 {
                    tracing::info!(tries = self.failures, "the store writes again");
                }
                self.failures = 0;
                self.rows = Rows::default();
                return;
            };
            self.failures += 1;
            metrics::counter!("zeroline_store_errors_total").increment(1);
            tracing::error!(error = %e, tries = self.failures, "the store could not write");
            match e {
                // It has taken them, and will not have them after a restart.
                StoreError::Gone(_) => return self.lose(),
                e if self.failures >= TRIES && is_of_a_row(&e) => return self.lose(),
                _ if whole && self.failures < TRIES => {
                    tokio::time::sleep(RETRY * self.failures).await;
                }
                _ => return,
            }
        }
    }

    /// Gives up what has gathered.
    fn lose(&mut self) {
        let lost = std::mem::take(&mut self.rows).events.len() as u64;
        metrics::counter!("zeroline_store_dropped_total").increment(lost);
    }

    fn event(&mut self, id: ContactId, at: Duration, event: Event) {
        if !self.open.contains_key(&id) {
            while self.order.len() >= OPEN {
                if let Some(oldest) = self.order.pop_front() {
                    self.close(oldest);
                }
            }
            self.order.push_back(id);
        }
        let contact = self.open.entry(id).or_default();
        contact.facts.add(at, &event);
        match EventValues::of(id, at, &event) {
            Ok(row) if self.rows.events.len() < BACKLOG + BATCH => self.rows.events.push(row),
            // The disk refuses for so long that there is no room.
            Ok(_) => metrics::counter!("zeroline_store_dropped_total").increment(1),
            Err(e) => tracing::error!(error = %e, "an event could not be written as JSON"),
        }
        if !contact.changed {
            contact.changed = true;
            self.changed.push(id);
        }
        if matches!(event, Event::Ended { .. }) {
            self.close(id);
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
    fn close(&mut self, id: ContactId) {
        if let Some(contact) = self.open.remove(&id)
            && contact.changed
            && let Some(row) = contact.row(id)
        {
            self.rows.contact(id, row);
        }
    }

    /// The rows of the contacts that changed and go on: one each, however much happened.
    fn still_open(&mut self) {
        for id in self.changed.drain(..) {
            if let Some(contact) = self.open.get_mut(&id) {
                contact.changed = false;
                if let Some(row) = contact.row(id) {
                    self.rows.contact(id, row);
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

/// A message: what is known of it, and its file.
type Message = (Box<MessageMeta>, String);

impl Promise for Message {
    type Kept = MessageId;

    async fn insert(&self, db: &mut Connection) -> Result<MessageId, StoreError> {
        let (meta, file) = self;
        insert_message(db, meta, file, false).await
    }
}

pub(super) async fn insert_message(
    db: &mut Connection,
    meta: &MessageMeta,
    file: &str,
    recovered: bool,
) -> Result<MessageId, StoreError> {
    let id: i64 = sql::query_scalar(
        "INSERT INTO messages (contact, line, queue, caller, taken_at, length_ms, file, recovered,
             deliver)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) RETURNING id",
    )
    .bind(meta.contact.as_u64() as i64)
    .bind(meta.line.as_ref().map(|l| l.as_str()))
    .bind(meta.queue.as_ref().map(|q| q.as_str()))
    .bind(meta.caller.as_ref().map(|c| c.reveal()))
    .bind(meta.taken.unix_millis())
    .bind(millis(meta.length) as i64)
    .bind(file)
    .bind(recovered)
    .fetch_one(&mut *db)
    .await?;
    tasks::of_message(db, id).await?;
    Ok(MessageId(id))
}

pub(super) fn millis(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
