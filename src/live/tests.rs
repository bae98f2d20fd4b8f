use super::*;
use crate::record::verdict::{Stage, Verdict};

fn contact(n: u32) -> ContactId {
    ContactId::new(Wall::from_unix_millis(1_795_000_000_000 + i64::from(n)), n)
}

fn started() -> Event {
    Event::Started {
        line: "main".into(),
        dialled: "100".to_owned(),
        caller: crate::ids::PhoneNumber::new("+4530901820"),
    }
}

fn ended() -> Event {
    Event::Ended {
        verdict: Verdict::CallerHungUp { stage: Stage::Menu },
    }
}

fn live() -> Live {
    spawn(1, vec![("anna".into(), "Anna".to_owned())], Wall::default())
}

fn lead() -> Viewer {
    Viewer {
        agent: None,
        numbers: true,
    }
}

async fn next(events: &mut mpsc::Receiver<Arc<LiveEvent>>) -> Arc<LiveEvent> {
    let event = tokio::time::timeout(Duration::from_secs(5), events.recv());
    event.await.expect("an event in time").expect("no end")
}

#[tokio::test]
async fn who_does_not_read_holds_up_nobody_and_sees_a_picture_later() {
    let live = live();
    let mut slow = live.watch(lead(), None).await.unwrap();
    let mut quick = live.watch(lead(), None).await.unwrap();
    assert_eq!(next(&mut quick).await.kind, "picture");
    // Many more than wait for one watcher; the other one hears of all.
    let calls = 3 * WAITING as u32;
    for n in 0..calls {
        live.record(contact(n), Duration::ZERO, &started());
        assert_eq!(next(&mut quick).await.kind, "contact.begun");
    }
    // What had room is there, then a picture that holds all, and then it goes on without a gap.
    let mut pictures = Vec::new();
    let mut last = 0;
    while last < u64::from(calls) {
        let event = next(&mut slow).await;
        last = event.place.number;
        if event.kind == "picture" {
            pictures.push((last, event.data(&lead())["calls"].as_array().unwrap().len()));
        }
    }
    let whole = pictures.last().unwrap();
    assert_eq!(*whole, (u64::from(calls), calls as usize), "{pictures:?}");
    live.record(contact(1), Duration::from_secs(1), &ended());
    assert_eq!(next(&mut slow).await.place.number, u64::from(calls) + 1);
}

#[tokio::test]
async fn calls_that_are_over_are_forgotten() {
    let live = live();
    for n in 0..3 {
        live.record(contact(n), Duration::ZERO, &started());
    }
    live.record(contact(1), Duration::from_secs(3), &ended());
    let calls = live.calls(lead()).await;
    let known: Vec<ContactId> = calls.iter().map(|c| c.contact.0).collect();
    assert_eq!(known, [contact(0), contact(2)]);
    assert_eq!(calls[0].caller.as_deref(), Some("+4530901820"));
    let masked = live
        .calls(Viewer {
            numbers: false,
            ..lead()
        })
        .await;
    assert_eq!(masked[0].caller.as_deref(), Some("…20"));
}

#[tokio::test]
async fn a_queue_is_told_of_when_it_looks_different() {
    let live = live();
    let mut events = live.watch(lead(), None).await.unwrap();
    next(&mut events).await;
    let queue = |waiting, since: i64| QueueNow {
        queue: "support".into(),
        waiting,
        waiting_since: (waiting > 0).then(|| Wall::from_unix_millis(since)),
        staffed: 1,
        ready: 0,
        counts: Default::default(),
    };
    // The front's wait is measured anew each time and wavers.
    for queue in [
        queue(0, 0),
        queue(0, 0),
        queue(1, 50_000),
        queue(1, 50_004),
        queue(1, 90_000),
    ] {
        live.queues(vec![queue]);
    }
    for waiting in [0, 1, 1] {
        let event = next(&mut events).await;
        assert_eq!(
            (event.kind.as_str(), &event.data(&lead())["waiting"]),
            ("queue", &waiting.into())
        );
    }
    live.agent(&"anna".into(), &AgentState::Ready, Wall::default());
    assert_eq!(next(&mut events).await.kind, "agent");
    assert_eq!(live.agents().await[0].state, AgentState::Ready);
}

#[tokio::test]
async fn without_anybody_to_tell_nothing_is_kept() {
    let nobody = Live::default();
    nobody.record(contact(1), Duration::ZERO, &started());
    assert!(!nobody.is_on() && nobody.calls(lead()).await.is_empty());
    assert!(nobody.watch(lead(), None).await.is_none());
}
