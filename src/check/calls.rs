//! The shortest call to each state, and calls in words.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use rustc_hash::FxHashMap;

use super::graph::{By, Edge, End, Event, Graph, State, StateId};

/// One event of a call: the state before it, and the edge.
pub(super) type Steps = Vec<(StateId, Edge)>;

/// How long a call is: what happens in it, and of that what the caller presses, in the upper and
/// the lower half. That a prompt is heard to its end counts for nothing.
type Length = u64;

/// Longer than any call.
const NONE: Length = u64::MAX;

/// What an event adds.
fn adds(edge: &Edge) -> Length {
    let told = u64::from(!edge.event.is_heard_out());
    let pressed = u64::from(edge.event.by() == By::Caller);
    told << 32 | pressed
}

/// How long these steps are: what happens in them, and of that what the caller presses.
pub(super) fn length(steps: &[(StateId, Edge)]) -> (usize, usize) {
    let told = steps.iter().filter(|(_, e)| !e.event.is_heard_out());
    let pressed = steps.iter().filter(|(_, e)| e.event.by() == By::Caller);
    (told.count(), pressed.count())
}

/// The shortest call to each state.
pub(super) struct Calls {
    before: Vec<Option<(StateId, Edge)>>,
    length: Vec<Length>,
}

impl Calls {
    /// Calls without faults, keys that come early and ways back from the queue are preferred,
    /// however much longer: an operator follows them more easily.
    pub fn of(graph: &Graph) -> Calls {
        let mut calls = Calls {
            before: vec![None; graph.states()],
            length: vec![NONE; graph.states()],
        };
        if let Some(first) = calls.length.get_mut(graph.start.index()) {
            *first = 0;
        }
        let stopped = calls.spread(graph, vec![graph.start], |e| match e.event {
            Event::Ahead(_) | Event::LookBack | Event::Called => false,
            other => other.by() != By::Failure,
        });
        calls.spread(graph, stopped, |_| true);
        calls
    }

    /// The nearest state first (Dijkstra), from these; all that are reached so far stay as they
    /// are. Tells from which of them an edge that is not allowed may lead on.
    fn spread(
        &mut self,
        graph: &Graph,
        begin: Vec<StateId>,
        allowed: impl Fn(&Edge) -> bool,
    ) -> Vec<StateId> {
        let known: Vec<bool> = self.length.iter().map(|l| *l != NONE).collect();
        let mut stopped = Vec::new();
        // There are few lengths, and very many states of each.
        let mut open: BTreeMap<Length, BinaryHeap<Reverse<StateId>>> = BTreeMap::new();
        for state in begin {
            let length = self.length.get(state.index()).copied().unwrap_or(NONE);
            open.entry(length).or_default().push(Reverse(state));
        }
        while let Some((length, mut nearest)) = open.pop_first() {
            while let Some(Reverse(from)) = nearest.pop() {
                if self.length.get(from.index()) != Some(&length) {
                    continue; // a shorter call has been found since
                }
                let mut stops = false;
                for edge in graph.from(from) {
                    let to = edge.to.index();
                    let longer = length + adds(edge);
                    if self.length.get(to).is_none_or(|l| *l <= longer)
                        || known.get(to) == Some(&true)
                    {
                        continue;
                    }
                    if !allowed(edge) {
                        stops = true;
                        continue;
                    }
                    if let (Some(l), Some(b)) = (self.length.get_mut(to), self.before.get_mut(to)) {
                        (*l, *b) = (longer, Some((from, *edge)));
                    }
                    match longer == length {
                        true => nearest.push(Reverse(edge.to)),
                        false => open.entry(longer).or_default().push(Reverse(edge.to)),
                    }
                }
                if stops {
                    stopped.push(from);
                }
            }
        }
        stopped
    }

    /// Where calls come to, the shortest first.
    pub fn reached(&self) -> Vec<StateId> {
        let all = self.length.iter().copied().zip((0u32..).map(StateId));
        let mut reached: Vec<(Length, StateId)> = all.filter(|(l, _)| *l != NONE).collect();
        reached.sort_unstable();
        reached.into_iter().map(|(_, s)| s).collect()
    }

    /// The shortest call there.
    pub fn to(&self, state: StateId) -> Steps {
        let mut steps = Steps::new();
        let mut at = state;
        while let Some((from, edge)) = self.before.get(at.index()).copied().flatten() {
            steps.push((from, edge));
            at = from;
        }
        steps.reverse();
        steps
    }
}

/// The shortest way from one state to the first that fits, by edges that are allowed; empty
/// when the state fits itself. `None`: there is none.
pub(super) fn way(
    graph: &Graph,
    from: StateId,
    allowed: impl Fn(StateId, &Edge) -> bool,
    fits: impl Fn(StateId) -> bool,
) -> Option<Steps> {
    let mut before: FxHashMap<StateId, (StateId, Edge)> = FxHashMap::default();
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        if fits(at) {
            let mut steps = Steps::new();
            let mut back = at;
            while back != from
                && let Some((earlier, edge)) = before.get(&back)
            {
                steps.push((*earlier, *edge));
                back = *earlier;
            }
            steps.reverse();
            return Some(steps);
        }
        for edge in graph.from(at).iter().filter(|e| allowed(at, e)) {
            if edge.to != from && !before.contains_key(&edge.to) {
                before.insert(edge.to, (at, *edge));
                open.push_back(edge.to);
            }
        }
    }
    None
}

/// A call in words: `answer → 2 → silence → hang-up`. That a prompt ends is told only where
/// something other than the caller's doing or silence follows.
pub(super) fn words(graph: &Graph, steps: &[(StateId, Edge)]) -> String {
    let mut words = vec!["answer".to_owned()];
    for (i, (_, edge)) in steps.iter().enumerate() {
        let next = steps.get(i + 1).map(|(_, e)| e.event);
        let heard_out = match (edge.event, next) {
            (Event::Settled, _) => true,
            (Event::Played, Some(Event::Silence | Event::Key(_) | Event::Played)) => true,
            (_, _) => false,
        };
        if !heard_out {
            words.push(edge.event.word());
        }
    }
    if let Some((_, last)) = steps.last() {
        words.extend(arrival(graph, last.to).map(str::to_owned));
    }
    words.join(" → ")
}

fn arrival(graph: &Graph, state: StateId) -> Option<&'static str> {
    match graph.state(state) {
        State::End(End::Goodbye | End::HungUp) => Some("hang-up"),
        State::End(End::Nothing) => Some("nothing more"),
        State::End(End::Promise) => Some("a stored message"),
        State::Waiting { .. } => Some("a person's queue"),
        State::End(End::Person)
        | State::Answered
        | State::Menu(_)
        | State::Resuming
        | State::Outside { .. }
        | State::Message { .. } => None,
    }
}
