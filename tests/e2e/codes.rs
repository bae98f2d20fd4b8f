//! Feature codes: what an agent's phone dials to say what the agent does.

use std::time::Duration;

use crate::support::audio::{share, silent, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server};

const READY: f64 = 1100.0;
const PAUSED: f64 = 700.0;
const BUSY: f64 = 1500.0;
const LIST: f64 = 2100.0;
const FAILED: f64 = 1700.0;
const SECOND_CODE: f64 = 900.0;

/// A server that says what it has to say by tones.
fn with_tones() -> Setup {
    let tone = |hz| sine(hz, 6000.0, 1.0);
    server()
        .queue("ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .prompt("en/sys-agent-ready", &tone(READY))
        .prompt("en/sys-agent-paused", &tone(PAUSED))
        .prompt("en/sys-agent-busy", &tone(BUSY))
        .prompt("en/sys-agent-unknown", &tone(LIST))
}

/// The agent dials a code, hears this tone, and the server ends the call.
#[track_caller]
fn says(agent: &mut Phone, code: &str, hz: f64) {
    agent.media.forget();
    agent.call_as_agent(code, "secret");
    agent.media.hears(hz);
    agent.wait_bye(Duration::from_secs(20));
}

/// A caller who pressed 0.
fn zero(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(600.0));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

#[test]
fn an_agent_pauses_and_is_ready_again_by_phone() {
    let server = with_tones().start();
    let mut agent = server.agent("agent1");
    says(&mut agent, "*63", READY);
    says(&mut agent, "*61", PAUSED);
    let mut caller = zero(&server, "5550200");
    assert!(!agent.rings_within(Duration::from_millis(1500)));
    assert!(!caller.ended);
    says(&mut agent, "*63", PAUSED);
    says(&mut agent, "*60", READY);
    agent.ring(SOON);
    agent.answer();
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn a_code_during_a_talk_leaves_the_caller_where_they_are() {
    let server = with_tones().start();
    let mut agent = server.agent("agent1");
    let mut caller = zero(&server, "5550201");
    agent.ring(SOON);
    agent.answer();
    let mut second_line = server.phone("agent1");
    says(&mut second_line, "*61", BUSY);
    assert!(!caller.ended && !agent.ended);
    caller.hang_up();
    agent.wait_bye(SOON);
    // The pause holds from here on.
    let mut next = zero(&server, "5550202");
    assert!(!agent.rings_within(Duration::from_millis(1500)));
    says(&mut second_line, "*60", READY);
    agent.ring(SOON);
    next.hang_up();
}

#[test]
fn a_wrong_code_is_answered_by_the_list_of_codes() {
    let server = with_tones().start();
    let mut agent = server.agent("agent1");
    agent.call_as_agent("*99", "secret");
    agent.media.hears(LIST);
    std::thread::sleep(Duration::from_secs(1));
    let list = agent.media.listen(Duration::from_millis(2000));
    assert!(!silent(&list) && share(&list, LIST) < 0.2);
    agent.hang_up();
    // Nothing has changed.
    says(&mut agent, "*63", READY);
}

#[test]
fn codes_are_the_operators() {
    let server = with_tones()
        .with("[features]\nready = \"*1\"\npause = \"off\"\nstate = \"*77\"")
        .start();
    let mut agent = server.agent("agent1");
    says(&mut agent, "*77", READY);
    says(&mut agent, "*1", READY);
    says(&mut agent, "*61", LIST);
}

#[test]
fn nobody_else_reaches_them() {
    let server = with_tones().start();
    let mut agent = server.agent("agent1");
    for number in ["*60", "*61", "*99", "agent1", "support", "+4915112345678"] {
        // A stranger is not even asked.
        let mut caller = server.phone("5550203");
        caller.invite(number);
        assert_eq!(caller.wait_answer(SOON), 404, "{}", caller.transcript());
        // An agent who is not signed in looks like one.
        let mut other = server.phone("agent2");
        other.invite(number);
        assert_eq!(other.wait_answer(SOON), 404, "{}", other.transcript());
        // Who only says that they are the agent does not get far.
        let mut liar = server.phone("agent1");
        liar.dial_as_agent(number, "guess");
        assert_eq!(liar.wait_answer(SOON), 401, "{}", liar.transcript());
    }
    says(&mut agent, "*63", READY);
    // On a line agents call like anybody.
    let mut agent = server.phone("agent1");
    agent.call("100");
    assert_eq!(agent.hang_up(), 200);
}

#[test]
fn an_agent_is_spoken_to_in_their_language() {
    let server = with_tones()
        .agents("[[agents]]\nid = \"agent1\"\npassword = \"secret\"\nlanguage = \"de\"\n")
        .prompt("de/sys-agent-ready", &sine(LIST, 6000.0, 1.0))
        .start();
    let mut agent = server.agent("agent1");
    says(&mut agent, "*63", LIST);
}

#[test]
fn a_talk_is_written_up_by_phone_with_a_code_of_its_queue() {
    let tone = |hz| sine(hz, 6000.0, 1.0);
    let server = server()
        .queue(
            "ring_for = \"5s\"\nwrap_up = \"60s\"\nunstaffed = \"wait\"\n\
             wrap_up_codes = [\"solved\", \"to be called back\"]",
        )
        .prompt("en/sys-digit-2", &tone(SECOND_CODE))
        .prompt("en/sys-agent-messages-failed", &tone(FAILED))
        .prompt("en/sys-agent-unknown", &tone(LIST))
        .start();
    let mut agent = server.agent("agent1");
    // Nothing is written up.
    says(&mut agent, "*622", FAILED);
    let mut caller = zero(&server, "5550210");
    agent.ring(SOON);
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    let mut second_line = server.phone("agent1");
    says(&mut second_line, "*622", FAILED);
    caller.hang_up();
    agent.wait_bye(SOON);
    // There is no third code: wrap-up goes on.
    says(&mut agent, "*623", LIST);
    let told = server.command(&["agents"]);
    assert!(told.contains("wrap_up"), "{told}");
    says(&mut agent, "*622", SECOND_CODE);
    let told = server.command(&["agents"]);
    assert!(told.contains("ready"), "{told}");
    let contacts = server.command(&["contacts", "list", "--json"]);
    let is_id = |word: &&str| {
        let shape = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        word.len() == 13 && word.bytes().all(shape)
    };
    let contact = contacts.split('"').find(is_id);
    let shown = contact.map(|c| server.command(&["contacts", "show", c]));
    let shown = shown.unwrap_or(contacts);
    assert!(
        shown.contains("agent1 wrote up to be called back"),
        "{shown}"
    );
}
