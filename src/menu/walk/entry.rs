//! Digit entry and its confirmation.

use std::sync::Arc;

use super::node::Failure;
use super::speak::LONGEST_PLAY;
use super::{Doing, Value, VariableId, Walk};
use crate::ids::{Digits, Key};
use crate::menu::outcome::{Reason, Sound, StepKind, WalkAction};
use crate::menu::tree::Confirm;
use crate::now::Now;

impl Walk {
    pub(super) fn entry_key(&mut self, now: Now, key: Key) {
        self.hush();
        let line = Arc::clone(&self.line);
        let (Some(collect), Doing::Entering { digits }) = (line.collect(self.at), &mut self.doing)
        else {
            return self.fault(now, "the menu lost its place");
        };
        if key.digit().is_some() {
            digits.push(key);
            if digits.len() < collect.max {
                self.deadline = now.mono + collect.between;
            } else {
                self.completed = true;
                self.complete(now);
            }
        } else if key == Key::STAR && digits.is_empty() {
            self.step(now, StepKind::Pressed { key });
            self.back(now);
        } else if key == Key::STAR {
            self.step(now, StepKind::Pressed { key });
            self.repeat(now);
        } else if key == Key::HASH && digits.len() >= collect.min {
            self.complete(now);
        } else {
            self.step(now, StepKind::Wrong { key });
            self.fail(now, Failure::Wrong);
        }
    }

    /// No digit came in time: nothing at all, the end of an entry, or half of one. A 0 alone
    /// where entries may begin with 0 is the wish for a person.
    pub(super) fn entry_silent(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        let (Some(collect), Doing::Entering { digits }) = (line.collect(self.at), &self.doing)
        else {
            return self.fault(now, "the menu lost its place");
        };
        if digits.reveal() == "0" {
            self.step(now, StepKind::Pressed { key: Key::ZERO });
            self.leave_to_person(Reason::Asked);
        } else if digits.is_empty() {
            self.step(now, StepKind::Silent);
            self.fail(now, Failure::Silence);
        } else if digits.len() >= collect.min {
            self.complete(now);
        } else {
            self.step(now, StepKind::Silent);
            self.fail(now, Failure::Wrong);
        }
    }

    fn complete(&mut self, now: Now) {
        let Doing::Entering { digits } = &mut self.doing else {
            return;
        };
        let digits = std::mem::take(digits);
        let count = digits.len();
        self.step(now, StepKind::Collected { digits: count });
        if !self.takes(&digits) {
            return self.fail(now, Failure::Wrong);
        }
        if self.collect().is_some_and(|c| c.confirm.is_some()) {
            self.doing = Doing::Confirming { digits };
            self.read_back(now);
        } else {
            self.accept(now, digits);
        }
    }

    pub(super) fn read_back(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        let (Some(confirm), Doing::Confirming { digits }) = (
            line.collect(self.at).and_then(|c| c.confirm.as_ref()),
            &self.doing,
        ) else {
            return self.fault(now, "the menu lost its place");
        };
        let sounds = self.digits_read(confirm, digits);
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    /// Digits with the words around them.
    pub(super) fn digits_read(&self, confirm: &Confirm, digits: &Digits) -> Vec<Sound> {
        let mut sounds = self.sounds(&confirm.before);
        for digit in digits.reveal().bytes() {
            let at = usize::from(digit.wrapping_sub(b'0'));
            if let (Some(prompt), Some(language)) = (confirm.digits.get(at), self.language()) {
                sounds.push(Sound {
                    language: language.clone(),
                    prompt: prompt.clone(),
                });
            }
        }
        sounds.extend(self.sounds(&confirm.after));
        sounds
    }

    pub(super) fn confirm_key(&mut self, now: Now, key: Key) {
        self.hush();
        match key.as_char() {
            '1' => {
                self.step(now, StepKind::Pressed { key });
                if let Doing::Confirming { digits } = &mut self.doing {
                    let digits = std::mem::take(digits);
                    self.completed = true;
                    self.accept(now, digits);
                }
            }
            '2' | '*' => {
                self.step(now, StepKind::Pressed { key });
                self.repeat(now);
            }
            '9' => {
                self.step(now, StepKind::Pressed { key });
                self.read_back(now);
            }
            _ => {
                self.step(now, StepKind::Wrong { key });
                self.fail(now, Failure::Wrong);
            }
        }
    }

    fn accept(&mut self, now: Now, digits: Digits) {
        if self.typed_number(now, &digits) {
            return;
        }
        let Some(collect) = self.collect() else {
            return self.fault(now, "the menu lost its place");
        };
        let (into, go) = (collect.into, collect.go);
        self.learn(into, Value::Digits(digits));
        self.follow(now, go);
    }

    /// What has been entered here and is not complete: for the people, who then need not ask for
    /// it again.
    pub(super) fn entry_so_far(&mut self, now: Now) {
        let (Doing::Entering { digits } | Doing::Confirming { digits }) = &self.doing else {
            return;
        };
        let into = self.collect().map(|c| c.into);
        let sensitive = |id| self.line.variable(id).is_none_or(|v| v.sensitive);
        if let Some(into) = into.filter(|id| !digits.is_empty() && !sensitive(*id)) {
            let digits = digits.clone();
            let count = digits.len();
            self.step(now, StepKind::Collected { digits: count });
            self.learn(into, Value::Digits(digits));
        }
    }

    /// A value becomes known; a later one replaces an earlier.
    pub(super) fn learn(&mut self, id: VariableId, value: Value) {
        let Some(variable) = self.line.variable(id) else {
            return;
        };
        self.actions.push_back(WalkAction::Entry {
            name: variable.name.clone(),
            value: value.clone(),
            sensitive: variable.sensitive,
        });
        if let Some(place) = self.values.get_mut(usize::from(id.0)) {
            *place = Some(value);
        }
    }
}
