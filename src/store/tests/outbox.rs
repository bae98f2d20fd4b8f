use super::super::*;
use super::promises::contact;
use crate::menu::outcome::Letter;

fn at(seconds: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + seconds * 1000)
}

fn hook(n: u32) -> OutboxMeta {
    OutboxMeta {
        contact: contact(n),
        line: "support".into(),
        node: "tell".into(),
        letter: Letter::Webhook {
            url: format!("https://crm.local:8443/accounts/4711{n}?x=1"),
            body: "{\"account\":\"4711\"}".to_owned(),
        },
        created: at(i64::from(n)),
        until: at(1000),
    }
}

#[tokio::test]
async fn a_follow_up_is_due_until_it_is_sent_and_then_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let first = store.save_letter(hook(1)).await.unwrap();
    let second = store.save_letter(hook(2)).await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.outbox_due(at(0), 9).await.unwrap(), []);
    let due = reader.outbox_due(at(5), 9).await.unwrap();
    assert_eq!(
        due.iter().map(|o| o.id).collect::<Vec<_>>(),
        [first, second]
    );
    assert_eq!(due[0].receiver, "https://crm.local:8443");
    assert_eq!(due[0].letter, Some(hook(1).letter));

    let later = Tried::Later {
        due: at(60),
        outcome: "no answer".to_owned(),
    };
    store.letter_tried(first, later, at(5)).await.unwrap();
    store
        .letter_tried(second, Tried::Sent, at(6))
        .await
        .unwrap();
    assert_eq!(reader.outbox_due(at(59), 9).await.unwrap(), []);
    // After a restart it is due as before.
    store.close().await;
    drop(store);
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let reader = store.reader();
    let due = reader.outbox_due(at(60), 9).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].id, due[0].attempts), (first, 1));
    let sent = reader.outbox(true, 9).await.unwrap().pop().unwrap();
    assert_eq!(
        (sent.id, sent.state.as_str(), sent.letter),
        (second, "sent", None)
    );
}

#[tokio::test]
async fn operators_have_one_tried_again_or_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let letter = store.save_letter(hook(1)).await.unwrap();
    let given_up = Tried::GivenUp {
        outcome: "answered with status 500".to_owned(),
    };
    store.letter_tried(letter, given_up, at(9)).await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.outbox_due(at(99), 9).await.unwrap(), []);
    assert!(reader.outbox_retry(letter, at(50), at(2000)).await.unwrap());
    let due = reader.outbox_due(at(50), 9).await.unwrap();
    assert_eq!((due[0].id, due[0].until), (letter, at(2000)));

    assert!(reader.outbox_drop(letter, at(51)).await.unwrap());
    assert!(!reader.outbox_drop(letter, at(51)).await.unwrap());
    assert!(!reader.outbox_retry(letter, at(52), at(2000)).await.unwrap());
    let dropped = reader.outbox(true, 9).await.unwrap().pop().unwrap();
    assert_eq!((dropped.state.as_str(), dropped.letter), ("dropped", None));
    // One that was on its way when it was dropped stays dropped.
    let later = Tried::Later {
        due: at(60),
        outcome: "no answer".to_owned(),
    };
    store.letter_tried(letter, later, at(55)).await.unwrap();
    assert_eq!(reader.outbox_due(at(99), 9).await.unwrap(), []);
}

#[tokio::test]
async fn one_that_can_not_be_kept_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    store.close().await;
    let kept = store.save_letter(hook(1)).await;
    assert!(matches!(kept, Err(StoreError::Closed)), "{kept:?}");
}
