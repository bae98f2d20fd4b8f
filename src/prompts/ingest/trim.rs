//! Takes the silence off both ends of rendered speech: engines leave up to a second, which a
//! caller waits through between two sentences.

use super::Sound;

/// What counts as silence, against the loudest sample: -46 dB.
const SILENCE: f32 = 0.005;
/// Air that is left before and after, in milliseconds.
const BEFORE: usize = 40;
const AFTER: usize = 80;

/// What is left of it; silence altogether stays as it is.
pub fn trim(sound: Sound) -> Sound {
    let Sound { samples, rate } = sound;
    let top = samples.iter().fold(0f32, |top, s| top.max(s.abs()));
    let loud = |s: &f32| s.abs() > top * SILENCE;
    let (Some(first), Some(last)) = (
        samples.iter().position(loud),
        samples.iter().rposition(loud),
    ) else {
        return Sound { samples, rate };
    };
    let air = |ms: usize| rate as usize * ms / 1000;
    let from = first.saturating_sub(air(BEFORE));
    let to = (last + 1 + air(AFTER)).min(samples.len());
    let samples = samples.get(from..to).unwrap_or(&samples).to_vec();
    Sound { samples, rate }
}
