use super::*;

/// A small generator: the same jitter each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % n
    }
}

/// One packet on its way: arrival in ms, sequence, timestamp in frames, kind.
#[derive(Clone, Copy, Debug)]
struct Sent {
    arrives: u64,
    number: u32,
    ticks: u32,
}

fn header(number: u32, ssrc: u32) -> RtpHeader {
    RtpHeader {
        sequence: (number as u16).wrapping_add(65_400),
        timestamp: number.wrapping_mul(160).wrapping_add(u32::MAX - 8000),
        ssrc,
        ..RtpHeader::default()
    }
}

/// What came out: the packets' numbers, `None` for concealment; silence is left out.
struct Heard {
    played: Vec<Option<u32>>,
    silences: usize,
    /// Largest time from sending to playing, ms.
    worst_delay: u64,
    stats: JitterStats,
}

/// Plays a network in virtual time, pulling every 20 ms.
fn listen(mut sent: Vec<Sent>, until: u64) -> Heard {
    sent.sort_by_key(|s| s.arrives);
    let mut buffer = JitterBuffer::new(8000);
    let mut out = Vec::new();
    let mut heard = Heard {
        played: Vec::new(),
        silences: 0,
        worst_delay: 0,
        stats: JitterStats::default(),
    };
    let mut next = sent.into_iter().peekable();
    for ms in 0..until {
        while let Some(s) = next.next_if(|s| s.arrives <= ms) {
            let bytes = s.number.to_be_bytes();
            buffer.insert(Mono::from_millis(ms), &header(s.number, 1), s.ticks, &bytes);
        }
        if ms % 20 == 7 {
            match buffer.pull(Mono::from_millis(ms), &mut out) {
                Pulled::Packet { .. } => {
                    let number = u32::from_be_bytes(out[..4].try_into().unwrap());
                    heard.worst_delay = heard.worst_delay.max(ms - u64::from(number) * 20);
                    heard.played.push(Some(number));
                }
                Pulled::Conceal => heard.played.push(None),
                Pulled::Silence => heard.silences += 1,
            }
        }
        assert!(buffer.slots.len() <= MAX_PACKETS);
    }
    heard.stats = buffer.stats();
    heard
}

fn send(numbers: std::ops::Range<u32>, mut delay: impl FnMut(u32) -> Option<u64>) -> Vec<Sent> {
    numbers
        .filter_map(|number| {
            delay(number).map(|d| Sent {
                arrives: u64::from(number) * 20 + d,
                number,
                ticks: 160,
            })
        })
        .collect()
}

fn in_order(played: &[Option<u32>]) -> bool {
    let numbers: Vec<_> = played.iter().flatten().collect();
    numbers.windows(2).all(|w| w[0] < w[1])
}

#[test]
fn an_even_stream_comes_out_whole_and_soon() {
    let h = listen(send(0..500, |_| Some(5)), 10_100);
    let numbers: Vec<_> = h.played.iter().flatten().copied().collect();
    assert_eq!(numbers, (0..500).collect::<Vec<_>>());
    assert!(h.worst_delay <= 70, "{}", h.worst_delay);
    assert_eq!(h.stats.dropped + h.stats.late, 0);
    // Only the end looks like a loss.
    assert!(h.stats.concealed <= u64::from(MAX_CONCEALED));
}

#[test]
fn jitter_and_reordering_are_evened_out() {
    for seed in 0..20 {
        let mut r = Random(seed);
        // Up to 70 ms: packets overtake each other.
        let h = listen(send(0..2000, |_| Some(10 + r.below(70))), 40_200);
        assert!(in_order(&h.played));
        let played = h.played.iter().flatten().count();
        assert!(played >= 1990, "seed {seed}: {played}");
        assert!(h.stats.concealed < 40, "seed {seed}: {:?}", h.stats);
        assert!(h.worst_delay <= 10 + 200, "seed {seed}: {}", h.worst_delay);
    }
}

#[test]
fn what_is_lost_is_concealed_one_for_one() {
    for seed in 0..10 {
        let mut r = Random(seed);
        let mut lost = 0;
        let sent = send(0..2000, |_| {
            if r.below(20) == 0 {
                lost += 1;
                None
            } else {
                Some(5 + r.below(15))
            }
        });
        let h = listen(sent, 40_000);
        assert!(in_order(&h.played));
        let concealed = h.played.iter().filter(|p| p.is_none()).count();
        assert!(
            concealed.abs_diff(lost) <= 8,
            "seed {seed}: {concealed} for {lost}"
        );
        // Each gap stands where the packet was: the timeline neither grows nor shrinks.
        let total = h.played.len();
        assert!((1990..=2005).contains(&total), "seed {seed}: {total}");
    }
}

#[test]
fn duplicates_are_played_once() {
    let mut sent = send(0..100, |_| Some(5));
    sent.extend(send(0..100, |_| Some(9)));
    let h = listen(sent, 2100);
    assert_eq!(h.played.iter().flatten().count(), 100);
    assert_eq!(h.stats.late, 100);
}

#[test]
fn a_pause_of_the_sender_is_silence_not_loss() {
    // Talks a second, is silent for two, talks again; numbers in the RTP stream go on.
    let mut buffer = JitterBuffer::new(8000);
    let mut out = Vec::new();
    let (mut played, mut concealed, mut silent) = (0, 0, 0);
    for ms in 0..4500u64 {
        let talking = ms < 1000 || (3000..4000).contains(&ms);
        if ms % 20 == 0 && talking {
            let frame = (ms / 20) as u32;
            let sequence = if ms < 1000 { frame } else { frame - 100 };
            let h = RtpHeader {
                sequence: sequence as u16,
                timestamp: frame * 160,
                ssrc: 1,
                ..RtpHeader::default()
            };
            buffer.insert(Mono::from_millis(ms), &h, 160, &[1; 160]);
        }
        if ms % 20 == 3 {
            match buffer.pull(Mono::from_millis(ms), &mut out) {
                Pulled::Packet { .. } => played += 1,
                Pulled::Conceal => concealed += 1,
                Pulled::Silence => silent += 1,
            }
        }
    }
    assert_eq!(played, 100);
    assert!(concealed <= 2 * MAX_CONCEALED, "{concealed}");
    assert!(silent >= 100);
}

#[test]
fn events_and_comfort_noise_take_their_number_and_no_time() {
    let mut sent = Vec::new();
    for number in 0..200u32 {
        sent.push(Sent {
            arrives: u64::from(number) * 20,
            number,
            ticks: if (50..60).contains(&number) { 0 } else { 160 },
        });
    }
    let h = listen(sent, 4200);
    assert_eq!(h.played.iter().flatten().count(), 190);
    assert!(!h.played.contains(&Some(55)));
    assert!(in_order(&h.played));
}

#[test]
fn a_new_stream_and_a_jump_begin_anew() {
    let mut b = JitterBuffer::new(8000);
    let mut out = Vec::new();
    let at = Mono::from_millis;
    assert_eq!(
        b.insert(at(0), &header(0, 1), 160, &[0]),
        Inserted::Restarted
    );
    assert_eq!(b.insert(at(20), &header(1, 1), 160, &[1]), Inserted::Kept);
    assert_eq!(
        b.insert(at(20), &header(1, 1), 160, &[1]),
        Inserted::TooLate
    );
    assert_eq!(
        b.insert(at(40), &header(7, 2), 160, &[2]),
        Inserted::Restarted
    );
    assert_eq!(
        b.insert(at(60), &header(20_000, 2), 160, &[3]),
        Inserted::Restarted
    );
    assert_eq!(
        b.pull(at(300), &mut out),
        Pulled::Packet { payload_type: 0 }
    );
    assert_eq!(out, [3]);
    // Overtaken by the one that was played.
    assert_eq!(
        b.insert(at(310), &header(19_999, 2), 160, &[4]),
        Inserted::TooLate
    );
}

#[test]
fn timestamps_that_jump_do_not_stop_the_stream() {
    let mut b = JitterBuffer::new(8000);
    let mut out = Vec::new();
    let mut played = 0;
    for i in 0..300u32 {
        let now = Mono::from_millis(u64::from(i) * 20);
        let h = RtpHeader {
            sequence: i as u16,
            // Every second the clock is set to something else.
            timestamp: (i / 50).wrapping_mul(0x3456_7890).wrapping_add(i * 160),
            ssrc: 1,
            ..RtpHeader::default()
        };
        b.insert(now, &h, 160, &[0]);
        played += usize::from(matches!(b.pull(now, &mut out), Pulled::Packet { .. }));
    }
    assert!(played >= 285, "{played}");
}

#[test]
fn a_burst_after_a_standstill_keeps_the_newest() {
    // The network stops for a second and then delivers all at once.
    let sent = send(0..300, |n| {
        let ms = u64::from(n) * 20;
        Some(if (2000..3000).contains(&ms) {
            3000 - ms
        } else {
            5
        })
    });
    let h = listen(sent, 6200);
    assert!(in_order(&h.played));
    assert!(h.stats.dropped >= 38, "{:?}", h.stats);
    let late: Vec<_> = h.played.iter().flatten().rev().take(100).collect();
    assert_eq!(late.len(), 100);
    assert!(h.worst_delay <= 1000 + 220, "{}", h.worst_delay);
}

#[test]
fn a_delay_that_is_no_longer_needed_goes_away() {
    let mut r = Random(1);
    // Two seconds of heavy jitter, then a minute of none.
    let sent = send(0..3100, |n| {
        Some(if n < 100 { 5 + r.below(150) } else { 5 })
    });
    let mut delays = Vec::new();
    let h = listen(sent, 62_100);
    // The position in the output tells the delay at the end.
    for (i, p) in h.played.iter().enumerate() {
        if let Some(n) = p {
            delays.push((i + h.silences.min(20)) as i64 - i64::from(*n));
        }
    }
    assert!(in_order(&h.played));
    let dropped = h.stats.dropped;
    assert!((1..=10).contains(&dropped), "{:?}", h.stats);
}

#[test]
fn packets_of_other_lengths_flow_too() {
    for ticks in [80u32, 240, 480] {
        let mut b = JitterBuffer::new(8000);
        let (mut out, mut in_hand, mut played) = (Vec::new(), 0u32, 0);
        for ms in 0..6000u64 {
            if ms % u64::from(ticks / 8) == 0 {
                let n = (ms * 8 / u64::from(ticks)) as u32;
                let h = RtpHeader {
                    sequence: n as u16,
                    timestamp: n * ticks,
                    ssrc: 1,
                    ..RtpHeader::default()
                };
                b.insert(Mono::from_millis(ms), &h, ticks, &[0]);
            }
            if ms % 20 == 11 {
                while in_hand < 160 {
                    match b.pull(Mono::from_millis(ms), &mut out) {
                        Pulled::Packet { .. } => {
                            in_hand += ticks;
                            played += ticks;
                        }
                        Pulled::Conceal | Pulled::Silence => in_hand += 160,
                    }
                }
                in_hand -= 160;
            }
        }
        assert!(played > 5700 * 8, "{ticks}: {played}");
        assert!(b.stats().concealed <= 3, "{ticks}: {:?}", b.stats());
    }
}

#[test]
fn any_packets() {
    bolero::check!()
        .with_type::<Vec<(u16, u32, u8, u16, u16)>>()
        .with_iterations(2000)
        .for_each(|packets| {
            let mut b = JitterBuffer::new(48_000);
            let (mut now, mut out) = (0, Vec::new());
            for &(sequence, timestamp, ssrc, ticks, wait) in packets {
                let h = RtpHeader {
                    sequence,
                    timestamp,
                    ssrc: u32::from(ssrc % 3),
                    ..RtpHeader::default()
                };
                now += u64::from(wait % 100);
                b.insert(Mono::from_millis(now), &h, u32::from(ticks), &[0; 8]);
                let _ = b.pull(Mono::from_millis(now), &mut out);
                assert!(b.slots.len() <= MAX_PACKETS);
                assert!(b.spare.len() <= MAX_PACKETS + 1);
                assert!(b.target_delay() <= MAX_DELAY);
            }
            // It always comes to rest.
            let rest = (0..200)
                .map(|i| b.pull(Mono::from_millis(now + 1000 + 20 * i), &mut out))
                .last();
            assert_eq!(rest, Some(Pulled::Silence));
        });
}
