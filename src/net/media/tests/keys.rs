//! Keys that arrive.

use super::*;
use crate::ids::Key;
use crate::media::command::DtmfWay;
use crate::media::dtmf_event::EventSender;

/// Presses a key by telephone-event, as a phone does: 100 ms and three ends.
fn press(phone: &mut Phone, key: Key) {
    let sender = EventSender::new(key, phone.header.timestamp, 8000, 800);
    for packet in sender {
        let audio = phone.header;
        phone.header.payload_type = 101;
        phone.header.timestamp = packet.timestamp;
        phone.header.marker = packet.marker;
        phone.speak(&packet.payload, 0);
        phone.header.payload_type = audio.payload_type;
        phone.header.timestamp = audio.timestamp;
        phone.header.marker = false;
    }
    phone.header.timestamp = phone.header.timestamp.wrapping_add(1600);
}

#[test]
fn a_press_is_told_once() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    for key in [Key::ZERO, Key::ZERO, Key::STAR] {
        press(&mut phone, key);
        assert_eq!(
            phone.event(),
            Some(MediaEvent::Key {
                leg: phone.leg,
                key,
                way: DtmfWay::Event
            })
        );
    }
    assert!(phone.no_event(50));
    pool.stop();
}

#[test]
fn keys_wait_for_a_receiver_that_is_busy() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    let (tx, events) = mpsc::channel(1);
    phone.media.redirect(tx);
    std::thread::sleep(Duration::from_millis(20));
    phone.events = events;
    let keys: Vec<Key> = "1234567890".chars().filter_map(Key::from_char).collect();
    for key in &keys {
        press(&mut phone, *key);
        std::thread::sleep(Duration::from_millis(5));
    }
    for key in keys {
        match phone.event() {
            Some(MediaEvent::Key { key: got, .. }) => assert_eq!(got, key),
            other => panic!("{other:?} in place of key {key}"),
        }
    }
    assert!(pool.stats().events_deferred > 0);
    assert_eq!(pool.stats().events_lost, 0);
    pool.stop();
}

#[test]
fn an_idle_thread_hears_the_first_packet_of_its_first_leg() {
    let pool = pool();
    // By now it sleeps, and nothing of a leg's is due.
    std::thread::sleep(Duration::from_millis(20));
    // A machine that is busy makes some of them late, an idle thread all of them.
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let mut phone = Phone::new(&pool, Codec::Pcmu);
        let began = clock::mono();
        phone.speak(&[0xff; 160], 160);
        while !matches!(phone.events.try_recv(), Ok(MediaEvent::Latched { .. })) {
            assert!(clock::mono().since(began) < Duration::from_secs(5), "deaf");
            std::thread::sleep(Duration::from_millis(1));
        }
        fastest = fastest.min(clock::mono().since(began));
        let leg = phone.leg;
        phone.media.command(MediaCommand::Close { leg });
        while pool.leg(leg).is_some() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Idle anew, at the beginning of its sleep.
        std::thread::sleep(Duration::from_millis(7));
    }
    assert!(fastest < Duration::from_millis(40), "{fastest:?}");
}
