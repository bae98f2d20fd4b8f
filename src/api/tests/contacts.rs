//! Contacts are found by what is remembered of them, and their numbers by whoever may see them.

use std::time::Duration;

use super::commands::{queued, started};
use super::*;
use crate::ids::ContactId;
use crate::now::Wall;
use crate::record::timeline::{EntryValue, Event};
use crate::record::verdict::Verdict;

const ANN: &str = "+4530901820";
const BOB: &str = "+4530907744";

fn id(n: u32) -> ContactId {
    ContactId::new(
        Wall::from_unix_millis(1_795_000_000_000 + i64::from(n) * 60_000),
        n,
    )
}

/// Ten contacts, a minute apart: even ones of Ann in support with anna, odd ones of Bob in sales
/// with bert.
async fn filled() -> House {
    let house = House::new().await;
    for n in 0..10 {
        let (caller, queue, agent) = match n % 2 {
            0 => (ANN, "support", "anna"),
            _ => (BOB, "sales", "bert"),
        };
        let agent = AgentId::new(agent);
        let account = Event::Entry {
            name: "account".into(),
            value: EntryValue::Clear("47110815".to_owned()),
        };
        let ended = Event::Ended {
            verdict: Verdict::AgentEnded {
                agent: agent.clone(),
            },
        };
        for (s, event) in [
            started(caller),
            account,
            queued(queue),
            Event::Connected { agent },
            ended,
        ]
        .into_iter()
        .zip(0..)
        .map(|(e, s)| (s, e))
        {
            house.api.store.record(id(n), Duration::from_secs(s), event);
        }
    }
    house.api.store.flush().await.unwrap();
    house
}

async fn found(house: &House, token: &str, query: &str) -> Vec<String> {
    let page = house
        .get(&format!("/contacts?{query}"))
        .token(token)
        .send()
        .await
        .ok();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|c| c["contact"].as_str().unwrap().to_owned())
        .collect()
}

fn ids(all: &[u32]) -> Vec<String> {
    all.iter().map(|n| id(*n).to_string()).collect()
}

#[tokio::test]
async fn contacts_are_found_by_what_is_remembered_of_them() {
    let house = filled().await;
    let lead = house.token(Role::Supervisor, None).await;
    assert_eq!(
        found(&house, &lead, "digits=7744&limit=2").await,
        ids(&[9, 7])
    );
    let since = crate::live::stamp(id(7).started());
    let query = format!("since={since}&queue=support");
    assert_eq!(found(&house, &lead, &query).await, ids(&[8]));
    let query = format!("until={since}&agent=bert&outcome=agent_ended");
    assert_eq!(found(&house, &lead, &query).await, ids(&[5, 3, 1]));
    assert_eq!(
        found(&house, &lead, "outcome=to_person&line=main")
            .await
            .len(),
        10
    );
    assert!(found(&house, &lead, "outcome=goodbye").await.is_empty());
    // By pages, each contact once.
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = house
            .get(&format!("/contacts?limit=3{cursor}"))
            .token(&lead);
        let page = page.send().await.ok();
        let items = page["items"].as_array().unwrap();
        all.extend(
            items
                .iter()
                .map(|c| c["contact"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(all, ids(&[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
    let wrong = house
        .get("/contacts?digits=12a&since=x&lien=main")
        .token(&lead)
        .send()
        .await;
    assert_eq!(wrong.problem(422), "wrong-fields");
    assert_eq!(wrong.json["errors"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn contacts_are_found_by_the_code_with_which_they_were_written_up() {
    let house = filled().await;
    let lead = house.token(Role::Supervisor, None).await;
    for (agent, n, code) in [
        ("anna", 4, "promised"),
        ("anna", 2, "promised"),
        ("anna", 2, "solved"),
        ("bert", 3, "broken"),
    ] {
        let token = house.token(Role::Agent, Some(agent)).await;
        let said = json!({ "contact": id(n).to_string(), "code": code });
        let written = house.post(&format!("/agents/{agent}/wrap-up")).json(said);
        // Bert's queue has no codes: what is in the record came with another one's settings.
        let status = written.token(&token).send().await.status.as_u16();
        assert_eq!(status < 300, agent == "anna", "{agent} {code}: {status}");
    }
    assert_eq!(found(&house, &lead, "code=promised").await, ids(&[4]));
    assert_eq!(found(&house, &lead, "code=solved").await, ids(&[2]));
    assert!(found(&house, &lead, "code=broken").await.is_empty());
    let codes = async |token: &str| {
        let told = house.get("/contacts/codes").token(token).send().await.ok();
        serde_json::from_value::<Vec<String>>(told.clone()).unwrap()
    };
    assert_eq!(codes(&lead).await, ["promised", "solved"]);
    let bert = house.token(Role::Agent, Some("bert")).await;
    assert!(codes(&bert).await.is_empty());
}

#[tokio::test]
async fn numbers_are_seen_by_those_who_lead_and_by_those_who_talked_to_them() {
    let house = filled().await;
    let lead = house.token(Role::Supervisor, None).await;
    let operator = house.token(Role::Operator, None).await;
    // Anna answers sales too: she finds those contacts, and not their numbers.
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let look = async |token: &str, n: u32| {
        let told = house
            .get(&format!("/contacts/{}", id(n)))
            .token(token)
            .send()
            .await;
        (
            told.status.as_u16(),
            String::from_utf8_lossy(&told.bytes).into_owned(),
        )
    };
    for (token, n, clear) in [
        (&lead, 0, true),
        (&operator, 0, false),
        (&anna, 0, true),
        (&anna, 1, false),
    ] {
        let (status, text) = look(token, n).await;
        let number = if n % 2 == 0 { ANN } else { BOB };
        assert_eq!(status, 200);
        assert_eq!(text.contains(number), clear, "{text}");
        assert_eq!(text.contains("47110815"), clear, "{text}");
    }
    assert_eq!(look(&bert, 0).await.0, 404);
    assert_eq!(found(&house, &bert, "").await, ids(&[9, 7, 5, 3, 1]));
    let page = house.get("/contacts").token(&anna).send().await.ok();
    assert_eq!(
        (&page["items"][0]["caller"], &page["items"][1]["caller"]),
        (&json!("…44"), &json!(ANN))
    );
    // A masked number can not be found out digit by digit.
    let guess = house
        .get("/contacts?digits=901820")
        .token(&operator)
        .send()
        .await;
    assert_eq!(guess.problem(422), "wrong-fields");
}

#[tokio::test]
async fn one_contact_comes_with_its_timeline_and_its_card() {
    let house = filled().await;
    let lead = house.token(Role::Supervisor, None).await;
    let told = house
        .get(&format!("/contacts/{}", id(4)))
        .token(&lead)
        .send()
        .await
        .ok();
    let events: Vec<&str> = told["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["started", "entry", "queued", "connected", "ended"]);
    assert_eq!(
        (&told["waited_ms"], &told["talked_ms"]),
        (&json!(1000), &json!(1000))
    );
    let card = &told["card"];
    assert_eq!(
        (&card["caller"], &card["entries"]["account"]),
        (&json!(ANN), &json!("47110815"))
    );
    assert_eq!(
        (&card["reason"]["kind"], &card["queue"]),
        (&json!("asked"), &json!("support"))
    );
    let unknown = house.get("/contacts/nobody").token(&lead).send().await;
    assert_eq!(unknown.problem(404), "not-found");
}
