//! Phones that others wrote.

use std::time::Duration;

use crate::scene::{AGENT, CALLER, SECOND, hears, hears_all};
use crate::support::audio::share;
use crate::support::baresip::{Baresip, Setup};
use crate::support::media::{KeyWay, Source};
use crate::support::server::server;
use crate::support::sipp::Sipp;

#[test]
fn two_softphones_talk_through_zero() {
    let server = server().start();
    let mut setup = Setup::new("agent1", server.sip);
    setup.password = Some("secret".into());
    setup.tone = 900.0;
    setup.auto_answer = true;
    let mut agent = Baresip::start(&setup);
    let mut setup = Setup::new("5550300", server.sip);
    setup.tone = 600.0;
    let mut caller = Baresip::start(&setup);
    caller.dial(&format!("sip:100@{}", server.sip));
    std::thread::sleep(Duration::from_millis(500));
    caller.press("0");
    agent.wait_line("Call established");
    std::thread::sleep(Duration::from_secs(2));
    caller.hang_up();
    agent.wait_line("session closed");
    std::thread::sleep(Duration::from_millis(500));
    let last_second = |pcm: Vec<i16>| pcm[pcm.len().saturating_sub(8000)..].to_vec();
    let (a, c) = (last_second(agent.heard()), last_second(caller.heard()));
    assert!(share(&a, 600.0) > 0.8, "at the agent: {}", share(&a, 600.0));
    assert!(
        share(&c, 900.0) > 0.8,
        "at the caller: {}",
        share(&c, 900.0)
    );
}

#[test]
fn a_softphone_with_g722_talks_to_one_with_g711() {
    let server = server().md5_agents().start();
    let mut setup = Setup::new("agent1", server.sip);
    setup.password = Some("secret".into());
    setup.tone = 900.0;
    setup.auto_answer = true;
    setup.codecs = "G722/16000/1".into();
    let mut agent = Baresip::start(&setup);
    let mut setup = Setup::new("5550301", server.sip);
    setup.tone = 600.0;
    setup.codecs = "PCMA".into();
    let mut caller = Baresip::start(&setup);
    caller.dial(&format!("sip:100@{}", server.sip));
    std::thread::sleep(Duration::from_millis(500));
    caller.press("0");
    agent.wait_line("Call established");
    std::thread::sleep(Duration::from_secs(2));
    caller.hang_up();
    agent.wait_line("session closed");
    std::thread::sleep(Duration::from_millis(500));
    let last_second = |pcm: Vec<i16>| pcm[pcm.len().saturating_sub(8000)..].to_vec();
    let (a, c) = (last_second(agent.heard()), last_second(caller.heard()));
    assert!(share(&a, 600.0) > 0.8, "at the agent: {}", share(&a, 600.0));
    assert!(
        share(&c, 900.0) > 0.8,
        "at the caller: {}",
        share(&c, 900.0)
    );
}

#[test]
fn a_softphone_dials_a_code_asks_a_colleague_and_has_three_talk() {
    let server = server().start();
    let agent = |user: &str, tone: f64| {
        let mut setup = Setup::new(user, server.sip);
        setup.password = Some("secret".into());
        setup.tone = tone;
        setup.auto_answer = true;
        Baresip::start(&setup)
    };
    let (mut first, mut second) = (agent("agent1", AGENT), agent("agent2", SECOND));
    // It answers the challenge, and the code is answered and ended.
    first.dial(&format!("sip:*63@{}", server.sip));
    first.wait_line("session closed");
    let mut caller = server.phone("5550302");
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    first.wait_line("Call established");
    hears(&caller, AGENT);
    first.dial(&format!("sip:agent2@{}", server.sip));
    second.wait_line("Call established");
    std::thread::sleep(Duration::from_millis(800));
    first.press("*3");
    hears_all(&caller, &[AGENT, SECOND]);
    std::thread::sleep(Duration::from_secs(2));
    caller.hang_up();
    second.wait_line("session closed");
    std::thread::sleep(Duration::from_millis(500));
    let heard = second.heard();
    let last = &heard[heard.len().saturating_sub(8000)..];
    let (caller, agent) = (share(last, CALLER), share(last, AGENT));
    assert!(
        caller > 0.2 && agent > 0.2,
        "caller {caller}, agent {agent}"
    );
    assert!(share(last, SECOND) < 0.02, "they hear themselves");
}

#[test]
fn sipp_makes_a_hundred_calls() {
    let server = server().start();
    Sipp::call("call", server.sip, "100", 100, 50).done();
}
