//! The console in a real browser, beside the real server and real phones.
#![expect(
    clippy::disallowed_methods,
    reason = "real sockets run on the real clock"
)]

#[path = "../support/mod.rs"]
mod support;

mod beside;
mod browser;
mod callbacks;
mod crowd;
mod devices;
mod keyboard;
mod lead;
mod menus;
mod path;
mod prompts;
mod scene;
mod secure;
mod surveys;
mod talk;
mod three;
mod tones;
mod trying;
mod vanishing;

use std::time::Duration;

use browser::Browser;
use support::api::ask;
use support::audio::sine;
use support::media::{KeyWay, Source};
use support::phone::{Phone, SOON};
use support::server::{Server, server};

const RING: Duration = Duration::from_secs(20);

/// A user of the console: their password.
#[track_caller]
fn user(server: &Server, args: &[&str]) -> String {
    let told = server.command(&[&["users", "add"], args].concat());
    let rest = told.split("password ").nth(1).expect("a password");
    rest.split_whitespace()
        .next()
        .expect("a password")
        .to_owned()
}

/// Calls line 100 and presses 0.
fn zero(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

#[test]
fn signing_in_and_out_sessions_that_end_and_a_server_that_comes_back() {
    let mut server = server().start();
    let secret = user(&server, &["ann", "--role", "supervisor"]);
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("signing", &server, &who);
    browser.at("live");
    server.process().kill();
    browser.go();
    browser.at("lost");
    server.crash_and_restart();
    browser.go();
    browser.end();
}

#[test]
fn the_card_is_on_the_desk_while_the_phone_rings_and_stays_until_it_is_written_up() {
    let server = server()
        .queue("ring_for = \"30s\"\nwrap_up = \"60s\"\nwrap_up_codes = [\"solved\", \"promised\"]")
        .with("[features]\nreasons = [\"lunch\", \"meeting\"]")
        .start();
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut agent = server.agent("agent1");
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("desk", &server, &who);
    assert!(browser.at("paused").contains("lunch"));
    assert!(server.command(&["agents"]).contains("paused"));
    browser.go();
    browser.at("ready");
    let mut caller = zero(&server, "5550188");
    agent.ring(RING);
    browser.go();
    // Nobody has answered: the page shows the card all the same.
    browser.at("card");
    agent.answer();
    browser.go();
    browser.at("talking");
    caller.hang_up();
    agent.wait_bye(SOON);
    browser.go();
    browser.at("written");
    let told = server.command(&["contacts"]);
    let id = told.lines().nth(1).expect("a contact");
    let id = id.split_whitespace().nth(2).expect("its id");
    let shown = server.command(&["contacts", "show", id]);
    let wanted = "agent1 wrote up solved: asks for the second invoice";
    assert!(shown.contains(wanted), "{shown}");
    browser.go();
    browser.at("again");
    let mut caller = zero(&server, "5550189");
    agent.ring(RING);
    browser.go();
    browser.at("ringing-again");
    agent.reject(486);
    browser.go();
    browser.end();
    caller.hang_up();
}

#[test]
fn a_message_is_heard_in_the_page_and_its_number_shown_when_asked_for() {
    let server = server()
        .prompt("en/sys-message-intro", &sine(600.0, 6000.0, 0.2))
        .start();
    // Nobody is signed in: 0 leads to a message.
    let mut caller = zero(&server, "5550190");
    std::thread::sleep(Duration::from_millis(1500));
    caller.media.say(Source::Tone(700.0));
    std::thread::sleep(Duration::from_millis(2500));
    caller.hang_up();
    let kept = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        !server.messages().is_empty()
    });
    assert!(kept, "the message");
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("work", &server, &who);
    browser.at("heard");
    let token = server.command(&["tokens", "add", "test", "--role", "admin"]);
    let token = token.lines().find(|l| l.starts_with("zl_"));
    let head = format!("Authorization: Bearer {}\r\n", token.expect("a token"));
    for deed in ["message.listen", "message.number"] {
        let path = format!("/audit?deed={deed}");
        let (_, _, told) = ask(server.api, "GET", &path, &head, None);
        assert_eq!(told["items"][0]["who"], "ann", "{deed}: {told}");
    }
    browser.go();
    browser.end();
}

#[test]
fn board_contacts_lines_and_settings_show_what_goes_on() {
    let server = server()
        .queue("ring_for = \"8s\"\nunstaffed = \"wait\"")
        .start();
    let secret = user(&server, &["root2", "--role", "admin"]);
    let mut first = zero(&server, "5550201");
    std::thread::sleep(Duration::from_millis(300));
    let mut second = zero(&server, "5550202");
    let who = [("NAME", "root2"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("pages", &server, &who);
    browser.at("waiting");
    first.hang_up();
    browser.go();
    browser.at("lines");
    let mut third = server.phone("5550203");
    third.call("100");
    browser.go();
    browser.end();
    second.hang_up();
    third.hang_up();
}
