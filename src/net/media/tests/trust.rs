//! Strangers, closing, failing.

use super::*;
use crate::ids::Key;

#[test]
fn a_stranger_can_neither_inject_nor_divert() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    let mut stranger = Phone::new(&pool, Codec::Pcmu);
    phone.play(1, vec![prompt(700.0, 5000)], true);
    phone.hear();
    stranger.there = phone.there;
    stranger.header.payload_type = 101;
    // Before the lock and after it.
    stranger.speak(&[0, 10, 0, 160], 160);
    phone.speak(&[0xff; 160], 160);
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(
        phone.events.try_recv(),
        Ok(MediaEvent::Latched {
            leg: phone.leg,
            source: phone.at()
        })
    );
    for _ in 0..20 {
        stranger.speak(&[0, 10, 0, 160], 160);
    }
    assert!(phone.no_event(50));
    assert!(stranger.hears_nothing(50));
    phone.hear();
    let (leg, media) = (phone.leg, phone.media.clone());
    media.command(MediaCommand::Close { leg });
    match phone.event() {
        Some(MediaEvent::Closed { stats, .. }) => {
            assert_eq!(stats.received, 1);
            assert_eq!(stats.strangers, 1);
            assert!(stats.sent > 1);
        }
        other => panic!("{other:?}"),
    }
    pool.stop();
}

#[test]
fn a_stranger_who_is_quicker_than_the_phone_loses_the_stream_to_it() {
    let mut t = turned::Turned::new();
    let mut phone = Phone::new(&t.pool, Codec::Pcmu);
    let mut partner = Phone::with(&t.pool, Codec::Pcmu, Some(phone.leg), |_| {});
    let mut stranger = Phone::new(&t.pool, Codec::Pcmu);
    stranger.there = phone.there;
    t.bridge(&phone, &partner);
    // The port is flooded before the phone has said a word.
    for _ in 0..20 {
        stranger.speak(&[9; 160], 160);
        t.run(2);
    }
    turned::all(&partner);
    for i in 0..50u8 {
        phone.speak(&[i; 160], 160);
        stranger.speak(&[0xee; 160], 160);
        partner.speak(&[0x55; 160], 160);
        t.run(20);
        let heard: Vec<Vec<u8>> = turned::all(&partner).into_iter().map(|p| p.1).collect();
        assert_eq!(heard, [vec![i; 160]], "packet {i}");
        assert_eq!(turned::all(&phone).len(), 1);
        let diverted = turned::all(&stranger).len();
        assert!(diverted == 0 || i == 0, "packet {i} went to the stranger");
    }
}

#[test]
fn strangers_during_the_latching_leave_no_trace() {
    let mut t = turned::Turned::new();
    // Behind NAT: the address that it names is not the one that it speaks from.
    let mut phone = Phone::with(&t.pool, Codec::Pcmu, None, |p| {
        p.remote_rtp = Some("127.0.0.9:9".parse().unwrap());
    });
    let mut partner = Phone::with(&t.pool, Codec::Pcmu, Some(phone.leg), |_| {});
    t.bridge(&phone, &partner);
    let mut strangers: Vec<Phone> = (0..6).map(|_| Phone::new(&t.pool, Codec::Pcmu)).collect();
    for (i, stranger) in strangers.iter_mut().enumerate() {
        stranger.there = phone.there;
        // Keys, from sources of one packet each.
        stranger.header.payload_type = 101;
        stranger.speak(&[0, 0x8a, 3, 32], 160);
        phone.speak(&[i as u8; 160], 160);
        t.run(20);
    }
    for i in 6..20u8 {
        phone.speak(&[i; 160], 160);
        for stranger in &mut strangers {
            stranger.speak(&[0, 0x8a, 3, 32], 160);
        }
        partner.speak(&[0x55; 160], 160);
        t.run(20);
    }
    let heard: Vec<u8> = turned::all(&partner).iter().map(|p| p.1[0]).collect();
    assert_eq!(heard, (2..20).collect::<Vec<u8>>());
    let events: Vec<_> = std::iter::from_fn(|| phone.events.try_recv().ok()).collect();
    let source = phone.at();
    let leg = phone.leg;
    assert_eq!(events, [MediaEvent::Latched { leg, source }]);
    assert!(strangers.iter().all(|s| turned::all(s).is_empty()));
    assert_eq!(turned::all(&phone).len(), 14);
}

#[test]
fn the_source_may_differ_from_what_was_negotiated() {
    let pool = pool();
    // A phone behind NAT: it names another address, and is answered where it speaks.
    let mut phone = Phone::with(&pool, Codec::Pcmu, None, |p| {
        p.remote_rtp = Some("127.0.0.9:9".parse().unwrap());
    });
    for _ in 0..3 {
        phone.speak(&[0xff; 160], 160);
    }
    phone.play(1, vec![prompt(700.0, 200)], true);
    phone.hear();
    pool.stop();
}

#[test]
fn a_peer_that_stops_listening_for_a_while_is_still_there() {
    let pool = pool();
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    phone.speak(&[0xff; 160], 160);
    phone.play(1, vec![prompt(700.0, 200)], true);
    phone.hear();
    let at = phone.at();
    // Its port closes: ICMP errors come. Then it opens again.
    phone.socket = UdpSocket::bind((HERE, 0)).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    phone.socket = UdpSocket::bind(at).unwrap();
    phone
        .socket
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    phone.hear();
    let zero = [0, 10, 0, 160];
    phone.header.payload_type = 101;
    phone.speak(&zero, 0);
    assert!(matches!(
        phone.event(),
        Some(MediaEvent::Key { key: Key::ZERO, .. })
    ));
    pool.stop();
}

#[test]
fn ports_rest_and_their_end_is_told() {
    let pool = pool_with(|c| {
        c.ports = 21_360..=21_363;
        c.quarantine = Duration::from_millis(500);
    });
    let mut a = Phone::new(&pool, Codec::Pcmu);
    let _b = Phone::new(&pool, Codec::Pcmu);
    let (tx, _rx) = mpsc::channel(8);
    let third = || pool.open(LegId(9_999_999), HERE, None, tx.clone());
    assert!(matches!(third(), Err(OpenError::NoPorts)));
    a.media.command(MediaCommand::Close { leg: a.leg });
    assert!(matches!(a.event(), Some(MediaEvent::Closed { .. })));
    assert!(matches!(third(), Err(OpenError::NoPorts)));
    std::thread::sleep(Duration::from_millis(550));
    let opened = third().unwrap();
    assert_eq!(opened.rtp, a.there);
    assert_eq!(opened.rtcp.port(), opened.rtp.port() + 1);
    assert!(matches!(third(), Err(OpenError::Exists(_))));
    let elsewhere = "192.0.2.7".parse().unwrap();
    let open = pool.open(LegId(9_999_998), elsewhere, None, tx.clone());
    assert!(matches!(open, Err(OpenError::Io(_))));
    pool.stop();
    assert!(matches!(third(), Err(OpenError::Busy)));
}

#[test]
fn silence_is_told_once() {
    let pool = pool_with(|c| c.silent_after = Duration::from_millis(200));
    let mut phone = Phone::new(&pool, Codec::Pcmu);
    for _ in 0..2 {
        assert!(matches!(
            phone.event(),
            Some(MediaEvent::RtpSilent { since, .. }) if since >= Duration::from_millis(200)
        ));
        assert!(phone.no_event(600));
        phone.speak(&[0xff; 160], 160);
        assert!(matches!(phone.event(), Some(MediaEvent::RtpBack { .. })));
    }
    pool.stop();
}

#[test]
fn one_leg_that_fails_takes_nobody_with_it() {
    let pool = pool();
    let mut bad = Phone::new(&pool, Codec::Pcmu);
    let good = Phone::new(&pool, Codec::Pcmu);
    good.play(1, vec![prompt(700.0, 200)], true);
    bad.play(1, vec![prompt(700.0, 200)], true);
    bad.hear();
    pool.common.order(0, Order::Trip(bad.leg));
    assert!(matches!(bad.event(), Some(MediaEvent::Closed { .. })));
    for _ in 0..10 {
        good.hear();
    }
    let stats = pool.stats();
    assert_eq!((stats.panics, stats.legs), (1, 1));
    assert!(pool.leg(bad.leg).is_none());
    pool.stop();
}

#[test]
fn reports_are_sent_and_name_nobody() {
    use crate::media::rtcp::{Compound, Packet};
    let pool = pool();
    let rtcp = UdpSocket::bind((HERE, 0)).unwrap();
    rtcp.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
    let mut phone = Phone::with(&pool, Codec::Pcmu, None, |p| {
        p.remote_rtcp = Some(rtcp.local_addr().unwrap());
    });
    phone.play(1, vec![prompt(700.0, 200)], true);
    phone.speak(&[0xff; 160], 160);
    let mut buf = [0; 1500];
    let (len, from) = rtcp.recv_from(&mut buf).unwrap();
    assert_eq!(from.port(), phone.there.port() + 1);
    let packets: Vec<_> = Compound::parse(&buf[..len]).collect();
    match packets.as_slice() {
        [
            Packet::SenderReport { info, blocks, .. },
            Packet::Description,
        ] => {
            assert!(info.packets > 10 && info.octets == 160 * info.packets);
            let blocks: Vec<_> = blocks.collect();
            assert_eq!(blocks.len(), 1);
            assert_eq!(blocks[0].ssrc, phone.header.ssrc);
        }
        other => panic!("{other:?}"),
    }
    pool.stop();
}
