//! Blind transfers that come about, and those that do not: the caller is back where they were.

use std::time::Duration;

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, talking, with_a_trunk, with_music};
use crate::support::media::Source;
use crate::support::phone::SOON;

const TWO_QUEUES: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\nqueues = [\"support\"]\n\
                          [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = [\"bills\"]\n";
const BILLS: &str =
    "ring_for = \"5s\"\nwrap_up = \"0s\"\n[[queues]]\nname = \"bills\"\nwrap_up = \"0s\"";

#[test]
fn to_a_queue_the_caller_gets_a_place_there() {
    let server = with_music().agents(TWO_QUEUES).queue(BILLS).start();
    let (mut caller, mut agent) = talking(&server, "5550400");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    assert_eq!(agent.refer("bills"), 202);
    agent.wait_notify("SIP/2.0 200");
    second.ring(RING);
    second.answer();
    hears(&caller, SECOND);
    hears(&second, CALLER);
    assert_eq!(second.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn to_an_outside_number_that_refuses_or_is_dead() {
    let (server, mut outside) = with_a_trunk();
    let (mut caller, mut agent) = talking(&server, "5550401");
    for status in [486, 480, 603] {
        assert_eq!(agent.refer("+4530901820"), 202);
        outside.ring(RING);
        hears(&caller, MUSIC);
        outside.reject(status);
        agent.wait_notify(&format!("SIP/2.0 {status}"));
        hears(&caller, AGENT);
        hears(&agent, CALLER);
    }
    // Nothing is there any more.
    drop(outside);
    assert_eq!(agent.refer("+4530901820"), 202);
    agent.wait_notify("SIP/2.0 480");
    hears(&caller, AGENT);
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn to_a_colleague_whose_phone_is_dead_or_who_is_not_there() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550402");
    let second = server.agent("agent2");
    drop(second);
    for (to, status) in [("agent2", 480), ("agent3", 480), ("nowhere", 404)] {
        assert_eq!(agent.refer(to), 202);
        agent.wait_notify(&format!("SIP/2.0 {status}"));
        hears(&caller, AGENT);
        hears(&agent, CALLER);
    }
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn who_hands_on_and_hangs_up_at_once_may_have_the_caller_back() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550403");
    let mut second = server.agent("agent2");
    assert_eq!(agent.refer("agent2"), 202);
    second.ring(RING);
    assert_eq!(agent.hang_up(), 200);
    second.reject(603);
    // Both are free; who is idle for longer rings first, and the caller is at the head.
    let first = agent.rings_within(Duration::from_secs(3));
    let rings = if first { &mut agent } else { &mut second };
    rings.ring(RING);
    rings.answer();
    rings.media.say(Source::Tone(AGENT));
    hears(&caller, AGENT);
    assert_eq!(caller.hang_up(), 200);
}

#[test]
fn a_transferor_who_wants_no_reports_gets_none() {
    let server = with_music().start();
    let (caller, mut agent) = talking(&server, "5550404");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    assert_eq!(agent.refer_silently("agent2"), 202);
    second.ring(RING);
    second.answer();
    hears(&caller, SECOND);
    assert!(
        !agent.transcript().contains("NOTIFY"),
        "{}",
        agent.transcript()
    );
}

#[test]
fn to_a_colleague_whose_phone_rings_and_is_not_answered() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550404");
    let mut second = server.agent("agent2");
    assert_eq!(agent.refer("agent2"), 202);
    second.ring(RING);
    hears(&caller, MUSIC);
    // It rings for 25 s.
    second.wait_cancel(Duration::from_secs(28));
    agent.wait_notify("SIP/2.0 408");
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    // The caller is the agent's again, and the contact knows what was tried.
    let list = server.command(&["contacts", "list", "--json"]);
    let told: serde_json::Value =
        serde_json::from_str(list.lines().next().expect("a contact")).expect("JSON");
    let shown = server.command(&[
        "contacts",
        "show",
        told["contact"].as_str().expect("its id"),
    ]);
    assert!(shown.contains("408"), "{shown}");
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
}
