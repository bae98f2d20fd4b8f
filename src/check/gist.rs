//! What the rules ask again and again, read off the graph in one pass: which events each state
//! answers, whether they lead to a person, and the edges that nobody has to press for.

use super::edges::Edges;
use super::graph::{By, Edge, End, Event, Graph, State, StateId};

/// Some events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Events(u64);

impl Events {
    /// These.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Events {
        let bits = events.into_iter().map(|e| 1 << e.place());
        Events(bits.fold(0, |all, bit: u64| all | bit))
    }

    /// With one more.
    pub fn with(self, event: Event) -> Events {
        Events(self.0 | 1 << event.place())
    }

    pub fn has(self, event: Event) -> bool {
        self.0 & 1 << event.place() != 0
    }

    /// Whether all of these are among the others.
    pub fn are_among(self, others: Events) -> bool {
        self.0 & !others.0 == 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What one state answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answers {
    /// Events of which an edge leads to the queue behind 0.
    pub human: Events,
    /// Events of which one leads elsewhere.
    pub lost: Events,
    /// Something can come of the time that passes.
    pub in_time: bool,
    /// An edge ends the call, other than that people come of their own accord.
    pub ends: bool,
}

impl Answers {
    /// The events that have an edge.
    pub fn any(self) -> Events {
        Events(self.human.0 | self.lost.0)
    }

    /// Whether there is an edge for the event, and all of them lead to the queue behind 0.
    pub fn lead_to_human(self, event: Event) -> bool {
        self.human.has(event) && !self.lost.has(event)
    }
}

/// What was read off a graph.
#[derive(Debug)]
pub(super) struct Gist {
    answers: Vec<Answers>,
    idle: Edges,
}

impl Gist {
    pub fn of(graph: &Graph) -> Gist {
        #[derive(Clone, Copy, PartialEq)]
        enum Goal {
            Human,
            Person,
            End,
            On,
        }
        let goal = |id: StateId| match graph.state(id) {
            _ if graph.is_human(id) => Goal::Human,
            State::End(End::Person) => Goal::Person,
            State::End(_) => Goal::End,
            State::Menu(_)
            | State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. } => Goal::On,
        };
        let goals: Vec<Goal> = graph.all().map(goal).collect();
        let mut idle = Edges::default();
        let answers = graph.all().map(|id| {
            let in_menu = matches!(graph.state(id), State::Menu(_));
            let mut answers = Answers::default();
            for edge in graph.from(id) {
                let goal = goals.get(edge.to.index()).copied().unwrap_or(Goal::End);
                match goal == Goal::Human {
                    true => answers.human = answers.human.with(edge.event),
                    false => answers.lost = answers.lost.with(edge.event),
                }
                let in_time = edge.event.by() == By::Time;
                answers.in_time |= in_time;
                if edge.failed || in_time {
                    idle.add(*edge);
                }
                answers.ends |= match goal {
                    Goal::Human | Goal::On => false,
                    Goal::Person => !in_menu || edge.event != Event::Called,
                    Goal::End => true,
                };
            }
            idle.end();
            answers
        });
        Gist {
            answers: answers.collect(),
            idle,
        }
    }

    /// What a state answers.
    pub fn answers(&self, state: StateId) -> Answers {
        self.answers.get(state.index()).copied().unwrap_or_default()
    }

    /// What leaves a state without the caller's doing, or by a wrong key.
    pub fn idle(&self, state: StateId) -> &[Edge] {
        self.idle.of(state)
    }
}
