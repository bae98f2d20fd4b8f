//! Callbacks that the queue carries out: an agent is rung, then the customer, by a trunk that is a
//! phone of ours.

use std::net::UdpSocket;
use std::time::Duration;

use crate::people::{RING, hear_each_other, zero};
use crate::support::audio::sine;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server};
use crate::support::sip::{uri_of, user_of};
use crate::support::wire::Wire;
use crate::waiting::hears;

/// What is heard when the wish is stored, and what the agent hears when the call begins and when
/// nobody answers; what who calls again is asked.
const STORED: f64 = 1000.0;
pub const CALLING: f64 = 1100.0;
const IN_VAIN: f64 = 1200.0;
const AGAIN: f64 = 1300.0;
/// What the agent hears while the customer's phone rings.
const RINGING: f64 = 425.0;

/// The server, and who is at the other end of its trunk.
fn with_a_trunk(callbacks: &str) -> (Server, Phone) {
    over_a_trunk(server(), callbacks)
}

/// The same with more to it.
pub fn over_a_trunk(setup: Setup, callbacks: &str) -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let word = |hz| sine(hz, 6000.0, 0.8);
    let server = setup
        .with(&format!(
            "[callbacks]\n{callbacks}\n[[trunks]]\nname = \"provider\"\n\
             uri = \"sip:{at};transport=udp\"\n"
        ))
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .prompt("en/sys-callback-offer", &sine(500.0, 6000.0, 0.2))
        .prompt("en/sys-callback-stored", &word(STORED))
        .prompt("en/sys-calling-back", &word(CALLING))
        .prompt("en/sys-called-in-vain", &word(IN_VAIN))
        .prompt("en/sys-ringback", &word(RINGING))
        .prompt("en/sys-callback-again", &word(AGAIN))
        .start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    (server, outside)
}

/// Waits, presses 1 and 1, hears that it is stored, and hangs up or is hung up on.
pub fn asks_to_be_called_back(server: &Server, number: &str) {
    let mut caller = zero(server, number);
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('1', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('1', KeyWay::Event, 100);
    hears(&caller, STORED);
    caller.hang_up();
}

/// The list of callbacks shows this before long.
#[track_caller]
pub fn listed(server: &Server, what: &str) {
    let mut list = String::new();
    for _ in 0..50 {
        list = server.command(&["callbacks", "list", "--all", "--json"]);
        if list.contains(what) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} is not in:\n{list}");
}

#[test]
fn whose_line_breaks_while_they_wait_is_called_back() {
    let (server, _outside) = with_a_trunk("");
    let mut caller = zero(&server, "5550530");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(caller.break_off(), 200);
    listed(&server, "\"state\":\"open\"");
    let off = with_a_trunk("after_drop = false\n").0;
    let mut caller = zero(&off, "5550531");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(caller.break_off(), 200);
    let gone = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        off.command(&["contacts", "list", "--json"])
            .contains("caller_gone")
    });
    assert!(gone);
    assert_eq!(
        off.command(&["callbacks", "list", "--all", "--json"])
            .trim(),
        ""
    );
}

#[test]
fn a_callback_keeps_the_place_and_the_agent_and_the_customer_talk() {
    let (server, mut outside) = with_a_trunk("");
    asks_to_be_called_back(&server, "5550500");
    let mut later = zero(&server, "5550501");
    std::thread::sleep(Duration::from_millis(300));
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    outside.media.say(Source::Tone(600.0));
    // Who came later does not overtake.
    let invite = agent.ring(RING);
    let from = invite.header("From").unwrap_or_default().to_owned();
    assert_eq!(user_of(uri_of(&from)), "5550500", "{from}");
    assert!(from.contains("callback"), "{from}");
    agent.answer();
    hears(&agent, CALLING);
    let invite = outside.ring(SOON);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains("5550500"), "{to}");
    assert!(invite.header("User-to-User").is_none());
    hears(&agent, RINGING);
    outside.answer();
    std::thread::sleep(Duration::from_millis(600));
    hear_each_other(&outside, &agent);
    listed(&server, "\"state\":\"done\"");
    assert_eq!(outside.hang_up(), 200);
    agent.wait_bye(SOON);
    // Now it is the other's turn.
    agent.ring(RING);
    later.hang_up();
}

#[test]
fn who_is_not_reached_is_tried_again_and_then_shown() {
    let (server, mut outside) = with_a_trunk("retry_every = \"1s\"\nattempts = 2");
    asks_to_be_called_back(&server, "5550502");
    let mut agent = server.agent("agent1");
    for _ in 0..2 {
        agent.ring(Duration::from_secs(20));
        agent.answer();
        outside.ring(SOON);
        outside.reject(486);
        hears(&agent, IN_VAIN);
        agent.wait_bye(SOON);
    }
    listed(&server, "\"state\":\"unreached\"");
    let list = server.command(&["callbacks"]);
    assert!(list.contains("unreached") && list.contains("…02"), "{list}");
}

#[test]
fn an_agent_who_hangs_up_too_early_leaves_the_callback_at_the_head() {
    let (server, mut outside) = with_a_trunk("");
    asks_to_be_called_back(&server, "5550503");
    let mut agent = server.agent("agent1");
    agent.ring(RING);
    agent.answer();
    outside.ring(SOON);
    assert_eq!(agent.hang_up(), 200);
    outside.wait_cancel(SOON);
    agent.ring(RING);
    agent.answer();
    outside.ring(SOON);
    outside.answer();
    listed(&server, "\"state\":\"done\"");
    agent.hang_up();
    outside.wait_bye(SOON);
}

#[test]
fn a_crash_loses_no_callback() {
    let (mut server, mut outside) = with_a_trunk("");
    asks_to_be_called_back(&server, "5550504");
    let mut agent = server.agent("agent1");
    agent.ring(RING);
    agent.answer();
    outside.ring(SOON);
    listed(&server, "\"state\":\"calling\"");
    server.crash_and_restart();
    listed(&server, "\"state\":\"open\"");
    let mut agent = server.agent("agent2");
    agent.media.say(Source::Tone(900.0));
    agent.ring(RING);
    agent.answer();
    outside.ring(SOON);
    outside.media.say(Source::Tone(600.0));
    outside.answer();
    std::thread::sleep(Duration::from_millis(600));
    hear_each_other(&outside, &agent);
    outside.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn who_calls_in_again_is_connected_in_place_of_the_callback_or_cancels_it() {
    let (server, mut outside) = with_a_trunk("");
    asks_to_be_called_back(&server, "5550505");
    asks_to_be_called_back(&server, "5550506");
    let mut later = zero(&server, "5550507");
    std::thread::sleep(Duration::from_millis(300));
    // The second one takes their place; the first one does not want it any more.
    let mut second = server.phone("5550506");
    second.call("100");
    hears(&second, AGAIN);
    second.media.press('1', KeyWay::Event, 100);
    let mut first = server.phone("5550505");
    first.call("100");
    hears(&first, AGAIN);
    first.media.press('3', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    first.hang_up();
    let list = server.command(&["callbacks", "list", "--all", "--json"]);
    assert_eq!(list.matches("\"state\":\"cancelled\"").count(), 2, "{list}");
    let mut agent = server.agent("agent1");
    let invite = agent.ring(RING);
    let from = invite.header("From").unwrap_or_default().to_owned();
    assert_eq!(user_of(uri_of(&from)), "5550506", "{from}");
    assert!(!from.contains("callback"), "{from}");
    second.hang_up();
    agent.wait_cancel(SOON);
    let invite = agent.ring(RING);
    assert_eq!(
        user_of(uri_of(invite.header("From").unwrap_or_default())),
        "5550507"
    );
    later.hang_up();
    assert!(!outside.rings_within(Duration::from_millis(300)));
}

/// Who comes to this line by key 1 may choose when they are called back: at any hour.
const AT_A_TIME: &str = r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: call-me }
  call-me: { callback: { queue: support, slots: { hours: always, each: 1, every: 1h } } }
"#;
const ALWAYS: &str = "calendar: always\nzone: UTC\nhours: { mon-sun: 00:00-24:00 }\n";
/// What is heard before the times, and before the promise with its time.
const TIMES: f64 = 1400.0;
const PROMISED: f64 = 1500.0;

#[test]
fn a_time_is_chosen_and_nobody_calls_before() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .with(&format!(
            "[callbacks]\n[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n"
        ))
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .file("menus/main.yaml", AT_A_TIME)
        .file("menus/always.yaml", ALWAYS)
        .prompt("en/sys-callback-offer", &sine(500.0, 6000.0, 0.2))
        .prompt("en/sys-callback-times", &sine(TIMES, 6000.0, 0.8))
        .prompt("en/sys-callback-at", &sine(PROMISED, 6000.0, 0.8))
        .start();
    let mut outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    let agent = server.agent("agent1");
    // Two callers choose the second time: it is another one for the second of them.
    for number in ["5550510", "5550511"] {
        let mut caller = server.phone(number);
        caller.call("100");
        std::thread::sleep(Duration::from_millis(500));
        for key in ['1', '1'] {
            caller.media.press(key, KeyWay::Event, 100);
            std::thread::sleep(Duration::from_millis(500));
        }
        hears(&caller, TIMES);
        caller.media.press('3', KeyWay::Event, 100);
        hears(&caller, PROMISED);
        caller.hang_up();
    }
    let list = server.command(&["callbacks", "list", "--json"]);
    let rows: Vec<serde_json::Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ms = |row: &serde_json::Value, what: &str| row[what].as_i64().expect("milliseconds");
    let hour = 3_600_000;
    let [first, second] = rows.as_slice() else {
        panic!("{list}");
    };
    // The first time that is offered is at least an hour ahead, and on the hour.
    for row in [first, second] {
        assert_eq!(ms(row, "due") % hour, 0, "{list}");
        assert_eq!(ms(row, "until") - ms(row, "due"), hour, "{list}");
    }
    let ahead = ms(first, "due") - ms(first, "asked");
    assert!((2 * hour..=3 * hour).contains(&ahead), "{ahead}: {list}");
    assert_eq!(ms(second, "due") - ms(first, "due"), hour, "{list}");
    assert!(server.command(&["callbacks"]).contains("DUE"));
    // An agent is free all the time.
    let mut agent = agent;
    assert!(!agent.rings_within(Duration::from_millis(500)));
    assert!(!outside.rings_within(Duration::from_millis(100)));
    // Who calls in again is connected in place of it.
    let mut again = server.phone("5550511");
    again.call("100");
    std::thread::sleep(Duration::from_millis(500));
    again.media.press('1', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    listed(&server, "\"state\":\"cancelled\"");
    again.hang_up();
    agent.wait_bye(SOON);
}
