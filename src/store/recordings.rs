//! Recordings of talks: their files, what is known of them, and that they were removed.
//!
//! A file is written under a name of its own, and has its place among the others only when it is
//! whole and synced. Its SHA-256 is kept with it, and is in the audit trail when it is removed: so it
//! can be shown which recording is gone, and that it was not another.

mod recover;
mod removal;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::rows::text;
use super::sql::{self, Connection, Row};
use super::{Reader, Store, StoreError};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::now::Wall;
use crate::record::taping::Pause;

pub(super) use recover::recover;
pub(super) use removal::{Forgets, forget_contact};

/// Finished recordings, within the store's folder.
pub(super) const TALKS: &str = "recordings";
/// Those that go on.
const UNDER_WAY: &str = "under-way";

/// A recording that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkMeta {
    /// Of this contact.
    pub contact: ContactId,
    /// Its number among those of the contact, from 1 on.
    pub number: u32,
    /// In this queue.
    pub queue: QueueName,
    /// With this agent.
    pub agent: AgentId,
    /// The caller agreed; else they were told.
    pub agreed: bool,
    /// When.
    pub began: Wall,
}

/// A recording that has begun.
#[derive(Debug)]
pub struct TalkBegun {
    /// Its number.
    pub id: i64,
    /// Where it is written.
    pub file: File,
    name: String,
}

/// What a recording came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalkEnd {
    /// How long it is.
    pub length: Duration,
    /// What is silent in it.
    pub pauses: Vec<Pause>,
    /// Packets that are missing.
    pub lost: u64,
    /// Why it ended before the talk.
    pub fault: Option<String>,
}

/// A recording as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalkRow {
    /// Its number.
    pub id: i64,
    /// Of which contact.
    pub contact: ContactId,
    /// In which queue.
    pub queue: Option<QueueName>,
    /// With whom.
    pub agent: Option<AgentId>,
    /// `told`, `agreed`, or (after a crash) `unknown`.
    pub consent: String,
    /// The file's name.
    pub file: String,
    /// When it began.
    pub began: Wall,
    /// How long it is; `None`: it goes on.
    pub length: Option<Duration>,
    /// What is silent in it.
    pub pauses: Vec<Pause>,
    /// Packets that are missing.
    pub lost: u64,
    /// Why it ended before the talk.
    pub fault: Option<String>,
    /// Of the file, in hexadecimal digits.
    pub sha256: Option<String>,
    /// The file is gone since then.
    pub deleted: Option<Wall>,
    /// By which rule, or by whom.
    pub deleted_by: Option<String>,
}

/// Which recordings; `None` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalkFilter {
    /// Older than this one.
    pub before: Option<i64>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// Of this queue.
    pub queue: Option<QueueName>,
    /// With this agent.
    pub agent: Option<AgentId>,
}

impl Store {
    /// Begins a recording: its row is on the disk when this returns `Ok`, and its file is there.
    ///
    /// # Errors
    /// It can not be kept, and must not be made.
    pub async fn begin_talk(&self, meta: TalkMeta) -> Result<TalkBegun, StoreError> {
        let name = format!("{}-{}.wav", meta.contact, meta.number);
        let path = self.place.dir.join(TALKS).join(UNDER_WAY).join(&name);
        let made = path.clone();
        let file = blocking(move || {
            let file = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&made);
            let file = file.map_err(StoreError::io(&made))?;
            super::private(&made);
            Ok(file)
        })
        .await?;
        let kept = name.clone();
        let id = self
            .change(move |db| {
                Box::pin(async move {
                    let consent = if meta.agreed { "agreed" } else { "told" };
                    let row = NewRow {
                        contact: meta.contact,
                        queue: Some(meta.queue.to_string()),
                        agent: Some(meta.agent.to_string()),
                        consent,
                        file: &kept,
                        began: meta.began,
                    };
                    insert(db, &row).await
                })
            })
            .await;
        if id.is_err() {
            // Nothing is in it yet.
            let _ = std::fs::remove_file(&path);
        }
        let id = id?;
        Ok(TalkBegun { id, file, name })
    }

    /// A recording is over: its file gets its place, and its row is completed. When this fails it
    /// may be tried again; else the next start does it.
    ///
    /// # Errors
    /// The file or the row could not be written.
    pub async fn end_talk(&self, begun: &TalkBegun, end: TalkEnd) -> Result<(), StoreError> {
        let (id, name, dir) = (begun.id, begun.name.clone(), self.place.dir.clone());
        let file = begun.file.try_clone();
        let hash = blocking(move || {
            let synced = file.and_then(|f| f.sync_all());
            synced.map_err(StoreError::io(Path::new(&name)))?;
            publish(&dir, &name)
        })
        .await?;
        self.change(move |db| Box::pin(async move { complete(db, id, &end, &hash).await }))
            .await
    }
}

impl Reader {
    /// One recording, also one whose file is gone.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn talk(&self, id: i64) -> Result<Option<TalkRow>, StoreError> {
        let row = sql::query("SELECT * FROM recordings WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(talk).transpose()
    }

    /// Recordings, the newest first, at most `limit`; also those whose files are gone.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn talks(&self, filter: &TalkFilter, limit: u32) -> Result<Vec<TalkRow>, StoreError> {
        let rows = sql::query(
            "SELECT * FROM recordings
             WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR contact = ?2)
               AND (?3 IS NULL OR queue = ?3) AND (?4 IS NULL OR agent = ?4)
             ORDER BY id DESC LIMIT ?5",
        )
        .bind(filter.before)
        .bind(filter.contact.map(|c| c.as_u64() as i64))
        .bind(filter.queue.as_ref().map(QueueName::as_str))
        .bind(filter.agent.as_ref().map(AgentId::as_str))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(talk).collect()
    }

    /// Where the file of a recording is.
    pub fn talk_file(&self, row: &TalkRow) -> PathBuf {
        self.place.dir.join(TALKS).join(&row.file)
    }
}

/// The folders.
pub(super) fn folders(dir: &Path) -> [PathBuf; 2] {
    let talks = dir.join(TALKS);
    let under_way = talks.join(UNDER_WAY);
    [talks, under_way]
}

/// Gives a file that is whole its place: its hash.
fn publish(dir: &Path, name: &str) -> Result<String, StoreError> {
    let [talks, under_way] = folders(dir);
    let from = under_way.join(name);
    let to = talks.join(name);
    let work = || {
        // It may have its place already, where only the row failed.
        if from.exists() || !to.exists() {
            std::fs::rename(&from, &to)?;
            File::open(&talks)?.sync_all()?;
        }
        hash(&to)
    };
    work().map_err(StoreError::io(&to))
}

fn hash(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    let mut part = vec![0; 64 << 10];
    loop {
        match file.read(&mut part)? {
            0 => break,
            n => sum.update(&part[..n]),
        }
    }
    Ok(sum.finalize().iter().map(|b| format!("{b:02x}")).collect())
}

struct NewRow<'r> {
    contact: ContactId,
    queue: Option<String>,
    agent: Option<String>,
    consent: &'static str,
    file: &'r str,
    began: Wall,
}

async fn insert(db: &mut Connection, row: &NewRow<'_>) -> Result<i64, StoreError> {
    let id = sql::query_scalar(
        "INSERT INTO recordings (contact, queue, agent, consent, file, format, began_at)
         VALUES (?1, ?2, ?3, ?4, ?5, 'wav', ?6) RETURNING id",
    )
    .bind(row.contact.as_u64() as i64)
    .bind(&row.queue)
    .bind(&row.agent)
    .bind(row.consent)
    .bind(row.file)
    .bind(row.began.unix_millis())
    .fetch_one(db)
    .await?;
    Ok(id)
}

async fn complete(
    db: &mut Connection,
    id: i64,
    end: &TalkEnd,
    hash: &str,
) -> Result<(), StoreError> {
    sql::query(
        "UPDATE recordings SET length_ms = ?2, pauses = ?3, lost = ?4, fault = ?5, sha256 = ?6
         WHERE id = ?1",
    )
    .bind(id)
    .bind(i64::try_from(end.length.as_millis()).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(&end.pauses).unwrap_or_else(|_| "[]".to_owned()))
    .bind(i64::try_from(end.lost).unwrap_or(i64::MAX))
    .bind(&end.fault)
    .bind(hash)
    .execute(db)
    .await?;
    Ok(())
}

fn talk(r: &Row) -> Result<TalkRow, StoreError> {
    let length: Option<i64> = r.try_get("length_ms")?;
    let pauses: String = r.try_get("pauses")?;
    Ok(TalkRow {
        id: r.try_get("id")?,
        contact: ContactId::from_u64(r.try_get::<i64, _>("contact")? as u64),
        queue: text(r, "queue")?.map(QueueName::new),
        agent: text(r, "agent")?.map(AgentId::new),
        consent: r.try_get("consent")?,
        file: r.try_get("file")?,
        began: Wall::from_unix_millis(r.try_get("began_at")?),
        length: length.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
        pauses: serde_json::from_str(&pauses).unwrap_or_default(),
        lost: u64::try_from(r.try_get::<i64, _>("lost")?).unwrap_or(0),
        fault: text(r, "fault")?,
        sha256: text(r, "sha256")?,
        deleted: r
            .try_get::<Option<i64>, _>("deleted_at")?
            .map(Wall::from_unix_millis),
        deleted_by: text(r, "deleted_by")?,
    })
}

/// Runs file work where it holds up nobody.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StoreError::Closed)?
}
