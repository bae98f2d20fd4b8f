//! The database as a file in the store's folder: SQLite.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::place::Opened;
use super::sql::Pool;
use super::{BUSY, DATABASE, MIGRATIONS, StoreError, migrated, private};

/// Below this size the whole database is checked at the start.
const CHECK_UP_TO: u64 = 256 << 20;
/// How long those wait for the file who are in no hurry.
const PATIENT: Duration = Duration::from_secs(5);

pub(super) async fn open(dir: &Path) -> Result<Opened, StoreError> {
    let database = dir.join(DATABASE);
    let clean = leftover(&database) == 0;
    let options = SqliteConnectOptions::new()
        .filename(&database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        // What is removed is to be gone from the disk.
        .pragma("secure_delete", "ON")
        .optimize_on_close(true, None);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await
        .map_err(|e| damaged(dir, e))?;
    private(&database);
    if !clean {
        check(dir, &writer).await?;
    }
    let place = || dir.display().to_string();
    migrated(MIGRATIONS.run(&writer).await, place)?;
    let reader = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_lazy_with(options.optimize_on_close(false, None).read_only(true));
    Ok(Opened {
        writer: Pool::Sqlite(writer),
        reader: Pool::Sqlite(reader),
        files: vec![wal(&database), database],
    })
}

pub(super) async fn look(dir: &Path) -> Result<Pool, StoreError> {
    let database = dir.join(DATABASE);
    if !database.exists() {
        return Err(StoreError::Missing(dir.to_owned()));
    }
    let options = SqliteConnectOptions::new()
        .filename(&database)
        .read_only(true)
        .busy_timeout(PATIENT);
    let one = SqlitePoolOptions::new().max_connections(1);
    Ok(Pool::Sqlite(one.connect_with(options).await?))
}

pub(super) async fn beside(dir: &Path) -> Result<Pool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(dir.join(DATABASE))
        .busy_timeout(PATIENT);
    let one = SqlitePoolOptions::new().max_connections(1);
    Ok(Pool::Sqlite(one.connect_with(options).await?))
}

/// What waits in the write-ahead log: nothing after an orderly end.
fn leftover(database: &Path) -> u64 {
    std::fs::metadata(wal(database)).map_or(0, |m| m.len())
}

/// The write-ahead log of a database.
pub(super) fn wal(database: &Path) -> PathBuf {
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}

/// After a crash: is the database sound? Large ones are checked by SQLite as they are read.
async fn check(dir: &Path, pool: &SqlitePool) -> Result<(), StoreError> {
    let size = std::fs::metadata(dir.join(DATABASE)).map_or(0, |m| m.len());
    if size > CHECK_UP_TO {
        return Ok(());
    }
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(pool)
        .await
        .map_err(|e| damaged(dir, e))?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Damaged {
        dir: dir.to_owned(),
        what: found,
    })
}

/// SQLITE_CORRUPT and SQLITE_NOTADB, said so that one knows what to do.
fn damaged(dir: &Path, e: sqlx::Error) -> StoreError {
    let code = e.as_database_error().and_then(|e| e.code());
    match code.as_deref() {
        Some("11" | "26") => StoreError::Damaged {
            dir: dir.to_owned(),
            what: e.to_string(),
        },
        Some(_) | None => StoreError::Database(e),
    }
}
