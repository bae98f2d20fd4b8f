//! Recorded prompts and speech engines: section `[prompts]`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::reader::{Parsed, Table, choice, duration, number, text};
use super::sections::path;
use super::types::{Prompts, Secret, SpeechEngine, SpeechEngineKind, Store};
use crate::ids::Language;

pub(super) fn read(mut t: Table<'_>, store: &Store) -> Prompts {
    let prompts = Prompts {
        dir: t.opt("dir", path),
        language: t.get("language", Language::new("en"), language),
        cache: t
            .opt("cache", path)
            .unwrap_or_else(|| store.dir.join("prompts")),
        engines: match t.tables("engines") {
            Some(tables) => tables.into_iter().filter_map(engine).collect(),
            None => vec![SpeechEngine::espeak()],
        },
    };
    t.finish();
    prompts
}

#[derive(Clone, Copy)]
enum Kind {
    Espeak,
    Flite,
    Http,
}

const KINDS: &[(&str, Kind)] = &[
    ("espeak-ng", Kind::Espeak),
    ("flite", Kind::Flite),
    ("http", Kind::Http),
];

fn engine(mut t: Table<'_>) -> Option<SpeechEngine> {
    let kind = t.need("kind", "\"espeak-ng\"", choice(KINDS));
    // Each kind has settings of its own; with the kind unknown they can not be judged.
    let kind = match kind? {
        Kind::Espeak => SpeechEngineKind::Espeak {
            program: t.get("program", ESPEAK.into(), path),
            pitch: t.get("pitch", PITCH, |v| {
                number(0, 99)(v).map(|n| n.try_into().unwrap_or(PITCH))
            }),
        },
        Kind::Flite => SpeechEngineKind::Flite {
            program: t.get("program", "flite".into(), path),
        },
        Kind::Http => {
            let given = t.need("url", "\"http://127.0.0.1:8880/v1/audio/speech\"", url);
            let model = t.get("model", "tts-1".to_owned(), text);
            let key = t.secret("key", |v| header_text(v).map(Secret::new));
            SpeechEngineKind::Http {
                // A mistake has been told, so the settings are not used.
                url: given.unwrap_or_default(),
                model,
                key,
            }
        }
    };
    let languages = t.list("languages", language).unwrap_or_default();
    let voices: Vec<(Language, String)> = t.list("voices", voice).unwrap_or_default();
    let mut by_language = BTreeMap::new();
    for (language, voice) in voices {
        let again = format!("`{language}` is there twice");
        if by_language.insert(language, voice).is_some() {
            t.tell("voices", again, "remove one");
        }
    }
    let slowest = Duration::from_secs(30);
    let engine = SpeechEngine {
        kind,
        languages,
        voices: by_language,
        speed: t.get("speed", 100, |v| {
            number(25, 400)(v).map(|n| n.try_into().unwrap_or(100))
        }),
        timeout: t.get("timeout", slowest, duration("1s", "10m")),
    };
    t.finish();
    Some(engine)
}

const ESPEAK: &str = "espeak-ng";
/// A calm voice.
const PITCH: u8 = 42;

impl SpeechEngine {
    /// The one that is there without settings.
    pub fn espeak() -> SpeechEngine {
        SpeechEngine::of(SpeechEngineKind::Espeak {
            program: ESPEAK.into(),
            pitch: PITCH,
        })
    }

    /// flite with its defaults.
    pub fn flite() -> SpeechEngine {
        SpeechEngine::of(SpeechEngineKind::Flite {
            program: "flite".into(),
        })
    }

    /// A kind with the defaults of everything else.
    pub fn of(kind: SpeechEngineKind) -> SpeechEngine {
        SpeechEngine {
            kind,
            languages: Vec::new(),
            voices: BTreeMap::new(),
            speed: 100,
            timeout: Duration::from_secs(30),
        }
    }
}

/// A name of a language, which is a folder of prompts as well.
pub(super) fn language(t: &str) -> Parsed<Language> {
    let good = (1..=35).contains(&t.len())
        && t.starts_with(|c: char| c.is_ascii_alphanumeric())
        && t.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if good {
        Ok(Language::new(t))
    } else {
        Err("write a short name of letters and digits, like `en` or `pt-br`".to_owned())
    }
}

fn voice(t: &str) -> Parsed<(Language, String)> {
    let like = || "write language and voice, like `en:en-gb-x-rp`".to_owned();
    let (of, voice) = t.split_once(':').ok_or_else(like)?;
    let good = (1..=128).contains(&voice.len())
        && voice.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !voice.contains(|c: char| c.is_control() || c.is_whitespace());
    if !good {
        return Err(like());
    }
    Ok((language(of)?, voice.to_owned()))
}

fn url(t: &str) -> Parsed<String> {
    let like = "write a URL, like `http://127.0.0.1:8880/v1/audio/speech`; a key goes to `key`";
    let rest = t
        .strip_prefix("http://")
        .or_else(|| t.strip_prefix("https://"));
    let authority = rest.map(|r| r.split(['/', '?', '#']).next().unwrap_or_default());
    let odd =
        |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii() || "<>\"#\\".contains(c);
    let good = authority.is_some_and(|a| {
        a.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && !a.contains('@')
    });
    if good && t.len() <= 1024 && !t.contains(odd) {
        Ok(t.to_owned())
    } else {
        Err(like.to_owned())
    }
}

fn header_text(t: &str) -> Parsed<String> {
    let good = !t.is_empty() && t.len() <= 1024 && t.chars().all(|c| c.is_ascii_graphic());
    if good {
        Ok(t.to_owned())
    } else {
        Err("write it in ASCII, without spaces".to_owned())
    }
}
