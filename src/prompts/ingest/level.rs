//! One loudness for all prompts: -22 LUFS integrated (ITU-R BS.1770-5, as EBU R 128 measures
//! it), true peaks at -3 dBTP at most. Where the two conflict the peak wins, since clipping is
//! heard and a somewhat softer prompt is not.

use ebur128::{EbuR128, Mode};

/// Integrated loudness of a prompt, in LUFS.
pub const TARGET: f64 = -22.0;
/// True peak at most, in dBTP.
pub const PEAK: f64 = -3.0;
/// What is this near is left as it is, in LU: the deviation that EBU R 128 permits.
pub const TOLERANCE: f64 = 0.5;
/// What is this far from where [`even`] would bring it is reported, in dB.
pub const FAR: f64 = 3.0;
/// The most that is added, in dB. What would need more is noise, and stays as it is: a part of
/// the way now would be another part with the next ingest.
const MOST: f64 = 30.0;
/// What rounding to 16 bits may change, generously, in dB.
const HAIR: f64 = 0.005;
/// BS.1770 measures in blocks of this length, in milliseconds; shorter sounds are one block.
const BLOCK: usize = 400;
/// As many samples in a row at the end of the scale do not happen by themselves.
const CLIP_RUN: usize = 3;
/// The end of the scale: the largest 16-bit sample.
const END: f32 = 32_767.0 / 32_768.0;

/// What was measured of a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Integrated loudness in LUFS; minus infinity for silence (below -70 LUFS).
    pub loudness: f64,
    /// True peak in dBTP; minus infinity for none.
    pub peak: f64,
}

impl Level {
    /// What would bring it to where it should be, in dB: the loudness, or less where the peak
    /// would be too high. Zero for silence and for what is near enough.
    pub fn off(&self) -> f64 {
        if !self.loudness.is_finite() || !self.peak.is_finite() {
            return 0.0;
        }
        // A hair below, so that rounding to 16 bits does not lift it over.
        let room = PEAK - HAIR - self.peak;
        let wanted = TARGET - self.loudness;
        if wanted.abs() <= TOLERANCE && room >= -HAIR {
            return 0.0;
        }
        let gain = wanted.min(room);
        if gain.abs() < 2.0 * HAIR { 0.0 } else { gain }
    }

    /// What an ingest adds, in dB: [`Level::off`], but nothing to what is too soft to be meant.
    pub fn gain(&self) -> f64 {
        if TARGET - self.loudness > MOST {
            0.0
        } else {
            self.off()
        }
    }
}

/// Measures one channel.
pub fn measure(samples: &[f32], rate: u32) -> Level {
    measured(samples, rate).unwrap_or(Level {
        loudness: f64::NEG_INFINITY,
        peak: f64::NEG_INFINITY,
    })
}

fn measured(samples: &[f32], rate: u32) -> Result<Level, ebur128::Error> {
    let mut meter = EbuR128::new(1, rate, Mode::I | Mode::M | Mode::TRUE_PEAK)?;
    meter.add_frames_f32(samples)?;
    let ms = samples.len() * 1000 / (rate as usize).max(1);
    let loudness = if ms < BLOCK {
        // No gating: there is no second block to be loud against.
        meter.loudness_window(u32::try_from(ms.max(1)).unwrap_or(u32::MAX))?
    } else {
        meter.loudness_global()?
    };
    // The meter's interpolation looks ahead: silence brings its last samples out.
    meter.add_frames_f32(&[0.0; 64])?;
    Ok(Level {
        loudness: if loudness < -70.0 {
            f64::NEG_INFINITY
        } else {
            loudness
        },
        peak: 20.0 * meter.true_peak(0)?.log10(),
    })
}

/// Brings a sound to where it should be; what is near enough stays bit for bit.
pub(super) fn even(samples: &mut [f32], rate: u32) {
    let gain = measure(samples, rate).gain();
    if gain != 0.0 {
        let factor = 10f64.powf(gain / 20.0) as f32;
        samples.iter_mut().for_each(|s| *s *= factor);
    }
}

/// How many times the recording was louder than its scale: runs of samples at the very end of
/// it.
pub fn clipped(samples: &[f32]) -> usize {
    let (mut runs, mut run) = (0, 0);
    for s in samples {
        run = if s.abs() >= END { run + 1 } else { 0 };
        if run == CLIP_RUN {
            runs += 1;
        }
    }
    runs
}
