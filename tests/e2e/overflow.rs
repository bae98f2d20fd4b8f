//! Queues that can not keep a caller: to a number outside, and then a callback, with a phone of ours
//! in the place of the trunk.

use std::net::UdpSocket;
use std::time::Duration;

use crate::people::{hear_each_other, zero};
use crate::support::audio::sine;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::wire::Wire;
use crate::waiting::hears;

/// What is heard when nobody answers outside, when the wish to be called back is stored, and by who
/// asks for a person while it rings; and before a message.
const IN_VAIN: f64 = 1000.0;
const STORED: f64 = 1200.0;
const PERSON: f64 = 1400.0;
const MESSAGE: f64 = 1600.0;

const NUMBER: &str = "+4570101155";

/// A server where nobody is signed in, and who is at the other end of its trunk.
fn unstaffed() -> (Server, Phone) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let at = socket.local_addr().expect("bound");
    let word = |hz| sine(hz, 6000.0, 0.8);
    let server = server()
        .with(&format!(
            "[[trunks]]\nname = \"provider\"\nuri = \"sip:{at};transport=udp\"\n"
        ))
        .queue(&format!("overflow = [\"outside:{NUMBER}\", \"callback\"]"))
        .prompt("en/sys-called-in-vain", &word(IN_VAIN))
        .prompt("en/sys-callback-offer", &sine(500.0, 6000.0, 0.2))
        .prompt("en/sys-callback-stored", &word(STORED))
        .prompt("en/sys-waiting-person", &word(PERSON))
        .prompt("en/sys-message-intro", &word(MESSAGE))
        .start();
    let outside = Phone::on("outside", server.sip, Wire::Udp(socket));
    (server, outside)
}

/// The record of the contact shows this before long.
#[track_caller]
fn told(server: &Server, command: &[&str], what: &str) {
    let mut list = String::new();
    for _ in 0..50 {
        list = server.command(command);
        if list.contains(what) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} is not in:\n{list}");
}

#[test]
fn where_nobody_is_signed_in_a_number_outside_answers_and_both_hear_each_other() {
    let (server, mut outside) = unstaffed();
    outside.media.say(Source::Tone(900.0));
    let mut caller = zero(&server, "5550920");
    let invite = outside.ring(SOON);
    let to = invite.header("To").unwrap_or_default();
    assert!(to.contains(NUMBER), "{to}");
    assert!(invite.header("User-to-User").is_none());
    outside.answer();
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&caller, &outside);
    assert_eq!(outside.hang_up(), 200);
    caller.wait_bye(SOON);
    told(&server, &["contacts", "list", "--json"], "transferred_out");
}

#[test]
fn who_is_busy_outside_leads_to_a_callback_that_is_stored_before_it_is_told() {
    let (server, mut outside) = unstaffed();
    let mut caller = zero(&server, "5550921");
    outside.ring(SOON);
    outside.reject(486);
    hears(&caller, IN_VAIN);
    std::thread::sleep(Duration::from_millis(1_500));
    caller.media.press('1', KeyWay::Event, 100);
    hears(&caller, STORED);
    // Told is stored, whatever comes after.
    let list = server.command(&["callbacks", "list", "--all", "--json"]);
    assert!(list.contains("\"state\":\"open\""), "{list}");
    caller.wait_bye(Duration::from_secs(10));
    told(&server, &["contacts", "list", "--json"], "callback_stored");
}

#[test]
fn zero_while_it_rings_outside_tells_that_a_person_comes_and_it_rings_on() {
    let (server, mut outside) = unstaffed();
    outside.media.say(Source::Tone(900.0));
    let mut caller = zero(&server, "5550922");
    outside.ring(SOON);
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('0', KeyWay::Event, 100);
    hears(&caller, PERSON);
    outside.answer();
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&caller, &outside);
    assert_eq!(caller.hang_up(), 200);
    outside.wait_bye(SOON);
}

#[test]
fn who_declines_the_callback_leaves_a_message() {
    let (server, mut outside) = unstaffed();
    let mut caller = zero(&server, "5550923");
    outside.ring(SOON);
    outside.reject(603);
    hears(&caller, IN_VAIN);
    std::thread::sleep(Duration::from_millis(1_500));
    caller.media.press('0', KeyWay::Event, 100);
    hears(&caller, MESSAGE);
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
}
