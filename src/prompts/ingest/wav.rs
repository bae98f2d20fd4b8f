//! WAV bytes to samples, and masters to WAV bytes.

use std::io::Cursor;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::{MAX_SECONDS, Master, Sound, Wrong, compressed};

const CONVERT: &str = "convert it: sox old.wav -b 16 -r 16000 -c 1 new.wav";
const CUT: &str = "copy or export it again";

/// Decodes a WAV file. A file that holds less than its header says is refused: half of a
/// sentence must not be played.
///
/// # Errors
/// [`Wrong`].
pub fn decode(bytes: &[u8]) -> Result<Sound, Wrong> {
    let mut reader = match WavReader::new(bytes) {
        Ok(reader) => reader,
        // A-law, µ-law and other forms that are WAV files all the same.
        Err(hound::Error::Unsupported) => return compressed::decode(bytes),
        Err(e) => return Err(Wrong::new(format!("not a WAV file: {e}"), CONVERT)),
    };
    let spec = reader.spec();
    check(spec)?;
    if reader.duration() > MAX_SECONDS * spec.sample_rate {
        return Err(Wrong::new(
            format!("its header promises more than {MAX_SECONDS} seconds"),
            "cut it, or if it is short, write its header anew: sox old.wav new.wav",
        ));
    }
    let cut = |e| Wrong::new(format!("the file ends before its header says: {e}"), CUT);
    let mut samples: Vec<f32> = Vec::new();
    match (spec.sample_format, spec.bits_per_sample) {
        (SampleFormat::Int, bits @ (8 | 16 | 24 | 32)) => {
            let full = 2f64.powi(i32::from(bits) - 1);
            for s in reader.samples::<i32>() {
                samples.push((f64::from(s.map_err(cut)?) / full) as f32);
            }
        }
        (SampleFormat::Float, 32) => {
            for s in reader.samples::<f32>() {
                let s = s.map_err(cut)?;
                samples.push(if s.is_finite() {
                    s.clamp(-1.0, 1.0)
                } else {
                    0.0
                });
            }
        }
        (SampleFormat::Int | SampleFormat::Float, bits) => {
            return Err(Wrong::new(
                format!("{bits} bits per sample in this form"),
                CONVERT,
            ));
        }
    }
    let channels = usize::from(spec.channels);
    let mono: Vec<f32> = samples
        .chunks_exact(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32)
        .collect();
    if mono.is_empty() {
        return Err(Wrong::silent());
    }
    Ok(Sound {
        samples: mono,
        rate: spec.sample_rate,
    })
}

fn check(spec: WavSpec) -> Result<(), Wrong> {
    if !(1..=2).contains(&spec.channels) {
        let what = format!("{} channels; prompts are mono", spec.channels);
        return Err(Wrong::new(what, CONVERT));
    }
    if !super::rate::RATES.contains(&spec.sample_rate) {
        let what = format!("{} samples per second", spec.sample_rate);
        return Err(Wrong::new(what, CONVERT));
    }
    Ok(())
}

/// Writes into the header how much really follows. A program that writes into a pipe can not
/// know it beforehand, so it promises gigabytes, or nothing.
pub fn mend(bytes: &mut [u8]) {
    let total = bytes.len();
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE".as_slice()) {
        return;
    }
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    let mut at = 12;
    while let Some(chunk) = bytes.get(at..at + 8) {
        let told = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]) as usize;
        let rest = total - (at + 8);
        if &chunk[..4] == b"data" {
            if told > rest || told == 0 {
                bytes[at + 4..at + 8].copy_from_slice(&size(rest));
                bytes[4..8].copy_from_slice(&size(total - 8));
            }
            return;
        }
        // Chunks are padded to even lengths.
        at = match (at + 8).checked_add(told.saturating_add(told & 1)) {
            Some(next) if next < total => next,
            Some(_) | None => return,
        };
    }
}

/// What marks a file as rendered by us, so that it may be replaced by a newer rendering; a
/// recording by a person never is.
const MARK: &[u8] = b"zeroline prompts render\0";

/// A master as a WAV file.
pub fn encode(master: &Master) -> Vec<u8> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: master.rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut out = Cursor::new(Vec::with_capacity(44 + master.samples.len() * 2));
    // Into memory, ten minutes at most: there is nothing that could fail.
    let written = WavWriter::new(&mut out, spec).and_then(|mut writer| {
        for &s in &master.samples {
            writer.write_sample(s)?;
        }
        writer.finalize()
    });
    debug_assert!(written.is_ok(), "{written:?}");
    out.into_inner()
}

/// The same, marked as rendered (an `ISFT` text in a `LIST` `INFO` chunk, after the sound).
pub fn encode_rendered(master: &Master) -> Vec<u8> {
    let mut bytes = encode(master);
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    bytes.extend_from_slice(b"LIST");
    bytes.extend_from_slice(&size(12 + MARK.len()));
    bytes.extend_from_slice(b"INFOISFT");
    bytes.extend_from_slice(&size(MARK.len()));
    bytes.extend_from_slice(MARK);
    let total = size(bytes.len() - 8);
    bytes[4..8].copy_from_slice(&total);
    bytes
}

/// Whether we rendered this file.
pub fn is_rendered(bytes: &[u8]) -> bool {
    bytes.ends_with(MARK)
}
