//! The database as it is written to: one connection, and the files where they were when it was
//! opened.

use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use sqlx::postgres::PgDatabaseError;
use tokio::sync::oneshot;

use super::StoreError;
use super::sql::{Connection, Pool};

/// Where promises are kept.
pub(super) struct Home {
    pub(super) pool: Pool,
    /// The database and its log, where they are files. One that is deleted or replaced under a running
    /// server goes on to take what is written, and all of that is gone when the server ends.
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
        db: &mut Connection,
    ) -> impl Future<Output = Result<Self::Kept, StoreError>> + Send;
}

/// A promise, and who waits for it.
pub(super) type Waiting<P> = (P, oneshot::Sender<Result<<P as Promise>::Kept, StoreError>>);

impl Home {
    /// Of a database that is open and has been read, with its files.
    pub(super) fn of(pool: Pool, files: &[PathBuf]) -> Home {
        let known = |path: &PathBuf| {
            let found = std::fs::metadata(path).ok()?;
            Some(Known {
                device: found.dev(),
                inode: found.ino(),
                path: path.clone(),
            })
        };
        Home {
            pool,
            files: files.iter().filter_map(known).collect(),
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
    pub(super) async fn begin(&self) -> Result<Connection, StoreError> {
        Ok(self.pool.begin().await?)
    }

    /// Commits what went well, and rolls back what did not.
    pub(super) async fn end<T>(
        &self,
        db: Connection,
        written: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match written {
            Ok(written) => {
                db.commit().await?;
                Ok(written)
            }
            Err(e) => {
                db.rollback().await;
                Err(e)
            }
        }
    }
}

async fn insert_each<P: Promise>(
    db: &mut Connection,
    promises: &[P],
) -> Result<Vec<P::Kept>, StoreError> {
    let mut kept = Vec::with_capacity(promises.len());
    for promise in promises {
        kept.push(promise.insert(db).await?);
    }
    Ok(kept)
}

/// Whether a write failed because of what was to be written, and would fail the same way again:
/// SQLITE_TOOBIG, SQLITE_CONSTRAINT and SQLITE_MISMATCH; of PostgreSQL the classes 22 (data), 23
/// (constraints), 42 (the statement) and 54 (limits). Anything else is of the disk, of the database,
/// of the way there, or of whoever has locked it, and may pass.
pub(super) fn is_of_a_row(e: &StoreError) -> bool {
    let StoreError::Database(e) = e else {
        return false;
    };
    let Some(e) = e.as_database_error() else {
        return false;
    };
    if let Some(e) = e.try_downcast_ref::<PgDatabaseError>() {
        let class = e.code().get(..2).unwrap_or_default();
        return matches!(class, "22" | "23" | "42" | "54");
    }
    let code = e.code().and_then(|c| c.parse::<u32>().ok());
    code.is_some_and(|c| matches!(c & 0xff, 18..=20))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sqlx::Executor;
    use sqlx::sqlite::SqlitePool;

    use super::super::{sql, sqlite};
    use super::*;

    struct Note(usize);

    impl Promise for Note {
        type Kept = usize;

        async fn insert(&self, db: &mut Connection) -> Result<usize, StoreError> {
            let note = sql::query("INSERT INTO notes VALUES (?1)").bind("x".repeat(self.0));
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
        let files = [sqlite::wal(&database), database.clone()];
        let home = Home::of(Pool::Sqlite(pool), &files);
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
