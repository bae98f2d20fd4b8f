//! The devices of the phone in the page, and what a browser tells of an offer.

use crate::browser::Browser;
use crate::support::phone::SOON;
use crate::tones::{AGENT, Microphone, caller, hears, scene};
use crate::user;

const NUMBER: &str = "5550361";

#[test]
fn devices_are_kept_and_used_and_the_browser_tells_of_an_offer() {
    let server = scene().start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("MICROPHONE", microphone.path()),
        ("CALLER", NUMBER),
    ];
    let mut browser = Browser::start("devices", &server, &more);
    browser.at("ready");
    let mut caller = caller(&server, NUMBER);
    browser.go();
    browser.at("talking");
    hears(&caller, AGENT);
    browser.go();
    browser.at("other-microphone");
    hears(&caller, AGENT);
    browser.go();
    browser.end();
    caller.wait_bye(SOON);
}
