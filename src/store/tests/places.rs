//! Places in line that a crash took away: who stood there is called back.

use std::time::Duration;

use super::promises::{contact, secs, started};
use crate::ids::Language;
use crate::menu::outcome::Reason;
use crate::record::timeline::Event;
use crate::record::verdict::Verdict;
use crate::store::{Reader, Recovered, Store, StoreError};

fn queued() -> Event {
    Event::Queued {
        queue: "people".into(),
        reason: Reason::Asked,
        language: Some(Language::new("de")),
    }
}

fn from(number: &str) -> Event {
    match started() {
        Event::Started { line, dialled, .. } => Event::Started {
            line,
            dialled,
            caller: crate::ids::PhoneNumber::new(number),
        },
        other => other,
    }
}

/// The lock goes with the last handle, wherever that is by now.
async fn opened(dir: &std::path::Path) -> (Store, Recovered) {
    loop {
        match Store::open(dir).await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
}

/// What a crash after these events leaves, and who is called back then.
async fn crash(events: &[(u64, Event)]) -> (Recovered, Reader, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for (at, event) in events {
        store.record(contact(1), secs(*at), event.clone());
    }
    store.flush().await.unwrap();
    store.close().await;
    drop(store);
    // Only the first start finds something to do.
    let mut found = Recovered::default();
    for start in 0..2 {
        let (store, recovered) = opened(dir.path()).await;
        store.close().await;
        drop(store);
        match start {
            0 => found = recovered,
            _ => assert_eq!(recovered, Recovered::default()),
        }
    }
    let reader = Reader::open(dir.path()).await.unwrap();
    (found, reader, dir)
}

#[tokio::test]
async fn who_waited_is_called_back_before_those_who_call_later() {
    let offered = Event::Offered {
        agent: "ann".into(),
    };
    let events = [(0, started()), (5, queued()), (9, offered)];
    let (found, reader, _dir) = crash(&events).await;
    assert_eq!((found.contacts, found.callbacks), (1, 1));
    let callbacks = reader.callbacks(false, 10).await.unwrap();
    let [callback] = &callbacks[..] else {
        panic!("{callbacks:?}");
    };
    assert_eq!(callback.number.reveal(), "+4930901820");
    assert_eq!(callback.queue, "people".into());
    assert_eq!(callback.language, Language::new("de"));
    assert_eq!(callback.asked, contact(1).started());
    let (row, timeline) = reader.contact(contact(1)).await.unwrap().unwrap();
    assert_eq!(row.verdict, Some(Verdict::ServerLost));
    let told = Event::CallbackStored {
        callback: callback.id,
        before: false,
    };
    assert!(timeline.entries().iter().any(|e| e.event == told));
}

#[tokio::test]
async fn who_did_not_wait_or_can_not_be_called_is_not() {
    let connected = Event::Connected {
        agent: "ann".into(),
    };
    for events in [
        vec![(0, started())],
        vec![(0, started()), (5, queued()), (9, connected)],
        vec![(0, from("anonymous")), (5, queued())],
    ] {
        let (found, reader, _dir) = crash(&events).await;
        assert_eq!((found.contacts, found.callbacks), (1, 0), "{events:?}");
        assert_eq!(reader.callbacks(true, 10).await.unwrap(), []);
    }
}
