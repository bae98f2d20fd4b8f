//! Users, tokens, the audit trail, and commands that come twice.

use super::*;

#[tokio::test]
async fn only_administrators_say_who_may_sign_in() {
    let house = House::new().await;
    for role in [Role::Agent, Role::Supervisor, Role::Operator] {
        let token = house.token(role, None).await;
        for path in ["/users", "/tokens", "/audit"] {
            let told = house.get(path).token(&token).send().await;
            assert_eq!(told.problem(403), "not-allowed", "{role:?} {path}");
            assert!(told.json["remedy"].as_str().unwrap().contains("admin"));
        }
    }
}

#[tokio::test]
async fn two_who_change_a_user_at_once_do_not_undo_each_other() {
    let house = House::new().await;
    let admin = house.token(Role::Admin, None).await;
    let body = json!({ "user": "ann", "role": "agent", "agent": "anna" });
    let made = house.post("/users").token(&admin).json(body).send().await;
    assert!(made.json["password"].as_str().unwrap().len() > 12);
    let change = async |tag: &str, body: Value| {
        let ask = house.ask(Method::PATCH, "/users/ann").token(&admin);
        ask.header("if-match", tag).json(body).send().await
    };
    let shown = house.get("/users/ann").token(&admin).send().await;
    let tag = shown.header("etag").to_owned();
    let first = change(&tag, json!({ "display": "Ann A." })).await;
    assert_eq!(first.status, 200, "{}", first.json);
    let second = change(&tag, json!({ "role": "supervisor" })).await;
    assert_eq!(second.problem(412), "changed-meanwhile");
    let now = house.api.reader.user("ann").await.unwrap().unwrap();
    assert_eq!((now.role, now.display.as_str()), (Role::Agent, "Ann A."));
    let third = change(
        first.header("etag"),
        json!({ "role": "supervisor", "agent": null }),
    )
    .await;
    let third = third.ok();
    assert_eq!(
        (&third["role"], &third["agent"]),
        (&json!("supervisor"), &Value::Null)
    );
    // One agent is one user's.
    let body = json!({ "user": "x", "role": "agent", "agent": "bert" });
    house
        .post("/users")
        .token(&admin)
        .json(body)
        .send()
        .await
        .ok();
    let body = json!({ "user": "y", "role": "agent", "agent": "bert" });
    let taken = house.post("/users").token(&admin).json(body).send().await;
    assert_eq!(taken.problem(409), "wrong-state");
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::new().await;
    house.user("root", Role::Admin, "a long password").await;
    let admin = house.token(Role::Admin, None).await;
    for (method, body) in [
        (Method::PATCH, json!({ "role": "agent" })),
        (Method::PATCH, json!({ "disabled": true })),
        (Method::DELETE, json!({})),
    ] {
        let told = house
            .ask(method, "/users/root")
            .token(&admin)
            .json(body)
            .send()
            .await;
        assert_eq!(told.problem(409), "wrong-state");
    }
    house.user("second", Role::Admin, "a long password").await;
    let told = house
        .ask(Method::DELETE, "/users/root")
        .token(&admin)
        .send()
        .await;
    assert_eq!(told.status, 204);
}

#[tokio::test]
async fn a_token_is_shown_once_and_can_be_taken_back() {
    let house = House::new().await;
    let admin = house.token(Role::Admin, None).await;
    let body = json!({ "name": "board", "role": "supervisor", "days": 1 });
    let ask = || {
        let ask = house
            .post("/tokens")
            .token(&admin)
            .header("idempotency-key", "one");
        ask.json(body.clone())
    };
    let made = ask().send().await;
    assert_eq!(made.status, 201);
    let token = made.json["token"].as_str().unwrap().to_owned();
    assert_eq!(house.get("/calls").token(&token).send().await.status, 200);
    let again = ask().send().await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(
        (&again.json["id"], &again.json["token"]),
        (&made.json["id"], &Value::Null)
    );
    let all = house.get("/tokens").token(&admin).send().await;
    assert!(!String::from_utf8_lossy(&all.bytes).contains(&token));
    assert_eq!(all.json.as_array().unwrap().len(), 2);
    let path = format!("/tokens/{}", made.json["id"]);
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .token(&admin)
            .send()
            .await
            .status,
        204
    );
    assert_eq!(
        house.get("/calls").token(&token).send().await.problem(401),
        "not-signed-in"
    );
    assert_eq!(
        house
            .ask(Method::DELETE, &path)
            .token(&admin)
            .send()
            .await
            .problem(404),
        "not-found"
    );
}

#[tokio::test]
async fn a_command_that_comes_twice_is_done_once() {
    let house = House::new().await;
    let lead = house.token(Role::Supervisor, None).await;
    let ask = |key: &str, title: &str| {
        let ask = house
            .post("/tasks")
            .token(&lead)
            .header("idempotency-key", key);
        ask.json(json!({ "title": title }))
    };
    let first = ask("\"k1\"", "send the manual").send().await;
    let second = ask("k1", "send the manual").send().await;
    assert_eq!(
        (first.status, second.status),
        (StatusCode::CREATED, StatusCode::CREATED)
    );
    assert_eq!(first.json, second.json);
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(
        ask("k1", "another").send().await.problem(422),
        "wrong-fields"
    );
    let third = ask("k2", "send the manual").send().await;
    assert_ne!(first.json["task"], third.json["task"]);
    // A refusal is the first answer as well, and another one's key is another key.
    let wrong = ask("k3", "").send().await;
    assert_eq!(wrong.problem(422), "wrong-fields");
    assert_eq!(ask("k3", "").send().await.json, wrong.json);
    let admin = house.token(Role::Admin, None).await;
    let other = house
        .post("/tasks")
        .token(&admin)
        .header("idempotency-key", "k1");
    let other = other.json(json!({ "title": "mine" })).send().await;
    assert_eq!(other.status, 201);
    let tasks = house.get("/tasks").token(&lead).send().await.ok();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_audit_trail_says_who_did_what() {
    let house = House::new().await;
    let admin = house.token(Role::Admin, None).await;
    for n in 0..3 {
        let body = json!({ "user": format!("u{n}"), "role": "agent" });
        house
            .post("/users")
            .token(&admin)
            .json(body)
            .send()
            .await
            .ok();
    }
    let page = house
        .get("/audit?deed=user&limit=2")
        .token(&admin)
        .send()
        .await
        .ok();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items[0]["target"], "user u2");
    assert_eq!(
        (&items[0]["who"], &items[0]["source"]),
        (&json!("token admin"), &json!("127.0.0.1"))
    );
    let next = format!("/audit?deed=user&cursor={}", page["next"].as_str().unwrap());
    let rest = house.get(&next).token(&admin).send().await.ok();
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), &rest["next"]),
        (1, &Value::Null)
    );
}
