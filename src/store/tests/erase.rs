//! What is kept of one caller goes, and of nobody else.

use super::promises::{contact, meta, secs};
use crate::ids::{ContactId, Language, PhoneNumber};
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};
use crate::store::audit::{Deed, DeedFilter};
use crate::store::erase::{Erasure, Writings};
use crate::store::recordings::{TalkEnd, TalkFilter, TalkMeta};
use crate::store::rows::ContactFilter;
use crate::store::{CallbackMeta, MessageMeta, Store};

const ANN: &str = "+4530901820";
const BOB: &str = "+4530907744";

fn deed() -> Deed {
    Deed {
        at: contact(0).started(),
        who: "admin".to_owned(),
        role: "admin".to_owned(),
        source: "test".to_owned(),
        deed: "caller.erase".to_owned(),
        target: String::new(),
        detail: None,
    }
}

async fn call(store: &Store, n: u32, caller: &str, over: bool) {
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new(caller),
    };
    store.record(contact(n), secs(0), started);
    if over {
        let verdict = Verdict::CallerHungUp { stage: Stage::Menu };
        store.record(contact(n), secs(9), Event::Ended { verdict });
    }
    store.flush().await.unwrap();
}

async fn talk(store: &Store, n: u32) {
    let meta = TalkMeta {
        contact: contact(n),
        number: 1,
        queue: "people".into(),
        agent: "anna".into(),
        agreed: true,
        began: contact(n).started(),
    };
    let begun = store.begin_talk(meta).await.unwrap();
    store.end_talk(&begun, TalkEnd::default()).await.unwrap();
}

async fn left(store: &Store) -> Vec<ContactId> {
    let rows = store.reader().contacts(&ContactFilter::default(), 99).await;
    let mut ids: Vec<_> = rows.unwrap().iter().map(|c| c.id).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn all_of_one_caller_goes_and_what_is_owed_only_if_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for (n, caller) in [(0, ANN), (1, BOB), (2, ANN), (3, ANN)] {
        call(&store, n, caller, n != 3).await;
    }
    talk(&store, 0).await;
    talk(&store, 1).await;
    let message = MessageMeta {
        contact: contact(2),
        caller: Some(PhoneNumber::new(ANN)),
        ..meta(2)
    };
    store.save_message(message, vec![1; 8_000]).await.unwrap();
    let wish = CallbackMeta {
        contact: contact(2),
        line: "support".into(),
        queue: "people".into(),
        caller: Some(PhoneNumber::new(ANN)),
        number: PhoneNumber::new(ANN),
        language: Language::new("da"),
        asked: contact(2).started(),
        wished: contact(2).started(),
        slot: None,
        needs: std::collections::BTreeMap::new(),
        priority: 0,
    };
    store.save_callback(wish).await.unwrap();
    let ann = PhoneNumber::new(ANN);
    // Told first, and nothing changed.
    let free = Erasure {
        contacts: 1,
        recordings: 1,
        kept: 2,
        ..Erasure::default()
    };
    let told = store.erase_caller(&ann, false, true, deed()).await.unwrap();
    assert_eq!(told, free);
    assert_eq!(left(&store).await.len(), 4);
    let done = store
        .erase_caller(&ann, false, false, deed())
        .await
        .unwrap();
    assert_eq!(done, free);
    assert_eq!(left(&store).await, [contact(1), contact(2), contact(3)]);
    // What is owed as well; the call that goes on stays.
    let done = store.erase_caller(&ann, true, false, deed()).await.unwrap();
    assert_eq!(
        (done.contacts, done.messages, done.callbacks, done.kept),
        (1, 1, 1, 1)
    );
    assert_eq!(left(&store).await, [contact(1), contact(3)]);
    assert!(store.reader().messages(9).await.unwrap().is_empty());
    let talks = store
        .reader()
        .talks(&TalkFilter::default(), 9)
        .await
        .unwrap();
    assert_eq!(
        talks.iter().map(|t| t.contact).collect::<Vec<_>>(),
        [contact(1)]
    );
    let files = |folder: &str| {
        let all = std::fs::read_dir(dir.path().join(folder)).unwrap();
        all.filter(|e| e.as_ref().is_ok_and(|e| e.path().is_file()))
            .count()
    };
    assert_eq!((files("messages"), files("recordings")), (0, 1));
    // Who did it, how much it was, and not whose it was.
    let deeds = store
        .reader()
        .deeds(&DeedFilter::default(), 9)
        .await
        .unwrap();
    let erasures: Vec<_> = deeds
        .iter()
        .filter(|d| d.deed.deed == "caller.erase")
        .collect();
    assert_eq!(erasures.len(), 2);
    for d in &deeds {
        let told = format!("{} {:?}", d.deed.target, d.deed.detail);
        assert!(!told.contains("30901820"), "{told}");
    }
    assert!(
        erasures[1]
            .deed
            .detail
            .as_deref()
            .unwrap()
            .contains("1 recordings")
    );
}

#[tokio::test]
async fn a_caller_is_found_however_their_number_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for (n, caller) in [
        (0, ANN),
        (1, "30901820"),
        (2, "004530901820"),
        (3, BOB),
        (4, "anna"),
    ] {
        call(&store, n, caller, true).await;
    }
    let reader = store.reader();
    let asked = PhoneNumber::new("+45 30 90 18 20");
    let Writings::Found(mut found) = reader.writings(&asked).await.unwrap() else {
        panic!("it is one number");
    };
    found.sort_by(|a, b| a.reveal().cmp(b.reveal()));
    let shown: Vec<&str> = found.iter().map(PhoneNumber::reveal).collect();
    assert_eq!(shown, [ANN, "004530901820", "30901820"]);
    let told = store
        .erase_written(&found, false, true, &deed())
        .await
        .unwrap();
    assert_eq!((told.contacts, left(&store).await.len()), (3, 5));
    let done = store
        .erase_written(&found, false, false, &deed())
        .await
        .unwrap();
    assert_eq!(done.contacts, 3);
    assert_eq!(left(&store).await, [contact(3), contact(4)]);
    // Of two countries: nobody guesses.
    call(&store, 5, "+4730907744", true).await;
    let national = PhoneNumber::new("30907744");
    let several = reader.writings(&national).await.unwrap();
    assert!(
        matches!(&several, Writings::Several(all) if all.len() == 2),
        "{several:?}"
    );
}
