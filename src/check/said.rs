//! What is said in a speech, as the proof and the figures need it. The only place that looks
//! into speeches.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::words;
use crate::ids::PromptName;
use crate::menu::load::{PromptFacts, ZeroForm, announces};
use crate::menu::system;
use crate::menu::tree::{Line, Speech};

/// The recordings of a line and what is known about them.
pub struct Said<'a> {
    languages: Vec<String>,
    facts: &'a BTreeMap<PromptName, PromptFacts>,
    heard: HashMap<PromptName, Heard>,
}

/// What is heard in one recording. Each is read once, however often it is said.
struct Heard {
    /// The words, by the menu file or by the transcript.
    text: Option<String>,
    /// Whether some words tell that 0 reaches a person, and that 0 and then # does.
    zero: bool,
    zero_hash: bool,
    /// The keys that it tells to press, with the share of the words until then.
    keys: Vec<(usize, f64)>,
    /// A key that is told before what it is for.
    key_first: Option<usize>,
}

impl Heard {
    fn new(texts: &[&str]) -> Heard {
        let text = texts.first().copied();
        let words = words::words(text.unwrap_or_default());
        let told: Vec<words::Told> = words::told(&words).collect();
        let share = |at: usize| (at + 1) as f64 / words.len().max(1) as f64;
        Heard {
            text: text.map(str::to_owned),
            zero: texts.iter().any(|t| announces(t, ZeroForm::Plain)),
            zero_hash: texts.iter().any(|t| announces(t, ZeroForm::ThenHash)),
            keys: told.iter().map(|t| (t.key, share(t.at))).collect(),
            key_first: told.iter().find(|t| t.key_first).map(|t| t.key),
        }
    }
}

/// One recording in a speech.
pub(super) struct Part<'a> {
    pub name: &'a PromptName,
    pub length: Option<Duration>,
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
        facts: &'a BTreeMap<PromptName, PromptFacts>,
        texts: &BTreeMap<PromptName, Vec<String>>,
    ) -> Said<'a> {
        let heard = line.prompts().into_iter().map(|name| {
            let own = texts.get(name).into_iter().flatten();
            let transcript = facts.get(name).and_then(|f| f.transcript.as_deref());
            let texts: Vec<&str> = own.map(String::as_str).chain(transcript).collect();
            (name.clone(), Heard::new(&texts))
        });
        Said {
            languages: vec![line.language.clone()],
            facts,
            heard: heard.collect(),
        }
    }

    /// How many languages the line speaks.
    pub fn languages(&self) -> u8 {
        u8::try_from(self.languages.len()).unwrap_or(u8::MAX)
    }

    pub(super) fn language(&self, language: u8) -> &str {
        let name = self.languages.get(usize::from(language));
        name.map_or("", String::as_str)
    }

    /// What is said, in order.
    pub(super) fn parts<'s>(
        &'s self,
        speech: &'s Speech,
        _language: u8,
    ) -> impl Iterator<Item = Part<'s>> {
        speech.prompts.iter().map(|name| Part {
            name,
            length: self.recording(name),
            heard: self.heard.get(name),
        })
    }

    /// How long a speech takes; `None`: not known.
    pub(super) fn length(&self, speech: &Speech, _language: u8) -> Option<Duration> {
        speech.length
    }

    /// How long one recording takes.
    pub(super) fn recording(&self, name: &PromptName) -> Option<Duration> {
        self.facts.get(name).and_then(|f| f.length)
    }

    /// Whether a speech tells how to reach a person. The server's own announcements are
    /// believed where their words are not known, or in a language that is not read here.
    pub(super) fn announces(&self, speech: &Speech, language: u8, form: ZeroForm) -> bool {
        let unread = !READ.contains(&self.language(language));
        let own: &[&str] = match form {
            ZeroForm::Plain => &[system::ZERO, system::LAST_TRY],
            ZeroForm::ThenHash => &[system::ZERO_HASH],
        };
        self.parts(speech, language).any(|part| {
            let believed = unread || part.text().is_none();
            let told = part.heard.is_some_and(|h| match form {
                ZeroForm::Plain => h.zero,
                ZeroForm::ThenHash => h.zero_hash,
            });
            told || (believed && own.contains(&part.name.as_str()))
        })
    }
}
