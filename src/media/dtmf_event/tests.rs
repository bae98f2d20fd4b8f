use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;

/// A packet on the wire.
#[derive(Clone, Copy, Debug)]
struct Wire {
    header: RtpHeader,
    payload: [u8; 4],
}

/// Presses as a phone sends them: `(key, gap before it, hold)` in 20 ms steps.
fn phone(presses: &[(Key, u32, u32)], clock: u32, mut sequence: u16, mut now: u32) -> Vec<Wire> {
    let mut wire = Vec::new();
    let step = clock / 50;
    for &(key, gap, hold) in presses {
        now = now.wrapping_add(gap * step);
        sequence = sequence.wrapping_add(gap as u16);
        for p in EventSender::new(key, now, clock, hold * step) {
            wire.push(Wire {
                header: RtpHeader {
                    payload_type: 101,
                    marker: p.marker,
                    sequence,
                    timestamp: p.timestamp,
                    ssrc: 5,
                },
                payload: p.payload,
            });
            sequence = sequence.wrapping_add(1);
        }
        now = now.wrapping_add((hold.max(2) + 3) * step);
    }
    wire
}

fn keys(clock: u32, wire: impl IntoIterator<Item = Wire>) -> String {
    let mut r = EventReceiver::new(clock);
    wire.into_iter()
        .filter_map(|w| r.receive(&w.header, &w.payload))
        .map(Key::as_char)
        .collect()
}

fn key(c: char) -> Key {
    Key::from_char(c).unwrap()
}

#[test]
fn a_press_is_told_once_at_its_first_packet() {
    let wire = phone(&[(key('5'), 0, 5)], 8000, 100, 4000);
    assert_eq!(wire.len(), 5 + 3);
    let mut r = EventReceiver::new(8000);
    assert_eq!(r.receive(&wire[0].header, &wire[0].payload), Some(key('5')));
    assert_eq!(keys(8000, wire), "5");
}

#[test]
fn any_single_packet_of_a_press_is_enough() {
    let wire = phone(
        &[(key('0'), 0, 5), (key('0'), 5, 5)],
        8000,
        65530,
        u32::MAX - 100,
    );
    for first in 0..8 {
        for second in 8..16 {
            assert_eq!(
                keys(8000, [wire[first], wire[second]]),
                "00",
                "{first} {second}"
            );
        }
    }
}

#[test]
fn the_same_key_twice_is_two_presses() {
    let wire = phone(&[(key('2'), 0, 2), (key('2'), 2, 2)], 8000, 0, 0);
    assert_eq!(keys(8000, wire), "22");
}

#[test]
fn a_key_held_for_a_minute_is_one_press() {
    for clock in [8000, 48000] {
        let wire = phone(&[(key('#'), 0, 50 * 60), (key('#'), 2, 3)], clock, 0, 77);
        assert_eq!(keys(clock, wire.iter().copied()), "##");
        // Every second packet lost: segments still join.
        assert_eq!(keys(clock, wire.into_iter().step_by(2)), "##");
    }
}

#[test]
fn a_duration_that_stays_at_its_maximum_is_one_press() {
    // A sender without segments: the duration stops at its maximum.
    let mut r = EventReceiver::new(8000);
    let mut told = 0;
    for i in 0..1000u16 {
        let header = RtpHeader {
            sequence: i,
            marker: i == 0,
            timestamp: 9,
            ..RtpHeader::default()
        };
        let payload = EventPayload {
            event: 1,
            end: i > 996,
            volume: 10,
            duration: i.saturating_mul(160),
        };
        told += usize::from(r.receive(&header, &payload.to_bytes()).is_some());
    }
    assert_eq!(told, 1);
}

#[test]
fn an_overtaken_packet_is_no_new_press() {
    let wire = phone(&[(key('1'), 0, 4), (key('2'), 1, 4)], 8000, 40, 400);
    let mut order = wire.clone();
    order.swap(6, 8); // an end packet of 1 comes after 2 began
    assert_eq!(keys(8000, order), "12");
}

#[test]
fn flash_and_other_events_are_no_keys() {
    let mut wire = phone(&[(key('1'), 0, 4)], 8000, 40, 400);
    for w in &mut wire {
        w.payload[0] = 16;
    }
    assert_eq!(keys(8000, wire), "");
    let mut r = EventReceiver::new(8000);
    assert_eq!(r.receive(&RtpHeader::default(), &[1, 0, 0]), None);
    assert_eq!(r.receive(&RtpHeader::default(), &[]), None);
}

#[test]
fn a_sender_that_moves_the_timestamp_presses_once() {
    let mut wire = phone(&[(key('7'), 0, 10)], 8000, 0, 0);
    for (i, w) in wire.iter_mut().enumerate() {
        w.header.timestamp = 160 * i as u32;
    }
    assert_eq!(keys(8000, wire), "7");
}

#[test]
fn a_sender_whose_clock_stands_still_presses_as_often_as_it_marks() {
    let mut wire = phone(&[(key('7'), 0, 10), (key('7'), 3, 4)], 8000, 0, 0);
    for w in &mut wire {
        w.header.timestamp = 1234;
    }
    assert_eq!(keys(8000, wire), "77");
}

#[test]
fn a_sender_that_restarts_is_heard() {
    // Sequence and timestamp both jump back, in the same stream and in a new one.
    for ssrc in [5, 6] {
        let mut wire = phone(&[(key('4'), 0, 4)], 8000, 30_000, 5_000_000);
        let mut again = phone(&[(key('4'), 0, 4)], 8000, 12, 1000);
        for w in &mut again {
            w.header.ssrc = ssrc;
        }
        wire.extend(again);
        assert_eq!(keys(8000, wire), "44");
    }
}

#[test]
fn a_press_many_minutes_later_is_heard_whatever_the_sequence_number() {
    for gap in (0..70_000).step_by(37) {
        let wire = phone(&[(key('3'), 0, 4), (key('3'), gap + 1, 4)], 8000, 0, 0);
        assert_eq!(keys(8000, wire), "33", "{gap}");
    }
}

#[test]
fn payloads_go_both_ways() {
    let p = EventPayload {
        event: 11,
        end: true,
        volume: 63,
        duration: 0x1234,
    };
    assert_eq!(p.to_bytes(), [11, 0xbf, 0x12, 0x34]);
    assert_eq!(EventPayload::parse(&p.to_bytes()), Some(p));
}

#[test]
fn the_sender_holds_ends_three_times_and_segments() {
    let packets: Vec<_> = EventSender::new(key('1'), 1000, 8000, 10).collect();
    assert_eq!(packets.len(), 2 + 3);
    assert!(packets[0].marker && packets[1..].iter().all(|p| !p.marker));
    let ends = packets.iter().filter(|p| p.payload[1] & 0x80 != 0).count();
    assert_eq!(ends, 3);
    assert_eq!(packets[4].payload[2..], 320u16.to_be_bytes());
}

proptest! {
    // Cases that once failed are kept beside this file.
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    /// Whatever is lost, as long as one packet of each press gets through, and whatever is
    /// doubled or swapped with its neighbour: each press exactly once, in order.
    #[test]
    fn each_press_once(
        presses in prop::collection::vec((0u8..16, 2u32..40, 2u32..30, any::<u64>()), 1..12),
        wide in any::<bool>(),
        sequence in any::<u16>(),
        start in any::<u32>(),
        swaps in prop::collection::vec(any::<bool>(), 64),
    ) {
        let clock = if wide { 48_000 } else { 8000 };
        let plan: Vec<_> = presses
            .iter()
            .map(|&(event, gap, hold, _)| (Key::from_event(event).unwrap(), gap, hold))
            .collect();
        let wire = phone(&plan, clock, sequence, start);
        let mut kept: Vec<Wire> = Vec::new();
        let mut rest = &wire[..];
        for (&(_, _, hold, loss), _) in presses.iter().zip(&plan) {
            let (of_press, later) = rest.split_at(hold as usize + 3);
            rest = later;
            let before = kept.len();
            for (i, w) in of_press.iter().enumerate() {
                if loss >> (i % 64) & 1 == 1 {
                    kept.push(*w);
                    if loss >> ((i + 7) % 64) & 1 == 1 {
                        kept.push(*w);
                    }
                }
            }
            if kept.len() == before {
                kept.push(of_press[loss as usize % of_press.len()]);
            }
            // Neighbours of the same press change places.
            for i in (before + 1..kept.len()).step_by(2) {
                if swaps[i % swaps.len()] {
                    kept.swap(i - 1, i);
                }
            }
        }
        let want: String = plan.iter().map(|&(k, _, _)| k.as_char()).collect();
        prop_assert_eq!(keys(clock, kept), want);
    }
}

#[test]
fn any_bytes() {
    bolero::check!()
        .with_type::<Vec<(u16, u32, bool, Vec<u8>)>>()
        .with_iterations(1_000)
        .for_each(|packets| {
            let mut r = EventReceiver::new(8000);
            for (sequence, timestamp, marker, payload) in packets {
                let header = RtpHeader {
                    sequence: *sequence,
                    timestamp: *timestamp,
                    marker: *marker,
                    ..RtpHeader::default()
                };
                if r.receive(&header, payload).is_some() {
                    assert!(payload[0] < 16);
                }
            }
        });
}
