//! The audio that arrives on a leg as samples: packets go in as they come, 20 ms come out
//! every 20 ms. The jitter buffer says what is due, the decoder what it sounds like.

use std::time::Duration;

use crate::media::codec::{Decoder, frame_samples, packet_ticks, sample_rate};
use crate::media::jitter::{JitterBuffer, MAX_DELAY, Pulled};
use crate::media::rtp::RtpHeader;
use crate::media::slots::FRAME_MS;
use crate::now::Mono;
use crate::sdp::plan::Codec;

/// One decoded stream, in one codec.
pub(in crate::media) struct Stream {
    jitter: JitterBuffer,
    decoder: Decoder,
    /// Decoded and not taken yet: packets need not last 20 ms.
    ready: Vec<i16>,
    decoded: Vec<i16>,
    payload: Vec<u8>,
}

impl Stream {
    /// Nothing heard yet.
    pub(in crate::media) fn new(codec: Codec) -> Stream {
        Stream {
            jitter: JitterBuffer::new(codec.clock_rate()),
            decoder: Decoder::new(codec),
            ready: Vec::new(),
            decoded: Vec::new(),
            payload: Vec::new(),
        }
    }

    pub(in crate::media) fn codec(&self) -> Codec {
        self.decoder.codec()
    }

    /// Samples per second of what comes out.
    pub(in crate::media) fn rate(&self) -> u32 {
        sample_rate(self.codec())
    }

    /// A packet of the stream's codec that came at media time `ms`.
    pub(in crate::media) fn audio(&mut self, header: &RtpHeader, payload: &[u8], ms: u64) {
        if let Some(ticks) = packet_ticks(self.codec(), payload) {
            let now = Mono::from_millis(ms);
            self.jitter.insert(now, header, ticks, payload);
        }
    }

    /// A packet that takes a sequence number and is no audio: comfort noise, a
    /// telephone-event.
    pub(in crate::media) fn other(&mut self, header: &RtpHeader, ms: u64) {
        self.jitter.insert(Mono::from_millis(ms), header, 0, &[]);
    }

    /// The 20 ms that are due at media time `ms`, appended to `out`.
    pub(in crate::media) fn pull(&mut self, ms: u64, out: &mut Vec<i16>) {
        let frame = frame_samples(self.codec());
        // A packet is at least 2.5 ms long (Opus): never more than eight rounds.
        while self.ready.len() < frame {
            match self.jitter.pull(Mono::from_millis(ms), &mut self.payload) {
                Pulled::Packet { .. } => {
                    if self
                        .decoder
                        .decode(&self.payload, &mut self.decoded)
                        .is_err()
                        || self.decoded.is_empty()
                    {
                        self.decoder.conceal(&mut self.decoded);
                    }
                    self.ready.extend_from_slice(&self.decoded);
                }
                Pulled::Conceal => {
                    self.decoder.conceal(&mut self.decoded);
                    self.ready.extend_from_slice(&self.decoded);
                    if self.decoded.is_empty() {
                        self.ready.resize(frame, 0);
                    }
                }
                Pulled::Silence => self.ready.resize(frame, 0),
            }
        }
        out.extend(self.ready.drain(..frame));
    }

    /// Takes what waits, sooner than it would be due: the listening ends, and what was said
    /// before is still to be heard. At least `frames` of 20 ms are appended to `out`.
    pub(in crate::media) fn drain(&mut self, ms: u64, frames: u32, out: &mut Vec<i16>) {
        // Later than any talkspurt's delay.
        let later = ms.saturating_add(MAX_DELAY.as_millis() as u64);
        let most = frames.max((MAX_DELAY.as_millis() as u64 / FRAME_MS) as u32);
        for done in 0..most {
            if done >= frames && self.jitter.is_empty() {
                return;
            }
            self.pull(later, out);
        }
    }

    /// The delay that a talkspurt has, in frames of 20 ms.
    pub(in crate::media) fn delay_frames(&self) -> u32 {
        frames_of(self.jitter.target_delay())
    }
}

/// Frames that a stream is delayed by before anything is known of its jitter.
pub(in crate::media) const FIRST_DELAY_FRAMES: u32 = 2;

fn frames_of(delay: Duration) -> u32 {
    (delay.as_millis() as u64).div_ceil(FRAME_MS) as u32
}
