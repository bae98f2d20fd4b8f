//! Prompts: recorded ones, read from folders (over the embedded ones), and speech that engines
//! make of text; checked, and encoded once per codec, so that playing one costs no codec work.
//!
//! This is edge: it reads files and starts programs. Nothing in it is on the path of a call.

pub mod atomic;
pub mod cache;
pub mod commands;
pub mod embedded;
mod encoded;
pub mod engine;
mod folder;
pub mod ingest;
mod library;
mod listen;
pub mod report;
pub mod speak;
mod transcripts;

use std::fmt;

use crate::ids::Language;
use ingest::Wrong;

pub use encoded::Encodings;
pub use folder::languages;
pub use library::{Check, PromptLibrary};
pub use speak::{Speech, Text};

/// A prompt that can not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptMistake {
    /// The file or folder, or the place of the text that can not be spoken.
    pub file: String,
    /// Whose language's and which, where that is known.
    pub prompt: Option<(Language, String)>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl PromptMistake {
    fn new(
        file: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> PromptMistake {
        PromptMistake {
            file: file.into(),
            prompt: None,
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    fn of(file: impl Into<String>, wrong: Wrong) -> PromptMistake {
        PromptMistake::new(file, wrong.what, wrong.remedy)
    }

    fn about(mut self, language: &Language, name: &str) -> PromptMistake {
        self.prompt = Some((language.clone(), name.to_owned()));
        self
    }
}

impl fmt::Display for PromptMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.file, self.what, self.remedy)
    }
}

/// Does `work` to all items on all cores: dealt like cards, so that no thread gets all the long
/// ones. The results are in the order of the items.
fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let deal = |first: usize| {
        let mine = items.iter().skip(first).step_by(threads);
        mine.map(&work).collect::<Vec<R>>().into_iter()
    };
    let deal = &deal;
    let mut dealt: Vec<std::vec::IntoIter<R>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|t| scope.spawn(move || deal(t))).collect();
        running
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    (0..items.len())
        .filter_map(|i| dealt.get_mut(i % threads)?.next())
        .collect()
}

#[cfg(test)]
mod tests;
