//! What a caller can do who waits, by phone.

use std::time::Duration;

use crate::people::{RING, hear_each_other, zero};
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};

/// What is heard when a person is free, and when who waits asks for one.
const NOW: f64 = 1200.0;
const PERSON: f64 = 1100.0;
const KEYS: f64 = 1300.0;

fn start() -> Server {
    let word = |hz| sine(hz, 6000.0, 0.8);
    server()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .prompt("en/sys-person-now", &word(NOW))
        .prompt("en/sys-waiting-person", &word(PERSON))
        .prompt("en/sys-wrong", &word(KEYS))
        .prompt("en/sys-message-intro", &sine(600.0, 6000.0, 0.4))
        .start()
}

/// Hears this tone before long.
#[track_caller]
pub(crate) fn hears(phone: &Phone, hz: f64) {
    let mut most: f64 = 0.0;
    for _ in 0..16 {
        let heard = phone.media.listen(Duration::from_millis(250));
        most = most.max(share(&heard, hz));
        if most > 0.8 {
            return;
        }
    }
    panic!("{hz} Hz: at most {most:.2}");
}

#[test]
fn an_agent_who_answers_has_the_caller_who_looks_back_into_the_menu() {
    let server = start();
    let mut caller = zero(&server, "5550400");
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('*', KeyWay::Event, 100);
    // The menu that they left: what it says is no tone.
    std::thread::sleep(Duration::from_millis(500));
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    agent.ring(RING);
    agent.answer();
    hears(&caller, NOW);
    std::thread::sleep(Duration::from_millis(700));
    hear_each_other(&caller, &agent);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    // And the agent is free for the next.
    let mut next = zero(&server, "5550401");
    agent.ring(RING);
    next.hang_up();
    agent.wait_cancel(SOON);
}

#[test]
fn zero_in_the_menu_leads_back_to_the_place_and_zero_there_is_answered() {
    let server = start();
    let mut first = zero(&server, "5550402");
    std::thread::sleep(Duration::from_millis(300));
    let mut second = zero(&server, "5550403");
    std::thread::sleep(Duration::from_millis(500));
    first.media.press('*', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    first.media.press('0', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    first.media.press('0', KeyWay::Event, 100);
    hears(&first, PERSON);
    // Nobody was overtaken.
    let mut agent = server.agent("agent1");
    let invite = agent.ring(RING);
    let from = invite.header("From").unwrap_or_default().to_owned();
    assert!(from.contains("5550402"), "{from}");
    first.hang_up();
    agent.wait_cancel(SOON);
    agent.ring(RING);
    second.hang_up();
}

#[test]
fn two_is_a_message_and_a_key_that_means_nothing_is_answered() {
    let server = start();
    let mut caller = zero(&server, "5550404");
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('7', KeyWay::Event, 100);
    hears(&caller, KEYS);
    // There is no trunk, so that nobody can be called back.
    caller.media.press('1', KeyWay::Event, 100);
    hears(&caller, KEYS);
    caller.media.press('2', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(2000));
    caller.media.say(Source::Tone(700.0));
    std::thread::sleep(Duration::from_millis(2500));
    caller.hang_up();
    let kept = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        !server.messages().is_empty()
    });
    assert!(kept, "the message");
}

#[test]
fn who_calls_again_comes_to_the_agent_whom_they_know() {
    let server = server()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\naffinity = \"1h\"\naffinity_hold = \"10s\"")
        .start();
    let mut second = server.agent("agent2");
    let mut caller = zero(&server, "5550405");
    second.ring(RING);
    second.answer();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(second.hang_up(), 200);
    caller.wait_bye(SOON);
    // Written behind the call, within a second.
    std::thread::sleep(Duration::from_millis(1500));
    let mut first = server.agent("agent1");
    let mut other = zero(&server, "5550406");
    // Who is not known comes to whom it is the turn of: idle for longest.
    second.ring(RING);
    other.hang_up();
    second.wait_cancel(SOON);
    let mut third = zero(&server, "5550407");
    second.ring(RING);
    second.answer();
    // The one whom they know talks: they are kept, though another agent is free.
    let mut again = zero(&server, "5550405");
    assert!(!first.rings_within(Duration::from_millis(1500)));
    third.hang_up();
    second.wait_bye(SOON);
    second.ring(RING);
    again.hang_up();
}
