//! The ways in: TCP, TLS with SRTP, IPv6, late offers, lost ACKs.

use std::time::Duration;

use crate::support::audio::silent;
use crate::support::digest::Algorithm;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::sdp::Session;
use crate::support::server::server;

const RING: Duration = Duration::from_secs(8);

/// The caller presses 0, the agent answers, both hear each other.
fn through_zero(mut caller: Phone, mut agent: Phone) {
    assert_eq!(
        agent.register("secret", Algorithm::Sha256),
        200,
        "{}",
        agent.transcript()
    );
    caller.media.say(Source::Tone(600.0));
    agent.media.say(Source::Tone(900.0));
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        !silent(&caller.media.listen(Duration::from_millis(300))),
        "the greeting"
    );
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    agent.media.hears(600.0);
    caller.media.hears(900.0);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}

#[test]
fn tcp() {
    let server = server().start();
    through_zero(
        Phone::tcp("5550500", server.sip),
        Phone::tcp("agent1", server.sip),
    );
}

#[test]
fn udp_to_tcp_on_ipv6() {
    let server = server().ipv6().start();
    through_zero(server.phone("5550501"), Phone::tcp("agent1", server.sip));
}

#[test]
fn tls_with_srtp_on_both_sides() {
    let server = server().tls().start();
    through_zero(server.tls_phone("5550502"), server.tls_phone("agent1"));
}

#[test]
fn tls_on_ipv6() {
    let server = server().ipv6().tls().start();
    through_zero(server.tls_phone("5550510"), server.tls_phone("agent1"));
}

#[test]
fn plain_caller_to_encrypted_agent() {
    let server = server().tls().start();
    through_zero(server.phone("5550503"), server.tls_phone("agent1"));
}

#[test]
fn srtp_is_agreed_in_the_answer() {
    let server = server().tls().start();
    let mut caller = server.tls_phone("5550504");
    caller.call("100");
    let theirs: Option<Session> = caller.theirs.clone();
    assert!(
        theirs.is_some_and(|t| t.crypto.is_some()),
        "{}",
        caller.transcript()
    );
    caller.hang_up();
}

#[test]
fn a_late_offer() {
    let server = server().start();
    let mut caller = server.phone("5550505");
    caller.call_with_late_offer("100");
    assert!(caller.theirs.is_some(), "an offer in the 200");
    std::thread::sleep(Duration::from_millis(300));
    assert!(!silent(&caller.media.listen(Duration::from_millis(500))));
    caller.hang_up();
}

#[test]
fn an_offer_without_a_known_codec_is_refused() {
    let server = server().start();
    let mut caller = server.phone("5550506");
    caller.ours.codecs = vec![(18, "G729/8000".into())];
    caller.ours.dtmf = None;
    caller.invite("100");
    assert_eq!(caller.wait_answer(SOON), 488, "{}", caller.transcript());
}

#[test]
fn without_an_ack_the_200_comes_again_and_then_the_call_ends() {
    let server = server().start();
    let mut caller = server.phone("5550507");
    caller.lose_acks = true;
    caller.call("100");
    for _ in 0..3 {
        caller.wait("the 200 again", SOON, |m| {
            m.method() == "INVITE" && m.status() == Some(200)
        });
    }
    // 64 × T1 (RFC 3261 §13.3.1.4).
    caller.wait_bye(Duration::from_secs(40));
}

#[test]
fn options_tells_what_we_can_do() {
    let server = server().start();
    let mut caller = server.phone("5550508");
    let response = caller.options("100");
    assert_eq!(response.status(), Some(200));
    let allow = response.header("Allow").unwrap_or_default();
    for method in [
        "INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "UPDATE", "PRACK", "REFER",
    ] {
        assert!(allow.contains(method), "{method} in {allow:?}");
    }
}

#[test]
fn an_unknown_info_is_415() {
    let server = server().start();
    let mut caller = server.phone("5550509");
    caller.call("100");
    assert_eq!(caller.info("application/x-nobody-knows", "hello"), 415);
    assert_eq!(caller.info("application/dtmf", "1"), 200);
    caller.hang_up();
}
