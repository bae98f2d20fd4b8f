//! The record is in a PostgreSQL: calls, surveys, messages and callbacks as with the usual store, over a
//! crash, and while that database is away.

use std::time::Duration;

use serde_json::{Value, json};

use crate::callbacks::{CALLING, asks_to_be_called_back, listed, over_a_trunk};
use crate::faults::hears_tone;
use crate::people::hear_each_other;
use crate::scene::{AGENT, RING, hears, talking};
use crate::store::{STORED, calling, comes_to_a_person, ends, line, speaks, timelines};
use crate::support::api::ask;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::SOON;
use crate::support::postgres::{Postgres, shared};
use crate::support::server::{Server, Setup, server};
use crate::surveys::{ASKED, PARTING, asking_line, contact, hears_said};
use crate::waiting;

/// In a schema of its own.
fn in_schema(setup: Setup, name: &str) -> Setup {
    setup.env("ZEROLINE__STORE__URL", &shared().url(name))
}

/// Nothing of it is in a file here.
#[track_caller]
fn has_no_database(server: &mut Server) {
    let file = server.data().join("zeroline.db");
    assert!(!file.exists(), "{}", file.display());
}

#[test]
fn a_call_its_talk_and_its_survey_are_in_the_record_after_a_crash() {
    let mut server = in_schema(asking_line(), "talk").start();
    let (mut caller, mut agent) = talking(&server, "5550950");
    hears(&caller, AGENT);
    assert_eq!(agent.hang_up(), 200);
    hears_said(&caller, ASKED);
    caller.media.press('4', KeyWay::Event, 100);
    hears_said(&caller, PARTING);
    caller.wait_bye(SOON);
    let before = contact(&server);
    assert_eq!(before["agent"], "agent1", "{before}");
    assert_eq!(before["verdict"], "agent_ended", "{before}");
    has_no_database(&mut server);
    server.crash_and_restart();
    assert_eq!(contact(&server), before);
    let told = server.command(&["tokens", "add", "boss", "--role", "supervisor"]);
    let token = told.lines().find(|l| l.starts_with("zl_"));
    let token = token.unwrap_or_else(|| panic!("{told}"));
    let head = format!("Authorization: Bearer {token}\r\n");
    let (_, _, report) = ask(server.api, "GET", "/reports", &head, None);
    assert_eq!(report["whole"]["people"]["answered"], json!(1), "{report}");
    let judged = &report["judged"][0];
    assert_eq!(judged["agent"], "agent1", "{report}");
    assert_eq!(judged["answers"], json!([0, 0, 0, 1, 0]), "{report}");
}

#[test]
fn a_message_that_is_confirmed_is_there_after_a_crash() {
    let mut server = in_schema(line(), "message").start();
    let mut caller = calling(&server, "5550951", "1");
    speaks(&mut caller);
    ends(&caller);
    hears_tone(&caller, STORED, SOON);
    caller.wait_bye(SOON);
    has_no_database(&mut server);
    server.crash_and_restart();
    let list = server.command(&["messages", "list", "--json"]);
    let told: Value = serde_json::from_str(list.trim()).unwrap_or_else(|e| panic!("{e}: {list}"));
    assert_eq!(told["recovered"], json!(false), "{told}");
    assert_eq!(server.messages().len(), 1);
}

#[test]
fn a_callback_is_promised_before_a_crash_and_kept_after_it() {
    let (mut server, mut outside) = over_a_trunk(in_schema(server(), "callback"), "");
    asks_to_be_called_back(&server, "5550952");
    has_no_database(&mut server);
    server.crash_and_restart();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(900.0));
    agent.ring(RING);
    agent.answer();
    waiting::hears(&agent, CALLING);
    outside.ring(SOON);
    outside.media.say(Source::Tone(600.0));
    outside.answer();
    std::thread::sleep(Duration::from_millis(600));
    hear_each_other(&outside, &agent);
    listed(&server, "\"state\":\"done\"");
    outside.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn a_talk_outlives_its_database_and_is_written_down_when_that_is_back() {
    let mut postgres = Postgres::start();
    let url = postgres.url("away");
    let server = line().env("ZEROLINE__STORE__URL", &url).start();
    let (mut caller, mut agent) = talking(&server, "5550953");
    let mut other = server.agent("agent2");
    postgres.stop();
    hears(&caller, AGENT);
    // A promise fails in words, and soon.
    comes_to_a_person(calling(&server, "5550954", "21"), &mut other);
    hears(&caller, AGENT);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    postgres.go_on();
    let told = timelines(&server, 2);
    let [promise, talk] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(
        promise.contains("the callback could not be stored"),
        "{promise}"
    );
    assert!(talk.contains("talks to agent1"), "{talk}");
    assert!(talk.contains("hung up"), "{talk}");
}
