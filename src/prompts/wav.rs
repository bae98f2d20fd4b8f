//! WAV bytes to mono 16-bit samples. Headers are not trusted: nothing is allocated for what
//! they promise, and a file that holds less than its header says is refused.

use hound::{SampleFormat, WavReader};

/// The rates that can be brought to every codec's.
const RATES: [u32; 7] = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000];
/// The longest prompt.
const MAX_SECONDS: u32 = 600;

/// A sound.
pub(super) struct Sound {
    pub samples: Vec<i16>,
    pub rate: u32,
}

/// What is wrong, and the remedy.
type Wrong = (String, &'static str);

pub(super) fn decode(bytes: &[u8]) -> Result<Sound, Wrong> {
    let convert = "convert it: sox old.wav -b 16 -r 16000 -c 1 new.wav";
    let mut reader =
        WavReader::new(bytes).map_err(|e| (format!("not a WAV file: {e}"), convert))?;
    let spec = reader.spec();
    if !(1..=2).contains(&spec.channels) {
        return Err((
            format!("{} channels; prompts are mono", spec.channels),
            convert,
        ));
    }
    if !RATES.contains(&spec.sample_rate) {
        return Err((format!("{} samples per second", spec.sample_rate), convert));
    }
    if reader.duration() > MAX_SECONDS * spec.sample_rate {
        let what = format!("its header promises more than {MAX_SECONDS} seconds");
        return Err((
            what,
            "cut it, or if it is short, write its header anew: sox old.wav new.wav",
        ));
    }
    let cut = |e: hound::Error| {
        let what = format!("the file ends before its header says: {e}");
        (what, "copy or export it again")
    };
    let mut samples: Vec<i32> = Vec::new();
    match (spec.sample_format, spec.bits_per_sample) {
        (SampleFormat::Int, bits @ (8 | 16 | 24 | 32)) => {
            for s in reader.samples::<i32>() {
                let s = s.map_err(cut)?;
                samples.push(match bits {
                    8 => s << 8,
                    16 => s,
                    24 => s >> 8,
                    _ => s >> 16,
                });
            }
        }
        (SampleFormat::Float, 32) => {
            for s in reader.samples::<f32>() {
                let s = s.map_err(cut)?;
                samples.push((s.clamp(-1.0, 1.0) * 32_767.0) as i32);
            }
        }
        (SampleFormat::Int | SampleFormat::Float, bits) => {
            return Err((format!("{bits} bits per sample in this form"), convert));
        }
    }
    let mono: Vec<i16> = samples
        .chunks_exact(usize::from(spec.channels))
        .map(|frame| {
            let sum: i32 = frame.iter().sum();
            let mean = sum / i32::from(spec.channels);
            mean.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
        })
        .collect();
    if mono.is_empty() {
        return Err(("there is no sound in it".to_owned(), "record it again"));
    }
    Ok(Sound {
        samples: mono,
        rate: spec.sample_rate,
    })
}
