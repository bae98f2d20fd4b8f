//! The promise, P1 to P6, each proven over the whole graph. The words are those of the design:
//! 0 from everywhere, every menu says so, silence and wrong keys end with a person, and so do
//! faults, no queue is a dead end, and we hang up only after a good-bye that was chosen.

mod comes;
mod ends;
mod faults;
mod people;
mod silence;
mod ways;
mod zero;

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

pub(super) use self::ways::longest;
use super::calls::{Calls, Steps, length};
use super::gist::Gist;
use super::graph::{Edge, Event, Graph, State, StateId};
use crate::menu::tree::NodeId;

/// A part of the promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Property {
    /// 0 reaches a person from every state in which a key can be pressed.
    P1,
    /// Every menu and every entry says so.
    P2,
    /// Silence and wrong keys end with a person within the tries.
    P3,
    /// Faults end with a person.
    P4,
    /// No queue is a dead end: every overflow chain ends with a stored promise.
    P5,
    /// We hang up first only after a good-bye that the caller chose, a person, or a promise.
    P6,
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A state that breaks the promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub property: Property,
    /// At this node, or at the people.
    pub node: Option<NodeId>,
    pub what: String,
    pub remedy: &'static str,
    /// The shortest call that shows it.
    pub call: Steps,
}

/// All that is wrong: of each kind, at each node, the first that was found.
pub(super) fn violations(graph: &Graph, gist: &Gist) -> Vec<Violation> {
    let calls = Calls::of(graph);
    let reached = calls.reached().into_iter();
    let reached: Vec<(StateId, State)> = reached.map(|s| (s, graph.state(s))).collect();
    let mut proof = Proof {
        graph,
        gist,
        calls: &calls,
        reached: &reached,
        found: Vec::new(),
        told: HashSet::new(),
    };
    proof.zero_reaches_a_person();
    proof.zero_is_announced();
    proof.silence_and_wrong_keys_end_with_a_person();
    proof.faults_end_with_a_person();
    proof.queues_end_with_a_promise();
    proof.ends_are_chosen();
    let mut found = proof.found;
    found.sort_by_key(|v| (v.property, length(&v.call)));
    found
}

struct Proof<'g> {
    graph: &'g Graph,
    gist: &'g Gist,
    calls: &'g Calls,
    /// All states that a call can come to, those of the shortest calls first.
    reached: &'g [(StateId, State)],
    found: Vec<Violation>,
    told: HashSet<(Property, Option<NodeId>, &'static str)>,
}

const OURS: &str = "no menu file can cause this: it is a fault of the program, please report it";

impl<'g> Proof<'g> {
    /// Tells a violation once per node; `more` is what of the call comes after the state.
    fn tell(
        &mut self,
        property: Property,
        state: StateId,
        what: &'static str,
        remedy: &'static str,
        more: Steps,
    ) {
        let node = match self.graph.state(state) {
            State::Menu(at) => Some(at.node),
            State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. }
            | State::End(_) => None,
        };
        if self.told.insert((property, node, what)) {
            let mut call = self.calls.to(state);
            call.extend(more);
            self.found.push(Violation {
                property,
                node,
                what: what.to_owned(),
                remedy,
                call,
            });
        }
    }

    fn on(&self, state: StateId, event: Event) -> impl Iterator<Item = Edge> + use<'g> {
        let edges = self.graph.from(state).iter().copied();
        edges.filter(move |e| e.event == event)
    }

    /// Whether there is an edge for the event, and all of them lead to the queue behind 0.
    fn leads_to_human(&self, state: StateId, event: Event) -> bool {
        self.gist.answers(state).lead_to_human(event)
    }

    /// The steps of an event, if it has an edge (one that does not lead to a person, if any).
    fn step(&self, state: StateId, event: Event) -> Steps {
        let lost = self.on(state, event).find(|e| !self.graph.is_human(e.to));
        let any = lost.or_else(|| self.on(state, event).next());
        any.map(|e| (state, e)).into_iter().collect()
    }
}

fn in_menus(state: State) -> bool {
    match state {
        State::Menu(_) | State::Answered | State::Resuming => true,
        State::Waiting { .. } | State::Outside { .. } | State::Message { .. } | State::End(_) => {
            false
        }
    }
}
