//! Keys of a partner for a peer without telephone-event: its audio carries the tones, so that
//! whatever listens there (a mailbox, another menu) hears the key all the same.

use std::collections::VecDeque;

use crate::ids::Key;
use crate::media::codec::{frame_samples, sample_rate};
use crate::media::dtmf_event::{EventPayload, EventReceiver};
use crate::media::dtmf_tone::ToneGenerator;
use crate::media::rtp::RtpHeader;
use crate::sdp::plan::Codec;

/// A tone and the pause behind it are at least this long: Q.24 asks a detector to take 40 ms
/// of either; the rest is room for codecs and loss.
const MIN_TONE_FRAMES: u32 = 4;
const PAUSE_FRAMES: u32 = 3;
/// Without a packet of the press for this long it is over: its end packets were lost.
const HELD_MS: u64 = 60;
/// Presses that wait for their turn.
const MAX_WAITING: usize = 16;

/// The presses of one partner, sounding one after the other.
pub(super) struct KeyTones {
    events: EventReceiver,
    clock: u32,
    waiting: VecDeque<Key>,
    sounding: Option<Sounding>,
    /// The newest press is held down until then.
    held_until: u64,
}

struct Sounding {
    tones: ToneGenerator,
    codec: Codec,
    frames: u32,
    /// Frames of the pause behind it, once it is over.
    pause: u32,
}

impl KeyTones {
    /// For events of this clock rate.
    pub(super) fn new(clock: u32) -> KeyTones {
        KeyTones {
            events: EventReceiver::new(clock),
            clock,
            waiting: VecDeque::new(),
            sounding: None,
            held_until: 0,
        }
    }

    pub(super) fn clock(&self) -> u32 {
        self.clock
    }

    /// A telephone-event of the partner at media time `ms`.
    pub(super) fn receive(&mut self, header: &RtpHeader, payload: &[u8], ms: u64) {
        if let Some(key) = self.events.receive(header, payload)
            && self.waiting.len() < MAX_WAITING
        {
            self.waiting.push_back(key);
        }
        let over = EventPayload::parse(payload).is_none_or(|e| e.end);
        self.held_until = if over { ms } else { ms + HELD_MS };
    }

    /// Whether a key sounds or waits: the partner is not heard meanwhile.
    pub(super) fn is_busy(&self) -> bool {
        self.sounding.is_some() || !self.waiting.is_empty()
    }

    /// The next 20 ms for this codec; `false`: nothing sounds.
    pub(super) fn pull(&mut self, codec: Codec, ms: u64, out: &mut Vec<i16>) -> bool {
        out.clear();
        let frame = frame_samples(codec);
        if self.sounding.as_ref().is_none_or(|s| s.is_over(codec)) {
            self.sounding = self.waiting.pop_front().map(|key| Sounding {
                tones: ToneGenerator::new(key, sample_rate(codec)),
                codec,
                frames: 0,
                pause: 0,
            });
        }
        let Some(sounding) = &mut self.sounding else {
            return false;
        };
        // Only the newest press can still be down.
        let held = self.waiting.is_empty() && ms < self.held_until;
        if sounding.pause == 0 && (held || sounding.frames < MIN_TONE_FRAMES) {
            sounding.frames += 1;
            sounding.tones.extend(frame, out);
        } else {
            sounding.pause += 1;
            out.resize(frame, 0);
        }
        true
    }
}

impl Sounding {
    fn is_over(&self, codec: Codec) -> bool {
        self.pause >= PAUSE_FRAMES || self.codec != codec
    }
}
