//! P3: silence and wrong keys end with a person, within the tries, and never with a hang-up.

use std::collections::BTreeMap;

use super::comes::comes;
use super::ways::{before, cycle, longest};
use super::{OURS, Proof, Property, in_menus};
use crate::check::calls::{Steps, length, way};
use crate::check::gist::Events;
use crate::check::graph::{By, Edge, End, Event, KEYS, State, StateId};
use crate::ids::Key;
use crate::menu::tree::NodeId;

impl Proof<'_> {
    pub(super) fn silence_and_wrong_keys_end_with_a_person(&mut self) {
        let keys = KEYS.into_iter().filter_map(Key::from_char);
        let keys = Events::of(keys.map(Event::Key));
        for (id, state) in self.reached {
            if let State::Answered | State::Resuming = state
                && self.graph.from(*id).is_empty()
            {
                let what = "a caller does not come into any menu";
                self.tell(Property::P3, *id, what, OURS, Steps::new());
            }
            let (id, State::Menu(at)) = (*id, *state) else {
                continue;
            };
            let answers = self.gist.answers(id);
            if !answers.in_time {
                let what = "a caller who does nothing is left in silence";
                self.tell(Property::P3, id, what, OURS, Steps::new());
            }
            if self.graph.is_instant(*state) {
                continue;
            }
            if !comes(self.graph, *state).are_among(answers.any()) {
                let what = "what comes by itself does not lead on";
                self.tell(Property::P3, id, what, OURS, Steps::new());
            }
            if !keys.are_among(answers.any()) {
                let what = "a key is not answered";
                self.tell(Property::P3, id, what, OURS, Steps::new());
            }
            if self.graph.granted(at.node) > 3 {
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
        let looping = self.endless();
        self.hung_up_on();
        if !looping {
            self.too_many_tries();
        }
    }

    /// Cycles without the caller's doing, or of wrong keys only.
    fn endless(&mut self) -> bool {
        let first = cycle(self.graph, self.gist, self.reached, |_| true, in_menus);
        let Some((state, round)) = first else {
            return false;
        };
        let what = "silence or wrong keys go round and round and never reach a person";
        let remedy = "let one of these nodes go to a menu, `back` or `human`";
        self.tell(Property::P3, state, what, remedy, round);
        true
    }

    /// Failed tries that end with a hang-up.
    fn hung_up_on(&mut self) {
        let hangs_up = |s: StateId| match self.graph.state(s) {
            State::End(End::Goodbye | End::HungUp | End::Nothing) => true,
            State::End(End::Person | End::Promise)
            | State::Menu(_)
            | State::Answered
            | State::Resuming
            | State::Waiting { .. }
            | State::Outside { .. }
            | State::Message { .. } => false,
        };
        let lost = before(
            self.graph,
            self.gist,
            |e| e.event.by() == By::Time,
            in_menus,
            hangs_up,
        );
        let is_lost = |s: StateId| lost.get(s.index()) == Some(&true);
        // For each node the shortest call that shows it.
        let mut found: BTreeMap<Option<NodeId>, (StateId, Steps, (usize, usize))> = BTreeMap::new();
        for (id, state) in self.reached {
            let State::Menu(at) = state else { continue };
            let failed = self.gist.idle(*id).iter().filter(|e| e.failed);
            for edge in failed.filter(|e| is_lost(e.to) || hangs_up(e.to)) {
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
    fn too_many_tries(&mut self) {
        let fails = longest(self.graph, self.gist, self.reached, |from, edge| {
            let same = match (self.graph.state(from), self.graph.state(edge.to)) {
                (State::Menu(a), State::Menu(b)) => a.node == b.node,
                (
                    State::Menu(_)
                    | State::Answered
                    | State::Resuming
                    | State::Waiting { .. }
                    | State::Outside { .. }
                    | State::Message { .. }
                    | State::End(_),
                    _,
                ) => false,
            };
            // A pause that completes an entry is no failed try: what follows is a new visit.
            let completes = edge.event == Event::Pause && !edge.failed;
            (u64::from(edge.failed), same && !completes)
        });
        for (id, state) in self.reached {
            let State::Menu(at) = state else { continue };
            let granted = self.graph.granted(at.node);
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
}
