//! A talk on two channels, from the packets that were tapped: the caller on the left, the agent and
//! who else talks on the right. Pure: time is that of the packets.
//!
//! Each leg has a jitter buffer and a decoder of its own, driven by when its packets came, so that
//! both channels keep time with each other whenever this is done. Keys in the audio are cut out:
//! what somebody types is not to be read from a recording.

use std::collections::VecDeque;

use super::codec::resample::Resampler;
use super::dtmf_tone::ToneDetector;
use super::leg::stream::{FIRST_DELAY_FRAMES, Stream};
use super::slots::FRAME_MS;
use super::tap::{Side, Tapped};
use crate::ids::LegId;

/// Samples per second of each channel.
pub const RATE: u32 = 8_000;
/// Samples in 20 ms of one channel.
pub const FRAME: usize = RATE as usize / 50;
/// Frames that are held back: a key is known 45 ms after it began, and goes with what came before.
const HELD_BACK: usize = 3;
/// Frames after a gap longer than this are not made up for one by one: 10 s.
const LONGEST_GAP_MS: u64 = 10_000;

/// See the module.
pub struct Tape {
    voices: Vec<Voice>,
    /// When the next 20 ms are due, in media time.
    due_ms: u64,
    /// Frames that are still to be left out: the delay that all of this has.
    skip: usize,
    frame: Vec<i16>,
}

/// One leg.
struct Voice {
    leg: LegId,
    side: Side,
    waiting: VecDeque<Tapped>,
    stream: Option<Stream>,
    narrow: Option<Resampler>,
    /// At the recording's rate, and not taken yet.
    ready: VecDeque<i16>,
    tones: ToneDetector,
    held: VecDeque<[i16; FRAME]>,
}

impl Tape {
    /// Begins at this media time.
    pub fn new(begin_ms: u64) -> Tape {
        Tape {
            voices: Vec::new(),
            due_ms: begin_ms + FRAME_MS,
            skip: HELD_BACK + FIRST_DELAY_FRAMES as usize,
            frame: Vec::new(),
        }
    }

    /// How much later than it was said something comes out, in milliseconds.
    pub fn delay_ms(&self) -> u64 {
        (HELD_BACK as u64 + u64::from(FIRST_DELAY_FRAMES)) * FRAME_MS
    }

    /// A packet. Those of one leg in the order in which they came.
    pub fn packet(&mut self, packet: Tapped) {
        let (leg, side) = (packet.leg, packet.side);
        let known = self.voices.iter().position(|v| v.leg == leg);
        let at = known.unwrap_or_else(|| {
            self.voices.push(Voice::new(leg, side));
            self.voices.len() - 1
        });
        if let Some(voice) = self.voices.get_mut(at) {
            voice.side = side;
            voice.waiting.push_back(packet);
        }
    }

    /// Everything up to this media time, left and right in turn, appended to `out`. All packets
    /// that came until then have been told.
    pub fn advance(&mut self, until_ms: u64, out: &mut Vec<i16>) {
        if until_ms > self.due_ms + LONGEST_GAP_MS {
            // The machine slept; nothing was said meanwhile that could be heard.
            self.silence(until_ms - LONGEST_GAP_MS, out);
        }
        while self.due_ms <= until_ms {
            let due = self.due_ms;
            self.due_ms += FRAME_MS;
            let (mut left, mut right) = ([0i32; FRAME], [0i32; FRAME]);
            for voice in &mut self.voices {
                let heard = voice.next(due, &mut self.frame);
                let channel = match voice.side {
                    Side::Caller => &mut left,
                    Side::Agent => &mut right,
                };
                for (sum, s) in channel.iter_mut().zip(heard) {
                    *sum += i32::from(s);
                }
            }
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            for (l, r) in left.into_iter().zip(right) {
                out.push(clip(l));
                out.push(clip(r));
            }
        }
    }

    /// Nothing, up to this media time.
    fn silence(&mut self, until_ms: u64, out: &mut Vec<i16>) {
        let frames = (until_ms.saturating_sub(self.due_ms) / FRAME_MS) as usize;
        self.due_ms += frames as u64 * FRAME_MS;
        out.resize(out.len() + frames * 2 * FRAME, 0);
        for voice in &mut self.voices {
            voice.waiting.retain(|p| p.ms > until_ms);
            voice.stream = None;
        }
    }
}

impl Voice {
    fn new(leg: LegId, side: Side) -> Voice {
        Voice {
            leg,
            side,
            waiting: VecDeque::new(),
            stream: None,
            narrow: None,
            ready: VecDeque::new(),
            tones: ToneDetector::new(RATE),
            held: VecDeque::new(),
        }
    }

    /// The 20 ms that are due, later by what is held back.
    fn next(&mut self, due_ms: u64, frame: &mut Vec<i16>) -> [i16; FRAME] {
        while self.waiting.front().is_some_and(|p| p.ms <= due_ms) {
            if let Some(packet) = self.waiting.pop_front() {
                self.hear(&packet);
            }
        }
        frame.clear();
        if let Some(stream) = &mut self.stream {
            stream.pull(due_ms, frame);
            let rate = stream.rate();
            if rate != RATE {
                let wide = std::mem::take(frame);
                if self.narrow.is_none() {
                    self.narrow = Resampler::new(rate, RATE).ok();
                }
                if let Some(narrow) = &mut self.narrow {
                    narrow.process(&wide, frame);
                }
            }
        }
        self.ready.extend(frame.iter());
        let mut next = [0; FRAME];
        // A resampler gives its first samples late.
        let missing = FRAME.saturating_sub(self.ready.len());
        for sample in next.iter_mut().skip(missing) {
            *sample = self.ready.pop_front().unwrap_or(0);
        }
        let mut key = false;
        self.tones.push(&next, |_| key = true);
        self.held.push_back(next);
        if key || self.tones.is_down() {
            for held in &mut self.held {
                *held = [0; FRAME];
            }
        }
        match self.held.len() > HELD_BACK {
            true => self.held.pop_front().unwrap_or([0; FRAME]),
            false => [0; FRAME],
        }
    }

    fn hear(&mut self, packet: &Tapped) {
        let Some(codec) = packet.codec else {
            if let Some(stream) = &mut self.stream {
                stream.other(&packet.header, packet.ms);
            }
            return;
        };
        let stream = match &mut self.stream {
            Some(stream) if stream.codec() == codec => stream,
            Some(_) | None => {
                self.narrow = None;
                self.stream.insert(Stream::new(codec))
            }
        };
        stream.audio(&packet.header, &packet.payload, packet.ms);
    }
}

fn clip(sample: i32) -> i16 {
    sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests;
