//! Questions to the graph: is there a cycle, what leads there, how far is it.

use super::in_menus;
use crate::check::calls::{Steps, way};
use crate::check::gist::Gist;
use crate::check::graph::{By, Edge, Graph, State, StateId};

/// The first cycle of such idle edges among such states: a state of it, and the round.
pub(super) fn cycle(
    graph: &Graph,
    gist: &Gist,
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
            let (at, edge) = (*at, gist.idle(*at).get(*next).copied());
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
                    let allowed =
                        |_: StateId, e: &Edge| is_idle(e) && edges(e) && states(graph.state(e.to));
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

/// The states from which such idle edges lead, through such states, to one that fits.
pub(super) fn before(
    graph: &Graph,
    gist: &Gist,
    edges: impl Fn(&Edge) -> bool,
    states: impl Fn(State) -> bool,
    fits: impl Fn(StateId) -> bool,
) -> Vec<bool> {
    let mut into: Vec<(StateId, StateId)> = Vec::new();
    let mut open = Vec::new();
    for from in graph.all().filter(|s| states(graph.state(*s))) {
        for edge in gist.idle(from).iter().filter(|e| edges(e)) {
            into.push((edge.to, from));
            if fits(edge.to) {
                open.push(from);
            }
        }
    }
    into.sort_unstable();
    let mut found = vec![false; graph.states()];
    while let Some(at) = open.pop() {
        let seen = found.get_mut(at.index());
        if seen.is_none_or(|seen| std::mem::replace(seen, true)) {
            continue;
        }
        let first = into.partition_point(|(to, _)| *to < at);
        let into = into.get(first..).into_iter().flatten();
        open.extend(into.take_while(|(to, _)| *to == at).map(|(_, from)| *from));
    }
    found
}

/// For each state the greatest sum of weights along idle edges within the menus; `weigh` gives
/// an edge's weight, and whether the way goes on after it. There must be no cycle of them.
pub(in crate::check) fn longest(
    graph: &Graph,
    gist: &Gist,
    reached: &[(StateId, State)],
    weigh: impl Fn(StateId, &Edge) -> (u64, bool),
) -> Vec<u64> {
    let mut best: Vec<Option<u64>> = vec![None; graph.states()];
    let mut stack = Vec::new();
    for (root, state) in reached {
        if !in_menus(*state) || best.get(root.index()).is_some_and(Option::is_some) {
            continue;
        }
        stack.push(*root);
        while let Some(at) = stack.last().copied() {
            let mut sum = 0;
            let mut missing = false;
            for edge in gist.idle(at) {
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

/// Without the caller's doing, or a wrong key.
fn is_idle(edge: &Edge) -> bool {
    edge.failed || edge.event.by() == By::Time
}
