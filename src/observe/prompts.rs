//! The prompts as operators look at them: what is said where, how it sounds, and what is missing.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

/// The prompts that the lines and the server need, and what else is in the prompt folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct PromptsView {
    /// What can be said of each language, in the order of their tags.
    pub languages: Vec<PromptLanguage>,
    /// The lines that were looked at.
    pub lines: Vec<String>,
    /// All prompts: what is missing first, then what else is to be mended; words of values last.
    pub prompts: Vec<PromptView>,
    /// What is wrong beside single prompts, in English: menus that do not load, and whose nodes are
    /// not known therefore; a folder that can not be read.
    pub mistakes: Vec<String>,
}

/// The prompts of one language in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromptLanguage {
    /// Its tag.
    pub language: String,
    /// How many prompts are needed, or there.
    pub prompts: usize,
    /// How long all of them are, as far as that is known.
    pub length_ms: u64,
    /// With how many of them something has to be done.
    pub wrong: usize,
}

/// One prompt in one language.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PromptView {
    /// The language.
    pub language: String,
    /// Its name: as a file it is `LANGUAGE/NAME.wav`.
    pub prompt: String,
    /// What is said in it, where that is known.
    pub words: Option<String>,
    /// How long it is; none: its sound is not made yet, or missing.
    pub length_ms: Option<u64>,
    /// Where its sound comes from.
    pub source: PromptSource,
    /// The file, where the prompt is in one.
    pub file: Option<String>,
    /// How loud it is, where it was measured: recordings are.
    pub level: Option<PromptLevel>,
    /// What is to be said of it.
    pub faults: Vec<PromptFault>,
    /// Who plays it.
    pub uses: Vec<PromptUse>,
    /// It can be listened to.
    pub audio: bool,
}

/// Where the sound of a prompt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptSource {
    /// A recording in the prompt folder.
    Recorded,
    /// A recording that is part of the program.
    BuiltIn,
    /// A speech engine made it, and it is kept.
    Spoken,
    /// A speech engine will make it when the menus are read.
    Unspoken,
    /// Nothing is there.
    Missing,
}

/// How loud a recording is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct PromptLevel {
    /// Integrated loudness in LUFS; none: silence.
    pub loudness: Option<f64>,
    /// True peak in dBTP; none: silence.
    pub peak: Option<f64>,
    /// How many times it was louder than its scale when it was recorded.
    pub clipped: usize,
}

/// One thing that is to be said of a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromptFault {
    /// `missing`, `unusable`, `too_long`, `clipped`, `too_quiet`, `too_loud`, `no_transcript`,
    /// `unused`.
    pub fault: String,
    /// Something has to be done.
    pub wrong: bool,
    /// More of it, in English.
    pub detail: String,
    /// What to do, in English.
    pub remedy: String,
}

/// Who plays a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct PromptUse {
    /// This line; none: the server by itself, or a queue.
    pub line: Option<String>,
    /// This node of it; none: what callers of the line can come to beside its nodes.
    pub node: Option<String>,
    /// What reports show of that node.
    pub label: Option<String>,
    /// This queue: its music, or what it says to those who wait.
    pub queue: Option<String>,
    /// It is part of a number, a date or a sum that is read aloud.
    pub value: bool,
}

/// Knows the prompts. Each takes its time: not for async code.
pub trait Sounds: Send + Sync {
    /// All of them, as they are in the folder now.
    fn list(&self) -> Arc<PromptsView>;

    /// One of them as a WAV file, as calls hear it; `None`: there is no such sound.
    ///
    /// # Errors
    /// It is there and can not be read: what is wrong, and what to do.
    fn audio(&self, language: &str, prompt: &str) -> Result<Option<Vec<u8>>, (String, String)>;
}

/// The prompts, for the API. Cheap to clone.
#[derive(Clone)]
pub struct PromptShelf(pub Arc<dyn Sounds>);

impl PromptShelf {
    /// By this one.
    pub fn new(sounds: impl Sounds + 'static) -> PromptShelf {
        PromptShelf(Arc::new(sounds))
    }
}

impl Default for PromptShelf {
    /// Nothing is there.
    fn default() -> PromptShelf {
        PromptShelf::new(Nothing)
    }
}

struct Nothing;

impl Sounds for Nothing {
    fn list(&self) -> Arc<PromptsView> {
        Arc::default()
    }

    fn audio(&self, _: &str, _: &str) -> Result<Option<Vec<u8>>, (String, String)> {
        Ok(None)
    }
}

impl fmt::Debug for PromptShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PromptShelf")
    }
}
