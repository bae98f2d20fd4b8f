//! A thread that gets no time, under a clock of our own.

use super::turned::{Turned, all};
use super::*;

#[test]
fn a_starved_thread_does_not_make_up_for_everything() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    let prompt = prompt(700.0, 2000);
    phone.play(1, vec![prompt.clone()], false);
    for _ in 0..100 {
        t.turn(1);
    }
    let before = all(&phone);
    assert_eq!(before.len(), 5);
    t.turn(1000);
    let burst = all(&phone);
    assert!((3..=4).contains(&burst.len()), "{} at once", burst.len());
    // Nothing of the prompt is left out, and the pause is in the timestamps.
    let encoded = prompt.encoded(Codec::Pcmu).unwrap();
    assert_eq!(burst[0].1, encoded.packet(5).unwrap());
    let gap = burst[0].0.timestamp.wrapping_sub(before[4].0.timestamp);
    assert!((900 * 8..=1020 * 8).contains(&gap), "{gap}");
    assert_eq!(burst[0].0.sequence, before[4].0.sequence.wrapping_add(1));
    let stats = t.pool.stats();
    assert_eq!((stats.late_ticks, stats.skipped_ms), (1, 940));
}

#[test]
fn a_partner_of_another_codec_is_not_flooded_after_a_standstill() {
    let mut t = Turned::new();
    let mut a = Phone::new(&t.pool, Codec::Pcmu);
    let b = Phone::with(&t.pool, Codec::Pcma, Some(a.leg), |_| {});
    t.bridge(&a, &b);
    t.say(&mut a, Codec::Pcmu, &tone(500.0, 400, 8000));
    let before = all(&b);
    assert!(before.len() >= 19, "{}", before.len());
    t.turn(1000);
    let burst = all(&b);
    assert!(burst.len() <= 7, "{} at once", burst.len());
    t.say(&mut a, Codec::Pcmu, &tone(500.0, 400, 8000));
    let packets: Vec<_> = [before, burst, all(&b)].concat();
    for pair in packets.windows(2) {
        let step = pair[1].0.timestamp.wrapping_sub(pair[0].0.timestamp);
        assert!((160..=8400).contains(&step), "a step of {step}");
        assert_eq!(pair[1].0.sequence, pair[0].0.sequence.wrapping_add(1));
    }
}

#[test]
fn a_late_turn_is_made_up_for_with_the_right_timestamps() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    phone.play(1, vec![prompt(700.0, 2000)], false);
    for ms in [1, 7, 40, 3, 59, 1, 20, 60, 9, 50] {
        t.turn(ms);
    }
    let heard = all(&phone);
    assert_eq!(heard.len(), 13); // 250 ms
    for pair in heard.windows(2) {
        let step = pair[1].0.timestamp.wrapping_sub(pair[0].0.timestamp);
        assert_eq!(step, 160);
    }
    assert_eq!(t.pool.stats().late_ticks, 0);
}

#[test]
fn ten_seconds_without_an_owner_end_a_leg() {
    let mut t = Turned::new();
    let phone = Phone::new(&t.pool, Codec::Pcmu);
    t.turn(1);
    drop(phone.events);
    for _ in 0..180 {
        t.turn(50);
    }
    assert_eq!(t.pool.stats().legs, 1); // 9 s
    for _ in 0..60 {
        t.turn(50);
    }
    assert_eq!(t.pool.stats().legs, 0);
}

#[test]
fn a_leg_is_small() {
    // Beside it: the plan, some 300 bytes, and its entry in the directory.
    assert!(size_of::<Seat>() <= 1536, "{} bytes", size_of::<Seat>());
}
