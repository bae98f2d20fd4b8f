//! Agents of the model.

use super::{At, Model};
use crate::ids::ContactId;
use crate::now::Mono;
use crate::queue::action::AgentState;

impl Model {
    pub(in crate::queue::tests) fn set(&mut self, now: Mono, a: usize, state: AgentState) {
        let staffed = |m: &Model, q| {
            (0..m.agents.len()).any(|x| m.serves(x, q) && m.agents[x].state != AgentState::Offline)
        };
        let before: Vec<bool> = (0..self.deserted.len()).map(|q| staffed(self, q)).collect();
        if self.agents[a].state == AgentState::Offline && state != AgentState::Offline {
            let colleague = |x: &usize| {
                let share =
                    (0..self.deserted.len()).any(|q| self.serves(a, q) && self.serves(*x, q));
                share && self.agents[*x].state != AgentState::Offline
            };
            let fewest = (0..self.agents.len()).filter(colleague);
            let fewest = fewest.map(|x| self.agents[x].taken).min().unwrap_or(0);
            self.agents[a].taken = self.agents[a].taken.max(fewest);
        }
        self.agents[a].state = state;
        for (q, before) in before.into_iter().enumerate() {
            match (before, staffed(self, q)) {
                (true, false) => self.deserted[q] = Some(now),
                (false, true) => self.deserted[q] = None,
                (true, true) | (false, false) => {}
            }
        }
    }

    pub(in crate::queue::tests) fn rest(&mut self, now: Mono, a: usize) {
        if self.agents[a].state != AgentState::Ready {
            self.rests += 1;
            self.agents[a].rest = self.rests;
        }
        self.idle_again(now, a);
    }

    pub(in crate::queue::tests) fn idle_again(&mut self, now: Mono, a: usize) {
        let agent = &mut self.agents[a];
        agent.until = None;
        agent.with = None;
        let state = match (agent.signed_in, agent.pause) {
            (false, _) => AgentState::Offline,
            (true, true) => AgentState::Paused {
                reason: "break".into(),
            },
            (true, false) if !agent.calls.is_empty() => AgentState::Engaged,
            (true, false) => AgentState::Ready,
        };
        self.set(now, a, state);
    }

    pub(in crate::queue::tests) fn end_talk(&mut self, now: Mono, a: usize, contact: ContactId) {
        if self.agents[a].with != Some(contact) {
            return;
        }
        let wrap_up = self.agents[a].wrap_up;
        if self.agents[a].signed_in && !wrap_up.is_zero() {
            self.agents[a].with = None;
            self.agents[a].until = Some(now + wrap_up);
            self.set(now, a, AgentState::WrapUp);
        } else {
            if !self.agents[a].signed_in {
                self.agents[a].unwritten = Some(now + wrap_up);
            }
            self.rest(now, a);
        }
    }

    pub(in crate::queue::tests) fn signed_in(&mut self, now: Mono, a: usize) {
        if self.agents[a].removed {
            return;
        }
        self.agents[a].signed_in = true;
        let unwritten = self.agents[a].unwritten.take();
        if self.agents[a].state == AgentState::Offline && unwritten.is_some_and(|at| at > now) {
            self.agents[a].until = unwritten;
            self.set(now, a, AgentState::WrapUp);
        } else if matches!(
            self.agents[a].state,
            AgentState::Offline | AgentState::Missed
        ) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn signed_out(&mut self, now: Mono, a: usize) {
        self.sign_out(now, a);
        self.settle(now);
    }

    pub(in crate::queue::tests) fn sign_out(&mut self, now: Mono, a: usize) {
        self.agents[a].signed_in = false;
        self.offers.retain(|o| o.agent != a);
        if self.agents[a].state == AgentState::WrapUp {
            self.agents[a].unwritten = self.agents[a].until;
        }
        if self.agents[a].state != AgentState::Talking {
            self.agents[a].until = None;
            self.set(now, a, AgentState::Offline);
        }
    }

    pub(in crate::queue::tests) fn ready(&mut self, now: Mono, a: usize) {
        self.agents[a].pause = false;
        self.agents[a].unwritten = None;
        if matches!(
            self.agents[a].state,
            AgentState::Paused { .. } | AgentState::WrapUp | AgentState::Missed
        ) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn paused(&mut self, now: Mono, a: usize) {
        self.agents[a].pause = true;
        if matches!(
            self.agents[a].state,
            AgentState::Ready | AgentState::Engaged | AgentState::Missed
        ) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn engaged(&mut self, now: Mono, a: usize, call: u64) {
        self.agents[a].calls.insert(call);
        if self.agents[a].state == AgentState::Ready {
            self.set(now, a, AgentState::Engaged);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn free(&mut self, now: Mono, a: usize, call: u64) {
        self.agents[a].calls.remove(&call);
        if self.agents[a].calls.is_empty() && self.agents[a].state == AgentState::Engaged {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn wrap_up_done(&mut self, now: Mono, a: usize) {
        self.agents[a].unwritten = None;
        if self.agents[a].state == AgentState::WrapUp {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn over(&mut self, now: Mono, a: usize, contact: ContactId) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Agent(a)
        {
            self.callers.remove(c);
            self.end_talk(now, a, contact);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn transferring(
        &mut self,
        now: Mono,
        a: usize,
        contact: ContactId,
    ) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Agent(a)
        {
            self.callers[c].at = At::Transfer;
            self.end_talk(now, a, contact);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn took(&mut self, now: Mono, a: usize, contact: ContactId) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Transfer
        {
            self.callers[c].at = At::Agent(a);
            self.offers.retain(|o| o.agent != a);
            self.talk(now, a, contact, self.callers[c].queue);
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn talk(
        &mut self,
        now: Mono,
        a: usize,
        contact: ContactId,
        queue: usize,
    ) {
        let own = self.settings.agents[a].wrap_up;
        self.agents[a].wrap_up = own.unwrap_or(self.settings.queues[queue].wrap_up);
        self.agents[a].with = Some(contact);
        self.agents[a].until = None;
        self.set(now, a, AgentState::Talking);
    }
}
