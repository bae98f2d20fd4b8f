//! Voice that does not find its way to the agent's page.

use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::lead::Desk;
use crate::support::audio::silent;
use crate::support::media::Source;
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;
use crate::tones::{AGENT, CALLER, Microphone, SECOND, caller, hears, scene};
use crate::user;

/// What the page waits for its voice, and what a laden machine takes.
const TOLD: Duration = Duration::from_secs(25);
/// Longer than this nobody hears nothing: it takes the server three seconds to tell that a page is silent.
const SILENCE: Duration = Duration::from_secs(6);

/// Whether that agent can be rung.
fn is_ready(server: &Server, agent: &str) -> bool {
    let told = server.command(&["agents"]);
    let mut lines = told.lines();
    lines.any(|l| l.contains(agent) && l.contains("ready"))
}

/// Until the other agent has the caller these hear music, with no more silence than the server needs.
#[track_caller]
fn music_until_rung(caller: &Phone, second: &mut Phone) {
    let (end, mut heard) = (Instant::now() + TOLD, Instant::now());
    while !second.rings_within(Duration::from_millis(10)) {
        assert!(Instant::now() < end, "nobody is rung");
        if !silent(&caller.media.listen(Duration::from_millis(300))) {
            heard = Instant::now();
        }
        assert!(
            heard.elapsed() < SILENCE,
            "silence\n{}",
            caller.transcript()
        );
    }
}

#[test]
fn where_voice_finds_no_way_the_caller_goes_on_to_somebody_else_and_the_page_says_why() {
    let server = scene()
        .queue("ring_for = \"30s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("MICROPHONE", microphone.path()),
    ];
    let mut browser = Browser::start("path", &server, &more);
    browser.at("ready");
    let mut first = caller(&server, "5550401");
    browser.go();
    browser.at("answered");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    browser.go();
    music_until_rung(&first, &mut second);
    second.ring(SOON);
    second.answer();
    hears(&first, SECOND);
    hears(&second, CALLER);
    browser.at("told");
    assert!(
        !is_ready(&server, "agent1"),
        "{}",
        server.command(&["agents"])
    );

    // Whoever comes now waits, and is not sent there.
    let mut next = caller(&server, "5550402");
    let boss = Desk::new(&server, "supervisor", None);
    let stages = || boss.get("/calls").as_array().cloned().unwrap_or_default();
    let waits = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        stages().iter().any(|c| c["stage"] == "waiting")
    });
    assert!(waits, "{:?}", stages());
    browser.go();
    browser.at("again");
    browser.go();
    browser.at("talking");
    hears(&next, AGENT);
    browser.go();
    browser.end();
    next.wait_bye(SOON);
    first.hang_up();
    second.wait_bye(SOON);
}
