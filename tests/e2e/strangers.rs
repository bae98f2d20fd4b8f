//! Pages that are not who they say.

use std::time::{Duration, Instant};

use crate::peers::{ALL, agent, zero};
use crate::scene::{CALLER, RING, SECOND, hears, with_music};
use crate::support::media::Source;
use crate::support::phone::SOON;
use crate::support::server::{Server, server};

/// Nothing is left of any call.
#[track_caller]
fn gone(server: &Server) {
    let figures = ["zeroline_calls_active 0", "zeroline_rtp_legs 0"];
    let end = Instant::now() + SOON;
    loop {
        let (_, told) = server.get("/metrics").expect("metrics");
        let left: Vec<&str> = figures
            .into_iter()
            .filter(|f| !told.lines().any(|l| l == *f))
            .collect();
        if left.is_empty() {
            return;
        }
        let shown = |l: &&str| l.contains("calls_active") || l.contains("rtp_legs");
        let lines: Vec<&str> = told.lines().filter(shown).collect();
        assert!(Instant::now() < end, "{lines:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Somebody else's certificate is announced.
fn another_fingerprint(sdp: &str) -> String {
    let line = |l: &str| match l.strip_prefix("a=fingerprint:sha-256 ") {
        Some(hex) => {
            let turned: String = hex.chars().rev().collect();
            format!("a=fingerprint:sha-256 {turned}\r\n")
        }
        None => format!("{l}\r\n"),
    };
    sdp.lines().map(line).collect()
}

fn no_fingerprint(sdp: &str) -> String {
    let kept = sdp.lines().filter(|l| !l.starts_with("a=fingerprint"));
    kept.map(|l| format!("{l}\r\n")).collect()
}

#[test]
fn a_page_with_another_certificate_than_announced_hears_nothing_and_is_told_why() {
    let server = server().start();
    let mut page = server.peer("visitor", ALL);
    page.twist = Some(another_fingerprint);
    page.call("100");
    page.media.say(Source::Tone(CALLER));
    let bye = page.wait_bye(SOON);
    let reason = bye.header("Reason").unwrap_or_default();
    assert!(reason.contains("cause=488"), "{reason}");
    assert_eq!(page.media.count(), 0, "it was spoken to");
    gone(&server);
}

#[test]
fn a_page_without_a_fingerprint_is_refused() {
    let server = server().start();
    let mut page = server.peer("visitor", ALL);
    page.twist = Some(no_fingerprint);
    page.invite("100");
    let refusal = page.wait("a refusal", SOON, |m| m.status() == Some(488));
    let warning = refusal.header("Warning").unwrap_or_default();
    assert!(warning.contains("a=fingerprint"), "{warning}");
    gone(&server);
}

#[test]
fn an_agents_page_with_another_certificate_is_not_given_the_caller() {
    let server = with_music().start();
    let mut first = agent(&server, ALL);
    first.twist = Some(another_fingerprint);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    let caller = zero(&server);
    first.ring(RING);
    first.answer();
    second.ring(RING);
    second.answer();
    hears(&caller, SECOND);
    assert_eq!(first.media.count(), 0, "it was spoken to");
}
