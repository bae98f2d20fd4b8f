//! Figures drawn from what the store kept, through a restart.

use std::collections::BTreeMap;

use super::promises::{contact, secs, started};
use crate::ids::{AgentId, ContactId, QueueName};
use crate::menu::outcome::Reason;
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::record::timeline::Event;
use crate::record::verdict::Verdict;
use crate::statistics::Rules;
use crate::store::{Reader, Span, Store};

/// `contact(n)` began then.
fn began(n: u32) -> i64 {
    contact(n).started().unix_millis()
}

fn rules() -> Rules {
    Rules {
        aims: BTreeMap::new(),
        short_abandon: secs(5),
        repeat_within: secs(86_400),
    }
}

fn ann() -> AgentId {
    AgentId::new("ann")
}

/// A call that waits ten seconds and talks for thirty.
fn call(store: &Store, contact: ContactId) {
    let queued = Event::Queued {
        queue: "people".into(),
        reason: Reason::Asked,
        language: None,
    };
    let verdict = Verdict::AgentEnded { agent: ann() };
    for (at, event) in [
        (0, started()),
        (1, queued),
        (11, Event::Connected { agent: ann() }),
        (41, Event::Ended { verdict }),
    ] {
        store.record(contact, secs(at), event);
    }
}

async fn all(reader: &Reader, now: i64) -> crate::statistics::Report {
    let span = Span {
        since: Wall::from_unix_millis(0),
        until: Wall::from_unix_millis(now),
    };
    let now = Wall::from_unix_millis(now);
    reader.statistics(&rules(), span, now).await.unwrap()
}

#[tokio::test]
async fn what_was_kept_is_what_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let t = began(1);
    let at = |s: i64| Wall::from_unix_millis(t + s * 1_000);
    store.agent(&ann(), &AgentState::Ready, at(-60));
    call(&store, contact(1));
    store.agent(&ann(), &AgentState::Talking, at(11));
    store.agent(&ann(), &AgentState::WrapUp, at(41));
    store.agent(&ann(), &AgentState::Ready, at(46));
    store.flush().await.unwrap();
    let report = all(&store.reader(), t + 50_000).await;
    let people = &report.queues[&QueueName::new("people")];
    assert_eq!((people.entered, people.answered, people.in_time), (1, 1, 1));
    assert_eq!(people.waits.mean(), Some(secs(10)));
    assert_eq!(people.handling(), Some(secs(35)));
    let of_ann = &report.agents[&ann()];
    assert_eq!((of_ann.ready, of_ann.talking), (secs(71 + 4), secs(30)));
    // Nothing of before the span but what still held then.
    let span = Span {
        since: at(43),
        until: at(100),
    };
    let late = store.reader().statistics(&rules(), span, at(50)).await;
    let late = late.unwrap();
    assert!(late.queues.is_empty() && late.lines.is_empty());
    assert_eq!(late.agents[&ann()].wrapped, secs(3));
    assert_eq!(late.agents[&ann()].ready, secs(4));
}

#[tokio::test]
async fn who_was_at_work_when_the_server_was_lost_is_not_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    let t = began(1);
    store.agent(
        &ann(),
        &AgentState::Ready,
        Wall::from_unix_millis(t - 60_000),
    );
    call(&store, contact(1));
    store.flush().await.unwrap();
    store.close().await;
    drop(store);
    for _ in 0..2 {
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let report = all(&store.reader(), t + 3_600_000).await;
        // Until the end of the call, the last thing that was written down.
        assert_eq!(report.agents[&ann()].ready, secs(60 + 41));
        let agents = store.reader().agents().await.unwrap();
        assert_eq!(agents[0].state, AgentState::Offline);
        store.close().await;
    }
}

#[tokio::test]
async fn many_contacts_are_read_page_by_page_and_callers_who_call_again_are_known() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path()).await.unwrap();
    // A minute after the other, all from one number.
    let minute = |n: i64| Wall::from_unix_millis(began(0) + n * 60_000);
    for n in 0..1_203_u32 {
        call(&store, ContactId::new(minute(n.into()), n));
    }
    store.flush().await.unwrap();
    let report = all(&store.reader(), minute(1_203).unix_millis()).await;
    let line = report.lines.values().next().unwrap();
    assert_eq!(line.contacts, 1_203);
    assert_eq!(report.queues[&QueueName::new("people")].answered, 1_203);
    let told = &line.resolution;
    assert_eq!((told.resolved, told.repeated, told.open), (0, 1_202, 1));
}
