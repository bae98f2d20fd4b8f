//! Speech engines: text in, sound out. Asked when prompts are loaded or rendered, never for a
//! call.

mod espeak;
mod flite;
mod openai;
mod subprocess;

use std::path::PathBuf;
use std::time::Duration;

use crate::config::{SpeechEngine, SpeechEngineKind};
use crate::ids::Language;
use crate::menu::spoken::words;
use crate::net::http::HttpClient;
use crate::text::show_duration;

use super::ingest::{self, Master, WIDE, Wrong, level, wav};

/// The longest text that is spoken, in characters: about two minutes.
pub const MAX_TEXT: usize = 2000;
/// Octets of an engine's answer: ten minutes at 48 kHz and 16 bits.
const MAX_SOUND: usize = 58 << 20;

/// Why there is no speech.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program is not installed.
    #[error("the speech engine `{}` is not installed", .0.display())]
    NotInstalled(PathBuf),
    /// The server can not be reached.
    #[error("the speech engine at {url} can not be reached: {cause}")]
    NotThere {
        /// Where.
        url: String,
        /// Why.
        cause: String,
    },
    /// Longer than its time.
    #[error("the speech engine gave nothing whole within {}", show_duration(*.0))]
    Slow(Duration),
    /// It sends without end.
    #[error("the speech engine gave more than {} MiB", .0 >> 20)]
    Large(usize),
    /// It says no.
    #[error("the speech engine failed: {0}")]
    Failed(String),
    /// What it gave is not speech.
    #[error("the speech engine gave no usable sound: {0}")]
    Sound(#[from] Wrong),
}

impl EngineError {
    /// What to do.
    pub fn remedy(&self) -> String {
        match self {
            EngineError::NotInstalled(program) => format!(
                "install it (apt install {}), name another in [[prompts.engines]], or record the \
                 text",
                program.display()
            ),
            EngineError::NotThere { .. } => {
                "start it, correct its url in [[prompts.engines]], or record the text".to_owned()
            }
            EngineError::Slow(_) => {
                "see whether it works, raise its timeout in [[prompts.engines]], or record the text"
                    .to_owned()
            }
            EngineError::Large(_) | EngineError::Failed(_) | EngineError::Sound(_) => {
                "try it by hand, correct [[prompts.engines]], or record the text".to_owned()
            }
        }
    }

    /// Whether the next text would meet the same.
    pub fn is_lasting(&self) -> bool {
        match self {
            EngineError::NotInstalled(_) | EngineError::NotThere { .. } | EngineError::Slow(_) => {
                true
            }
            EngineError::Large(_) | EngineError::Failed(_) | EngineError::Sound(_) => false,
        }
    }
}

/// Whether an engine is for a language.
pub fn speaks(engine: &SpeechEngine, language: &Language) -> bool {
    let able = match engine.kind {
        SpeechEngineKind::Flite { .. } => language.as_str().starts_with("en"),
        SpeechEngineKind::Espeak { .. } | SpeechEngineKind::Http { .. } => true,
    };
    able && (engine.languages.is_empty() || engine.languages.contains(language))
}

/// The engine that is asked for a language: the first that speaks it.
pub fn of<'e>(engines: &'e [SpeechEngine], language: &Language) -> Option<&'e SpeechEngine> {
    engines.iter().find(|e| speaks(e, language))
}

/// All that makes this engine's speech what it is, for people and for the cache: kind, voice,
/// model, speed, and the fixed settings of ours.
pub fn identity(engine: &SpeechEngine, language: &Language) -> String {
    let speed = engine.speed;
    match &engine.kind {
        SpeechEngineKind::Espeak { pitch, .. } => {
            let voice = espeak::voice(engine, language);
            format!("espeak-ng voice={voice} speed={speed} pitch={pitch}")
        }
        SpeechEngineKind::Flite { .. } => {
            format!(
                "flite voice={} speed={speed}",
                flite::voice(engine, language)
            )
        }
        SpeechEngineKind::Http { model, .. } => {
            let voice = openai::voice(engine, language);
            format!("http model={model} voice={voice} speed={speed}")
        }
    }
}

/// The text as it is spoken, or what is wrong with it.
///
/// # Errors
/// [`Wrong`]: too long, or nothing in it that has a sound.
pub fn speakable(text: &str) -> Result<String, Wrong> {
    let text = words(text);
    let length = text.chars().count();
    if length > MAX_TEXT {
        return Err(Wrong::new(
            format!("the text has {length} characters; at most {MAX_TEXT} are spoken"),
            "part it into several prompts",
        ));
    }
    if !text.contains(char::is_alphanumeric) {
        return Err(Wrong::new(
            "there is nothing in the text that can be spoken",
            "write words",
        ));
    }
    Ok(text)
}

/// Speaks a text ([`speakable`] has seen it) and makes a master of it: silence at the ends taken
/// off, loudness as all prompts have it.
///
/// # Errors
/// [`EngineError`].
pub async fn speak(
    engine: &SpeechEngine,
    client: &HttpClient,
    language: &Language,
    text: &str,
) -> Result<Master, EngineError> {
    let mut bytes = match &engine.kind {
        SpeechEngineKind::Espeak { program, pitch } => {
            espeak::speak(engine, program, *pitch, language, text).await?
        }
        SpeechEngineKind::Flite { program } => {
            flite::speak(engine, program, language, text).await?
        }
        SpeechEngineKind::Http { url, model, key } => {
            let at = openai::At {
                client,
                url,
                model,
                key: key.as_ref(),
            };
            openai::speak(engine, at, language, text).await?
        }
    };
    // Decoding is short, but not for a thread that has others to answer.
    let made = tokio::task::spawn_blocking(move || {
        wav::mend(&mut bytes);
        let sound = ingest::decode(&bytes)?;
        let silent = !level::measure(&sound.samples, sound.rate)
            .loudness
            .is_finite();
        if silent {
            return Err(Wrong::new("it is silent", "choose another voice"));
        }
        ingest::finish(&ingest::trim(sound), WIDE)
    });
    match made.await {
        Ok(master) => Ok(master?),
        Err(e) => Err(EngineError::Failed(e.to_string())),
    }
}

#[cfg(test)]
pub(super) mod tests;
