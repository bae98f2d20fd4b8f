//! Attempts to call somebody back.

use std::time::Duration;

use super::super::*;
use super::callbacks::{ANN, at, wish};
use crate::ids::{LineName, PhoneNumber};
use crate::record::timeline::CallbackId;

async fn row(store: &Store, id: CallbackId) -> CallbackRow {
    store.reader().callback(id).await.unwrap().unwrap()
}

fn begun() -> Attempt {
    Attempt::Begun {
        agent: "anna".into(),
    }
}

fn failed(due: Wall) -> Attempt {
    Attempt::Failed {
        outcome: "busy".to_owned(),
        due,
        most: 2,
    }
}

#[tokio::test]
async fn attempts_are_counted_spaced_and_come_to_an_end_that_stays_visible() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let kept = store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
    let id = kept.callback;
    store.attempt(id, begun(), at(2)).await.unwrap();
    let calling = row(&store, id).await;
    assert_eq!((calling.state.as_str(), calling.attempts), ("calling", 1));
    assert_eq!(calling.agent, Some("anna".into()));
    store.attempt(id, failed(at(17)), at(2)).await.unwrap();
    let open = row(&store, id).await;
    assert_eq!((open.state.as_str(), open.due), ("open", at(17)));
    assert_eq!(open.outcome.as_deref(), Some("busy"));
    // What the agent called off does not count.
    store.attempt(id, begun(), at(17)).await.unwrap();
    store.attempt(id, Attempt::CalledOff, at(17)).await.unwrap();
    assert_eq!(row(&store, id).await.attempts, 1);
    store.attempt(id, begun(), at(18)).await.unwrap();
    store.attempt(id, failed(at(33)), at(18)).await.unwrap();
    assert_eq!(row(&store, id).await.state, "unreached");
    let listed = store.reader().callbacks(false, 9).await.unwrap();
    assert_eq!(listed.len(), 1, "{listed:?}");
    // What is over is not changed, and a new wish is a new one.
    store.attempt(id, Attempt::Done, at(40)).await.unwrap();
    assert_eq!(row(&store, id).await.state, "unreached");
    let again = store.save_callback(wish(2, Some(ANN), ANN)).await.unwrap();
    assert_ne!(again.callback, id);
    assert!(store.reader().callback_done(id, at(50)).await.unwrap());
}

#[tokio::test]
async fn what_happened_before_it_was_asked_for_anew_does_not_end_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let id = store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
    let id = id.callback;
    store.attempt(id, begun(), at(2)).await.unwrap();
    store.attempt(id, begun(), at(3)).await.unwrap();
    // The disk takes it late: the promise of then stands by now.
    let again = store.save_callback(wish(9, Some(ANN), ANN)).await.unwrap();
    assert_eq!(again.callback, id);
    for late in [Attempt::Cancelled, Attempt::Done, failed(at(20))] {
        store.attempt(id, late, at(8)).await.unwrap();
        let state = row(&store, id).await.state;
        assert!(matches!(state.as_str(), "open" | "calling"), "{state}");
    }
    assert_eq!(row(&store, id).await.due, at(20));
    store.attempt(id, Attempt::Cancelled, at(9)).await.unwrap();
    assert_eq!(row(&store, id).await.state, "cancelled");
}

#[tokio::test]
async fn what_was_under_way_when_the_server_was_lost_is_open_again() {
    let dir = tempfile::tempdir().unwrap();
    let id = {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let kept = store.save_callback(wish(1, Some(ANN), ANN)).await.unwrap();
        store.attempt(kept.callback, begun(), at(2)).await.unwrap();
        store.close().await;
        kept.callback
    };
    // The lock goes with the last handle.
    let opened = async || loop {
        match Store::open(dir.path()).await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap().0,
        }
    };
    let store = opened().await;
    let open = row(&store, id).await;
    assert_eq!((open.state.as_str(), open.attempts), ("open", 1));
    let (line, ann) = (LineName::new("support"), PhoneNumber::new(ANN));
    let found = store.reader().open_callback(&line, &ann).await.unwrap();
    assert_eq!(found.map(|r| r.id), Some(id));
    store.attempt(id, Attempt::Cancelled, at(3)).await.unwrap();
    let found = store.reader().open_callback(&line, &ann).await.unwrap();
    assert_eq!(found, None);
}
