//! What is old goes, what is owed stays, and that it went is written down.

use std::path::Path;

use super::promises::{contact, meta, secs};
use crate::config::Retention;
use crate::ids::{ContactId, Language, PhoneNumber};
use crate::now::Wall;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};
use crate::store::audit::{Deed, DeedFilter};
use crate::store::people::Changed;
use crate::store::rows::ContactFilter;
use crate::store::tasks::{TaskFilter, TaskHand, TaskStep};
use crate::store::{CallbackMeta, Removed, Store};

const NUMBER: &str = "+4530901820";

fn later(days: i64) -> Wall {
    Wall::from_unix_millis(contact(0).started().unix_millis() + days * 86_400_000)
}

fn days(n: u64) -> Option<std::time::Duration> {
    Some(secs(n * 86_400))
}

/// A contact that began so many days after the first.
fn on_day(day: i64) -> ContactId {
    ContactId::new(later(day), u32::try_from(day).unwrap_or(0))
}

async fn call(store: &Store, id: ContactId) {
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new(NUMBER),
    };
    let verdict = Verdict::CallerHungUp { stage: Stage::Menu };
    store.record(id, secs(0), started);
    store.record(id, secs(9), Event::Ended { verdict });
    store.flush().await.unwrap();
}

async fn here(store: &Store) -> Vec<ContactId> {
    let rows = store.reader().contacts(&ContactFilter::default(), 99).await;
    rows.unwrap().iter().map(|c| c.id).collect()
}

/// Whether these letters stand anywhere in the database or its log.
fn on_the_disk(dir: &Path, letters: &str) -> bool {
    ["zeroline.db", "zeroline.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(dir.join(file)).unwrap_or_default();
        let letters = letters.as_bytes();
        bytes.windows(letters.len()).any(|w| w == letters)
    })
}

#[tokio::test]
async fn contacts_go_with_all_that_happened_to_them_and_nothing_of_it_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    call(&store, on_day(0)).await;
    // Where the database is elsewhere, so are its files.
    let file = dir.path().join("zeroline.db").exists();
    assert_eq!(on_the_disk(dir.path(), NUMBER), file);
    let ages = Retention {
        contacts: days(30),
        ..Retention::default()
    };
    assert_eq!(
        store.forget(&ages, later(29)).await.unwrap(),
        Removed::default()
    );
    let removed = store.forget(&ages, later(31)).await.unwrap();
    assert_eq!(removed.contacts, 1);
    assert!(here(&store).await.is_empty());
    assert!(!on_the_disk(dir.path(), NUMBER));
    let told = store
        .reader()
        .deeds(&DeedFilter::default(), 9)
        .await
        .unwrap();
    let told = &told.first().unwrap().deed;
    assert_eq!(
        (told.deed.as_str(), told.target.as_str()),
        ("retention.remove", "contacts")
    );
    let detail = told.detail.as_deref().unwrap();
    assert!(detail.starts_with("1 from before "), "{detail}");
}

#[tokio::test]
async fn what_is_owed_stays_however_old() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for day in 0..3 {
        call(&store, on_day(day)).await;
    }
    // Goes on.
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new(NUMBER),
    };
    store.record(on_day(3), secs(0), started);
    let number = PhoneNumber::new(NUMBER);
    let wish = CallbackMeta {
        contact: on_day(0),
        line: "support".into(),
        queue: "people".into(),
        caller: Some(number.clone()),
        number,
        language: Language::new("en"),
        asked: later(0),
        wished: later(0),
        slot: None,
        needs: std::collections::BTreeMap::new(),
        priority: 0,
    };
    store.save_callback(wish).await.unwrap();
    let mut left = meta(1);
    left.contact = on_day(1);
    store.save_message(left, vec![9; 16_000]).await.unwrap();
    let ages = Retention {
        contacts: days(1),
        messages: days(1),
        recordings: days(1),
        audit: days(1),
    };
    let removed = store.forget(&ages, later(900)).await.unwrap();
    assert_eq!((removed.contacts, removed.messages), (1, 0));
    assert_eq!(here(&store).await, [on_day(3), on_day(1), on_day(0)]);
}

#[tokio::test]
async fn a_message_that_is_done_goes_with_its_voice() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    call(&store, contact(1)).await;
    store.save_message(meta(1), vec![9; 16_000]).await.unwrap();
    let all = TaskFilter {
        all: true,
        ..TaskFilter::default()
    };
    let voices = || {
        std::fs::read_dir(dir.path().join("messages"))
            .unwrap()
            .count()
    };
    assert_eq!(voices(), 1);
    let ages = Retention {
        messages: days(7),
        ..Retention::default()
    };
    assert_eq!(
        store.forget(&ages, later(99)).await.unwrap(),
        Removed::default()
    );
    let task = store.reader().tasks(&all, 9).await.unwrap().remove(0);
    done(&store, task.id, later(1)).await;
    assert_eq!(
        store.forget(&ages, later(7)).await.unwrap(),
        Removed::default()
    );
    assert_eq!(store.forget(&ages, later(9)).await.unwrap().messages, 1);
    assert_eq!(voices(), 0);
    assert!(store.reader().messages(9).await.unwrap().is_empty());
    assert!(store.reader().tasks(&all, 9).await.unwrap().is_empty());
    // The contact is kept as long as contacts are, and the next start finds nothing to mend.
    store.close().await;
    drop(store);
    let (store, found) = Store::open(dir.path()).await.unwrap();
    assert_eq!(found.messages, 0);
    assert_eq!(here(&store).await, [contact(1)]);
}

async fn done(store: &Store, task: i64, at: Wall) {
    let deed = Deed {
        at,
        who: "ann".to_owned(),
        role: "agent".to_owned(),
        source: "192.0.2.1".to_owned(),
        deed: "task.done".to_owned(),
        target: format!("task {task}"),
        detail: None,
    };
    for step in [TaskStep::Take, TaskStep::Done] {
        let stepped = store
            .step_task(task, None, step, TaskHand::default(), deed.clone())
            .await;
        assert!(matches!(stepped.unwrap(), Changed::Made(Ok(_))));
    }
}
