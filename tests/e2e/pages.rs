//! Phones in web pages: SIP over WebSocket (RFC 7118), voice by ICE and DTLS-SRTP.

use std::time::Duration;

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, hold, resume, with_music};
use crate::support::digest::Algorithm;
use crate::support::media::{KeyWay, Source};
use crate::support::phone::Phone;
use crate::support::server::{Server, server};
use crate::support::wire::Wire;

#[test]
fn a_page_calls_a_line_and_comes_to_a_person_at_a_desk_phone() {
    let server = with_music().start();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut page = server.page("visitor");
    page.call("100");
    page.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(800));
    assert!(page.media.is_secured(), "{}", page.transcript());
    assert!(page.media.count() > 10, "the greeting is heard");
    page.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    hears(&page, AGENT);
    hears(&agent, CALLER);
    hold(&mut agent);
    hears(&page, MUSIC);
    resume(&mut agent);
    hears(&page, AGENT);
    page.hang_up();
    agent.wait_bye(RING);
}

#[test]
fn an_agent_in_a_page_takes_calls_and_is_gone_with_the_page() {
    let server = with_music().start();
    let mut agent = server.page("agent1");
    assert_eq!(
        agent.register("secret", Algorithm::Sha256),
        200,
        "{}",
        agent.transcript()
    );
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone("4711");
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    caller.hang_up();
    agent.wait_bye(RING);
    // The page is closed: nobody is there to be rung.
    drop(agent);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(AGENT));
    let mut caller = server.phone("4712");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    // At once: no phone rings in vain before this one.
    second.ring(Duration::from_secs(3));
}

#[test]
fn a_page_that_dies_while_it_rings_does_not_keep_the_caller() {
    let server = server().start();
    let mut agent = server.page("agent1");
    assert_eq!(agent.register("secret", Algorithm::Sha256), 200);
    let mut second = server.agent("agent2");
    // Who is longest idle is asked first.
    let mut caller = server.phone("4711");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    drop(agent);
    second.ring(Duration::from_secs(3));
    second.answer();
}

#[test]
fn a_page_that_is_loaded_anew_has_its_caller_again() {
    let server = with_music().start();
    let mut agent = server.page("agent1");
    assert_eq!(agent.register("secret", Algorithm::Sha256), 200);
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone("4711");
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    hears(&caller, AGENT);
    let replaces = agent.as_replaces();
    // Without a word: the page is gone, and its voice with it.
    drop(agent);
    std::thread::sleep(Duration::from_millis(3_500));
    hears(&caller, MUSIC);
    let mut again = server.page("agent1");
    assert_eq!(again.register("secret", Algorithm::Sha256), 200);
    again.media.say(Source::Tone(AGENT));
    again.dial_as_agent_with("agent1", "secret", &[("Replaces", &replaces)]);
    assert_eq!(again.wait_answer(RING), 200, "{}", again.transcript());
    hears(&caller, AGENT);
    hears(&again, CALLER);
    caller.hang_up();
    again.wait_bye(RING);
}

/// A page and a caller who came to it by 0, in talk.
fn talk_with_a_page(server: &Server) -> (Phone, Phone) {
    let mut agent = server.page("agent1");
    assert_eq!(agent.register("secret", Algorithm::Sha256), 200);
    agent.media.say(Source::Tone(AGENT));
    let mut caller = server.phone("4711");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    hears(&caller, AGENT);
    (agent, caller)
}

#[test]
fn whose_agents_page_does_not_come_back_is_offered_to_the_next() {
    let server = with_music().start();
    let (agent, caller) = talk_with_a_page(&server);
    drop(agent);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    second.ring(Duration::from_secs(30));
    second.answer();
    hears(&caller, SECOND);
}

#[test]
fn an_agents_page_that_is_not_heard_is_waited_for_and_then_the_next_is_asked() {
    let server = with_music().start();
    let (agent, mut caller) = talk_with_a_page(&server);
    // Its signalling is there, its voice has no way: for a moment, and then for good.
    agent.media.say(Source::Nothing);
    std::thread::sleep(Duration::from_millis(3_500));
    hears(&caller, MUSIC);
    agent.media.say(Source::Tone(AGENT));
    hears(&caller, AGENT);
    agent.media.say(Source::Nothing);
    std::thread::sleep(Duration::from_millis(3_500));
    hears(&caller, MUSIC);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    second.ring(Duration::from_secs(30));
    second.answer();
    hears(&caller, SECOND);
    caller.hang_up();
    second.wait_bye(RING);
}

#[test]
fn pages_of_others_and_what_is_no_sip_are_refused() {
    let server = server()
        .api("phone_origins = [\"https://shop.example\"]")
        .start();
    let own = format!("http://{}", server.api);
    assert_eq!(
        Wire::web(server.api, "https://evil.example", "sip").err(),
        Some(403)
    );
    assert_eq!(Wire::web(server.api, &own, "").err(), Some(400));
    assert_eq!(Wire::web(server.api, &own, "chat").err(), Some(400));
    let wire = Wire::web(server.api, "https://shop.example", "sip").expect("named in the settings");
    let mut page = Phone::on("visitor", server.api, wire);
    // Without ICE and DTLS it is a phone as any, whose voice is in the clear.
    page.call("100");
    page.hang_up();
}
