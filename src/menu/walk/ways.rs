//! Ways on by what is known: `choose`, and the caller's number.

use super::Walk;
use crate::ids::{Digits, Key};
use crate::menu::outcome::StepKind;
use crate::menu::tree::{Choice, Choose, Condition, Test, VariableId};
use crate::menu::value::Value;
use crate::now::Now;

/// What every line knows from the start.
const CALLER: VariableId = VariableId(0);

impl Walk {
    /// The caller's number becomes a value, unless it is withheld or no number.
    pub(super) fn know_caller(&mut self) {
        let Some(number) = &self.caller else { return };
        let mut digits = Digits::new();
        let keys = number.reveal().trim_start_matches('+').chars();
        for key in keys.map(|c| Key::from_char(c).filter(|k| k.digit().is_some())) {
            match key {
                Some(key) => digits.push(key),
                None => return,
            }
        }
        if let Some(place) = self.values.get_mut(usize::from(CALLER.0))
            && !digits.is_empty()
        {
            *place = Some(Value::Digits(digits));
        }
    }

    pub(super) fn choose(&mut self, now: Now, choose: &Choose) {
        let mut cases = choose.cases.iter();
        let taken = cases.find(|case| case.when.iter().all(|c| self.holds(now, c)));
        self.follow(now, taken.map_or(choose.otherwise, |case| case.go));
    }

    fn holds(&self, now: Now, condition: &Condition) -> bool {
        match condition {
            Condition::Open(calendar, open) => calendar.is_open(now.wall) == *open,
            Condition::Language(languages) => languages.contains(&self.language),
            Condition::Caller(patterns) => {
                let number = self.caller.as_ref().map(|n| n.reveal());
                number.is_some_and(|n| patterns.iter().any(|p| p.fits(n)))
            }
            Condition::Value(id, test) => {
                let value = self.values.get(usize::from(id.0)).and_then(Option::as_ref);
                passes(value, test)
            }
        }
    }

    /// The option of a menu was chosen.
    pub(super) fn chosen(&mut self, now: Now, choice: &Choice) {
        if let Some(id) = choice.language
            && let Some(language) = self.line.language(id).cloned()
        {
            self.language = id;
            self.step(
                now,
                StepKind::Language {
                    language: language.clone(),
                },
            );
            let action = crate::menu::outcome::WalkAction::Language(language);
            self.actions.push_back(action);
        }
        self.follow(now, choice.go);
    }
}

/// A value that is not known passes no test but that it is not.
fn passes(value: Option<&Value>, test: &Test) -> bool {
    match test {
        Test::Known(known) => value.is_some() == *known,
        Test::Is(values) => value.is_some_and(|v| values.contains(v)),
        Test::Over(amount) => value.and_then(number).is_some_and(|n| n > *amount),
        Test::Under(amount) => value.and_then(number).is_some_and(|n| n < *amount),
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) | Value::Money(n, _) => Some(*n),
        Value::Digits(_) | Value::Text(_) | Value::Date(_) | Value::Time(_) | Value::Flag(_) => {
            None
        }
    }
}
