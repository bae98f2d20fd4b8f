//! Menus that are being written: what the loader and the proof say of them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::lines::LineView;
use super::walks::{TestsView, WalkAsked, WalkView};

/// A menu file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MenuFile {
    /// Its name, without a folder.
    pub file: String,
    /// What is in it.
    pub text: String,
}

/// What became of checking a draft.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct DraftView {
    /// It could be put to use.
    pub ok: bool,
    /// What is wrong, and what is likely not meant.
    pub mistakes: Vec<DraftMistake>,
    /// The lines, to be drawn, where the files load.
    pub lines: Vec<LineView>,
}

/// Something wrong, or likely not meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DraftMistake {
    /// With it the menus are refused; if not, it is a warning.
    pub refused: bool,
    /// In which file; none: in no one file, as with a recording that is missing.
    pub file: Option<String>,
    /// Which line of it, from 1.
    pub line: usize,
    /// Which character, from 1.
    pub column: usize,
    /// How many characters.
    pub width: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// The shortest call that shows it, where the promise is broken.
    pub call: Option<DraftCall>,
}

/// A call that breaks the promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DraftCall {
    /// To which line.
    pub line: String,
    /// In words: `answer → 2 → silence → hang-up`.
    pub words: String,
    /// The nodes that it comes to, in order; `null`: the people.
    pub nodes: Vec<Option<String>>,
}

/// Says what menus that are being written are worth. Each takes its time: not for async code.
pub trait Judge: Send + Sync {
    /// Checks them, as the start and a reload do.
    fn check(&self, files: &[MenuFile]) -> DraftView;

    /// Walks through a call that nobody makes.
    ///
    /// # Errors
    /// The field of what was asked that does not fit, and why; `files`: they do not load.
    fn walk(
        &self,
        files: &[MenuFile],
        asked: &WalkAsked,
    ) -> Result<WalkView, (&'static str, String)>;

    /// Runs the tests beside the menus on them.
    fn tests(&self, files: &[MenuFile]) -> TestsView;
}

/// Menus that are being written, for the API. Cheap to clone.
#[derive(Clone)]
pub struct Drafts {
    /// Who judges.
    pub judge: Arc<dyn Judge>,
    /// JSON Schema of the files, by kind: `line`, `calendar`, `fragment`.
    pub schemas: Arc<Value>,
}

impl Drafts {
    /// With this judge.
    pub fn new(schemas: Value, judge: impl Judge + 'static) -> Drafts {
        Drafts {
            judge: Arc::new(judge),
            schemas: Arc::new(schemas),
        }
    }
}

impl Default for Drafts {
    /// Nobody judges: nothing is good.
    fn default() -> Drafts {
        Drafts::new(Value::Null, Nobody)
    }
}

struct Nobody;

impl Judge for Nobody {
    fn check(&self, _: &[MenuFile]) -> DraftView {
        DraftView::default()
    }

    fn walk(&self, _: &[MenuFile], _: &WalkAsked) -> Result<WalkView, (&'static str, String)> {
        Err(("files", "nobody reads menus here".to_owned()))
    }

    fn tests(&self, _: &[MenuFile]) -> TestsView {
        TestsView::default()
    }
}

impl fmt::Debug for Drafts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drafts")
    }
}
