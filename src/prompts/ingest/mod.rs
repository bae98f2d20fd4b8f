//! A recording of any common form to a master: mono, 16 bits, 8 or 16 kHz, and brought to one
//! loudness.
//!
//! Pure work on bytes. Nothing that a file says about itself is believed: sizes are bounded by
//! what is really there, and lengths by what is really decoded.

mod compressed;
pub mod level;
mod rate;
pub mod raw;
mod trim;
pub mod wav;

use std::time::Duration;

pub use trim::trim;

/// The longest prompt.
pub const MAX_SECONDS: u32 = 600;
/// Larger files are refused before they are read: ten minutes of stereo at 48 kHz and 16 bits
/// take 110 MB, of which nobody makes a prompt.
pub const MAX_FILE: u64 = 64 << 20;
/// The rates of masters: that of G.711, and that of G.722 and Opus as we speak them.
pub const NARROW: u32 = 8000;
/// The better of the two.
pub const WIDE: u32 = 16_000;

/// Sound as it was found, mixed down to one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// From -1 to 1; 16-bit samples are exact multiples of 1/32768.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub rate: u32,
}

/// What is played and kept: mono, 16 bits, 8 or 16 kHz (other rates only where a file of one of
/// the codecs' own rates is played as it is).
#[derive(Clone, PartialEq, Eq)]
pub struct Master {
    /// Samples.
    pub samples: Vec<i16>,
    /// Samples per second.
    pub rate: u32,
}

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (n, rate) = (self.samples.len(), self.rate);
        write!(f, "Master({n} samples at {rate} Hz)")
    }
}

impl Master {
    /// Nothing to hear, for so long.
    pub fn silence(length: Duration) -> Master {
        let samples = (length.as_millis() * u128::from(WIDE) / 1000) as usize;
        Master {
            samples: vec![0; samples],
            rate: WIDE,
        }
    }

    /// How long it plays.
    pub fn duration(&self) -> Duration {
        let micros = self.samples.len() as u64 * 1_000_000 / u64::from(self.rate.max(1));
        Duration::from_micros(micros)
    }
}

/// What is wrong with a recording, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct Wrong {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Wrong {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    fn silent() -> Wrong {
        Wrong::new("there is no sound in it", "record it again")
    }

    fn endless() -> Wrong {
        Wrong::new(
            format!("it is longer than {MAX_SECONDS} seconds"),
            "cut it into parts",
        )
    }
}

/// Decodes WAV, MP3, FLAC and Ogg Vorbis, told apart by their bytes and not by their name.
///
/// # Errors
/// [`Wrong`]: another form, damaged, empty, too long.
pub fn decode(bytes: &[u8]) -> Result<Sound, Wrong> {
    match bytes {
        [b'R', b'I', b'F', b'F', ..] => wav::decode(bytes),
        _ => compressed::decode(bytes),
    }
}

/// As decoded, in a rate that a master may have; the level stays. What is there already in such
/// a rate stays as it is, bit for bit.
///
/// # Errors
/// [`Wrong`]: a rate that nothing can be made of.
pub fn master(sound: &Sound) -> Result<Master, Wrong> {
    let to = match sound.rate {
        NARROW | WIDE => sound.rate,
        _ => WIDE,
    };
    let samples = rate::convert(&sound.samples, sound.rate, to)?;
    Ok(Master {
        samples: quantise(&samples),
        rate: to,
    })
}

/// The whole way of a recording: decoded, rate, loudness. `most` is the highest rate of the
/// master: [`WIDE`], or [`NARROW`] where disk space counts.
///
/// What is in bounds already ([`level`]) and in a master's form is given back bit for bit, so a
/// second ingest changes nothing.
///
/// # Errors
/// [`Wrong`], of [`decode`] and [`master`].
pub fn ingest(bytes: &[u8], most: u32) -> Result<Master, Wrong> {
    finish(&decode(bytes)?, most)
}

/// The same, of sound that is decoded.
///
/// # Errors
/// [`Wrong`], of [`master`].
pub fn finish(sound: &Sound, most: u32) -> Result<Master, Wrong> {
    let to = if sound.rate == NARROW || most == NARROW {
        NARROW
    } else {
        WIDE
    };
    let mut samples = rate::convert(&sound.samples, sound.rate, to)?;
    level::even(&mut samples, to);
    Ok(Master {
        samples: quantise(&samples),
        rate: to,
    })
}

/// No dither: noise added to silence would be heard, and the same input must give the same
/// bytes.
fn quantise(samples: &[f32]) -> Vec<i16> {
    // `as` saturates, and makes 0 of what is not a number.
    let to_16 = |s: &f32| (s * 32_768.0).round() as i16;
    samples.iter().map(to_16).collect()
}

#[cfg(test)]
mod tests;
