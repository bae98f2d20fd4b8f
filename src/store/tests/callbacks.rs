use super::super::*;
use super::promises::contact;
use crate::ids::{Language, PhoneNumber};
use crate::menu::outcome::Slot;
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
        wished: at(i64::from(n)),
        slot: None,
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

fn at_time(n: u32, caller: &str, due: i64) -> CallbackMeta {
    CallbackMeta {
        slot: Some(Slot {
            due: at(due),
            length: Duration::from_secs(30 * 60),
            each: 2,
        }),
        ..wish(n, Some(caller), caller)
    }
}

#[tokio::test]
async fn as_many_callbacks_are_due_at_a_time_as_there_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let (ben, eve) = ("+4511111111", "+4522222222");
    let first = store.save_callback(at_time(1, ANN, 600)).await.unwrap();
    // Several at once are kept in one transaction: the one that is too many takes nobody along.
    let (second, third, soon) = tokio::join!(
        store.save_callback(at_time(2, ben, 600)),
        store.save_callback(at_time(3, eve, 600)),
        store.save_callback(wish(4, Some(eve), eve)),
    );
    let second = second.unwrap();
    assert!(matches!(third, Err(StoreError::SlotTaken)), "{third:?}");
    assert_eq!(soon.unwrap().since, None);

    let reader = store.reader();
    let due = async |from, to| {
        let mut due = reader
            .callbacks_due(&"people".into(), at(from), at(to))
            .await
            .unwrap();
        due.sort();
        due
    };
    assert_eq!(due(600, 630).await, [at(600), at(600)]);
    assert_eq!(due(0, 600).await, [at(4)]);
    assert_eq!(
        reader
            .callbacks_due(&"sales".into(), at(0), at(999))
            .await
            .unwrap(),
        []
    );
    let row = reader.callback(first.callback).await.unwrap().unwrap();
    assert_eq!(
        (row.asked, row.due, row.until),
        (at(1), at(600), Some(at(630)))
    );

    // Whose own time it is may choose it again, and another one; then there is room.
    let again = store.save_callback(at_time(5, ben, 600)).await.unwrap();
    assert_eq!(
        (again.callback, again.since),
        (second.callback, Some(at(2)))
    );
    store.save_callback(at_time(6, ben, 700)).await.unwrap();
    assert_eq!(due(600, 800).await, [at(600), at(700)]);
    store.save_callback(at_time(7, eve, 600)).await.unwrap();
    assert_eq!(due(0, 800).await, [at(600), at(600), at(700)]);
    // Who does not want to wait for it any more is due at once, at the place that they have.
    store.save_callback(wish(8, Some(ANN), ANN)).await.unwrap();
    let row = reader.callback(first.callback).await.unwrap().unwrap();
    assert_eq!((row.asked, row.due, row.until), (at(1), at(8), None));
    // What is over takes no room.
    assert!(reader.callback_done(again.callback, at(9)).await.unwrap());
    assert_eq!(due(0, 800).await, [at(8), at(600)]);
}
