//! What is said in a speech, as the proof and the figures need it. The only place that looks
//! into speeches.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::PromptName;
use crate::menu::load::{PromptFacts, ZeroForm, announces};
use crate::menu::system;
use crate::menu::tree::{Line, Speech};

/// The recordings of a line and what is known about them.
pub struct Said<'a> {
    languages: Vec<String>,
    facts: &'a BTreeMap<PromptName, PromptFacts>,
    texts: &'a BTreeMap<PromptName, Vec<String>>,
}

/// One recording in a speech.
pub(super) struct Part<'a> {
    pub name: &'a PromptName,
    pub length: Option<Duration>,
    /// What is said in it: by the menu file, or by its transcript.
    pub texts: Vec<&'a str>,
}

impl<'a> Said<'a> {
    /// The recordings that `line` can ask for; `texts`: what its file says is said in them.
    pub fn new(
        line: &Line,
        facts: &'a BTreeMap<PromptName, PromptFacts>,
        texts: &'a BTreeMap<PromptName, Vec<String>>,
    ) -> Said<'a> {
        Said {
            languages: vec![line.language.clone()],
            facts,
            texts,
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
    pub(super) fn parts<'s>(&'s self, speech: &'s Speech, _language: u8) -> Vec<Part<'s>> {
        let parts = speech.prompts.iter().map(|name| {
            let facts = self.facts.get(name);
            let own = self.texts.get(name).into_iter().flatten();
            let mut texts: Vec<&str> = own.map(String::as_str).collect();
            texts.extend(facts.and_then(|f| f.transcript.as_deref()));
            Part {
                name,
                length: facts.and_then(|f| f.length),
                texts,
            }
        });
        parts.collect()
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
        self.parts(speech, language).iter().any(|part| {
            let believed = own.contains(&part.name.as_str()) && (unread || part.texts.is_empty());
            believed || part.texts.iter().any(|text| announces(text, form))
        })
    }
}

/// Languages whose transcripts can be read for the way to a person.
const READ: [&str; 4] = ["en", "de", "da", "nb"];
