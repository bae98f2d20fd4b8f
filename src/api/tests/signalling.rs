//! The SIP messages of a contact: who sees that there were some, and who reads them.

use std::time::Duration;

use super::commands::started;
use super::*;
use crate::ids::ContactId;
use crate::now::Wall;
use crate::store::signalling::SignalMeta;

fn message(contact: ContactId, ms: i64, what: &str) -> SignalMeta {
    SignalMeta {
        contact,
        leg: 1,
        at: Wall::from_unix_millis(contact.started().unix_millis() + ms),
        sent: what.starts_with("SIP"),
        party: "…20".to_owned(),
        peer: "192.0.2.9:5060".to_owned(),
        transport: "UDP".to_owned(),
        what: what.to_owned(),
        method: "INVITE".to_owned(),
        sdp: what == "INVITE",
        message: format!("{what} sip:…20@zeroline SIP/2.0\r\n"),
    }
}

#[tokio::test]
async fn supervisors_see_the_ladder_operators_read_messages_and_agents_see_neither() {
    let house = House::with("[sip]\ntrace = \"7d\"").await;
    let began = Wall::from_unix_millis(1_795_000_000_000);
    let contact = ContactId::new(began, 1);
    let other = ContactId::new(began, 2);
    for id in [contact, other] {
        let event = started("+4530901820");
        house.api.store.record(id, Duration::ZERO, event);
    }
    house.api.store.flush().await.unwrap();
    // Out of order, as two sockets may tell.
    let some = vec![
        message(contact, 40, "100 Trying"),
        message(contact, -3, "INVITE"),
    ];
    house.api.store.keep_signalling(some).await.unwrap();
    let token = async |role| house.token(role, None).await;
    let (lead, operator) = (token(Role::Supervisor).await, token(Role::Operator).await);
    let anna = house.token(Role::Agent, Some("anna")).await;
    let path = format!("/contacts/{contact}/signalling");
    let get = async |path: &str, token: &str| house.get(path).token(token).send().await;
    let seen = get(&path, &lead).await.ok();
    assert_eq!(seen["kept"], true);
    let first = &seen["messages"][0];
    assert_eq!(
        (&first["what"], &first["at_ms"]),
        (&json!("INVITE"), &json!(-3))
    );
    assert_eq!(
        (&first["peer"], &first["sdp"]),
        (&Value::Null, &json!(true))
    );
    assert_eq!(seen["messages"].as_array().unwrap().len(), 2);
    let of_operator = get(&path, &operator).await.ok();
    assert_eq!(of_operator["messages"][0]["peer"], "192.0.2.9:5060");
    let text = format!("{path}/{}", first["message"]);
    let told = get(&text, &operator).await.ok();
    assert!(told["text"].as_str().unwrap().starts_with("INVITE sip:…20"));
    assert_eq!(get(&text, &lead).await.problem(403), "not-allowed");
    assert_eq!(get(&path, &anna).await.problem(403), "not-allowed");
    // A message of another contact is not one of this.
    let elsewhere = format!("/contacts/{other}/signalling/{}", first["message"]);
    assert_eq!(get(&elsewhere, &operator).await.problem(404), "not-found");
    let none = get(&format!("/contacts/{other}/signalling"), &lead)
        .await
        .ok();
    assert_eq!(none["messages"], json!([]));
    for nobody in [
        "/contacts/xyz/signalling",
        "/contacts/0190a1b2c3d4e5f6/signalling",
    ] {
        assert_eq!(get(nobody, &lead).await.problem(404), "not-found");
    }
    // They go by their age, and with their contact.
    let now = Wall::from_unix_millis(began.unix_millis() + 10_000);
    let gone = house
        .api
        .store
        .forget_signalling(Duration::from_secs(60), now);
    assert_eq!(gone.await.unwrap(), 0);
    let gone = house.api.store.forget_signalling(Duration::ZERO, now);
    assert_eq!(gone.await.unwrap(), 2);
}
