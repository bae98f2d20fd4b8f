//! Copies of what arrives, for a recording that is made elsewhere.

use std::sync::atomic::AtomicU64;

use super::*;
use crate::media::tap::{Side, Tap, Tapped};

/// Two who are relayed without being decoded, the first one tapped.
fn tapped(pool: &MediaPool, room: usize) -> (Phone, Phone, mpsc::Receiver<Tapped>, Arc<AtomicU64>) {
    let a = Phone::new(pool, Codec::Pcmu);
    let b = Phone::with(pool, Codec::Pcmu, Some(a.leg), |_| {});
    a.media.command(MediaCommand::Bridge { a: a.leg, b: b.leg });
    let (sink, copies) = mpsc::channel(room);
    let lost = Arc::new(AtomicU64::new(0));
    let tap = Tap {
        side: Side::Caller,
        sink,
        lost: Arc::clone(&lost),
    };
    let leg = a.leg;
    a.media.command(MediaCommand::Tap {
        leg,
        tap: Some(tap),
    });
    std::thread::sleep(Duration::from_millis(30));
    (a, b, copies, lost)
}

fn says(from: &mut Phone, to: &Phone, n: u8) {
    for i in 0..n {
        let payload = vec![i; 160];
        from.speak(&payload, 160);
        assert_eq!(to.hear().1, payload, "packet {i}");
    }
}

#[test]
fn each_packet_is_copied_and_relayed_as_before() {
    let pool = pool();
    let (mut a, mut b, mut copies, lost) = tapped(&pool, 100);
    says(&mut a, &b, 20);
    says(&mut b, &a, 5);
    // A key has a place among the packets, and no digit.
    a.header.payload_type = 101;
    a.speak(&[5, 10, 0, 160], 0);
    b.hear();
    let leg = a.leg;
    a.media.command(MediaCommand::Tap { leg, tap: None });
    std::thread::sleep(Duration::from_millis(30));
    a.header.payload_type = 0;
    says(&mut a, &b, 3);
    let mut heard = Vec::new();
    while let Some(copy) = copies.blocking_recv() {
        heard.push(copy);
    }
    assert_eq!(heard.len(), 21);
    let (key, audio) = heard.split_last().unwrap();
    assert_eq!((key.codec, key.payload.len()), (None, 0));
    for (i, copy) in audio.iter().enumerate() {
        assert_eq!(copy.payload, vec![i as u8; 160]);
        assert_eq!((copy.leg, copy.codec), (leg, Some(Codec::Pcmu)));
    }
    assert!(audio.windows(2).all(|w| w[0].ms <= w[1].ms));
    assert_eq!(lost.load(Ordering::Relaxed), 0);
    pool.stop();
}

#[test]
fn a_writer_that_does_not_read_costs_copies_and_nothing_else() {
    let pool = pool();
    let (mut a, b, copies, lost) = tapped(&pool, 4);
    says(&mut a, &b, 20);
    // The copy is made once the packet is on its way.
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(lost.load(Ordering::Relaxed), 16);
    drop(copies);
    says(&mut a, &b, 5);
    pool.stop();
}
