//! Opus for phones of the tests, whose sounds are at 8 kHz.

use opus_rs::{Application, OpusDecoder, OpusEncoder};

/// Both work at twice our rate.
const RATE: i32 = 16_000;
const FRAME: usize = RATE as usize / 50;

/// Packets of 20 ms.
pub struct Encoder {
    encoder: OpusEncoder,
    before: i16,
}

impl Encoder {
    pub fn new() -> Encoder {
        let encoder = OpusEncoder::new(RATE, 1, Application::Voip).expect("an encoder");
        Encoder { encoder, before: 0 }
    }

    pub fn encode(&mut self, pcm: &[i16]) -> Vec<u8> {
        let mut doubled = Vec::with_capacity(2 * pcm.len());
        for &s in pcm {
            doubled.push((i32::from(self.before) + i32::from(s)).div_euclid(2) as i16);
            doubled.push(s);
            self.before = s;
        }
        let mut out = vec![0; 1276];
        let n = self.encoder.encode_i16(&doubled, FRAME, &mut out);
        out.truncate(n.expect("20 ms of sound"));
        out
    }
}

/// The other way.
pub struct Decoder(OpusDecoder);

impl Decoder {
    pub fn new() -> Decoder {
        Decoder(OpusDecoder::new(RATE, 1).expect("a decoder"))
    }

    /// Appends what it sounds like.
    pub fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) {
        let mut pcm = [0.0; 6 * FRAME];
        let room = pcm.len();
        let n = self.0.decode(payload, room, &mut pcm).expect("Opus");
        let (pairs, _) = pcm[..n].as_chunks::<2>();
        out.extend(pairs.iter().map(|[a, b]| ((a + b) * 16_384.0) as i16));
    }
}
