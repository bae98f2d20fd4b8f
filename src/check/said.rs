//! What is said in a speech, as the proof and the figures need it. The only place that looks
//! into speeches.

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Facts;
use super::words;
use crate::ids::{Language, PromptName};
use crate::menu::load::{ZeroForm, announces};
use crate::menu::system;
use crate::menu::tree::{Line, Speech};

/// The recordings of a line and what is known about them.
pub struct Said<'a> {
    languages: Vec<Language>,
    facts: &'a Facts,
    /// By language, in the order of the line's.
    heard: Vec<FxHashMap<PromptName, Heard>>,
}

/// What is heard in one recording. Each is read once, however often it is said.
struct Heard {
    /// The words, by the menu file or by the transcript.
    text: Option<String>,
    length: Option<Duration>,
    /// Whether some words tell that 0 reaches a person, and that 0 and then # does.
    zero: bool,
    zero_hash: bool,
    /// The keys that it tells to press, with the share of the words until then.
    keys: Vec<(usize, f64)>,
    /// A key that is told before what it is for.
    key_first: Option<usize>,
}

impl Heard {
    fn new(texts: &[&str], length: Option<Duration>) -> Heard {
        let text = texts.first().copied();
        let words = words::words(text.unwrap_or_default());
        let told: Vec<words::Told> = words::told(&words).collect();
        let share = |at: usize| (at + 1) as f64 / words.len().max(1) as f64;
        Heard {
            text: text.map(str::to_owned),
            length,
            zero: texts.iter().any(|t| announces(t, ZeroForm::Plain)),
            zero_hash: texts.iter().any(|t| announces(t, ZeroForm::ThenHash)),
            keys: told.iter().map(|t| (t.key, share(t.at))).collect(),
            key_first: told.iter().find(|t| t.key_first).map(|t| t.key),
        }
    }
}

/// One recording or value in a speech.
pub(super) struct Part<'a> {
    /// `None`: a value.
    pub name: Option<&'a PromptName>,
    pub length: Option<Duration>,
    /// Its words can be read for the way to a person.
    read: bool,
    heard: Option<&'a Heard>,
}

impl<'a> Part<'a> {
    /// The words, where they are known.
    pub fn text(&self) -> Option<&'a str> {
        self.heard?.text.as_deref()
    }

    /// The keys that it tells to press, with the share of it that has been heard until then.
    pub fn keys(&self) -> &'a [(usize, f64)] {
        self.heard.map_or(&[], |h| h.keys.as_slice())
    }

    /// A key that is told before what it is for: "press 1 for billing".
    pub fn key_first(&self) -> Option<usize> {
        self.heard?.key_first
    }
}

/// Languages whose transcripts can be read for the way to a person.
const READ: [&str; 4] = ["en", "de", "da", "nb"];

impl<'a> Said<'a> {
    /// The recordings that `line` can ask for; `texts`: what its file says is said in them.
    pub fn new(
        line: &Line,
        facts: &'a Facts,
        texts: &BTreeMap<(Language, PromptName), Vec<String>>,
    ) -> Said<'a> {
        let mut heard: Vec<FxHashMap<PromptName, Heard>> = Vec::new();
        heard.resize_with(line.languages.len(), FxHashMap::default);
        for (id, name) in line.prompts() {
            let Some(language) = line.language(id) else {
                continue;
            };
            let own = texts.get(&(language.clone(), name.clone()));
            let own = own.into_iter().flatten().map(String::as_str);
            let facts = facts.get(language).and_then(|all| all.get(name));
            let transcript = facts.and_then(|f| f.transcript.as_deref());
            let texts: Vec<&str> = own.chain(transcript).collect();
            if let Some(all) = heard.get_mut(usize::from(id.place())) {
                let length = facts.and_then(|f| f.length);
                all.insert(name.clone(), Heard::new(&texts, length));
            }
        }
        Said {
            languages: line.languages.clone(),
            facts,
            heard,
        }
    }

    /// How many languages the line speaks.
    pub fn languages(&self) -> u8 {
        u8::try_from(self.languages.len()).unwrap_or(u8::MAX)
    }

    pub(super) fn language(&self, language: u8) -> &str {
        let name = self.languages.get(usize::from(language));
        name.map_or("", Language::as_str)
    }

    /// What is said, in order.
    pub(super) fn parts<'s>(
        &'s self,
        speech: &'s Speech,
        language: u8,
    ) -> impl Iterator<Item = Part<'s>> {
        let said = speech.all().nth(usize::from(language)).into_iter();
        let pieces = said.flat_map(|(spoken, said)| said.pieces.iter().map(move |p| (spoken, p)));
        pieces.map(|(spoken, piece)| match piece.recording(spoken) {
            Some((of, name)) => Part {
                name: Some(name),
                length: self.recording(of.place(), name),
                read: READ.contains(&self.language(of.place())),
                heard: self
                    .heard
                    .get(usize::from(of.place()))
                    .and_then(|all| all.get(name)),
            },
            None => Part {
                name: None,
                length: None,
                read: true,
                heard: None,
            },
        })
    }

    /// How long a speech takes; `None`: not known.
    pub(super) fn length(&self, speech: &Speech, language: u8) -> Option<Duration> {
        let (_, said) = speech.all().nth(usize::from(language))?;
        said.length
    }

    /// How long one recording takes.
    pub(super) fn recording(&self, language: u8, name: &PromptName) -> Option<Duration> {
        let place = usize::from(language);
        if let Some(heard) = self.heard.get(place).and_then(|all| all.get(name)) {
            return heard.length;
        }
        self.facts
            .get(self.languages.get(place)?)?
            .get(name)?
            .length
    }

    /// Whether a speech tells how to reach a person. The server's own announcements are
    /// believed where their words are not known, or in a language that is not read here.
    pub(super) fn announces(&self, speech: &Speech, language: u8, form: ZeroForm) -> bool {
        let own: &[&str] = match form {
            ZeroForm::Plain => &[system::ZERO, system::LAST_TRY],
            ZeroForm::ThenHash => &[system::ZERO_HASH],
        };
        self.parts(speech, language).any(|part| {
            let Some(name) = part.name else {
                return false;
            };
            let believed = !part.read || part.text().is_none();
            let told = part.heard.is_some_and(|h| match form {
                ZeroForm::Plain => h.zero,
                ZeroForm::ThenHash => h.zero_hash,
            });
            told || (believed && own.contains(&name.as_str()))
        })
    }
}
