//! The test phones themselves: what they say of a server is only worth something if they
//! work between each other.

mod support;

use std::time::Duration;

use support::audio::{self, Law};
use support::baresip::{Baresip, Setup};
use support::media::{KeyWay, Source};
use support::phone::{Phone, SOON};
use support::sipp::Sipp;

/// Two phones that call each other directly.
fn pair() -> (Phone, Phone) {
    let placeholder = "127.0.0.1:9".parse().expect("an address");
    let bob = Phone::udp("bob", placeholder);
    let alice = Phone::udp("alice", bob.local());
    (alice, bob)
}

#[test]
fn g711_tables() {
    // G.711 tables 1a and 2a: ends and zero of each law.
    assert_eq!(Law::Mu.decode(0x80), 32124);
    assert_eq!(Law::Mu.decode(0x00), -32124);
    assert_eq!(Law::Mu.decode(0xff), 0);
    assert_eq!(Law::A.decode(0xaa), 32256);
    assert_eq!(Law::A.decode(0x2a), -32256);
    assert_eq!(Law::A.decode(0xd5), 8);
    for law in [Law::Mu, Law::A] {
        for byte in 0..=255u8 {
            let again = law.encode(law.decode(byte));
            assert!(
                again == byte || (law == Law::Mu && byte == 0x7f),
                "{law:?} {byte:#x}"
            );
        }
    }
}

#[test]
fn two_phones_hear_each_other() {
    let (mut alice, mut bob) = pair();
    alice.invite("bob");
    bob.ring(SOON);
    bob.answer_without_ack();
    assert_eq!(alice.wait_answer(SOON), 200);
    alice.media.say(Source::Tone(600.0));
    bob.media.say(Source::Tone(900.0));
    std::thread::sleep(Duration::from_millis(100));
    let (at_bob, at_alice) = (
        bob.media.listen(Duration::from_millis(500)),
        alice.media.listen(Duration::from_millis(500)),
    );
    assert!(audio::share(&at_bob, 600.0) > 0.9);
    assert!(audio::share(&at_bob, 900.0) < 0.1);
    assert!(audio::share(&at_alice, 900.0) > 0.9);

    bob.media.forget();
    alice.media.press('0', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(300));
    let events: Vec<_> = bob
        .media
        .packets()
        .into_iter()
        .filter(|p| p.pt == 101)
        .collect();
    assert_eq!(events.len(), 8);
    assert!(events[0].marker && events.iter().all(|p| p.timestamp == events[0].timestamp));
    assert_eq!(events[7].payload, [0, 0x8a, 0x03, 0xc0]);
}

#[test]
fn sipp_calls_a_phone() {
    let placeholder = "127.0.0.1:9".parse().expect("an address");
    let mut bob = Phone::udp("bob", placeholder);
    let sipp = Sipp::call("call", bob.local(), "bob", 1, 1);
    bob.ring(SOON);
    bob.answer();
    bob.wait_bye(SOON);
    sipp.done();
}

#[test]
fn baresip_calls_a_phone() {
    let placeholder = "127.0.0.1:9".parse().expect("an address");
    let mut bob = Phone::udp("bob", placeholder);
    let mut setup = Setup::new("carol", bob.local());
    setup.tone = 700.0;
    let mut carol = Baresip::start(&setup);
    carol.command("dial", &format!("sip:bob@{}", bob.local()));
    bob.ring(SOON);
    bob.answer();
    bob.media.say(Source::Tone(1100.0));
    std::thread::sleep(Duration::from_millis(500));
    let heard = bob.media.listen(Duration::from_secs(1));
    assert!(
        audio::share(&heard, 700.0) > 0.9,
        "{}",
        audio::share(&heard, 700.0)
    );
    carol.press("0");
    std::thread::sleep(Duration::from_millis(500));
    let keys: Vec<u8> = bob
        .media
        .packets()
        .iter()
        .filter(|p| p.pt == 101)
        .map(|p| p.payload[0])
        .collect();
    assert!(
        !keys.is_empty() && keys.iter().all(|&k| k == 0),
        "{keys:?}\n{}",
        carol.output()
    );
    assert_eq!(bob.hang_up(), 200);
    std::thread::sleep(Duration::from_millis(300));
    let at_carol = carol.heard();
    let end = &at_carol[at_carol.len().saturating_sub(4000)..];
    assert!(
        audio::share(end, 1100.0) > 0.9,
        "{} samples",
        at_carol.len()
    );
}
