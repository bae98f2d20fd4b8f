//! P1: in every state in which a key can be pressed, 0 reaches a person in one step, and `*0`
//! does everywhere; and P2: every menu and every entry says so.

use super::{OURS, Proof, Property, Violation};
use crate::check::calls::Steps;
use crate::check::graph::{At, Edge, Event, State, StateId};
use crate::ids::Key;
use crate::menu::load::ZeroForm;
use crate::menu::walk::situation::{Entered, Phase};

impl Proof<'_> {
    pub(super) fn zero_reaches_a_person(&mut self) {
        const ZERO: Event = Event::Key(Key::ZERO);
        const STAR: Event = Event::Key(Key::STAR);
        const HASH: Event = Event::Key(Key::HASH);
        for &(id, state) in self.reached {
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
                let broken = self.on(id, STAR).find(|e| !self.zero_after_star(e.to));
                if let Some(edge) = broken {
                    let mut more = vec![(id, edge)];
                    more.extend(self.step(edge.to, ZERO));
                    self.tell(Property::P1, id, "*0 does not reach a person", OURS, more);
                }
                if !self.gist.answers(id).any().has(STAR) {
                    let what = "* does nothing, so that *0 does not reach a person";
                    self.tell(Property::P1, id, what, OURS, Steps::new());
                }
            }
        }
    }

    fn zero_after_star(&self, state: StateId) -> bool {
        // `*` itself has led to the people.
        if let State::Waiting { .. } = self.graph.state(state) {
            return true;
        }
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
            Phase::Entering(Entered::Nothing) if self.graph.is_zero_entry(at.node) => {
                Form::ZeroThenHash
            }
            Phase::Entering(Entered::Zero) => Form::Hash,
            Phase::Entering(Entered::Few | Entered::Enough) => Form::StarThenZero,
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
            | Phase::Parting => Form::Zero,
        }
    }

    pub(super) fn zero_is_announced(&mut self) {
        let silent = self.graph.announcements.iter().filter(|a| !a.told);
        let mut found = Vec::new();
        for a in silent {
            let here = |at: At| at.node == a.node && at.language == a.language;
            let state = self.reached.iter().find(|(_, s)| match s {
                State::Menu(at) => here(*at),
                State::Answered
                | State::Resuming
                | State::Waiting { .. }
                | State::Outside { .. }
                | State::Message { .. }
                | State::End(_) => false,
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
}

/// How a person is asked for.
enum Form {
    Zero,
    ZeroThenHash,
    Hash,
    StarThenZero,
}
