//! Which values are known where: what a node says or asks with must have been brought on every
//! way that leads there.

use std::collections::BTreeSet;

use super::source::Source;
use super::yaml::At;
use crate::menu::tree::{Condition, Kind, Line, Node, NodeId, Target, Test, VariableId};

type Known = BTreeSet<VariableId>;

/// `uses`: per node the values that it needs, and where that is written.
pub(super) fn check(src: &mut Source<'_>, line: &Line, uses: &[Vec<(VariableId, At)>]) {
    // The caller's number is there before the first node; that it may be withheld is a fault of
    // the call, not of the file.
    let caller = VariableId(0);
    let mut known: Vec<Option<Known>> = vec![None; line.nodes.len()];
    let begins = line.beginnings();
    let mut next: Vec<_> = begins.map(|id| (id, Known::from([caller]))).collect();
    while let Some((id, coming)) = next.pop() {
        let Some(here) = known.get_mut(usize::from(id.0)) else {
            continue;
        };
        let met = match here {
            None => coming,
            Some(before) => before.intersection(&coming).copied().collect(),
        };
        if here.as_ref() == Some(&met) {
            continue;
        }
        *here = Some(met.clone());
        let Some(node) = line.node(id) else { continue };
        for (to, gained) in edges(node) {
            let more = met.iter().copied().chain(gained).collect();
            next.push((to, more));
        }
    }
    for ((node, known), uses) in line.nodes.iter().zip(&known).zip(uses) {
        let Some(known) = known else { continue };
        for (variable, at) in uses {
            if known.contains(variable) {
                continue;
            }
            let name = line.variable(*variable).map_or("", |v| v.name.as_str());
            src.error(
                *at,
                format!("`{name}` may not be known at `{}`", node.name),
                format!(
                    "some way leads here without it: bring it on each, or part the ways by \
                     `choose` with `when: {{ {name}: {{ known: yes }} }}`"
                ),
            );
        }
    }
}

/// Where a node leads by its own edges, and what has become known on the way. `back` leads to
/// nodes that were reached with less.
fn edges(node: &Node) -> Vec<(NodeId, Vec<VariableId>)> {
    let mut all = Vec::new();
    let mut edge = |target: Target, gained: Vec<VariableId>| match target {
        Target::Node(to) => all.push((to, gained)),
        Target::Human | Target::Back | Target::Repeat => {}
    };
    match &node.kind {
        Kind::Menu(m) | Kind::Language(m) => {
            m.options
                .iter()
                .flatten()
                .for_each(|o| edge(o.go, Vec::new()));
        }
        Kind::Say(s) => edge(s.go, Vec::new()),
        // Any answer may be left out.
        Kind::Survey(s) => edge(s.go, Vec::new()),
        Kind::Send(s) => edge(s.go, Vec::new()),
        Kind::Dial(d) => edge(d.missing, Vec::new()),
        Kind::Collect(c) => edge(c.go, vec![c.into]),
        Kind::Choose(c) => {
            for case in &c.cases {
                edge(case.go, case.when.iter().filter_map(implies).collect());
            }
            edge(c.otherwise, Vec::new());
        }
        Kind::Ask(a) => {
            let brought = a.fields.iter().filter(|f| f.required).map(|f| f.into);
            edge(a.go, brought.collect());
            edge(a.missing, Vec::new());
        }
        Kind::Guide(_) => {
            let targets = node.kind.targets().into_iter();
            targets.for_each(|go| edge(go, Vec::new()));
        }
        Kind::Queue(_) | Kind::Callback(_) | Kind::Message(_) | Kind::Goodbye(_) => {}
    }
    all
}

/// What is known where a condition holds.
fn implies(condition: &Condition) -> Option<VariableId> {
    match condition {
        Condition::Value(_, Test::Known(false))
        | Condition::Open(..)
        | Condition::Language(_)
        | Condition::Caller(_) => None,
        Condition::Value(id, Test::Known(true) | Test::Is(_) | Test::Over(_) | Test::Under(_)) => {
            Some(*id)
        }
    }
}
