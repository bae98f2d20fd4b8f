//! The caller reaches the agent who can help them, and somebody else rather than nobody.

use std::time::Duration;

use crate::support::media::KeyWay;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server};

const RING: Duration = Duration::from_secs(8);

const MENU: &str = "
line: main
numbers: [\"100\"]
human: support
start: main
nodes:
  main:
    menu:
      greeting: { prompt: greeting, text: \"Welcome. To speak to a person, press zero.\" }
      options:
        1: { say: { prompt: info, text: \"information\" }, go: cards }
  cards:
    needs: [cards]
    say: { prompt: info, text: \"Some information.\", go: main }
";

/// Anybody speaks English but `agent1`, who has no skills written; `agent2` knows cards as well.
fn desk() -> Setup {
    let agent = |id: &str, skills: &str| {
        format!("[[agents]]\nid = \"{id}\"\npassword = \"secret\"\nskills = [{skills}]\n")
    };
    server()
        .file("menus/main.yaml", MENU)
        .queue("relax_every = \"1s\"\nwrap_up = \"0s\"\n")
        .agents(&[agent("agent1", ""), agent("agent2", "\"en\", \"cards:4\"")].concat())
}

fn caller(server: &Server, number: &str, keys: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    for key in keys.chars() {
        std::thread::sleep(Duration::from_millis(200));
        caller.media.press(key, KeyWay::Event, 100);
    }
    caller
}

#[test]
fn who_speaks_the_language_is_asked_first_and_later_anybody() {
    let server = desk().start();
    let mut idle = server.agent("agent1");
    let mut english = server.agent("agent2");
    let mut first = caller(&server, "5550901", "0");
    english.ring(RING);
    english.answer();
    // The one who speaks it talks now: three levels down, another will do.
    let mut second = caller(&server, "5550902", "0");
    assert!(!idle.rings_within(Duration::from_millis(1500)));
    idle.ring(RING);
    idle.answer();
    assert_eq!(second.hang_up(), 200);
    idle.wait_bye(SOON);
    assert_eq!(first.hang_up(), 200);
    english.wait_bye(SOON);
}

#[test]
fn what_a_caller_came_by_is_what_the_agent_knows() {
    let without_languages = "language_level = 0\nrelax_every = \"10s\"\nwrap_up = \"0s\"\n";
    let server = desk().queue(without_languages).start();
    let mut idle = server.agent("agent1");
    let mut cards = server.agent("agent2");
    for (phone, number) in [(&mut idle, "5550903"), (&mut cards, "5550904")] {
        let mut plain = caller(&server, number, "0");
        phone.ring(RING);
        phone.answer();
        assert_eq!(plain.hang_up(), 200);
        phone.wait_bye(SOON);
    }
    // It would be the other's turn.
    let mut about_cards = caller(&server, "5550905", "10");
    cards.ring(RING);
    cards.answer();
    assert_eq!(about_cards.hang_up(), 200);
    cards.wait_bye(SOON);
    assert!(!idle.rings_within(Duration::from_millis(100)));
}
