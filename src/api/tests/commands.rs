//! What agents say of themselves, and supervisors for them; tasks; messages; callbacks; menus.

use std::collections::BTreeMap;

use super::*;
use crate::ids::{ContactId, Language, PhoneNumber};
use crate::now::Wall;
use crate::record::timeline::Event;
use crate::store::{CallbackMeta, MessageMeta};
use std::time::Duration;

#[tokio::test]
async fn an_agent_pauses_and_is_ready_again_and_what_makes_no_sense_changes_nothing() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let say = async |what: &str, body: Value| {
        let ask = house.post(&format!("/agents/anna/{what}")).token(&anna);
        ask.json(body).send().await
    };
    let offline = say("ready", json!({})).await;
    assert_eq!(offline.problem(409), "wrong-state");
    assert!(offline.json["title"].as_str().unwrap().contains("no phone"));
    house.phone("anna").await;
    assert_eq!(say("ready", json!({})).await.problem(409), "wrong-state");
    assert_eq!(
        say("wrap-up-done", json!({})).await.problem(409),
        "wrong-state"
    );
    assert_eq!(say("pause", json!({})).await.problem(422), "wrong-fields");
    let paused = say("pause", json!({ "reason": "lunch" })).await.ok();
    assert_eq!(
        (&paused["state"], &paused["reason"]),
        (&json!("paused"), &json!("lunch"))
    );
    assert_eq!(
        say("pause", json!({ "reason": "lunch" }))
            .await
            .problem(409),
        "wrong-state"
    );
    assert_eq!(say("ready", json!({})).await.ok()["state"], "ready");
    let deeds = house.deeds().await;
    let told: Vec<&str> = deeds
        .iter()
        .map(String::as_str)
        .filter(|d| d.contains("agent."))
        .collect();
    assert_eq!(
        told,
        [
            "token anna agent.pause agent anna",
            "token anna agent.ready agent anna"
        ]
    );
}

#[tokio::test]
async fn others_need_to_lead_and_of_two_who_do_one_is_told_that_the_other_was_faster() {
    let house = House::new().await;
    house.phone("anna").await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let pause = async |token: &str, tag: &str, reason: &str| {
        let ask = house
            .post("/agents/anna/pause")
            .token(token)
            .header("if-match", tag);
        ask.json(json!({ "reason": reason })).send().await
    };
    assert_eq!(pause(&bert, "*", "x").await.problem(403), "not-allowed");
    let unknown = house
        .post("/agents/nobody/ready")
        .token(&lead)
        .json(json!({}))
        .send()
        .await;
    assert_eq!(unknown.problem(404), "not-found");
    let shown = house.get("/agents/anna").token(&lead).send().await;
    let tag = shown.header("etag");
    let both = tokio::join!(pause(&lead, tag, "meeting"), pause(&lead, tag, "training"));
    let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let won = if both.0.status == 200 {
        "meeting"
    } else {
        "training"
    };
    let now = house.get("/agents/anna").token(&bert).send().await.ok();
    assert_eq!(now["reason"], won);
}

#[tokio::test]
async fn nobody_takes_more_tasks_at_once_than_they_may() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let body = json!({ "title": "send the manual", "queue": "sales" });
        let made = house.post("/tasks").token(&anna).json(body).send().await;
        tasks.push(made.ok()["task"].clone());
    }
    let step = async |token: &str, task: &Value, what: &str| {
        let path = format!("/tasks/{task}/{what}");
        house.post(&path).token(token).send().await
    };
    step(&bert, &tasks[0], "take").await.ok();
    step(&bert, &tasks[1], "take").await.ok();
    let third = step(&bert, &tasks[2], "take").await;
    assert_eq!(third.problem(409), "too-many-tasks");
    assert!(third.json["title"].as_str().unwrap().ends_with(": 2"));
    // It is as it was, and there for whoever has no limit.
    let shown = house.get(&format!("/tasks/{}", tasks[2]));
    assert_eq!(shown.token(&anna).send().await.ok()["state"], "open");
    step(&bert, &tasks[0], "done").await.ok();
    assert_eq!(step(&bert, &tasks[2], "take").await.ok()["state"], "taken");
    step(&bert, &tasks[2], "put-back").await.ok();
    step(&anna, &tasks[2], "take").await.ok();
}

#[tokio::test]
async fn a_task_is_taken_by_one_and_done_once() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let body =
        json!({ "title": "send the manual", "queue": "nowhere", "contact": "0000000000001" });
    let wrong = house.post("/tasks").token(&anna).json(body).send().await;
    assert_eq!(wrong.problem(422), "wrong-fields");
    assert_eq!(wrong.json["errors"].as_array().unwrap().len(), 2);
    let make = async |queue: &str| {
        let body =
            json!({ "title": "send the manual", "queue": queue, "due": "2026-12-01T10:00:00Z" });
        house
            .post("/tasks")
            .token(&anna)
            .json(body)
            .send()
            .await
            .ok()["task"]
            .clone()
    };
    let (sales, support) = (make("sales").await, make("support").await);
    let step = async |token: &str, task: &Value, what: &str| {
        house
            .post(&format!("/tasks/{task}/{what}"))
            .token(token)
            .send()
            .await
    };
    // Bert does not answer support: for him it is not there.
    assert_eq!(
        step(&bert, &support, "take").await.problem(404),
        "not-found"
    );
    assert_eq!(
        step(&bert, &sales, "take").await.ok()["taken_by"],
        "token bert"
    );
    let taken = step(&anna, &sales, "take").await;
    assert_eq!(taken.problem(409), "wrong-state");
    assert!(taken.json["title"].as_str().unwrap().contains("token bert"));
    assert_eq!(
        step(&lead, &sales, "take").await.ok()["taken_by"],
        "token supervisor"
    );
    assert_eq!(step(&lead, &sales, "done").await.ok()["state"], "done");
    assert_eq!(
        step(&lead, &sales, "done").await.problem(409),
        "wrong-state"
    );
    assert_eq!(
        step(&anna, &support, "put-back").await.problem(409),
        "wrong-state"
    );
    let of = async |token: &str, query: &str| {
        let all = house
            .get(&format!("/tasks{query}"))
            .token(token)
            .send()
            .await
            .ok();
        all["items"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            of(&anna, "").await,
            of(&bert, "").await,
            of(&bert, "?all=true").await
        ),
        (1, 0, 1)
    );
    assert_eq!(of(&lead, "?all=true&queue=support").await, 1);
}

fn at(s: i64) -> Wall {
    Wall::from_unix_millis(1_795_000_000_000 + 1000 * s)
}

#[tokio::test]
async fn a_message_is_heard_in_parts_and_who_heard_it_is_written_down() {
    let house = House::new().await;
    let meta = MessageMeta {
        contact: ContactId::new(at(0), 1),
        line: Some("main".into()),
        queue: Some("support".into()),
        caller: Some(PhoneNumber::new("+4530901820")),
        taken: at(1),
        length: Duration::ZERO,
    };
    let id = house
        .api
        .store
        .save_message(meta, vec![1000; 8000])
        .await
        .unwrap();
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let operator = house.token(Role::Operator, None).await;
    let list = house.get("/messages").token(&anna).send().await.ok();
    let first = &list["items"][0];
    assert_eq!(
        (&first["caller"], &first["length_ms"]),
        (&json!("…20"), &json!(1000))
    );
    assert_eq!(
        (&first["task"]["kind"], &first["task"]["state"]),
        (&json!("message"), &json!("open"))
    );
    let audio = format!("/messages/{id}/audio");
    assert_eq!(
        house.get(&audio).token(&bert).send().await.problem(404),
        "not-found"
    );
    assert_eq!(
        house.get(&audio).token(&operator).send().await.problem(403),
        "not-allowed"
    );
    let whole = house.get(&audio).token(&anna).send().await;
    assert_eq!(
        (whole.status.as_u16(), whole.header("content-type")),
        (200, "audio/wav")
    );
    assert_eq!(
        (whole.bytes.len(), &whole.bytes[..4]),
        (44 + 16_000, b"RIFF".as_slice())
    );
    let part = house
        .get(&audio)
        .token(&anna)
        .header("range", "bytes=44-47")
        .send()
        .await;
    assert_eq!(
        (part.status.as_u16(), part.bytes.as_slice()),
        (206, [0xe8, 3, 0xe8, 3].as_slice())
    );
    assert_eq!(part.header("content-range"), "bytes 44-47/16044");
    let beyond = house
        .get(&audio)
        .token(&anna)
        .header("range", "bytes=99999-")
        .send()
        .await;
    assert_eq!(beyond.problem(416), "refused");
    let heard = house
        .deeds()
        .await
        .iter()
        .filter(|d| d.contains("message.listen"))
        .count();
    assert_eq!(heard, 3);
    let shown = house
        .get(&format!("/messages/{id}"))
        .token(&anna)
        .send()
        .await
        .ok();
    assert_eq!(shown["caller"], "+4530901820");
    let done = house
        .post(&format!("/messages/{id}/done"))
        .token(&anna)
        .send()
        .await
        .ok();
    assert_eq!(
        (&done["state"], &done["done_by"]),
        (&json!("done"), &json!("token anna"))
    );
    let again = house
        .post(&format!("/messages/{id}/done"))
        .token(&anna)
        .send()
        .await;
    assert_eq!(again.problem(409), "wrong-state");
}

#[tokio::test]
async fn a_callback_is_ended_once_and_its_number_is_for_whoever_calls() {
    let house = House::new().await;
    let wish = |number: &str| CallbackMeta {
        contact: ContactId::new(at(0), 2),
        line: "main".into(),
        queue: "support".into(),
        caller: Some(PhoneNumber::new(number)),
        number: PhoneNumber::new(number),
        language: Language::new("da"),
        asked: at(2),
        wished: at(2),
        slot: None,
        needs: BTreeMap::new(),
        priority: 0,
    };
    for number in ["+4530901820", "+4530901821"] {
        house.api.store.save_callback(wish(number)).await.unwrap();
    }
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let list = async |token: &str| house.get("/callbacks").token(token).send().await.ok();
    assert_eq!(list(&anna).await[0]["number"], "…20");
    assert_eq!(list(&bert).await, json!([]));
    let one = house.get("/callbacks/1").token(&anna).send().await.ok();
    assert_eq!(one["number"], "+4530901820");
    let end = async |path: &str, body: Value| {
        house
            .post(&format!("/callbacks/{path}"))
            .token(&anna)
            .json(body)
            .send()
            .await
    };
    assert_eq!(end("1/done", json!({})).await.ok()["state"], "done");
    assert_eq!(end("1/done", json!({})).await.problem(409), "wrong-state");
    assert_eq!(
        end("2/cancel", json!({})).await.problem(422),
        "wrong-fields"
    );
    assert_eq!(
        end("2/cancel", json!({ "reason": "called again" }))
            .await
            .ok()["state"],
        "given_up"
    );
    assert_eq!(end("9/done", json!({})).await.problem(404), "not-found");
    assert_eq!(list(&anna).await, json!([]));
    assert!(
        house
            .deeds()
            .await
            .contains(&"token anna callback.number callback 1".to_owned())
    );
}

#[tokio::test]
async fn a_talk_is_written_up_with_one_of_the_queues_codes() {
    let house = House::new().await;
    let contact = ContactId::new(at(0), 3);
    for (s, event) in [
        (0, started("+4530901820")),
        (1, queued("support")),
        (
            2,
            Event::Connected {
                agent: "anna".into(),
            },
        ),
    ] {
        house
            .api
            .store
            .record(contact, Duration::from_secs(s), event);
    }
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let write = async |agent: &str, token: &str, body: Value| {
        house
            .post(&format!("/agents/{agent}/wrap-up"))
            .token(token)
            .json(body)
            .send()
            .await
    };
    assert_eq!(
        write("anna", &anna, json!({})).await.problem(422),
        "wrong-fields"
    );
    let wrong = write("anna", &anna, json!({ "code": "sloved" })).await;
    assert_eq!(wrong.problem(422), "wrong-fields");
    assert!(
        wrong.json.to_string().contains("did you mean `solved`?"),
        "{}",
        wrong.json
    );
    assert_eq!(
        write("anna", &bert, json!({ "code": "solved" }))
            .await
            .problem(403),
        "not-allowed"
    );
    assert_eq!(
        write("bert", &bert, json!({ "note": "x" }))
            .await
            .problem(404),
        "not-found"
    );
    let body =
        json!({ "code": "promised", "note": "calls on Monday", "contact": contact.to_string() });
    let done = write("anna", &anna, body).await.ok();
    assert_eq!(done["contact"], contact.to_string());
    let (row, timeline) = house.api.reader.contact(contact).await.unwrap().unwrap();
    let view = crate::store::report::View::local();
    let told = crate::store::report::contact(&row, &timeline, &view);
    assert!(
        told.contains("anna wrote up promised: calls on Monday"),
        "{told}"
    );
}

pub(super) fn started(caller: &str) -> Event {
    Event::Started {
        line: "main".into(),
        dialled: "100".to_owned(),
        caller: PhoneNumber::new(caller),
    }
}

pub(super) fn queued(queue: &str) -> Event {
    Event::Queued {
        queue: queue.into(),
        reason: crate::menu::outcome::Reason::Asked,
        language: None,
    }
}

#[tokio::test]
async fn menus_are_reloaded_and_every_mistake_is_told() {
    let mut house = House::new().await;
    let operator = house.token(Role::Operator, None).await;
    let lead = house.token(Role::Supervisor, None).await;
    assert_eq!(
        house
            .post("/lines/reload")
            .token(&lead)
            .send()
            .await
            .problem(403),
        "not-allowed"
    );
    let menus = house.api.menus.clone();
    let mut reloads = std::mem::replace(&mut house.reloads, mpsc::channel(1).1);
    tokio::spawn(async move {
        reloads.recv().await;
        menus.loaded(at(5), Vec::new());
        reloads.recv().await;
        menus.refused(
            at(6),
            vec!["a.yaml:1: one".to_owned(), "a.yaml:2: two".to_owned()],
        );
    });
    let good = house
        .post("/lines/reload")
        .token(&operator)
        .send()
        .await
        .ok();
    assert_eq!(good["version"], 1);
    let bad = house.post("/lines/reload").token(&operator).send().await;
    assert_eq!(bad.problem(422), "wrong-fields");
    assert_eq!(bad.json["errors"][1]["what"], "a.yaml:2: two");
    let lines = house.get("/lines").token(&lead).send().await.ok();
    assert_eq!(
        (&lines["version"], &lines["refused"]["mistakes"][0]),
        (&json!(1), &json!("a.yaml:1: one"))
    );
}
