//! The promise, P1 to P6, each proven over the whole graph. The words are those of the design:
//! 0 from everywhere, every menu says so, silence and wrong keys end with a person, and so do
//! faults, no queue is a dead end, and we hang up only after a good-bye that was chosen.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::calls::{Calls, Steps, length, way};
use super::graph::{At, By, Cause, Edge, End, Event, Graph, KEYS, MessageStep, State, StateId};
use crate::ids::Key;
use crate::menu::load::ZeroForm;
use crate::menu::tree::NodeId;
use crate::menu::walk::situation::{Entered, Phase};

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
pub(super) fn violations(graph: &Graph) -> Vec<Violation> {
    let calls = Calls::of(graph);
    let mut proof = Proof {
        graph,
        calls: &calls,
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
    calls: &'g Calls,
    found: Vec<Violation>,
    told: HashSet<(Property, Option<NodeId>, &'static str)>,
}

const OURS: &str = "no menu file can cause this: it is a fault of the program, please report it";

impl Proof<'_> {
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
            State::Resuming | State::Waiting { .. } | State::Message { .. } | State::End(_) => None,
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

    /// All states that a call can come to, those of the shortest calls first.
    fn reached(&self) -> Vec<(StateId, State)> {
        let all = self.calls.reached().into_iter();
        all.map(|s| (s, self.graph.state(s))).collect()
    }

    fn on(&self, state: StateId, event: Event) -> impl Iterator<Item = Edge> + '_ {
        let edges = self.graph.from(state).iter().copied();
        edges.filter(move |e| e.event == event)
    }

    /// Whether there is an edge for the event, and all of them lead to the queue behind 0.
    fn leads_to_human(&self, state: StateId, event: Event) -> bool {
        let mut edges = self.on(state, event).peekable();
        edges.peek().is_some() && edges.all(|e| self.graph.is_human(e.to))
    }

    /// The steps of an event, if it has an edge (one that does not lead to a person, if any).
    fn step(&self, state: StateId, event: Event) -> Steps {
        let lost = self.on(state, event).find(|e| !self.graph.is_human(e.to));
        let any = lost.or_else(|| self.on(state, event).next());
        any.map(|e| (state, e)).into_iter().collect()
    }

    // ---- P1 ----

    fn zero_reaches_a_person(&mut self) {
        const ZERO: Event = Event::Key(Key::ZERO);
        const STAR: Event = Event::Key(Key::STAR);
        const HASH: Event = Event::Key(Key::HASH);
        for (id, state) in self.reached() {
            if !self.graph.takes_keys(state) {
                continue;
            }
            match self.form(state) {
                Form::Zero => {
                    if !self.leads_to_human(id, ZERO) {
                        let more = self.step(id, ZERO);
                        self.tell(Property::P1, id, "0 does not reach a person", OURS, more);
                    }
                }
                // 0 is the first digit, or the wish for a person: `#` or silence tells.
                Form::ZeroThenHash => {
                    let zeros: Vec<Edge> = self.on(id, ZERO).collect();
                    let waits = !zeros.is_empty()
                        && zeros.iter().all(|e| {
                            matches!(self.graph.state(e.to), State::Menu(at)
                                if at.phase == Phase::Entering(Entered::Zero))
                        });
                    if !waits {
                        let more = self.step(id, ZERO);
                        let what = "0 is neither the wish for a person nor the first digit";
                        self.tell(Property::P1, id, what, OURS, more);
                    }
                }
                Form::Hash => {
                    for event in [HASH, Event::Pause] {
                        if !self.leads_to_human(id, event) {
                            let more = self.step(id, event);
                            let what = "0 and then # (or silence) does not reach a person";
                            self.tell(Property::P1, id, what, OURS, more);
                        }
                    }
                }
                Form::StarThenZero => {}
            }
            // `*0` reaches a person from everywhere in the menus.
            if let State::Menu(_) = state {
                let stars: Vec<Edge> = self.on(id, STAR).collect();
                let broken = stars.iter().find(|e| !self.zero_after_star(e.to));
                if let Some(edge) = broken.copied() {
                    let mut more = vec![(id, edge)];
                    more.extend(self.step(edge.to, ZERO));
                    self.tell(Property::P1, id, "*0 does not reach a person", OURS, more);
                }
                if stars.is_empty() {
                    let what = "* does nothing, so that *0 does not reach a person";
                    self.tell(Property::P1, id, what, OURS, Steps::new());
                }
            }
        }
    }

    fn zero_after_star(&self, state: StateId) -> bool {
        let zero = Event::Key(Key::ZERO);
        let settled = self.on(state, Event::Settled).next();
        match settled.filter(|_| self.graph.is_instant(self.graph.state(state))) {
            Some(edge) => self.leads_to_human(edge.to, zero),
            None => self.leads_to_human(state, zero),
        }
    }

    /// The form in which a person is asked for, as it is promised.
    fn form(&self, state: State) -> Form {
        let State::Menu(at) = state else {
            return Form::Zero;
        };
        match at.phase {
            Phase::Entering(_) if at.starred => Form::Zero,
            Phase::Entering(Entered::Nothing) if self.graph.zero_entries.contains(&at.node) => {
                Form::ZeroThenHash
            }
            Phase::Entering(Entered::Zero) => Form::Hash,
            Phase::Entering(Entered::Few | Entered::Enough) => Form::StarThenZero,
            Phase::Entering(Entered::Nothing)
            | Phase::Saying
            | Phase::Choosing
            | Phase::Confirming
            | Phase::Parting => Form::Zero,
        }
    }

    // ---- P2 ----

    fn zero_is_announced(&mut self) {
        let silent = self.graph.announcements.iter().filter(|a| !a.told);
        let reached = self.reached();
        let mut found = Vec::new();
        for a in silent {
            let here = |at: At| at.node == a.node && at.language == a.language;
            let state = reached.iter().find(|(_, s)| match s {
                State::Menu(at) => here(*at),
                State::Resuming | State::Waiting { .. } | State::Message { .. } | State::End(_) => {
                    false
                }
            });
            // What can not be reached is not heard.
            let Some((state, _)) = state else { continue };
            let (form, remedy) = match a.form {
                ZeroForm::Plain => (
                    "how to reach a person",
                    "say it in the recording and write the words as `text`, like \"press 0\"",
                ),
                ZeroForm::ThenHash => (
                    "that 0 and then # reaches a person",
                    "say it in the recording and write the words as `text`, like \"press 0 and \
                     then hash\"",
                ),
            };
            found.push(Violation {
                property: Property::P2,
                node: Some(a.node),
                what: format!("{} does not tell {form}", a.which),
                remedy,
                call: self.calls.to(*state),
            });
        }
        self.found.append(&mut found);
    }

    // ---- P3 ----

    fn silence_and_wrong_keys_end_with_a_person(&mut self) {
        let reached = self.reached();
        for (id, state) in &reached {
            let (id, State::Menu(at)) = (*id, *state) else {
                continue;
            };
            if !self.graph.from(id).iter().any(|e| e.event.by() == By::Time) {
                let what = "a caller who does nothing is left in silence";
                self.tell(Property::P3, id, what, OURS, Steps::new());
            }
            if self.graph.is_instant(*state) {
                continue;
            }
            for key in KEYS.into_iter().filter_map(Key::from_char) {
                if self.on(id, Event::Key(key)).next().is_none() {
                    let what = "a key is not answered";
                    self.tell(Property::P3, id, what, OURS, Steps::new());
                }
            }
            let granted = self.graph.tries.get(&at.node).copied().unwrap_or(0);
            if granted > 3 {
                let what = "more than three tries are granted";
                self.tell(
                    Property::P3,
                    id,
                    what,
                    "set `tries` to 1, 2 or 3",
                    Steps::new(),
                );
            }
        }
        let looping = self.endless(&reached);
        self.hung_up_on(&reached);
        if !looping {
            self.too_many_tries(&reached);
        }
    }

    /// Cycles without the caller's doing, or of wrong keys only.
    fn endless(&mut self, reached: &[(StateId, State)]) -> bool {
        let first = cycle(self.graph, reached, |e| is_idle(e), in_menus);
        let Some((state, round)) = first else {
            return false;
        };
        let what = "silence or wrong keys go round and round and never reach a person";
        let remedy = "let one of these nodes go to a menu, `back` or `human`";
        self.tell(Property::P3, state, what, remedy, round);
        true
    }

    /// Failed tries that end with a hang-up.
    fn hung_up_on(&mut self, reached: &[(StateId, State)]) {
        let hangs_up = |s: StateId| match self.graph.state(s) {
            State::End(End::Goodbye | End::HungUp | End::Nothing) => true,
            State::End(End::Person | End::Promise)
            | State::Menu(_)
            | State::Resuming
            | State::Waiting { .. }
            | State::Message { .. } => false,
        };
        let lost = before(
            self.graph,
            reached,
            |e| e.event.by() == By::Time,
            in_menus,
            hangs_up,
        );
        // For each node the shortest call that shows it.
        let mut found: BTreeMap<Option<NodeId>, (StateId, Steps, (usize, usize))> = BTreeMap::new();
        for (id, state) in reached {
            let State::Menu(at) = state else { continue };
            let failed = self.graph.from(*id).iter().filter(|e| e.failed);
            for edge in failed.filter(|e| hangs_up(e.to) || lost.contains(&e.to)) {
                let mut call = self.calls.to(*id);
                call.push((*id, *edge));
                let best = found.get(&Some(at.node)).map(|(_, _, length)| *length);
                if best.is_some_and(|best| best <= length(&call)) {
                    continue;
                }
                let idle = |_: StateId, e: &Edge| e.event.by() == By::Time;
                let mut more = vec![(*id, *edge)];
                more.extend(way(self.graph, edge.to, idle, hangs_up).unwrap_or_default());
                call.extend(more.iter().skip(1));
                let length = length(&call);
                if best.is_none_or(|best| length < best) {
                    found.insert(Some(at.node), (*id, more, length));
                }
            }
        }
        for (id, more, _) in found.into_values() {
            let what = "a failed try ends with a hang-up";
            self.tell(Property::P3, id, what, OURS, more);
        }
    }

    /// More failed tries on the way to a person than the node grants. The graph has no cycles.
    fn too_many_tries(&mut self, reached: &[(StateId, State)]) {
        let fails = longest(self.graph, reached, |from, edge| {
            let same = match (self.graph.state(from), self.graph.state(edge.to)) {
                (State::Menu(a), State::Menu(b)) => a.node == b.node,
                (
                    State::Menu(_)
                    | State::Resuming
                    | State::Waiting { .. }
                    | State::Message { .. }
                    | State::End(_),
                    _,
                ) => false,
            };
            // A pause that completes an entry is no failed try: what follows is a new visit.
            let completes = edge.event == Event::Pause && !edge.failed;
            (u64::from(edge.failed), same && !completes)
        });
        for (id, state) in reached {
            let State::Menu(at) = state else { continue };
            let granted = self.graph.tries.get(&at.node).copied().unwrap_or(0);
            let made = fails.get(id.index()).copied().unwrap_or(0);
            // Where nothing is granted nothing is tried: a key that cuts a `say` short fails
            // at what follows.
            if granted > 0 && made as usize + usize::from(at.failures) > granted {
                let what = "more failed tries than granted before a person comes";
                let first = self.graph.from(*id).iter().find(|e| e.failed);
                let more = first.map(|e| (*id, *e)).into_iter().collect();
                self.tell(Property::P3, *id, what, OURS, more);
            }
        }
    }

    // ---- P4 ----

    fn faults_end_with_a_person(&mut self) {
        for (id, state) in self.reached() {
            for event in can_fail(self.graph, state) {
                let good = match (state, event) {
                    (
                        State::Message {
                            step: MessageStep::Confirming,
                            ..
                        },
                        Event::PlayFailed,
                    ) => self
                        .on(id, event)
                        .any(|e| self.graph.state(e.to) == State::End(End::Promise)),
                    (_, _) => self.leads_to_human(id, event),
                };
                if !good {
                    let more = self.step(id, event);
                    let what = "a fault does not lead to a person";
                    self.tell(Property::P4, id, what, OURS, more);
                }
            }
        }
    }

    // ---- P5 ----

    fn queues_end_with_a_promise(&mut self) {
        const REMEDY: &str = "let `overflow` of each [[queues]] end with `message`";
        let reached = self.reached();
        let people = |s: State| match s {
            State::Waiting { .. } | State::Message { .. } => true,
            State::Menu(_) | State::Resuming | State::End(_) => false,
        };
        for (id, state) in &reached {
            if let State::Waiting { .. } = state {
                let causes = [
                    Cause::Full,
                    Cause::Unstaffed,
                    Cause::WaitedTooLong,
                    Cause::AtOnce,
                ];
                for cause in causes {
                    if self.on(*id, Event::Overflow(cause)).next().is_none() {
                        let what = "a queue does not say where those go whom it can not keep";
                        self.tell(Property::P5, *id, what, REMEDY, Steps::new());
                    }
                }
            }
            if let State::Waiting { .. } = state
                && self.on(*id, Event::Answered).next().is_none()
            {
                let what = "nobody can answer a queue";
                self.tell(Property::P5, *id, what, OURS, Steps::new());
            }
            if people(*state) {
                let lost = self.graph.from(*id).iter().find(|e| {
                    e.event.by() == By::Time
                        && !matches!(
                            self.graph.state(e.to),
                            State::Waiting { .. }
                                | State::Message { .. }
                                | State::End(End::Person | End::Promise)
                        )
                });
                if let Some(edge) = lost.copied() {
                    let what = "an overflow chain ends without a stored promise";
                    self.tell(Property::P5, *id, what, REMEDY, vec![(*id, edge)]);
                }
                if !self
                    .graph
                    .from(*id)
                    .iter()
                    .any(|e| e.event.by() == By::Time)
                {
                    let what = "a caller at the people is left with nothing";
                    self.tell(Property::P5, *id, what, REMEDY, Steps::new());
                }
            }
        }
        let waits = |e: &Edge| e.event.by() == By::Time;
        if let Some((state, round)) = cycle(self.graph, &reached, waits, people) {
            let what = "an overflow chain goes round and round";
            self.tell(Property::P5, state, what, REMEDY, round);
        }
    }

    // ---- P6 ----

    fn ends_are_chosen(&mut self) {
        for (id, state) in self.reached() {
            for edge in self.graph.from(id) {
                let State::End(end) = self.graph.state(edge.to) else {
                    continue;
                };
                let good = match (end, state) {
                    (End::Goodbye, State::Menu(at)) => {
                        at.phase == Phase::Parting && edge.event == Event::Played
                    }
                    (End::Person, State::Waiting { .. }) => edge.event == Event::Answered,
                    (End::Promise, State::Message { step, .. }) => step == MessageStep::Confirming,
                    // Told by P5.
                    (End::Nothing, State::Waiting { .. } | State::Message { .. }) => true,
                    (End::Goodbye | End::Person | End::Promise | End::HungUp | End::Nothing, _) => {
                        false
                    }
                };
                if !good {
                    let what = "the server hangs up, and nobody chose it";
                    self.tell(Property::P6, id, what, OURS, vec![(id, *edge)]);
                }
            }
        }
        let unasked = way(
            self.graph,
            self.graph.start,
            |_, e| e.event.by() == By::Time,
            |s| self.graph.state(s) == State::End(End::Goodbye),
        );
        if let Some(call) = unasked {
            let node = call
                .last()
                .and_then(|(from, _)| match self.graph.state(*from) {
                    State::Menu(at) => Some(at.node),
                    State::Resuming
                    | State::Waiting { .. }
                    | State::Message { .. }
                    | State::End(_) => None,
                });
            self.found.push(Violation {
                property: Property::P6,
                node,
                what: "the caller did not choose this good-bye".to_owned(),
                remedy: "lead to it from an option of a menu, or to `human` instead",
                call,
            });
        }
    }
}

/// How a person is asked for.
enum Form {
    Zero,
    ZeroThenHash,
    Hash,
    StarThenZero,
}

fn in_menus(state: State) -> bool {
    match state {
        State::Menu(_) | State::Resuming => true,
        State::Waiting { .. } | State::Message { .. } | State::End(_) => false,
    }
}

/// Without the caller's doing, or a wrong key.
fn is_idle(edge: &Edge) -> bool {
    edge.failed || edge.event.by() == By::Time
}

/// What can fail in a state.
fn can_fail(graph: &Graph, state: State) -> Vec<Event> {
    let mut events = vec![Event::Fault];
    match state {
        State::Menu(_) if graph.is_instant(state) => return Vec::new(),
        State::Menu(at) => events.extend(at.playing.then_some(Event::PlayFailed)),
        State::Waiting { .. } => {}
        State::Message { step, .. } => events.push(match step {
            MessageStep::Intro | MessageStep::Confirming => Event::PlayFailed,
            MessageStep::Recording | MessageStep::Storing => Event::StoreFailed,
        }),
        State::Resuming | State::End(_) => return Vec::new(),
    }
    events
}

/// The first cycle of such edges among such states: a state of it, and the round.
fn cycle(
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
fn before(
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
pub(super) fn longest(
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
