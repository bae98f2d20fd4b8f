//! Pages whose voice is by the crate `webrtc`: an implementation of its own against the server's.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scene::{AGENT, CALLER, MUSIC, RING, SECOND, hears, hold, resume, with_music};
use crate::support::api::ask;
use crate::support::digest::Algorithm;
use crate::support::media::{KeyWay, Source};
use crate::support::peer::{Codec, Gathering};
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;

pub(crate) const ALL: &[Codec] = &[Codec::Opus, Codec::Pcmu, Codec::Pcma];

/// A page calls line 100 and is heard.
pub(crate) fn visitor(server: &Server, codecs: &[Codec]) -> Phone {
    let mut page = server.peer("visitor", codecs);
    page.call("100");
    page.media.say(Source::Tone(CALLER));
    connected(&page);
    page
}

#[track_caller]
pub(crate) fn connected(page: &Phone) {
    page.peer.as_ref().expect("a page").wait_connected(SOON);
}

/// A page as the phone of agent1.
pub(crate) fn agent(server: &Server, codecs: &[Codec]) -> Phone {
    let mut page = server.peer("agent1", codecs);
    let status = page.register("secret", Algorithm::Sha256);
    assert_eq!(status, 200, "{}", page.transcript());
    page.media.say(Source::Tone(AGENT));
    page
}

/// A desk phone calls line 100 and presses 0.
pub(crate) fn zero(server: &Server) -> Phone {
    let mut caller = server.phone("4711");
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller
}

/// A desk phone in talk with the page of agent1.
fn talk(server: &Server, codecs: &[Codec]) -> (Phone, Phone) {
    let mut agent = agent(server, codecs);
    let caller = zero(server);
    agent.ring(RING);
    agent.answer();
    connected(&agent);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    (agent, caller)
}

/// Where a page's voice comes from: the newest of its ports.
#[track_caller]
fn port(page: &Phone) -> u16 {
    let ports = page.peer.as_ref().expect("a page").ports();
    *ports.last().expect("an address")
}

#[test]
fn a_page_calls_a_line_and_talks_with_the_person_behind_0() {
    let server = with_music().start();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut page = visitor(&server, &[Codec::Pcmu, Codec::Pcma]);
    std::thread::sleep(Duration::from_millis(300));
    assert!(page.media.count() > 10, "the greeting is heard");
    page.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    hears(&page, AGENT);
    hears(&agent, CALLER);
    assert_eq!(page.theirs.as_ref().expect("an answer").first(), 0);
    hold(&mut agent);
    hears(&page, MUSIC);
    resume(&mut agent);
    hears(&page, AGENT);
    page.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn an_agents_page_holds_and_begins_anew_from_another_port_in_mid_talk() {
    let server = with_music().start();
    let (mut agent, mut caller) = talk(&server, ALL);
    hold(&mut agent);
    hears(&caller, MUSIC);
    resume(&mut agent);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    let before = port(&agent);
    agent.peer.as_mut().expect("a page").restart();
    assert_eq!(agent.reinvite(), 200, "{}", agent.transcript());
    hears(&caller, AGENT);
    agent.media.forget();
    hears(&agent, CALLER);
    assert_ne!(port(&agent), before, "the same port");
    let free = std::net::UdpSocket::bind(("127.0.0.1", before));
    assert!(free.is_ok(), "the port of before is in use");
    caller.hang_up();
    agent.wait_bye(SOON);
}

#[test]
fn an_agent_whose_page_vanishes_while_it_rings_does_not_keep_the_caller() {
    let server = with_music().start();
    let mut first = agent(&server, ALL);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    // Who is longest idle is asked first.
    let caller = zero(&server);
    first.ring(RING);
    drop(first);
    second.ring(Duration::from_secs(3));
    second.answer();
    hears(&caller, SECOND);
}

#[test]
fn a_caller_whose_agents_page_vanishes_hears_music_and_is_the_next_in_line() {
    let server = with_music().start();
    let (mut agent, mut caller) = talk(&server, ALL);
    // The network of its voice alone.
    agent.peer = None;
    std::thread::sleep(Duration::from_millis(3_500));
    hears(&caller, MUSIC);
    // 0 leads to the next person sooner than the page could come back.
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    caller.media.press('0', KeyWay::Event, 100);
    second.ring(RING);
    second.answer();
    hears(&caller, SECOND);
    caller.hang_up();
    second.wait_bye(SOON);
}

/// What the record says that each leg spoke.
#[track_caller]
fn spoken(server: &Server) -> Vec<String> {
    let told = server.command(&["tokens", "add", "test", "--role", "admin"]);
    let token = told.lines().find(|l| l.starts_with("zl_"));
    let head = format!("Authorization: Bearer {}\r\n", token.expect("a token"));
    let get = |path: &str| ask(server.api, "GET", path, &head, None).2;
    let end = Instant::now() + SOON;
    loop {
        let contacts = get("/contacts");
        if let Some(contact) = contacts["items"][0]["contact"].as_str() {
            let told = get(&format!("/contacts/{contact}"));
            let mut found = Vec::new();
            codecs(&told, &mut found);
            if found.len() > 1 {
                return found;
            }
        }
        assert!(Instant::now() < end, "{contacts}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn codecs(told: &Value, found: &mut Vec<String>) {
    match told {
        Value::Object(fields) => {
            found.extend(fields.get("codec").and_then(Value::as_str).map(Into::into));
            fields.values().for_each(|v| codecs(v, found));
        }
        Value::Array(all) => all.iter().for_each(|v| codecs(v, found)),
        _ => {}
    }
}

/// The console's way: who signed in has a password for the page's phone, under a name of its own.
fn signed_in(server: &Server, codecs: &[Codec]) -> Phone {
    let told = server.command(&[
        "users", "add", "ann", "--role", "agent", "--agent", "agent1",
    ]);
    let secret = told.split("password ").nth(1).expect("a password");
    let secret = secret.split_whitespace().next().expect("a password");
    let who = json!({"user": "ann", "password": secret});
    let (status, head, session) = ask(server.api, "POST", "/session", "", Some(&who));
    assert_eq!(status, 200, "{session}");
    let cookie = head
        .lines()
        .filter_map(|l| l.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .filter_map(|(_, value)| value.split(';').next())
        .collect::<Vec<_>>()
        .join("; ");
    let csrf = session["csrf"].as_str().expect("a token");
    let head = format!("Cookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n");
    let (status, _, ticket) = ask(server.api, "POST", "/session/phone", &head, None);
    assert_eq!(status, 200, "{ticket}");
    let text = |name: &str| ticket[name].as_str().expect("a text").to_owned();
    let mut page = server.peer(&text("user"), codecs);
    page.proof_name = Some(text("authorization_user"));
    let status = page.register(&text("password"), Algorithm::Sha256);
    assert_eq!(status, 200, "{}", page.transcript());
    page.media.say(Source::Tone(AGENT));
    page
}

#[test]
fn who_signed_in_at_the_console_talks_in_pcmu_and_nothing_is_coded_anew() {
    let server = with_music().start();
    let mut agent = signed_in(&server, &[Codec::Pcmu, Codec::Opus]);
    let mut caller = server.phone("4711");
    caller.ours.codecs.retain(|c| c.0 == 0);
    caller.call("100");
    caller.media.say(Source::Tone(CALLER));
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    agent.ring(RING);
    agent.answer();
    connected(&agent);
    hears(&caller, AGENT);
    hears(&agent, CALLER);
    caller.hang_up();
    agent.wait_bye(SOON);
    let mut told = spoken(&server);
    told.sort();
    told.dedup();
    assert_eq!(told, ["PCMU"]);
}

#[test]
fn a_page_speaks_opus_offers_before_it_knows_its_addresses_and_sends_keys_by_info() {
    let server = with_music().start();
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let mut page = Phone::peer("visitor", server.api, ALL, Gathering::Trickle);
    page.call("100");
    page.media.say(Source::Tone(CALLER));
    connected(&page);
    assert_eq!(page.theirs.as_ref().expect("an answer").first(), 111);
    assert_eq!(page.info_relay('0'), 200);
    agent.ring(RING);
    agent.answer();
    hears(&page, AGENT);
    hears(&agent, CALLER);
    // And as telephone-event, at the clock of Opus.
    page.media.press('5', KeyWay::Event, 100);
    let pressed = |agent: &Phone| {
        let packets = agent.media.packets();
        packets.iter().any(|p| p.pt == 101 && p.payload[0] == 5)
    };
    let heard = (0..30).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        pressed(&agent)
    });
    assert!(heard, "the key at the desk phone");
    agent.hang_up();
    page.wait_bye(SOON);
}
