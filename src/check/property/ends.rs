//! P6: the server hangs up first only after a good-bye that the caller chose, after a person,
//! or after a stored promise.

use super::{OURS, Proof, Property, Violation};
use crate::check::calls::way;
use crate::check::graph::{By, End, Event, MessageStep, State};
use crate::menu::walk::situation::Phase;

impl Proof<'_> {
    pub(super) fn ends_are_chosen(&mut self) {
        for &(id, state) in self.reached {
            if !self.gist.answers(id).ends {
                continue;
            }
            for edge in self.graph.from(id) {
                let State::End(end) = self.graph.state(edge.to) else {
                    continue;
                };
                let good = match (end, state) {
                    (End::Goodbye, State::Menu(at)) => {
                        at.phase == Phase::Parting && edge.event == Event::Played
                    }
                    (End::Person, State::Waiting { .. }) => edge.event == Event::Answered,
                    (End::Person, State::Menu(at)) => match edge.event {
                        Event::Reached => at.phase == Phase::Dialling,
                        event => event == Event::Called,
                    },
                    (End::Person, State::Outside { .. }) => edge.event == Event::Reached,
                    (End::Promise, State::Message { step, .. }) => step == MessageStep::Confirming,
                    (End::Promise, State::Menu(at)) => {
                        at.phase == Phase::Promising && edge.event == Event::Played
                    }
                    // Told by P5.
                    (
                        End::Nothing,
                        State::Waiting { .. } | State::Outside { .. } | State::Message { .. },
                    ) => true,
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
                    State::Answered
                    | State::Resuming
                    | State::Waiting { .. }
                    | State::Outside { .. }
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
