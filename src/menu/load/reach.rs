//! Where the edges of a line lead: every node is reached, and none talks for ever.

use super::source::Source;
use super::yaml::At;
use crate::menu::tree::{Kind, Line, NodeId, Target};

pub(super) fn check(src: &mut Source<'_>, line: &Line, places: &[At]) {
    unreached(src, line, places);
    endless(src, line, places);
}

fn unreached(src: &mut Source<'_>, line: &Line, places: &[At]) {
    let mut reached = vec![false; line.nodes.len()];
    let mut next = vec![line.start];
    while let Some(id) = next.pop() {
        let Some(seen) = reached.get_mut(usize::from(id.0)) else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        let targets = line.node(id).map(|n| n.kind.targets()).unwrap_or_default();
        next.extend(targets.into_iter().filter_map(|t| match t {
            Target::Node(id) => Some(id),
            Target::Human | Target::Back | Target::Repeat => None,
        }));
    }
    for ((node, reached), at) in line.nodes.iter().zip(reached).zip(places) {
        if !reached {
            src.warn(
                *at,
                format!("nothing leads to `{}`", node.name),
                "lead there by `go`, or remove it",
            );
        }
    }
}

/// A chain of `say` nodes that comes back to itself waits for no key: whoever is silent would
/// listen for ever (P3).
fn endless(src: &mut Source<'_>, line: &Line, places: &[At]) {
    let next = |id: NodeId| match &line.node(id)?.kind {
        Kind::Say(say) => match say.go {
            Target::Node(to) => Some(to),
            Target::Repeat => Some(id),
            Target::Human | Target::Back => None,
        },
        Kind::Menu(_) | Kind::Collect(_) | Kind::Queue(_) | Kind::Goodbye(_) => None,
    };
    let mut told = vec![false; line.nodes.len()];
    for (id, node) in line.nodes() {
        let mut chain = vec![id];
        let mut at = id;
        while let Some(to) = next(at) {
            if to == id {
                break;
            }
            if chain.contains(&to) {
                chain.clear(); // a cycle further on, told at its own nodes
                break;
            }
            chain.push(to);
            at = to;
        }
        let closes = !chain.is_empty() && next(at) == Some(id);
        let new = chain
            .iter()
            .all(|n| !told.get(usize::from(n.0)).copied().unwrap_or(true));
        if !(closes && new) {
            continue;
        }
        for n in &chain {
            if let Some(t) = told.get_mut(usize::from(n.0)) {
                *t = true;
            }
        }
        let mut way: Vec<&str> = Vec::new();
        way.extend(
            chain
                .iter()
                .filter_map(|n| line.node(*n))
                .map(|n| n.name.as_str()),
        );
        way.push(node.name.as_str());
        src.error(
            places.get(usize::from(id.0)).copied().unwrap_or_default(),
            format!(
                "who presses nothing would listen for ever: {}",
                way.join(" → ")
            ),
            "let one of them go to a menu, `back` or `human`",
        );
    }
}
