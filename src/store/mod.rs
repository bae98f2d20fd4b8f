//! What survives the process: contacts with their timelines, callers' messages, agents.
//!
//! One database beside a folder of WAV files: SQLite in the folder (write-ahead log,
//! `synchronous=FULL`), or PostgreSQL elsewhere ([`Place`]).
//! All writing goes through one task that commits in batches: a call never waits for the
//! disk, unless it waits for a promise ([`Store::save_message`]), and many promises share
//! one `fsync`. Reading has connections of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::migrate::MigrateError;
use tokio::sync::{Semaphore, mpsc};

use crate::ids::{AgentId, ContactId};
use crate::live::Live;
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::Event;

pub mod approvals;
mod attempts;
pub mod audit;
mod batch;
mod callbacks;
mod change;
pub mod chat;
pub mod deliver;
pub mod erase;
mod guides;
mod history;
mod home;
pub mod hooks;
pub mod menus;
mod messages;
mod migrations;
mod outbox;
pub mod people;
mod place;
mod postgres;
pub mod recordings;
mod recover;
pub mod report;
mod retention;
pub mod rows;
pub mod search;
pub mod signalling;
mod sql;
mod sqlite;
mod statistics;
pub mod tasks;
pub mod tokens;
mod writer;

pub use attempts::Attempt;
pub use callbacks::{CallbackMeta, CallbackRow, KeptCallback};
pub use messages::{MessageMeta, Recording};
pub use outbox::{OutboxMeta, OutboxRow, Tried};
pub use place::{Elsewhere, Place};
pub use recover::Recovered;
pub use retention::Removed;
pub use statistics::{AskedBack, Span};

use home::Home;
use migrations::MIGRATIONS;
use writer::Command;

/// Events that may wait for the disk. More than this many and they are dropped and counted:
/// a dead disk must not take the memory of the calls.
const BACKLOG: usize = 32_768;
/// How long a write waits for another process that holds the database, or for one elsewhere. Twice
/// that is less than any caller waits for a promise: what is written behind the calls may be before
/// it.
const BUSY: Duration = Duration::from_millis(2_500);
/// Changes that wait for the writer at a time: each is a transaction, between two rounds of promises.
const CHANGES: usize = 16;

/// A handle to the store; clones share it.
#[derive(Clone)]
pub struct Store {
    place: Arc<Place>,
    commands: mpsc::Sender<Command>,
    reader: sql::Pool,
    dropped: Arc<AtomicU64>,
    live: Live,
    /// Who may be waiting to be called back.
    awaiting: callbacks::Awaiting,
    /// What people change must not hold up what callers are promised.
    changing: Arc<Semaphore>,
    /// Held as long as any handle: two servers on one store would end each other's calls.
    _lock: Arc<std::fs::File>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("dir", &self.place.dir)
            .finish_non_exhaustive()
    }
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The time that was chosen for a callback is taken: as many are due then as there can be.
    #[error("as many callbacks are due at that time as there can be")]
    SlotTaken,
    /// A folder or file could not be made or read.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the store open for writing.
    #[error("{0} is in use by another zeroline")]
    InUse(PathBuf),
    /// The same, of a database elsewhere.
    #[error("{0} is in use by another zeroline")]
    DatabaseInUse(String),
    /// The address of the database is none.
    #[error("store.url: {0}: write it like `postgres://user@host/database`")]
    Address(String),
    /// The database elsewhere can not be reached.
    #[error("{name} can not be reached: {source}: is it running, and does it know us?")]
    Unreachable {
        /// Which.
        name: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database elsewhere can not do what is needed.
    #[error("{name}: {what}")]
    Unfit {
        /// Which.
        name: String,
        /// Why, and what to do.
        what: String,
    },
    /// There is no store in this database.
    #[error("{0}: there is no store here; has the server run with it?")]
    DatabaseEmpty(String),
    /// There is no store in this folder.
    #[error("{0}: there is no store here; has the server run with this data folder?")]
    Missing(PathBuf),
    /// The database was written by a newer release.
    #[error(
        "{place} has schema {found}, this release knows up to {known}: \
         use the newer release, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The store's folder, or its database.
        place: String,
        /// The schema found.
        found: i64,
        /// The newest one that this release knows.
        known: i64,
    },
    /// The database is damaged.
    #[error("the database in {dir} is damaged ({what}): restore a backup")]
    Damaged {
        /// The store's folder.
        dir: PathBuf,
        /// The first finding.
        what: String,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("database schema: {0}")]
    Migrate(MigrateError),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// The database was deleted, moved or replaced while it was open.
    #[error(
        "{0} is not the file that was opened: put it back, or restart the server, which begins \
         anew without it"
    )]
    Gone(PathBuf),
    /// What several waited for has failed.
    #[error("{0}")]
    Shared(Arc<StoreError>),
    /// A message holds less speech than is worth keeping.
    #[error("the message is too short")]
    TooShort,
}

impl StoreError {
    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + '_ {
        move |source| StoreError::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// The database within the store's folder.
const DATABASE: &str = "zeroline.db";
/// Finished messages.
const MESSAGES: &str = "messages";
/// Messages being recorded.
const RECORDING: &str = "recording";

impl Store {
    /// Opens the store for the server and brings it up to date; makes it if there is
    /// none. What a crash left open is closed: see [`Recovered`].
    ///
    /// Call it within a tokio runtime: it starts the writing task, which ends when
    /// [`Store::close`] is called or the last handle is dropped.
    ///
    /// # Errors
    /// As [`StoreError`] says; nothing is changed in a store of a newer release.
    pub async fn open(at: impl Into<Place>) -> Result<(Store, Recovered), StoreError> {
        let place: Place = at.into();
        let dir = &place.dir;
        let own = [dir.to_owned(), dir.join(MESSAGES), dir.join(RECORDING)];
        for d in own.into_iter().chain(recordings::folders(dir)) {
            std::fs::create_dir_all(&d).map_err(StoreError::io(&d))?;
            private(&d);
        }
        let lock = lock(dir)?;
        let opened = place.open().await?;
        let recovered = recover::run(dir, &opened.writer).await?;
        recordings::recover(dir, &opened.writer).await?;
        let awaiting = callbacks::Awaiting::of(&opened.writer).await?;
        let (commands, queue) = mpsc::channel(BACKLOG);
        tokio::spawn(writer::run(Home::of(opened.writer, &opened.files), queue));
        let store = Store {
            place: Arc::new(place),
            commands,
            reader: opened.reader,
            dropped: Arc::default(),
            live: Live::default(),
            awaiting,
            changing: Arc::new(Semaphore::new(CHANGES)),
            _lock: Arc::new(lock),
        };
        Ok((store, recovered))
    }

    /// Writes down what happened to a contact, `at` this time since its start. Never waits:
    /// if the disk is so far behind that there is no room, the event is dropped and counted.
    ///
    /// The first event of a contact is [`Event::Started`], the last [`Event::Ended`].
    pub fn record(&self, contact: ContactId, at: Duration, event: Event) {
        self.live.record(contact, at, &event);
        let command = Command::Event {
            contact,
            at,
            event: Box::new(event),
        };
        self.offer(command);
    }

    /// Keeps what an agent does now; for the next start and for `zeroline agents`.
    pub fn agent(&self, agent: &AgentId, state: &AgentState, at: Wall) {
        self.live.agent(agent, state, at);
        self.offer(Command::Agent {
            agent: agent.clone(),
            state: state.clone(),
            at,
        });
    }

    fn offer(&self, command: Command) {
        if self.commands.try_send(command).is_err() {
            let before = self.dropped.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("zeroline_store_dropped_total").increment(1);
            if before.is_multiple_of(1_000) {
                tracing::error!(dropped = before + 1, "the store is behind: events are lost");
            }
        }
    }

    /// Those who watch hear of what is handed to this handle and its clones from now on.
    pub fn telling(mut self, live: Live) -> Store {
        self.live = live;
        self
    }

    /// Those who watch.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Events lost because the disk was too slow.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until everything recorded before is on the disk, or a disk that refuses has been tried
    /// for some seconds.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Store::close`].
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (done, wait) = tokio::sync::oneshot::channel();
        let flush = Command::Flush { done };
        self.commands
            .send(flush)
            .await
            .map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)
    }

    /// Writes everything out and closes the database. Other handles then get
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        let (done, wait) = tokio::sync::oneshot::channel();
        if self.commands.send(Command::Close { done }).await.is_ok() {
            let _ = wait.await;
        }
        self.reader.close().await;
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.place.dir
    }

    /// What can be asked.
    pub fn reader(&self) -> Reader {
        Reader {
            place: self.place.clone(),
            pool: self.reader.clone(),
        }
    }
}

/// Reading only, also beside a running server: for the command line.
#[derive(Clone, Debug)]
pub struct Reader {
    place: Arc<Place>,
    pool: sql::Pool,
}

impl Reader {
    /// Opens the store for reading.
    ///
    /// # Errors
    /// [`StoreError::Missing`] or [`StoreError::DatabaseEmpty`] when there is none.
    pub async fn open(at: impl Into<Place>) -> Result<Reader, StoreError> {
        let place: Place = at.into();
        let pool = place.look().await?;
        Ok(Reader {
            place: Arc::new(place),
            pool,
        })
    }

    /// Makes one small change, also beside a running server: how many rows it was.
    async fn beside(&self, change: sql::Query) -> Result<u64, StoreError> {
        let pool = self.place.beside().await?;
        let done = change.execute(&pool).await;
        pool.close().await;
        Ok(done?.rows_affected())
    }

    /// Where a message's WAV file is.
    pub fn message_file(&self, message: &rows::MessageRow) -> PathBuf {
        self.place.dir.join(MESSAGES).join(&message.file)
    }
}

/// What became of bringing the schema up to date.
fn migrated(done: Result<(), MigrateError>, place: impl Fn() -> String) -> Result<(), StoreError> {
    done.map_err(|e| match e {
        MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
            StoreError::Newer {
                place: place(),
                found,
                known: MIGRATIONS.iter().map(|m| m.version).max().unwrap_or(0),
            }
        }
        e => StoreError::Migrate(e),
    })
}

fn lock(dir: &Path) -> Result<std::fs::File, StoreError> {
    let path = dir.join("lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StoreError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(dir.to_owned())),
        Err(std::fs::TryLockError::Error(e)) => Err(StoreError::io(&path)(e)),
    }
}

/// Numbers and voices are the owner's only. Best effort: not every file system can.
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
}

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
