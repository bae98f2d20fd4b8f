//! Agents who are on calls that the queue did not give them: it offers them nobody meanwhile.

use std::time::{Duration, Instant};

use crate::people::zero;
use crate::scene::{
    AGENT, CALLER, RING, SECOND, asks, hears, hold, resume, talking, with_a_trunk, with_music,
};
use crate::support::digest::Algorithm;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;

/// So long nothing rings that is not to ring.
const QUIET: Duration = Duration::from_millis(1200);

fn house() -> Server {
    let queue = "ring_for = \"20s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"";
    with_music().queue(queue).start()
}

/// Waits until `zeroline agents` shows an agent so.
#[track_caller]
fn shown(server: &Server, agent: &str, state: &str) {
    let end = Instant::now() + SOON;
    loop {
        let told = server.command(&["agents"]);
        let line = told.lines().find(|l| l.starts_with(agent));
        if line.is_some_and(|l| l.split_whitespace().any(|word| word == state)) {
            return;
        }
        assert!(Instant::now() < end, "{agent} is not {state}:\n{told}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A colleague, whose phone is registered, with a tone of their own.
fn colleague(server: &Server) -> Phone {
    let second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    second
}

#[test]
fn a_caller_is_not_offered_to_a_colleague_who_is_asked_and_is_when_that_is_over() {
    let server = house();
    let (caller, mut agent) = talking(&server, "5551000");
    let mut second = colleague(&server);
    hold(&mut agent);
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    shown(&server, "agent2", "engaged");
    let next = zero(&server, "5551001");
    // Neither while it rings nor while the two talk.
    assert!(!second.rings_within(QUIET), "{}", second.transcript());
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    assert!(!second.rings_within(QUIET), "{}", second.transcript());
    assert!(!next.ended);
    shown(&server, "agent2", "engaged");
    assert_eq!(line.hang_up(), 200);
    second.wait_bye(SOON);
    // At once: nobody has been set aside, and nothing is written up.
    let invite = second.ring(Duration::from_secs(2));
    let from = invite.header("From").unwrap_or_default();
    assert!(from.contains("5551001"), "{from}");
    second.media.say(Source::Tone(SECOND));
    second.answer();
    hears(&next, SECOND);
    shown(&server, "agent2", "talking");
    resume(&mut agent);
    hears(&caller, AGENT);
}

#[test]
fn however_a_consultation_ends_the_colleague_is_free() {
    let server = house();
    let (mut caller, mut agent) = talking(&server, "5551002");
    let mut second = colleague(&server);
    hold(&mut agent);
    let begun = |second: &mut Phone| {
        let line = asks(&server, "agent2");
        second.ring(RING);
        shown(&server, "agent2", "engaged");
        line
    };
    // Refused.
    let mut line = begun(&mut second);
    second.reject(486);
    assert_eq!(line.wait_answer(SOON), 486);
    shown(&server, "agent2", "ready");
    // Called off.
    let mut line = begun(&mut second);
    line.cancel();
    second.wait_cancel(SOON);
    shown(&server, "agent2", "ready");
    // The colleague hangs up.
    let mut line = begun(&mut second);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    assert_eq!(second.hang_up(), 200);
    line.wait_bye(SOON);
    shown(&server, "agent2", "ready");
    // The caller is gone while the two talk: both are on that call until it ends.
    let mut line = begun(&mut second);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    for who in ["agent1", "agent2"] {
        shown(&server, who, "engaged");
    }
    assert_eq!(line.hang_up(), 200);
    second.wait_bye(SOON);
    for who in ["agent1", "agent2"] {
        shown(&server, who, "ready");
    }
}

#[test]
fn who_takes_the_caller_over_talks_and_who_joins_them_is_engaged() {
    let server = house();
    let (mut caller, mut agent) = talking(&server, "5551003");
    let mut second = colleague(&server);
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    // All three.
    agent.media.press('*', KeyWay::Event, 100);
    agent.media.press('3', KeyWay::Event, 100);
    line.wait_bye(SOON);
    shown(&server, "agent2", "engaged");
    assert_eq!(agent.hang_up(), 200);
    hears(&caller, SECOND);
    shown(&server, "agent2", "talking");
    shown(&server, "agent1", "ready");
    assert_eq!(caller.hang_up(), 200);
    second.wait_bye(SOON);
    shown(&server, "agent2", "ready");
}

#[test]
fn a_transfer_to_a_colleague_by_name_keeps_them_from_the_queue_while_it_rings() {
    let server = house();
    let (caller, mut agent) = talking(&server, "5551004");
    let mut second = colleague(&server);
    assert_eq!(agent.refer("agent2"), 202);
    second.ring(RING);
    shown(&server, "agent2", "engaged");
    let next = zero(&server, "5551005");
    assert!(!second.rings_within(QUIET), "{}", second.transcript());
    // Refused: the two talk on, and the next caller's turn it is.
    second.reject(486);
    let invite = second.ring(RING);
    let from = invite.header("From").unwrap_or_default();
    assert!(from.contains("5551005"), "{from}");
    second.media.say(Source::Tone(SECOND));
    second.answer();
    hears(&next, SECOND);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
}

#[test]
fn whose_phone_rings_for_a_caller_is_busy_for_colleagues() {
    let server = house();
    let (_caller, mut agent) = talking(&server, "5551006");
    let mut second = colleague(&server);
    let next = zero(&server, "5551007");
    second.ring(RING);
    // On a second line, and by transfer.
    let mut line = asks(&server, "agent2");
    assert_eq!(line.wait_answer(SOON), 486);
    assert_eq!(agent.refer("agent2"), 202);
    agent.wait_notify("SIP/2.0 486");
    second.answer();
    hears(&next, SECOND);
    shown(&server, "agent2", "talking");
}

#[test]
fn who_calls_somebody_is_offered_nobody_meanwhile_and_may_pause() {
    let (server, mut outside) = with_a_trunk();
    let mut agent = server.agent("agent1");
    let mut line = asks(&server, "+4512345678");
    outside.ring(RING);
    shown(&server, "agent1", "engaged");
    outside.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    let next = zero(&server, "5551008");
    assert!(!agent.rings_within(QUIET), "{}", agent.transcript());
    let told = server.command(&["agents", "pause", "agent1", "--reason", "lunch"]);
    assert!(told.contains("paused"), "{told}");
    let told = server.command(&["agents", "ready", "agent1"]);
    assert!(told.contains("engaged"), "{told}");
    assert_eq!(outside.hang_up(), 200);
    line.wait_bye(SOON);
    agent.ring(RING);
    agent.media.say(Source::Tone(AGENT));
    agent.answer();
    hears(&next, AGENT);
}

#[test]
fn whose_phone_signs_in_during_a_call_of_their_own_is_not_ready_yet() {
    let server = house();
    let mut agent = server.agent("agent1");
    let mut second = colleague(&server);
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    shown(&server, "agent1", "engaged");
    // The registration is lost and comes back, as of a phone that starts anew.
    assert_eq!(agent.register_for("secret", Algorithm::Sha256, 0), 200);
    shown(&server, "agent1", "offline");
    assert_eq!(agent.register("secret", Algorithm::Sha256), 200);
    shown(&server, "agent1", "engaged");
    let mut next = zero(&server, "5551009");
    assert!(!agent.rings_within(QUIET), "{}", agent.transcript());
    assert_eq!(line.hang_up(), 200);
    agent.ring(RING);
    assert_eq!(next.hang_up(), 200);
}
