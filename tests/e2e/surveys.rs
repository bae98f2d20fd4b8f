//! After the talk: the agent is free at once, and the caller is asked how it was.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{AGENT, RING, hears, talking, with_music};
use crate::support::api::ask;
use crate::support::audio::{share, sine};
use crate::support::media::KeyWay;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup};

/// The question, and the good-bye.
pub const ASKED: f64 = 420.0;
pub const PARTING: f64 = 1450.0;

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

fn asking() -> Server {
    asking_line().start()
}

/// Its queue asks callers how the talk was.
pub fn asking_line() -> Setup {
    with_music()
        .queue("ring_for = \"5s\"\nwrap_up = \"30s\"\nsurvey = \"rate\"")
        .file("menus/main.yaml", MENU)
        .prompt("en/kind", &sine(ASKED, 6000.0, 2.0))
        .prompt("en/sys-survey-skip", &sine(ASKED, 6000.0, 0.2))
        .prompt("en/sys-connecting", &sine(400.0, 6000.0, 0.2))
        .prompt("en/bye", &sine(PARTING, 6000.0, 1.0))
}

/// Soon the caller hears this.
#[track_caller]
pub fn hears_said(phone: &Phone, hz: f64) {
    let heard = |_| share(&phone.media.listen(Duration::from_millis(300)), hz) > 0.8;
    assert!((0..20).any(heard), "{hz} Hz\n{}", phone.transcript());
}

/// The only contact there is, once it is written that it is over.
#[track_caller]
pub fn contact(server: &Server) -> Value {
    let mut told = Value::Null;
    for _ in 0..50 {
        let list = server.command(&["contacts", "list", "--json"]);
        told = serde_json::from_str(list.lines().next().expect("a contact")).expect("JSON");
        if !told["verdict"].is_null() {
            return told;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{told}");
}

#[test]
fn the_agent_is_free_and_the_caller_answers_the_survey() {
    let server = asking();
    let told = server.command(&["tokens", "add", "test", "--role", "supervisor"]);
    let token = told
        .lines()
        .find(|l| l.starts_with("zl_"))
        .expect("a token");
    let head = format!("Authorization: Bearer {token}\r\n");
    let state = |agent: &str| {
        let (_, _, told) = ask(server.api, "GET", &format!("/agents/{agent}"), &head, None);
        told["state"].clone()
    };
    let (mut caller, mut agent) = talking(&server, "5550910");
    hears(&caller, AGENT);
    assert_eq!(agent.hang_up(), 200);
    hears_said(&caller, ASKED);
    assert_eq!(state("agent1"), "wrap_up");
    assert!(!caller.ended, "{}", caller.transcript());
    caller.media.press('4', KeyWay::Event, 100);
    hears_said(&caller, PARTING);
    caller.wait_bye(SOON);

    let told = contact(&server);
    assert_eq!(told["agent"], "agent1", "{told}");
    assert_eq!(told["verdict"], "agent_ended", "{told}");
    let id = told["contact"].as_str().expect("its id");
    let shown = server.command(&["contacts", "show", id]);
    let said = ["agent1 ended the talk", "kind"];
    assert!(said.iter().all(|s| shown.contains(s)), "{shown}");
    let (_, _, report) = ask(server.api, "GET", "/reports", &head, None);
    let surveys = &report["surveys"];
    assert_eq!(surveys[0]["survey"], "rate", "{report}");
    assert_eq!(surveys[0]["question"], "kind", "{surveys}");
    assert_eq!(surveys[0]["count"], json!(1), "{surveys}");
    // It is about the agent who talked with them.
    let judged = &report["judged"][0];
    assert_eq!(judged["agent"], "agent1", "{report}");
    assert_eq!(
        (&judged["question"], &judged["mean"]),
        (&json!("kind"), &json!(4.0))
    );
    let shown = server.command(&["report"]);
    assert!(shown.contains("TALKED WITH"), "{shown}");
}

#[test]
fn zero_in_the_survey_is_a_person_again() {
    let server = asking();
    let (mut caller, mut agent) = talking(&server, "5550911");
    let mut other = server.agent("agent2");
    assert_eq!(agent.hang_up(), 200);
    hears_said(&caller, ASKED);
    caller.media.press('0', KeyWay::Event, 100);
    other.ring(RING);
    other.answer();
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(other.hang_up(), 200);
    // They were asked already.
    caller.wait_bye(SOON);
}

#[test]
fn who_is_silent_or_hangs_up_is_let_go() {
    let server = asking();
    let (mut caller, mut agent) = talking(&server, "5550912");
    assert_eq!(agent.hang_up(), 200);
    hears_said(&caller, PARTING);
    caller.wait_bye(SOON);
    assert_eq!(contact(&server)["verdict"], "agent_ended");
}
