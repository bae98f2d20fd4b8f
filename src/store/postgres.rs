//! The database elsewhere: PostgreSQL.
//!
//! One server writes to it at a time. It says so by an advisory lock that its writing connection
//! holds: whoever lost the connection, and with it the lock, can not write before it has both again.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqlSafeStr};

use super::place::{Elsewhere, Opened};
use super::sql::Pool;
use super::{BUSY, MIGRATIONS, StoreError, migrated};

/// How often a start tries to reach a database that starts as well, and the pause in between.
const START: u32 = 30;
const AGAIN: Duration = Duration::from_millis(500);
/// How long the one who writes waits for a connection: several may be asked for between two promises.
const CONNECT: Duration = Duration::from_millis(1_500);
/// How long a question may take that no call waits for.
const PATIENT: Duration = Duration::from_secs(30);
/// The class of our advisory lock; its other half is the schema.
const LOCK: i32 = 0x5a4c;
/// The oldest server that this was tried with knows all that is used; from here on they all do.
const OLDEST: i32 = 120_000;

/// So that a server which does not hear from us any more gives the lock back soon.
const KEEPALIVE: [(&str, &str); 3] = [
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
];

pub(super) async fn open(there: &Elsewhere) -> Result<Opened, StoreError> {
    let options = options(there)?;
    let name = name(&options);
    // Its own sessions are known by it again, after a connection that only one side knows is lost.
    let instance = format!("zeroline {:016x}", rand::random::<u64>());
    let writing = options
        .clone()
        .application_name(&instance)
        .options(KEEPALIVE);
    let mut first = reach(&writing, &name).await?;
    suit(&mut first, &options, &name).await?;
    let free = claim(&mut first, &instance).await?;
    // The pool's connection takes the lock anew.
    let _ = first.close().await;
    if !free {
        return Err(StoreError::DatabaseInUse(name));
    }
    let writer = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(CONNECT)
        .after_connect(move |db, _| {
            let instance = instance.clone();
            Box::pin(async move {
                if !claim(db, &instance).await? {
                    let other = "another zeroline writes to this database";
                    return Err(sqlx::Error::Configuration(other.into()));
                }
                confirmed_is_committed(db).await
            })
        })
        .connect_with(writing)
        .await;
    let writer = match writer {
        // Whoever lost the lock may have taken it again between the two.
        Err(sqlx::Error::PoolTimedOut) => return Err(StoreError::DatabaseInUse(name)),
        writer => writer?,
    };
    migrated(schema().run(&writer).await, || name.clone())?;
    let reader = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(2 * BUSY)
        .connect_lazy_with(reading(options));
    Ok(Opened {
        writer: Pool::Postgres(writer, BUSY),
        reader: Pool::Postgres(reader, PATIENT),
        files: Vec::new(),
    })
}

pub(super) async fn look(there: &Elsewhere) -> Result<Pool, StoreError> {
    let options = options(there)?;
    let name = name(&options);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(2 * BUSY)
        .connect_with(reading(options))
        .await
        .map_err(|e| unreachable(&name, e))?;
    let found = sqlx::query_scalar("SELECT to_regclass('contacts') IS NOT NULL");
    let found: bool = found.fetch_one(&pool).await?;
    if !found {
        return Err(StoreError::DatabaseEmpty(name));
    }
    Ok(Pool::Postgres(pool, PATIENT))
}

pub(super) async fn beside(there: &Elsewhere) -> Result<Pool, StoreError> {
    let options = options(there)?;
    let name = name(&options);
    let one = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(2 * BUSY);
    let pool = one.connect_with(options.application_name("zeroline"));
    let pool = pool.await.map_err(|e| unreachable(&name, e))?;
    Ok(Pool::Postgres(pool, 2 * BUSY))
}

fn reading(options: PgConnectOptions) -> PgConnectOptions {
    options
        .application_name("zeroline")
        .options([("default_transaction_read_only", "on")])
}

/// What the settings say. Nothing of it is repeated in errors: passwords are among it.
fn options(there: &Elsewhere) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(there.url.reveal())
        .map_err(|e| StoreError::Address(e.to_string()))?;
    let password = match (&there.password, &there.password_file) {
        (Some(password), _) => Some(password.reveal().to_owned()),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(StoreError::io(file))?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        (None, None) => None,
    };
    Ok(match password {
        Some(password) => options.password(&password),
        None => options,
    })
}

/// The database, as people say it.
fn name(options: &PgConnectOptions) -> String {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    match options.get_socket() {
        Some(socket) => format!("the database {database} at {}", socket.display()),
        None => format!("the database {database} on {}", options.get_host()),
    }
}

/// The first connection. A machine that starts may start its database later than us.
async fn reach(options: &PgConnectOptions, name: &str) -> Result<PgConnection, StoreError> {
    for tries in 1.. {
        let reached = match tokio::time::timeout(2 * BUSY, options.connect()).await {
            Ok(reached) => reached,
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        };
        let error = match reached {
            Ok(db) => return Ok(db),
            Err(error) => error,
        };
        let may_pass = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(e) => e.is_transient_in_connect_phase(),
            _ => false,
        };
        if !may_pass || tries >= START {
            return Err(unreachable(name, error));
        }
        if tries == 1 {
            tracing::warn!(%error, "{name} can not be reached; tried again for some seconds");
        }
        tokio::time::sleep(AGAIN).await;
    }
    Err(unreachable(name, sqlx::Error::PoolTimedOut))
}

fn unreachable(name: &str, source: sqlx::Error) -> StoreError {
    StoreError::Unreachable {
        name: name.to_owned(),
        source,
    }
}

/// Whether promises can be kept there.
async fn suit(
    db: &mut PgConnection,
    options: &PgConnectOptions,
    name: &str,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT current_setting('server_encoding'), current_setting('server_version_num')::int,
             current_schema()::text, current_setting('fsync')",
    )
    .fetch_one(db)
    .await?;
    let encoding: String = row.try_get(0)?;
    let unfit = |what: String| {
        Err(StoreError::Unfit {
            name: name.to_owned(),
            what,
        })
    };
    if encoding != "UTF8" {
        return unfit(format!("its encoding is {encoding}: make one with UTF8"));
    }
    if row.try_get::<i32, _>(1)? < OLDEST {
        return unfit("its server is older than PostgreSQL 12".to_owned());
    }
    if row.try_get::<Option<String>, _>(2)?.is_none() {
        return unfit("the schemas of its `search_path` are not there: make one".to_owned());
    }
    if row.try_get::<&str, _>(3)? != "on" {
        tracing::warn!(
            "{name} has `fsync` off: what callers were promised is lost when its machine fails"
        );
    }
    let here = options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || matches!(
            options.get_host(),
            "localhost" | "127.0.0.1" | "::1" | "[::1]"
        );
    if !here && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        tracing::warn!(
            "who is on the way to {name} could pretend to be it: add `sslmode=verify-full`"
        );
    }
    Ok(())
}

/// Takes the lock of the one who writes. `false`: somebody else has it.
async fn claim(db: &mut PgConnection, instance: &str) -> Result<bool, sqlx::Error> {
    for pause in [0, 50, 100, 200, 400] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let lock = "SELECT pg_try_advisory_lock($1, hashtext(current_schema()::text))";
        let taken = sqlx::query_scalar(lock).bind(LOCK).fetch_one(&mut *db);
        if taken.await? {
            return Ok(true);
        }
        // Perhaps it is held by a session of ours, of which only the server thinks that it lives.
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = $1 AND datname = current_database()
               AND pid <> pg_backend_pid()",
        )
        .bind(instance)
        .fetch_all(&mut *db)
        .await?;
    }
    Ok(false)
}

/// A commit is one when it is on the server's disk, whatever the server thinks of others.
async fn confirmed_is_committed(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    let commit = sqlx::query_scalar("SELECT current_setting('synchronous_commit')");
    let commit: String = commit.fetch_one(&mut *db).await?;
    if commit == "off" {
        tracing::warn!("the database has `synchronous_commit` off: turned on for this server");
        let on = sqlx::query("SET synchronous_commit = on");
        on.execute(&mut *db).await?;
    }
    Ok(())
}

/// The schema as PostgreSQL says it: an `INTEGER` of SQLite has 64 bits, and as a primary key counts
/// by itself.
fn schema() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|m| Migration {
        sql: AssertSqlSafe(translated(m.sql.as_str())).into_sql_str(),
        ..m.clone()
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // Whoever migrates holds our own lock.
    migrator.set_locking(false);
    migrator
}

fn translated(sql: &str) -> String {
    sql.replace(
        "INTEGER PRIMARY KEY",
        "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    )
    .replace("INTEGER", "BIGINT")
}
