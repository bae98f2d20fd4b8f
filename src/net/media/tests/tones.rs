//! Keys under real conditions, and keys for a partner that knows no telephone-event.

use super::turned::{Turned, all};
use super::*;
use crate::ids::Key;
use crate::media::codec::{Decoder, sample_rate};
use crate::media::command::DtmfWay;
use crate::media::dtmf_event::EventSender;
use crate::media::dtmf_tone::ToneDetector;

/// Presses a key for `ms`, as a phone does; packets for which `lost` says so are not sent.
/// The number given is that of the packet; the last three are the end packets.
fn press(t: &mut Turned, phone: &mut Phone, key: char, ms: u32, lost: impl Fn(usize) -> bool) {
    let key = Key::from_char(key).unwrap();
    let start = phone.header.timestamp;
    let packets: Vec<_> = EventSender::new(key, start, 8000, ms * 8).collect();
    let ends = packets.len() - 3;
    let audio = phone.header.payload_type;
    for (i, packet) in packets.iter().enumerate() {
        phone.header.payload_type = 101;
        phone.header.timestamp = packet.timestamp;
        phone.header.marker = packet.marker;
        if lost(i) {
            phone.header.sequence = phone.header.sequence.wrapping_add(1);
        } else {
            phone.speak(&packet.payload, 0);
        }
        // The end packets leave together.
        t.run(if i < ends { 20 } else { 1 });
    }
    phone.header.payload_type = audio;
    phone.header.marker = false;
    phone.header.timestamp = start.wrapping_add(ms * 8);
}

fn quiet(t: &mut Turned, phone: &mut Phone, ms: u64) {
    for _ in 0..ms / 20 {
        phone.speak(&[0xff; 160], 160);
        t.run(20);
    }
}

fn keys(phone: &mut Phone) -> String {
    let mut keys = String::new();
    while let Ok(event) = phone.events.try_recv() {
        if let MediaEvent::Key { key, way, .. } = event {
            assert_eq!(way, DtmfWay::Event);
            keys.push(key.as_char());
        }
    }
    keys
}

#[test]
fn a_key_held_for_three_seconds_is_one() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    quiet(&mut t, &mut phone, 100);
    press(&mut t, &mut phone, '0', 3000, |_| false);
    assert_eq!(keys(&mut phone), "0");
    quiet(&mut t, &mut phone, 60);
    // And one so long that it comes in segments (RFC 4733 §2.5.1.3).
    press(&mut t, &mut phone, '0', 9000, |_| false);
    assert_eq!(keys(&mut phone), "0");
    quiet(&mut t, &mut phone, 60);
    press(&mut t, &mut phone, '0', 100, |_| false);
    assert_eq!(keys(&mut phone), "0");
}

#[test]
fn a_key_acts_when_it_is_let_go_or_held_for_long() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    quiet(&mut t, &mut phone, 100);
    // Nothing while it is held: its owner hears the key, not us.
    press(&mut t, &mut phone, '4', 100, |i| i >= 5);
    assert_eq!(keys(&mut phone), "");
    quiet(&mut t, &mut phone, 140);
    assert_eq!(keys(&mut phone), "4");
    press(&mut t, &mut phone, '5', 100, |_| false);
    assert_eq!(keys(&mut phone), "5");
    press(&mut t, &mut phone, '6', 400, |i| i > 8);
    assert_eq!(keys(&mut phone), "6");
}

#[test]
fn one_key_pressed_twice_quickly_is_two() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    for _ in 0..2 {
        press(&mut t, &mut phone, '1', 60, |_| false);
        quiet(&mut t, &mut phone, 40);
    }
    assert_eq!(keys(&mut phone), "11");
}

#[test]
fn lost_packets_of_a_press_neither_lose_nor_double_it() {
    let mut t = Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    // 100 ms are five packets and three ends.
    type Lost = fn(usize) -> bool;
    let losses: [(&str, Lost); 8] = [
        ("the first", |i| i == 0),
        ("all but the ends", |i| i < 5),
        ("all but the last end", |i| i < 7),
        ("one end", |i| i == 5),
        ("two ends", |i| i == 5 || i == 6),
        ("all three ends", |i| i >= 5),
        ("all but the first", |i| i > 0),
        ("every second", |i| i % 2 == 1),
    ];
    for (what, lost) in losses {
        press(&mut t, &mut phone, '7', 100, lost);
        // Without an end the press counts when its packets have stopped for a while.
        quiet(&mut t, &mut phone, 140);
        assert_eq!(keys(&mut phone), "7", "{what}");
        // The same key again, and another: neither is taken for the first.
        press(&mut t, &mut phone, '7', 100, |_| false);
        quiet(&mut t, &mut phone, 60);
        press(&mut t, &mut phone, '8', 100, |_| false);
        quiet(&mut t, &mut phone, 60);
        assert_eq!(keys(&mut phone), "78", "after {what} lost");
    }
}

/// Keys in what has come to the phone.
fn tones(phone: &Phone, codec: Codec) -> (String, Vec<i16>) {
    let (mut decoder, mut frame, mut pcm) = (Decoder::new(codec), Vec::new(), Vec::new());
    for (_, payload) in all(phone) {
        decoder.decode(&payload, &mut frame).unwrap();
        pcm.extend_from_slice(&frame);
    }
    let (mut detector, mut keys) = (ToneDetector::new(sample_rate(codec)), String::new());
    detector.push(&pcm, |k| keys.push(k.as_char()));
    (keys, pcm)
}

#[test]
fn a_partner_without_telephone_event_hears_keys_as_tones() {
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::G722] {
        let mut t = Turned::new();
        let mut a = Phone::new(&t.pool, Codec::Pcmu);
        let b = Phone::with(&t.pool, codec, Some(a.leg), |p| p.dtmf = None);
        t.bridge(&a, &b);
        quiet(&mut t, &mut a, 200);
        press(&mut t, &mut a, '5', 40, |_| false);
        quiet(&mut t, &mut a, 60);
        press(&mut t, &mut a, '5', 40, |_| false);
        press(&mut t, &mut a, '#', 40, |_| false);
        quiet(&mut t, &mut a, 400);
        let (heard, _) = tones(&b, codec);
        assert_eq!(heard, "55#", "{codec:?}");
        // The call is told as well, once each.
        assert_eq!(keys(&mut a), "55#");
    }
}

#[test]
fn a_held_key_sounds_as_long_and_stops_when_its_end_is_lost() {
    let mut t = Turned::new();
    let mut a = Phone::new(&t.pool, Codec::Pcmu);
    let b = Phone::with(&t.pool, Codec::Pcmu, Some(a.leg), |p| p.dtmf = None);
    t.bridge(&a, &b);
    for lost in [false, true] {
        press(&mut t, &mut a, '9', 600, |i| lost && i >= 30);
        quiet(&mut t, &mut a, 400);
        let (heard, pcm) = tones(&b, Codec::Pcmu);
        assert_eq!(heard, "9");
        let loud = pcm.chunks(160).filter(|f| f.iter().any(|s| *s > 4000));
        let ms = 20 * loud.count();
        assert!((580..=700).contains(&ms), "{ms} ms of tone");
    }
    // Who speaks while the key sounds is not heard in between: that would tear the tone.
    let key = EventSender::new(Key::ZERO, a.header.timestamp, 8000, 1600);
    for packet in key {
        let audio = a.header.payload_type;
        a.header.payload_type = 101;
        let now = a.header.timestamp;
        a.header.timestamp = packet.timestamp;
        a.speak(&packet.payload, 0);
        a.header.payload_type = audio;
        a.header.timestamp = now;
        a.speak(&[0x80; 160], 160);
        t.run(20);
    }
    t.run(100);
    let torn = all(&b).into_iter().filter(|p| p.1 == [0x80; 160]).count();
    assert_eq!(torn, 0);
    // The partner's voice comes through again, unchanged.
    a.speak(&[0x37; 160], 160);
    t.run(20);
    assert_eq!(all(&b).last().unwrap().1, [0x37; 160]);
}
