//! Messages are handed on once, with the way that the caller came.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::deliver::{PREFIX, Receiver, Receivers};
use super::super::*;
use super::promises::{contact, meta, secs, speech, started};
use crate::config::{Secret, Webhook};
use crate::menu::outcome::{Letter, Reason};

const NUMBER: &str = "+4930901820";

fn receivers() -> Receivers {
    let hook = Webhook {
        name: "crm".to_owned(),
        url: "https://crm.example/x".to_owned(),
        events: Vec::new(),
        secret: Secret::new("0123456789abcdef"),
        numbers: false,
    };
    let to = vec![
        Receiver::Mail("team@example.org".to_owned()),
        Receiver::Hook(hook),
    ];
    Arc::new(BTreeMap::from([("people".into(), to)]))
}

fn after(seconds: i64) -> Wall {
    Wall::from_unix_millis(contact(0).started().unix_millis() + seconds * 1000)
}

async fn hand_on(store: &Store, seconds: i64) -> usize {
    let done = store.deliver_messages(receivers(), after(seconds), after(99_999));
    done.await.unwrap()
}

#[tokio::test]
async fn each_message_goes_once_to_all_to_whom_its_queues_go() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let reader = store.reader();
    assert!(!reader.has_undelivered().await.unwrap());
    let mut elsewhere = meta(2);
    elsewhere.queue = Some("sales".into());
    store.save_message(elsewhere, speech(1)).await.unwrap();
    let mine = store.save_message(meta(1), speech(2)).await.unwrap();
    // The record is behind: the way is waited for, though not for ever.
    assert_eq!(hand_on(&store, 5).await, 0);
    assert!(reader.has_undelivered().await.unwrap());
    store.record(contact(1), secs(0), started());
    let queued = Event::Queued {
        queue: "people".into(),
        reason: Reason::Silence,
        language: None,
    };
    store.record(contact(1), secs(3), queued);
    store.flush().await.unwrap();
    assert_eq!(hand_on(&store, 6).await, 2);
    assert_eq!(hand_on(&store, 7).await, 0);
    assert!(!reader.has_undelivered().await.unwrap());
    // Nor once more after a restart.
    store.close().await;
    drop((store, reader));
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert_eq!(hand_on(&store, 8).await, 0);

    let mut letters = store.reader().outbox(true, 9).await.unwrap();
    letters.sort_by_key(|l| l.id);
    assert_eq!(letters.len(), 2);
    let Some(Letter::Mail { to, subject, text }) = &letters[0].letter else {
        panic!("{letters:?}");
    };
    assert_eq!(letters[0].node.as_str(), format!("{PREFIX}{mine}"));
    assert_eq!(to, "team@example.org");
    assert_eq!(subject, "A caller left a message for people");
    for part in [NUMBER, "0:02", "to queue people: silence"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let Some(Letter::Webhook { url, body }) = &letters[1].letter else {
        panic!("{letters:?}");
    };
    assert_eq!(
        (url.as_str(), letters[1].node.as_str()),
        ("https://crm.example/x", "webhook:crm")
    );
    assert!(!body.contains(NUMBER), "{body}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body["message"]["audio"],
        format!("/api/v1/messages/{mine}/audio")
    );
    assert_eq!(body["contact"]["timeline"][1]["event"], "queued");
}

#[tokio::test]
async fn what_nothing_more_is_known_of_is_handed_on_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.save_message(meta(1), speech(1)).await.unwrap();
    assert_eq!(hand_on(&store, 59).await, 0);
    assert_eq!(hand_on(&store, 61).await, 2);
}
