//! Callbacks that callers were promised, at the desk.

use std::net::UdpSocket;
use std::time::Duration;

use crate::browser::Browser;
use crate::lead::Desk;
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::wire::Wire;
use crate::tones::{AGENT, CALLER, hears};
use crate::{RING, user, zero};

/// What is heard when the wish is stored.
const STORED: f64 = 1000.0;
const FIRST: &str = "5550371";
const SECOND: &str = "5550382";

/// Waits, presses 1 and 1, and hangs up when they hear that it is stored.
#[track_caller]
fn asks_to_be_called_back(server: &Server, number: &str) {
    let mut caller = zero(server, number);
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('1', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('1', KeyWay::Event, 100);
    let said = |_| share(&caller.media.listen(Duration::from_millis(300)), STORED) > 0.8;
    assert!((0..20).any(said), "{}", caller.transcript());
    caller.hang_up();
}

#[test]
fn callbacks_are_shown_with_their_time_and_carried_out_or_not_needed() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n"
        ))
        .queue("ring_for = \"20s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .prompt("en/sys-callback-offer", &sine(500.0, 6000.0, 0.2))
        .prompt("en/sys-callback-stored", &sine(STORED, 6000.0, 0.8))
        .prompt("en/sys-calling-back", &sine(1100.0, 6000.0, 0.4))
        .start();
    let mut outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    outside.media.say(Source::Tone(CALLER));
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("FIRST", FIRST),
        ("SECOND", SECOND),
    ];
    let mut browser = Browser::start("callbacks", &server, &more);
    browser.at("none");
    asks_to_be_called_back(&server, FIRST);
    asks_to_be_called_back(&server, SECOND);
    browser.go();
    browser.at("shown");
    let admin = Desk::new(&server, "admin", None);
    let deed = |name: &str| admin.get(&format!("/audit?deed={name}"))["items"].clone();
    let seen = deed("callback.number");
    assert_eq!(seen.as_array().map(Vec::len), Some(1), "{seen}");
    assert_eq!(seen[0]["who"], "ann", "{seen}");
    browser.go();
    browser.at("cancelled");
    let cancelled = deed("callback.cancel");
    assert_eq!(cancelled[0]["who"], "ann", "{cancelled}");

    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    browser.go();
    agent.ring(RING);
    browser.at("ringing");
    browser.go();
    agent.answer();
    let invite = outside.ring(RING);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains(FIRST), "{to}");
    browser.at("calling");
    outside.answer();
    hears(&outside, AGENT);
    hears(&agent, CALLER);
    browser.go();
    browser.end();
    assert_eq!(outside.hang_up(), 200);
    agent.wait_bye(SOON);
}
