//! Messages that callers left, heard by an agent's phone: `*98`.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::Value;

use crate::people::zero;
use crate::support::api::ask;
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::wire::Wire;

const RING: Duration = Duration::from_secs(8);
const FIRST: f64 = 700.0;
const NEXT: f64 = 1500.0;
const KEYS: f64 = 1900.0;
const NONE: f64 = 2300.0;

/// A server with an agent in a pause, and who is at the other end of its trunk.
fn house() -> (Server, Phone, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .prompt("en/sys-message-intro", &sine(600.0, 6000.0, 0.4))
        .prompt("en/sys-agent-messages-keys", &sine(KEYS, 6000.0, 1.0))
        .prompt("en/sys-agent-messages-none", &sine(NONE, 6000.0, 1.0))
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n"
        ))
        .start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    let mut agent = server.agent("agent1");
    agent.call_as_agent("*61", "secret");
    agent.wait_bye(Duration::from_secs(20));
    (server, agent, outside)
}

/// A caller says this tone to the machine.
fn leaves_a_message(server: &Server, number: &str, hz: f64) {
    let before = server.messages().len();
    let mut caller = zero(server, number);
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('2', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(2000));
    caller.media.say(Source::Tone(hz));
    std::thread::sleep(Duration::from_millis(2500));
    caller.hang_up();
    let kept = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        server.messages().len() > before
    });
    assert!(kept, "the message");
}

/// Hears this tone before long, and says whether it heard the other one before.
#[track_caller]
fn hears(phone: &Phone, hz: f64, other: f64) -> bool {
    let (mut most, mut both) = (0.0_f64, false);
    for _ in 0..100 {
        let heard = phone.media.listen(Duration::from_millis(250));
        both |= share(&heard, other) > 0.8;
        most = most.max(share(&heard, hz));
        if most > 0.8 {
            return both;
        }
    }
    panic!("{hz} Hz: at most {most:.2}\n{}", phone.transcript());
}

fn asks(server: &Server, token: &str, path: &str) -> Value {
    let head = format!("Authorization: Bearer {token}\r\n");
    let (status, _, told) = ask(server.api, "GET", path, &head, None);
    assert_eq!(status, 200, "{told}");
    told
}

#[test]
fn an_agent_hears_what_callers_said_and_finishes_it() {
    let (server, mut agent, mut outside) = house();
    leaves_a_message(&server, "5550901", FIRST);
    leaves_a_message(&server, "5550902", NEXT);
    let told = server.command(&["tokens", "add", "boss", "--role", "admin"]);
    let token = told.lines().find(|l| l.starts_with("zl_"));
    let token = token.unwrap_or_else(|| panic!("{told}")).to_owned();

    agent.media.forget();
    agent.call_as_agent("*98", "secret");
    // The oldest first, then the keys. 1 is the same again.
    assert!(!hears(&agent, FIRST, NEXT));
    assert!(!hears(&agent, KEYS, NEXT));
    agent.media.press('1', KeyWay::Event, 100);
    assert!(!hears(&agent, FIRST, NEXT));
    // The next, and back.
    agent.media.press('#', KeyWay::Event, 100);
    hears(&agent, NEXT, FIRST);
    agent.media.press('*', KeyWay::Event, 100);
    hears(&agent, FIRST, NEXT);
    // It is done, and the next one is heard.
    agent.media.press('2', KeyWay::Event, 100);
    hears(&agent, NEXT, FIRST);
    let messages = asks(&server, &token, "/messages");
    let state = |n: usize| messages["items"][n]["task"]["state"].clone();
    assert_eq!(
        (state(0), state(1)),
        ("open".into(), "done".into()),
        "{messages}"
    );
    let trail = asks(&server, &token, "/audit?limit=50").to_string();
    for deed in ["message.listen", "message.number", "task.done"] {
        assert!(trail.contains(&format!("\"{deed}\"")), "{deed}: {trail}");
    }
    // Who left it is called: first the agent's own phone, then theirs.
    agent.media.press('3', KeyWay::Event, 100);
    agent.wait_bye(SOON);
    agent.ring(RING);
    agent.media.say(Source::Tone(900.0));
    agent.answer();
    let invite = outside.ring(RING);
    assert!(invite.uri().contains("5550902"), "{}", invite.uri());
    outside.answer();
    hears(&outside, 900.0, FIRST);
    outside.hang_up();
    agent.wait_bye(SOON);
    // What is done is not heard again; when nothing is left it is said, and the call ends.
    agent.media.forget();
    agent.call_as_agent("*98", "secret");
    assert!(!hears(&agent, NEXT, FIRST));
    assert_eq!(agent.info_relay('2'), 200);
    assert!(!hears(&agent, NONE, FIRST));
    agent.wait_bye(SOON);
}

#[test]
fn nothing_is_there_for_who_has_no_messages() {
    let (_server, mut agent, _outside) = house();
    agent.media.forget();
    agent.call_as_agent("*98", "secret");
    assert!(!hears(&agent, NONE, KEYS));
    agent.wait_bye(SOON);
}
