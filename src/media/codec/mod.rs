//! Voice codecs: 20 ms of samples to a payload and back.
//!
//! Each codec works at its own rate ([`sample_rate`]); [`resample`] goes between them.

mod g711;
mod g722;
mod opus;
pub mod resample;

use std::sync::Arc;

use super::prompt::Encoded;
use crate::sdp::plan::Codec;

pub use g711::{alaw_decode, alaw_encode, ulaw_decode, ulaw_encode};

/// The longest payload that is decoded, in time: RFC 6716 §3.2.5 ends at 120 ms, and longer
/// packets of other codecs are not spoken by any phone.
pub const MAX_PACKET_MS: usize = 120;

/// Samples per second that the codec's encoder takes and its decoder gives.
///
/// Opus works at 16 kHz here: wide enough for any telephone, and it is never decoded
/// straight to 8 kHz.
pub const fn sample_rate(codec: Codec) -> u32 {
    match codec {
        Codec::Pcmu | Codec::Pcma => 8000,
        Codec::G722 | Codec::Opus => 16000,
    }
}

/// Samples in 20 ms at the codec's rate.
pub const fn frame_samples(codec: Codec) -> usize {
    sample_rate(codec) as usize / 50
}

/// How long a payload's audio lasts, in RTP clock units, without decoding it; `None` when no
/// encoder makes such a payload.
pub fn packet_ticks(codec: Codec, payload: &[u8]) -> Option<u32> {
    let ticks = match codec {
        // One byte a tick: G.722 has 16000 samples but 8000 bytes and ticks a second.
        Codec::Pcmu | Codec::Pcma | Codec::G722 => u32::try_from(payload.len()).ok()?,
        Codec::Opus => opus::packet_ticks(payload)?,
    };
    let max = codec.clock_rate() / 1000 * MAX_PACKET_MS as u32;
    (ticks > 0 && ticks <= max).then_some(ticks)
}

/// One codec's encoder. A stream needs one of its own: G.722 and Opus remember.
pub struct Encoder(EncoderKind);

enum EncoderKind {
    Pcmu,
    Pcma,
    G722(Box<g722::Encoder>),
    Opus(Box<opus::Encoder>),
}

impl Encoder {
    /// In the state at which every stream begins.
    pub fn new(codec: Codec) -> Encoder {
        Encoder(match codec {
            Codec::Pcmu => EncoderKind::Pcmu,
            Codec::Pcma => EncoderKind::Pcma,
            Codec::G722 => EncoderKind::G722(Box::new(g722::Encoder::new())),
            Codec::Opus => EncoderKind::Opus(Box::new(opus::Encoder::new())),
        })
    }

    /// Which codec.
    pub const fn codec(&self) -> Codec {
        match self.0 {
            EncoderKind::Pcmu => Codec::Pcmu,
            EncoderKind::Pcma => Codec::Pcma,
            EncoderKind::G722(_) => Codec::G722,
            EncoderKind::Opus(_) => Codec::Opus,
        }
    }

    /// Samples per second that it takes.
    pub const fn sample_rate(&self) -> u32 {
        sample_rate(self.codec())
    }

    /// Encodes 20 ms: `pcm` is [`frame_samples`] long (what is missing is silence, what is
    /// too much is left out). `out` is emptied first; no allocation once it has grown.
    pub fn encode(&mut self, pcm: &[i16], out: &mut Vec<u8>) {
        out.clear();
        let frame = frame_samples(self.codec());
        let mut padded = [0i16; 320];
        let pcm = match pcm.get(..frame) {
            Some(exact) => exact,
            None => {
                padded[..pcm.len()].copy_from_slice(pcm);
                &padded[..frame]
            }
        };
        match &mut self.0 {
            EncoderKind::Pcmu => out.extend(pcm.iter().map(|&s| ulaw_encode(s))),
            EncoderKind::Pcma => out.extend(pcm.iter().map(|&s| alaw_encode(s))),
            EncoderKind::G722(e) => e.encode(pcm, out),
            EncoderKind::Opus(e) => e.encode(pcm, out),
        }
    }
}

/// A payload that no encoder of this codec makes; the packet counts as lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("payload can not be decoded")]
pub struct BadPayload;

/// One codec's decoder, with concealment of what is lost.
pub struct Decoder {
    kind: DecoderKind,
    conceal: g711::Concealment,
}

enum DecoderKind {
    Pcmu,
    Pcma,
    G722(Box<g722::Decoder>),
    Opus(Box<opus::Decoder>),
}

impl Decoder {
    /// In the state at which every stream begins.
    pub fn new(codec: Codec) -> Decoder {
        Decoder {
            kind: match codec {
                Codec::Pcmu => DecoderKind::Pcmu,
                Codec::Pcma => DecoderKind::Pcma,
                Codec::G722 => DecoderKind::G722(Box::new(g722::Decoder::new())),
                Codec::Opus => DecoderKind::Opus(Box::new(opus::Decoder::new())),
            },
            conceal: g711::Concealment::new(frame_samples(codec)),
        }
    }

    /// Which codec.
    pub const fn codec(&self) -> Codec {
        match self.kind {
            DecoderKind::Pcmu => Codec::Pcmu,
            DecoderKind::Pcma => Codec::Pcma,
            DecoderKind::G722(_) => Codec::G722,
            DecoderKind::Opus(_) => Codec::Opus,
        }
    }

    /// Samples per second that it gives.
    pub const fn sample_rate(&self) -> u32 {
        sample_rate(self.codec())
    }

    /// Decodes one payload of any length up to [`MAX_PACKET_MS`]. `out` is emptied first;
    /// no allocation once it has grown.
    ///
    /// # Errors
    /// [`BadPayload`] with `out` empty: conceal instead.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) -> Result<(), BadPayload> {
        out.clear();
        if payload.is_empty() {
            return Err(BadPayload);
        }
        match &mut self.kind {
            DecoderKind::Pcmu | DecoderKind::Pcma | DecoderKind::G722(_)
                if payload.len() > MAX_PACKET_MS * 8 =>
            {
                return Err(BadPayload);
            }
            DecoderKind::Pcmu => out.extend(payload.iter().map(|&b| ulaw_decode(b))),
            DecoderKind::Pcma => out.extend(payload.iter().map(|&b| alaw_decode(b))),
            DecoderKind::G722(d) => d.decode(payload, out)?,
            DecoderKind::Opus(d) => return d.decode(payload, out),
        }
        self.conceal.heard(out);
        Ok(())
    }

    /// 20 ms in place of a packet that is lost. `out` is emptied first.
    pub fn conceal(&mut self, out: &mut Vec<i16>) {
        out.clear();
        match &mut self.kind {
            DecoderKind::Opus(d) => d.conceal(out),
            DecoderKind::Pcmu | DecoderKind::Pcma | DecoderKind::G722(_) => {
                self.conceal.lost(out);
            }
        }
    }
}

/// Encodes a whole prompt for each codec: 20 ms payloads, the last padded with silence.
///
/// `rate` is the rate of `pcm`; it is resampled where a codec wants another. For loading,
/// not for the path of a call.
///
/// # Errors
/// [`resample::BadRate`] when `rate` can not be resampled to a codec's.
pub fn encode_prompt(
    pcm: &[i16],
    rate: u32,
    codecs: &[Codec],
) -> Result<Vec<(Codec, Encoded)>, resample::BadRate> {
    let mut made = Vec::with_capacity(codecs.len());
    for &codec in codecs {
        let samples = resample::whole(pcm, rate, sample_rate(codec))?;
        let mut encoder = Encoder::new(codec);
        let (mut payloads, mut ends, mut payload) = (Vec::new(), Vec::new(), Vec::new());
        for frame in samples.chunks(frame_samples(codec)) {
            encoder.encode(frame, &mut payload);
            payloads.extend_from_slice(&payload);
            ends.push(u32::try_from(payloads.len()).unwrap_or(u32::MAX));
        }
        let encoded = Encoded {
            payloads: Arc::from(payloads),
            ends: Arc::from(ends),
        };
        made.push((codec, encoded));
    }
    Ok(made)
}

#[cfg(test)]
mod tests;
