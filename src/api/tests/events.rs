//! Live events as they come over the stream.

use std::time::Duration;

use axum::body::BodyDataStream;
use tokio_stream::StreamExt;

use super::commands::{queued, started};
use super::*;
use crate::ids::ContactId;
use crate::now::Wall;
use crate::record::timeline::Event;

/// A stream that is being read.
pub(super) struct Stream {
    body: BodyDataStream,
    text: String,
}

/// One event.
#[derive(Debug)]
pub(super) struct Heard {
    id: String,
    pub(super) kind: String,
    pub(super) data: Value,
}

impl Stream {
    async fn open(house: &House, token: &str, query: &str, last: Option<&str>) -> Stream {
        Stream::of(house, token, &format!("/events{query}"), last).await
    }

    pub(super) async fn of(house: &House, token: &str, path: &str, last: Option<&str>) -> Stream {
        let mut request = Request::builder()
            .uri(format!("{BASE}{path}"))
            .header("authorization", format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer = Peer::Net(([127, 0, 0, 1], 40_000).into());
        request.extensions_mut().insert(peer);
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    pub(super) async fn next(&mut self) -> Heard {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let lines = event.lines().filter_map(|l| l.strip_prefix(name));
                    lines.map(str::trim).collect::<Vec<_>>().join("\n")
                };
                let heard = Heard {
                    id: field("id:"),
                    kind: field("event:"),
                    data: serde_json::from_str(&field("data:")).unwrap_or(Value::Null),
                };
                self.text = rest.to_owned();
                if !heard.kind.is_empty() {
                    return heard;
                }
                continue;
            }
            let more = tokio::time::timeout(Duration::from_secs(10), self.body.next()).await;
            let more = more
                .expect("an event in time")
                .expect("no end")
                .expect("no error");
            self.text.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// The next event of this kind.
    pub(super) async fn until(&mut self, kind: &str) -> Heard {
        loop {
            let heard = self.next().await;
            if heard.kind == kind {
                return heard;
            }
        }
    }
}

pub(super) fn contact(n: u32) -> ContactId {
    ContactId::new(Wall::from_unix_millis(1_795_000_000_000), n)
}

#[tokio::test]
async fn the_picture_comes_first_and_then_what_changes() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let store = &house.api.store;
    store.record(contact(1), Duration::ZERO, started("+4530901820"));
    let mut stream = Stream::open(&house, &lead, "", None).await;
    let picture = stream.next().await;
    assert_eq!(picture.kind, "picture");
    assert_eq!(picture.data["agents"].as_array().unwrap().len(), 2);
    assert_eq!(picture.data["calls"][0]["caller"], "+4530901820");
    store.record(contact(1), Duration::from_secs(9), queued("support"));
    let queued = stream.until("contact.queued").await;
    assert_eq!(
        (&queued.data["queue"], &queued.data["stage"]),
        (&json!("support"), &json!("waiting"))
    );
    house.phone("anna").await;
    let agent = stream.until("agent").await;
    assert_eq!(
        (&agent.data["agent"], &agent.data["state"]),
        (&json!("anna"), &json!("ready"))
    );
    let calls = house.get("/calls").token(&lead).send().await.ok();
    assert_eq!(calls[0]["waiting_since"], queued.data["since"]);
    let queues = house.get("/queues").token(&lead).send().await.ok();
    assert_eq!(
        (&queues[0]["queue"], &queues[0]["ready"]),
        (&json!("support"), &json!(1))
    );
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_and_who_was_away_too_long_sees_a_picture() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let store = &house.api.store;
    let mut stream = Stream::open(&house, &lead, "?topics=contact", None).await;
    stream.next().await;
    store.record(contact(1), Duration::ZERO, started("1001"));
    let begun = stream.until("contact.begun").await;
    drop(stream);
    store.record(contact(1), Duration::from_secs(1), queued("support"));
    store.record(contact(2), Duration::ZERO, started("1002"));
    let mut back = Stream::open(&house, &lead, "?topics=contact", Some(&begun.id)).await;
    assert_eq!(back.next().await.kind, "contact.queued");
    let last = back.next().await;
    assert_eq!(
        (last.kind.as_str(), &last.data["contact"]),
        ("contact.begun", &json!(contact(2).to_string()))
    );
    drop(back);
    // Of another run of the server, or nothing of ours at all.
    for unknown in ["99-1", "x"] {
        let mut anew = Stream::open(&house, &lead, "", Some(unknown)).await;
        assert_eq!(anew.next().await.kind, "picture");
    }
    // More than are kept.
    for n in 0..5_000 {
        store.record(contact(3), Duration::from_millis(n), queued("support"));
    }
    let mut late = Stream::open(&house, &lead, "", Some(&last.id)).await;
    let picture = late.next().await;
    assert_eq!(picture.kind, "picture");
    assert_eq!(picture.data["calls"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_agent_hears_of_their_own_and_of_their_queues_and_the_card_is_theirs_alone() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let store = &house.api.store;
    let mut of_anna = Stream::open(&house, &anna, "?topics=contact,card", None).await;
    let mut of_bert = Stream::open(&house, &bert, "?topics=contact,card", None).await;
    of_anna.next().await;
    of_bert.next().await;
    store.record(contact(1), Duration::ZERO, started("+4530901820"));
    store.record(contact(1), Duration::from_secs(1), queued("support"));
    store.record(
        contact(1),
        Duration::from_secs(4),
        Event::Offered {
            agent: "anna".into(),
        },
    );
    let card = json!({ "subject": "billing", "caller": "+4530901820" });
    store
        .live()
        .card(&"anna".into(), contact(1), Duration::from_secs(4), card);
    store.record(contact(2), Duration::ZERO, started("+4530907744"));
    store.record(contact(2), Duration::from_secs(1), queued("sales"));
    // The number is masked until it is anna's own call.
    let queued = of_anna.next().await;
    assert_eq!(
        (queued.kind.as_str(), &queued.data["caller"]),
        ("contact.queued", &json!("…20"))
    );
    let offered = of_anna.next().await;
    assert_eq!(
        (offered.kind.as_str(), &offered.data["caller"]),
        ("contact.offered", &json!("+4530901820"))
    );
    let card = of_anna.next().await;
    assert_eq!(
        (
            card.kind.as_str(),
            &card.data["subject"],
            &card.data["waited_s"]
        ),
        ("card", &json!("billing"), &json!(3))
    );
    let only = of_bert.next().await;
    assert_eq!(
        (only.kind.as_str(), &only.data["queue"]),
        ("contact.queued", &json!("sales"))
    );
}

#[tokio::test]
async fn what_is_done_by_the_api_is_heard_of() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let mut stream = Stream::open(&house, &lead, "?topics=task", None).await;
    stream.next().await;
    let body = json!({ "title": "send the manual", "queue": "sales" });
    house
        .post("/tasks")
        .token(&lead)
        .json(body)
        .send()
        .await
        .ok();
    let created = stream.next().await;
    assert_eq!(
        (created.kind.as_str(), &created.data["title"]),
        ("task.created", &json!("send the manual"))
    );
}
