//! When nobody is there: a message is taken, and what was promised is kept.

use std::time::Duration;

use crate::support::audio::{rms, share};
use crate::support::media::{KeyWay, Source};
use crate::support::server::{Server, server};

/// Calls, presses 0 with nobody signed in, waits for the beep and says a tone for 3 s.
fn leave_message(server: &Server, number: &str, hz: f64) {
    let mut caller = server.phone(number);
    caller.media.say(Source::Tone(hz));
    caller.call("100");
    std::thread::sleep(Duration::from_millis(200));
    caller.media.press('0', KeyWay::Event, 100);
    // The words before the beep are not for the test to know: when nothing comes any more,
    // it is our turn.
    let mut quiet = 0;
    for _ in 0..200 {
        let before = caller.media.count();
        caller.idle(Duration::from_millis(100));
        let still = caller.media.count() == before;
        quiet = if still { quiet + 1 } else { 0 };
        if quiet == 4 {
            break;
        }
    }
    assert!(quiet == 4, "the server never stops talking");
    assert!(!caller.ended, "{}", caller.transcript());
    std::thread::sleep(Duration::from_secs(3));
    caller.media.press('#', KeyWay::Event, 100);
    // What becomes of it? It is kept.
    std::thread::sleep(Duration::from_millis(500));
    caller.media.press('1', KeyWay::Event, 100);
    // The confirmation, then a goodbye by the server: stored before it is said.
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        !server.messages().is_empty(),
        "stored before it is confirmed"
    );
    if !caller.ended {
        caller.wait_bye(Duration::from_secs(15));
    }
}

fn newest_message(server: &Server) -> Vec<i16> {
    let mut messages = server.messages();
    messages.sort();
    let path = messages.pop().expect("a message");
    let mut wav = hound::WavReader::open(&path).expect("a WAV file");
    assert_eq!(wav.spec().sample_rate, 8000);
    wav.samples::<i16>()
        .map(|s| s.expect("a whole file"))
        .collect()
}

#[test]
fn an_unstaffed_queue_takes_a_message_that_survives_a_crash() {
    let mut server = server().start();
    leave_message(&server, "5550200", 750.0);
    server.crash_and_restart();
    let pcm = newest_message(&server);
    assert!(pcm.len() > 2 * 8000, "{} samples", pcm.len());
    let middle = &pcm[pcm.len() / 4..pcm.len() * 3 / 4];
    assert!(
        share(middle, 750.0) > 0.9,
        "share {}, rms {}",
        share(middle, 750.0),
        rms(middle)
    );
    let list = server.command(&["messages"]);
    assert_eq!(list.matches(".wav").count(), 1, "{list}");
    // And it serves on.
    leave_message(&server, "5550201", 850.0);
    assert_eq!(server.messages().len(), 2);
    let list = server.command(&["messages"]);
    assert_eq!(list.matches(".wav").count(), 2, "{list}");
    let list = server.command(&["contacts"]);
    assert!(list.lines().count() >= 3, "{list}");
}

#[test]
fn who_waited_when_the_server_was_lost_is_called_back() {
    let mut server = server()
        .queue("wrap_up = \"0s\"\nunstaffed = \"wait\"")
        .start();
    let mut waiting = server.phone("5550205");
    waiting.call("100");
    std::thread::sleep(Duration::from_millis(200));
    waiting.media.press('0', KeyWay::Event, 100);
    // Written behind the call, within a second.
    std::thread::sleep(Duration::from_millis(1500));
    server.crash_and_restart();
    let list = server.command(&["callbacks"]);
    assert!(list.contains("…05"), "{list}");
    assert!(!list.contains("5550205"), "{list}");
    let contacts = server.command(&["contacts"]);
    assert_eq!(contacts.matches("server was lost").count(), 1, "{contacts}");
}

#[test]
fn a_full_queue_takes_a_message() {
    let server = server()
        .queue("ring_for = \"60s\"\nwrap_up = \"0s\"\nmax_callers = 1\nunstaffed = \"wait\"")
        .start();
    let mut waiting = server.phone("5550202");
    waiting.call("100");
    waiting.media.press('0', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_secs(1));
    leave_message(&server, "5550203", 650.0);
    assert!(share(&newest_message(&server)[8000..16000], 650.0) > 0.9);
    assert!(!waiting.ended);
    waiting.hang_up();
}

#[test]
fn a_caller_who_hangs_up_while_speaking_has_left_a_message() {
    let server = server().start();
    let mut caller = server.phone("5550204");
    caller.media.say(Source::Tone(700.0));
    caller.call("100");
    caller.media.press('0', KeyWay::Event, 100);
    let mut quiet = 0;
    while quiet < 4 {
        let before = caller.media.count();
        caller.idle(Duration::from_millis(100));
        quiet = if caller.media.count() == before {
            quiet + 1
        } else {
            0
        };
    }
    std::thread::sleep(Duration::from_secs(3));
    caller.hang_up();
    std::thread::sleep(Duration::from_secs(1));
    assert!(newest_message(&server).len() > 2 * 8000);
}
