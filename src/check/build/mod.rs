//! From a checked line and the queues to the state graph.
//!
//! Each state is expanded once, by one function per kind of node ([`kinds`]); what the
//! interpreter does is told there a second time, over states in place of a walk. A test drives
//! the interpreter along random paths and finds each of them here.

mod callback;
mod guide;
pub(super) mod kinds;
mod numbers;
mod people;
mod trail;

pub(super) use self::numbers::Numbers;
use self::trail::Trail;
use super::Queue;
use super::edges::Edges;
use super::graph::{At, Edge, End, Event, Graph, KEYS, MessageStep, State, StateId};
use super::said::Said;
use crate::ids::{Key, QueueName};
use crate::menu::tree::{Aside, Kind, Line, NodeId, Target};
use crate::menu::walk::situation::{Entered, Phase, reaches_person};

/// Expands a line.
pub fn graph(line: &Line, said: &Said<'_>, queues: &[Queue]) -> Graph {
    let mut names = vec![line.human.clone()];
    people::reachable(line, queues, &mut names);
    let mut builder = Builder {
        line,
        queues,
        languages: said.languages(),
        trail: Trail::of(line),
        graph: Graph {
            states: Vec::new(),
            edges: Edges::default(),
            start: StateId(0),
            queues: names,
            callback: line.aside(Aside::Callback),
            announcements: kinds::announcements(line, said),
            tries: line
                .all_nodes()
                .map(|(_, n)| kinds::tries(&n.kind))
                .collect(),
            deaf: line
                .all_nodes()
                .map(|(_, n)| kinds::is_deaf(&n.kind))
                .collect(),
            zero_entries: line
                .all_nodes()
                .map(|(_, n)| kinds::leading_zero(&n.kind))
                .collect(),
            numbers: Numbers::default(),
        },
        reached: Reached::new(),
    };
    builder.graph.start = builder.id(State::Answered);
    let mut next = 0;
    let mut edges = Vec::new();
    while let Some(state) = builder.graph.states.get(next).copied() {
        edges.clear();
        builder.expand(state, &mut edges);
        builder.graph.edges.push(&edges);
        next += 1;
    }
    builder.graph
}

struct Builder<'a> {
    line: &'a Line,
    queues: &'a [Queue],
    languages: u8,
    trail: Trail,
    graph: Graph,
    /// Empty; each event fills and empties it anew.
    reached: Reached,
}

/// What a state takes over from the one before.
#[derive(Clone, Copy)]
struct Before {
    language: u8,
    starred: bool,
    ahead: bool,
}

impl From<At> for Before {
    fn from(at: At) -> Before {
        Before {
            language: at.language,
            starred: at.starred,
            ahead: at.ahead,
        }
    }
}

/// States that an event can lead to, and whether it counts as a failed try.
type Reached = Vec<(bool, State)>;

/// The queue behind 0, entered from the menus.
const HUMAN: State = State::Waiting { queue: 0, tried: 1 };

/// A message, from its beginning.
const MESSAGE: State = State::Message {
    step: MessageStep::Intro,
    takes: 0,
};

impl Builder<'_> {
    fn id(&mut self, state: State) -> StateId {
        let next = StateId(self.graph.states.len() as u32);
        let id = self.graph.numbers.get_or(state, next);
        if id == next {
            self.graph.states.push(state);
        }
        id
    }

    /// An edge to each state that an event leads to.
    fn edges(
        &mut self,
        edges: &mut Vec<Edge>,
        event: Event,
        lead: impl FnOnce(&Self, &mut Reached),
    ) {
        let mut reached = std::mem::take(&mut self.reached);
        lead(self, &mut reached);
        for (failed, to) in reached.drain(..) {
            self.edge(edges, event, failed, to);
        }
        self.reached = reached;
    }

    fn edge(&mut self, edges: &mut Vec<Edge>, event: Event, failed: bool, to: State) {
        let to = self.id(to);
        let edge = Edge { event, failed, to };
        if edges.last() != Some(&edge) {
            edges.push(edge);
        }
    }

    fn expand(&mut self, state: State, edges: &mut Vec<Edge>) {
        match state {
            State::Menu(at) if self.graph.is_instant(state) => self.typed_ahead(at, edges),
            State::Menu(at) => {
                for key in KEYS.into_iter().filter_map(Key::from_char) {
                    self.press(at, key, edges);
                }
                self.wait(at, edges);
            }
            // Whom we are to call back is asked about that first.
            State::Answered => {
                let again = self.line.aside(Aside::Again);
                let begin: Vec<NodeId> = [self.line.start].into_iter().chain(again).collect();
                self.begin(Event::Settled, &begin, edges);
            }
            State::Resuming => self.resume(edges),
            State::Waiting { queue, tried } => self.waiting(queue, tried, edges),
            State::Outside { queue, tried, step } => {
                self.outside(queue, tried, step, edges);
            }
            State::Message { step, takes } => self.message(step, takes, edges),
            State::End(_) => {}
        }
    }

    /// The caller presses a key: the interpreter looks for the wish for a person first.
    fn press(&mut self, at: At, key: Key, edges: &mut Vec<Edge>) {
        let leading_zero = self.graph.is_zero_entry(at.node);
        let event = Event::Key(key);
        if reaches_person(at.phase, at.starred, leading_zero, key) {
            return self.edge(edges, event, false, HUMAN);
        }
        let at = At {
            starred: key == Key::STAR,
            ..at
        };
        // After a key that completed something by itself, `#` is habit and nothing happens.
        if key == Key::HASH && at.phase != Phase::Entering(Entered::Zero) {
            self.edge(edges, event, false, State::Menu(at));
        }
        self.edges(edges, event, |b, reached| b.key(at, key, reached));
    }

    /// The caller presses nothing, or something fails.
    fn wait(&mut self, at: At, edges: &mut Vec<Edge>) {
        if at.playing {
            self.edges(edges, Event::Played, |b, reached| b.played(at, reached));
            self.edge(edges, Event::PlayFailed, false, HUMAN);
        } else {
            let event = match at.phase {
                Phase::Entering(Entered::Zero | Entered::Few | Entered::Enough) => Event::Pause,
                Phase::Entering(Entered::Nothing)
                | Phase::Saying
                | Phase::Choosing
                | Phase::Confirming
                | Phase::Asking
                | Phase::Dialling
                | Phase::Recalling
                | Phase::Resuming
                | Phase::Stepping
                | Phase::Pausing
                | Phase::Judging
                | Phase::Offering
                | Phase::Finding
                | Phase::Picking
                | Phase::Storing
                | Phase::Promising
                | Phase::Parting => Event::Silence,
            };
            self.edges(edges, event, |b, reached| b.silence(at, reached));
            // The music while it rings.
            if at.phase == Phase::Dialling {
                self.edge(edges, Event::PlayFailed, false, HUMAN);
            }
        }
        self.replied(at, edges);
        self.told(at, edges);
        // Who has looked back from the queue is there for the people all the same.
        self.edge(edges, Event::Called, false, State::End(End::Person));
        self.edge(edges, Event::Fault, false, HUMAN);
    }

    /// Keys came early and are used one after the other. 0 and `*` are never among them: they
    /// act at once.
    fn typed_ahead(&mut self, at: At, edges: &mut Vec<Edge>) {
        let settled = At { ahead: false, ..at };
        self.edge(edges, Event::Settled, false, State::Menu(settled));
        let early = KEYS.into_iter().filter(|k| *k != '0' && *k != '*');
        for key in early.filter_map(Key::from_char) {
            let mut reached = std::mem::take(&mut self.reached);
            self.key(at, key, &mut reached);
            for (failed, to) in reached.drain(..) {
                self.edge(edges, Event::Ahead(key), failed, to);
                // It may have been the last one. Where keys wait, that makes a difference.
                if let State::Menu(to) = to
                    && self.graph.keeps_keys(to)
                {
                    let last = At { ahead: false, ..to };
                    self.edge(edges, Event::Ahead(key), failed, State::Menu(last));
                }
            }
            self.reached = reached;
        }
    }

    // Where the ways lead.

    /// The states after entering a node: one, but for ways on by what is known.
    fn entered(&self, node: NodeId, before: Before, reached: &mut Reached) {
        let at = |phase| At {
            node,
            language: before.language,
            phase,
            part: 0,
            digits: 0,
            playing: true,
            failures: 0,
            starred: before.starred,
            ahead: before.ahead,
        };
        let entered = match self.line.node(node).map(|n| &n.kind) {
            Some(Kind::Menu(_) | Kind::Language(_)) => State::Menu(at(Phase::Choosing)),
            Some(Kind::Say(_)) => State::Menu(at(Phase::Saying)),
            Some(Kind::Collect(_)) => State::Menu(at(Phase::Entering(Entered::Nothing))),
            // What is known is not in the state: each way can be taken. Circles do not load.
            Some(Kind::Choose(choose)) => {
                let cases = choose.cases.iter().map(|case| case.go);
                for go in cases.chain([choose.otherwise]) {
                    self.follow(at(Phase::Saying), go, reached);
                }
                return;
            }
            Some(Kind::Ask(ask)) => State::Menu(At {
                playing: ask.meanwhile.is_some(),
                ..at(Phase::Asking)
            }),
            Some(Kind::Dial(dial)) => State::Menu(At {
                playing: dial.meanwhile.is_some(),
                ..at(Phase::Dialling)
            }),
            Some(Kind::Guide(guide)) => {
                return self.enter_guide(guide, at(Phase::Stepping), reached);
            }
            Some(Kind::Survey(_)) => State::Menu(at(Phase::Judging)),
            Some(Kind::Send(send)) if send.required => State::Menu(At {
                playing: false,
                ..at(Phase::Storing)
            }),
            // The caller is there for an instant only.
            Some(Kind::Send(send)) => return self.follow(at(Phase::Saying), send.go, reached),
            Some(Kind::Queue(queue)) => {
                if self.line.is_aside(node) == Some(Aside::Claim) {
                    self.kept_places(reached);
                }
                self.queue(queue)
            }
            // Their own number is read out, or it is none that we call.
            Some(Kind::Callback(_)) => {
                reached.push((false, State::Menu(at(Phase::Offering))));
                State::Menu(at(Phase::Entering(Entered::Nothing)))
            }
            Some(Kind::Message(_)) => MESSAGE,
            Some(Kind::Goodbye(_)) => State::Menu(at(Phase::Parting)),
            None => HUMAN, // the interpreter calls it a fault
        };
        reached.push((false, entered));
    }

    /// The states after following an edge of the tree.
    fn follow(&self, at: At, target: Target, reached: &mut Reached) {
        match target {
            Target::Node(node) => self.entered(node, at.into(), reached),
            Target::Human => reached.push((false, HUMAN)),
            Target::Back if self.trail.is_menu(at.node) => self.back(at, reached),
            Target::Back => {
                for menu in self.trail.before(at.node) {
                    match menu {
                        Some(menu) => self.entered(menu, at.into(), reached),
                        None => reached.push((false, HUMAN)),
                    }
                }
            }
            Target::Repeat => reached.push((false, self.repeated(at))),
        }
    }

    /// `*` outside an entry.
    fn back(&self, at: At, reached: &mut Reached) {
        match self.line.is_aside(at.node) {
            Some(Aside::Callback | Aside::Claim) => return reached.push((false, HUMAN)),
            Some(Aside::Again | Aside::Cancelled) => {
                return self.entered(self.line.start, at.into(), reached);
            }
            None => {}
        }
        for menu in self.trail.before(at.node) {
            match menu {
                Some(menu) => self.entered(menu, at.into(), reached),
                None => reached.push((false, self.repeated(at))),
            }
        }
    }

    /// The same node once more; its failed tries count on.
    fn repeated(&self, at: At) -> State {
        let phase = match at.phase {
            Phase::Entering(_) | Phase::Confirming => Phase::Entering(Entered::Nothing),
            Phase::Recalling | Phase::Pausing => Phase::Stepping,
            Phase::Saying
            | Phase::Choosing
            | Phase::Asking
            | Phase::Dialling
            | Phase::Resuming
            | Phase::Stepping
            | Phase::Judging
            | Phase::Offering
            | Phase::Finding
            | Phase::Picking
            | Phase::Storing
            | Phase::Promising
            | Phase::Parting => at.phase,
        };
        let silent = match self.line.node(at.node).map(|n| &n.kind) {
            Some(Kind::Ask(ask)) => ask.meanwhile.is_none(),
            Some(Kind::Dial(dial)) => dial.meanwhile.is_none(),
            // What the store is asked is waited for.
            Some(Kind::Callback(_)) => at.phase == Phase::Finding,
            _ => false,
        };
        State::Menu(At {
            phase,
            digits: 0,
            playing: !silent,
            // A question of a survey begins anew.
            failures: if phase == Phase::Judging {
                0
            } else {
                at.failures
            },
            ..at
        })
    }

    /// A try has failed; `more` tries are granted after the first.
    fn fail(&self, at: At, more: usize, reached: &mut Reached) {
        if usize::from(at.failures) >= more {
            return reached.push((true, HUMAN));
        }
        let phase = match at.phase {
            Phase::Entering(_) => Phase::Entering(Entered::Nothing),
            // What follows a pause is the step again.
            Phase::Pausing => Phase::Stepping,
            Phase::Saying
            | Phase::Choosing
            | Phase::Confirming
            | Phase::Asking
            | Phase::Dialling
            | Phase::Recalling
            | Phase::Resuming
            | Phase::Stepping
            | Phase::Judging
            | Phase::Offering
            | Phase::Finding
            | Phase::Picking
            | Phase::Storing
            | Phase::Promising
            | Phase::Parting => at.phase,
        };
        let again = At {
            phase,
            digits: 0,
            playing: true,
            failures: at.failures + 1,
            ahead: false, // what came early was meant for something else
            ..at
        };
        reached.push((true, State::Menu(again)));
    }

    fn queue(&self, name: &QueueName) -> State {
        let at = self.graph.queues.iter().position(|q| q == name);
        match at.and_then(|q| u16::try_from(q).ok()) {
            Some(queue) => State::Waiting { queue, tried: 1 },
            None => State::End(End::Nothing),
        }
    }
}
