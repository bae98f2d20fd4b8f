//! Phones that others wrote.

use std::time::Duration;

use crate::support::audio::share;
use crate::support::baresip::{Baresip, Setup};
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
fn sipp_makes_a_hundred_calls() {
    let server = server().start();
    Sipp::call("call", server.sip, "100", 100, 50).done();
}
