use super::super::*;
use super::promises::contact;
use crate::ids::{Language, PhoneNumber};
use crate::record::verdict::Verdict;

pub(super) fn at(minutes: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + minutes * 60_000)
}

pub(super) fn wish(n: u32, caller: Option<&str>, number: &str) -> CallbackMeta {
    CallbackMeta {
        contact: contact(n),
        line: "support".into(),
        queue: "people".into(),
        caller: caller.map(PhoneNumber::new),
        number: PhoneNumber::new(number),
        language: Language::new("da"),
        asked: at(i64::from(n)),
        needs: std::collections::BTreeMap::new(),
        priority: 0,
    }
}

pub(super) const ANN: &str = "+4530901820";

#[tokio::test]
async fn one_open_callback_per_caller_and_line_with_the_latest_number() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let first = store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
    assert_eq!(first.since, None);
    let again = store
        .save_callback(wish(2, Some(ANN), "+4511111111"))
        .await
        .unwrap();
    assert_eq!((again.callback, again.since), (first.callback, Some(at(1))));
    // Other lines and other callers have their own.
    let mut elsewhere = wish(3, Some(ANN), ANN);
    elsewhere.line = "sales".into();
    let other = store.save_callback(elsewhere).await.unwrap();
    let withheld = store.save_callback(wish(4, None, ANN)).await.unwrap();
    assert_eq!((other.since, withheld.since), (None, None));

    let reader = store.reader();
    let rows = reader.callbacks(false, 9).await.unwrap();
    let numbers: Vec<&str> = rows.iter().map(|r| r.number.reveal()).collect();
    assert_eq!(numbers, ["+4511111111", ANN, ANN]);
    assert_eq!(rows[0].contact, contact(2));
    assert_eq!((rows[0].asked, rows[0].attempts), (at(1), 0));

    // When it is done, a new wish is a new one.
    assert!(reader.callback_done(first.callback, at(5)).await.unwrap());
    assert!(!reader.callback_done(first.callback, at(5)).await.unwrap());
    let new = store.save_callback(wish(6, Some(ANN), ANN)).await.unwrap();
    assert!(new.callback != first.callback && new.since.is_none());
}

#[tokio::test]
async fn what_is_promised_survives_and_one_that_can_not_be_kept_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let kept = {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let started = Event::Started {
            line: "support".into(),
            dialled: "100".into(),
            caller: PhoneNumber::new(ANN),
        };
        store.record(contact(1), Duration::ZERO, started);
        store.flush().await.unwrap();
        let kept = store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
        store.close().await; // the call never ended
        kept.callback
    };
    let (store, recovered) = Store::open(dir.path()).await.unwrap();
    assert_eq!(recovered.contacts, 1);
    let (row, _) = store.reader().contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(
        row.verdict,
        Some(Verdict::CallbackStored { callback: kept })
    );
    assert_eq!(row.containment.as_deref(), Some("promised"));

    store.close().await;
    assert!(matches!(
        store.save_callback(wish(2, Some(ANN), ANN)).await,
        Err(StoreError::Closed)
    ));
}

#[tokio::test]
async fn who_may_await_a_call_is_known_without_asking_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (line, other) = ("support".into(), "sales".into());
    let (ann, ben) = (PhoneNumber::new(ANN), PhoneNumber::new("+4511111111"));
    assert!(!store.may_await_call(&line, &ann));
    store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
    store
        .save_callback(wish(2, None, "+4511111111"))
        .await
        .unwrap();
    assert!(store.may_await_call(&line, &ann));
    assert!(!store.may_await_call(&line, &ben) && !store.may_await_call(&other, &ann));
    // The next start knows it as well.
    store.close().await;
    drop(store);
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert!(store.may_await_call(&line, &ann));
}
