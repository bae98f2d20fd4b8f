//! Opus (RFC 6716) at 16 kHz mono by the crate `opus-rs`.
//!
//! Payloads come from outside: a panic of the decoder is caught, the packet counts as lost,
//! and the stream goes on with a fresh decoder.

use std::panic::{AssertUnwindSafe, catch_unwind};

use opus_rs::{Application, OpusDecoder, OpusEncoder};

use super::{BadPayload, MAX_PACKET_MS};

const RATE: i32 = 16000;
const FRAME: usize = RATE as usize / 50;
const MAX_SAMPLES: usize = RATE as usize / 1000 * MAX_PACKET_MS;
/// RFC 6716 §3.4: a frame is at most 1275 bytes; ours are far below.
const MAX_PAYLOAD: usize = 1276;
const BITRATE: i32 = 24_000;

/// Duration by the first two bytes (RFC 6716 §3.1), at 48 kHz.
pub(super) fn packet_ticks(payload: &[u8]) -> Option<u32> {
    let toc = *payload.first()?;
    let config = toc >> 3;
    let frame = match config {
        // SILK: 10, 20, 40, 60 ms; hybrid: 10, 20 ms; CELT: 2.5, 5, 10, 20 ms.
        0..=11 => [480, 960, 1920, 2880][usize::from(config & 3)],
        12..=15 => [480, 960][usize::from(config & 1)],
        _ => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*payload.get(1)? & 0x3f),
    };
    Some(frame * frames)
}

pub(super) struct Encoder(Option<OpusEncoder>);

impl Encoder {
    pub(super) fn new() -> Encoder {
        let mut encoder = OpusEncoder::new(RATE, 1, Application::Voip).ok();
        if let Some(e) = &mut encoder {
            e.bitrate_bps = BITRATE;
            e.complexity = 5;
        }
        Encoder(encoder)
    }

    pub(super) fn encode(&mut self, pcm: &[i16], out: &mut Vec<u8>) {
        out.resize(MAX_PAYLOAD, 0);
        let made = match &mut self.0 {
            Some(e) => catch_unwind(AssertUnwindSafe(|| e.encode_i16(pcm, FRAME, out))),
            None => Ok(Err("no encoder")),
        };
        match made {
            Ok(Ok(n)) => out.truncate(n),
            Ok(Err(_)) => out.clear(),
            Err(_) => {
                *self = Encoder::new();
                out.clear();
            }
        }
    }
}

pub(super) struct Decoder {
    decoder: Option<OpusDecoder>,
    float: Box<[f32; MAX_SAMPLES]>,
}

impl Decoder {
    pub(super) fn new() -> Decoder {
        Decoder {
            decoder: OpusDecoder::new(RATE, 1).ok(),
            float: Box::new([0.0; MAX_SAMPLES]),
        }
    }

    pub(super) fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) -> Result<(), BadPayload> {
        self.run(payload, MAX_SAMPLES, out)
    }

    pub(super) fn conceal(&mut self, out: &mut Vec<i16>) {
        if self.run(&[], FRAME, out).is_err() {
            out.resize(FRAME, 0);
        }
    }

    fn run(&mut self, payload: &[u8], room: usize, out: &mut Vec<i16>) -> Result<(), BadPayload> {
        let float = &mut self.float[..room];
        let made = match &mut self.decoder {
            Some(d) => catch_unwind(AssertUnwindSafe(|| d.decode(payload, room, float))),
            None => Ok(Err("no decoder")),
        };
        match made {
            Ok(Ok(n)) => {
                // `as` saturates; rounded it is within one step of what libopus gives.
                out.extend(float.iter().take(n).map(|&s| (s * 32768.0).round() as i16));
                Ok(())
            }
            Ok(Err(_)) => Err(BadPayload),
            Err(_) => {
                self.decoder = OpusDecoder::new(RATE, 1).ok();
                Err(BadPayload)
            }
        }
    }
}
