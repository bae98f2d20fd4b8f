//! Signing in, and what a session and a token are good for.

use super::*;
use crate::store::people::UserChange;

const PASSWORD: &str = "correct horse";

fn cookie_of(told: &Told) -> String {
    let cookies = told.headers.get_all("set-cookie").iter();
    let pairs = cookies.map(|c| c.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

async fn sign_in(house: &House, user: &str, password: &str) -> Told {
    let body = json!({ "user": user, "password": password });
    house.post("/session").json(body).send().await
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_can_not_read_and_commands_need_more() {
    let house = House::new().await;
    house.user("ann", Role::Admin, PASSWORD).await;
    let told = sign_in(&house, "Ann", PASSWORD).await;
    let set = told.header("set-cookie").to_owned();
    assert!(
        set.starts_with("zeroline=") && set.contains("; HttpOnly; SameSite=Strict"),
        "{set}"
    );
    let cookie = cookie_of(&told);
    let csrf = told.ok()["csrf"].as_str().unwrap().to_owned();
    // What the cookie holds is not in the store.
    let secret = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(house.api.reader.session(secret).await.unwrap().is_none());
    assert!(
        house
            .api
            .reader
            .session(&digest(secret))
            .await
            .unwrap()
            .is_some()
    );

    let me = house
        .get("/session")
        .header("cookie", &cookie)
        .send()
        .await
        .ok();
    assert_eq!(
        (&me["who"], &me["role"], &me["csrf"]),
        (&json!("ann"), &json!("admin"), &json!(csrf))
    );
    let make = |csrf: &str| {
        let ask = house.post("/users").header("cookie", &cookie);
        ask.header("x-csrf-token", csrf)
            .json(json!({ "user": "eve", "role": "agent" }))
    };
    let forged = house.post("/users").header("cookie", &cookie);
    let forged = forged
        .json(json!({ "user": "eve", "role": "agent" }))
        .send()
        .await;
    assert_eq!(forged.problem(403), "not-allowed");
    assert_eq!(make("x").send().await.problem(403), "not-allowed");
    let elsewhere = make(&csrf).header("origin", "http://evil").send().await;
    assert_eq!(elsewhere.problem(403), "not-allowed");
    assert!(house.api.reader.user("eve").await.unwrap().is_none());
    let ours = make(&csrf)
        .header("origin", "http://desk")
        .send()
        .await
        .ok();
    assert_eq!(ours["user"], "eve");

    let out = house
        .ask(Method::DELETE, "/session")
        .header("cookie", &cookie);
    let out = out.header("x-csrf-token", &csrf).send().await;
    assert_eq!(out.status, 204);
    let after = house.get("/session").header("cookie", &cookie).send().await;
    assert_eq!(after.problem(401), "not-signed-in");
    let deeds = house.deeds().await;
    for deed in [
        "ann session.begin ",
        "ann user.create user eve",
        "ann session.end ",
    ] {
        assert!(deeds.iter().any(|d| d == deed), "{deed} in {deeds:?}");
    }
}

#[tokio::test]
async fn who_is_unknown_and_who_mistypes_hear_the_same_and_guessing_is_slowed() {
    let house = House::new().await;
    house.user("ann", Role::Agent, PASSWORD).await;
    let known = cookie_of(&sign_in(&house, "ann", PASSWORD).await);
    let wrong = sign_in(&house, "ann", "wrong horse").await;
    let unknown = sign_in(&house, "nobody", PASSWORD).await;
    assert_eq!(wrong.problem(401), "not-signed-in");
    assert_eq!(wrong.json, unknown.json);
    let mut slowed = None;
    for _ in 0..8 {
        let told = sign_in(&house, "nobody", "guess").await;
        if told.status == 429 {
            slowed = Some(told);
            break;
        }
    }
    let slowed = slowed.expect("slowed down");
    assert_eq!(slowed.problem(429), "slow-down");
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() >= 1);
    // Not even the right password is taken from there, but from a browser that is known.
    assert_eq!(sign_in(&house, "ann", PASSWORD).await.status, 429);
    let body = json!({ "user": "ann", "password": PASSWORD });
    let known = house.post("/session").json(body).header("cookie", &known);
    let known = known.send().await;
    assert_eq!(known.status, 200, "{}", known.json);
}

#[tokio::test]
async fn a_session_is_over_when_it_is_idle_when_its_time_is_over_and_when_its_user_may_not() {
    let house = House::new().await;
    house.user("ann", Role::Agent, PASSWORD).await;
    house.user("boss", Role::Admin, PASSWORD).await;
    let cookie = cookie_of(&sign_in(&house, "ann", PASSWORD).await);
    let id = digest(cookie.split(['=', ';']).nth(1).unwrap());
    let ask = async || house.get("/agents").header("cookie", &cookie).send().await;
    assert_eq!(ask().await.status, 200);
    let hour_ago = clock::now().wall.unix_millis() - 3_601_000;
    let hour_ago = crate::now::Wall::from_unix_millis(hour_ago);
    house
        .api
        .store
        .session_seen(id.clone(), hour_ago)
        .await
        .unwrap();
    assert_eq!(ask().await.problem(401), "not-signed-in");
    let now = clock::now().wall;
    house.api.store.session_seen(id, now).await.unwrap();
    assert_eq!(ask().await.status, 200);
    let disabled = UserChange {
        disabled: Some(true),
        ..UserChange::default()
    };
    let done = house
        .api
        .store
        .change_user("ann".into(), None, disabled, deed("x"))
        .await;
    assert!(matches!(done, Ok(Changed::Made(_))));
    assert_eq!(ask().await.problem(401), "not-signed-in");
    assert_eq!(
        sign_in(&house, "ann", PASSWORD).await.problem(401),
        "not-signed-in"
    );
}

#[tokio::test]
async fn ones_own_password_can_be_changed_and_ends_all_sessions() {
    let house = House::new().await;
    house.user("ann", Role::Agent, PASSWORD).await;
    let told = sign_in(&house, "ann", PASSWORD).await;
    let cookie = cookie_of(&told);
    let csrf = told.ok()["csrf"].as_str().unwrap().to_owned();
    let change = async |old: &str, new: &str| {
        let ask = house.post("/session/password").header("cookie", &cookie);
        let ask = ask.header("x-csrf-token", &csrf);
        ask.json(json!({ "old": old, "new": new })).send().await
    };
    assert_eq!(change(PASSWORD, "short").await.problem(422), "wrong-fields");
    assert_eq!(
        change("wrong", "battery staple").await.problem(422),
        "wrong-fields"
    );
    assert_eq!(change(PASSWORD, "battery staple").await.status, 204);
    let after = house.get("/session").header("cookie", &cookie).send().await;
    assert_eq!(after.status, 401);
    assert_eq!(sign_in(&house, "ann", "battery staple").await.status, 200);
}

#[tokio::test]
async fn behind_https_cookies_are_secure() {
    let house = House::with("[api]\norigin = \"https://desk.example\"").await;
    house.user("ann", Role::Agent, PASSWORD).await;
    let told = sign_in(&house, "ann", PASSWORD).await;
    for cookie in told.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with("__") && cookie.contains("; Secure"),
            "{cookie}"
        );
    }
    assert!(told.header("strict-transport-security").contains("max-age"));
}

#[tokio::test]
async fn the_first_start_makes_an_administrator_and_the_second_does_not() {
    let house = House::new().await;
    let password = first_user(&house.api.store)
        .await
        .unwrap()
        .expect("a password");
    assert_eq!(first_user(&house.api.store).await.unwrap(), None);
    let told = sign_in(&house, FIRST_USER, &password).await.ok();
    assert_eq!(told["role"], "admin");
}

#[tokio::test]
async fn a_proxy_that_is_believed_says_where_somebody_comes_from() {
    let house = House::with("[api]\ntrusted_proxies = [\"127.0.0.1\"]").await;
    let admin = house.token(Role::Admin, None).await;
    let make = async |name: &str, peer: [u8; 4]| {
        let ask = house.post("/tokens").token(&admin).from(peer);
        let ask = ask.header("x-forwarded-for", "203.0.113.9, 198.51.100.4");
        ask.json(json!({ "name": name, "role": "operator" }))
            .send()
            .await
            .ok()
    };
    make("a", [127, 0, 0, 1]).await;
    make("b", [192, 0, 2, 1]).await;
    let filter = crate::store::audit::DeedFilter {
        deed: Some("token".into()),
        ..Default::default()
    };
    let deeds = house.api.reader.deeds(&filter, 2).await.unwrap();
    let sources: Vec<&str> = deeds.iter().map(|d| d.deed.source.as_str()).collect();
    // Only the hop that the proxy itself saw; a stranger's word is not believed.
    assert_eq!(sources, ["192.0.2.1", "198.51.100.4"]);
}
