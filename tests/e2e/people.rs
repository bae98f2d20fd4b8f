//! The person behind 0: offered, answered, held, transferred, gone.

use std::time::Duration;

use crate::support::audio::{share, silent};
use crate::support::digest::Algorithm;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::sip::{uri_of, user_of};

pub(crate) const RING: Duration = Duration::from_secs(8);

/// A caller (600 Hz) who pressed 0.
pub(crate) fn zero(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(600.0));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

/// A caller (600 Hz) and an agent (900 Hz) in conversation.
fn talking(server: &Server) -> (Phone, Phone) {
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    let caller = zero(server, "5550100");
    agent.ring(RING);
    agent.answer();
    std::thread::sleep(Duration::from_millis(600));
    (caller, agent)
}

/// Soon each hears the other's tone for half a second, and not their own.
#[track_caller]
pub(crate) fn hear_each_other(caller: &Phone, agent: &Phone) {
    let mut told = String::new();
    for _ in 0..6 {
        caller.media.forget();
        let at_agent = agent.media.listen(Duration::from_millis(500));
        let at_caller = caller
            .media
            .heard_since(std::time::Instant::now() - Duration::from_millis(450));
        let (a, c) = (share(&at_agent, 600.0), share(&at_caller, 900.0));
        let (own_a, own_c) = (share(&at_agent, 900.0), share(&at_caller, 600.0));
        if a > 0.85 && c > 0.85 && own_a < 0.05 && own_c < 0.05 {
            return;
        }
        told = format!(
            "caller's tone at agent {a:.2}, agent's at caller {c:.2}; own {own_a:.2}, {own_c:.2}"
        );
    }
    panic!("shares: {told}");
}

#[test]
fn a_phone_is_asked_to_answer_by_itself_where_the_settings_say_so() {
    let agent = |id: &str| format!("[[agents]]\nid = \"{id}\"\npassword = \"secret\"\n");
    let agents = format!("{}auto_answer = true\n{}", agent("agent1"), agent("agent2"));
    let server = server().agents(&agents).start();
    let mut first = server.agent("agent1");
    let mut caller = zero(&server, "5550970");
    let invite = first.ring(RING);
    let alert = invite.header("Alert-Info").unwrap_or_default();
    assert!(alert.ends_with(";info=alert-autoanswer;delay=0"), "{alert}");
    let after = |value: &str| value.ends_with(">;answer-after=0");
    assert!(invite.all("Call-Info").any(after));
    first.answer();
    let mut second = server.agent("agent2");
    let mut later = zero(&server, "5550971");
    let invite = second.ring(RING);
    assert!(invite.header("Alert-Info").is_none());
    later.hang_up();
    caller.hang_up();
}

#[test]
fn caller_and_agent_hear_each_other_and_either_may_hang_up() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    hear_each_other(&caller, &agent);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);

    let mut second = zero(&server, "5550101");
    agent.ring(RING);
    agent.answer();
    std::thread::sleep(Duration::from_millis(500));
    hear_each_other(&second, &agent);
    assert_eq!(agent.hang_up(), 200);
    second.wait_bye(SOON);
}

#[test]
fn the_agent_knows_who_calls_before_answering() {
    let server = server().start();
    let mut agent = server.agent("agent1");
    let mut caller = zero(&server, "5550102");
    let invite = agent.ring(RING);
    assert_eq!(
        user_of(uri_of(invite.header("From").unwrap_or_default())),
        "5550102"
    );
    assert!(
        invite.header("From").is_some_and(|f| f.starts_with('"')),
        "a display name"
    );
    let context = invite
        .header("User-to-User")
        .expect("the context (RFC 7433)");
    assert!(context.contains("encoding=hex"), "{context}");
    caller.hang_up();
    agent.wait_cancel(SOON);
}

#[test]
fn an_agent_who_does_not_answer_is_missed_and_the_next_one_rings() {
    let server = server().start();
    let mut first = server.agent("agent1");
    let mut second = server.agent("agent2");
    let mut caller = zero(&server, "5550103");
    // Longest idle: agent1 signed in first.
    first.ring(RING);
    first.wait_cancel(RING);
    second.ring(RING);
    second.answer();
    second.media.say(Source::Tone(900.0));
    std::thread::sleep(Duration::from_millis(600));
    hear_each_other(&caller, &second);
    caller.hang_up();
    second.wait_bye(SOON);
    // The missed one is not offered the next caller.
    let mut again = zero(&server, "5550104");
    second.ring(RING);
    assert!(!first.rings_within(Duration::from_millis(500)));
    again.hang_up();
}

#[test]
fn an_agent_who_refuses_is_followed_by_the_next() {
    let server = server().start();
    let mut first = server.agent("agent1");
    let mut second = server.agent("agent2");
    let mut caller = zero(&server, "5550105");
    first.ring(RING);
    first.reject(486);
    second.ring(Duration::from_secs(2));
    caller.hang_up();
    second.wait_cancel(SOON);
}

#[test]
fn an_agents_phone_that_dies_while_ringing_does_not_keep_the_caller() {
    let server = server().start();
    let mut first = server.agent("agent1");
    let mut second = server.agent("agent2");
    let mut caller = zero(&server, "5550106");
    first.ring(RING);
    drop(first);
    second.ring(RING);
    second.answer();
    second.media.say(Source::Tone(900.0));
    std::thread::sleep(Duration::from_millis(600));
    hear_each_other(&caller, &second);
    caller.hang_up();
}

#[test]
fn who_waits_hears_something_and_keeps_being_offered() {
    let server = server()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let mut caller = zero(&server, "5550107");
    std::thread::sleep(Duration::from_millis(2500));
    assert!(
        !silent(&caller.media.listen(Duration::from_millis(3000))),
        "music while waiting"
    );
    let mut agent = server.agent("agent1");
    agent.ring(RING);
    agent.answer();
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn the_caller_may_hang_up_at_any_stage() {
    let server = server().start();
    // Ringing, if the CANCEL is quick enough; else answered and ended.
    let mut caller = server.phone("5550108");
    caller.invite("100");
    let status = caller.cancel();
    assert!(status == 487 || status == 200, "{}", caller.transcript());
    // Menu.
    let mut caller = server.phone("5550109");
    caller.call("100");
    assert_eq!(caller.hang_up(), 200);
    // Offered.
    let mut agent = server.agent("agent1");
    let mut caller = zero(&server, "5550110");
    agent.ring(RING);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_cancel(SOON);
    // While the agent's 200 is under way.
    let mut caller = zero(&server, "5550111");
    agent.ring(RING);
    agent.answer_without_ack();
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    // And the agent is ready for the next.
    let mut caller = zero(&server, "5550112");
    agent.ring(RING);
    agent.answer();
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn the_agent_holds_and_resumes() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    agent.ours.direction = "sendonly".into();
    assert_eq!(agent.reinvite(), 200);
    let theirs = agent.theirs.clone().map(|t| t.direction);
    assert!(
        matches!(theirs.as_deref(), Some("recvonly" | "inactive")),
        "{theirs:?}"
    );
    std::thread::sleep(Duration::from_millis(200));
    agent.media.forget();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(
        agent.media.count(),
        0,
        "a phone that holds is not talked to"
    );
    agent.ours.direction = "sendrecv".into();
    assert_eq!(agent.reinvite(), 200);
    std::thread::sleep(Duration::from_millis(300));
    hear_each_other(&caller, &agent);
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn the_caller_holds_by_update_and_resumes() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    caller.ours.direction = "inactive".into();
    assert_eq!(caller.update(), 200);
    std::thread::sleep(Duration::from_millis(300));
    caller.media.forget();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(caller.media.count(), 0);
    caller.ours.direction = "sendrecv".into();
    assert_eq!(caller.update(), 200);
    std::thread::sleep(Duration::from_millis(300));
    hear_each_other(&caller, &agent);
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn a_codec_change_on_one_side_is_not_heard_on_the_other() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    let before = caller.media.packets().last().map(|p| p.pt);
    agent.ours.codecs = vec![(8, "PCMA/8000".into())];
    assert_eq!(agent.reinvite(), 200);
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&caller, &agent);
    assert!(
        agent
            .media
            .packets()
            .iter()
            .rev()
            .take(10)
            .all(|p| p.pt == 8)
    );
    caller.ours.codecs = vec![(0, "PCMU/8000".into())];
    assert_eq!(caller.reinvite(), 200);
    std::thread::sleep(Duration::from_millis(400));
    hear_each_other(&caller, &agent);
    assert!(before.is_some());
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn blind_transfer_to_another_agent() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(900.0));
    assert_eq!(agent.refer("agent2"), 202);
    let invite = second.ring(RING);
    assert_eq!(
        user_of(uri_of(invite.header("From").unwrap_or_default())),
        "5550100"
    );
    second.answer();
    agent.wait_notify("SIP/2.0 200");
    std::thread::sleep(Duration::from_millis(500));
    hear_each_other(&caller, &second);
    caller.hang_up();
    second.wait_bye(SOON);
}

#[test]
fn a_transfer_that_fails_leaves_the_caller_with_a_person() {
    let server = server().start();
    let (mut caller, mut agent) = talking(&server);
    let mut second = server.agent("agent2");
    assert_eq!(agent.refer("agent2"), 202);
    second.ring(RING);
    second.reject(486);
    std::thread::sleep(Duration::from_millis(500));
    // With the first agent again, or on the way to one: never hung up on.
    caller.idle(Duration::from_secs(1));
    assert!(!caller.ended, "{}", caller.transcript());
    assert!(!silent(&caller.media.listen(Duration::from_secs(2))));
    caller.hang_up();
}

#[test]
fn registration_with_both_algorithms_and_not_with_a_wrong_password() {
    let server = server().start();
    assert_eq!(
        server.phone("agent1").register("secret", Algorithm::Md5),
        200
    );
    assert_eq!(
        server.phone("agent2").register("secret", Algorithm::Sha256),
        200
    );
    let wrong = server.phone("agent3").register("guess", Algorithm::Sha256);
    let nobody = server.phone("nobody").register("guess", Algorithm::Sha256);
    assert!(wrong == 401 || wrong == 403, "{wrong}");
    assert_eq!(wrong, nobody, "known and unknown users look the same");
}

#[test]
fn who_signs_off_is_not_rung() {
    let server = server().start();
    let mut first = server.agent("agent1");
    let mut second = server.agent("agent2");
    assert_eq!(first.register_for("secret", Algorithm::Sha256, 0), 200);
    let mut caller = zero(&server, "5550113");
    second.ring(RING);
    assert!(!first.rings_within(Duration::from_millis(300)));
    caller.hang_up();
}

#[test]
fn a_caller_reaches_lines_only() {
    let server = server().start();
    let agent = server.agent("agent1");
    for number in ["agent1", "999", "+4915112345678"] {
        let mut caller = server.phone("5550114");
        caller.invite(number);
        assert_eq!(
            caller.wait_answer(SOON),
            404,
            "{number}: {}",
            caller.transcript()
        );
    }
    drop(agent);
}
