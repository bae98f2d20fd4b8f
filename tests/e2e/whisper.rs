//! Who it is, in the agent's ear, before the caller is connected.

use std::time::{Duration, Instant};

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, with_music};
use crate::support::audio::sine;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup};

/// "Pressed zero" is a tone of two seconds.
fn whispering() -> Setup {
    with_music()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nwhisper = true")
        .prompt("en/sys-whisper-asked", &sine(SECOND, 6000.0, 2.0))
        .prompt("en/sys-connecting", &sine(400.0, 6000.0, 0.2))
}

/// A caller who pressed 0, and the agent whose phone has just answered.
fn answered(server: &Server, number: &str) -> (Phone, Phone) {
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    std::thread::sleep(Duration::from_millis(800));
    agent.answer();
    (caller, agent)
}

#[test]
fn the_agent_hears_who_it_is_and_then_the_caller() {
    let server = whispering().start();
    let (mut caller, mut agent) = answered(&server, "5550600");
    let since = Instant::now();
    hears(&agent, SECOND);
    hears(&caller, MUSIC);
    hears(&agent, CALLER);
    let took = since.elapsed();
    assert!(took > Duration::from_millis(1500), "the words were cut");
    hears(&caller, AGENT);
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn a_key_is_enough() {
    let server = whispering().start();
    let (mut caller, mut agent) = answered(&server, "5550601");
    hears(&agent, SECOND);
    let since = Instant::now();
    agent.media.press('5', KeyWay::Event, 100);
    hears(&agent, CALLER);
    assert!(since.elapsed() < Duration::from_millis(1200));
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn who_hangs_up_before_has_not_ended_the_callers_call() {
    let server = whispering().start();
    let (caller, mut agent) = answered(&server, "5550602");
    hears(&agent, SECOND);
    assert_eq!(agent.hang_up(), 200);
    agent.ring(RING);
    assert!(!caller.ended, "{}", caller.transcript());
    agent.answer();
    hears(&agent, CALLER);
}
