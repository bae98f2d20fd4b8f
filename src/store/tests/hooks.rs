//! Webhooks are fed from the record, each event once.

use super::super::hooks::{Fed, PREFIX};
use super::super::*;
use super::promises::contact;
use crate::config::{Secret, Webhook};
use crate::ids::PhoneNumber;
use crate::menu::outcome::Letter;
use crate::record::verdict::{Stage, Verdict};

fn at(seconds: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + seconds * 1000)
}

fn hook(name: &str, events: &[&str], numbers: bool) -> Webhook {
    Webhook {
        name: name.to_owned(),
        url: format!("https://{name}.example/x"),
        events: events.iter().map(|e| (*e).to_owned()).collect(),
        secret: Secret::new("0123456789abcdef"),
        numbers,
    }
}

async fn call(store: &Store, n: u32) {
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new("+4530901820"),
    };
    let ended = Event::Ended {
        verdict: Verdict::CallerHungUp { stage: Stage::Menu },
    };
    store.record(contact(n), Duration::ZERO, started);
    store.record(contact(n), Duration::from_secs(1), Event::Answered);
    store.record(contact(n), Duration::from_secs(2), ended);
    store.flush().await.unwrap();
}

async fn bodies(store: &Store) -> Vec<(String, String)> {
    let mut rows = store.reader().outbox(true, 100).await.unwrap();
    rows.sort_by_key(|r| r.id);
    let told = rows.into_iter().map(|r| match r.letter {
        Some(Letter::Webhook { body, .. }) => (r.node.to_string(), body),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[tokio::test]
async fn each_event_is_told_once_also_over_a_restart_and_not_those_of_before() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    call(&store, 1).await;
    let hooks = vec![
        hook("crm", &["contact.begun", "contact.ended"], true),
        hook("board", &["contact.ended"], false),
    ];
    let feed = async |store: &Store| store.feed_webhooks(hooks.clone(), at(9), at(99)).await;
    assert_eq!(feed(&store).await.unwrap(), Fed::default());
    call(&store, 2).await;
    assert_eq!(feed(&store).await.unwrap().letters, 3);
    assert_eq!(feed(&store).await.unwrap().letters, 0);
    store.close().await;
    drop(store);
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert_eq!(feed(&store).await.unwrap().letters, 0);
    call(&store, 3).await;
    assert_eq!(feed(&store).await.unwrap().letters, 3);
    let told = bodies(&store).await;
    let names: Vec<&str> = told
        .iter()
        .map(|(n, _)| n.strip_prefix(PREFIX).unwrap())
        .collect();
    assert_eq!(names, ["crm", "crm", "board", "crm", "crm", "board"]);
    for (name, body) in &told {
        let clear = body.contains("+4530901820");
        assert_eq!(clear, name.ends_with("crm"), "{body}");
    }
    // While there was none nobody looked.
    call(&store, 4).await;
    store.begin_webhooks().await.unwrap();
    assert_eq!(feed(&store).await.unwrap().letters, 0);
    let last: serde_json::Value = serde_json::from_str(&told[5].1).unwrap();
    assert_eq!(last["event"], "contact.ended");
    assert_eq!(last["contact"]["contact"], contact(3).to_string());
    assert_eq!(last["contact"]["verdict"], "caller_hung_up");
}

#[tokio::test]
async fn a_call_that_a_crash_ended_is_told_of_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let hooks = vec![hook("crm", &["contact.ended"], false)];
    store
        .feed_webhooks(hooks.clone(), at(0), at(9))
        .await
        .unwrap();
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new("1"),
    };
    store.record(contact(1), Duration::ZERO, started);
    store.flush().await.unwrap();
    // The next start closes what is open.
    store.close().await;
    drop(store);
    let (store, _) = Store::open(dir.path()).await.unwrap();
    assert_eq!(
        store
            .feed_webhooks(hooks, at(1), at(9))
            .await
            .unwrap()
            .letters,
        1
    );
    assert!(bodies(&store).await[0].1.contains("server_lost"));
}

#[tokio::test]
async fn what_is_no_contacts_is_told_to_those_who_want_it() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let hooks = vec![hook("board", &["queue.threshold"], false)];
    let data = serde_json::json!({ "queue": "support", "state": "raised" });
    let told = store.tell_webhooks(
        hooks,
        "queue.threshold",
        "support".into(),
        data,
        at(9),
        at(99),
    );
    told.await.unwrap();
    let told = bodies(&store).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, format!("{PREFIX}board"));
    let body: serde_json::Value = serde_json::from_str(&told[0].1).unwrap();
    assert_eq!(
        (&body["event"], &body["data"]["state"]),
        (
            &serde_json::json!("queue.threshold"),
            &serde_json::json!("raised")
        )
    );
}
