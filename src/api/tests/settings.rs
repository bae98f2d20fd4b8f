//! What files say is told without what opens a door.

use std::path::PathBuf;

use super::*;
use crate::task::settings::{Judge, Wrong};

/// A settings file that is judged on its own, without menus.
pub(super) struct Filed(pub PathBuf);

fn read(text: &str) -> (Option<Config>, Vec<config::Mistake>) {
    let layers = Layers {
        file: Some(("zeroline.toml".to_owned(), text.to_owned())),
        ..Layers::default()
    };
    config::read(&layers, Secret::new("demo"))
}

impl Judge for Filed {
    fn path(&self) -> PathBuf {
        self.0.clone()
    }

    fn elsewhere(&self, section: &str) -> Option<String> {
        (section == "webhooks").then(|| "--set webhooks".to_owned())
    }

    fn check(&self, text: &str) -> Vec<Wrong> {
        read(text).1.into_iter().map(Wrong::from).collect()
    }
}

/// A house whose server takes the file over when it is asked to; what says REFUSED it does not.
async fn house() -> (House, PathBuf) {
    let mut house = House::with("# Who is there\n").await;
    let mut reloads = std::mem::replace(&mut house.reloads, mpsc::channel(1).1);
    let (menus, settings) = (house.api.menus.clone(), house.api.settings.clone());
    let path = house.api.file.0.path();
    let file = path.clone();
    tokio::spawn(async move {
        while reloads.recv().await.is_some() {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let now = clock::now().wall;
            match read(&text).0.filter(|_| !text.contains("REFUSED")) {
                None => menus.refused(now, vec!["callers wait there".to_owned()]),
                Some(config) => {
                    settings.replace(Arc::new(config));
                    menus.loaded(now, Vec::new());
                }
            }
        }
    });
    (house, path)
}

fn errors(told: &Told) -> Vec<String> {
    let all = told.json["errors"].as_array().cloned().unwrap_or_default();
    let error = |e: Value| format!("{}: {}", e["field"], e["what"]).replace('"', "");
    all.into_iter().map(error).collect()
}

#[tokio::test]
async fn an_agent_is_taken_on_changed_and_let_go_in_the_file_as_it_was_written() {
    let (house, file) = house().await;
    let ada = house.token(Role::Admin, None).await;
    let before = std::fs::read_to_string(&file).unwrap();
    let seen = house.get("/settings").token(&ada).send().await;
    let eve = json!({ "name": "Eve", "password": "open sesame", "queues": ["sales"], "skills": ["de:3"] });
    let put = |body: Value| {
        let asked = house.ask(Method::PUT, "/settings/agents/eve").token(&ada);
        asked.header("if-match", seen.header("etag")).json(body)
    };
    let made = put(eve.clone()).send().await;
    assert_eq!(made.status, 200, "{}", made.json);
    let told = &made.json["agents"][2];
    assert_eq!(
        (&told["agent"], &told["skills"]["de"]),
        (&json!("eve"), &json!(3))
    );
    assert!(!made.json.to_string().contains("sesame"));
    let entry = "id = \"eve\"\nname = \"Eve\"\npassword = \"open sesame\"\n";
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains(entry) && text.starts_with("# Who is there\n"),
        "{text}"
    );
    assert_eq!(put(eve).send().await.problem(412), "changed-meanwhile");
    let asked = house.ask(Method::PUT, "/settings/agents/eve").token(&ada);
    let changed = asked
        .json(json!({ "skills": null, "supervisor": true }))
        .send()
        .await;
    assert_eq!(changed.ok()["agents"][2]["supervisor"], true);
    let gone = house
        .ask(Method::DELETE, "/settings/agents/eve")
        .token(&ada);
    gone.send().await.ok();
    let after = std::fs::read_to_string(&file).unwrap();
    assert_eq!(after.trim_end(), before.trim_end());
    let again = house
        .ask(Method::DELETE, "/settings/agents/eve")
        .token(&ada);
    assert_eq!(again.send().await.problem(404), "not-found");
    let deeds = house.deeds().await.join("\n");
    for deed in ["create agent eve", "change agent eve", "remove agent eve"] {
        assert!(deeds.contains(&format!("settings.{deed}")), "{deeds}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_field_and_changes_nothing() {
    let (house, file) = house().await;
    let ada = house.token(Role::Admin, None).await;
    let before = std::fs::read_to_string(&file).unwrap();
    let put = |path: &str, body: Value| house.ask(Method::PUT, path).token(&ada).json(body).send();
    let told = put(
        "/settings/agents/eve",
        json!({ "queues": ["sales", "sails"], "wrap_up": "soon" }),
    )
    .await;
    assert_eq!(told.problem(422), "wrong-fields");
    let fields = errors(&told);
    assert!(
        fields[0].starts_with("queues: `sails` does not fit"),
        "{fields:?}"
    );
    assert!(
        fields[1].starts_with("wrap_up: `soon` does not fit"),
        "{fields:?}"
    );
    assert_eq!(fields[2], "password: this agent could not be reached");
    let told = put("/settings/queues/support", json!({ "ring": "9s" })).await;
    assert_eq!(errors(&told), ["ring: is not known"]);
    // A queue that somebody answers.
    let gone = house
        .ask(Method::DELETE, "/settings/queues/sales")
        .token(&ada);
    let told = gone.send().await;
    assert!(
        errors(&told)[0].contains("agent bert: queues: `sales`"),
        "{}",
        told.json
    );
    // Only looked at.
    let good = json!({ "password": "p" });
    put("/settings/agents/eve?check=true", good.clone())
        .await
        .ok();
    // What the server does not take over is put back.
    let told = put(
        "/settings/agents/eve",
        json!({ "password": "p", "name": "REFUSED" }),
    )
    .await;
    assert_eq!(errors(&told), [": callers wait there"]);
    // Given elsewhere as well.
    let told = put(
        "/settings/webhooks/crm",
        json!({ "url": "https://crm.example" }),
    )
    .await;
    assert_eq!(told.problem(409), "wrong-state");
    let olga = house.token(Role::Operator, None).await;
    let asked = house.ask(Method::PUT, "/settings/agents/eve").token(&olga);
    assert_eq!(asked.json(good).send().await.problem(403), "not-allowed");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

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
