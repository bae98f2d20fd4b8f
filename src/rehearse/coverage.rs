//! What tests reach of a line: its nodes, and what can come of each.
//!
//! 0, `*` and broken prompts are not counted: they mean the same in every node, and the proof
//! (`zeroline check`) and the simulator see to them.

use std::collections::{BTreeMap, BTreeSet};

use super::moment::{Happening, Moment};
use crate::ids::NodeName;
use crate::menu::outcome::StepKind;
use crate::menu::tree::{Kind, Line, Target};
use crate::record::timeline::Event;

/// Of one line.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// What can come of each node, in the order of the file: `reached` and more.
    possible: Vec<(NodeName, Vec<String>)>,
    reached: BTreeSet<(NodeName, String)>,
    choosers: BTreeMap<NodeName, Vec<String>>,
    /// Nodes that call outside numbers.
    dials: BTreeSet<NodeName>,
}

/// The node is reached.
const REACHED: &str = "reached";
/// An outside number is.
const ANSWERED: &str = "answered";
/// A web service does not know it; nobody is reached outside.
const MISSING: &str = "missing";

impl Coverage {
    /// Nothing is reached yet.
    pub fn new(line: &Line) -> Coverage {
        let mut choosers = BTreeMap::new();
        let mut dials = BTreeSet::new();
        let mut possible = Vec::new();
        for (_, node) in line.nodes() {
            let mut all = vec![REACHED.to_owned()];
            let more = outcomes(line, &node.kind);
            if matches!(node.kind, Kind::Choose(_)) {
                choosers.insert(node.name.clone(), more.clone());
            }
            if matches!(node.kind, Kind::Dial(_)) {
                dials.insert(node.name.clone());
            }
            all.extend(more);
            possible.push((node.name.clone(), all));
        }
        Coverage {
            possible,
            reached: BTreeSet::new(),
            choosers,
            dials,
        }
    }

    /// Counts what a call of this line reached.
    pub fn add(&mut self, moments: &[Moment]) {
        // A `choose` is left at once: where to shows which way was taken.
        let mut chooser: Option<NodeName> = None;
        // The number that rings, until somebody else is reached.
        let mut dialled: Option<NodeName> = None;
        for moment in moments {
            let Happening::Record(event) = &moment.what else {
                continue;
            };
            if matches!(event, Event::Queued { .. }) {
                self.chose(chooser.take(), "human");
                dialled = None;
            }
            if matches!(event, Event::Transferred { .. })
                && let Some(node) = dialled.take()
            {
                self.reached.insert((node, ANSWERED.to_owned()));
            }
            let Event::Step { step } = event else {
                continue;
            };
            let outcome = match &step.what {
                StepKind::Entered { .. } => {
                    self.chose(chooser.take(), step.node.as_str());
                    if self.choosers.contains_key(&step.node) {
                        chooser = Some(step.node.clone());
                    }
                    dialled = self.dials.get(&step.node).cloned();
                    REACHED.to_owned()
                }
                StepKind::Pressed { key } => format!("key {}", key.as_char()),
                StepKind::Wrong { .. } => "wrong".to_owned(),
                StepKind::Silent => "silence".to_owned(),
                StepKind::Collected { .. } => "entered".to_owned(),
                StepKind::Answered { found: true } => "found".to_owned(),
                StepKind::Answered { found: false } => MISSING.to_owned(),
                StepKind::Failed { .. } if self.dials.contains(&step.node) => MISSING.to_owned(),
                StepKind::Failed { .. } => "fault".to_owned(),
                // A step of a guide counts by its name, whatever its answer.
                StepKind::Tried { step, .. } => format!("step {step}"),
                StepKind::Language { .. } => continue,
            };
            self.reached.insert((step.node.clone(), outcome));
        }
    }

    fn chose(&mut self, chooser: Option<NodeName>, to: &str) {
        let Some(node) = chooser else { return };
        let ways = self.choosers.get(&node);
        let known = ways.is_some_and(|w| w.iter().any(|way| way == to));
        let way = if known { to } else { "back" };
        self.reached.insert((node, way.to_owned()));
    }

    /// How many nodes and outcomes there are, and how many of them are reached.
    pub fn count(&self) -> (usize, usize) {
        let all: usize = self.possible.iter().map(|(_, o)| o.len()).sum();
        (
            all,
            all - self.missing().map(|(_, o)| o.len()).sum::<usize>(),
        )
    }

    /// In percent, rounded down: 100 is all.
    pub fn percent(&self) -> usize {
        let (all, reached) = self.count();
        (reached * 100).checked_div(all).unwrap_or(100)
    }

    /// By node, what is not reached.
    pub fn missing(&self) -> impl Iterator<Item = (&NodeName, Vec<&str>)> {
        self.possible.iter().filter_map(|(node, all)| {
            let is_missing = |o: &&String| !self.reached.contains(&(node.clone(), (*o).clone()));
            let missing: Vec<&str> = all.iter().filter(is_missing).map(|o| o.as_str()).collect();
            (!missing.is_empty()).then_some((node, missing))
        })
    }
}

/// What can come of a node, besides what holds everywhere.
fn outcomes(line: &Line, kind: &Kind) -> Vec<String> {
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    match kind {
        Kind::Menu(menu) | Kind::Language(menu) => {
            let keys = (1..=9).zip(&menu.options);
            let keys = keys.filter(|(_, o)| o.is_some());
            let mut all: Vec<String> = keys.map(|(n, _)| format!("key {n}")).collect();
            all.extend(words(&["silence", "wrong"]));
            all
        }
        Kind::Collect(collect) => {
            let mut all = words(&["entered", "silence", "wrong"]);
            if collect.confirm.is_some() {
                all.extend(words(&["key 1", "key 2"]));
            }
            all
        }
        Kind::Ask(ask) => {
            let mut all = words(&["found", "fault"]);
            if ask.fields.iter().any(|f| f.required) {
                all.push(MISSING.to_owned());
            }
            all
        }
        Kind::Choose(choose) => {
            let cases = choose.cases.iter().map(|c| c.go);
            let mut ways: Vec<String> = Vec::new();
            for target in cases.chain([choose.otherwise]) {
                let way = match target {
                    Target::Node(id) => line.node(id).map(|n| n.name.as_str()),
                    Target::Human => Some("human"),
                    Target::Back => Some("back"),
                    Target::Repeat => None,
                };
                ways.extend(way.map(str::to_owned).filter(|w| !ways.contains(w)));
            }
            ways
        }
        Kind::Guide(guide) => {
            let steps = guide.steps.iter().map(|s| format!("step {}", s.name));
            steps.chain(words(&["silence", "wrong"])).collect()
        }
        Kind::Survey(_) => words(&["silence", "wrong"]),
        Kind::Dial(_) => words(&[ANSWERED, MISSING]),
        Kind::Send(send) if send.required => words(&["fault"]),
        Kind::Callback(_) => words(&["key 1", "key 2", "silence", "wrong"]),
        Kind::Send(_) | Kind::Say(_) | Kind::Queue(_) | Kind::Message(_) | Kind::Goodbye(_) => {
            Vec::new()
        }
    }
}
