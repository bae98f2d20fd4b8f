mod commands;
mod library;
mod loudness;
mod report;
mod texts;

use std::io::Cursor;
use std::path::Path;

use super::engine;
use super::ingest::{Master, WIDE, wav as master_wav};
use crate::ids::{Language, PromptName};

/// A tone of half the scale, in any form of WAV.
fn wav(spec: hound::WavSpec, frames: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
    for i in 0..frames * u32::from(spec.channels) {
        let x = (f64::from(i / u32::from(spec.channels)) * 0.2).sin() * 0.5;
        match spec.sample_format {
            hound::SampleFormat::Float => writer.write_sample(x as f32).unwrap(),
            hound::SampleFormat::Int => {
                let top = f64::from(2f32.powi(i32::from(spec.bits_per_sample) - 1)) - 1.0;
                writer.write_sample((x * top) as i32).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    out.into_inner()
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> hound::WavSpec {
    let sample_format = hound::SampleFormat::Int;
    hound::WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format,
    }
}

/// A second of a tone of this amplitude (of 1), as a WAV file.
fn tone(amplitude: f64) -> Vec<u8> {
    let samples = (0..16_000u32).map(|i| (f64::from(i) * 0.3).sin() * amplitude * 32_767.0);
    master_wav::encode(&Master {
        samples: samples.map(|s| s as i16).collect(),
        rate: WIDE,
    })
}

/// About -22 LUFS.
const RIGHT: f64 = 0.11;

fn put(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let file = dir.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

fn names(names: &[&str]) -> Vec<Language> {
    names.iter().copied().map(Language::new).collect()
}

fn prompt(name: &str) -> PromptName {
    PromptName::new(name)
}

/// What is told, with the folder's name taken out.
fn told(dir: &Path, lines: &[impl ToString]) -> Vec<String> {
    let folder = format!("{}/", dir.display());
    lines
        .iter()
        .map(|l| l.to_string().replace(&folder, ""))
        .collect()
}
