//! The board while hundreds of callers come, wait and go.

use crate::browser::Browser;
use crate::support::server::server;
use crate::support::sipp::Sipp;
use crate::user;

const CALLS: u32 = 500;

#[test]
fn five_hundred_live_calls_on_the_board_stay_smooth() {
    let server = server()
        .room_for(700)
        .queue("unstaffed = \"wait\"\nmax_callers = 1000")
        .with("[sip.limits]\nmax_calls = 700")
        .start();
    let secret = user(&server, &["ann", "--role", "supervisor"]);
    let calls = CALLS.to_string();
    let more = [
        ("NAME", "ann"),
        ("SECRET", secret.as_str()),
        ("CALLS", calls.as_str()),
    ];
    let mut browser = Browser::start("crowd", &server, &more);
    browser.at("board");
    let _crowd = Sipp::crowd("crowd", server.sip, "100", CALLS + 20, 60);
    browser.go();
    println!("{}", browser.at("measured"));
    browser.go();
    browser.end();
}
