//! What files say is told without what opens a door.

use super::*;

#[tokio::test]
async fn settings_are_told_without_secrets_and_say_where_they_are_written() {
    let more = r#"
        [[webhooks]]
        name = "crm"
        url = "https://crm.example.org/hook?key=topsecret"
        events = ["contact.ended"]
        secret = "at least sixteen characters"
    "#;
    let house = House::with(more).await;
    let operator = house.token(Role::Operator, None).await;
    let told = house.get("/settings").token(&operator).send().await.ok();
    assert_eq!(told["file"], "zeroline.toml");
    assert_eq!(told["menus"], Value::Null);
    let (agents, queues) = (&told["agents"], &told["queues"]);
    assert_eq!(agents[1]["agent"], "bert");
    assert_eq!(agents[1]["queues"], json!(["sales"]));
    assert_eq!(queues[0]["wrap_up_codes"], json!(["solved", "promised"]));
    assert_eq!(queues[0]["strategy"], "longest-idle");
    assert_eq!(told["webhooks"][0]["url"], "https://crm.example.org/hook");
    let all = told.to_string();
    for secret in ["topsecret", "sixteen", "\"secret\""] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let anna = house.token(Role::Agent, Some("anna")).await;
    for path in ["/settings", "/calendars"] {
        let refused = house.get(path).token(&anna).send().await;
        assert_eq!(refused.problem(403), "not-allowed");
    }
    let none = house.get("/calendars").token(&operator).send().await.ok();
    assert_eq!(none, json!([]));
    let wrong = house.get("/calendars?date=tomorrow").token(&operator);
    assert_eq!(wrong.send().await.problem(422), "wrong-fields");
}
