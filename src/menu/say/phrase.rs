//! A phrase: fragments in the order in which they are played, and how a person would write them.

use std::fmt;

use super::Language;
use super::word::{self, Word};
use crate::ids::PromptName;

/// One recording: its name and the words that it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The recording's name, the same in every language.
    pub name: PromptName,
    /// What is said in it. Empty for the pause: a recording of 0.3 s of silence.
    pub text: String,
}

/// How a fragment is written behind the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// As a word of its own.
    Space,
    /// In one word with it.
    Glued,
    /// With a hyphen.
    Hyphen,
    /// Behind a comma.
    Comma,
}

/// What is said for a value. `Debug` shows only its length: it may be a caller's number.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase {
    language: Language,
    pieces: Vec<(Join, Word)>,
    left_out: usize,
}

impl Phrase {
    pub(super) fn new(language: Language) -> Phrase {
        Phrase {
            language,
            pieces: Vec::new(),
            left_out: 0,
        }
    }

    pub(super) fn add(&mut self, join: Join, word: Word) {
        self.pieces.push((join, word));
    }

    pub(super) fn push(&mut self, word: Word) {
        self.add(Join::Space, word);
    }

    pub(super) fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Changes how the piece at that place is written behind the one before it.
    pub(super) fn rejoin(&mut self, place: usize, join: Join) {
        if let Some(piece) = self.pieces.get_mut(place) {
            piece.0 = join;
        }
    }

    pub(super) fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// The names of the recordings, in order.
    pub fn prompts(&self) -> Vec<PromptName> {
        self.pieces.iter().map(|(_, word)| word.name()).collect()
    }

    /// The fragments, in order.
    pub fn words(&self) -> Vec<Fragment> {
        let fragment = |(_, word): &(Join, Word)| Fragment {
            name: word.name(),
            text: self.written(*word),
        };
        self.pieces.iter().map(fragment).collect()
    }

    /// The phrase as a person would write it out in words.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut paused = false;
        for (join, word) in &self.pieces {
            if *word == word::PAUSE {
                paused = true;
                continue;
            }
            let between = match join {
                _ if text.is_empty() => "",
                _ if std::mem::take(&mut paused) => ", ",
                Join::Space => " ",
                Join::Glued => "",
                Join::Hyphen => "-",
                Join::Comma => ", ",
            };
            text.push_str(between);
            text.push_str(&self.written(*word));
        }
        text
    }

    /// How many characters of a code or number had no name in speech and were left out. Where
    /// that is not 0 the caller hears something incomplete.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    fn written(&self, word: Word) -> String {
        let text = self.language.grammar().text(word);
        debug_assert!(text.is_some(), "{:?} has no {word:?}", self.language);
        text.unwrap_or_default()
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {:?} fragments>", self.pieces.len(), self.language)
    }
}
