//! What was known of a caller before is on the agent's card, and nobody waits for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::api::{Stream, ask};
use crate::support::media::KeyWay;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};

const RING: Duration = Duration::from_secs(8);

/// Says who it is to everybody who asks, after so long.
fn crm(after: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().expect("a socket"));
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if lines.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = n.trim().parse().expect("a number");
                    }
                }
                let mut body = vec![0; length];
                lines.read_exact(&mut body).expect("a body");
                std::thread::sleep(after);
                let asked: Value = serde_json::from_slice(&body).expect("JSON");
                let told = json!({
                    "name": format!("Customer {}", asked["number"].as_str().expect("a number")),
                    "tier": "gold",
                });
                let told = told.to_string();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{told}",
                    told.len()
                );
            });
        }
    });
    address
}

fn with_crm(at: SocketAddr) -> Server {
    server()
        .queue("ring_for = \"8s\"\nwrap_up = \"20s\"\nwrap_up_codes = [\"promised\"]")
        .with(&format!(
            "[crm]\nurl = \"http://{at}/who\"\nsecret = \"0123456789abcdef\"\nbudget = \"400ms\""
        ))
        .start()
}

fn desk(server: &Server) -> String {
    let told = server.command(&["tokens", "add", "t", "--role", "agent", "--agent", "agent1"]);
    let line = told.lines().find(|l| l.starts_with("zl_"));
    line.expect("a token").to_owned()
}

fn zero(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

/// The cards that came, until one is as it should be.
#[track_caller]
fn card(stream: &Stream, good: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + RING;
    loop {
        let cards = stream.all("card");
        if let Some(card) = cards.iter().find(|c| good(c)) {
            return card.clone();
        }
        assert!(Instant::now() < end, "{cards:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_card_tells_of_earlier_contacts_what_is_owed_and_who_it_is() {
    let server = with_crm(crm(Duration::ZERO));
    let token = desk(&server);
    let head = format!("Authorization: Bearer {token}\r\n");
    let mut agent = server.agent("agent1");
    let mut caller = zero(&server, "5550191");
    agent.ring(RING);
    agent.answer();
    caller.hang_up();
    agent.wait_bye(SOON);
    let body = json!({ "code": "promised", "note": "a new router" });
    let path = "/agents/agent1/wrap-up";
    let (status, _, told) = ask(server.api, "POST", path, &head, Some(&body));
    assert_eq!(status, 200, "{told}");
    let path = "/agents/agent1/wrap-up-done";
    let (status, _, told) = ask(server.api, "POST", path, &head, None);
    assert_eq!(status, 200, "{told}");

    let stream = Stream::open(server.api, &token, None);
    stream.wait("picture");
    let mut again = zero(&server, "5550191");
    agent.ring(RING);
    let card = card(&stream, |c| {
        c["crm"]["state"] == "known" && c["history"][0].is_object()
    });
    assert_eq!(card["crm"]["name"], "Customer 5550191");
    assert_eq!(card["crm"]["late"], false);
    let past = &card["history"][0];
    assert_eq!(
        (&past["code"], &past["note"], &past["agent"]),
        (&json!("promised"), &json!("a new router"), &json!("agent1"))
    );
    agent.answer();
    again.hang_up();
    agent.wait_bye(SOON);
    // The record is written behind the call.
    let contact = card["contact"].as_str().expect("an id");
    let path = format!("/contacts/{contact}");
    let end = Instant::now() + RING;
    loop {
        let (_, _, told) = ask(server.api, "GET", &path, &head, None);
        if told["card"]["history"][0]["code"] == "promised" {
            break;
        }
        assert!(Instant::now() < end, "{told}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_slow_crm_holds_up_nobody_and_what_it_says_comes_onto_the_card_later() {
    let server = with_crm(crm(Duration::from_secs(3)));
    let token = desk(&server);
    let mut agent = server.agent("agent1");
    let stream = Stream::open(server.api, &token, None);
    stream.wait("picture");
    let began = Instant::now();
    let mut caller = zero(&server, "5550192");
    agent.ring(RING);
    assert!(began.elapsed() < Duration::from_secs(2), "the offer waited");
    let first = stream.wait("card").1;
    assert!(["asked", "late"].contains(&first["crm"]["state"].as_str().unwrap_or("")));
    agent.answer();
    card(&stream, |c| c["crm"]["state"] == "late");
    let known = card(&stream, |c| c["crm"]["state"] == "known");
    assert_eq!(
        (&known["crm"]["name"], &known["crm"]["late"]),
        (&json!("Customer 5550192"), &json!(true))
    );
    caller.hang_up();
    agent.wait_bye(SOON);
}
