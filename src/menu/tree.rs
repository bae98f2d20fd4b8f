//! A checked line: names are resolved to indices, every outcome has somewhere to go, and what
//! is said is composed. Only [`super::load`] makes one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

mod aside;
mod ask;
mod callback;
mod dial;
mod guide;
mod send;
mod slots;
mod survey;

pub use aside::Aside;
pub use ask::{Ask, Field, Method, UrlPart};
pub use callback::Callback;
pub use dial::Dial;
pub use guide::{Answers, Guide, GuideResume, GuideStep, Pause, Way};
pub use send::{FollowUp, Member, Send, TextPart};
pub use slots::{OFFERED, Slots};
pub use survey::{Question, Scale, Survey};

use super::calendar::Calendar;
use super::value::{Value, Variable};
use crate::ids::{Key, Language, LineName, NodeName, PromptName, QueueName, SkillName};
use crate::menu::say::Form;

/// What a caller reaches by a number: one menu file, checked.
#[derive(Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: LineName,
    /// What agents and reports show.
    pub label: String,
    /// The numbers (user parts of SIP addresses) that reach it.
    pub numbers: Vec<String>,
    /// The languages that it speaks; the first is the one that callers begin with. Never empty.
    pub languages: Vec<Language>,
    /// The queue behind 0.
    pub human: QueueName,
    /// Where a call begins.
    pub start: NodeId,
    pub(super) nodes: Vec<Node>,
    pub(super) asides: Vec<(Aside, Node)>,
    pub(super) surveys: BTreeMap<QueueName, NodeId>,
    pub(super) variables: Vec<Variable>,
}

/// A language of one line, by its place in [`Line::languages`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageId(pub(super) u8);

impl LanguageId {
    /// Its place among the languages of the line.
    pub fn place(self) -> u8 {
        self.0
    }
}

/// A variable of one line, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub(super) u16);

/// A node of one line, by its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u16);

impl NodeId {
    /// Its place among the nodes of the line, the asides included.
    pub fn place(self) -> usize {
        usize::from(self.0)
    }
}

impl Line {
    /// The nodes, in the order of the file; [`Line::all_nodes`] has the asides as well.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0u16..).map(NodeId).zip(&self.nodes)
    }

    /// A node. Ids of another line give `None` or a wrong node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        let at = usize::from(id.0);
        let aside = || self.asides.get(at.checked_sub(self.nodes.len())?);
        self.nodes.get(at).or_else(|| aside().map(|(_, n)| n))
    }

    /// How digits are taken at a node.
    pub(super) fn collect(&self, id: NodeId) -> Option<&Collect> {
        match &self.node(id)?.kind {
            Kind::Collect(c) => Some(c),
            Kind::Callback(c) => Some(&c.number),
            Kind::Menu(_)
            | Kind::Language(_)
            | Kind::Say(_)
            | Kind::Choose(_)
            | Kind::Ask(_)
            | Kind::Guide(_)
            | Kind::Survey(_)
            | Kind::Send(_)
            | Kind::Dial(_)
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => None,
        }
    }

    /// The languages with their ids, the first one first.
    pub fn languages(&self) -> impl Iterator<Item = (LanguageId, &Language)> {
        (0u8..).map(LanguageId).zip(&self.languages)
    }

    /// A language. Ids of another line give `None` or a wrong one.
    pub fn language(&self, id: LanguageId) -> Option<&Language> {
        self.languages.get(usize::from(id.0))
    }

    /// What is known about a variable.
    pub fn variable(&self, id: VariableId) -> Option<&Variable> {
        self.variables.get(usize::from(id.0))
    }

    /// What each node can say, piece by piece: a recording and its language; without a name, a
    /// value that is read aloud.
    pub fn pieces(&self) -> impl Iterator<Item = (NodeId, &Node, LanguageId, Option<&PromptName>)> {
        self.all_nodes().flat_map(|(id, node)| {
            let said = node.kind.speeches().into_iter().flat_map(Speech::all);
            said.flat_map(move |(language, utterance)| {
                utterance
                    .pieces
                    .iter()
                    .map(move |p| match p.recording(language) {
                        Some((language, name)) => (id, node, language, Some(name)),
                        None => (id, node, language, None),
                    })
            })
        })
    }

    /// Every recording that the line can ask for, besides those of values.
    pub fn prompts(&self) -> BTreeSet<(LanguageId, &PromptName)> {
        let speeches = self.all_nodes().flat_map(|(_, n)| n.kind.speeches());
        let said = speeches.flat_map(Speech::all);
        said.flat_map(|(l, u)| u.pieces.iter().filter_map(move |p| p.recording(l)))
            .collect()
    }
}

/// One node.
#[derive(Debug, PartialEq)]
pub struct Node {
    /// The operator's name for it.
    pub name: NodeName,
    /// What agents and reports show.
    pub label: String,
    /// What a caller who comes by here needs of the people, until another node says otherwise.
    pub needs: Option<BTreeMap<SkillName, u8>>,
    /// How urgent such a caller is, likewise.
    pub priority: Option<u8>,
    /// What it does.
    pub kind: Kind,
}

/// What a node does.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// Offers keys.
    Menu(Menu),
    /// Offers languages: a menu whose choices change the language of the call.
    Language(Menu),
    /// Says something and goes on.
    Say(Say),
    /// Takes digits.
    Collect(Collect),
    /// Goes on by what is known: hours, language, caller, values.
    Choose(Choose),
    /// Asks a web service.
    Ask(Ask),
    /// Leads through steps.
    Guide(Guide),
    /// Asks how it was.
    Survey(Survey),
    /// Sends a follow-up.
    Send(Send),
    /// Calls an outside number.
    Dial(Dial),
    /// Goes to the people.
    Queue(QueueName),
    /// Promises to call back.
    Callback(Box<Callback>),
    /// Takes a message for the people of a queue.
    Message(QueueName),
    /// Says good-bye and ends the call.
    Goodbye(Speech),
}

impl Kind {
    /// The word that begins it in a menu file.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Menu(_) => "menu",
            Kind::Language(_) => "language",
            Kind::Say(_) => "say",
            Kind::Collect(_) => "collect",
            Kind::Choose(_) => "choose",
            Kind::Ask(_) => "ask",
            Kind::Guide(_) => "guide",
            Kind::Survey(_) => "survey",
            Kind::Send(_) => "send",
            Kind::Dial(_) => "dial",
            Kind::Queue(_) => "queue",
            Kind::Callback(_) => "callback",
            Kind::Message(_) => "message",
            Kind::Goodbye(_) => "goodbye",
        }
    }

    /// Everything that the node can say.
    pub fn speeches(&self) -> Vec<&Speech> {
        match self {
            Kind::Menu(m) | Kind::Language(m) => [&m.first, &m.body]
                .into_iter()
                .chain(m.again.iter().flat_map(Again::both))
                .collect(),
            Kind::Say(s) => vec![&s.speech],
            Kind::Collect(c) => [&c.speech]
                .into_iter()
                .chain(c.again.iter().flat_map(Again::both))
                .chain(c.confirm.iter().flat_map(|c| [&c.before, &c.after]))
                .collect(),
            Kind::Ask(a) => a.meanwhile.iter().collect(),
            Kind::Dial(d) => d.meanwhile.iter().collect(),
            Kind::Guide(g) => g.speeches(),
            Kind::Survey(s) => s.speeches(),
            Kind::Callback(c) => c.speeches(),
            Kind::Goodbye(s) => vec![s],
            Kind::Choose(_) | Kind::Send(_) | Kind::Queue(_) | Kind::Message(_) => Vec::new(),
        }
    }

    /// Where the node can lead by its own edges (not by 0, `*`, silence or faults).
    pub fn targets(&self) -> Vec<Target> {
        match self {
            Kind::Menu(m) | Kind::Language(m) => m.options.iter().flatten().map(|o| o.go).collect(),
            Kind::Say(s) => vec![s.go],
            Kind::Collect(c) => vec![c.go],
            Kind::Choose(c) => {
                let cases = c.cases.iter().map(|c| c.go);
                cases.chain([c.otherwise]).collect()
            }
            Kind::Ask(a) => vec![a.go, a.missing],
            Kind::Guide(g) => g.targets(),
            Kind::Survey(s) => vec![s.go],
            Kind::Send(s) => vec![s.go],
            Kind::Dial(d) => vec![d.missing],
            Kind::Queue(_) | Kind::Callback(_) | Kind::Message(_) | Kind::Goodbye(_) => Vec::new(),
        }
    }
}

/// What is said, in each language of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// In the order of [`Line::languages`].
    pub(super) said: Vec<Utterance>,
}

impl Speech {
    /// What is said in a language; `None` for the id of another line.
    pub fn of(&self, language: LanguageId) -> Option<&Utterance> {
        self.said.get(usize::from(language.0))
    }

    /// What is said in all languages, in the order of [`Line::languages`].
    pub fn all(&self) -> impl Iterator<Item = (LanguageId, &Utterance)> {
        (0u8..).map(LanguageId).zip(&self.said)
    }
}

/// Recordings and values, one after the other. Never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Utterance {
    /// In this order.
    pub pieces: Vec<Piece>,
    /// How long they take together, when the lengths of all are known: not with values.
    pub length: Option<Duration>,
}

/// A part of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A recording.
    Prompt(PromptName),
    /// A recording of another language: where languages are offered, each speaks for itself.
    In(LanguageId, PromptName),
    /// A value that is known only during the call, read aloud.
    Value {
        /// Which.
        variable: VariableId,
        /// How.
        form: Form,
    },
}

impl Piece {
    /// The recording and its language, where `language` is spoken; `None`: a value.
    pub fn recording(&self, language: LanguageId) -> Option<(LanguageId, &PromptName)> {
        match self {
            Piece::Prompt(name) => Some((language, name)),
            Piece::In(other, name) => Some((*other, name)),
            Piece::Value { .. } => None,
        }
    }
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
    /// The call goes on in this language.
    pub language: Option<LanguageId>,
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
    /// Where the entry goes; its name is on the context card.
    pub into: VariableId,
    /// Read back and ask.
    pub confirm: Option<Confirm>,
    /// How long to wait for the first digit.
    pub first_wait: Duration,
    /// How long to wait between digits; then the entry counts as ended.
    pub between: Duration,
    /// Where to, with the digits.
    pub go: Target,
}

/// Goes on by what is known.
#[derive(Debug, PartialEq)]
pub struct Choose {
    /// The first whose conditions all hold is taken.
    pub cases: Vec<Case>,
    /// Where to when none is.
    pub otherwise: Target,
}

/// One way on, and when it is taken.
#[derive(Debug, PartialEq)]
pub struct Case {
    /// All must hold.
    pub when: Vec<Condition>,
    /// Where to.
    pub go: Target,
}

/// Something that holds or not.
#[derive(Debug, PartialEq)]
pub enum Condition {
    /// The calendar says open (`true`) or closed.
    Open(Arc<Calendar>, bool),
    /// The call goes on in one of these languages.
    Language(Vec<LanguageId>),
    /// The caller's number fits one of these; a withheld number fits none.
    Caller(Vec<NumberPattern>),
    /// A value passes a test; one that is not known passes none but [`Test::Known`] of `false`.
    Value(VariableId, Test),
}

/// A telephone number, or the beginning of some (`+45*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberPattern {
    /// Digits, perhaps after a `+`.
    pub digits: String,
    /// More may follow.
    pub open: bool,
}

impl NumberPattern {
    /// Whether the number fits.
    pub fn fits(&self, number: &str) -> bool {
        if self.open {
            number.starts_with(&self.digits)
        } else {
            number == self.digits
        }
    }
}

/// A test of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is there (or, `false`, is not).
    Known(bool),
    /// It is one of these.
    Is(Vec<Value>),
    /// A number or amount (in minor units) that is greater.
    Over(i64),
    /// A number or amount (in minor units) that is less.
    Under(i64),
}

/// Reading an entry back.
#[derive(Debug, PartialEq)]
pub struct Confirm {
    /// Before the digits.
    pub before: Speech,
    /// The prompts of the digits 0–9, the same names in every language.
    pub digits: [PromptName; 10],
    /// After the digits: 1 is right, 2 is once more.
    pub after: Speech,
    /// How long to wait for a key.
    pub wait: Duration,
}
