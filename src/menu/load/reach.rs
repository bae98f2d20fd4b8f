//! Where the edges of a line lead: every node is reached, and none talks for ever.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::source::Source;
use super::yaml::At;
use crate::menu::tree::{Kind, Line, NodeId, Target};

pub(super) fn check(src: &mut Source<'_>, line: &Line, places: &[At]) {
    unreached(src, line, places);
    endless(src, line, places);
}

fn unreached(src: &mut Source<'_>, line: &Line, places: &[At]) {
    let mut reached = vec![false; line.nodes.len()];
    let mut next: Vec<NodeId> = line.beginnings().collect();
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

/// Nodes that go on by themselves and come back to themselves wait for no key: whoever is silent
/// would listen for ever (P3).
fn endless(src: &mut Source<'_>, line: &Line, places: &[At]) {
    let mut told = BTreeSet::new();
    for id in unsettled(line) {
        if told.contains(&id) {
            continue;
        }
        let Some(circle) = circle(line, id) else {
            continue;
        };
        told.extend(circle.iter().copied());
        let names = circle.iter().chain([&id]).filter_map(|n| line.node(*n));
        let way: Vec<&str> = names.map(|n| n.name.as_str()).collect();
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

/// Nodes from which some circle may be reached without a key: what is left when those are taken
/// away, again and again, that lead to nothing that is left.
fn unsettled(line: &Line) -> BTreeSet<NodeId> {
    let mut leads: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut from: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for (id, _) in line.nodes() {
        let to = by_itself(line, id);
        leads.insert(id, to.len());
        for to in to {
            from.entry(to).or_default().push(id);
        }
    }
    let mut settled: Vec<NodeId> = leads
        .iter()
        .filter(|(_, n)| **n == 0)
        .map(|(id, _)| *id)
        .collect();
    while let Some(id) = settled.pop() {
        leads.remove(&id);
        for before in from.remove(&id).unwrap_or_default() {
            if let Some(n) = leads.get_mut(&before) {
                *n -= 1;
                if *n == 0 {
                    settled.push(before);
                }
            }
        }
    }
    leads.into_keys().collect()
}

/// The shortest way from a node back to itself on which nothing waits for a key.
fn circle(line: &Line, start: NodeId) -> Option<Vec<NodeId>> {
    let mut came: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(id) = next.pop_front() {
        for to in by_itself(line, id) {
            if to == start {
                let mut way = vec![id];
                while let Some(before) = way
                    .last()
                    .filter(|n| **n != start)
                    .and_then(|n| came.get(n))
                {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(new) = came.entry(to) {
                new.insert(id);
                next.push_back(to);
            }
        }
    }
    None
}

/// Where a node leads without a key.
fn by_itself(line: &Line, id: NodeId) -> Vec<NodeId> {
    let Some(node) = line.node(id) else {
        return Vec::new();
    };
    match &node.kind {
        Kind::Say(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_) => {
            let targets = node.kind.targets().into_iter();
            let lead = targets.filter_map(|t| match t {
                Target::Node(to) => Some(to),
                Target::Repeat => Some(id),
                Target::Human | Target::Back => None,
            });
            lead.collect()
        }
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Collect(_)
        | Kind::Guide(_)
        | Kind::Queue(_)
        | Kind::Callback(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => Vec::new(),
    }
}
