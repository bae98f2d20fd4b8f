//! Changes that somebody waits for: each in a transaction of its own, on the writer's connection.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::oneshot;

use super::home::Home;
use super::sql::{self, Connection, Pool};
use super::writer::Command;
use super::{Store, StoreError};

/// A future of a change.
pub(super) type Doing<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// A change as the writer sees it.
pub(super) trait Change: Send {
    /// Makes it and tells whoever waits.
    fn carry_out<'h>(
        self: Box<Self>,
        home: &'h Home,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'h>>;
}

struct Waiting<T, W> {
    work: W,
    done: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Change for Waiting<T, W>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut Connection) -> Doing<'c, T> + Send + 'static,
{
    fn carry_out<'h>(
        self: Box<Self>,
        home: &'h Home,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'h>> {
        Box::pin(async move {
            let made = make(home, self.work).await;
            if made.is_err() {
                metrics::counter!("zeroline_store_errors_total").increment(1);
            }
            // Who asked may have gone meanwhile.
            let _ = self.done.send(made);
        })
    }
}

/// Empties SQLite's write-ahead log into the database, as far as nobody reads it just now.
pub(super) struct Rinse(pub oneshot::Sender<Result<(), StoreError>>);

impl Change for Rinse {
    fn carry_out<'h>(
        self: Box<Self>,
        home: &'h Home,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'h>> {
        Box::pin(async move {
            let rinsed = match &home.pool {
                Pool::Sqlite(_) => {
                    let rinse = sql::query("PRAGMA wal_checkpoint(TRUNCATE)");
                    rinse.execute(&home.pool).await.map(|_| ())
                }
                // When its files forget is the server's own affair.
                Pool::Postgres(..) => Ok(()),
            };
            let rinsed = rinsed.map_err(StoreError::from);
            let _ = self.0.send(rinsed);
        })
    }
}

async fn make<T, W>(home: &Home, work: W) -> Result<T, StoreError>
where
    W: for<'c> FnOnce(&'c mut Connection) -> Doing<'c, T>,
{
    let mut db = home.begin().await?;
    let made = work(&mut db).await;
    let made = home.end(db, made).await?;
    home.is_there().await?;
    Ok(made)
}

impl Store {
    /// Makes a change, whole or not at all. When this returns `Ok`, it is on the disk.
    pub(super) async fn change<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut Connection) -> Doing<'c, T> + Send + 'static,
    {
        // Never closed.
        let _room = self.changing.acquire().await;
        let (done, wait) = oneshot::channel();
        let command = Command::Change(Box::new(Waiting { work, done }));
        let sent = self.commands.send(command).await;
        sent.map_err(|_| StoreError::Closed)?;
        wait.await.map_err(|_| StoreError::Closed)?
    }
}
