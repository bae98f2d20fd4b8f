//! Who sees and hears recordings.

use super::*;
use crate::ids::ContactId;
use crate::now::Wall;
use crate::store::recordings::{TalkEnd, TalkMeta};

const CONTACT: &str = "/contacts/0000000000001/recording/pause";

/// A recording of a talk with this agent, which is over.
async fn recorded(house: &House, number: u32, agent: &str) -> i64 {
    let store = &house.api.store;
    let meta = TalkMeta {
        contact: ContactId::new(Wall::from_unix_millis(1_795_000_000_000), number),
        number: 1,
        queue: "support".into(),
        agent: AgentId::new(agent),
        agreed: false,
        began: clock::now().wall,
    };
    let begun = store.begin_talk(meta).await.unwrap();
    let id = begun.id;
    std::io::Write::write_all(&mut &begun.file, b"RIFF and more").unwrap();
    store.end_talk(&begun, TalkEnd::default()).await.unwrap();
    id
}

async fn listed(house: &House, token: &str, query: &str) -> Vec<i64> {
    let page = house
        .get(&format!("/recordings?{query}"))
        .token(token)
        .send()
        .await
        .ok();
    let items = page["items"].as_array().unwrap().iter();
    items.map(|r| r["recording"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn recordings_are_for_supervisors_and_for_the_agent_who_talked() {
    let house = House::new().await;
    let of_anna = recorded(&house, 1, "anna").await;
    let of_bert = recorded(&house, 2, "bert").await;
    let lead = house.token(Role::Supervisor, None).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let nobody = house.token(Role::Agent, None).await;
    let operator = house.token(Role::Operator, None).await;
    assert_eq!(listed(&house, &lead, "limit=9").await, [of_bert, of_anna]);
    assert_eq!(listed(&house, &lead, "agent=bert").await, [of_bert]);
    assert_eq!(listed(&house, &anna, "limit=9").await, [of_anna]);
    for (token, path) in [
        (&anna, "/recordings?agent=bert".to_owned()),
        (&anna, format!("/recordings/{of_bert}")),
        (&anna, format!("/recordings/{of_bert}/audio")),
        // Nor whether there is one.
        (&anna, "/recordings/999".to_owned()),
        (&nobody, "/recordings".to_owned()),
        (&operator, "/recordings".to_owned()),
        (&operator, format!("/recordings/{of_anna}/audio")),
    ] {
        let told = house.get(&path).token(token).send().await;
        assert_eq!(told.problem(403), "not-allowed", "{path}");
    }
    let told = house.get("/recordings/999").token(&lead).send().await;
    assert_eq!(told.problem(404), "not-found");
    assert!(house.deeds().await.iter().all(|d| !d.contains("listen")));
    let path = format!("/recordings/{of_anna}/audio");
    let heard = house.get(&path).token(&anna).send().await;
    assert_eq!(
        (heard.status.as_u16(), &heard.bytes[..]),
        (200, &b"RIFF and more"[..])
    );
    assert_eq!(heard.header("content-type"), "audio/wav");
    let part = house.get(&path).token(&lead).header("range", "bytes=0-3");
    let part = part.send().await;
    assert_eq!((part.status.as_u16(), &part.bytes[..]), (206, &b"RIFF"[..]));
    let told = house.deeds().await;
    let listened = told.iter().filter(|d| d.contains("recording.listen"));
    assert_eq!(listened.count(), 2, "{told:?}");
}

#[tokio::test]
async fn what_is_removed_is_gone_and_its_hash_is_not() {
    let house = House::new().await;
    let id = recorded(&house, 1, "anna").await;
    let lead = house.token(Role::Supervisor, None).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let path = format!("/recordings/{id}");
    let remove = |token: &str| house.ask(Method::DELETE, &path).token(token);
    assert_eq!(remove(&anna).send().await.problem(403), "not-allowed");
    let gone = remove(&lead).send().await.ok();
    assert!(
        gone["deleted"].is_string() && gone["sha256"].is_string(),
        "{gone}"
    );
    assert_eq!(remove(&lead).send().await.problem(409), "wrong-state");
    let told = house
        .get(&format!("{path}/audio"))
        .token(&lead)
        .send()
        .await;
    assert_eq!(told.problem(409), "wrong-state");
    assert_eq!(listed(&house, &lead, "limit=9").await, [id]);
    let deeds = house.deeds().await;
    assert!(
        deeds
            .iter()
            .any(|d| d.contains("recording.remove recording 1 of contact")),
        "{deeds:?}"
    );
}

#[tokio::test]
async fn only_a_talk_that_is_recorded_can_pause() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let anna = house.token(Role::Agent, Some("anna")).await;
    let operator = house.token(Role::Operator, None).await;
    let told = house.post(CONTACT).token(&lead).send().await;
    assert_eq!(told.problem(409), "wrong-state");
    for token in [&anna, &operator] {
        let told = house.post(CONTACT).token(token).send().await;
        assert_eq!(told.problem(403), "not-allowed");
    }
    assert!(house.deeds().await.iter().all(|d| !d.contains("pause")));
}
