//! P5: no queue is a dead end; every overflow chain ends with a stored promise.

use super::comes::comes;
use super::ways::cycle;
use super::{OURS, Proof, Property};
use crate::check::calls::Steps;
use crate::check::graph::{By, Cause, Edge, End, Event, State};

impl Proof<'_> {
    pub(super) fn queues_end_with_a_promise(&mut self) {
        const REMEDY: &str = "let `overflow` of each [[queues]] end with `message` or `callback`";
        let (graph, gist) = (self.graph, self.gist);
        let people = |s: State| match s {
            State::Waiting { .. } | State::Outside { .. } | State::Message { .. } => true,
            State::Menu(_) | State::Answered | State::Resuming | State::End(_) => false,
        };
        for (id, state) in self.reached {
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
            if let State::Message { .. } | State::Outside { .. } = state
                && !comes(graph, *state).are_among(gist.answers(*id).any())
            {
                let what = "a message, or a number outside, does not go on by itself";
                self.tell(Property::P5, *id, what, OURS, Steps::new());
            }
            if people(*state) {
                let keeps = |to: State| match to {
                    State::Waiting { .. }
                    | State::Outside { .. }
                    | State::Message { .. }
                    | State::End(End::Person | End::Promise) => true,
                    // They are asked whether they want to be called back.
                    State::Menu(at) => Some(at.node) == self.graph.callback,
                    State::Answered
                    | State::Resuming
                    | State::End(End::Goodbye | End::HungUp | End::Nothing) => false,
                };
                let lost = self
                    .graph
                    .from(*id)
                    .iter()
                    .find(|e| e.event.by() == By::Time && !keeps(self.graph.state(e.to)));
                if let Some(edge) = lost.copied() {
                    let what = "an overflow chain ends without a stored promise";
                    self.tell(Property::P5, *id, what, REMEDY, vec![(*id, edge)]);
                }
                if !gist.answers(*id).in_time {
                    let what = "a caller at the people is left with nothing";
                    self.tell(Property::P5, *id, what, REMEDY, Steps::new());
                }
            }
        }
        let waits = |e: &Edge| e.event.by() == By::Time;
        if let Some((state, round)) = cycle(graph, gist, self.reached, waits, people) {
            let what = "an overflow chain goes round and round";
            self.tell(Property::P5, state, what, REMEDY, round);
        }
    }
}
