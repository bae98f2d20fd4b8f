//! A caller's page that vanishes: nobody is left with a dead line, and each contact ends once.

use std::time::{Duration, Instant};

use super::browser::Browser;
use super::support::digest::Algorithm;
use super::support::phone::SOON;
use super::support::server::{Server, server};
use super::{RING, user};

/// Three seconds of silence, ten in which a page may come back, and what a laden machine takes.
const DEAD: Duration = Duration::from_secs(25);

/// How each contact ended, the latest first.
fn ends(server: &Server) -> Vec<String> {
    let told = server.command(&["contacts"]);
    let ids = told
        .lines()
        .skip(1)
        .filter_map(|l| l.split_whitespace().nth(2));
    ids.map(|id| server.command(&["contacts", "show", id]))
        .collect()
}

#[test]
fn a_callers_page_that_vanishes_leaves_neither_a_dead_line_nor_a_place_in_line() {
    let server = server()
        .demo()
        .queue("ring_for = \"20s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let secret = user(&server, &["ben", "--role", "operator"]);
    let mut agent = server.agent("agent1");
    let who = [("NAME", "ben"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("vanish", &server, &who);

    browser.at("asked");
    agent.ring(RING);
    agent.answer();
    browser.go();
    browser.at("talking");
    browser.go();
    browser.at("closed");
    agent.wait_bye(SOON);
    browser.go();

    browser.at("asked-again");
    agent.ring(RING);
    agent.answer();
    browser.go();
    browser.at("talking-again");
    browser.go();
    browser.at("killed");
    agent.wait_bye(DEAD);
    assert_eq!(agent.register_for("secret", Algorithm::Sha256, 0), 200);
    browser.go();

    browser.at("waiting");
    browser.go();
    browser.at("killed-waiting");
    let end = Instant::now() + DEAD;
    let ends = loop {
        let ends = ends(&server);
        let over = |e: &&String| e.contains("caller lost") || e.contains("caller hung up");
        if ends.iter().filter(over).count() == 3 {
            break ends;
        }
        assert!(Instant::now() < end, "{ends:?}");
        std::thread::sleep(Duration::from_millis(250));
    };
    for (told, wanted) in ends.iter().zip([
        "caller lost while waiting (no voice packets)",
        "caller lost while talking to an agent (no voice packets)",
        "caller hung up while talking to an agent",
    ]) {
        assert_eq!(told.matches(wanted).count(), 1, "{wanted}\n{told}");
    }
    browser.go();
    browser.end();
}
