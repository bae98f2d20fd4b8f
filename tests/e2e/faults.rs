//! Faults of the server itself: each ends with a person, who sees why, and the caller hears one
//! sentence. The server panics on purpose, which only one that is built for tests does.

use std::time::{Duration, Instant};

use crate::support::audio::{share, sine};
use crate::support::media::KeyWay;
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, server};

/// One node of each kind in which a caller can be.
const MENU: &str = r#"
line: main
numbers: ["100"]
human: support
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: say }
        2: { say: { prompt: info, text: "two" }, go: collect }
        3: { say: { prompt: info, text: "three" }, go: ask }
        4: { say: { prompt: info, text: "four" }, go: language }
        5: { say: { prompt: info, text: "five" }, go: goodbye }
  say: { say: { prompt: info, text: "Some information.", go: menu } }
  collect: { collect: { say: { prompt: info, text: "Digits?" }, digits: 4, into: number, go: menu } }
  ask: { ask: { get: "http://127.0.0.1:1/x", say: { prompt: info, text: "Wait." }, take: { x: text }, go: menu } }
  language: { language: { options: { 1: { language: en, say: { prompt: info, text: "English" } } }, go: menu } }
  goodbye: { goodbye: { prompt: info, text: "Good bye." } }
"#;

/// What is said after a fault, as a tone that nothing else has.
const SORRY: f64 = 1300.0;

fn with(fault: (&str, &str)) -> Server {
    server()
        .file("menus/main.yaml", MENU.as_bytes())
        .prompt("en/sys-fault", &sine(SORRY, 6000.0, 2.0))
        .env(fault.0, fault.1)
        .start()
}

/// Waits until the caller hears that something went wrong.
#[track_caller]
fn hears_sorry(caller: &Phone, limit: Duration) {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        let heard = caller.media.listen(Duration::from_millis(300));
        if share(&heard, SORRY) > 0.8 {
            return;
        }
    }
    panic!("the caller hears nothing of it: {}", caller.transcript());
}

/// The context card that came with the agent's INVITE, as text.
fn card(agent: &mut Phone, limit: Duration) -> String {
    let invite = agent.ring(limit);
    let context = invite.header("User-to-User").expect("the context");
    let hex = context.split(';').next().unwrap_or_default();
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_panic_at_any_kind_of_node_ends_with_a_person_who_knows() {
    for (node, key) in [
        ("menu", None),
        ("say", Some('1')),
        ("collect", Some('2')),
        ("ask", Some('3')),
        ("language", Some('4')),
        ("goodbye", Some('5')),
    ] {
        let server = with(("ZEROLINE_TEST_PANIC_AT", node));
        let mut agent = server.agent("agent1");
        let mut caller = server.phone("5550800");
        caller.call("100");
        if let Some(key) = key {
            std::thread::sleep(Duration::from_millis(300));
            caller.media.press(key, KeyWay::Event, 100);
        }
        hears_sorry(&caller, Duration::from_secs(6));
        let card = card(&mut agent, Duration::from_secs(8));
        assert!(card.contains("\"r\":\"fault\""), "{node}: {card}");
        assert!(card.contains(node), "{node}: {card}");
        agent.answer();
        std::thread::sleep(Duration::from_millis(300));
        assert!(!caller.ended, "{node}: {}", caller.transcript());
        assert_eq!(caller.hang_up(), 200, "{node}");
        agent.wait_bye(SOON);
        let contacts = server.command(&["contacts", "list", "--json"]);
        let id = contacts
            .split('"')
            .skip_while(|w| *w != "contact" && *w != "id")
            .nth(2);
        let told = server.command(&["contacts", "show", id.expect("an id")]);
        assert!(told.contains("internal error"), "{node}: {told}");
    }
}

#[test]
fn when_the_rescue_fails_time_and_again_the_caller_stays_and_comes_to_a_person() {
    // The way into the queue fails, so does the rescue, and two attempts more.
    let server = with(("ZEROLINE_TEST_PANICS_ON_THE_WAY", "4"));
    let mut agent = server.agent("agent1");
    let mut caller = server.phone("5550801");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    hears_sorry(&caller, Duration::from_secs(20));
    let card = card(&mut agent, Duration::from_secs(8));
    assert!(card.contains("\"r\":\"fault\""), "{card}");
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    // The next one is none of that.
    let mut next = server.phone("5550802");
    next.call("100");
    next.media.press('0', KeyWay::Event, 100);
    agent.ring(Duration::from_secs(8));
    next.hang_up();
}

#[test]
fn a_caller_who_hangs_up_while_nothing_works_ends_the_call() {
    let server = with(("ZEROLINE_TEST_PANICS_ON_THE_WAY", "1000000"));
    let mut caller = server.phone("5550803");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    caller.idle(Duration::from_secs(3));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    std::thread::sleep(Duration::from_millis(800));
    let (_, metrics) = server.get("/metrics").expect("metrics");
    assert!(metrics.contains("zeroline_calls_active 0"), "{metrics}");
}
