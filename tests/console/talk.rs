//! The agent's phone in the page: real voice both ways between a browser and a phone.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::browser::Browser;
use crate::support::api::ask;
use crate::support::audio::{share, silent, sine};
use crate::support::media::Source;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server, write_wav};
use crate::{RING, user, zero};

const CALLER: f64 = 600.0;
const AGENT: f64 = 900.0;
const SECOND: f64 = 1250.0;
const MUSIC: f64 = 1700.0;

/// The music is a tone, and so is what is said into the browser's microphone.
fn scene() -> Setup {
    server()
        .prompt("en/sys-moh", &sine(MUSIC, 6000.0, 2.0))
        .queue("ring_for = \"30s\"\nwrap_up = \"60s\"")
}

struct Microphone(PathBuf);

impl Microphone {
    fn new(server: &Server) -> Microphone {
        let path = server.data().join("microphone.wav");
        write_wav(&path, &sine(AGENT, 12_000.0, 4.0));
        Microphone(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a scratch path")
    }
}

/// A caller who says their tone.
fn caller(server: &Server, number: &str) -> Phone {
    let caller = zero(server, number);
    caller.media.say(Source::Tone(CALLER));
    caller
}

/// Soon this phone hears that tone more than all others.
#[track_caller]
fn hears(phone: &Phone, hz: f64) {
    let mut told = String::new();
    for _ in 0..12 {
        let heard = phone.media.listen(Duration::from_millis(400));
        let of = |hz| share(&heard, hz);
        let others = [CALLER, AGENT, SECOND, MUSIC].into_iter();
        let others = others.filter(|o| *o != hz).map(of).fold(0.0, f64::max);
        // A browser makes a voice of what its microphone hears.
        if of(hz) > 0.5 && others < 0.1 {
            return;
        }
        told = format!("{hz} Hz: {:.2}, others {others:.2}", of(hz));
    }
    panic!("{told}\n{}", phone.transcript());
}

#[track_caller]
fn hears_nothing(phone: &Phone) {
    let quiet = (0..10).any(|_| silent(&phone.media.listen(Duration::from_millis(400))));
    assert!(quiet, "somebody is heard");
}

#[test]
fn an_agent_answers_holds_reloads_and_hands_on_in_the_page() {
    let server = scene().start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut browser = Browser::start(
        "talk",
        &server,
        &[
            ("NAME", "ann"),
            ("SECRET", &secret),
            ("MICROPHONE", microphone.path()),
        ],
    );
    browser.at("ready");
    let caller = caller(&server, "5550301");
    browser.go();
    browser.at("ringing");
    browser.go();
    browser.at("talking");
    hears(&caller, AGENT);
    browser.go();
    browser.at("muted");
    hears_nothing(&caller);
    browser.go();
    browser.at("key");
    let pressed = |caller: &Phone| {
        let packets = caller.media.packets();
        packets
            .iter()
            .any(|p| p.pt >= 96 && p.payload.len() == 4 && p.payload[0] == 5)
    };
    let heard = (0..20).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        pressed(&caller)
    });
    assert!(heard, "the key");
    browser.go();
    browser.at("held");
    hears(&caller, MUSIC);
    browser.go();
    browser.at("resumed");
    hears(&caller, AGENT);
    browser.go();
    browser.at("reloaded");
    hears(&caller, AGENT);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    browser.go();
    browser.at("mended");
    hears(&caller, AGENT);
    browser.go();
    browser.at("asking");
    second.ring(RING);
    second.answer();
    browser.go();
    browser.at("handed");
    hears(&caller, SECOND);
    hears(&second, CALLER);
    browser.go();
    browser.end();
    second.hang_up();
}

#[test]
fn two_tabs_have_one_phone_and_a_tab_that_dies_loses_nobody() {
    let server = scene().start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut browser = Browser::start(
        "tabs",
        &server,
        &[
            ("NAME", "ann"),
            ("SECRET", &secret),
            ("MICROPHONE", microphone.path()),
        ],
    );
    browser.at("ready");
    let mut first = caller(&server, "5550311");
    browser.go();
    browser.at("talking");
    hears(&first, AGENT);
    browser.go();
    browser.at("taken");
    hears(&first, AGENT);
    first.hang_up();
    browser.go();
    browser.at("over");
    browser.go();
    browser.at("again");
    let mut next = caller(&server, "5550312");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    browser.go();
    browser.at("closed");
    // At the head of the queue, and on to whoever is free.
    second.ring(Duration::from_secs(5));
    second.answer();
    hears(&next, SECOND);
    browser.go();
    browser.end();
    next.hang_up();
    second.wait_bye(SOON);
}

#[test]
fn without_a_microphone_nobody_is_sent_to_the_page() {
    let server = scene().start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut browser = Browser::start(
        "refused",
        &server,
        &[
            ("NAME", "ann"),
            ("SECRET", &secret),
            ("MICROPHONE", microphone.path()),
        ],
    );
    let is = |wanted: bool| {
        (0..50).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            server
                .command(&["agents"])
                .lines()
                .any(|l| l.contains("agent1") && l.contains("ready"))
                == wanted
        })
    };
    browser.at("refused");
    assert!(is(false), "{}", server.command(&["agents"]));
    browser.go();
    browser.at("allowed");
    assert!(is(true), "{}", server.command(&["agents"]));
    browser.go();
    browser.at("table");
    assert!(is(false), "{}", server.command(&["agents"]));
    browser.go();
    browser.end();
}

#[test]
fn a_talk_at_a_desk_phone_is_led_from_the_desk_with_a_supervisor_beside_it() {
    let server = scene().start();
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("chat", &server, &who);
    browser.at("ready");
    let mut first = caller(&server, "5550321");
    agent.ring(RING);
    agent.answer();
    browser.go();
    browser.at("asked");
    let token = server.command(&["tokens", "add", "boss", "--role", "supervisor"]);
    let token = token.lines().find(|l| l.starts_with("zl_"));
    let head = format!("Authorization: Bearer {}\r\n", token.expect("a token"));
    let (_, _, calls) = ask(server.api, "GET", "/calls", &head, None);
    let contact = calls[0]["contact"].as_str().expect("a call").to_owned();
    let (_, _, open) = ask(server.api, "GET", "/approvals", &head, None);
    assert_eq!(open["items"][0]["what"], "fee of May", "{open}");
    assert_eq!(open["items"][0]["amount"], 12.5, "{open}");
    let path = format!("/approvals/{}/grant", open["items"][0]["approval"]);
    let (status, _, told) = ask(
        server.api,
        "POST",
        &path,
        &head,
        Some(&json!({"limit": 10})),
    );
    assert_eq!(status, 200, "{told}");
    let path = format!("/contacts/{contact}/chat");
    let (_, _, said) = ask(server.api, "GET", &path, &head, None);
    assert_eq!(said["items"][0]["text"], "may I cancel the fee?", "{said}");
    let word = json!({"text": "yes, once"});
    let (status, _, told) = ask(server.api, "POST", &path, &head, Some(&word));
    assert_eq!(status, 201, "{told}");
    browser.go();
    browser.at("held");
    hears(&first, MUSIC);
    browser.go();
    // Hung up from the desk.
    agent.wait_bye(Duration::from_secs(40));
    first.wait_bye(SOON);
    browser.at("again");
    let mut again = caller(&server, "5550321");
    agent.ring(RING);
    browser.go();
    browser.at("known");
    browser.go();
    browser.end();
    again.hang_up();
}
