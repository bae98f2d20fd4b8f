//! A line is called from the page itself, by Chromium's microphone.

use std::time::Duration;

use super::browser::Browser;
use super::support::audio::{rms, share};
use super::support::digest::Algorithm;
use super::support::media::Source;
use super::support::phone::SOON;
use super::support::server::server;
use super::{RING, user};

#[test]
fn a_line_is_called_from_the_page_and_its_agent_hears_the_caller() {
    let server = server()
        .demo()
        .queue("ring_for = \"20s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"")
        .with("[sip.limits]\nmax_calls = 2")
        .agents("[[agents]]\nid = \"agent1\"\nname = \"Anna Holm\"\npassword = \"secret\"\n")
        .start();
    let secret = user(&server, &["ben", "--role", "operator"]);
    let more = [
        ("NAME", "ben"),
        ("SECRET", secret.as_str()),
        ("GREETING", "Welcome to Northwind."),
        ("AGENT", "Anna Holm"),
    ];
    let mut browser = Browser::start("try", &server, &more);
    browser.at("waiting");
    let mut agent = server.agent("agent1");
    browser.go();
    agent.ring(RING);
    agent.answer();
    agent.media.say(Source::Tone(700.0));
    browser.at("talking");
    // Chromium's microphone beeps once in a second.
    let heard = agent.media.listen(Duration::from_millis(2500));
    assert!(rms(&heard) > 50.0, "the page is not heard: {}", rms(&heard));
    assert!(share(&heard, 700.0) < 0.5, "the agent hears themself");
    browser.go();
    browser.at("muted");
    std::thread::sleep(Duration::from_millis(300));
    let muted = agent.media.listen(Duration::from_millis(1500));
    assert!(rms(&muted) < 20.0, "muted, and heard: {}", rms(&muted));
    browser.go();
    agent.wait_bye(SOON);
    browser.at("over");
    // Nobody is there for the next.
    assert_eq!(agent.register_for("secret", Algorithm::Sha256, 0), 200);
    browser.go();
    browser.at("full");
    let calls: Vec<_> = ["5550301", "5550302"]
        .map(|number| {
            let mut phone = server.phone(number);
            phone.call("100");
            phone
        })
        .into();
    browser.go();
    browser.end();
    for mut phone in calls {
        phone.hang_up();
    }
}
