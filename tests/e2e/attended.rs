//! The agent asks somebody and hands the caller on: an agent's second line is a phone of its own
//! here, as a desk phone has two calls at a time.

use std::time::Duration;

use crate::scene::{
    AGENT, CALLER, MUSIC, RING, SECOND, asks, hears, hold, resume, talking, with_a_trunk,
    with_music,
};
use crate::support::audio::silent;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::SOON;

#[test]
fn the_caller_is_handed_to_a_colleague_who_was_asked() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550300");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    hold(&mut agent);
    hears(&caller, MUSIC);
    let mut line = asks(&server, "agent2");
    let invite = second.ring(RING);
    // The card is there before they answer.
    let from = invite.header("From").unwrap_or_default();
    assert!(
        from.contains("5550300") && from.contains("agent1"),
        "{from}"
    );
    assert!(invite.header("User-to-User").is_some());
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    hears(&second, AGENT);
    hears(&line, SECOND);
    hears(&caller, MUSIC);
    assert_eq!(agent.refer_replacing("agent2", &line.as_replaces()), 202);
    agent.wait_notify("SIP/2.0 200");
    if !agent.ended {
        agent.wait_bye(SOON);
    }
    if !line.ended {
        line.wait_bye(SOON);
    }
    hears(&caller, SECOND);
    hears(&second, CALLER);
    // The first agent is free for the next.
    let mut next = server.phone("5550301");
    next.call("100");
    std::thread::sleep(Duration::from_millis(200));
    next.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    next.hang_up();
    assert_eq!(second.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn from_the_other_line_it_comes_to_the_same() {
    let server = with_music().start();
    let (mut caller, agent) = talking(&server, "5550302");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    assert_eq!(line.refer_replacing("5550302", &agent.as_replaces()), 202);
    line.wait_notify("SIP/2.0 200");
    hears(&caller, SECOND);
    hears(&second, CALLER);
    assert_eq!(caller.hang_up(), 200);
    second.wait_bye(SOON);
}

#[test]
fn who_is_busy_or_gone_leaves_the_caller_with_the_agent() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550303");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    hold(&mut agent);
    // Busy; not signed in; nobody.
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    second.reject(486);
    assert_eq!(line.wait_answer(SOON), 486);
    assert_eq!(asks(&server, "agent3").wait_answer(SOON), 480);
    assert_eq!(asks(&server, "agent9").wait_answer(SOON), 404);
    // The agent thinks better of it.
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    assert_eq!(line.cancel(), 487);
    second.wait_cancel(SOON);
    // A talk that ends before the caller is handed on, and one that is not there.
    let mut line = asks(&server, "agent2");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    let gone = line.as_replaces();
    assert_eq!(second.hang_up(), 200);
    line.wait_bye(SOON);
    assert_eq!(agent.refer_replacing("agent2", &gone), 202);
    agent.wait_notify("SIP/2.0 481");
    hears(&caller, MUSIC);
    resume(&mut agent);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    assert_eq!(agent.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn two_agents_talk_without_a_caller() {
    let server = with_music().start();
    let mut first = server.agent("agent1");
    let mut second = server.agent("agent2");
    first.media.say(Source::Tone(AGENT));
    second.media.say(Source::Tone(SECOND));
    first.dial_as_agent("agent2", "secret");
    second.ring(RING);
    second.answer();
    assert_eq!(first.wait_answer(SOON), 200);
    hears(&first, SECOND);
    hears(&second, AGENT);
    hold(&mut second);
    hears(&first, MUSIC);
    resume(&mut second);
    hears(&first, SECOND);
    assert_eq!(first.refer("agent3"), 202);
    first.wait_notify("SIP/2.0 403");
    assert_eq!(first.hang_up(), 200);
    second.wait_bye(SOON);
    // By the queue as well.
    first.dial_as_agent("support", "secret");
    second.ring(RING);
    second.answer();
    assert_eq!(first.wait_answer(SOON), 200);
    hears(&second, AGENT);
    assert_eq!(second.hang_up(), 200);
    first.wait_bye(SOON);
}

#[test]
fn an_outside_number_is_asked_and_takes_the_caller() {
    let (server, mut outside) = with_a_trunk();
    outside.media.say(Source::Tone(SECOND));
    let (mut caller, mut agent) = talking(&server, "5550304");
    hold(&mut agent);
    let mut line = asks(&server, "+4530901820");
    let invite = outside.ring(RING);
    // They see the line's number, and nothing of the caller.
    let from = invite.header("From").unwrap_or_default();
    assert!(
        from.contains("sip:100@") && !from.contains("5550304"),
        "{from}"
    );
    assert!(invite.header("User-to-User").is_none());
    outside.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    hears(&outside, AGENT);
    assert_eq!(
        agent.refer_replacing("+4530901820", &line.as_replaces()),
        202
    );
    agent.wait_notify("SIP/2.0 200");
    hears(&caller, SECOND);
    hears(&outside, CALLER);
    assert_eq!(outside.hang_up(), 200);
    caller.wait_bye(SOON);
}

#[test]
fn a_colleague_by_a_queue_takes_the_caller() {
    let server = with_music()
        .agents(
            "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\nqueues = [\"support\"]\n\
             [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = [\"bills\"]\n",
        )
        .queue(
            "ring_for = \"5s\"\nwrap_up = \"0s\"\n[[queues]]\nname = \"bills\"\nwrap_up = \"0s\"",
        )
        .start();
    let (mut caller, mut agent) = talking(&server, "5550305");
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    hold(&mut agent);
    let mut line = asks(&server, "bills");
    second.ring(RING);
    second.answer();
    assert_eq!(line.wait_answer(SOON), 200);
    hears(&line, SECOND);
    assert_eq!(agent.refer_replacing("zeroline", &line.as_replaces()), 202);
    agent.wait_notify("SIP/2.0 200");
    hears(&caller, SECOND);
    hears(&second, CALLER);
    // Their queue knows that they talk, and then that they do not.
    let mut waits = asks(&server, "bills");
    assert!(!second.rings_within(Duration::from_millis(800)));
    assert_eq!(caller.hang_up(), 200);
    second.wait_bye(SOON);
    second.ring(RING);
    assert_eq!(waits.cancel(), 487);
}

#[test]
fn whoever_holds_the_other_hears_music_and_each_comes_back() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550306");
    hold(&mut agent);
    hears(&caller, MUSIC);
    resume(&mut agent);
    hears(&caller, AGENT);
    hold(&mut caller);
    hears(&agent, MUSIC);
    // Both at once: nobody listens, and nothing is sent to who does not want it.
    hold(&mut agent);
    std::thread::sleep(Duration::from_millis(200));
    for phone in [&caller, &agent] {
        let heard = phone.media.listen(Duration::from_millis(300));
        assert!(silent(&heard), "{}", phone.transcript());
    }
    resume(&mut agent);
    hears(&agent, MUSIC);
    // A caller who changes the codec on the way back.
    caller.ours.codecs = vec![(0, "PCMU/8000".into())];
    resume(&mut caller);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn an_agent_goes_on_at_another_phone_of_theirs() {
    let server = with_music().start();
    let (mut caller, mut agent) = talking(&server, "5550307");
    let replaces = agent.as_replaces();
    // A stranger learns nothing, and a colleague does not get it.
    let mut stranger = server.phone("5550308");
    stranger.invite_with(
        "100",
        Some(&stranger.ours.text()),
        &[("Replaces", &replaces)],
    );
    assert_eq!(stranger.wait_answer(SOON), 403);
    let mut second = server.agent("agent2");
    second.dial_as_agent_with("agent1", "secret", &[("Replaces", &replaces)]);
    assert_eq!(second.wait_answer(SOON), 603, "{}", second.transcript());
    hears(&caller, AGENT);
    let mut other = server.phone("agent1");
    other.media.say(Source::Tone(SECOND));
    other.dial_as_agent_with("agent1", "secret", &[("Replaces", &replaces)]);
    assert_eq!(other.wait_answer(SOON), 200, "{}", other.transcript());
    agent.wait_bye(SOON);
    hears(&caller, SECOND);
    hears(&other, CALLER);
    assert_eq!(other.hang_up(), 200);
    caller.wait_bye(SOON);
}
