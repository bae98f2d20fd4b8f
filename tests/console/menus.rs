//! Menus in the page: written, proven, published and gone back to; walked through and tested.

use super::browser::Browser;
use super::support::media::KeyWay;
use super::support::server::server;
use super::user;

/// Loads, and hangs up on who did not ask for it.
const BROKEN: &str = "line: main
numbers: [\"100\"]
human: support
start: welcome
nodes:
  welcome: { say: { text: \"We are closed.\", go: bye } }
  bye: { goodbye: \"Good bye.\" }
";

#[test]
fn menus_are_written_in_the_page_proven_published_and_gone_back_to() {
    let server = server().start();
    let file = server.data().parent().unwrap().join("menus/main.yaml");
    let original = std::fs::read_to_string(&file).unwrap();
    let secret = user(&server, &["olga", "--role", "operator"]);
    let more = [
        ("NAME", "olga"),
        ("SECRET", secret.as_str()),
        ("MAIN", original.as_str()),
        ("BROKEN", BROKEN),
    ];
    let mut browser = Browser::start("lines", &server, &more);
    browser.at("published");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"102\""), "{text}");
    // New calls are answered by them.
    let mut caller = server.phone("5550401");
    caller.call("102");
    caller.hang_up();
    browser.go();
    browser.at("elsewhere");
    std::fs::write(&file, format!("{text}# elsewhere\n")).unwrap();
    browser.go();
    browser.at("back");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), original);
    let told = server.command(&["tokens", "add", "test", "--role", "admin"]);
    let token = told.lines().find(|l| l.starts_with("zl_")).unwrap();
    let head = format!("Authorization: Bearer {token}\r\n");
    let (_, _, told) =
        super::support::api::ask(server.api, "GET", "/audit?deed=menus", &head, None);
    assert_eq!(told["items"].as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!(told["items"][0]["who"], "olga");
    browser.go();
    browser.end();
}

#[test]
fn the_demo_is_walked_through_and_tested_in_the_page() {
    let server = server().demo().start();
    let secret = user(&server, &["olga", "--role", "operator"]);
    let mut caller = server.phone("5550402");
    caller.call("100");
    std::thread::sleep(std::time::Duration::from_millis(300));
    // Once more, please.
    caller.media.press('9', KeyWay::Event, 100);
    std::thread::sleep(std::time::Duration::from_millis(600));
    caller.media.press('0', KeyWay::Event, 100);
    std::thread::sleep(std::time::Duration::from_millis(500));
    caller.hang_up();
    let who = [("NAME", "olga"), ("SECRET", secret.as_str())];
    Browser::start("simulate", &server, &who).end();
}
