use super::*;
use crate::media::rtp::RtpHeader;
use crate::now::Mono;

fn packet(sequence: u16, timestamp: u32) -> RtpHeader {
    RtpHeader {
        sequence,
        timestamp,
        ssrc: 9,
        ..RtpHeader::default()
    }
}

const AUDIO: Option<u32> = Some(8000);

/// Feeds `(sequence, arrival ms)` with timestamps that follow the sequence.
fn feed(stats: &mut ReceiverStats, packets: &[(u16, u64)]) -> Vec<Arrival> {
    packets
        .iter()
        .map(|&(s, ms)| stats.receive(&packet(s, u32::from(s) * 160), AUDIO, Mono::from_millis(ms)))
        .collect()
}

#[test]
fn reports_go_both_ways() {
    let info = SenderInfo {
        ntp: 0x0102_0304_0506_0708,
        rtp_timestamp: 99,
        packets: 3,
        octets: 480,
    };
    let block = ReportBlock {
        ssrc: 77,
        fraction_lost: 128,
        lost: -5,
        highest_sequence: 0x0001_0002,
        jitter: 12,
        last_sender_report: 0xaabb_ccdd,
        delay_since_last: 65_536,
    };
    for cname in ["", "a", "abc@zeroline", &"x".repeat(300)] {
        let mut out = Vec::new();
        write_bye(5, Some(&info), Some(&block), cname, &mut out);
        assert_eq!(out.len() % 4, 0);
        let packets: Vec<_> = Compound::parse(&out).collect();
        assert_eq!(packets.len(), 3, "{cname}");
        let Packet::SenderReport {
            ssrc,
            info: i,
            mut blocks,
        } = packets[0]
        else {
            panic!("{packets:?}");
        };
        assert_eq!((ssrc, i, blocks.next()), (5, info, Some(block)));
        assert_eq!(blocks.next(), None);
        assert_eq!(packets[1], Packet::Description);
        assert_eq!(packets[2], Packet::Bye { ssrc: 5 });
    }
    let mut out = Vec::new();
    write_report(5, None, None, "a", &mut out);
    let first = Compound::parse(&out).next();
    assert!(
        matches!(first, Some(Packet::ReceiverReport { ssrc: 5, blocks }) if blocks.count() == 0)
    );
}

#[test]
fn a_description_is_what_rfc_3550_section_6_5_shows() {
    let mut out = Vec::new();
    write_report(0x0a0b_0c0d, None, None, "ab", &mut out);
    // RR of 8 bytes; SDES with one chunk: SSRC, item of 4 bytes, four zeros to end the list.
    assert_eq!(
        out[8..],
        [
            0x81, 202, 0, 3, 10, 11, 12, 13, 1, 2, b'a', b'b', 0, 0, 0, 0
        ]
    );
}

#[test]
fn what_is_cut_short_ends_the_reading() {
    let mut out = Vec::new();
    write_bye(
        5,
        Some(&SenderInfo::default()),
        Some(&ReportBlock::default()),
        "x",
        &mut out,
    );
    for cut in 0..out.len() {
        assert!(Compound::parse(&out[..cut]).count() < 3);
    }
    // A report that counts more blocks than there are.
    out[0] = 0x9f;
    assert_eq!(Compound::parse(&out).count(), 0);
}

#[test]
fn loss_is_counted_per_interval_and_in_all() {
    let mut stats = ReceiverStats::new(8000);
    assert_eq!(stats.report(Mono::ZERO), None);
    let packets: Vec<_> = (0..100u16)
        .filter(|s| s % 4 != 1)
        .map(|s| (s.wrapping_add(65_500), u64::from(s) * 20))
        .collect();
    feed(&mut stats, &packets);
    let block = stats.report(Mono::ZERO).unwrap();
    assert_eq!((block.lost, block.fraction_lost), (25, 64));
    assert_eq!(block.highest_sequence, 65_599);
    assert_eq!((stats.received(), stats.lost()), (75, 25));
    // Nothing lost since: the fraction is of the interval only.
    feed(&mut stats, &[(64, 2000), (65, 2020)]);
    let block = stats.report(Mono::ZERO).unwrap();
    assert_eq!((block.lost, block.fraction_lost), (25, 0));
}

#[test]
fn order_duplicates_jumps_and_restarts() {
    use Arrival::*;
    let mut stats = ReceiverStats::new(8000);
    let seen = feed(
        &mut stats,
        &[
            (10, 0),
            (12, 0),
            (11, 0),
            (12, 0),
            (30_000, 0),
            (13, 0),
            (500, 0),
            (40_000, 0),
            (40_001, 0),
        ],
    );
    assert_eq!(
        seen,
        [
            First, InOrder, Late, Late, Jump, InOrder, InOrder, Jump, Restarted
        ]
    );
    let mut other = packet(7, 0);
    other.ssrc = 10;
    assert_eq!(stats.receive(&other, AUDIO, Mono::ZERO), First);
    assert_eq!(stats.ssrc(), Some(10));
    // 10..=500 expected, 6 came (one twice); then one of 40001, one of the new stream.
    assert_eq!((stats.received(), stats.lost()), (8, 485));
}

#[test]
fn jitter_follows_the_arrivals() {
    let mut stats = ReceiverStats::new(8000);
    let even: Vec<_> = (0..200u16).map(|s| (s, u64::from(s) * 20)).collect();
    feed(&mut stats, &even);
    assert!(stats.jitter_ms() < 0.01);
    // Every second packet 10 ms late: differences of 10 ms.
    let mut stats = ReceiverStats::new(8000);
    let uneven: Vec<_> = (0..500u16)
        .map(|s| (s, u64::from(s) * 20 + u64::from(s % 2) * 10))
        .collect();
    feed(&mut stats, &uneven);
    assert!(
        (9.0..11.0).contains(&stats.jitter_ms()),
        "{}",
        stats.jitter_ms()
    );
    // A packet that comes twice does not count.
    let before = stats.jitter_ms();
    for ms in [10_000, 10_200, 10_400] {
        stats.receive(&packet(499, 499 * 160), AUDIO, Mono::from_millis(ms));
    }
    assert!((stats.jitter_ms() - before).abs() < 0.01);
}

/// 20 ms of audio with this number.
fn voice(stats: &mut ReceiverStats, n: u32) {
    let header = packet(n as u16, n * 160);
    stats.receive(&header, AUDIO, Mono::from_millis(u64::from(n) * 20));
}

#[test]
fn a_held_key_beside_the_voice_is_no_jitter() {
    let mut stats = ReceiverStats::new(8000);
    for n in 0..500u32 {
        voice(&mut stats, 2 * n);
        // Its timestamp is that of its beginning, however long it is held.
        let event = packet(2 * n as u16 + 1, 80_000);
        let at = Mono::from_millis(u64::from(n) * 40 + 20);
        stats.receive(&event, None, at);
    }
    assert_eq!((stats.received(), stats.lost()), (1000, 0));
    assert!(stats.jitter_ms() < 0.01, "{}", stats.jitter_ms());
}

#[test]
fn a_clock_that_stood_still_or_begins_anew_is_no_jitter() {
    let mut stats = ReceiverStats::new(8000);
    (0..100).for_each(|n| voice(&mut stats, n));
    // One second of silence, of which the timestamps know nothing: the first one says so.
    let mut again = packet(100, 100 * 160);
    again.marker = true;
    stats.receive(&again, AUDIO, Mono::from_millis(3000));
    assert!(stats.jitter_ms() < 0.01, "{}", stats.jitter_ms());
    let at = |n: u32| Mono::from_millis(3000 + u64::from(n - 100) * 20);
    for n in 101..200u32 {
        stats.receive(&packet(n as u16, n * 160), AUDIO, at(n));
    }
    // Anywhere else, and nobody says so.
    for n in 200..300u32 {
        let header = packet(n as u16, 0x9000_0000 + n * 160);
        stats.receive(&header, AUDIO, at(n));
        assert!(stats.jitter_ms() < 0.01, "{}", stats.jitter_ms());
    }
    assert!(stats.jitter_ms() < 0.01, "{}", stats.jitter_ms());
    // Another clock: what was counted on the old one does not count on this one.
    for n in 300..400u32 {
        let header = packet(n as u16, n * 960);
        stats.receive(&header, Some(48_000), at(n));
    }
    assert!(stats.jitter_ms() < 0.01, "{}", stats.jitter_ms());
    // What does come unevenly is told all the same.
    for n in 400..500u32 {
        let late = Mono::from_millis(3000 + u64::from(n - 100) * 20 + u64::from(n % 2) * 10);
        stats.receive(&packet(n as u16, n * 960), Some(48_000), late);
    }
    assert!(stats.jitter_ms() > 8.0, "{}", stats.jitter_ms());
}

#[test]
fn a_round_trip_is_measured_through_the_peer() {
    // We report at 1 s; it takes 30 ms; the peer answers 2 s later; 50 ms back.
    let start = 1_795_000_001_000;
    let sent = ntp(Wall::from_unix_millis(start));
    let mut peer = ReceiverStats::new(8000);
    peer.receive(&packet(1, 0), AUDIO, Mono::ZERO);
    let info = SenderInfo {
        ntp: sent,
        ..SenderInfo::default()
    };
    peer.sender_report(9, &info, Mono::from_millis(1030));
    let block = peer.report(Mono::from_millis(3030)).unwrap();
    let back = ntp(Wall::from_unix_millis(start + 2080));
    let trip = round_trip(back, &block).unwrap();
    assert!((79..=81).contains(&trip.as_millis()), "{trip:?}");
    assert_eq!(round_trip(back, &ReportBlock::default()), None);
    // Answered before it was asked.
    assert_eq!(round_trip(sent - (10 << 32), &block), None);
    // A stranger's report does not count.
    peer.sender_report(8, &SenderInfo::default(), Mono::from_millis(9000));
    assert_eq!(
        peer.report(Mono::from_millis(3030))
            .unwrap()
            .last_sender_report,
        block.last_sender_report
    );
}

#[test]
fn ntp_time_is_seconds_since_1900() {
    // RFC 868's example: 2,208,988,800 is midnight of 1970-01-01.
    assert_eq!(ntp(Wall::from_unix_millis(0)) >> 32, 2_208_988_800);
    assert_eq!(ntp(Wall::from_unix_millis(500)) & 0xffff_ffff, 1 << 31);
}

#[test]
fn intervals_are_spread() {
    let (low, high) = (report_interval(false, 0), report_interval(false, u32::MAX));
    assert!((2.04..2.06).contains(&low.as_secs_f64()), "{low:?}");
    assert!((6.15..6.17).contains(&high.as_secs_f64()), "{high:?}");
    assert!(report_interval(true, u32::MAX) < high);
}

#[test]
fn any_bytes() {
    bolero::check!()
        .with_iterations(20_000)
        .for_each(|bytes: &[u8]| {
            for packet in Compound::parse(bytes) {
                match packet {
                    Packet::SenderReport { blocks, .. } | Packet::ReceiverReport { blocks, .. } => {
                        assert!(blocks.count() <= 31);
                    }
                    Packet::Description | Packet::Bye { .. } | Packet::Other { .. } => {}
                }
            }
        });
}

#[test]
fn any_packets() {
    bolero::check!()
        .with_type::<Vec<(u16, u32, u32, u32)>>()
        .with_iterations(2_000)
        .for_each(|packets| {
            let mut stats = ReceiverStats::new(48_000);
            for &(sequence, timestamp, ssrc, at) in packets {
                let header = RtpHeader {
                    sequence,
                    timestamp,
                    ssrc: ssrc % 2,
                    ..RtpHeader::default()
                };
                let rate = [None, AUDIO, Some(48_000)][at as usize % 3];
                stats.receive(&header, rate, Mono::from_millis(u64::from(at)));
                let _ = stats.report(Mono::ZERO);
                let _ = (stats.lost(), stats.jitter_ms());
            }
        });
}
