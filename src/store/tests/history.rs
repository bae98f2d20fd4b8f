//! What is known of somebody who calls again.

use super::super::*;
use super::callbacks::{ANN, at, wish};
use super::promises::{contact, meta, secs};
use crate::ids::PhoneNumber;
use crate::record::customer::MAX_PAST;
use crate::record::verdict::Verdict;

fn call(store: &Store, n: u32, caller: &str, more: Vec<Event>) {
    let started = Event::Started {
        line: "support".into(),
        dialled: "100".into(),
        caller: PhoneNumber::new(caller),
    };
    let ended = Event::Ended {
        verdict: Verdict::AgentEnded {
            agent: "ann".into(),
        },
    };
    let events = std::iter::once(started).chain(more).chain([ended]);
    for (s, event) in (0..).zip(events) {
        store.record(contact(n), secs(s), event);
    }
}

fn wrote(code: Option<&str>, note: &str) -> Event {
    Event::WrappedUp {
        agent: "ann".into(),
        code: code.map(str::to_owned),
        note: Some(note.to_owned()),
    }
}

fn judged(answer: u8) -> Event {
    Event::Judged {
        survey: "rate".into(),
        question: "kind".to_owned(),
        answer,
        low: 1,
        high: 5,
    }
}

#[tokio::test]
async fn earlier_contacts_and_what_is_owed_are_known_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    for n in 1..9 {
        call(&store, n, ANN, vec![]);
    }
    let said = vec![
        Event::Connected {
            agent: "ann".into(),
        },
        judged(4),
        judged(2),
        wrote(Some("promised"), "asks for\na new router"),
        wrote(None, "was sent"),
    ];
    call(&store, 9, ANN, said);
    call(
        &store,
        10,
        "+4511111111",
        vec![wrote(None, "of somebody else")],
    );
    store.flush().await.unwrap();
    let mut left = meta(9);
    left.caller = Some(PhoneNumber::new(ANN));
    store.save_message(left, vec![9; 16_000]).await.unwrap();
    store.save_callback(wish(9, Some(ANN), ANN)).await.unwrap();

    let ann = PhoneNumber::new(ANN);
    let known = store.reader().history(&ann, contact(11)).await.unwrap();
    assert_eq!(known.past.len(), MAX_PAST);
    let newest = &known.past[0];
    assert_eq!(newest.contact, contact(9));
    assert_eq!(newest.ended.as_deref(), Some("agent_ended"));
    assert_eq!(newest.code.as_deref(), Some("promised"));
    assert_eq!(newest.note.as_deref(), Some("was sent"));
    assert_eq!(newest.rated, Some((2, 5)));
    let owed: Vec<(&str, Wall)> = known.owed.iter().map(|o| (&*o.what, o.since)).collect();
    assert_eq!(
        owed,
        [("callback", at(9)), ("message", contact(9).started())]
    );
    // What is done is not owed, and a contact does not know what comes after it.
    let callback = store.reader().callbacks(false, 9).await.unwrap().remove(0);
    assert!(
        store
            .reader()
            .callback_done(callback.id, at(50))
            .await
            .unwrap()
    );
    let known = store.reader().history(&ann, contact(2)).await.unwrap();
    assert_eq!(known.past.len(), 1);
    assert_eq!(known.owed.len(), 1);
    let nobody = PhoneNumber::new("+4522222222");
    let known = store.reader().history(&nobody, contact(99)).await.unwrap();
    assert_eq!((known.past.len(), known.owed.len()), (0, 0));
}
