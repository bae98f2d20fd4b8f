//! Pausing a recording and a talk of three, led from the desk.

use std::time::Duration;

use serde_json::Value;

use crate::browser::Browser;
use crate::support::audio::{share, sine};
use crate::support::media::Source;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::{RING, user, zero};

const CALLER: f64 = 600.0;
const AGENT: f64 = 900.0;
const SECOND: f64 = 1250.0;

/// Soon this phone hears all of these.
#[track_caller]
fn hears(phone: &Phone, tones: &[f64]) {
    let mut told = String::new();
    for _ in 0..12 {
        let heard = phone.media.listen(Duration::from_millis(400));
        let shares: Vec<f64> = tones.iter().map(|hz| share(&heard, *hz)).collect();
        if shares.iter().all(|s| *s > 0.6 / tones.len() as f64) {
            return;
        }
        told = format!("{tones:?}: {shares:.2?}");
    }
    panic!("{told}\n{}", phone.transcript());
}

/// What was recorded of this agent's talk, as soon as it is complete: each of the two has a recording.
#[track_caller]
fn recording(server: &Server, agent: &str) -> Value {
    for _ in 0..100 {
        let told = server.command(&["recordings", "list", "--json"]);
        let mut all = told
            .lines()
            .filter_map(|l| serde_json::from_str::<Value>(l).ok());
        if let Some(one) = all.find(|r| r["agent"] == agent && r["length_ms"].is_u64()) {
            return one;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{}", server.command(&["recordings", "list", "--json"]));
}

#[test]
fn a_recording_is_paused_and_three_talk_from_the_desk() {
    let server = server()
        .queue("ring_for = \"30s\"\nwrap_up = \"60s\"\nrecording = \"announced\"")
        .prompt("en/sys-recording-on", &sine(400.0, 6000.0, 0.4))
        .start();
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let who = [("NAME", "ann"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("three", &server, &who);
    browser.at("ready");
    let mut caller = zero(&server, "5550331");
    caller.media.say(Source::Tone(CALLER));
    agent.ring(RING);
    agent.answer();
    hears(&caller, &[AGENT]);
    browser.go();
    browser.at("paused");
    std::thread::sleep(Duration::from_millis(1_200));
    // It is the recording that pauses, not the talk.
    hears(&caller, &[AGENT]);
    browser.go();
    browser.at("resumed");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    browser.go();
    browser.at("asking");
    second.ring(RING);
    second.answer();
    browser.go();
    browser.at("three");
    hears(&caller, &[AGENT, SECOND]);
    hears(&agent, &[CALLER, SECOND]);
    hears(&second, &[CALLER, AGENT]);
    browser.go();
    browser.at("left");
    agent.wait_bye(SOON);
    hears(&caller, &[SECOND]);
    browser.go();
    browser.end();
    caller.hang_up();
    second.wait_bye(SOON);
    let one = recording(&server, "agent1");
    let pauses = one["pauses"].as_array().cloned().unwrap_or_default();
    let asked = pauses.iter().find(|p| p["why"] == "paused");
    let asked = asked.unwrap_or_else(|| panic!("{one}"));
    let ms = |name: &str| asked[name].as_u64().unwrap_or_default();
    assert!(ms("to_ms") > ms("from_ms") + 1_000, "{one}");
}
