//! The headerless forms of an Asterisk sound folder.

use super::{MAX_SECONDS, NARROW, Sound, WIDE, Wrong};
use crate::media::codec::{alaw_decode, ulaw_decode};

/// A form without header: its name's ending says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// `.ulaw`: G.711 µ-law.
    Ulaw,
    /// `.alaw`: G.711 A-law.
    Alaw,
    /// `.sln`: 16-bit little-endian samples at 8 kHz.
    Sln,
    /// `.sln16`: the same at 16 kHz.
    Sln16,
}

/// # Errors
/// [`Wrong`]: nothing in it, an odd number of bytes, too long.
pub fn decode(form: Raw, bytes: &[u8]) -> Result<Sound, Wrong> {
    let rate = match form {
        Raw::Ulaw | Raw::Alaw | Raw::Sln => NARROW,
        Raw::Sln16 => WIDE,
    };
    let unit = |s: i16| f32::from(s) / 32_768.0;
    let samples: Vec<f32> = match form {
        Raw::Ulaw => bytes.iter().map(|&b| unit(ulaw_decode(b))).collect(),
        Raw::Alaw => bytes.iter().map(|&b| unit(alaw_decode(b))).collect(),
        Raw::Sln | Raw::Sln16 => {
            if !bytes.len().is_multiple_of(2) {
                let what = "an odd number of bytes, so it is cut or not of this form";
                return Err(Wrong::new(what, "copy or export it again"));
            }
            let pairs = bytes.as_chunks::<2>().0;
            pairs.iter().map(|b| unit(i16::from_le_bytes(*b))).collect()
        }
    };
    if samples.is_empty() {
        return Err(Wrong::silent());
    }
    if samples.len() > (MAX_SECONDS * rate) as usize {
        return Err(Wrong::endless());
    }
    Ok(Sound { samples, rate })
}
