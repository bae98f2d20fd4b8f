//! Digits that a caller enters, by phone: the forms of 0 there, what nobody else may see, and a
//! press that travels by two ways. And what is said to those who wait.

use std::time::{Duration, Instant};

use crate::faults::{card, hears_tone};
use crate::people::RING;
use crate::scene::{MUSIC, with_music};
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::Server;
use crate::support::sip::{uri_of, user_of};

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
        1: { say: { prompt: info, text: "one" }, go: plain }
        2: { say: { prompt: info, text: "two" }, go: leading }
        3: { say: { prompt: info, text: "three" }, go: account }
  plain:
    collect: { say: { prompt: digits, text: "Digits?" }, digits: 4, into: plain, go: menu }
  leading:
    collect:
      { say: { prompt: digits, text: "Digits?" }, digits: 4, leading_zero: yes, into: leading, go: menu }
  account:
    collect: { say: { prompt: digits, text: "Digits?" }, digits: 4, into: account, go: pin }
  pin:
    collect: { say: { prompt: secret, text: "PIN?" }, digits: 6, into: pin, sensitive: yes, go: human }
"#;

/// A line whose callers wait, for nobody answers its queue.
const PATIENCE: &str = r#"
line: patience
numbers: ["102"]
human: patience
start: menu
nodes:
  menu:
    menu:
      greeting: { prompt: greeting, text: "To speak to a person, press zero." }
      options:
        1: { say: { prompt: info, text: "one" }, go: menu }
"#;

/// "Press 0", "press 0 and #", and the question for the PIN.
const ZERO: f64 = 1000.0;
const ZERO_HASH: f64 = 1300.0;
const SECRET: f64 = 2000.0;
/// What is said to those who wait: their places, and a kind word.
const FIRST: f64 = 750.0;
const SECOND: f64 = 1150.0;
const COMFORT: f64 = 2300.0;

/// The place is told at once, the kind word after the shortest time that can be set.
const QUEUE: &str = "[[queues]]\nname = \"patience\"\nunstaffed = \"wait\"\ncomfort_every = \"10s\"\n\
                     waiting_keys = []";
const AGENT: &str = "[[agents]]\nid = \"agent1\"\npassword = \"secret\"\nqueues = [\"support\"]\n";

fn start(env: &[(&str, &str)]) -> Server {
    let word = |hz| sine(hz, 6000.0, 0.9);
    let mut setup = with_music()
        .agents(AGENT)
        .with(QUEUE)
        .file("menus/main.yaml", MENU)
        .file("menus/patience.yaml", PATIENCE)
        .prompt("en/digits", &sine(500.0, 6000.0, 0.2))
        .prompt("en/secret", &word(SECRET))
        .prompt("en/sys-zero", &word(ZERO))
        .prompt("en/sys-zero-hash", &word(ZERO_HASH))
        .prompt("en/sys-connecting", &sine(MUSIC, 6000.0, 0.1))
        .prompt("en/sys-position-1", &word(FIRST))
        .prompt("en/sys-position-2", &word(SECOND))
        .prompt("en/sys-comfort", &word(COMFORT));
    for (name, value) in env {
        setup = setup.env(name, value);
    }
    setup.start()
}

fn press(phone: &Phone, keys: &str) {
    for key in keys.chars() {
        phone.media.press(key, KeyWay::Event, 80);
    }
}

/// Whether this tone was among what a phone heard since then.
fn heard(phone: &Phone, since: Instant, hz: f64) -> bool {
    let heard = phone.media.heard_since(since);
    heard.chunks(1_600).any(|part| share(part, hz) > 0.7)
}

/// A caller who has pressed this key in the menu.
fn chooses(server: &Server, number: &str, key: char) -> Phone {
    let mut caller = server.phone(number);
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press(key, KeyWay::Event, 80);
    caller
}

/// Somebody who waits for a person on the other line.
fn waits(server: &Server, number: &str) -> Phone {
    let mut caller = server.phone(number);
    caller.call("102");
    std::thread::sleep(Duration::from_millis(200));
    press(&caller, "0");
    caller
}

/// The agent is called for this number, and not before `after`.
#[track_caller]
fn reaches(agent: &mut Phone, mut caller: Phone, after: Duration) {
    assert!(!agent.rings_within(after), "{}", caller.user);
    let invite = agent.ring(Duration::from_millis(2_500));
    let from = uri_of(invite.header("From").unwrap_or_default()).to_owned();
    assert_eq!(user_of(&from), caller.user);
    caller.hang_up();
    agent.wait_cancel(SOON);
}

#[test]
fn each_form_of_zero_is_told_and_reaches_a_person_and_who_waits_is_spoken_to() {
    let server = start(&[]);
    let began = Instant::now();
    let first = waits(&server, "5550970");
    std::thread::sleep(Duration::from_millis(300));
    let second = waits(&server, "5550971");

    let mut agent = server.agent("agent1");
    let now = Duration::ZERO;
    // 0 as the first digit, where no entry begins with it.
    let caller = chooses(&server, "5550972", '1');
    hears_tone(&caller, ZERO, SOON);
    assert!(!heard(&caller, began, ZERO_HASH));
    press(&caller, "0");
    reaches(&mut agent, caller, now);
    // 0 and #, where one may; nobody is called for the 0 alone …
    let caller = chooses(&server, "5550973", '2');
    hears_tone(&caller, ZERO_HASH, SOON);
    assert!(!heard(&caller, began, ZERO));
    press(&caller, "0");
    assert!(!agent.rings_within(Duration::from_millis(700)));
    press(&caller, "#");
    reaches(&mut agent, caller, now);
    // … before the silence that ends an entry: 3 s.
    let caller = chooses(&server, "5550974", '2');
    hears_tone(&caller, ZERO_HASH, SOON);
    press(&caller, "0");
    reaches(&mut agent, caller, Duration::from_millis(2_000));
    // And * before it in any case, in the midst of an entry.
    let caller = chooses(&server, "5550975", '2');
    hears_tone(&caller, ZERO_HASH, SOON);
    press(&caller, "12*0");
    reaches(&mut agent, caller, now);

    // Those who wait have heard their own place, and hear the kind word when it is due.
    for (caller, place, other) in [(&first, FIRST, SECOND), (&second, SECOND, FIRST)] {
        assert!(
            heard(caller, began, place),
            "{place} Hz\n{}",
            server.output()
        );
        assert!(!heard(caller, began, other), "{other} Hz");
        assert!(heard(caller, began, MUSIC), "music between");
    }
    let spoken = |phone: &Phone| heard(phone, began, COMFORT);
    while !spoken(&first) && began.elapsed() < Duration::from_secs(14) {
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(spoken(&first), "{}", first.transcript());
    let after = began.elapsed();
    assert!(after > Duration::from_secs(10), "{after:?}");
}

/// All files below a folder.
fn contents(folder: std::path::PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(f) = folders.pop() {
        for entry in std::fs::read_dir(f).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                found.push((path.display().to_string(), bytes));
            }
        }
    }
    found
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[test]
fn one_press_by_two_ways_is_one_digit_and_a_pin_is_nowhere() {
    const ACCOUNT: &str = "4821";
    const PIN: &str = "739154";
    let mut server = start(&[
        ("ZEROLINE__LOG__FILTER", "trace"),
        ("ZEROLINE__SIP__TRACE", "1d"),
    ]);
    let mut agent = server.agent("agent1");
    let mut caller = chooses(&server, "5550976", '3');
    hears_tone(&caller, ZERO, SOON);
    // A phone that tells each press in its media and by INFO.
    for key in ACCOUNT.chars() {
        caller.media.press(key, KeyWay::Event, 80);
        assert_eq!(caller.info_relay(key), 200);
        std::thread::sleep(Duration::from_millis(250));
    }
    hears_tone(&caller, SECRET, SOON);
    for key in PIN.chars().take(3) {
        assert_eq!(caller.info_relay(key), 200);
        std::thread::sleep(Duration::from_millis(100));
    }
    press(&caller, &PIN[3..]);
    caller.media.say(Source::Tone(600.0));
    let card = card(&mut agent, RING);
    agent.answer();
    std::thread::sleep(Duration::from_millis(300));
    let metrics = server.get("/metrics").expect("metrics").1;
    let live = server.command(&["contacts", "list", "--json"]);
    assert_eq!(caller.hang_up(), 200);
    agent.wait_bye(SOON);
    // What waits to be written is written before the end.
    server.process().terminate();
    assert!(server.process().wait(Duration::from_secs(10)).success());

    let kept = contents(server.data());
    let kept_has = |text: &str| kept.iter().any(|(_, bytes)| holds(bytes, text));
    // The account was entered once, digit by digit; and what is looked for would be found.
    assert!(kept_has(ACCOUNT) && kept_has("dtmf-relay removed"));
    let log = server.output();
    assert!(log.contains(" DEBUG "), "it tells all that it can");
    assert!(
        !log.contains("5550976"),
        "the caller's number is in the log"
    );
    for (what, text) in [
        ("log", &log),
        ("card", &card),
        ("metrics", &metrics),
        ("list", &live),
    ] {
        assert!(!text.contains(PIN), "the PIN is in the {what}");
    }
    for (file, bytes) in &kept {
        assert!(!holds(bytes, PIN), "the PIN is in {file}");
        assert!(!holds(bytes, "Signal="), "a key is in {file}");
    }
    // Nor digit by digit.
    let keys: Vec<&str> = log.lines().filter(|l| l.contains("Signal=")).collect();
    assert!(keys.is_empty(), "{keys:?}");
}
