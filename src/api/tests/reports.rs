//! Reports: intervals by the clock of a place, and what is drawn from one reading of the record.

use std::collections::BTreeMap;
use std::time::Duration;

use super::commands::{queued, started};
use super::*;
use crate::ids::{ContactId, Language, PhoneNumber};
use crate::now::Wall;
use crate::record::timeline::Event;
use crate::record::verdict::{Stage, Verdict};
use crate::store::CallbackMeta;

/// `2026-10-25T00:00:00Z`: an hour before clocks go back in the middle of Europe.
const NIGHT: i64 = 1_792_886_400_000;
const HOUR: i64 = 3_600_000;

fn at(hours: i64) -> Wall {
    Wall::from_unix_millis(NIGHT + hours * HOUR)
}

/// Waits so many seconds for somebody of a queue, who answers or does not.
fn call(house: &House, began: Wall, n: u32, queue: &str, waited: u64, answered: bool) -> ContactId {
    let contact = ContactId::new(began, n);
    let mut events = vec![
        (0, started("+4530901820")),
        (0, Event::Answered),
        (1, queued(queue)),
    ];
    let end = 1 + waited;
    if answered {
        let agent = AgentId::new("anna");
        let verdict = Verdict::AgentEnded {
            agent: agent.clone(),
        };
        events.push((end, Event::Connected { agent }));
        events.push((end + 60, Event::Ended { verdict }));
    } else {
        let stage = Stage::Waiting;
        let verdict = Verdict::CallerHungUp { stage };
        events.push((end, Event::Ended { verdict }));
    }
    for (secs, event) in events {
        let since = Duration::from_secs(secs);
        house.api.store.record(contact, since, event);
    }
    contact
}

async fn review(house: &House, token: &str, query: &str) -> Told {
    let path = format!("/reports?{query}");
    house.get(&path).token(token).send().await
}

const THAT_DAY: &str = "since=2026-10-25&until=2026-10-26&zone=Europe/Copenhagen";

#[tokio::test]
async fn the_day_on_which_clocks_go_back_has_twenty_five_hours() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    // 02:30 twice: before clocks went back, and after.
    call(
        &house,
        at(0).max(Wall::from_unix_millis(NIGHT + HOUR / 2)),
        1,
        "support",
        5,
        true,
    );
    call(
        &house,
        Wall::from_unix_millis(NIGHT + HOUR + HOUR / 2),
        2,
        "support",
        90,
        true,
    );
    // The last hour of the day, and what is not in it any more.
    call(
        &house,
        Wall::from_unix_millis(NIGHT + 23 * HOUR - 1),
        3,
        "sales",
        9,
        false,
    );
    call(&house, at(23), 4, "sales", 9, false);
    house.api.store.flush().await.unwrap();
    let told = review(&house, &lead, &format!("{THAT_DAY}&by=hour"))
        .await
        .ok();
    let parts = told["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 25);
    let counts: Vec<u64> = parts
        .iter()
        .map(|p| p["people"]["entered"].as_u64().unwrap())
        .collect();
    assert_eq!(counts.iter().sum::<u64>(), 3);
    assert_eq!((counts[2], counts[3], counts[24]), (1, 1, 1));
    assert_eq!(told["zone"], "Europe/Copenhagen");
    assert_eq!(parts[2]["since"], "2026-10-25T00:00:00Z");
    // The whole is drawn from the same contacts, and not from averages of averages.
    let whole = &told["whole"]["people"];
    assert_eq!(
        (&whole["entered"], &whole["answered"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(whole["wait_mean_ms"], 47_500);
    assert_eq!(whole["wait_longest_ms"], 90_000);
    assert_eq!(told["whole"]["menus"]["contacts"], 3);
    let by_day = review(&house, &lead, &format!("{THAT_DAY}&by=day"))
        .await
        .ok();
    assert_eq!(by_day["parts"].as_array().unwrap().len(), 1);
    assert_eq!(by_day["whole"], told["whole"]);
}

#[tokio::test]
async fn a_report_is_of_one_queue_or_line_and_says_what_laws_ask_for() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    for (n, (queue, waited, answered)) in [
        ("support", 10, true),
        ("support", 100, true),
        ("support", 250, false),
        ("sales", 30, true),
    ]
    .into_iter()
    .enumerate()
    {
        let n = u32::try_from(n).unwrap();
        let began = Wall::from_unix_millis(NIGHT + i64::from(n) * 600_000);
        call(&house, began, n, queue, waited, answered);
    }
    let wish = CallbackMeta {
        contact: ContactId::new(at(0), 9),
        line: "main".into(),
        queue: "support".into(),
        caller: Some(PhoneNumber::new("+4530901820")),
        number: PhoneNumber::new("+4530901820"),
        language: Language::new("en"),
        asked: at(1),
        wished: at(1),
        slot: None,
        needs: BTreeMap::new(),
        priority: 0,
    };
    house.api.store.save_callback(wish).await.unwrap();
    let told = review(&house, &lead, &format!("{THAT_DAY}&queue=support"))
        .await
        .ok();
    assert_eq!(told["by"], "hour");
    assert_eq!(told["whole"]["people"]["entered"], 3);
    assert_eq!(told["queues"].as_array().unwrap().len(), 1);
    // Lines are of all queues.
    assert_eq!(told["whole"]["menus"]["contacts"], 4);
    let proof = &told["evidence"];
    assert_eq!((&proof["taken"], &proof["offered"]), (&json!(4), &json!(4)));
    assert_eq!(
        (&proof["wanted"], &proof["longest_ms"]),
        (&json!(3), &json!(250_000))
    );
    let shares: Vec<f64> = proof["within"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| (w["share"].as_f64().unwrap() * 100.0).round())
        .collect();
    assert_eq!(shares, [33.0, 33.0, 67.0, 67.0, 67.0]);
    let callbacks = &told["callbacks"];
    assert_eq!(
        (&callbacks["asked"], &callbacks["open"]),
        (&json!(1), &json!(1))
    );
    let none = review(&house, &lead, &format!("{THAT_DAY}&line=other"))
        .await
        .ok();
    assert_eq!(none["whole"]["menus"]["contacts"], 0);
    assert_eq!(none["callbacks"]["asked"], 0);
}

#[tokio::test]
async fn reports_are_for_those_who_see_all_and_what_makes_no_sense_is_told_at_once() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let operator = house.token(Role::Operator, None).await;
    assert_eq!(review(&house, &anna, "").await.problem(403), "not-allowed");
    review(&house, &operator, "").await.ok();
    let wrong = review(&house, &operator, "queue=nothing&zone=Nowhere&by=year").await;
    assert_eq!(wrong.problem(422), "wrong-fields");
    let fields: Vec<&str> = wrong.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["queue", "by", "zone"]);
    let many = review(&house, &operator, "since=2020-01-01&by=hour").await;
    assert_eq!(many.problem(422), "wrong-fields");
}

#[tokio::test]
async fn what_callers_said_is_told_by_agent_and_queue_to_those_who_see_all() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    for (n, queue, answer) in [(1, "support", 5), (2, "support", 2), (3, "sales", 4)] {
        let contact = call(&house, at(1), n, queue, 10, true);
        let judged = Event::Judged {
            survey: "rate".into(),
            question: "kind".into(),
            answer,
            low: 1,
            high: 5,
        };
        house
            .api
            .store
            .record(contact, Duration::from_secs(70), judged);
    }
    house.api.store.flush().await.unwrap();
    let told = review(&house, &lead, THAT_DAY).await.ok();
    let judged = told["judged"].as_array().unwrap();
    assert_eq!(judged.len(), 2);
    assert_eq!(
        (&judged[0]["agent"], &judged[0]["queue"]),
        (&json!("anna"), &json!("sales"))
    );
    assert_eq!(judged[1]["mean"], 3.5);
    assert_eq!(judged[1]["answers"], json!([0, 1, 0, 0, 1]));
    let one = review(&house, &lead, &format!("{THAT_DAY}&queue=sales"))
        .await
        .ok();
    assert_eq!(one["judged"].as_array().unwrap().len(), 1);
    let path = format!("/statistics?{THAT_DAY}&csv=judged");
    let csv = house.get(&path).token(&lead).send().await.bytes;
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("since,until,name,"), "{csv}");
    assert!(csv.contains(",anna,") && csv.contains("support"), "{csv}");
    // Agents do not see it.
    let path = format!("/statistics?{THAT_DAY}");
    let theirs = house.get(&path).token(&anna).send().await.ok();
    assert_eq!(theirs[0]["report"]["judged"], json!([]));
}
