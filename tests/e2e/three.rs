//! Three in a talk: a conference, and supervisors; told by their tones.

use std::time::Duration;

use crate::scene::{AGENT, CALLER, RING, SECOND, asks, hears, hears_all, talking, with_music};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;

/// Caller, agent1 by their second line, and agent2 in conference.
fn conference(server: &Server, number: &str) -> (Phone, Phone, Phone) {
    let (caller, mut agent) = talking(server, number);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    let mut line = asks(server, "agent2");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    hears(&second, AGENT);
    line.media.press('*', KeyWay::Event, 100);
    line.media.press('3', KeyWay::Event, 100);
    // The other call of the agent's phone has nothing to say any more.
    agent.wait_bye(SOON);
    hears_all(&caller, &[AGENT, SECOND]);
    hears_all(&line, &[CALLER, SECOND]);
    hears_all(&second, &[CALLER, AGENT]);
    (caller, line, second)
}

#[test]
fn each_hears_the_two_others_and_not_themselves() {
    let server = with_music().start();
    let (mut caller, mut first, mut second) = conference(&server, "5550500");
    // A key of the caller's is not swallowed: it comes to both.
    first.media.forget();
    second.media.forget();
    caller.media.press('0', KeyWay::Event, 120);
    std::thread::sleep(Duration::from_millis(600));
    for agent in [&first, &second] {
        let dtmf = agent.theirs.as_ref().and_then(|t| t.dtmf);
        let events = agent
            .media
            .packets()
            .iter()
            .filter(|p| Some(p.pt) == dtmf)
            .count();
        assert!(events > 3, "{events}");
    }
    // The colleague leaves: two are left.
    assert_eq!(second.hang_up(), 200);
    hears(&caller, AGENT);
    hears(&first, CALLER);
    assert_eq!(first.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn when_the_first_agent_leaves_the_others_talk_on() {
    let server = with_music().start();
    let (mut caller, mut first, mut second) = conference(&server, "5550501");
    assert_eq!(first.hang_up(), 200);
    hears(&caller, SECOND);
    hears(&second, CALLER);
    // The talk is the second's now, and they may hand the caller on.
    assert_eq!(second.refer("nowhere"), 202);
    second.wait_notify("SIP/2.0 404");
    hears(&caller, SECOND);
    assert_eq!(caller.hang_up(), 200);
    second.wait_bye(SOON);
}

#[test]
fn when_the_caller_leaves_all_end() {
    let server = with_music().start();
    let (mut caller, mut first, mut second) = conference(&server, "5550502");
    assert_eq!(caller.hang_up(), 200);
    first.wait_bye(SOON);
    second.wait_bye(SOON);
    let ended = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        let list = server.command(&["contacts", "list", "--json"]);
        list.contains("caller_hung_up")
    });
    assert!(ended, "the verdict is the caller's");
}

const SUPERVISED: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
                          [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = []\n\
                          supervisor = true\n";

#[test]
fn a_supervisor_listens_whispers_and_barges_in() {
    let server = with_music().agents(SUPERVISED).start();
    let (mut caller, mut agent) = talking(&server, "5550503");
    let mut boss = server.agent("agent2");
    boss.media.say(Source::Tone(SECOND));
    for (code, at_caller, at_agent) in [
        ("*64agent1", &[AGENT][..], &[CALLER][..]),
        ("*65agent1", &[AGENT], &[CALLER, SECOND]),
        ("*66agent1", &[AGENT, SECOND], &[CALLER, SECOND]),
    ] {
        boss.call_as_agent(code, "secret");
        hears_all(&boss, &[CALLER, AGENT]);
        hears_all(&caller, at_caller);
        hears_all(&agent, at_agent);
        assert_eq!(boss.hang_up(), 200);
        hears(&caller, AGENT);
        hears(&agent, CALLER);
    }
    // The end of the talk is the end of the listening.
    boss.call_as_agent("*64agent1", "secret");
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
    boss.wait_bye(SOON);
    // Nobody to listen to; nobody of that name; not a supervisor.
    for number in ["*64agent1", "*64agent9"] {
        boss.dial_as_agent(number, "secret");
        assert_eq!(boss.wait_answer(SOON), 480, "{}", boss.transcript());
    }
    let mut other = server.phone("agent1");
    other.call_as_agent("*64agent2", "secret");
    other.hang_up();
    // It is all in the record.
    let list = server.command(&["contacts", "list", "--json"]);
    let id = list
        .split("\"contact\":\"")
        .nth(1)
        .and_then(|l| l.split('"').next());
    let id = id
        .unwrap_or_else(|| panic!("no contact: {list}"))
        .to_owned();
    let shown = server.command(&["contacts", "show", &id]);
    for what in [
        "agent2 listens",
        "speaks to the agent",
        "agent2 joins the talk",
    ] {
        assert!(shown.contains(what), "{what}: {shown}");
    }
}
