//! The database as it is written to: one connection, and the files where they were when it was
//! opened.

use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Executor, Sqlite, SqliteConnection};
use tokio::sync::oneshot;

use super::{StoreError, wal};

/// Where promises are kept.
pub(super) struct Home {
    pub(super) pool: SqlitePool,
    /// The database and its log. A file that is deleted or replaced under a running server goes on
    /// to take what is written, and all of that is gone when the server ends.
    files: Vec<Known>,
}

struct Known {
    path: PathBuf,
    device: u64,
    inode: u64,
}

/// What is on the disk before anybody is told so.
pub(super) trait Promise: Send + Sync {
    /// What is told of it.
    type Kept: Copy + Send;

    /// Writes it down, within a transaction.
    fn insert(
        &self,
        db: &mut SqliteConnection,
    ) -> impl Future<Output = Result<Self::Kept, StoreError>> + Send;
}

/// A promise, and who waits for it.
pub(super) type Waiting<P> = (P, oneshot::Sender<Result<<P as Promise>::Kept, StoreError>>);

impl Home {
    /// Of a database that is open and has been read.
    pub(super) fn of(pool: SqlitePool, database: &Path) -> Home {
        let known = |path: PathBuf| {
            let found = std::fs::metadata(&path).ok()?;
            Some(Known {
                device: found.dev(),
                inode: found.ino(),
                path,
            })
        };
        let files = [database.to_owned(), wal(database)];
        Home {
            pool,
            files: files.into_iter().filter_map(known).collect(),
        }
    }

    /// Whether what was written is where the next start will look for it.
    pub(super) async fn is_there(&self) -> Result<(), StoreError> {
        for file in &self.files {
            let found = tokio::fs::metadata(&file.path).await;
            let same = found.is_ok_and(|f| f.dev() == file.device && f.ino() == file.inode);
            if !same {
                return Err(StoreError::Gone(file.path.clone()));
            }
        }
        Ok(())
    }

    /// Keeps promises and tells those who wait: all in one transaction. Where one of them is the
    /// reason that this fails, each on its own, so that it does not take the others along.
    pub(super) async fn keep<P: Promise>(&self, waiting: Vec<Waiting<P>>) {
        if waiting.is_empty() {
            return;
        }
        let (promises, waiting): (Vec<P>, Vec<_>) = waiting.into_iter().unzip();
        match self.insert_all(&promises).await {
            Ok(kept) => {
                for (done, kept) in waiting.into_iter().zip(kept) {
                    let _ = done.send(Ok(kept));
                }
            }
            Err(e) if promises.len() > 1 && is_of_a_row(&e) => {
                for (promise, done) in promises.into_iter().zip(waiting) {
                    let kept = self.insert_all(&[promise]).await;
                    if kept.is_err() {
                        metrics::counter!("zeroline_store_errors_total").increment(1);
                    }
                    let kept = kept.and_then(|k| k.first().copied().ok_or(StoreError::Closed));
                    let _ = done.send(kept);
                }
            }
            // The disk, or whoever holds the database: nobody waits for that once more.
            Err(e) => {
                metrics::counter!("zeroline_store_errors_total").increment(1);
                let e = Arc::new(e);
                for done in waiting {
                    let _ = done.send(Err(StoreError::Shared(Arc::clone(&e))));
                }
            }
        }
    }

    async fn insert_all<P: Promise>(&self, promises: &[P]) -> Result<Vec<P::Kept>, StoreError> {
        let mut db = self.begin().await?;
        let kept = insert_each(&mut db, promises).await;
        let kept = self.end(db, kept).await?;
        self.is_there().await?;
        Ok(kept)
    }

    /// Begins a transaction, which [`Home::end`] ends.
    ///
    /// Not sqlx's own: when the disk refuses a COMMIT, SQLite rolls back by itself, and sqlx goes on
    /// to count a transaction that is none. All later ones are then savepoints within it, and what
    /// is told to be committed never is.
    pub(super) async fn begin(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        let mut db = self.pool.acquire().await?;
        db.execute("BEGIN IMMEDIATE").await?;
        Ok(db)
    }

    /// Commits what went well, and rolls back what did not.
    pub(super) async fn end<T>(
        &self,
        mut db: PoolConnection<Sqlite>,
        written: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let ended = match written {
            Ok(written) => db.execute("COMMIT").await.map(|_| written),
            Err(e) => {
                let _ = db.execute("ROLLBACK").await;
                return Err(e);
            }
        };
        if ended.is_err() {
            // SQLite may have done so already; then there is nothing to roll back.
            let _ = db.execute("ROLLBACK").await;
        }
        Ok(ended?)
    }
}

async fn insert_each<P: Promise>(
    db: &mut SqliteConnection,
    promises: &[P],
) -> Result<Vec<P::Kept>, StoreError> {
    let mut kept = Vec::with_capacity(promises.len());
    for promise in promises {
        kept.push(promise.insert(db).await?);
    }
    Ok(kept)
}

/// Whether a write failed because of what was to be written, and would fail the same way again:
/// SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH. Anything else is of the disk, of the
/// database, or of whoever has locked it, and may pass.
pub(super) fn is_of_a_row(e: &StoreError) -> bool {
    let StoreError::Database(e) = e else {
        return false;
    };
    let code = e.as_database_error().and_then(|e| e.code());
    let code = code.and_then(|c| c.parse::<u32>().ok());
    code.is_some_and(|c| matches!(c & 0xff, 18..=20))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Note(usize);

    impl Promise for Note {
        type Kept = usize;

        async fn insert(&self, db: &mut SqliteConnection) -> Result<usize, StoreError> {
            let note = sqlx::query("INSERT INTO notes VALUES (?1)").bind("x".repeat(self.0));
            note.execute(db).await?;
            Ok(self.0)
        }
    }

    async fn kept(home: &Home, length: usize) -> Result<usize, StoreError> {
        let (done, wait) = oneshot::channel();
        home.keep(vec![(Note(length), done)]).await;
        wait.await.unwrap()
    }

    /// Seen by another process: what is committed.
    async fn seen(database: &Path) -> i64 {
        let url = format!("sqlite:{}?mode=ro", database.display());
        let other = SqlitePool::connect(&url).await.unwrap();
        let count = sqlx::query_scalar("SELECT count(*) FROM notes");
        count.fetch_one(&other).await.unwrap()
    }

    #[tokio::test]
    async fn after_a_disk_that_was_full_what_is_told_to_be_kept_is() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("x.db");
        let url = format!("sqlite:{}?mode=rwc", database.display());
        let one = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool = one.connect(&url).await.unwrap();
        for statement in [
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE notes (note TEXT)",
            "PRAGMA max_page_count = 4",
        ] {
            pool.execute(statement).await.unwrap();
        }
        let home = Home::of(pool, &database);
        assert_eq!(home.files.len(), 2);
        for _ in 0..3 {
            let full = kept(&home, 100_000).await.unwrap_err();
            assert!(full.to_string().contains("full"), "{full}");
        }
        for n in 1..4 {
            assert_eq!(kept(&home, 10).await.unwrap(), 10);
            assert_eq!(seen(&database).await, n);
        }
    }
}
