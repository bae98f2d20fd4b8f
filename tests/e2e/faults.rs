//! Faults of the server itself: each ends with a person, who sees why, and the caller hears one
//! sentence. The server panics on purpose, which only one that is built for tests does.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use zeroline::menu::load::schema::{FileKind, schema};

use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::ports;
use crate::support::server::{Server, server};

/// One node of each kind: those in which a caller can be, and those that are passed in an instant.
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
        6: { say: { prompt: info, text: "six" }, go: more }
  more:
    menu:
      options:
        1: { say: { prompt: info, text: "one" }, go: choose }
        2: { say: { prompt: info, text: "two" }, go: guide }
        3: { say: { prompt: info, text: "three" }, go: survey }
        4: { say: { prompt: info, text: "four" }, go: send }
        5: { say: { prompt: info, text: "five" }, go: dial }
        6: { say: { prompt: info, text: "six" }, go: queue }
        7: { say: { prompt: info, text: "seven" }, go: callback }
        8: { say: { prompt: info, text: "eight" }, go: message }
  say: { say: { prompt: info, text: "Some information.", go: menu } }
  collect: { collect: { say: { prompt: info, text: "Digits?" }, digits: 4, into: number, go: menu } }
  ask: { ask: { get: "http://127.0.0.1:1/x", say: { prompt: info, text: "Wait." }, take: { x: text }, go: menu } }
  language: { language: { options: { 1: { language: en, say: { prompt: info, text: "English" } } }, go: menu } }
  choose: { choose: [{ when: { caller: "+45*" }, go: say }, { go: menu }] }
  guide: { guide: { steps: { lamp: { say: { prompt: info, text: "Is it lit?" }, yes: solved, no: human } }, solved: menu } }
  survey: { survey: { questions: { helpful: { prompt: info, text: "Did it help?" } }, go: menu } }
  send: { send: { webhook: "http://127.0.0.1:1/x", body: { from: caller }, go: menu } }
  dial: { dial: { number: "+441632960200", say: { prompt: info, text: "Wait." }, missing: menu } }
  queue: { queue: support }
  callback: { callback: support }
  message: { message: support }
  goodbye: { goodbye: { prompt: info, text: "Good bye." } }
"#;

/// Each kind of node, by the name that it has in [`MENU`], and the keys that lead there.
const WAYS: [(&str, &str); 14] = [
    ("menu", ""),
    ("say", "1"),
    ("collect", "2"),
    ("ask", "3"),
    ("language", "4"),
    ("goodbye", "5"),
    ("choose", "61"),
    ("guide", "62"),
    ("survey", "63"),
    ("send", "64"),
    ("dial", "65"),
    ("queue", "66"),
    ("callback", "67"),
    ("message", "68"),
];

/// What is said after a fault, as a tone that nothing else has.
pub const SORRY: f64 = 1300.0;

fn with(fault: (&str, &str)) -> Server {
    server()
        .file("menus/main.yaml", MENU.as_bytes())
        .prompt("en/sys-fault", &sine(SORRY, 6000.0, 2.0))
        .env(fault.0, fault.1)
        .start()
}

/// Waits until the caller hears that something went wrong.
#[track_caller]
pub fn hears_sorry(caller: &Phone, limit: Duration) {
    hears_tone(caller, SORRY, limit);
}

/// Waits until the caller hears this tone.
#[track_caller]
pub fn hears_tone(caller: &Phone, hz: f64, limit: Duration) {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        let heard = caller.media.listen(Duration::from_millis(300));
        if share(&heard, hz) > 0.8 {
            return;
        }
    }
    panic!("the caller hears no {hz} Hz: {}", caller.transcript());
}

/// The context card that came with the agent's INVITE, as text.
pub fn card(agent: &mut Phone, limit: Duration) -> String {
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
    // Half of them at a time: each has a server of its own.
    let (some, others) = WAYS.split_at(WAYS.len() / 2);
    std::thread::scope(|both| {
        both.spawn(|| some.iter().for_each(|(node, keys)| panics_at(node, keys)));
        both.spawn(|| others.iter().for_each(|(node, keys)| panics_at(node, keys)));
    });
}

#[track_caller]
fn panics_at(node: &str, keys: &str) {
    let server = with(("ZEROLINE_TEST_PANIC_AT", node));
    let mut agent = server.agent("agent1");
    let mut caller = server.phone("5550800");
    caller.call("100");
    for key in keys.chars() {
        std::thread::sleep(Duration::from_millis(300));
        caller.media.press(key, KeyWay::Event, 100);
    }
    hears_sorry(&caller, Duration::from_secs(6));
    let card = card(&mut agent, Duration::from_secs(8));
    assert!(card.contains("\"r\":\"fault\""), "{node}: {card}");
    // From these the menus had gone on, and the card says where to.
    let gone_on = ["choose", "send"].contains(&node);
    assert!(card.contains(node) || gone_on, "{node}: {card}");
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    assert!(!caller.ended, "{node}: {}", caller.transcript());
    assert_eq!(caller.hang_up(), 200, "{node}");
    agent.wait_bye(SOON);
    let told = newest(&server);
    let queued = "to queue support: fault: internal error";
    let entered = format!("at {node}");
    assert!(
        told.contains(&entered) && told.contains(queued),
        "{node}: {told}"
    );
}

/// No kind is forgotten here when there is a new one.
#[test]
fn the_panics_are_at_every_kind_of_node() {
    let schema = schema(FileKind::Line);
    let one_of = schema.pointer("/$defs/node/oneOf");
    let one_of = one_of.and_then(|kinds| kinds.as_array());
    let kinds = one_of.expect("the kinds of nodes").iter();
    let mut kinds: Vec<&str> = kinds.filter_map(|k| k["required"][0].as_str()).collect();
    let mut here = WAYS.map(|(kind, _)| kind);
    kinds.sort_unstable();
    here.sort_unstable();
    assert_eq!(here.as_slice(), kinds);
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

/// A web service on loopback that is wrong in many ways, by path; it ends with the test.
fn web_service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let at = listener.local_addr().expect("a bound socket");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut asked = String::new();
                let mut reader = BufReader::new(&stream);
                let _ = reader.read_line(&mut asked);
                let path = asked.split(' ').nth(1).unwrap_or_default().to_owned();
                let mut stream = &stream;
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
                let _ = match path.as_str() {
                    "/good" => {
                        let body = "{\"x\": \"five\"}";
                        write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len())
                    }
                    "/garbage" => write!(stream, "{head}Content-Length: 9\r\n\r\nnot \u{1}JSON"),
                    "/broken" => write!(stream, "SSH-2.0-nobody\r\n"),
                    "/refuses" => write!(stream, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
                    "/endless" => {
                        let _ = write!(stream, "{head}\r\n");
                        // Until the other side has had enough.
                        while stream.write_all(&[b' '; 4096]).is_ok() {}
                        Ok(())
                    }
                    // Longer than anybody asks.
                    _ => {
                        std::thread::sleep(Duration::from_secs(5));
                        Ok(())
                    }
                };
            });
        }
    });
    at
}

#[test]
fn a_web_service_that_is_dead_slow_endless_or_talks_nonsense_ends_with_a_person() {
    let web = web_service();
    let dead = ports::free(Ipv4Addr::LOCALHOST.into());
    let kinds = [
        ("slow", "the web service gave no whole answer within 800ms"),
        ("garbage", "did not answer in JSON"),
        ("broken", "no usable answer"),
        ("refuses", "answered with status 500"),
        ("endless", "octets"),
        ("dead", "can not connect"),
    ];
    let mut menu = String::from(
        "line: main\nnumbers: [\"100\"]\nhuman: support\nstart: menu\nnodes:\n  menu:\n    menu:\n      \
         greeting: { prompt: greeting, text: \"To speak to a person, press zero.\" }\n      options:\n",
    );
    let mut nodes = String::new();
    let all = kinds.iter().map(|(kind, _)| *kind).chain(["good"]);
    for (kind, key) in all.zip(1..) {
        let at = if kind == "dead" { dead } else { web };
        menu +=
            &format!("        {key}: {{ say: {{ prompt: info, text: \"{key}\" }}, go: {kind} }}\n");
        nodes += &format!(
            "  {kind}: {{ ask: {{ get: \"http://{at}/{kind}\", timeout: 800ms, take: {{ x: text }}, go: told }} }}\n"
        );
    }
    let menu = menu
        + &nodes
        + "  told: { say: { prompt: info, text: \"Some information.\", go: menu } }\n";
    let server = server()
        .file("menus/main.yaml", menu.into_bytes())
        .prompt("en/sys-fault", &sine(SORRY, 6000.0, 2.0))
        .start();
    let mut agent = server.agent("agent1");
    for ((kind, words), key) in kinds.iter().zip('1'..) {
        let mut caller = server.phone("5550810");
        caller.call("100");
        std::thread::sleep(Duration::from_millis(200));
        caller.media.press(key, KeyWay::Event, 100);
        hears_sorry(&caller, Duration::from_secs(5));
        let card = card(&mut agent, Duration::from_secs(8));
        assert!(card.contains("\"r\":\"fault\""), "{kind}: {card}");
        agent.answer();
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(caller.hang_up(), 200, "{kind}");
        agent.wait_bye(SOON);
        let told = newest(&server);
        assert!(told.contains(words), "{kind}: {told}");
        assert!(
            !told.contains(&web.to_string()),
            "{kind}: no address: {told}"
        );
    }
    // And one that works does not.
    let mut caller = server.phone("5550811");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('7', KeyWay::Event, 100);
    caller.media.hears(500.0);
    assert_eq!(caller.hang_up(), 200);
}

/// The timeline of the contact that came last, as `zeroline contacts` tells it, once it is whole.
fn newest(server: &Server) -> String {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        // It is written behind the call.
        let over = Instant::now() > end;
        let contacts = server.command(&["contacts", "list", "--json"]);
        let first = contacts.lines().next().unwrap_or_default();
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(first) {
            let id = json["contact"].as_str().expect("an id");
            let told = server.command(&["contacts", "show", id]);
            if told.contains("hung up") || over {
                return told;
            }
        }
        assert!(!over, "no contact: {contacts}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_message_that_can_not_be_stored_is_not_confirmed_and_ends_with_a_person() {
    let server = server()
        .prompt("en/sys-fault", &sine(SORRY, 6000.0, 2.0))
        .start();
    let mut caller = server.phone("5550820");
    caller.media.say(Source::Tone(750.0));
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    // Nobody is signed in: after the words and the beep the caller speaks.
    let mut quiet = 0;
    while quiet < 4 {
        let before = caller.media.count();
        caller.idle(Duration::from_millis(100));
        let still = caller.media.count() == before;
        quiet = if still { quiet + 1 } else { 0 };
        assert!(!caller.ended, "{}", caller.transcript());
    }
    caller.idle(Duration::from_secs(2));
    // The folder of messages goes, and a file is where it was.
    let messages = server.data().join("messages");
    std::fs::remove_dir_all(&messages).expect("the folder of messages");
    std::fs::write(&messages, "in the way").expect("scratch");
    let mut agent = server.agent("agent1");
    caller.media.press('#', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('1', KeyWay::Event, 100);
    hears_sorry(&caller, Duration::from_secs(8));
    assert!(!caller.ended, "{}", caller.transcript());
    let card = card(&mut agent, Duration::from_secs(8));
    assert!(card.contains("\"r\":\"fault\""), "{card}");
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
}
