//! The shortest call to each state, and calls in words.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use super::graph::{By, Edge, End, Event, Graph, State, StateId};

/// One event of a call: the state before it, and the edge.
pub(super) type Steps = Vec<(StateId, Edge)>;

/// How long a call is: what happens in it, and of that what the caller presses. That a prompt
/// is heard to its end counts for nothing.
type Length = (u32, u32);

/// How long these steps are: what happens in them, and of that what the caller presses.
pub(super) fn length(steps: &[(StateId, Edge)]) -> (usize, usize) {
    let told = steps.iter().filter(|(_, e)| !e.event.is_heard_out());
    let pressed = steps.iter().filter(|(_, e)| e.event.by() == By::Caller);
    (told.count(), pressed.count())
}

/// The shortest call to each state.
pub(super) struct Calls {
    before: Vec<Option<(StateId, Edge)>>,
    length: Vec<Option<Length>>,
}

impl Calls {
    /// Calls without faults, keys that come early and ways back from the queue are preferred,
    /// however much longer: an operator follows them more easily.
    pub fn of(graph: &Graph) -> Calls {
        let mut calls = Calls {
            before: vec![None; graph.states()],
            length: vec![None; graph.states()],
        };
        if let Some(first) = calls.length.get_mut(graph.start.index()) {
            *first = Some((0, 0));
        }
        calls.spread(graph, |e| match e.event {
            Event::Ahead(_) | Event::LookBack | Event::Called => false,
            other => other.by() != By::Failure,
        });
        calls.spread(graph, |_| true);
        calls
    }

    /// The nearest state first (Dijkstra), from all that are reached so far; those stay as they
    /// are.
    fn spread(&mut self, graph: &Graph, allowed: impl Fn(&Edge) -> bool) {
        let known: Vec<bool> = self.length.iter().map(Option::is_some).collect();
        let mut open: BinaryHeap<Reverse<(Length, StateId)>> = graph
            .all()
            .zip(&self.length)
            .filter_map(|(s, l)| Some(Reverse(((*l)?, s))))
            .collect();
        while let Some(Reverse((length, from))) = open.pop() {
            if self.length.get(from.index()) != Some(&Some(length)) {
                continue; // a shorter call has been found since
            }
            for edge in graph.from(from).iter().filter(|e| allowed(e)) {
                let to = edge.to.index();
                let told = u32::from(!edge.event.is_heard_out());
                let pressed = u32::from(edge.event.by() == By::Caller);
                let longer = (length.0 + told, length.1 + pressed);
                let shortest = self.length.get(to).copied().flatten();
                if known.get(to) == Some(&true) || shortest.is_some_and(|s| s <= longer) {
                    continue;
                }
                if let (Some(l), Some(b)) = (self.length.get_mut(to), self.before.get_mut(to)) {
                    (*l, *b) = (Some(longer), Some((from, *edge)));
                }
                open.push(Reverse((longer, edge.to)));
            }
        }
    }

    /// Where calls come to, the shortest first.
    pub fn reached(&self) -> Vec<StateId> {
        let all = (0u32..).map(StateId).zip(&self.length);
        let mut reached: Vec<(Length, StateId)> =
            all.filter_map(|(s, l)| Some(((*l)?, s))).collect();
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
    let mut before: HashMap<StateId, (StateId, Edge)> = HashMap::new();
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
