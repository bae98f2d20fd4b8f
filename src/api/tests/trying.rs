//! A call from a page, as the page follows it.

use std::time::Duration;

use super::commands::{queued, started};
use super::events::{Stream, contact};
use super::*;
use crate::live::Followed;
use crate::menu::outcome::{Step, StepKind};
use crate::observe::lines::LineView;
use crate::observe::menus::LineTold;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};

/// With a line that has this number, or none.
async fn with_line(number: Option<&str>) -> House {
    let house = House::new().await;
    let numbers: Vec<String> = number.into_iter().map(str::to_owned).collect();
    let view = LineView {
        line: "main".to_owned(),
        numbers: numbers.clone(),
        ..LineView::default()
    };
    let line = LineTold {
        line: "main".to_owned(),
        numbers,
        nodes: 0,
        view: view.into(),
    };
    house.api.menus.loaded(clock::now().wall, vec![line]);
    house
}

fn key_of(header: &str) -> &str {
    header.split(';').next().unwrap()
}

fn step(what: StepKind) -> Event {
    let node = "welcome".into();
    Event::Step {
        step: Step {
            at: Duration::ZERO,
            node,
            what,
        },
    }
}

#[tokio::test]
async fn who_calls_from_a_page_follows_their_own_call_and_no_other() {
    let house = with_line(Some("100")).await;
    // Any agent may; the call is in none of their queues.
    let bert = house.token(Role::Agent, Some("bert")).await;
    let mut stream = Stream::of(&house, &bert, "/lines/main/try", None).await;
    let ready = stream.next().await;
    assert_eq!(
        (ready.kind.as_str(), &ready.data["number"]),
        ("ready", &json!("100"))
    );
    let header = ready.data["header"].as_str().unwrap();
    assert!(
        crate::task::call::followed::key(header).is_some(),
        "{header}"
    );

    let (store, live) = (&house.api.store, &house.api.live);
    // Somebody else calls meanwhile, and a key that nobody was given comes.
    store.record(contact(7), Duration::ZERO, started("+4530901820"));
    live.called("0123456789abcdef0123456789abcdef", contact(7));
    live.called(key_of(header), contact(1));
    store.record(contact(1), Duration::ZERO, started("anonymous"));
    store.record(contact(7), Duration::ZERO, queued("support"));
    store.record(contact(1), Duration::ZERO, step(StepKind::Silent));
    let playing = Followed {
        kind: "playing",
        data: json!({ "prompts": [], "repeat": false }),
    };
    live.tell_caller(contact(7), playing.clone());
    live.tell_caller(contact(1), playing);
    store.record(contact(1), Duration::ZERO, queued("support"));
    let agent = "anna".into();
    store.record(contact(1), Duration::ZERO, Event::Connected { agent });
    // The key is good for one call.
    live.called(key_of(header), contact(8));
    store.record(contact(8), Duration::ZERO, queued("sales"));
    let verdict = Verdict::CallerHungUp { stage: Stage::Menu };
    store.record(contact(1), Duration::ZERO, Event::Ended { verdict });

    let mut told = Vec::new();
    loop {
        let heard = stream.next().await;
        let over = heard.kind == "ended";
        told.push(heard);
        if over {
            break;
        }
    }
    let kinds: Vec<&str> = told.iter().map(|h| h.kind.as_str()).collect();
    let expected = ["begun", "step", "playing", "queued", "connected", "ended"];
    assert_eq!(kinds, expected);
    assert_eq!(told[0].data["contact"], contact(1).to_string());
    assert_eq!(told[1].data["what"]["kind"], "silent");
    assert_eq!(told[3].data["reason"]["kind"], "asked");
    assert_eq!(told[4].data["agent"], "anna");
    assert_eq!(told[5].data["verdict"], "caller_hung_up");
}

#[tokio::test]
async fn what_can_not_be_called_is_told_before_anything_rings() {
    let house = with_line(None).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let without = house.get("/lines/main/try").token(&anna).send().await;
    assert_eq!(without.problem(409), "wrong-state");
    let unknown = house.get("/lines/mian/try").token(&anna).send().await;
    assert_eq!(unknown.problem(404), "not-found");
    let stranger = house.get("/lines/main/try").send().await;
    assert_eq!(stranger.problem(401), "not-signed-in");
    // Pages that follow are bounded.
    for n in 0..200 {
        let stays = house.api.live.follow(format!("{n:032x}")).await;
        std::mem::forget(stays.expect("room"));
    }
    let more = house.api.live.follow("f".repeat(32)).await;
    assert!(more.is_none());
}
