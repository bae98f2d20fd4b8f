//! Chat, approvals, live figures and statistics.

use std::time::Duration;

use super::orders::talk;
use super::*;
use crate::call::order::Talk;
use crate::ids::ContactId;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};

async fn a_talk(house: &House) -> ContactId {
    talk(house, |_| Ok(Talk::default())).await.0
}

fn over(house: &House, contact: ContactId) {
    let stage = Stage::Talking;
    let verdict = Verdict::CallerHungUp { stage };
    let event = Event::Ended { verdict };
    house
        .api
        .store
        .record(contact, Duration::from_secs(30), event);
}

#[tokio::test]
async fn what_is_said_is_for_those_of_the_contact_and_counts_as_unread() {
    let house = House::new().await;
    let contact = a_talk(&house).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let path = format!("/contacts/{contact}/chat");
    let say = async |token: &str, text: &str| {
        let ask = house.post(&path).token(token);
        ask.json(json!({ "text": text })).send().await
    };
    let first = say(&anna, "may I?").await.ok();
    say(&lead, "of course").await.ok();
    assert_eq!(say(&bert, "hello").await.problem(404), "not-found");
    assert_eq!(say(&anna, "").await.problem(422), "wrong-fields");
    let read = async |token: &str| house.get(&path).token(token).send().await.ok();
    let page = read(&anna).await;
    assert_eq!(
        (page["items"].as_array().unwrap().len(), &page["unread"]),
        (2, &json!(1))
    );
    // The supervisor wrote after they were asked, and so has read it.
    assert_eq!(read(&lead).await["unread"], 0);
    let mark = house.post(&format!("{path}/read")).token(&anna);
    let last = page["items"][1]["message"].clone();
    let page = mark.json(json!({ "message": last })).send().await.ok();
    assert_eq!(page["unread"], 0);
    // No way back.
    let mark = house.post(&format!("{path}/read")).token(&anna);
    let first = first["message"].clone();
    let page = mark.json(json!({ "message": first })).send().await.ok();
    assert_eq!(page["unread"], 0);
    let detail = house
        .get(&format!("/contacts/{contact}"))
        .token(&lead)
        .send()
        .await
        .ok();
    assert!(detail["timeline"].to_string().contains("may I?"));
}

#[tokio::test]
async fn of_two_who_decide_at_once_the_first_has_and_the_other_hears_who() {
    let house = House::new().await;
    let contact = a_talk(&house).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let admin = house.token(Role::Admin, None).await;
    let ask = house
        .post(&format!("/contacts/{contact}/approvals"))
        .token(&anna);
    let body = json!({ "what": "a refund", "amount": 120.5, "unit": "EUR" });
    let asked = ask.json(body).send().await.ok();
    assert_eq!(
        (&asked["state"], &asked["agent"]),
        (&json!("open"), &json!("anna"))
    );
    let path = format!("/approvals/{}", asked["approval"]);
    let decide = async |token: &str, how: &str, body: Value| {
        let ask = house.post(&format!("{path}/{how}")).token(token);
        ask.json(body).send().await
    };
    assert_eq!(
        decide(&anna, "grant", json!({})).await.problem(403),
        "not-allowed"
    );
    let bad = decide(&lead, "grant", json!({ "limit": -1 })).await;
    assert_eq!(bad.problem(422), "wrong-fields");
    let both = tokio::join!(
        decide(
            &lead,
            "grant",
            json!({ "limit": 100, "note": "with a smile" })
        ),
        decide(&admin, "refuse", json!({}))
    );
    let (won, lost, by) = match both.0.status.is_success() {
        true => (both.0, both.1, "token supervisor"),
        false => (both.1, both.0, "token admin"),
    };
    assert_eq!(lost.problem(409), "wrong-state");
    assert!(
        lost.json["title"].as_str().unwrap().starts_with(by),
        "{}",
        lost.json
    );
    assert_eq!(won.ok()["decided_by"], by);
    let shown = house.get(&path).token(&anna).send().await.ok();
    assert!(shown["waited_s"].is_number(), "{shown}");
    let open = house.get("/approvals").token(&lead).send().await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn what_nobody_decided_lapses_with_its_contact() {
    let house = House::new().await;
    let contact = a_talk(&house).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let ask = async || {
        let ask = house
            .post(&format!("/contacts/{contact}/approvals"))
            .token(&anna);
        ask.json(json!({ "what": "a refund" })).send().await
    };
    let (first, second) = (ask().await.ok(), ask().await.ok());
    let withdraw = format!("/approvals/{}/withdraw", first["approval"]);
    let withdrawn = house.post(&withdraw).token(&anna).send().await.ok();
    assert_eq!(withdrawn["state"], "withdrawn");
    over(&house, contact);
    let grant = format!("/approvals/{}/grant", second["approval"]);
    let late = house.post(&grant).token(&lead).json(json!({})).send().await;
    assert_eq!(late.problem(409), "wrong-state");
    assert!(
        late.json["title"]
            .as_str()
            .unwrap()
            .contains("ended before")
    );
    let path = format!("/approvals/{}", second["approval"]);
    let shown = house.get(&path).token(&anna).send().await.ok();
    assert_eq!(shown["state"], "lapsed");
    assert_eq!(ask().await.problem(409), "wrong-state");
}

#[tokio::test]
async fn a_queue_shows_its_figures_of_today_and_its_limits() {
    let house = House::with(
        "[[queues]]\nname = \"extra\"\nthresholds = [\"ready < 1: critical\", \"waiting > 5 for 1m: warning\"]",
    );
    let house = house.await;
    let lead = house.token(Role::Supervisor, None).await;
    let contact = a_talk(&house).await;
    over(&house, contact);
    let queue = async |name: &str| {
        let all = house.get("/queues").token(&lead).send().await.ok();
        let found = all.as_array().unwrap().iter().find(|q| q["queue"] == name);
        found.cloned().unwrap()
    };
    let (mut extra, mut support) = (Value::Null, Value::Null);
    for _ in 0..200 {
        (extra, support) = (queue("extra").await, queue("support").await);
        if extra["thresholds"][0]["since"].is_string() && support["today"]["answered"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(extra["thresholds"][0]["threshold"], "ready < 1");
    assert!(extra["thresholds"][0]["since"].is_string(), "{extra}");
    assert!(extra["thresholds"][1]["since"].is_null(), "{extra}");
    assert_eq!(support["today"]["answered"], 1, "{support}");
    assert_eq!(support["today"]["service_level"], 1.0);
    assert_eq!(support["agents"]["offline"], 1);
}

#[tokio::test]
async fn statistics_by_interval_and_zone_as_json_and_as_csv() {
    let house = House::new().await;
    let contact = a_talk(&house).await;
    over(&house, contact);
    let lead = house.token(Role::Supervisor, None).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let get = async |token: &str, query: &str| {
        house
            .get(&format!("/statistics{query}"))
            .token(token)
            .send()
            .await
    };
    let told = get(&lead, "?since=1d&by=day&zone=Europe/Copenhagen")
        .await
        .ok();
    let days = told.as_array().unwrap();
    assert_eq!(days.len(), 2, "{told}");
    let answered = |d: &Value| d["report"]["queues"]["support"]["answered"].as_u64();
    let all: u64 = days.iter().filter_map(answered).sum();
    assert_eq!(all, 1, "{told}");
    // Bert does not answer support.
    let told = get(&bert, "?since=1d").await.ok();
    assert_eq!(told[0]["report"]["queues"], json!({}));
    for wrong in [
        "?zone=Mars",
        "?by=minute",
        "?since=tomorrow",
        "?csv=all",
        "?since=400d&by=quarter",
    ] {
        assert_eq!(get(&lead, wrong).await.problem(422), "wrong-fields");
    }
    let csv = get(&lead, "?since=1d&csv=queues").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = String::from_utf8(csv.bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("since,until,name,"), "{text}");
    assert!(lines[0].contains(",wait.mean_ms,"), "{text}");
    assert!(lines[1].contains(",support,"), "{text}");
    house.phone("anna").await;
    let states = async || {
        house
            .get("/agents/anna/states")
            .token(&lead)
            .send()
            .await
            .ok()
    };
    let mut told = states().await;
    for _ in 0..100 {
        if told != json!([]) {
            break;
        }
        told = states().await;
    }
    assert_eq!(told[0]["state"], "ready", "{told}");
}
