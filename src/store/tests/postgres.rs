//! PostgreSQL: the same tests over it, and what is different there.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use super::super::testing::postgres::{Postgres, shared};
use super::super::testing::{ELSEWHERE, elsewhere};
use super::super::*;
use super::callbacks::{ANN, wish};
use super::promises::{contact, meta, secs, speech, started};
use crate::record::verdict::{Stage, Verdict};

/// What has to do with a store.
const AGAIN: [&str; 7] = [
    "store::",
    "api::",
    "task::kept",
    "task::outbox",
    "task::recorder",
    "cli::callbacks",
    "cli::outbox",
];
/// Not run there, and why.
const SQLITE_ONLY: &[(&str, &str)] = &[
    ("store::tests::postgres", "these"),
    ("store::tests::refused", "locks and moves SQLite's files"),
    ("store::home::tests", "fills SQLite's disk"),
    (
        "a_damaged_database_is_said_to_be_one",
        "damages SQLite's file",
    ),
    (
        "one_server_per_folder_and_a_newer_schema_is_refused",
        "has its like below",
    ),
    (
        "what_can_not_be_written_down_is_not_sent_once_more",
        "locks SQLite's file",
    ),
];

/// A folder of its own, and a database elsewhere.
fn place(url: &str) -> (tempfile::TempDir, Place) {
    let dir = tempfile::tempdir().unwrap();
    let place = Place {
        dir: dir.path().to_owned(),
        database: Some(elsewhere(url)),
    };
    (dir, place)
}

async fn open(place: &Place) -> Store {
    Store::open(place).await.unwrap().0
}

/// Opens it as soon as the one before has let go.
async fn reopen(place: &Place) -> Store {
    for _ in 0..100 {
        match Store::open(place).await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap().0,
        }
    }
    panic!("the folder stays in use");
}

/// Takes the database from whoever has it: they may come back between the cut and this.
async fn take(place: &Place, cut: impl Fn() -> String) -> Store {
    for _ in 0..20 {
        cut();
        match Store::open(place).await {
            Err(StoreError::DatabaseInUse(_)) => {}
            opened => return opened.unwrap().0,
        }
    }
    panic!("the database stays in use");
}

/// Why it can not be opened, other than that the one before has not let go.
async fn refused(place: &Place) -> StoreError {
    for _ in 0..100 {
        match Store::open(place).await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap_err(),
        }
    }
    panic!("the folder stays in use");
}

async fn wishes(store: &Store) -> usize {
    store.reader().callbacks(true, 99).await.unwrap().len()
}

#[test]
fn all_that_is_tested_over_sqlite_holds_over_postgresql() {
    if std::env::var_os(ELSEWHERE).is_some() {
        return;
    }
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(AGAIN);
    for (test, _) in SQLITE_ONLY {
        again.args(["--skip", test]);
    }
    let told = again.env(ELSEWHERE, shared().folder()).output().unwrap();
    let out = String::from_utf8_lossy(&told.stdout);
    let err = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{out}\n{err}");
    let passed = out
        .split("test result: ok. ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    assert!(passed.is_some_and(|n| n > 70), "{out}");
    let stores = shared().sql("SELECT count(*) FROM pg_tables WHERE tablename = 'contacts'");
    assert!(stores.parse::<usize>().unwrap() > 50, "{stores} stores");
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (_dir, there) = place(&shared().url("columns"));
    let here = tempfile::tempdir().unwrap();
    let file = Place {
        dir: here.path().to_owned(),
        database: None,
    };
    let columns = async |place: &Place, of: &'static str| {
        let store = open(place).await;
        let rows = sql::query(of).fetch_all(&store.reader).await.unwrap();
        let column = |row: &sql::Row| {
            let [table, column, kind, must] = [0_usize, 1, 2, 3].map(|n| row.try_get(n).unwrap());
            (table, column, kind, must)
        };
        let found: BTreeSet<(String, String, String, String)> = rows.iter().map(column).collect();
        found
    };
    let sqlite = columns(
        &file,
        "SELECT m.name, c.name, lower(c.type),
             CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'must' ELSE 'may' END
         FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '%sqlx%'",
    );
    let postgres = columns(
        &there,
        "SELECT table_name::text, column_name::text, replace(data_type::text, 'bigint', 'integer'),
             CASE WHEN is_nullable = 'NO' THEN 'must' ELSE 'may' END
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND table_name NOT LIKE '%sqlx%'",
    );
    let (sqlite, postgres) = (sqlite.await, postgres.await);
    assert!(sqlite.len() > 100, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
    // And what makes a promise one per caller.
    let indexes = shared().sql("SELECT indexname FROM pg_indexes WHERE schemaname = 'columns'");
    for index in ["callbacks_open", "outbox_due", "users_by_agent"] {
        assert!(indexes.contains(index), "{indexes}");
    }
}

#[tokio::test]
async fn one_server_writes_at_a_time_and_a_newer_schema_is_refused() {
    let (_here, first) = place(&shared().url("alone"));
    let (_there, second) = place(&shared().url("alone"));
    let looked = Reader::open(&first).await.unwrap_err();
    assert!(matches!(looked, StoreError::DatabaseEmpty(_)), "{looked}");
    let store = open(&first).await;
    store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
    let told = refused(&second).await;
    assert!(matches!(told, StoreError::DatabaseInUse(_)), "{told}");
    assert!(told.to_string().contains("in use by another"));
    // Whoever only looks, or ends a callback by hand, is not kept out.
    let reader = Reader::open(&second).await.unwrap();
    let kept = reader.callbacks(false, 9).await.unwrap().remove(0).id;
    assert!(
        reader
            .callback_done(kept, contact(1).started())
            .await
            .unwrap()
    );
    store.close().await;
    drop(store);
    reopen(&second).await.close().await;
    shared().sql(
        "INSERT INTO alone._sqlx_migrations
             (version, description, success, checksum, execution_time)
         VALUES (99, 'to come', true, '\\x00', 0)",
    );
    let error = refused(&first).await;
    let newest = MIGRATIONS.iter().map(|m| m.version).max().unwrap();
    assert!(
        matches!(error, StoreError::Newer { found: 99, known, .. } if known == newest),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_is_lost_comes_again_and_whoever_lost_the_lock_does_not_write() {
    let (_here, first) = place(&shared().url("lost"));
    let (_there, second) = place(&shared().url("lost"));
    let store = open(&first).await;
    let cut = || {
        shared().sql(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
             JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory'
             WHERE l.objid = (hashtext('lost')::bigint & 4294967295)::oid",
        )
    };
    for n in 0..3 {
        assert_eq!(cut(), "t");
        store.record(contact(n), secs(0), started());
        let caller = format!("+453090182{n}");
        let wish = wish(n, Some(&caller), &caller);
        store.save_callback(wish).await.unwrap();
    }
    assert_eq!(wishes(&store).await, 3);
    let other = take(&second, cut).await;
    let refused = store.save_callback(wish(4, None, ANN)).await;
    assert!(refused.is_err());
    // It ended what the first left open.
    assert_eq!(wishes(&other).await, 3);
    other.close().await;
    store.save_callback(wish(5, None, ANN)).await.unwrap();
    assert_eq!(wishes(&store).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_silent_or_away_promises_fail_soon_and_nothing_else_is_lost() {
    let mut server = Postgres::start();
    let (_dir, place) = place(&server.url("away"));
    let store = open(&place).await;
    store.save_message(meta(1), speech(1)).await.unwrap();
    let limit = 2 * BUSY + Duration::from_secs(2);
    for n in 0..2 {
        match n {
            0 => server.freeze(),
            _ => server.stop(),
        }
        store.record(contact(n), secs(0), started());
        // Long enough for the record to be tried before the promise comes.
        tokio::time::sleep(Duration::from_millis(600)).await;
        let refused = tokio::time::timeout(limit, store.save_callback(wish(n, None, ANN)));
        refused.await.expect("sooner").unwrap_err();
        match n {
            0 => server.thaw(),
            _ => server.go_on(),
        }
        store.save_callback(wish(n, None, ANN)).await.unwrap();
    }
    store.flush().await.unwrap();
    for n in 0..2 {
        let (_, timeline) = store.reader().contact(contact(n)).await.unwrap().unwrap();
        assert_eq!(timeline.entries().len(), 1);
    }
    assert_eq!(store.dropped(), 0);
    store.close().await;
    drop(store);
    // Nothing was confirmed that is not there, and nothing is there twice.
    let store = reopen(&place).await;
    assert_eq!(wishes(&store).await, 1);
    assert_eq!(store.reader().messages(9).await.unwrap().len(), 1);
    store.close().await;
    server.stop();
}

#[tokio::test]
async fn a_commit_is_on_the_disk_whatever_the_server_thinks_and_odd_text_is_kept() {
    let url = format!("{}&options[synchronous_commit]=off", shared().url("sure"));
    let (_dir, place) = place(&url);
    let store = open(&place).await;
    let setting = store.change(|db| {
        Box::pin(async move {
            let commit = sql::query_scalar("SELECT current_setting('synchronous_commit')");
            Ok(commit.fetch_one(db).await?)
        })
    });
    let setting: String = setting.await.unwrap();
    assert_eq!(setting, "on");
    let odd = Event::Started {
        line: "support".into(),
        dialled: "1\u{0}0' OR ?1".into(),
        caller: crate::ids::PhoneNumber::new("\u{1f4de}"),
    };
    store.record(contact(1), secs(0), odd);
    let verdict = Verdict::CallerHungUp { stage: Stage::Menu };
    store.record(contact(1), secs(1), Event::Ended { verdict });
    store.flush().await.unwrap();
    let (row, timeline) = store.reader().contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(row.dialled, "1\u{fffd}0' OR ?1");
    assert_eq!(row.caller.reveal(), "\u{1f4de}");
    assert_eq!(timeline.entries().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_the_address_is_told_without_the_password() {
    let (_dir, wrong) = place("postgres://me:open-sesame@localhost/x?sslmode=perhaps");
    let told = refused(&wrong).await.to_string();
    assert!(told.starts_with("store.url: "), "{told}");
    assert!(!told.contains("sesame"), "{told}");
    let (dir, mut place) = place(&shared().url("unread"));
    let file = dir.path().join("password");
    if let Some(there) = &mut place.database {
        there.password_file = Some(file.clone());
    }
    let told = refused(&place).await.to_string();
    assert!(told.contains("password: No such file"), "{told}");
    std::fs::write(file, "open-sesame\n").unwrap();
    assert!(!format!("{place:?}").contains("sesame"));
    reopen(&place).await.close().await;
}
