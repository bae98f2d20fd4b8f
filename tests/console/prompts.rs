//! What callers hear, in the page: what is missing first, the words, the level, and listened to.

use super::browser::Browser;
use super::support::audio::sine;
use super::support::server::server;
use super::user;

#[test]
fn prompts_are_listed_with_what_is_wrong_and_can_be_heard() {
    let quiet = sine(440.0, 200.0, 2.0);
    let server = server().prompt("en/quiet", &quiet).start();
    let file = server.data().parent().unwrap().join("menus/main.yaml");
    let original = std::fs::read_to_string(&file).unwrap();
    let secret = user(&server, &["olga", "--role", "operator"]);
    let who = [("NAME", "olga"), ("SECRET", secret.as_str())];
    let mut browser = Browser::start("prompts", &server, &who);
    browser.at("fine");
    // Somebody writes into the folder what is not recorded.
    let more =
        "  news:\n    label: News of today\n    say: { prompt: [quiet, jingle], go: human }\n";
    std::fs::write(&file, format!("{original}{more}")).unwrap();
    browser.go();
    browser.end();
}

#[test]
fn the_prompts_of_the_demo_are_shown_in_four_languages() {
    let server = server().demo().start();
    let secret = user(&server, &["olga", "--role", "operator"]);
    let who = [("NAME", "olga"), ("SECRET", secret.as_str())];
    Browser::start("prompts-demo", &server, &who).end();
}
