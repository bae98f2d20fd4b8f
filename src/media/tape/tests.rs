//! A talk under virtual time: who said what when, on which channel.

use super::*;
use crate::ids::Key;
use crate::media::codec::{Encoder, sample_rate};
use crate::media::dtmf_tone::ToneGenerator;
use crate::media::rtp::RtpHeader;
use crate::sdp::plan::Codec;

/// A phone that says a tone, packet by packet.
struct Talker {
    leg: u64,
    side: Side,
    encoder: Encoder,
    codec: Codec,
    sequence: u16,
    timestamp: u32,
    phase: f64,
}

impl Talker {
    fn new(leg: u64, side: Side, codec: Codec) -> Talker {
        let encoder = Encoder::new(codec);
        Talker {
            leg,
            side,
            encoder,
            codec,
            sequence: 1,
            timestamp: 1_000,
            phase: 0.0,
        }
    }

    fn tone(&mut self, hz: f64) -> Vec<i16> {
        let rate = f64::from(sample_rate(self.codec));
        let samples = sample_rate(self.codec) / 50;
        (0..samples)
            .map(|_| {
                self.phase += hz / rate;
                (8_000.0 * (std::f64::consts::TAU * self.phase).sin()) as i16
            })
            .collect()
    }

    fn say(&mut self, ms: u64, pcm: &[i16]) -> Tapped {
        let mut payload = Vec::new();
        self.encoder.encode(pcm, &mut payload);
        let header = RtpHeader {
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: 7,
            ..RtpHeader::default()
        };
        self.sequence += 1;
        self.timestamp += self.codec.clock_rate() / 50;
        Tapped {
            leg: LegId(self.leg),
            side: self.side,
            ms,
            header,
            codec: Some(self.codec),
            payload,
        }
    }

    /// Nothing is sent for 20 ms.
    fn pause(&mut self) {
        self.timestamp += self.codec.clock_rate() / 50;
    }
}

fn channel(both: &[i16], right: bool) -> Vec<i16> {
    let at = usize::from(right);
    both.iter().copied().skip(at).step_by(2).collect()
}

/// How loud one frequency is, in parts of the loudest.
fn loudness(pcm: &[i16], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &s) in pcm.iter().enumerate() {
        let angle = std::f64::consts::TAU * hz * n as f64 / f64::from(RATE);
        re += f64::from(s) * angle.cos();
        im += f64::from(s) * angle.sin();
    }
    2.0 * (re * re + im * im).sqrt() / (pcm.len().max(1) as f64 * 8_000.0)
}

/// By tenths of a second: whether this tone is there.
fn tenths(pcm: &[i16], hz: f64) -> String {
    let mark = |part: &[i16]| if loudness(part, hz) > 0.4 { '#' } else { '.' };
    pcm.chunks(800).map(mark).collect()
}

#[test]
fn each_side_is_on_its_channel_at_its_time_whatever_the_codec() {
    for codec in [Codec::Pcma, Codec::Pcmu, Codec::G722, Codec::Opus] {
        let mut tape = Tape::new(1_000);
        let mut caller = Talker::new(1, Side::Caller, codec);
        let mut agent = Talker::new(2, Side::Agent, Codec::Pcmu);
        for n in 0..100u64 {
            let ms = 1_000 + n * 20;
            // The caller speaks in the first second, the agent from 0.5 s to 1.5 s.
            match n < 50 {
                true => {
                    let pcm = caller.tone(500.0);
                    tape.packet(caller.say(ms, &pcm));
                }
                false => caller.pause(),
            }
            match (25..75).contains(&n) {
                true => {
                    let pcm = agent.tone(1_100.0);
                    tape.packet(agent.say(ms + 3, &pcm));
                }
                false => agent.pause(),
            }
        }
        let mut both = Vec::new();
        tape.advance(3_000 + tape.delay_ms(), &mut both);
        assert_eq!(both.len(), 2 * 16_000, "{codec:?}: two seconds");
        let (left, right) = (channel(&both, false), channel(&both, true));
        let begins = |marks: &str| marks.find('#').unwrap_or(99);
        let counts = |marks: &str| marks.matches('#').count();
        let said = tenths(&left, 500.0);
        assert!(
            begins(&said) <= 1 && (9..=11).contains(&counts(&said)),
            "{codec:?} {said}"
        );
        assert_eq!(counts(&tenths(&right, 500.0)), 0, "{codec:?}");
        let said = tenths(&right, 1_100.0);
        assert!(
            (5..=6).contains(&begins(&said)) && (9..=11).contains(&counts(&said)),
            "{said}"
        );
        assert_eq!(counts(&tenths(&left, 1_100.0)), 0, "{codec:?}");
    }
}

#[test]
fn it_is_the_same_whenever_it_is_done() {
    let packets = |talker: &mut Talker| -> Vec<Tapped> {
        (0..150u64)
            .map(|n| {
                let pcm = talker.tone(700.0);
                // Uneven arrival.
                talker.say(5_000 + n * 20 + (n * 7) % 17, &pcm)
            })
            .collect()
    };
    let told = packets(&mut Talker::new(1, Side::Caller, Codec::Pcma));
    let mut at_once = Tape::new(5_000);
    for packet in told.clone() {
        at_once.packet(packet);
    }
    let mut whole = Vec::new();
    at_once.advance(8_000, &mut whole);
    let mut bit_by_bit = Tape::new(5_000);
    let mut parts = Vec::new();
    let mut rest = told.into_iter().peekable();
    for ms in (5_000..=8_000).step_by(130).chain([8_000]) {
        while let Some(packet) = rest.next_if(|p| p.ms <= ms) {
            bit_by_bit.packet(packet);
        }
        bit_by_bit.advance(ms, &mut parts);
    }
    assert!(!whole.is_empty());
    assert!(whole == parts);
}

#[test]
fn who_talks_beside_the_agent_is_on_the_same_channel() {
    let mut tape = Tape::new(0);
    let mut agent = Talker::new(2, Side::Agent, Codec::Pcma);
    let mut colleague = Talker::new(3, Side::Agent, Codec::Pcma);
    for n in 0..50u64 {
        let pcm = agent.tone(500.0);
        tape.packet(agent.say(n * 20, &pcm));
        let pcm = colleague.tone(1_300.0);
        tape.packet(colleague.say(n * 20 + 9, &pcm));
    }
    let mut both = Vec::new();
    tape.advance(1_000, &mut both);
    let right = channel(&both, true);
    let middle = &right[3_000..6_000];
    assert!(loudness(middle, 500.0) > 0.8 && loudness(middle, 1_300.0) > 0.8);
    assert!(channel(&both, false).iter().all(|&s| s == 0));
}

#[test]
fn what_is_not_tapped_is_silence_of_the_right_length() {
    let mut tape = Tape::new(0);
    let mut caller = Talker::new(1, Side::Caller, Codec::Pcma);
    for n in 0..150u64 {
        let pcm = caller.tone(500.0);
        let packet = caller.say(n * 20, &pcm);
        // A pause from 1 s to 2 s: the phone goes on to send.
        if !(50..100).contains(&n) {
            tape.packet(packet);
        }
    }
    let mut both = Vec::new();
    tape.advance(3_000, &mut both);
    let said = tenths(&channel(&both, false), 500.0);
    assert_eq!(&said[11..20], ".........", "{said}");
    assert_eq!(&said[1..9], "########", "{said}");
    assert_eq!(&said[21..28], "#######", "{said}");
}

#[test]
fn keys_in_the_audio_are_cut_out() {
    let mut tape = Tape::new(0);
    let mut caller = Talker::new(1, Side::Caller, Codec::Pcma);
    let mut keys = ToneGenerator::new(Key::from_char('7').unwrap(), RATE);
    for n in 0..100u64 {
        let pcm = match (40..46).contains(&n) {
            true => {
                let mut tone = Vec::new();
                keys.extend(160, &mut tone);
                tone
            }
            false => caller.tone(500.0),
        };
        tape.packet(caller.say(n * 20, &pcm));
    }
    let mut both = Vec::new();
    tape.advance(2_000, &mut both);
    let left = channel(&both, false);
    // The tones of key 7 are 852 and 1209 Hz; nothing of them is left, not even of their begin.
    for part in left.chunks(160) {
        let heard = loudness(part, 852.0).min(loudness(part, 1_209.0));
        assert!(heard < 0.2, "{heard}");
    }
    let said = tenths(&left, 500.0);
    assert!(said.matches('#').count() >= 15, "{said}");
}

#[test]
fn a_machine_that_slept_costs_no_more_than_what_is_missing() {
    let mut tape = Tape::new(0);
    let mut both = Vec::new();
    tape.advance(600_000, &mut both);
    assert_eq!(both.len() as u64, (600_000 - tape.delay_ms()) * 16);
}
