//! The edges of all states, one after the other: millions of them are gone through again and
//! again, and lists of their own for each state would cost more than all that is asked of them.

use super::graph::{Edge, StateId};

/// The edges of each state, in the order of the states.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    pub(super) all: Vec<Edge>,
    /// Where those of each state end.
    pub(super) ends: Vec<u32>,
}

impl Edges {
    /// The edges of the next state.
    pub fn push(&mut self, edges: &[Edge]) {
        self.all.extend_from_slice(edges);
        self.end();
    }

    /// One edge more of the next state.
    pub fn add(&mut self, edge: Edge) {
        self.all.push(edge);
    }

    /// The next state has no more.
    pub fn end(&mut self) {
        // Four edges for each of the states that fit into a `u32` would not fit into memory.
        let end = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.ends.push(end);
    }

    /// What leaves a state.
    pub fn of(&self, state: StateId) -> &[Edge] {
        let range = self.range(state);
        self.all.get(range).unwrap_or_default()
    }

    pub(super) fn range(&self, state: StateId) -> std::ops::Range<usize> {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        let begin = state.index().checked_sub(1).map_or(0, end);
        begin..end(state.index())
    }

    /// Of all states.
    pub fn len(&self) -> usize {
        self.all.len()
    }
}
