//! Calls that nobody makes: a line walked through in the page, and its own tests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What call is to be walked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalkAsked {
    /// The line; the first without it.
    pub line: Option<String>,
    /// At this time of the line's calendar, like `2026-12-24T17:59`; now without it.
    pub at: Option<String>,
    /// The language that the caller is known to speak.
    pub language: Option<String>,
    /// Nobody is signed in.
    pub nobody: bool,
    /// What the caller does, one after the other.
    pub moves: Vec<Move>,
}

/// What a caller does, or a web service.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Presses these keys.
    Keys(String),
    /// Says nothing until something happens; speaks, where a message is taken.
    Silence,
    /// Hangs up.
    HangUp,
    /// The web service that is asked answers with this JSON.
    Found(String),
    /// It does not know it.
    Missing,
    /// It fails.
    Fails,
}

/// How far the call has come.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct WalkView {
    /// The line.
    pub line: String,
    /// What happened, in order, in the words of the stream of `GET /lines/{line}/try`; also `pressed`
    /// (`key`) and `asked` (`node`).
    pub events: Vec<WalkEvent>,
    /// What the caller can press now, as the line sees it.
    pub keys: Vec<KeyView>,
    /// It waits for a key.
    pub waits: bool,
    /// It waits for this web service.
    pub asks: Option<AskView>,
    /// How it ended.
    pub verdict: Option<String>,
    /// So many of the moves were made; the call was over, or waited for something else.
    pub made: usize,
}

/// Something that happened in a call that nobody made.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WalkEvent {
    /// Since the call's start.
    pub at_ms: u64,
    /// What.
    pub kind: String,
    /// What of it.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// A key, and what it would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyView {
    /// The key, or keys: `0-9`, `*0`.
    pub key: String,
    /// What it does, in words.
    pub what: String,
}

/// A web service that is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AskView {
    /// GET or POST.
    pub method: String,
    /// The address.
    pub url: String,
}

/// What the tests beside the menus came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct TestsView {
    /// What is wrong with the tests themselves: then none was run.
    #[serde(default)]
    pub mistakes: Vec<String>,
    /// Each test.
    #[serde(default)]
    pub tests: Vec<TestView>,
    /// How much of each line they reach.
    #[serde(default)]
    pub coverage: BTreeMap<String, CoverageView>,
}

/// One test.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TestView {
    /// Its name.
    pub name: String,
    /// The file that it is in.
    pub file: String,
    /// The line of the file that it begins in.
    pub line: usize,
    /// Whether it went as it should.
    pub passed: bool,
    /// What did not.
    pub failures: Vec<FailureView>,
}

/// What went otherwise than a test says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FailureView {
    /// Where the test says so.
    pub line: usize,
    /// Which character.
    pub column: usize,
    /// What was expected.
    pub what: String,
    /// What happened instead.
    pub instead: String,
    /// The call until then, in words.
    pub so_far: String,
}

/// What tests reach of a line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CoverageView {
    /// Nodes and what can come of each.
    pub all: usize,
    /// So many are reached.
    pub reached: usize,
    /// The same in percent.
    pub percent: usize,
    /// By node, what is not.
    pub missing: BTreeMap<String, Vec<String>>,
}
