//! Questions to the graph: is there a cycle, what leads there, how far is it.

use std::collections::HashSet;

use super::{in_menus, is_idle};
use crate::check::calls::{Steps, way};
use crate::check::graph::{Edge, Graph, State, StateId};

/// The first cycle of such edges among such states: a state of it, and the round.
pub(super) fn cycle(
    graph: &Graph,
    reached: &[(StateId, State)],
    edges: impl Fn(&Edge) -> bool,
    states: impl Fn(State) -> bool,
) -> Option<(StateId, Steps)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; graph.states()];
    for (root, state) in reached {
        if !states(*state) || marks.get(root.index()) != Some(&Mark::New) {
            continue;
        }
        // Each entry: a state, and the next of its edges to look at.
        let mut stack: Vec<(StateId, usize)> = vec![(*root, 0)];
        if let Some(m) = marks.get_mut(root.index()) {
            *m = Mark::Open;
        }
        while let Some((at, next)) = stack.last_mut() {
            let (at, edge) = (*at, graph.from(*at).get(*next).copied());
            *next += 1;
            let Some(edge) = edge else {
                if let Some(m) = marks.get_mut(at.index()) {
                    *m = Mark::Done;
                }
                stack.pop();
                continue;
            };
            if !edges(&edge) || !states(graph.state(edge.to)) {
                continue;
            }
            match marks.get(edge.to.index()) {
                Some(Mark::New) => {
                    if let Some(m) = marks.get_mut(edge.to.index()) {
                        *m = Mark::Open;
                    }
                    stack.push((edge.to, 0));
                }
                Some(Mark::Open) => {
                    let allowed = |_: StateId, e: &Edge| edges(e) && states(graph.state(e.to));
                    let mut round = vec![(at, edge)];
                    let back = way(graph, edge.to, allowed, |s| s == at).unwrap_or_default();
                    round.splice(0..0, back);
                    return Some((edge.to, round));
                }
                Some(Mark::Done) | None => {}
            }
        }
    }
    None
}

/// The states from which such edges lead, through such states, to one that fits.
pub(super) fn before(
    graph: &Graph,
    reached: &[(StateId, State)],
    edges: impl Fn(&Edge) -> bool,
    states: impl Fn(State) -> bool,
    fits: impl Fn(StateId) -> bool,
) -> HashSet<StateId> {
    let mut into: Vec<Vec<StateId>> = vec![Vec::new(); graph.states()];
    let mut open = Vec::new();
    for (from, state) in reached {
        for edge in graph
            .from(*from)
            .iter()
            .filter(|e| states(*state) && edges(e))
        {
            if let Some(list) = into.get_mut(edge.to.index()) {
                list.push(*from);
            }
            if fits(edge.to) {
                open.push(*from);
            }
        }
    }
    let mut found = HashSet::new();
    while let Some(at) = open.pop() {
        if found.insert(at) {
            open.extend(into.get(at.index()).into_iter().flatten());
        }
    }
    found
}

/// For each state the greatest sum of weights along idle edges within the menus; `weigh` gives
/// an edge's weight, and whether the way goes on after it. There must be no cycle of them.
pub(in crate::check) fn longest(
    graph: &Graph,
    reached: &[(StateId, State)],
    weigh: impl Fn(StateId, &Edge) -> (u64, bool),
) -> Vec<u64> {
    let mut best: Vec<Option<u64>> = vec![None; graph.states()];
    for (root, state) in reached {
        if !in_menus(*state) {
            continue;
        }
        let mut stack = vec![*root];
        while let Some(at) = stack.last().copied() {
            let mut sum = 0;
            let mut missing = false;
            for edge in graph.from(at).iter().filter(|e| is_idle(e)) {
                let (weight, on) = weigh(at, edge);
                let on = on && in_menus(graph.state(edge.to));
                match (on, best.get(edge.to.index()).copied().flatten()) {
                    (false, _) => sum = sum.max(weight),
                    (true, Some(rest)) => sum = sum.max(weight + rest),
                    (true, None) => {
                        stack.push(edge.to);
                        missing = true;
                    }
                }
            }
            if !missing {
                if let Some(b) = best.get_mut(at.index()) {
                    *b = Some(sum);
                }
                stack.pop();
            }
        }
    }
    best.into_iter().map(Option::unwrap_or_default).collect()
}
