//! A message is heard again and spoken anew before it is kept; then it is sent.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::people::zero;
use crate::support::audio::{share, sine};
use crate::support::media::{KeyWay, Source};
use crate::support::phone::{Phone, SOON};
use crate::support::server::{Server, Setup, server};

const QUESTION: f64 = 1900.0;
const SAVED: f64 = 2300.0;
const FIRST: f64 = 700.0;
const ANEW: f64 = 1100.0;

fn taking(more: &str) -> Setup {
    server()
        .queue(&format!(
            "ring_for = \"5s\"\nwrap_up = \"0s\"\nunstaffed = \"wait\"\n{more}"
        ))
        .prompt("en/sys-message-intro", &sine(600.0, 6000.0, 0.4))
        .prompt("en/sys-message-review", &sine(QUESTION, 6000.0, 1.0))
        .prompt("en/sys-message-saved", &sine(SAVED, 6000.0, 1.0))
}

#[track_caller]
fn hears(phone: &Phone, hz: f64) {
    let heard = |_| share(&phone.media.listen(Duration::from_millis(300)), hz) > 0.8;
    assert!((0..20).any(heard), "{hz} Hz\n{}", phone.transcript());
}

/// Speaks for a while, and is asked what becomes of it.
#[track_caller]
fn speaks(caller: &Phone, hz: f64) {
    std::thread::sleep(Duration::from_millis(2000));
    caller.media.say(Source::Tone(hz));
    std::thread::sleep(Duration::from_millis(2500));
    caller.media.say(Source::Silence);
    caller.media.press('#', KeyWay::Event, 100);
    hears(caller, QUESTION);
}

fn to_the_message(server: &Server, number: &str) -> Phone {
    let caller = zero(server, number);
    std::thread::sleep(Duration::from_millis(800));
    caller.media.press('2', KeyWay::Event, 100);
    caller
}

/// How many messages there are.
fn listed(server: &Server) -> usize {
    server.command(&["messages"]).matches(".wav").count()
}

#[test]
fn it_is_heard_and_spoken_anew_before_it_is_kept() {
    let server = taking("").start();
    let mut caller = to_the_message(&server, "5550920");
    speaks(&caller, FIRST);
    assert_eq!(listed(&server), 0);
    caller.media.press('2', KeyWay::Event, 100);
    hears(&caller, FIRST);
    hears(&caller, QUESTION);
    caller.media.press('3', KeyWay::Event, 100);
    speaks(&caller, ANEW);
    caller.media.press('1', KeyWay::Event, 100);
    hears(&caller, SAVED);
    caller.wait_bye(SOON);
    let kept = server.messages();
    let [only] = kept.as_slice() else {
        panic!("{kept:?}");
    };
    let mut wav = hound::WavReader::open(only).expect("a WAV file");
    let pcm: Vec<i16> = wav.samples().map(|s| s.expect("a whole file")).collect();
    let middle = &pcm[pcm.len() / 4..pcm.len() * 3 / 4];
    assert!(share(middle, ANEW) > 0.8, "{}", share(middle, ANEW));
}

#[test]
fn a_crash_while_it_is_asked_about_loses_nothing() {
    let mut server = taking("").start();
    let caller = to_the_message(&server, "5550921");
    speaks(&caller, FIRST);
    assert_eq!(listed(&server), 0);
    server.crash_and_restart();
    assert_eq!(listed(&server), 1);
}

/// A mail server that takes one letter, and tells it.
fn mail_server() -> (u16, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the server");
        let mut lines = BufReader::new(stream.try_clone().expect("a socket"));
        let (mut said, mut letter) = (Vec::new(), false);
        let mut answer = "220 mail";
        loop {
            if !answer.is_empty() {
                let _ = write!(stream, "{answer}\r\n");
            }
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_owned();
            answer = match line.as_str() {
                "." if letter => {
                    let _ = tell.send(std::mem::take(&mut said));
                    letter = false;
                    "250 taken"
                }
                _ if letter => "",
                "DATA" => {
                    letter = true;
                    "354 go on"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            said.push(line);
        }
    });
    (port, told)
}

#[test]
fn a_message_that_is_kept_by_silence_is_mailed_with_its_sound() {
    let (port, mailed) = mail_server();
    let server = taking("messages_to = [\"team@example.org\"]")
        .with(&format!(
            "[mail]\nsmtp = \"127.0.0.1:{port}\"\nfrom = \"line@example.org\"\ntls = \"off\"\n"
        ))
        .start();
    let mut caller = to_the_message(&server, "5550922");
    speaks(&caller, FIRST);
    // No key: after a while it is kept.
    hears(&caller, SAVED);
    caller.wait_bye(SOON);
    let letter = mailed
        .recv_timeout(Duration::from_secs(20))
        .expect("a letter")
        .join("\n");
    for part in ["team@example.org", "line@example.org", "audio/", ".wav"] {
        assert!(letter.contains(part), "{part}: {letter:.3000}");
    }
}
