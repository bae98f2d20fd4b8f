//! Menus: which key each option gets.

use super::super::flow::{At, Menu, Said, StepId, Way};
use super::words::{self, digit_untold, without_zero};
use super::{From, Kind, Moved, Planner, Target, people_behind};

impl Planner<'_> {
    pub(super) fn menu(
        &mut self,
        id: StepId,
        menu: &Menu,
        label: &str,
        at: &At,
        lost: &mut Vec<String>,
    ) -> Kind {
        let mut slots: [Option<(Option<String>, Target)>; 9] = Default::default();
        let mut rest: Vec<(&str, &Way)> = Vec::new();
        for (key, way) in &menu.keys {
            let slot = key.parse::<usize>().ok().filter(|_| key.len() == 1);
            let slot = slot
                .and_then(|n| n.checked_sub(1))
                .and_then(|i| slots.get_mut(i));
            if slot.is_some_and(|s| s.is_none()) {
                let target = self.way(way, From::Key, lost);
                let i = key.parse::<usize>().unwrap_or(1).saturating_sub(1);
                if let Some(slot) = slots.get_mut(i) {
                    *slot = Some((None, target));
                }
            } else {
                rest.push((key, way));
            }
        }
        let mut said = self.said(&menu.said);
        let mut more = Vec::new();
        let mut told = Vec::new();
        for (key, way) in rest {
            if self.is_ours(key, way) {
                lost.push(format!("{key} does what it did, without being written"));
                continue;
            }
            let again = *way == Way::Step(id) && menu.keys.iter().all(|(k, _)| k != "9");
            if again && matches!(key, "0" | "*" | "#") {
                lost.push(format!(
                    "{key} said it again: 9 does, without being written"
                ));
                if key == "0" {
                    self.unsay_zero(&mut said, lost);
                }
                more.push(words::again(self.plan.language.as_deref()));
                continue;
            }
            let target = self.way(way, From::Key, lost);
            let what = self.shown(way);
            let to = slots.iter().position(Option::is_none).map(|i| i + 1);
            if key == "0" {
                self.unsay_zero(&mut said, lost);
            }
            match to.and_then(|n| Some((n, slots.get_mut(n - 1)?))) {
                Some((n, slot)) => {
                    *slot = Some((None, target));
                    lost.push(format!("{key} was for {what}: it is {n} now"));
                    more.push(words::sentence(self.plan.language.as_deref(), &what, n));
                    told.push((n, what.clone()));
                }
                None => {
                    let what = format!("{key} for {what} in \"{label}\"");
                    lost.push(self.unmapped(at, what, "no key is free; make a menu below this"));
                }
            }
            let key = key.to_owned();
            let step = id;
            self.plan.moved.push(Moved {
                step,
                key,
                what,
                to,
            });
        }
        if said.is_empty() {
            for (i, slot) in slots.iter_mut().enumerate() {
                let way = menu.keys.iter().find(|(k, _)| *k == (i + 1).to_string());
                let told = told.iter().find(|(n, _)| *n == i + 1).map(|(_, w)| w);
                let told = told.cloned().or_else(|| way.map(|(_, w)| self.shown(w)));
                if let (Some((say, _)), Some(told)) = (slot, told) {
                    *say = Some(told);
                }
            }
        } else {
            said.extend(more.into_iter().map(Said::Text));
            for (i, _) in slots.iter().enumerate().filter(|(_, s)| s.is_some()) {
                if digit_untold(&said, i + 1) {
                    let hint = format!("\"{label}\" does not tell what {} is for", i + 1);
                    self.hint(at, hint);
                }
            }
        }
        if slots.iter().all(Option::is_none) {
            // Only 0 is left, and silence leads where it does.
            self.hint(at, format!("\"{label}\" offered no more than a person"));
            return if said.is_empty() {
                Kind::Queue(self.plan.human.clone())
            } else {
                let go = Target::Human;
                Kind::Say { said, go }
            };
        }
        let options = slots.into_iter().enumerate();
        let options = options.filter_map(|(i, slot)| slot.map(|(say, to)| (i + 1, say, to)));
        Kind::Menu {
            greeting: said,
            options: options.collect(),
            tries: tries(menu.silence.tries, menu.wrong.tries),
            wait: menu.wait.map(|w| w.clamp(1, 60)).filter(|w| *w != 5),
        }
    }

    fn unsay_zero(&self, said: &mut Vec<Said>, lost: &mut Vec<String>) {
        let (kept, removed) = without_zero(said);
        *said = kept;
        lost.extend(removed.into_iter().map(|r| format!("no longer said: {r}")));
    }

    /// Whether a key does by itself on every line of ours what it did in the original.
    fn is_ours(&self, key: &str, way: &Way) -> bool {
        match key {
            "0" => people_behind(self.flow, way) == Some(&self.plan.human),
            "*" => *way == Way::Back,
            _ => false,
        }
    }

    /// What a way is for, in the words of the original.
    fn shown(&self, way: &Way) -> String {
        match way {
            Way::Step(id) => match self.flow.step(*id) {
                Some(step) if !step.label.trim().is_empty() => step.label.clone(),
                Some(step) => step.id.clone(),
                None => "something".to_owned(),
            },
            Way::HangUp => "the end of the call".to_owned(),
            Way::Back => "the menu before".to_owned(),
            Way::Missing(what) => what.clone(),
        }
    }
}

/// As near to the original as the promise allows; `None`: the usual two.
pub(super) fn tries(silence: Option<usize>, wrong: Option<usize>) -> Option<usize> {
    let fewest = silence.into_iter().chain(wrong).min()?;
    Some(fewest.clamp(1, 3)).filter(|n| *n != 2)
}
