//! Calls to outside numbers, with a phone of ours in the place of the trunk.

use std::net::UdpSocket;
use std::time::Duration;

use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::wire::Wire;

const MENU: &str = r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: plumber }
  plumber: { dial: { number: "+4530901820", ring: 20s } }
"#;

/// The server, and who is at the other end of its trunk.
fn with_a_trunk() -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .file("menus/main.yaml", MENU.as_bytes())
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n"
        ))
        .start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    (server, outside)
}

/// A caller who has asked for the plumber.
fn asks(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    caller.media.press('1', KeyWay::Event, 100);
    caller
}

#[test]
fn the_two_talk_and_the_outside_party_ends_the_call() {
    let (server, mut outside) = with_a_trunk();
    outside.media.say(Source::Tone(900.0));
    let mut caller = asks(&server, "5550910");
    let invite = outside.ring(SOON);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains("+4530901820"), "{to}");
    // What the caller did here is nobody's business outside.
    let context = invite.header("User-to-User");
    assert!(context.is_none(), "{context:?}");
    outside.answer();
    caller.media.hears(900.0);
    assert_eq!(outside.hang_up(), 200);
    caller.wait_bye(SOON);
    let ended = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let list = server.command(&["contacts", "list", "--json"]);
        list.contains("transferred_out")
    });
    assert!(ended, "the verdict names the outside");
}

#[test]
fn zero_while_it_rings_reaches_a_person_and_ends_the_ringing() {
    let (server, mut outside) = with_a_trunk();
    let mut agent = server.agent("agent1");
    let mut caller = asks(&server, "5550911");
    outside.ring(SOON);
    caller.media.press('0', KeyWay::Event, 100);
    outside.wait_cancel(SOON);
    agent.ring(SOON);
    agent.answer();
    std::thread::sleep(Duration::from_millis(200));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn who_is_busy_outside_leads_to_a_person() {
    let (server, mut outside) = with_a_trunk();
    let mut agent = server.agent("agent1");
    let mut caller = asks(&server, "5550912");
    outside.ring(SOON);
    outside.reject(486);
    agent.ring(Duration::from_secs(10));
    agent.answer();
    std::thread::sleep(Duration::from_millis(200));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
}
