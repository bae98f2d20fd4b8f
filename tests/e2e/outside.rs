//! Numbers outside that may not be called: whoever tries, nothing goes out by the trunk.

use std::net::UdpSocket;
use std::time::Duration;

use crate::people::zero;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::wire::Wire;

/// A house that calls Denmark, and who is at the other end of its trunk.
fn danish() -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let server = server()
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n\
             [outside]\ncountry = \"+45\"\nallow = [\"+45\"]\n"
        ))
        .queue("wrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    (server, outside)
}

#[test]
fn an_agent_is_refused_at_the_phone_and_talks_on() {
    let (server, mut outside) = danish();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    let mut caller = zero(&server, "5550960");
    agent.ring(SOON);
    agent.answer();
    // Handed on by the phone's transfer key.
    assert_eq!(agent.refer("+4930901820"), 202);
    agent.wait_notify("SIP/2.0 403");
    assert_eq!(agent.refer("90123456"), 202);
    agent.wait_notify("SIP/2.0 403");
    // Asked on the second line, with the caller on the first.
    let mut line = server.phone("agent1");
    line.dial_as_agent("+4930901820", "secret");
    assert_eq!(line.wait_answer(SOON), 403);
    assert!(!outside.rings_within(Duration::from_millis(300)));
    crate::people::hear_each_other(&caller, &agent);
    // What is allowed goes out.
    assert_eq!(agent.refer("30901820"), 202);
    outside.ring(SOON);
    outside.answer();
    agent.wait_notify("SIP/2.0 200");
    caller.hang_up();
    // Without a caller.
    let _desk = server.agent("agent2");
    let mut line = server.phone("agent2");
    line.dial_as_agent("+4930901820", "secret");
    assert_eq!(line.wait_answer(SOON), 403);
}

/// Types a number, slowly enough for a person.
fn types(caller: &mut Phone, keys: &str) {
    for key in keys.chars() {
        caller.media.press(key, KeyWay::Event, 80);
        std::thread::sleep(Duration::from_millis(120));
    }
    std::thread::sleep(Duration::from_millis(500));
}

#[test]
fn a_caller_can_not_have_us_call_abroad() {
    let (server, mut outside) = danish();
    let mut caller = zero(&server, "+4930901820");
    std::thread::sleep(Duration::from_millis(800));
    types(&mut caller, "1");
    // Their own number is not offered; another that we do not call is not taken.
    types(&mut caller, "004930901821#");
    let open = || {
        let list = server.command(&["callbacks", "list", "--all", "--json"]);
        list.matches("\"state\":\"open\"").count()
    };
    assert_eq!(open(), 0);
    types(&mut caller, "30901822#");
    types(&mut caller, "1");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(open(), 1);
    let mut agent = server.agent("agent1");
    agent.ring(SOON);
    agent.answer();
    let invite = outside.ring(SOON);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains("30901822"), "{to}");
    outside.reject(486);
    caller.hang_up();
}
