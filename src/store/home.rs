//! The database as it is written to: one connection, and the files where they were when it was
//! opened.

use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;
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
        let mut tx = self.pool.begin().await?;
        let mut kept = Vec::with_capacity(promises.len());
        for promise in promises {
            kept.push(promise.insert(&mut tx).await?);
        }
        tx.commit().await?;
        self.is_there().await?;
        Ok(kept)
    }
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
