//! Settings of the model that change.

use super::Model;
use crate::now::Mono;
use crate::queue::action::AgentState;
use crate::queue::settings::{AcdSettings, Unstaffed};

impl Model {
    /// Other settings, of those agents who are there; what the machine is told of them.
    pub(in crate::queue::tests) fn renew(
        &mut self,
        now: Mono,
        mut settings: AcdSettings,
        there: &[bool],
    ) -> AcdSettings {
        // These are no settings of anybody, and do not change.
        settings.priority_worth = self.settings.priority_worth;
        for (new, old) in settings.queues.iter_mut().zip(&self.settings.queues) {
            new.unstaffed_after = old.unstaffed_after;
        }
        let mut told = settings.clone();
        let mut kept = there.iter();
        told.agents.retain(|_| *kept.next().unwrap());
        let skills = told.agents.iter().flat_map(|a| a.skills.keys().cloned());
        self.skills.extend(skills);

        for (a, there) in there.iter().enumerate() {
            if !there && !self.agents[a].removed {
                self.sign_out(now, a);
                self.agents[a].pause = false;
            }
            self.agents[a].removed = !there;
            if !there {
                settings.agents[a].queues.clear();
                settings.agents[a].wrap_up = self.settings.agents[a].wrap_up;
            }
        }
        let before: Vec<bool> = (0..self.deserted.len())
            .map(|q| self.is_staffed(q) || self.settings.queues[q].unstaffed == Unstaffed::Wait)
            .collect();
        self.settings = settings;
        for (q, fine) in before.into_iter().enumerate() {
            if self.is_staffed(q) {
                self.deserted[q] = None;
            } else if fine {
                self.deserted[q] = Some(now);
            }
        }
        self.settle(now);
        told
    }

    fn is_staffed(&self, q: usize) -> bool {
        let here = |a: &usize| self.agents[*a].state != AgentState::Offline;
        (0..self.agents.len())
            .filter(here)
            .any(|a| self.serves(a, q))
    }
}
