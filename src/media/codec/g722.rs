//! G.722 at 64 kbit/s (ITU-T G.722 mode 1) by the crate `audio-codec`.

use audio_codec::g722::{G722Decoder, G722Encoder};
use audio_codec::{Decoder as _, Encoder as _};

use super::BadPayload;

pub(super) struct Encoder(G722Encoder);

impl Encoder {
    pub(super) fn new() -> Encoder {
        Encoder(G722Encoder::new())
    }

    pub(super) fn encode(&mut self, pcm: &[i16], out: &mut Vec<u8>) {
        out.resize(self.0.max_encode_bytes(pcm.len()), 0);
        let n = self.0.encode_into(pcm, out).unwrap_or(0);
        out.truncate(n);
    }
}

pub(super) struct Decoder(G722Decoder);

impl Decoder {
    pub(super) fn new() -> Decoder {
        Decoder(G722Decoder::new())
    }

    pub(super) fn decode(&mut self, payload: &[u8], out: &mut Vec<i16>) -> Result<(), BadPayload> {
        out.resize(self.0.max_decode_samples(payload.len()), 0);
        match self.0.decode_into(payload, out) {
            Ok(n) => {
                out.truncate(n);
                Ok(())
            }
            Err(_) => {
                out.clear();
                Err(BadPayload)
            }
        }
    }
}
