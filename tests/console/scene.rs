//! The whole way in one scene: a caller by telephone and one by the page, an agent in a browser, and a
//! colleague at a desk phone.

use std::time::Duration;

use serde_json::Value;

use crate::browser::Browser;
use crate::lead::Desk;
use crate::support::baresip::{Baresip, Setup};
use crate::support::media::Source;
use crate::support::phone::SOON;
use crate::support::server::Server;
use crate::tones::{
    AGENT, CALLER, GUEST, MUSIC, Microphone, SECOND, hears, scene, softphone_hears,
};
use crate::{RING, user};

const NUMBER: &str = "5550301";

/// The colleague is in no queue: callers come to them from the agent alone.
const TEAM: &str = "[[agents]]\nid = \"agent1\"\nname = \"Anna Holm\"\npassword = \"secret\"\n\
                    [[agents]]\nid = \"agent2\"\npassword = \"secret\"\nqueues = []\n";

/// Someone who calls line 100 from a softphone and presses 0.
fn telephone(server: &Server) -> Baresip {
    let mut setup = Setup::new(NUMBER, server.sip);
    setup.tone = CALLER;
    let mut phone = Baresip::start(&setup);
    phone.dial(&format!("sip:100@{}", server.sip));
    std::thread::sleep(Duration::from_millis(500));
    phone.press("0");
    phone
}

#[test]
fn from_zero_to_the_end_of_the_wrap_up_with_a_tab_that_dies_and_one_that_is_loaded_anew() {
    let server = scene()
        .agents(TEAM)
        .queue(
            "ring_for = \"60s\"\nwrap_up = \"60s\"\nunstaffed = \"wait\"\n\
             wrap_up_codes = [\"solved\", \"promised\"]",
        )
        .start();
    let (agent, guest) = (
        Microphone::of(&server, AGENT),
        Microphone::of(&server, GUEST),
    );
    let secrets = [
        user(&server, &["ann", "--role", "agent", "--agent", "agent1"]),
        user(&server, &["ben", "--role", "operator"]),
    ];
    let start = |script, name, secret: &str, microphone: &Microphone| {
        let more = [
            ("NAME", name),
            ("SECRET", secret),
            ("MICROPHONE", microphone.path()),
            ("CALLER", NUMBER),
        ];
        Browser::start(script, &server, &more)
    };
    let mut desk = start("scene", "ann", &secrets[0], &agent);
    let mut page = start("guest", "ben", &secrets[1], &guest);
    desk.at("ready");
    page.at("signed-in");
    let mut telephone = telephone(&server);
    desk.go();
    desk.at("ringing");

    // One more waits behind them, and the tab dies.
    page.go();
    page.at("waiting");
    desk.go();
    desk.at("killed");
    softphone_hears(&telephone, MUSIC);
    page.go();
    page.at("behind");
    desk.go();
    desk.at("ringing-again");

    desk.go();
    desk.at("talking");
    softphone_hears(&telephone, AGENT);
    desk.go();
    desk.at("held");
    softphone_hears(&telephone, MUSIC);
    desk.go();
    desk.at("resumed");
    softphone_hears(&telephone, AGENT);
    desk.go();
    desk.at("reloaded");
    softphone_hears(&telephone, AGENT);
    let mut second = server.agent("agent2");
    second.media.say(Source::Tone(SECOND));
    desk.go();
    desk.at("handing");
    second.ring(RING);
    second.answer();
    softphone_hears(&telephone, SECOND);
    hears(&second, CALLER);
    desk.go();

    // Now it is the other one's turn.
    desk.at("next");
    page.go();
    page.at("talking");
    desk.go();
    desk.at("over");
    page.go();
    page.end();
    desk.go();
    desk.end();
    telephone.hang_up();
    second.wait_bye(SOON);
    told_in_the_record(&server);
}

/// What became of whom: each call ended once, by what was done in it.
#[track_caller]
fn told_in_the_record(server: &Server) {
    let admin = Desk::new(server, "admin", None);
    let all = || admin.get("/contacts")["items"].clone();
    let over = |told: &Value| {
        let all = told.as_array().cloned().unwrap_or_default();
        all.len() == 2 && all.iter().all(|c| !c["verdict"].is_null())
    };
    let mut told = all();
    for _ in 0..50 {
        if over(&told) {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
        told = all();
    }
    assert!(over(&told), "{told:#}");
    // The latest is the first.
    let [guest, telephone] = [0, 1].map(|n| {
        let id = told[n]["contact"].as_str().expect("its id");
        admin.get(&format!("/contacts/{id}"))
    });
    let of = |told: &Value, wanted: &[&str]| -> Vec<String> {
        let events = told["timeline"].as_array().cloned().unwrap_or_default();
        let word = |e: &Value, name: &str| e[name].as_str().unwrap_or_default().to_owned();
        let events = events
            .iter()
            .filter(|e| wanted.contains(&&*word(e, "event")));
        let what = ["event", "agent", "leg", "cause", "code", "verdict"];
        events
            .map(|e| {
                let told = what.map(|name| word(e, name));
                let codec = word(&e["figures"], "codec");
                let told: Vec<_> = told.into_iter().chain([codec]).collect();
                told.into_iter()
                    .filter(|w| !w.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    };
    let people = [
        "offered",
        "missed",
        "connected",
        "held",
        "resumed",
        "transferred",
        "wrapped_up",
        "ended",
    ];
    let wanted = [
        "offered agent1",
        "missed agent1 unreachable",
        "offered agent1",
        "connected agent1",
        "held",
        "resumed",
        "transferred",
        "connected agent2",
        "wrapped_up agent1 solved",
        "ended caller_hung_up",
    ];
    assert_eq!(of(&telephone, &people), wanted, "{telephone:#}");
    let wanted = [
        "offered agent1",
        "connected agent1",
        "ended agent1 agent_ended",
    ];
    assert_eq!(of(&guest, &people), wanted, "{guest:#}");
    // From page to page as it was encoded there.
    let wanted = ["media agent opus", "media caller opus"];
    assert_eq!(of(&guest, &["media"]), wanted, "{guest:#}");
}
