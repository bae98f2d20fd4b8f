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
    let quiet = vec!["hush".into()];
    spawn(
        1,
        vec![("anna".into(), "Anna".to_owned())],
        quiet,
        Wall::default(),
    )
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
        front: None,
        staffed: 1,
        ready: 0,
        agents: Default::default(),
        counts: Default::default(),
        today: Default::default(),
        thresholds: Vec::new(),
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
            (event.kind, &event.data(&lead())["waiting"]),
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

fn queued(queue: &str) -> Event {
    Event::Queued {
        queue: queue.into(),
        reason: crate::menu::outcome::Reason::Asked,
        language: None,
    }
}

fn agent(agent: &str) -> crate::record::timeline::TransferTo {
    crate::record::timeline::TransferTo::Agent {
        agent: agent.into(),
    }
}

#[tokio::test]
async fn who_only_listens_is_told_to_the_talk_where_its_queue_says_so() {
    use crate::record::timeline::Presence;
    for (queue, told) in [("support", true), ("hush", false)] {
        let live = live();
        let desk = Viewer {
            agent: Some(("anna".into(), vec![])),
            numbers: false,
        };
        let mut desk = live.watch(desk, None).await.unwrap();
        let mut lead = live.watch(lead(), None).await.unwrap();
        let tell = |s: u64, event: Event| live.record(contact(1), Duration::from_secs(s), &event);
        tell(0, started());
        tell(1, queued(queue));
        tell(
            2,
            Event::Connected {
                agent: "anna".into(),
            },
        );
        for (at, presence) in [(3, Presence::Listens), (4, Presence::Whispers)] {
            let who = agent("boss");
            tell(at, Event::Joined { who, presence });
        }
        let who = agent("boss");
        tell(5, Event::Parted { who });
        tell(6, ended());
        let mut seen = Vec::new();
        let mut kinds = async |events: &mut mpsc::Receiver<Arc<LiveEvent>>| {
            seen.clear();
            loop {
                let event = next(events).await;
                if event.kind == "contact.joined" || event.kind == "contact.parted" {
                    let data = event.data(&Viewer::default());
                    let others = data["others"].as_array().unwrap().len();
                    seen.push(format!("{} {}", event.kind, others));
                }
                if event.kind == "contact.ended" {
                    return seen.clone();
                }
            }
        };
        let all = ["contact.joined 1", "contact.joined 1", "contact.parted 0"];
        let hidden = ["contact.joined 0", "contact.joined 1", "contact.parted 0"];
        let leads = kinds(&mut lead).await;
        assert_eq!(leads, if told { all } else { hidden }, "{queue}");
        let desks = kinds(&mut desk).await;
        match told {
            true => assert_eq!(desks, all),
            false => assert_eq!(desks, &all[1..]),
        }
    }
}

#[tokio::test]
async fn whom_an_agent_asks_is_with_the_call_and_numbers_are_masked() {
    use crate::record::timeline::{ConsultStep, TransferTo};
    let live = live();
    let masked = Viewer {
        agent: None,
        numbers: false,
    };
    let mut events = live.watch(masked.clone(), None).await.unwrap();
    let to = TransferTo::Number {
        number: crate::ids::PhoneNumber::new("+4512345678"),
    };
    live.record(contact(1), Duration::ZERO, &started());
    for step in [ConsultStep::Rings, ConsultStep::Failed] {
        let event = Event::Consulted {
            agent: "anna".into(),
            to: to.clone(),
            step,
            status: (step == ConsultStep::Failed).then_some(486),
        };
        live.record(contact(1), Duration::from_secs(1), &event);
    }
    let mut told = Vec::new();
    while told.len() < 2 {
        let event = next(&mut events).await;
        if event.kind == "contact.consult" {
            told.push(event);
        }
    }
    let rings = told[0].data(&masked);
    assert_eq!(rings["consult"]["to"]["name"], "…78");
    assert_eq!(told[0].data(&lead())["to"]["name"], "+4512345678");
    let failed = told[1].data(&masked);
    assert_eq!(
        (&failed["status"], &failed["consult"]),
        (&serde_json::json!(486), &Value::Null)
    );
}

#[tokio::test]
async fn who_is_taken_on_or_let_go_is_seen_by_all_at_once() {
    let live = live();
    let mut events = live.watch(lead(), None).await.unwrap();
    let before = next(&mut events).await.place;
    let at = Wall::from_unix_millis(7);
    live.agent(&"anna".into(), &AgentState::Talking, at);
    next(&mut events).await;
    let bert = Viewer {
        agent: Some(("bert".into(), vec!["sales".into()])),
        numbers: false,
    };
    let mut theirs = live.watch(bert.clone(), None).await.unwrap();
    next(&mut theirs).await;
    let people = People {
        agents: vec![("bert".into(), "Bert".to_owned())],
        teams: vec![("bert".into(), vec!["support".into()])],
        ..People::default()
    };
    live.people(people, at).await;
    let names = |agents: Vec<AgentNow>| {
        let names = agents.into_iter().map(|a| a.name);
        names.collect::<Vec<_>>().join(" ")
    };
    let picture = next(&mut events).await;
    assert_eq!(picture.kind, "picture");
    let seen = picture.data(&lead())["agents"].to_string();
    // A talk goes on to its end.
    assert!(seen.contains("Anna") && seen.contains("Bert"), "{seen}");
    live.agent(&"anna".into(), &AgentState::Offline, at);
    assert_eq!(next(&mut events).await.kind, "agent");
    assert_eq!(names(live.agents().await), "Bert");
    // What they may see is that of their queues by now.
    next(&mut theirs).await;
    let queued = |n, queue: &str| {
        let event = Event::Queued {
            queue: queue.into(),
            reason: crate::menu::outcome::Reason::Asked,
            language: None,
        };
        live.record(contact(n), Duration::ZERO, &event);
    };
    queued(1, "sales");
    queued(2, "support");
    let seen = loop {
        let event = next(&mut theirs).await;
        if event.kind == "contact.queued" {
            break event.data(&bert)["queue"].clone();
        }
    };
    assert_eq!(seen, "support");
    // Who was away meanwhile is not told what happened, but how it is.
    let mut back = live.watch(lead(), Some(before)).await.unwrap();
    assert_eq!(next(&mut back).await.kind, "picture");
}
