//! The recordings that are part of the program have one loudness: measured, each of them.

use super::super::embedded::{self, Recording};
use super::super::ingest::level::{Level, PEAK, TARGET, measure};
use super::super::ingest::{MAX_SECONDS, decode};
use crate::menu::system;

/// The deviation of what is heard one after the other; EBU R 128 permits as much where the level is
/// not set by hand.
const TOLERANCE: f64 = 1.0;
/// So near is a peak at its cap: words that are all bang are softer than the rest, and say so by
/// their peak.
const AT_THE_CAP: f64 = 0.1;
/// What rounding to 16 bits may change.
const HAIR: f64 = 0.005;
/// There is nothing in it.
const SILENT: &str = "say-pause";

fn level(recording: &Recording) -> Level {
    let sound = decode(recording.bytes).expect("a recording");
    assert!(sound.samples.len() <= (MAX_SECONDS * sound.rate) as usize);
    measure(&sound.samples, sound.rate)
}

/// What is wrong with a level.
fn wrong(recording: &Recording, level: Level) -> Option<String> {
    let Level { loudness, peak } = level;
    let told = |what: &str| {
        let (language, name) = (recording.language, recording.name);
        Some(format!(
            "{language}/{name}: {what} ({loudness:.2} LUFS, {peak:.2} dBTP)"
        ))
    };
    if recording.name == SILENT {
        return if loudness.is_finite() {
            told("is heard")
        } else {
            None
        };
    }
    let capped = peak >= PEAK - AT_THE_CAP && loudness < TARGET;
    match (loudness - TARGET).abs() <= TOLERANCE {
        _ if peak > PEAK + HAIR => told("the peak is too high"),
        false if !capped => told("the loudness is off"),
        true | false => None,
    }
}

#[test]
fn every_embedded_recording_has_the_one_loudness_and_no_peak_above_the_cap() {
    let measured: Vec<Option<String>> = std::thread::scope(|s| {
        let languages = embedded::TRANSCRIPTS.iter().map(|(language, _)| {
            s.spawn(move || {
                let all = embedded::recordings(language);
                all.map(|r| wrong(r, level(r))).collect::<Vec<_>>()
            })
        });
        let begun: Vec<_> = languages.collect();
        let ended = begun.into_iter().map(|l| l.join().expect("no panic"));
        ended.flatten().collect()
    });
    assert_eq!(measured.len(), embedded::RECORDINGS.len());
    assert!(
        measured.len() > 4 * system::all().len(),
        "{}",
        measured.len()
    );
    let wrong: Vec<String> = measured.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
