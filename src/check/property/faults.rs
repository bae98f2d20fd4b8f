//! P4: whatever of ours fails, the caller comes to a person.

use super::{OURS, Proof, Property};
use crate::check::graph::{End, Event, Graph, MessageStep, State};
use crate::menu::walk::situation::Phase;

impl Proof<'_> {
    pub(super) fn faults_end_with_a_person(&mut self) {
        for &(id, state) in self.reached {
            for event in can_fail(self.graph, state).into_iter().flatten() {
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
}

/// What can fail in a state.
fn can_fail(graph: &Graph, state: State) -> [Option<Event>; 4] {
    match state {
        State::Menu(_) if graph.is_instant(state) => [None; 4],
        State::Menu(at) => [
            Some(Event::Fault),
            (at.playing || at.phase == Phase::Dialling).then_some(Event::PlayFailed),
            (at.phase == Phase::Asking).then_some(Event::ServiceFailed),
            (at.phase == Phase::Storing).then_some(Event::StoreFailed),
        ],
        State::Waiting { .. } | State::Outside { .. } => [Some(Event::Fault), None, None, None],
        State::Message { step, .. } => {
            let more = match step {
                MessageStep::Intro
                | MessageStep::Asking
                | MessageStep::Hearing
                | MessageStep::Confirming => Some(Event::PlayFailed),
                MessageStep::Recording | MessageStep::Ending | MessageStep::Storing => {
                    Some(Event::StoreFailed)
                }
                // What can not be heard can be kept.
                MessageStep::Choosing | MessageStep::Fetching => None,
            };
            [Some(Event::Fault), more, None, None]
        }
        State::Answered | State::Resuming | State::End(_) => [None; 4],
    }
}
