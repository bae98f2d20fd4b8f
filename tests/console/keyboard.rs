//! A whole call by keyboard alone.

use crate::browser::Browser;
use crate::tones::{AGENT, MUSIC, Microphone, caller, hears, scene};
use crate::user;

#[test]
fn a_call_is_answered_held_and_written_up_by_keyboard_and_the_focus_is_never_lost() {
    let server = scene()
        .queue("ring_for = \"60s\"\nwrap_up = \"60s\"\nwrap_up_codes = [\"promised\", \"solved\"]")
        .start();
    let microphone = Microphone::new(&server);
    let secret = user(&server, &["ann", "--role", "agent", "--agent", "agent1"]);
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("MICROPHONE", microphone.path()),
    ];
    let mut browser = Browser::start("keyboard", &server, &more);
    browser.at("ready");
    let mut caller = caller(&server, "5550351");
    browser.go();
    browser.at("talking");
    hears(&caller, AGENT);
    browser.go();
    browser.at("held");
    hears(&caller, MUSIC);
    browser.go();
    browser.at("resumed");
    hears(&caller, AGENT);
    browser.go();
    browser.at("writing");
    caller.hang_up();
    browser.go();
    browser.at("written");
    let told = server.command(&["contacts"]);
    let id = told.lines().nth(1).expect("a contact");
    let id = id.split_whitespace().nth(2).expect("its id");
    let shown = server.command(&["contacts", "show", id]);
    let wanted = "agent1 wrote up solved: wants the second invoice";
    assert!(shown.contains(wanted), "{shown}");
    browser.go();
    browser.end();
}
