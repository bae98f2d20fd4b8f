//! The agent's phone in the page: real voice both ways between a browser and a phone.

use std::time::Duration;

use serde_json::json;

use crate::browser::Browser;
use crate::support::api::ask;
use crate::support::media::Source;
use crate::support::phone::{Phone, SOON};
use crate::tones::{AGENT, CALLER, MUSIC, Microphone, SECOND, caller, hears, hears_nothing, scene};
use crate::{RING, user};

#[test]
fn an_agent_answers_mutes_and_hands_on_in_the_page_over_a_lost_connection() {
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
