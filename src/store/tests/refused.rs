//! A disk that refuses for a while.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};

use super::super::*;
use super::promises::{contact, meta, speech};
use crate::ids::{Language, PhoneNumber};

fn wish() -> CallbackMeta {
    let number = PhoneNumber::new("+4530901820");
    CallbackMeta {
        contact: contact(1),
        line: "support".into(),
        queue: "people".into(),
        caller: Some(number.clone()),
        number,
        language: Language::new("da"),
        asked: Wall::from_unix_millis(1_795_000_000_000),
        wished: Wall::from_unix_millis(1_795_000_000_000),
        slot: None,
        needs: std::collections::BTreeMap::new(),
        priority: 0,
    }
}

fn started() -> Event {
    Event::Started {
        line: "support".into(),
        dialled: "100".into(),
        caller: PhoneNumber::new("+4930901820"),
    }
}

#[tokio::test]
async fn while_another_process_writes_promises_fail_soon_and_nothing_else_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let options = SqliteConnectOptions::new().filename(dir.path().join(DATABASE));
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    store.record(contact(1), Duration::ZERO, started());
    // Long enough for the record to be tried before the promise comes.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let limit = 2 * BUSY + Duration::from_secs(2);
    for _ in 0..2 {
        let refused = tokio::time::timeout(limit, store.save_callback(wish())).await;
        let refused = refused.expect("sooner").unwrap_err();
        assert!(refused.to_string().contains("locked"), "{refused}");
    }
    other.execute("ROLLBACK").await.unwrap();
    let kept = store.save_callback(wish()).await.unwrap();
    assert_eq!(kept.since, None);
    store.flush().await.unwrap();
    let (_, timeline) = store.reader().contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(timeline.entries().len(), 1);
    assert_eq!(store.dropped(), 0);
}

#[tokio::test]
async fn a_database_that_is_not_where_it_was_keeps_no_promise() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.save_callback(wish()).await.unwrap();
    // Either of its files: what is in the log is nowhere else yet.
    for name in [DATABASE, "zeroline.db-wal"] {
        let (here, there) = (dir.path().join(name), dir.path().join("away"));
        std::fs::rename(&here, &there).unwrap();
        let refused = store.save_callback(wish()).await.unwrap_err();
        assert!(refused.to_string().contains("put it back"), "{refused}");
        // Nor does another in its place.
        std::fs::copy(&there, &here).unwrap();
        let refused = store.save_message(meta(1), speech(1)).await.unwrap_err();
        assert!(refused.to_string().contains(name), "{refused}");
        std::fs::rename(&there, &here).unwrap();
        store.save_callback(wish()).await.unwrap();
    }
    store.flush().await.unwrap();
}
