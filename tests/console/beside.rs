//! A supervisor is with a talk, by the phone in their page: who hears whom, at each of the three.

use crate::browser::Browser;
use crate::support::media::Source;
use crate::support::phone::SOON;
use crate::tones::{AGENT, CALLER, Microphone, SECOND, caller, hears_all, scene};
use crate::{RING, user};

const BOSS: f64 = SECOND;
const NUMBER: &str = "5550341";

#[test]
fn a_supervisor_in_the_page_listens_whispers_joins_and_takes_over_from_the_row() {
    let server = scene()
        .agents(
            "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\n\
             [[agents]]\nid = \"boss\"\npassword = \"secret\"\nqueues = []\nsupervisor = true\n",
        )
        .start();
    let microphone = Microphone::of(&server, BOSS);
    let secret = user(&server, &["eva", "--role", "supervisor", "--agent", "boss"]);
    let mut agent = server.agent("agent1");
    agent.media.say(Source::Tone(AGENT));
    let more = [
        ("NAME", "eva"),
        ("SECRET", secret.as_str()),
        ("MICROPHONE", microphone.path()),
        ("CALLER", NUMBER),
    ];
    let mut browser = Browser::start("beside", &server, &more);
    browser.at("ready");
    let mut caller = caller(&server, NUMBER);
    agent.ring(RING);
    agent.answer();
    browser.go();

    browser.at("listens");
    hears_all(&caller, &[AGENT]);
    hears_all(&agent, &[CALLER]);
    browser.go();
    browser.at("whispers");
    hears_all(&agent, &[CALLER, BOSS]);
    hears_all(&caller, &[AGENT]);
    browser.go();
    browser.at("joins");
    hears_all(&caller, &[AGENT, BOSS]);
    hears_all(&agent, &[CALLER, BOSS]);
    browser.go();
    browser.at("has-them");
    agent.wait_bye(SOON);
    hears_all(&caller, &[BOSS]);
    browser.go();
    browser.end();
    caller.wait_bye(SOON);
}
