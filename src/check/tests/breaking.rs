//! Ways to break a graph, edge by edge; each must be refused with the property that it breaks.
//! The graph is whole again afterwards.

use super::*;
use crate::check::calls::{Calls, words};
use crate::check::edges::Edges;
use crate::check::gist::Gist;
use crate::check::graph::{At, By, Edge, End, Event, Graph, State, StateId};
use crate::check::property::Violation;
use crate::ids::Key;
use crate::menu::walk::situation::{Entered, Phase};

/// All that is wrong with a graph.
pub(super) fn violations(graph: &Graph) -> Vec<Violation> {
    crate::check::property::violations(graph, &Gist::of(graph))
}

/// What the proof never does to edges.
impl Edges {
    fn remove(&mut self, state: StateId, i: usize) {
        self.all.remove(self.range(state).start + i);
        for end in self.ends.iter_mut().skip(state.index()) {
            *end -= 1;
        }
    }

    fn insert(&mut self, state: StateId, i: usize, edge: Edge) {
        self.all.insert(self.range(state).start + i, edge);
        for end in self.ends.iter_mut().skip(state.index()) {
            *end += 1;
        }
    }

    /// The edges of a state.
    pub(super) fn of_mut(&mut self, state: StateId) -> &mut [Edge] {
        let range = self.range(state);
        &mut self.all[range]
    }

    /// Only those that fit.
    pub(super) fn retain(&mut self, fits: impl Fn(StateId, &Edge) -> bool) {
        let all = std::mem::take(self);
        for state in (0..all.ends.len() as u32).map(StateId) {
            for edge in all.of(state).iter().filter(|e| fits(state, e)) {
                self.add(*edge);
            }
            self.end();
        }
    }
}

/// An edge by its place.
type Place = (StateId, usize, Edge);

/// Every state with each of its edges.
pub(super) fn edges(graph: &Graph) -> Vec<Place> {
    let all = graph.all().flat_map(|s| {
        let edges = graph.from(s).iter().copied().enumerate();
        edges.map(move |(i, e)| (s, i, e)).collect::<Vec<_>>()
    });
    all.collect()
}

/// What the loss of an event breaks; `None`: the promise holds without it.
fn loss(graph: &Graph, state: State, event: Event) -> Option<Property> {
    let zero_entry = |at: At| graph.is_zero_entry(at.node);
    match (state, event) {
        (State::Message { .. }, Event::Key(Key::ZERO)) => Some(Property::P1),
        // Conveniences of a message, and the way back from a queue.
        (State::Message { .. } | State::Waiting { .. } | State::Outside { .. }, Event::Key(_))
        | (_, Event::LookBack) => None,
        // To leave a message in place of it.
        (State::Outside { .. }, Event::Overflow(_)) => None,
        // Whoever stays in a queue further on is in that queue.
        (_, Event::AskedAgain) => None,
        // That people come of their own accord is a gift.
        (_, Event::Called) => None,
        // `#` is answered twice: by habit, or as a key.
        (State::Menu(at), Event::Key(Key::HASH)) if at.phase == Phase::Entering(Entered::Zero) => {
            Some(Property::P1)
        }
        (State::Menu(at), Event::Pause) if at.phase == Phase::Entering(Entered::Zero) => {
            Some(Property::P1)
        }
        (State::Menu(_), Event::Key(Key::STAR)) => Some(Property::P1),
        (State::Menu(at), Event::Key(Key::ZERO)) => match at.phase {
            Phase::Entering(Entered::Few | Entered::Enough | Entered::Zero) if !at.starred => {
                Some(Property::P3)
            }
            Phase::Entering(Entered::Nothing) if zero_entry(at) => Some(Property::P1),
            _ => Some(Property::P1),
        },
        (_, Event::PlayFailed | Event::Fault | Event::StoreFailed | Event::ServiceFailed) => {
            Some(Property::P4)
        }
        (State::Waiting { .. } | State::Outside { .. }, _) => Some(Property::P5),
        // What remains is that it is stored, or that the guide begins anew.
        (State::Message { .. }, Event::TooShort) | (_, Event::Recalled) => None,
        (State::Message { .. }, _) => Some(Property::P5),
        // The key is lost, but the caller is not.
        (_, Event::Ahead(_)) => None,
        (State::Resuming, _) => None,
        (_, _) => Some(Property::P3),
    }
}

/// That a graph is refused: what is found in it, and how long the way to the broken state is.
pub(super) struct Refusal<'g> {
    graph: &'g Graph,
    found: Vec<Violation>,
    way: usize,
}

impl Refusal<'_> {
    pub(super) fn of(graph: &Graph, way: usize) -> Refusal<'_> {
        let found = violations(graph);
        Refusal { graph, found, way }
    }

    /// The call that shows what is broken.
    #[track_caller]
    pub(super) fn by(&self, by: Property, why: &str) -> &Violation {
        let told = || {
            let told = |v: &Violation| {
                let call = words(self.graph, &v.call);
                format!("{}: {}: {call}", v.property, v.what)
            };
            self.found.iter().map(told).collect::<Vec<_>>()
        };
        let first = self.found.iter().find(|v| v.property == by);
        let first = first.unwrap_or_else(|| panic!("{why}: {by} was expected, but: {:#?}", told()));
        // A call that happens: each event leaves the state where the last one led.
        let mut at = self.graph.start;
        for (from, edge) in &first.call {
            let goes = self.graph.from(at).contains(edge);
            assert!(*from == at && goes, "{why}: {:?}", told());
            at = edge.to;
        }
        // And a short one: no longer than the way to the broken state and a few events more.
        assert!(first.call.len() <= self.way + 8, "{why}: {:?}", told());
        first
    }
}

/// Without one of these edges at a time. Tells how many the promise could not do without.
pub(super) fn lose(graph: &mut Graph, edges: &[Place]) -> usize {
    let (mut refusals, calls) = (0, Calls::of(graph));
    for &(state, i, edge) in edges {
        let others = graph.from(state).iter().enumerate();
        let mut others = others.filter(|(j, e)| *j != i && e.event == edge.event);
        let alone = others.next().is_none();
        let Some(by) = loss(graph, graph.state(state), edge.event).filter(|_| alone) else {
            continue;
        };
        let why = format!("{:?} without {edge:?}", graph.state(state));
        graph.edges.remove(state, i);
        Refusal::of(graph, calls.to(state).len()).by(by, &why);
        graph.edges.insert(state, i, edge);
        refusals += 1;
    }
    refusals
}

/// With one of these edges at a time leading to another state, and looked at then.
fn lead(graph: &mut Graph, place: Place, to: StateId, look: impl FnOnce(&Graph)) {
    let (state, i, edge) = place;
    graph.edges.of_mut(state)[i].to = to;
    look(graph);
    graph.edges.of_mut(state)[i] = edge;
}

/// A hang-up in place of one of these edges at a time.
pub(super) fn hang_up(graph: &mut Graph, edges: &[Place]) {
    let calls = Calls::of(graph);
    let hung_up = StateId(graph.states.len() as u32);
    graph.states.push(State::End(End::HungUp));
    graph.edges.end();
    for &(state, i, edge) in edges {
        let was_human = graph.is_human(edge.to);
        lead(graph, (state, i, edge), hung_up, |bad| {
            let why = format!("{:?} on {:?}", bad.state(state), edge.event);
            // No state may hang up …
            let refusal = Refusal::of(bad, calls.to(state).len());
            let violation = refusal.by(Property::P6, &why);
            let call = words(bad, &violation.call);
            assert!(
                call.starts_with("answer → ") && call.ends_with(" → hang-up"),
                "{why}: {call}"
            );
            // … and the event breaks what is promised for it.
            let by = match bad.state(state) {
                // The last digit that there can be is a failed try as well, where it makes no number;
                // and once an entry has begun 0 is a digit.
                State::Menu(at)
                    if edge.event == Event::Key(Key::ZERO)
                        && was_human
                        && !edge.failed
                        && (at.starred || !is_digit_at(at)) =>
                {
                    Some(Property::P1)
                }
                State::Menu(_) if edge.failed => Some(Property::P3),
                State::Waiting { .. } if matches!(edge.event, Event::Overflow(_)) => {
                    Some(Property::P5)
                }
                State::Outside { .. } if edge.event == Event::NotReached => Some(Property::P5),
                _ if fails(edge.event) => Some(Property::P4),
                _ => None,
            };
            if let Some(by) = by {
                refusal.by(by, &why);
            }
        });
    }
    graph.states.pop();
    graph.edges.ends.pop();
}

/// A state that stays as it is, in place of one of these edges at a time of those that come by
/// themselves or by wrong keys. Tells how many there were.
pub(super) fn stay(graph: &mut Graph, edges: &[Place]) -> usize {
    let (mut refusals, calls) = (0, Calls::of(graph));
    for &(state, i, edge) in edges {
        let idle = edge.failed || edge.event.by() == By::Time;
        let by = match graph.state(state) {
            State::Menu(_) => Property::P3,
            State::Waiting { .. } | State::Outside { .. } | State::Message { .. } => Property::P5,
            State::Answered | State::Resuming | State::End(_) => continue,
        };
        if idle {
            lead(graph, (state, i, edge), state, |bad| {
                let why = format!("{:?} stays on {:?}", bad.state(state), edge.event);
                let refusal = Refusal::of(bad, calls.to(state).len());
                let told = &refusal.by(by, &why).what;
                assert!(told.contains("round"), "{why}: {told}");
            });
            refusals += 1;
        }
    }
    refusals
}

/// A goodbye in place of one of these edges at a time of those that are failed tries. Tells how many
/// there were.
pub(super) fn part(graph: &mut Graph, edges: &[Place]) -> usize {
    let parting = |s: &State| matches!(s, State::Menu(at) if at.phase == Phase::Parting);
    let parting = graph.states.iter().position(parting).unwrap();
    let (mut refusals, calls) = (0, Calls::of(graph));
    for &(state, i, edge) in edges.iter().filter(|(_, _, e)| e.failed) {
        lead(graph, (state, i, edge), StateId(parting as u32), |bad| {
            let refusal = Refusal::of(bad, calls.to(state).len());
            let call = words(bad, &refusal.by(Property::P3, &format!("{edge:?}")).call);
            assert!(call.ends_with("the prompt ends → hang-up"), "{call}");
        });
        refusals += 1;
    }
    refusals
}

/// Where the menus begin in place of a person, by one of these edges at a time of those by which 0
/// or a fault leads there. Tells how many there were.
pub(super) fn lead_astray(graph: &mut Graph, edges: &[Place]) -> usize {
    let (mut refusals, calls) = (0, Calls::of(graph));
    for &(state, i, edge) in edges {
        let to_person = graph.is_human(edge.to) && !edge.failed;
        let by = match (graph.state(state), edge.event) {
            (State::Menu(at), Event::Key(Key::ZERO)) if at.starred || !is_digit_at(at) => {
                Property::P1
            }
            (State::Message { .. }, Event::Key(Key::ZERO)) => Property::P1,
            (_, event) if fails(event) => Property::P4,
            (_, _) => continue,
        };
        if to_person {
            let start = graph.start;
            lead(graph, (state, i, edge), start, |bad| {
                let why = format!("{:?} leads astray on {:?}", bad.state(state), edge.event);
                Refusal::of(bad, calls.to(state).len()).by(by, &why);
            });
            refusals += 1;
        }
    }
    refusals
}

/// Something of ours fails.
fn fails(event: Event) -> bool {
    // Whoever is asked for again in a queue stands in it before and after.
    event.by() == By::Failure && event != Event::AskedAgain
}

/// Whether 0 is one more digit there.
fn is_digit_at(at: At) -> bool {
    matches!(
        at.phase,
        Phase::Entering(Entered::Few | Entered::Enough | Entered::Zero)
    )
}
