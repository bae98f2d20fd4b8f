//! A checked line: names are resolved to indices, every outcome has somewhere to go, and what
//! is said is composed. Only [`super::load`] makes one.

use std::time::Duration;

use crate::ids::{Key, LineName, NodeName, PromptName, QueueName};

/// What a caller reaches by a number: one menu file, checked.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: LineName,
    /// What agents and reports show.
    pub label: String,
    /// The numbers (user parts of SIP addresses) that reach it.
    pub numbers: Vec<String>,
    /// The language that it speaks (BCP 47, as the prompt folder is called).
    pub language: String,
    /// The queue behind 0.
    pub human: QueueName,
    /// Where a call begins.
    pub start: NodeId,
    pub(super) nodes: Vec<Node>,
}

/// A node of one line, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u16);

impl Line {
    /// The nodes, in the order of the file.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0u16..).map(NodeId).zip(&self.nodes)
    }

    /// A node. Ids of another line give `None` or a wrong node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(usize::from(id.0))
    }

    pub(super) fn collect(&self, id: NodeId) -> Option<&Collect> {
        match &self.node(id)?.kind {
            Kind::Collect(c) => Some(c),
            Kind::Menu(_) | Kind::Say(_) | Kind::Queue(_) | Kind::Goodbye(_) => None,
        }
    }

    /// Every prompt that the line can ask for.
    pub fn prompts(&self) -> std::collections::BTreeSet<&PromptName> {
        let speeches = self.nodes.iter().flat_map(|n| n.kind.speeches());
        speeches.flat_map(|s| &s.prompts).collect()
    }
}

/// One node.
#[derive(Debug, PartialEq)]
pub struct Node {
    /// The operator's name for it.
    pub name: NodeName,
    /// What agents and reports show.
    pub label: String,
    /// What it does.
    pub kind: Kind,
}

/// What a node does.
#[derive(Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a line's nodes are made once and then only read in place"
)]
pub enum Kind {
    /// Offers keys.
    Menu(Menu),
    /// Says something and goes on.
    Say(Say),
    /// Takes digits.
    Collect(Collect),
    /// Goes to the people.
    Queue(QueueName),
    /// Says good-bye and ends the call.
    Goodbye(Speech),
}

impl Kind {
    /// The word that begins it in a menu file.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Menu(_) => "menu",
            Kind::Say(_) => "say",
            Kind::Collect(_) => "collect",
            Kind::Queue(_) => "queue",
            Kind::Goodbye(_) => "goodbye",
        }
    }

    /// Everything that the node can say.
    pub fn speeches(&self) -> Vec<&Speech> {
        match self {
            Kind::Menu(m) => [&m.first, &m.body]
                .into_iter()
                .chain(m.again.iter().flat_map(Again::both))
                .collect(),
            Kind::Say(s) => vec![&s.speech],
            Kind::Collect(c) => [&c.speech]
                .into_iter()
                .chain(c.again.iter().flat_map(Again::both))
                .chain(c.confirm.iter().flat_map(|c| [&c.before, &c.after]))
                .collect(),
            Kind::Queue(_) => Vec::new(),
            Kind::Goodbye(s) => vec![s],
        }
    }

    /// Where the node can lead by its own edges (not by 0, `*`, silence or faults).
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Kind::Menu(m) => m.options.iter().flatten().map(|o| o.go).collect(),
            Kind::Say(s) => vec![s.go],
            Kind::Collect(c) => vec![c.go],
            Kind::Queue(_) | Kind::Goodbye(_) => Vec::new(),
        }
    }
}

/// Prompts, one after the other. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// In this order.
    pub prompts: Vec<PromptName>,
    /// How long they take together, when the lengths of all are known.
    pub length: Option<Duration>,
}

/// Where an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// To another node.
    Node(NodeId),
    /// To the line's human queue (`go: human`, and wherever nothing else is written).
    Human,
    /// To the menu that the caller came from (`go: back`); with none, to the human queue.
    Back,
    /// The same node once more (`go: repeat`).
    Repeat,
}

/// Offers keys.
#[derive(Debug, PartialEq)]
pub struct Menu {
    /// Said on the first visit: greeting, options, and how to reach a person.
    pub first: Speech,
    /// Said on later visits: the same without the greeting.
    pub body: Speech,
    /// Said after each failed try but the last; one less than the tries.
    pub again: Vec<Again>,
    /// Keys 1–9 at index 0–8.
    pub options: [Option<Choice>; 9],
    /// How long to wait for a key after the prompt.
    pub wait: Duration,
}

impl Menu {
    /// The option behind a key.
    pub fn option(&self, key: Key) -> Option<&Choice> {
        let at = usize::from(key.digit()?.checked_sub(1)?);
        self.options.get(at)?.as_ref()
    }
}

/// What is said after a failed try.
#[derive(Debug, PartialEq)]
pub struct Again {
    /// After silence.
    pub silent: Speech,
    /// After a wrong key or entry.
    pub wrong: Speech,
}

impl Again {
    fn both(&self) -> [&Speech; 2] {
        [&self.silent, &self.wrong]
    }
}

/// One option of a menu.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Where it leads.
    pub go: Target,
}

/// Says something and goes on.
#[derive(Debug, PartialEq)]
pub struct Say {
    /// What.
    pub speech: Speech,
    /// Whether a key cuts it short (0 and `*` always do). If not, keys are kept for the next node.
    pub interrupt: bool,
    /// Where to, afterwards.
    pub go: Target,
}

/// Takes digits.
#[derive(Debug, PartialEq)]
pub struct Collect {
    /// The question, with how to reach a person.
    pub speech: Speech,
    /// Said after each failed try but the last.
    pub again: Vec<Again>,
    /// The fewest digits.
    pub min: usize,
    /// The most digits: the entry is complete with the last.
    pub max: usize,
    /// Whether an entry may begin with 0. If not, a first 0 is the person at once; if so, 0 and
    /// then # or silence is.
    pub leading_zero: bool,
    /// The name of the entry on the context card.
    pub into: String,
    /// Never to be shown or stored in the clear.
    pub sensitive: bool,
    /// Read back and ask.
    pub confirm: Option<Confirm>,
    /// How long to wait for the first digit.
    pub first_wait: Duration,
    /// How long to wait between digits; then the entry counts as ended.
    pub between: Duration,
    /// Where to, with the digits.
    pub go: Target,
}

/// Reading an entry back.
#[derive(Debug, PartialEq)]
pub struct Confirm {
    /// Before the digits.
    pub before: Speech,
    /// The prompts of the digits 0–9.
    pub digits: [PromptName; 10],
    /// After the digits: 1 is right, 2 is once more.
    pub after: Speech,
    /// How long to wait for a key.
    pub wait: Duration,
}
