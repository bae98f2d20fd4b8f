//! Phones that others wrote.

use std::net::SocketAddr;
use std::time::Duration;

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, hears_all, with_music};
use crate::support::audio::share;
use crate::support::baresip::{Baresip, Setup};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};
use crate::support::sipp::Sipp;

/// The caller presses 0, the agent answers by itself, and each hears the other's tone.
#[track_caller]
pub(crate) fn talk_through_zero(line: &str, agent: &Setup, caller: &Setup) -> (Baresip, Baresip) {
    let mut agent_phone = Baresip::start(agent);
    let mut caller_phone = Baresip::start(caller);
    caller_phone.dial(line);
    std::thread::sleep(Duration::from_millis(500));
    caller_phone.press("0");
    agent_phone.wait_line("Call established");
    std::thread::sleep(Duration::from_secs(2));
    caller_phone.hang_up();
    agent_phone.wait_line("session closed");
    let at_agent = share(&last_second(&agent_phone), caller.tone);
    let at_caller = share(&last_second(&caller_phone), agent.tone);
    assert!(at_agent > 0.8, "at the agent: {at_agent}");
    assert!(at_caller > 0.8, "at the caller: {at_caller}");
    (agent_phone, caller_phone)
}

/// An agent's and a caller's softphone.
pub(crate) fn two(server: SocketAddr, number: &str) -> (Setup, Setup) {
    let mut agent = Setup::new("agent1", server);
    agent.password = Some("secret".into());
    agent.tone = 900.0;
    agent.auto_answer = true;
    let mut caller = Setup::new(number, server);
    caller.tone = 600.0;
    (agent, caller)
}

#[test]
fn two_softphones_talk_through_zero() {
    let server = server().start();
    let (agent, caller) = two(server.sip, "5550300");
    talk_through_zero(&format!("sip:100@{}", server.sip), &agent, &caller);
}

#[test]
fn a_softphone_with_g722_talks_to_one_with_g711() {
    let server = server().md5_agents().start();
    let (mut agent, mut caller) = two(server.sip, "5550301");
    agent.codecs = "G722/16000/1".into();
    caller.codecs = "PCMA".into();
    talk_through_zero(&format!("sip:100@{}", server.sip), &agent, &caller);
}

#[test]
fn two_softphones_talk_encrypted() {
    let server = server().tls().start();
    let (mut agent, mut caller) = two(server.sips, "5550307");
    agent.trusted = Some(server.certificate());
    caller.trusted = Some(server.certificate());
    let line = format!("sip:100@{};transport=tls", server.sips);
    let (agent, caller) = talk_through_zero(&line, &agent, &caller);
    for phone in [agent, caller] {
        let told = phone.output();
        assert!(told.contains("SRTP is Enabled"), "{told}");
    }
}

#[test]
fn a_softphone_with_opus_talks_to_one_with_g711() {
    let server = server().start();
    let (agent, mut caller) = two(server.sip, "5550308");
    caller.codecs = "opus/48000/2".into();
    talk_through_zero(&format!("sip:100@{}", server.sip), &agent, &caller);
}

#[test]
fn a_softphone_dials_a_code_asks_a_colleague_and_has_three_talk() {
    let server = server().start();
    let (mut first, mut second) = (
        agent(&server, "agent1", AGENT),
        agent(&server, "agent2", SECOND),
    );
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

/// By SIP INFO, without a packet of RTP: the agent ends the talk.
#[test]
fn sipp_presses_zero_and_is_answered_by_an_agent() {
    let server = server().start();
    let mut agent = server.agent("agent1");
    let callers = Sipp::call("zero", server.sip, "100", 2, 1);
    for _ in 0..2 {
        agent.ring(Duration::from_secs(8));
        agent.answer();
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(agent.hang_up(), 200);
    }
    callers.done();
}

/// An agent's softphone that answers by itself.
fn agent(server: &Server, user: &str, tone: f64) -> Baresip {
    let mut setup = Setup::new(user, server.sip);
    setup.password = Some("secret".into());
    setup.tone = tone;
    setup.auto_answer = true;
    Baresip::start(&setup)
}

/// A caller who has pressed 0.
fn caller(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

/// The last second of what was heard in its calls.
fn last_second(phone: &Baresip) -> Vec<i16> {
    std::thread::sleep(Duration::from_millis(500));
    let heard = phone.heard();
    heard[heard.len().saturating_sub(8000)..].to_vec()
}

#[test]
fn a_softphone_holds_and_hands_on_to_another() {
    let server = with_music().start();
    let mut first = agent(&server, "agent1", AGENT);
    let mut caller = caller(&server, "5550303");
    first.wait_line("Call established");
    hears(&caller, AGENT);
    first.command("hold", "");
    hears(&caller, MUSIC);
    first.command("resume", "");
    hears(&caller, AGENT);
    let mut second = agent(&server, "agent2", SECOND);
    first.command("transfer", &format!("sip:agent2@{}", server.sip));
    second.wait_line("Call established");
    hears(&caller, SECOND);
    first.wait_line("terminated (duration");
    std::thread::sleep(Duration::from_secs(1));
    caller.hang_up();
    second.wait_line("session closed");
    let heard = share(&last_second(&second), CALLER);
    assert!(heard > 0.8, "the second agent hears {heard} of the caller");
}

#[test]
fn a_supervisors_softphone_listens_and_then_joins() {
    let server = with_music()
        .agents(
            "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
             [[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\nsupervisor = true\n",
        )
        .start();
    let mut first = agent(&server, "agent1", AGENT);
    let mut boss = agent(&server, "boss", SECOND);
    let mut caller = caller(&server, "5550304");
    first.wait_line("Call established");
    hears(&caller, AGENT);
    boss.dial(&format!("sip:*64agent1@{}", server.sip));
    std::thread::sleep(Duration::from_secs(2));
    hears_all(&caller, &[AGENT]);
    boss.hang_up();
    boss.wait_line("terminated (duration");
    let heard = last_second(&boss);
    let (of_caller, of_agent) = (share(&heard, CALLER), share(&heard, AGENT));
    assert!(
        of_caller > 0.2 && of_agent > 0.2,
        "{of_caller} of the caller, {of_agent} of the agent"
    );
    boss.dial(&format!("sip:*66agent1@{}", server.sip));
    hears_all(&caller, &[AGENT, SECOND]);
    std::thread::sleep(Duration::from_secs(2));
    caller.hang_up();
    boss.wait_line("session closed");
    first.wait_line("session closed");
    let heard = last_second(&first);
    let (of_caller, of_boss) = (share(&heard, CALLER), share(&heard, SECOND));
    assert!(
        of_caller > 0.2 && of_boss > 0.2,
        "{of_caller} of the caller, {of_boss} of the supervisor"
    );
}

#[test]
fn all_ring_and_who_answers_first_has_the_caller() {
    let server = with_music()
        .queue("strategy = \"ring-all\"\nring_for = \"8s\"\nwrap_up = \"0s\"")
        .start();
    let mut phone = server.agent("agent1");
    let mut setup = Setup::new("agent2", server.sip);
    setup.password = Some("secret".into());
    setup.tone = SECOND;
    let mut soft = Baresip::start(&setup);
    let mut first = caller(&server, "5550305");
    phone.ring(RING);
    soft.answer();
    // The other one stops ringing, and has missed nothing.
    phone.wait_cancel(SOON);
    hears(&first, SECOND);
    let mut second = caller(&server, "5550306");
    phone.ring(RING);
    phone.media.say(Source::Tone(AGENT));
    phone.answer();
    hears(&second, AGENT);
    hears(&first, SECOND);
    second.hang_up();
    phone.wait_bye(SOON);
    first.hang_up();
    soft.wait_line("session closed");
}
