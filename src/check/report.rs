//! What a line is like to call, in figures with stable names for machines.

mod text;
mod time;

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::effort::{self, Effort, millis};
use super::gist::Gist;
use super::graph::{By, End, Event, Graph, State, StateId};
use super::said::Said;
use crate::ids::Key;
use crate::menu::tree::{Kind, Line, NodeId, Target};

pub use text::text;

/// A figure and the node that it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AtNode {
    /// The node.
    pub node: String,
    /// The figure.
    pub value: u64,
}

/// What one language of a line is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InLanguage {
    /// Its tag.
    pub language: String,
    /// From the answer to a person's queue for a caller who presses nothing, in milliseconds;
    /// `None`: nobody begins in this language.
    pub silent_ms: Option<u64>,
    /// The same from whatever state a caller stops pressing in.
    pub silent_from_anywhere_ms: u64,
    /// The longest that is said in one go, in milliseconds.
    pub longest_prompt_ms: AtNode,
    /// The longest time before a menu tells its first option, in milliseconds.
    pub first_option_ms: AtNode,
    /// The effort of a caller who does not know the line.
    pub effort: Effort,
    /// The lengths of all recordings are known; if not, the times are at least these.
    pub exact: bool,
}

/// What a line is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The line.
    pub line: String,
    /// The file that it is from.
    pub file: String,
    /// How many nodes it has.
    pub nodes: usize,
    /// How many states a call can be in.
    pub states: usize,
    /// How many things can happen in them.
    pub edges: usize,
    /// States from which no person, promise or own good-bye can be reached: none, if proven.
    pub dead_ends: usize,
    /// The most keys that a person is away from where keys are taken: 1, and 2 where an entry
    /// has begun or may begin with 0.
    pub keys_to_person: usize,
    /// The most menus that are gone through on the shortest way to a node.
    pub depth: usize,
    /// The menu with the most options, without 0.
    pub widest: AtNode,
    /// By language, the first one first.
    pub languages: Vec<InLanguage>,
}

/// Measures a line. The graph must have been proven.
pub(super) fn report(
    line: &Line,
    file: &str,
    said: &Said<'_>,
    graph: &Graph,
    gist: &Gist,
) -> Report {
    let options = |kind: &Kind| match kind {
        Kind::Menu(menu) | Kind::Language(menu) => menu.options.iter().flatten().count(),
        Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Callback(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => 0,
    };
    let silent = time::silent(line, said, graph, gist);
    let widest = line.nodes().map(|(_, n)| (options(&n.kind) as u64, n));
    Report {
        line: line.name.as_str().to_owned(),
        file: file.to_owned(),
        nodes: line.nodes().count(),
        states: graph.states(),
        edges: graph.edges(),
        dead_ends: dead_ends(graph),
        keys_to_person: keys_to_person(graph, gist),
        depth: depth(line),
        widest: greatest(widest.map(|(n, node)| (n, node.name.as_str()))),
        languages: (0..said.languages())
            .map(|language| in_language(line, said, graph, &silent, language))
            .collect(),
    }
}

/// The greatest figure; of equal ones the first.
fn greatest<'a>(all: impl Iterator<Item = (u64, &'a str)>) -> AtNode {
    let mut best = AtNode::default();
    for (value, node) in all {
        if value > best.value || best.node.is_empty() {
            best = AtNode {
                node: node.to_owned(),
                value,
            };
        }
    }
    best
}

fn in_language(
    line: &Line,
    said: &Said<'_>,
    graph: &Graph,
    silent: &[u64],
    language: u8,
) -> InLanguage {
    let mut exact = true;
    let speeches = line
        .nodes()
        .flat_map(|(_, n)| n.kind.speeches().into_iter().map(move |s| (n, s)));
    let lengths: Vec<(u64, &str)> = speeches
        .map(|(n, speech)| {
            let length = said.length(speech, language);
            exact &= length.is_some();
            (millis(length.unwrap_or_default()), n.name.as_str())
        })
        .collect();
    let menus = line.nodes().filter_map(|(_, n)| match &n.kind {
        Kind::Menu(menu) | Kind::Language(menu) => {
            let at = effort::first_option_at(menu, said, language);
            Some((millis(at.unwrap_or_default()), n.name.as_str()))
        }
        Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Callback(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => None,
    });
    let spoken = |s: &State| match s {
        State::Menu(at) => at.language == language,
        State::Answered
        | State::Resuming
        | State::Waiting { .. }
        | State::Outside { .. }
        | State::Message { .. }
        | State::End(_) => false,
    };
    let of = |id: StateId| silent.get(id.index()).copied().unwrap_or_default();
    // A call that begins with people has no language yet.
    let begun = graph
        .from(graph.start)
        .iter()
        .filter(|e| match graph.state(e.to) {
            // The line itself is measured, not what the server asks before it.
            State::Menu(at) => at.language == language && line.is_aside(at.node).is_none(),
            State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. }
            | State::End(_) => true,
        });
    let anywhere = graph.all().filter(|s| spoken(&graph.state(*s)));
    InLanguage {
        language: said.language(language).to_owned(),
        silent_ms: begun.map(|e| of(e.to)).max(),
        silent_from_anywhere_ms: anywhere.map(of).max().unwrap_or_default(),
        longest_prompt_ms: greatest(lengths.into_iter()),
        first_option_ms: greatest(menus),
        effort: effort::effort(line, said, language),
        exact,
    }
}

/// States from which nothing good can be reached.
fn dead_ends(graph: &Graph) -> usize {
    let (mut open, good): (Vec<StateId>, Vec<StateId>) =
        graph.all().partition(|s| match graph.state(*s) {
            State::End(End::Goodbye | End::Person | End::Promise) => false,
            State::End(End::HungUp | End::Nothing)
            | State::Menu(_)
            | State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. } => true,
        });
    let mut known = vec![false; graph.states()];
    let mut news = good;
    // From nearly all a person is one key away, so that few rounds find all that there is.
    while !news.is_empty() {
        for state in &news {
            if let Some(known) = known.get_mut(state.index()) {
                *known = true;
            }
        }
        let leads = |s: &StateId| {
            // That somebody comes of their own accord is no way out.
            let mut own = graph.from(*s).iter().filter(|e| e.event != Event::Called);
            own.any(|e| known.get(e.to.index()) == Some(&true))
        };
        (news, open) = open.into_iter().partition(leads);
    }
    // Every state of the graph is one that calls come to.
    open.len()
}

/// The most keys that a person is away where keys are taken.
fn keys_to_person(graph: &Graph, gist: &Gist) -> usize {
    let one = |id: StateId, key: Key| gist.answers(id).human.has(Event::Key(key));
    let keys = [Key::ZERO, Key::STAR, Key::HASH];
    let far = graph
        .all()
        .filter(|s| graph.takes_keys(graph.state(*s)))
        .map(|id| {
            if keys.iter().any(|k| one(id, *k)) {
                return 1;
            }
            let next = graph.from(id).iter().filter(|e| e.event.by() == By::Caller);
            match next
                .flat_map(|e| keys.map(|k| (e.to, k)))
                .any(|(to, k)| one(to, k))
            {
                true => 2,
                false => usize::MAX,
            }
        });
    far.max().unwrap_or(0)
}

/// The most menus on the shortest way to a node.
fn depth(line: &Line) -> usize {
    let mut menus: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut open = VecDeque::from([(line.start, 0usize)]);
    while let Some((node, before)) = open.pop_front() {
        let Some(n) = line.node(node) else { continue };
        let passed = match &n.kind {
            Kind::Menu(_) | Kind::Language(_) => before + 1,
            Kind::Say(_)
            | Kind::Collect(_)
            | Kind::Choose(_)
            | Kind::Ask(_)
            | Kind::Guide(_)
            | Kind::Survey(_)
            | Kind::Send(_)
            | Kind::Dial(_)
            | Kind::Callback(_)
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => before,
        };
        if menus.get(&node).is_some_and(|known| *known <= passed) {
            continue;
        }
        menus.insert(node, passed);
        for target in n.kind.targets() {
            match target {
                Target::Node(to) => open.push_back((to, passed)),
                Target::Human | Target::Back | Target::Repeat => {}
            }
        }
    }
    menus.values().copied().max().unwrap_or(0)
}
