//! The HTTP API and the command line beside real calls.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;

use crate::support::api::{Stream, ask};
use crate::support::media::KeyWay;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};

const RING: Duration = Duration::from_secs(8);

/// A token made on the command line.
fn token(server: &Server, args: &[&str]) -> String {
    let told = server.command(&[&["tokens", "add", "test"], args].concat());
    let line = told.lines().find(|l| l.starts_with("zl_"));
    line.expect("a token").to_owned()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// Waits until the queue knows of an agent's phone.
fn wait_ready(server: &Server, head: &str, agent: &str) {
    let end = std::time::Instant::now() + RING;
    loop {
        let (_, _, told) = ask(server.api, "GET", &format!("/agents/{agent}"), head, None);
        if told["state"] == "ready" {
            return;
        }
        assert!(std::time::Instant::now() < end, "{told}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn zero(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

#[test]
fn the_card_is_on_the_agents_stream_before_their_phone_rings() {
    let server = server()
        .queue("ring_for = \"8s\"\nwrap_up = \"20s\"\nwrap_up_codes = [\"solved\"]")
        .start();
    let desk = token(&server, &["--role", "agent", "--agent", "agent1"]);
    let stream = Stream::open(server.api, &desk, None);
    let (first, picture) = stream.wait("picture");
    assert_eq!(picture["agents"][0]["state"], "offline");
    let mut agent = server.agent("agent1");
    let mut caller = zero(&server, "5550177");
    agent.ring(RING);
    // Whoever asks once the phone rings finds the card in what was told until then.
    let later = Stream::open(server.api, &desk, Some(&first));
    let (_, card) = later.wait("card");
    assert_eq!(
        (&card["caller"], &card["reason"]["kind"]),
        (&json!("5550177"), &json!("asked"))
    );
    let kinds = later.kinds();
    let place = |kind: &str| kinds.iter().position(|k| k == kind);
    assert!(
        place("card").is_some() && place("contact.connected").is_none(),
        "{kinds:?}"
    );
    stream.wait("card");

    agent.answer();
    let (_, talk) = stream.wait("contact.connected");
    assert_eq!(
        (&talk["stage"], &talk["caller"]),
        (&json!("talking"), &json!("5550177"))
    );
    assert!(server.command(&["agents"]).contains("talking"));
    caller.hang_up();
    agent.wait_bye(SOON);
    stream.wait("contact.ended");
    let head = bearer(&desk);
    let body = json!({ "code": "solved", "note": "all well" });
    let (status, _, told) = ask(
        server.api,
        "POST",
        "/agents/agent1/wrap-up",
        &head,
        Some(&body),
    );
    assert_eq!(status, 200, "{told}");
    let show = server.command(&["contacts", "show", talk["contact"].as_str().expect("an id")]);
    assert!(show.contains("agent1 wrote up solved: all well"), "{show}");
    let (status, _, told) = ask(
        server.api,
        "POST",
        "/agents/agent1/wrap-up-done",
        &head,
        None,
    );
    assert_eq!((status, &told["state"]), (200, &json!("ready")));
}

#[test]
fn who_pauses_by_the_api_is_not_offered_anyone_until_they_are_ready() {
    let server = server()
        .queue("ring_for = \"8s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let lead = token(&server, &["--role", "supervisor"]);
    let mut agent = server.agent("agent1");
    let head = bearer(&lead);
    wait_ready(&server, &head, "agent1");
    let paused = server.command(&["agents", "pause", "agent1", "--reason", "lunch"]);
    assert!(paused.contains("agent1 is paused"), "{paused}");
    let mut caller = zero(&server, "5550178");
    assert!(!agent.rings_within(Duration::from_millis(1500)));
    let (_, _, queues) = ask(server.api, "GET", "/queues", &head, None);
    assert_eq!(
        (&queues[0]["waiting"], &queues[0]["ready"]),
        (&json!(1), &json!(0))
    );
    assert!(server.command(&["queues"]).contains("support"));
    let (_, _, calls) = ask(server.api, "GET", "/calls", &head, None);
    assert_eq!(
        (&calls[0]["stage"], &calls[0]["caller"]),
        (&json!("waiting"), &json!("5550178"))
    );
    let (status, _, told) = ask(server.api, "POST", "/agents/agent1/ready", &head, None);
    // The caller is offered at once.
    assert_eq!((status, &told["state"]), (200, &json!("offered")));
    agent.ring(RING);
    agent.answer();
    caller.hang_up();
    agent.wait_bye(SOON);
    let admin = token(&server, &["--role", "admin"]);
    let (_, _, audit) = ask(
        server.api,
        "GET",
        "/audit?deed=agent",
        &bearer(&admin),
        None,
    );
    let deeds = audit["items"].as_array().expect("a page").iter();
    let deeds: Vec<String> = deeds
        .map(|d| format!("{} {}", d["who"], d["deed"]))
        .collect();
    assert_eq!(
        deeds,
        [
            "\"token test\" \"agent.ready\"",
            "\"local\" \"agent.pause\""
        ]
    );
}

#[test]
fn the_first_start_prints_a_password_that_signs_in_and_a_lost_one_is_replaced() {
    let mut server = server().start();
    let line = server
        .process()
        .wait_line("first start: sign in as admin", SOON);
    let word = |line: &str| {
        let rest = line.split("password ").nth(1).expect("a password");
        rest.split_whitespace()
            .next()
            .expect("a password")
            .to_owned()
    };
    let sign_in = |at, password: &str| {
        let body = json!({ "user": "admin", "password": password });
        ask(at, "POST", "/session", "", Some(&body))
    };
    let (status, head, told) = sign_in(server.api, &word(&line));
    assert_eq!((status, &told["role"]), (200, &json!("admin")), "{head}");
    let made = word(&server.command(&["users", "reset-password", "admin"]));
    assert_eq!(sign_in(server.api, &word(&line)).0, 401);
    assert_eq!(sign_in(server.api, &made).0, 200);
    server.crash_and_restart();
    assert_eq!(sign_in(server.api, &made).0, 200);
    assert!(
        !server.output().contains("first start"),
        "{}",
        server.output()
    );
    // No password is in the log or in the store.
    let database = std::fs::read(server.data().join("zeroline.db")).expect("the store");
    for secret in [word(&line), made] {
        let found = database
            .windows(secret.len())
            .any(|w| w == secret.as_bytes());
        assert!(!found, "a password in the clear");
    }
}

#[test]
fn a_webhook_is_told_of_the_call_signed_and_again_until_it_takes_it() {
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = receiver.local_addr().expect("a port");
    let hook = format!(
        "[[webhooks]]\nname = \"crm\"\nurl = \"http://{at}/calls\"\nevents = [\"contact.ended\"]\n\
         secret = \"0123456789abcdef\"\n"
    );
    let server = server().with(&hook).start();
    std::thread::sleep(Duration::from_millis(700));
    let mut caller = server.phone("5550179");
    caller.call("100");
    caller.hang_up();
    let take = |status: &str| {
        let (mut s, _) = receiver.accept().expect("a webhook");
        s.set_read_timeout(Some(SOON)).expect("a socket");
        let (mut all, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let n = s.read(&mut chunk).expect("a request");
            all.extend_from_slice(&chunk[..n]);
            let text = String::from_utf8_lossy(&all).into_owned();
            if let Some((_, body)) = text.split_once("\r\n\r\n")
                && serde_json::from_str::<serde_json::Value>(body).is_ok()
            {
                write!(
                    s,
                    "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
                .expect("a socket");
                return text;
            }
        }
    };
    let first = take("500 X");
    assert!(
        first.contains("webhook-signature: v1,") && first.contains("webhook-timestamp: "),
        "{first}"
    );
    let (_, body) = first.split_once("\r\n\r\n").expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(
        (&body["event"], &body["contact"]["caller"]),
        (&json!("contact.ended"), &json!("…79"))
    );
    let operator = token(&server, &["--role", "operator"]);
    let head = bearer(&operator);
    let (_, _, outbox) = ask(server.api, "GET", "/outbox", &head, None);
    assert_eq!(
        (&outbox[0]["node"], &outbox[0]["attempts"]),
        (&json!("webhook:crm"), &json!(1)),
        "{outbox}"
    );
    let path = format!("/outbox/{}/retry", outbox[0]["letter"]);
    assert_eq!(ask(server.api, "POST", &path, &head, None).0, 204);
    let second = take("200 X");
    let id = |text: &str| {
        text.lines()
            .find(|l| l.starts_with("webhook-id"))
            .map(str::to_owned)
    };
    assert!(id(&first).is_some() && id(&first) == id(&second));
}
