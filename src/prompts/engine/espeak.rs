//! espeak-ng as a program.

use std::ffi::OsString;
use std::path::Path;

use super::EngineError;
use super::subprocess::{self, Run};
use crate::config::SpeechEngine;
use crate::ids::Language;

/// Words a minute at 100 percent: its own 175 are hurried on a telephone.
const WORDS_A_MINUTE: u32 = 145;
/// Between words, in units of 10 ms.
const GAP: &str = "2";

/// Received Pronunciation is the clearest of its English voices on a narrow line; other
/// languages have the voice of their name.
pub(super) fn voice(engine: &SpeechEngine, language: &Language) -> String {
    match (engine.voices.get(language), language.as_str()) {
        (Some(voice), _) => voice.clone(),
        (None, "en") => "en-gb-x-rp".to_owned(),
        (None, other) => other.replace('_', "-").to_lowercase(),
    }
}

pub(super) async fn speak(
    engine: &SpeechEngine,
    program: &Path,
    pitch: u8,
    language: &Language,
    text: &str,
) -> Result<Vec<u8>, EngineError> {
    let speed = (WORDS_A_MINUTE * u32::from(engine.speed) / 100).clamp(80, 450);
    let arguments: Vec<OsString> = [
        "-v",
        &voice(engine, language),
        "-s",
        &speed.to_string(),
        "-p",
        &pitch.to_string(),
        "-g",
        GAP,
        "-b",
        "1",
        "--stdin",
        "--stdout",
    ]
    .map(OsString::from)
    .into();
    let sound = subprocess::run(Run {
        program,
        arguments: &arguments,
        input: &plain(text),
        limit: engine.timeout,
        writes_file: false,
    })
    .await?;
    // An unknown voice is no failure to it.
    if sound.is_empty() {
        let voice = voice(engine, language);
        return Err(EngineError::Failed(format!(
            "{} gave nothing; is there a voice `{voice}`? (`espeak-ng --voices` lists them)",
            program.display()
        )));
    }
    Ok(sound)
}

/// `[[…]]` would be taken for phonemes. Markup in `<…>` is only read with `-m`, and its commands
/// begin with control characters, which no text has here.
fn plain(text: &str) -> String {
    text.replace('[', "(").replace(']', ")")
}
