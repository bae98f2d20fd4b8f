//! Connections to either database, and transactions on them.

use std::time::Duration;

use sqlx::Executor;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool};

use super::{Done, Query, Row};

/// Some connections to the database.
#[derive(Clone, Debug)]
pub(in crate::store) enum Pool {
    Sqlite(SqlitePool),
    /// With how long one statement may take: SQLite gives up by itself, a network does not.
    Postgres(PgPool, Duration),
}

/// One of them. A transaction that is left without an end takes the connection along.
pub(in crate::store) struct Connection {
    kind: Kind,
    stage: Stage,
}

enum Kind {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>, Duration),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    Begun,
    /// PostgreSQL takes a COMMIT of what has failed before, and rolls back without a word.
    Failed,
}

/// Where a statement goes.
pub(in crate::store) enum On<'c> {
    Pool(&'c Pool),
    Connection(&'c mut Connection),
}

impl<'c> From<&'c Pool> for On<'c> {
    fn from(pool: &'c Pool) -> On<'c> {
        On::Pool(pool)
    }
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> On<'c> {
        On::Connection(connection)
    }
}

impl<'c> On<'c> {
    /// The connection, which is kept in `held` where it is one of a pool.
    pub(super) async fn connection<'h>(
        self,
        held: &'h mut Option<Connection>,
    ) -> Result<&'h mut Connection, sqlx::Error>
    where
        'c: 'h,
    {
        match self {
            On::Pool(pool) => Ok(held.insert(pool.acquire().await?)),
            On::Connection(connection) => Ok(connection),
        }
    }
}

impl Pool {
    pub(in crate::store) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        let kind = match self {
            Pool::Sqlite(pool) => Kind::Sqlite(pool.acquire().await?),
            Pool::Postgres(pool, patience) => Kind::Postgres(pool.acquire().await?, *patience),
        };
        Ok(Connection {
            kind,
            stage: Stage::Idle,
        })
    }

    /// Begins a transaction, which [`Connection::commit`] or [`Connection::rollback`] ends.
    ///
    /// Not sqlx's own: when the disk refuses a COMMIT, SQLite rolls back by itself, and sqlx goes on
    /// to count a transaction that is none. All later ones are then savepoints within it, and what
    /// is told to be committed never is.
    pub(in crate::store) async fn begin(&self) -> Result<Connection, sqlx::Error> {
        let mut db = self.acquire().await?;
        db.say(match self {
            Pool::Sqlite(_) => "BEGIN IMMEDIATE",
            Pool::Postgres(..) => "BEGIN",
        })
        .await?;
        db.stage = Stage::Begun;
        Ok(db)
    }

    pub(in crate::store) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool, _) => pool.close().await,
        }
    }
}

impl Connection {
    /// Whether it leads to PostgreSQL.
    pub(in crate::store) fn is_postgres(&self) -> bool {
        matches!(self.kind, Kind::Postgres(..))
    }

    /// Ends the transaction with all of it, or with nothing.
    pub(in crate::store) async fn commit(mut self) -> Result<(), sqlx::Error> {
        if self.stage == Stage::Failed && self.is_postgres() {
            self.rollback().await;
            return Err(sqlx::Error::Protocol(
                "a statement of this transaction had failed".to_owned(),
            ));
        }
        let committed = self.say("COMMIT").await;
        match &committed {
            Ok(()) => self.stage = Stage::Idle,
            // SQLite may have done so already; then there is nothing to roll back.
            Err(_) => self.rollback().await,
        }
        committed
    }

    /// Ends the transaction with nothing.
    pub(in crate::store) async fn rollback(mut self) {
        let rolled_back = self.say("ROLLBACK").await;
        // A connection of PostgreSQL on which even that fails is of no use any more.
        if rolled_back.is_ok() || !self.is_postgres() {
            self.stage = Stage::Idle;
        }
    }

    /// Something without values and without an answer.
    async fn say(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match &mut self.kind {
            Kind::Sqlite(db) => db.execute(sql).await.map(|_| ()),
            Kind::Postgres(db, patience) => {
                let said = in_time(*patience, db.execute(sql)).await;
                spoil_if_late(db, &said);
                said.map(|_| ())
            }
        }
    }

    pub(super) async fn execute(&mut self, query: Query) -> Result<Done, sqlx::Error> {
        let done = match &mut self.kind {
            Kind::Sqlite(db) => {
                let done = query.on_sqlite()?.execute(&mut **db).await;
                done.map(|d| Done(d.rows_affected()))
            }
            Kind::Postgres(db, patience) => {
                let done = query.on_postgres()?.execute(&mut **db);
                let done = in_time(*patience, done).await;
                spoil_if_late(db, &done);
                done.map(|d| Done(d.rows_affected()))
            }
        };
        self.note(done)
    }

    pub(super) async fn fetch_all(&mut self, query: Query) -> Result<Vec<Row>, sqlx::Error> {
        let rows = match &mut self.kind {
            Kind::Sqlite(db) => {
                let rows = query.on_sqlite()?.fetch_all(&mut **db).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Kind::Postgres(db, patience) => {
                let rows = query.on_postgres()?.fetch_all(&mut **db);
                let rows = in_time(*patience, rows).await;
                spoil_if_late(db, &rows);
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        self.note(rows)
    }

    fn note<T>(&mut self, done: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if done.is_err() && self.stage == Stage::Begun {
            self.stage = Stage::Failed;
        }
        done
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.stage == Stage::Idle {
            return;
        }
        match &mut self.kind {
            Kind::Sqlite(db) => db.close_on_drop(),
            Kind::Postgres(db, _) => db.close_on_drop(),
        }
    }
}

async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let done = tokio::time::timeout(patience, work).await;
    done.unwrap_or_else(|_| {
        let late = "the database did not answer in time";
        let late = std::io::Error::new(std::io::ErrorKind::TimedOut, late);
        Err(sqlx::Error::Io(late))
    })
}

/// What still comes on a connection that was not waited for belongs to nobody.
fn spoil_if_late<T>(db: &mut PoolConnection<Postgres>, done: &Result<T, sqlx::Error>) {
    if let Err(sqlx::Error::Io(e)) = done
        && e.kind() == std::io::ErrorKind::TimedOut
    {
        db.close_on_drop();
    }
}
