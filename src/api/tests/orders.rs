//! Orders to calls, over a call that is played: what reaches it, and what becomes of its answers.

use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::call::event::CallEvent;
use crate::call::order::{Order, Refusal, Talk};
use crate::ids::{ContactId, PhoneNumber};
use crate::menu::outcome::Reason;
use crate::now::Wall;
use crate::record::timeline::{Event, TransferTo};

/// What the call was asked, and for whom.
pub(super) type Orders = Arc<Mutex<Vec<(Option<AgentId>, Order)>>>;

/// Anna talks with a caller of support; the call answers with what `answer` says.
pub(super) async fn talk(
    house: &House,
    answer: impl Fn(&Order) -> Result<Talk, Refusal> + Send + 'static,
) -> (ContactId, Orders) {
    let contact = ContactId::new(clock::now().wall, 7);
    let anna = AgentId::new("anna");
    for event in [
        Event::Started {
            line: "main".into(),
            dialled: "100".to_owned(),
            caller: PhoneNumber::new("+4530901820"),
        },
        Event::Queued {
            queue: "support".into(),
            reason: Reason::Asked,
            language: None,
        },
        Event::Connected {
            agent: anna.clone(),
        },
    ] {
        house.api.store.record(contact, Duration::ZERO, event);
    }
    let (events, mut asked) = mpsc::channel(8);
    house.api.queue.join(contact, events).await;
    let orders = Orders::default();
    let noted = Arc::clone(&orders);
    tokio::spawn(async move {
        while let Some(event) = asked.recv().await {
            let CallEvent::Ordered(asked) = event else {
                continue;
            };
            let told = match asked.version {
                Some(version) if version != 3 => Err(Refusal::Changed),
                _ => answer(&asked.order),
            };
            noted.lock().unwrap().push((asked.agent, asked.order));
            // Whoever asked waits.
            let _ = asked.reply.0.send(told);
        }
    });
    (contact, orders)
}

fn with_anna() -> Talk {
    Talk {
        version: 3,
        with: Some(TransferTo::Agent {
            agent: AgentId::new("anna"),
        }),
        ..Talk::default()
    }
}

#[tokio::test]
async fn an_order_reaches_the_call_of_whoever_talks_and_nobody_elses() {
    let house = House::new().await;
    let (contact, orders) = talk(&house, |_| Ok(with_anna())).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    let lead = house.token(Role::Supervisor, None).await;
    let give = async |token: &str, what: &str| {
        let ask = house.post(&format!("/calls/{contact}/{what}"));
        ask.token(token).json(json!({})).send().await
    };
    let held = give(&anna, "hold").await;
    assert_eq!(held.header("etag"), "\"3\"");
    let told = held.ok();
    assert_eq!(
        (&told["contact"], &told["talk"]["with"]["name"]),
        (&json!(contact.to_string()), &json!("anna"))
    );
    // He does not answer support: for him there is no such call.
    assert_eq!(give(&bert, "hold").await.problem(404), "not-found");
    give(&lead, "resume").await.ok();
    let given = orders.lock().unwrap().clone();
    let anna = Some(AgentId::new("anna"));
    assert_eq!(given, [(anna, Order::Hold), (None, Order::Resume)]);
    let deeds = house.deeds().await;
    let deeds: Vec<&String> = deeds.iter().filter(|d| d.contains("call.")).collect();
    assert_eq!(
        deeds,
        [
            &format!("token anna call.hold contact {contact}"),
            &format!("token supervisor call.resume contact {contact}")
        ]
    );
}

#[tokio::test]
async fn what_the_call_refuses_is_a_conflict_with_a_remedy_and_is_written_down() {
    let house = House::new().await;
    let refuse = |_: &Order| {
        Err(Refusal::NotNow {
            what: "the caller is on hold already".to_owned(),
            remedy: "resume".to_owned(),
        })
    };
    let (contact, _) = talk(&house, refuse).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let hold = house.post(&format!("/calls/{contact}/hold")).token(&anna);
    let told = hold.json(json!({})).send().await;
    assert_eq!(told.problem(409), "wrong-state");
    assert_eq!(told.json["remedy"], "resume");
    let deeds = house.deeds().await;
    assert!(
        deeds.iter().any(|d| d.contains("call.refused")),
        "{deeds:?}"
    );
    // Somebody else was faster.
    let stale = house.post(&format!("/calls/{contact}/hold")).token(&anna);
    let stale = stale.header("if-match", "\"2\"").json(json!({}));
    assert_eq!(stale.send().await.problem(412), "changed-meanwhile");
    let nonsense = house.post(&format!("/calls/{contact}/hold")).token(&anna);
    let nonsense = nonsense.header("if-match", "\"x\"").json(json!({}));
    assert_eq!(nonsense.send().await.problem(422), "wrong-fields");
}

#[tokio::test]
async fn the_same_order_twice_with_a_key_is_given_once() {
    let house = House::new().await;
    let (contact, orders) = talk(&house, |_| Ok(with_anna())).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    for replayed in ["", "true"] {
        let ask = house.post(&format!("/calls/{contact}/hold")).token(&anna);
        let ask = ask.header("idempotency-key", "k1").json(json!({}));
        let told = ask.send().await;
        assert_eq!(told.header("idempotent-replayed"), replayed);
        told.ok();
    }
    assert_eq!(orders.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn whom_nobody_can_have_is_told_before_the_call_is_asked() {
    let house = House::new().await;
    let (contact, orders) = talk(&house, |_| Ok(with_anna())).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let to = async |body: Value| {
        let ask = house.post(&format!("/calls/{contact}/transfer"));
        ask.token(&anna).json(body).send().await
    };
    for body in [
        json!({}),
        json!({ "agent": "bertt" }),
        json!({ "queue": "salse" }),
        json!({ "number": "12ab" }),
        json!({ "agent": "bert", "number": "4512345678" }),
        json!({ "agnet": "bert" }),
    ] {
        let told = to(body).await;
        assert_eq!(told.problem(422), "wrong-fields");
    }
    let told = to(json!({ "agent": "bertt" })).await;
    assert!(told.json.to_string().contains("did you mean `bert`?"));
    for (body, why) in [
        (json!({ "agent": "bert" }), "no phone of bert"),
        (json!({ "agent": "anna" }), "anna is who asks"),
        (json!({ "number": "+4512345678" }), "no trunk"),
    ] {
        let told = to(body).await;
        assert_eq!(told.problem(409), "wrong-state");
        assert!(
            told.json["title"].as_str().unwrap().contains(why),
            "{}",
            told.json
        );
    }
    house.phone("bert").await;
    let pause = house
        .post("/agents/bert/pause")
        .token(&house.token(Role::Admin, None).await);
    pause.json(json!({ "reason": "lunch" })).send().await.ok();
    let told = to(json!({ "agent": "bert" })).await;
    assert!(
        told.json["title"]
            .as_str()
            .unwrap()
            .contains("paused (lunch)"),
        "{}",
        told.json
    );
    assert!(orders.lock().unwrap().is_empty());
    to(json!({ "queue": "sales" })).await.ok();
    assert_eq!(orders.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_number_that_may_not_be_called_is_refused_before_anything_rings() {
    let house = House::with(
        "[[trunks]]\nname = \"p\"\nuri = \"sip:192.0.2.1\"\nregister = false\n\
         [outside]\ncountry = \"+45\"\nallow = [\"+45\"]",
    );
    let house = house.await;
    let (contact, orders) = talk(&house, |_| Ok(with_anna())).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let bert = house.token(Role::Agent, Some("bert")).await;
    house.phone("bert").await;
    let to = async |path: &str, token: &str, number: &str| {
        let ask = house.post(path).token(token);
        ask.json(json!({ "number": number })).send().await
    };
    let (transfer, consult) = (
        format!("/calls/{contact}/transfer"),
        format!("/calls/{contact}/consult"),
    );
    for number in ["+4912345678", "90 12 34 56", "0045 90123456"] {
        for (path, token) in [
            (transfer.as_str(), &anna),
            (consult.as_str(), &anna),
            ("/agents/bert/dial", &bert),
        ] {
            let told = to(path, token, number).await;
            assert_eq!(told.problem(403), "number-not-allowed");
            assert!(told.json.to_string().contains("[outside]"), "{}", told.json);
        }
    }
    assert!(orders.lock().unwrap().is_empty());
    to(&transfer, &anna, "12 34 56 78").await.ok();
    assert_eq!(orders.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn supervisors_come_by_their_own_phone() {
    let house = House::with(
        "[[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\nsupervisor = true",
    );
    let house = house.await;
    let (contact, orders) = talk(&house, |_| Ok(with_anna())).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let boss = house.token(Role::Supervisor, Some("boss")).await;
    let nobody = house.token(Role::Supervisor, None).await;
    let listen = async |token: &str, body: Value| {
        let ask = house.post(&format!("/calls/{contact}/listen"));
        ask.token(token).json(body).send().await
    };
    assert_eq!(listen(&anna, json!({})).await.problem(403), "not-allowed");
    let told = listen(&nobody, json!({})).await;
    assert_eq!(told.problem(409), "wrong-state");
    assert_eq!(
        listen(&nobody, json!({ "phone": "bert" }))
            .await
            .problem(422),
        "wrong-fields"
    );
    let told = listen(&boss, json!({})).await;
    assert!(
        told.json["title"]
            .as_str()
            .unwrap()
            .contains("no phone of boss")
    );
    house.phone("boss").await;
    listen(&boss, json!({})).await.ok();
    listen(&nobody, json!({ "phone": "boss" })).await.ok();
    let given = orders.lock().unwrap().len();
    assert_eq!(given, 2);
}

#[tokio::test]
async fn a_call_that_is_over_is_told_so() {
    let house = House::new().await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let unknown = ContactId::new(Wall::from_unix_millis(1), 1);
    for call in [unknown.to_string(), "nonsense".to_owned()] {
        let ask = house.post(&format!("/calls/{call}/hold")).token(&anna);
        assert_eq!(ask.json(json!({})).send().await.problem(404), "not-found");
    }
    let (contact, _) = talk(&house, |_| Ok(with_anna())).await;
    house.api.queue.part(contact).await;
    let ask = house.post(&format!("/calls/{contact}/hold")).token(&anna);
    assert_eq!(ask.json(json!({})).send().await.problem(409), "wrong-state");
}
