//! Two legs that hear each other.

use super::*;
use crate::ids::Key;

fn bridged(pool: &MediaPool, a: Codec, b: Codec) -> (Phone, Phone) {
    let a = Phone::new(pool, a);
    let b = Phone::with(pool, b, Some(a.leg), |_| {});
    bridge(&a, &b);
    (a, b)
}

fn bridge(a: &Phone, b: &Phone) {
    let (first, second) = (a.leg, b.leg);
    a.media.command(MediaCommand::Bridge {
        a: first,
        b: second,
    });
    // Commands of different legs have no order: wait until this one is done.
    std::thread::sleep(Duration::from_millis(30));
}

fn payload(i: u8) -> Vec<u8> {
    (0..160).map(|b| i.wrapping_mul(31) ^ b).collect()
}

/// `from` says `n` packets, and `to` hears each of them, byte by byte, in our numbers.
fn says(from: &mut Phone, to: &Phone, n: u8) -> Vec<RtpHeader> {
    (0..n)
        .map(|i| {
            from.speak(&payload(i), 160);
            let (header, heard) = to.hear();
            assert_eq!(heard, payload(i), "packet {i}");
            header
        })
        .collect()
}

#[test]
fn each_hears_the_other_unchanged() {
    let pool = pool();
    let (mut a, mut b) = bridged(&pool, Codec::Pcmu, Codec::Pcmu);
    let at_b = says(&mut a, &b, 20);
    says(&mut b, &a, 20);
    assert!(at_b.iter().all(|h| h.ssrc != a.header.ssrc));
    assert!(at_b[0].marker && !at_b[1].marker);
    for (x, y) in at_b.iter().zip(&at_b[1..]) {
        assert_eq!(y.sequence, x.sequence.wrapping_add(1));
        assert_eq!(y.timestamp, x.timestamp.wrapping_add(160));
    }
    // What is lost on the way in is seen to be lost on the way out.
    let last = at_b.last().unwrap();
    a.header.sequence = a.header.sequence.wrapping_add(3);
    a.header.timestamp = a.header.timestamp.wrapping_add(480);
    let after = says(&mut a, &b, 1)[0];
    assert_eq!(after.sequence, last.sequence.wrapping_add(4));
    assert_eq!(after.timestamp, last.timestamp.wrapping_add(640));
    pool.stop();
}

#[test]
fn a_key_is_passed_on_and_told() {
    let pool = pool();
    let mut a = Phone::new(&pool, Codec::Pcmu);
    let b = Phone::with(&pool, Codec::Pcmu, Some(a.leg), |p| {
        let dtmf = p.dtmf.as_mut().unwrap();
        (dtmf.send_payload_type, dtmf.recv_payload_type) = (96, 97);
        dtmf.clock_rate = 48_000;
    });
    bridge(&a, &b);
    says(&mut a, &b, 3);
    let audio = a.header;
    a.header.payload_type = 101;
    for (i, end) in [(1u16, 0), (2, 0), (2, 0x80)] {
        let d = (160 * i).to_be_bytes();
        a.speak(&[5, end | 10, d[0], d[1]], 0);
        let (header, heard) = b.hear();
        assert_eq!(header.payload_type, 96);
        let scaled = (960 * i).to_be_bytes();
        assert_eq!(heard, [5, end | 10, scaled[0], scaled[1]]);
    }
    a.header.payload_type = audio.payload_type;
    assert!(matches!(
        a.event(),
        Some(MediaEvent::Key { key, .. }) if Some(key) == Key::from_char('5')
    ));
    assert!(a.no_event(20));
    pool.stop();
}

#[test]
fn a_prompt_is_heard_in_place_of_the_partner_until_it_ends() {
    let pool = pool();
    let (mut a, b) = bridged(&pool, Codec::Pcmu, Codec::Pcmu);
    let before = *says(&mut a, &b, 3).last().unwrap();
    let prompt = prompt(700.0, 100);
    b.play(4, vec![prompt.clone()], false);
    // What came before the command is still the partner's.
    std::thread::sleep(Duration::from_millis(10));
    let encoded = prompt.encoded(Codec::Pcmu).unwrap();
    let mut last = before;
    for i in 0..encoded.len() {
        a.speak(&payload(200), 160);
        let (header, heard) = b.hear();
        assert_eq!(heard, encoded.packet(i).unwrap());
        assert_eq!(header.sequence, last.sequence.wrapping_add(1));
        assert_eq!(header.marker, i == 0);
        last = header;
    }
    std::thread::sleep(Duration::from_millis(50));
    let after = says(&mut a, &b, 2);
    assert_eq!(after[0].sequence, last.sequence.wrapping_add(1));
    assert!(after[0].marker);
    pool.stop();
}

#[test]
fn parted_legs_and_held_ones_hear_nothing() {
    let pool = pool();
    let (mut a, mut b) = bridged(&pool, Codec::Pcmu, Codec::Pcmu);
    says(&mut a, &b, 2);
    // b is held: it gets nothing, and is heard no more than its direction says.
    let mut held = plan(b.at(), Codec::Pcmu);
    held.direction = Direction::RecvOnly;
    b.media.command(MediaCommand::Apply {
        leg: b.leg,
        plan: held,
    });
    std::thread::sleep(Duration::from_millis(30));
    a.speak(&payload(1), 160);
    assert!(b.hears_nothing(50));
    says(&mut b, &a, 2);
    b.media.command(MediaCommand::Apply {
        leg: b.leg,
        plan: plan(b.at(), Codec::Pcmu),
    });
    std::thread::sleep(Duration::from_millis(30));
    says(&mut a, &b, 2);
    b.media.command(MediaCommand::Unbridge { leg: b.leg });
    std::thread::sleep(Duration::from_millis(30));
    a.speak(&payload(1), 160);
    b.speak(&payload(1), 160);
    assert!(b.hears_nothing(50) && a.hears_nothing(50));
    pool.stop();
}

#[test]
fn legs_of_two_threads_are_brought_together() {
    let pool = pool_with(|c| c.threads = 2);
    let mut a = Phone::new(&pool, Codec::Pcmu);
    let mut b = Phone::new(&pool, Codec::Pcmu);
    assert_ne!(
        a.media.control.shard.load(Ordering::Relaxed),
        b.media.control.shard.load(Ordering::Relaxed)
    );
    b.play(1, vec![prompt(700.0, 3000)], true);
    b.hear();
    bridge(&a, &b);
    b.socket.set_nonblocking(true).unwrap();
    while b.socket.recv(&mut [0; 2000]).is_ok() {}
    b.socket.set_nonblocking(false).unwrap();
    says(&mut a, &b, 10);
    says(&mut b, &a, 10);
    // It is reached where it is now.
    let prompt = prompt(900.0, 40);
    b.play(2, vec![prompt.clone()], false);
    assert_eq!(
        b.hear().1,
        prompt.encoded(Codec::Pcmu).unwrap().packet(0).unwrap()
    );
    assert!(matches!(
        b.event(),
        Some(MediaEvent::Played {
            token: PlayToken(2),
            ..
        })
    ));
    assert_eq!(pool.stats().legs, 2);
    pool.stop();
}
