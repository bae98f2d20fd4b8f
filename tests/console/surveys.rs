//! Surveys in the reports: what was answered is what is shown.

use std::time::Duration;

use crate::browser::Browser;
use crate::lead::Desk;
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::tones::{AGENT, hears};
use crate::{RING, user, zero};

/// The question.
const ASKED: f64 = 420.0;

const MENU: &str = r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: bye }
  rate:
    survey:
      questions:
        kind: { prompt: kind, text: "How kind were we? From one to five. To speak to a person, press zero." }
      wait: 2s
      go: bye
  bye: { goodbye: { prompt: bye, text: "Goodbye." } }
"#;

/// Talks, is asked after it, and answers so.
#[track_caller]
fn talks_and_answers(server: &Server, agent: &mut Phone, number: &str, key: char) {
    let mut caller = zero(server, number);
    agent.ring(RING);
    agent.answer();
    hears(&caller, AGENT);
    assert_eq!(agent.hang_up(), 200);
    let asked = |_| share(&caller.media.listen(Duration::from_millis(300)), ASKED) > 0.8;
    assert!((0..20).any(asked), "{}", caller.transcript());
    caller.media.press(key, KeyWay::Event, 100);
    caller.wait_bye(SOON);
}

#[test]
fn what_callers_answered_is_what_the_reports_show_and_the_file_has() {
    let server = server()
        .queue("ring_for = \"8s\"\nwrap_up = \"0s\"\nsurvey = \"rate\"")
        .file("menus/main.yaml", MENU)
        .prompt("en/kind", &sine(ASKED, 6000.0, 2.0))
        .prompt("en/sys-survey-skip", &sine(ASKED, 6000.0, 0.2))
        .prompt("en/bye", &sine(1450.0, 6000.0, 0.5))
        .start();
    let secret = user(&server, &["eva", "--role", "supervisor"]);
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    talks_and_answers(&server, &mut agent, "5550411", '4');
    talks_and_answers(&server, &mut agent, "5550412", '5');
    // The record is written behind.
    let boss = Desk::new(&server, "supervisor", None);
    let counted = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        boss.get("/reports")["surveys"][0]["count"] == 2
    });
    assert!(counted, "{:#}", boss.get("/reports")["surveys"]);
    let who = [
        ("NAME", "eva"),
        ("SECRET", secret.as_str()),
        ("CALLER", "5550411"),
    ];
    Browser::start("surveys", &server, &who).end();
}
