//! A line as operators look at it: its nodes, where they lead, and what was proven of it.

use serde::Serialize;
use utoipa::ToSchema;

/// A line in use, to be drawn.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LineView {
    /// Its name.
    pub line: String,
    /// What agents and reports show.
    pub label: String,
    /// What is dialled to reach it.
    pub numbers: Vec<String>,
    /// The languages that it speaks, the first one first.
    pub languages: Vec<String>,
    /// The queue behind 0.
    pub human: String,
    /// In the order of the file; the people behind 0 are the last.
    pub nodes: Vec<LineNode>,
    /// Where they lead. 0, silence, wrong keys and faults lead to the people from everywhere and
    /// are not among them; nor are ways back.
    pub ways: Vec<LineWay>,
    /// What was proven, with the figures; none: it was not measured.
    pub proof: Option<LineProof>,
}

/// A node, or the people behind 0.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LineNode {
    /// Its name, as in `node` of calls; none: the people behind 0.
    pub node: Option<String>,
    /// What agents and reports show.
    pub label: String,
    /// What kind it is, in words.
    pub kind: String,
    /// How it is drawn.
    pub shape: NodeShape,
    /// How long it speaks, when callers are there, and ways that are not drawn; in words.
    pub details: Vec<String>,
}

/// How a node is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeShape {
    /// Keys are chosen from.
    Menu,
    /// Something else of self-service.
    #[default]
    Step,
    /// People, or a promise of theirs.
    People,
    /// The call ends.
    End,
}

/// From one node to another.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LineWay {
    /// By its place among the nodes, from 0.
    pub from: usize,
    /// The same.
    pub to: usize,
    /// The key, or what is the case.
    pub label: String,
}

/// What was proven of a line, and what it is like to call.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LineProof {
    /// How many states a call can be in.
    pub states: usize,
    /// How many things can happen in them.
    pub edges: usize,
    /// States from which no person, promise or own good-bye can be reached: none, if proven.
    pub dead_ends: usize,
    /// The most keys that a person is away.
    pub keys_to_person: usize,
    /// The most menus that are gone through on the shortest way to a node.
    pub depth: usize,
    /// The menu with the most options.
    pub widest: String,
    /// How many those are, without 0.
    pub widest_options: u64,
    /// By language, the first one first.
    pub languages: Vec<LanguageFigures>,
}

/// What one language of a line is like.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct LanguageFigures {
    /// Its tag.
    pub language: String,
    /// From the answer to a person's queue for who presses nothing; none: nobody begins in it.
    pub silent_ms: Option<u64>,
    /// The same from whatever state a caller stops pressing in.
    pub silent_from_anywhere_ms: u64,
    /// The node that says the longest in one go.
    pub longest_prompt: String,
    /// How long that is.
    pub longest_prompt_ms: u64,
    /// The longest time before a menu tells its first option.
    pub first_option_ms: u64,
    /// The mean time to where an option leads, for who does not know the line.
    pub effort_mean_ms: u64,
    /// The longest.
    pub effort_worst_ms: u64,
    /// The lengths of all recordings are known; if not, the times are at least these.
    pub exact: bool,
}
