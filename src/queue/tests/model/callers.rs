//! Callers of the model.

use super::{At, Caller, Comes, Model};
use crate::ids::{ContactId, SkillName};
use crate::now::Mono;
use crate::queue::acd::Leaving;
use crate::queue::action::{AgentState, OverflowCause, OverflowStep};
use crate::queue::settings::Unstaffed;

impl Model {
    pub(in crate::queue::tests) fn deserted_by(&self, now: Mono, q: usize) -> bool {
        let s = &self.settings.queues[q];
        let nobody = (0..self.agents.len())
            .all(|a| !self.serves(a, q) || self.agents[a].state == AgentState::Offline);
        let long = self.deserted[q].is_none_or(|since| since + s.unstaffed_after <= now);
        s.unstaffed == Unstaffed::Overflow && nobody && long
    }

    pub(in crate::queue::tests) fn admits(
        &self,
        now: Mono,
        q: usize,
        c: &Caller,
    ) -> Result<(), OverflowCause> {
        let idle = self.agents_for(now, c, q).is_some();
        let present = |c: &&Caller| c.queue == q && c.at == At::Line && !c.absent;
        let present = self.callers.iter().filter(present).count();
        if self.stopping {
            Err(OverflowCause::Stopping)
        } else if c.absent {
            Ok(())
        } else if self.deserted_by(now, q) {
            Err(OverflowCause::Unstaffed)
        } else if !idle && present >= self.settings.queues[q].max_callers {
            Err(OverflowCause::Full)
        } else {
            Ok(())
        }
    }

    pub(in crate::queue::tests) fn enter(
        &mut self,
        now: Mono,
        id: ContactId,
        q: usize,
        comes: Comes,
    ) {
        match self.caller(id) {
            Some(c) if self.callers[c].queue == q => {
                self.come_back(now, id);
                return;
            }
            Some(_) => self.forget(now, id),
            None => {}
        }
        let known = self.skills.clone();
        let has_anybody = |(skill, _): &(SkillName, u8)| known.contains(skill);
        self.tickets += 1;
        self.callers.push(Caller {
            id,
            queue: q,
            priority: comes.priority,
            ticket: self.tickets,
            at: At::Transfer,
            since: now,
            tried: vec![q],
            sent_on: None,
            came: Mono::ZERO + now.since_start().saturating_sub(comes.ago),
            elsewhere: false,
            absent: comes.absent,
            needs: comes.needs.into_iter().filter(has_anybody).collect(),
            wish: comes.wish.map(|(a, hold)| (a, now + hold)),
        });
        match self.admits(now, q, self.callers.last().unwrap()) {
            Ok(()) => self.stand(self.callers.len() - 1),
            Err(cause) => self.overflow(now, id, cause),
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn come_back(&mut self, now: Mono, id: ContactId) {
        if let Some(c) = self.caller(id) {
            let at = self.callers[c].at;
            if at == At::Line {
                if std::mem::take(&mut self.callers[c].elsewhere)
                    && self.deserted_by(now, self.callers[c].queue)
                {
                    self.overflow(now, id, OverflowCause::Unstaffed);
                }
            } else {
                self.callers[c].since = now;
                self.callers[c].at = At::Transfer;
                if let At::Agent(a) = at {
                    self.end_talk(now, a, id);
                }
                let queue = self.callers[c].queue;
                if self.stopping {
                    self.overflow(now, id, OverflowCause::Stopping);
                } else if self.deserted_by(now, queue) && !self.callers[c].absent {
                    self.overflow(now, id, OverflowCause::Unstaffed);
                } else {
                    self.stand(c);
                }
            }
        }
        self.settle(now);
    }

    /// Nobody's phone rings for them any more.
    pub(in crate::queue::tests) fn withdraw(&mut self, now: Mono, id: ContactId) {
        let mine: Vec<usize> = self
            .offers
            .iter()
            .filter(|o| o.contact == id)
            .map(|o| o.agent)
            .collect();
        self.offers.retain(|o| o.contact != id);
        for a in mine {
            self.idle_again(now, a);
        }
    }

    pub(in crate::queue::tests) fn forget(&mut self, now: Mono, id: ContactId) {
        self.withdraw(now, id);
        if let Some(c) = self.caller(id) {
            if let At::Agent(a) = self.callers[c].at {
                self.end_talk(now, a, id);
            }
            self.callers.remove(c);
        }
    }

    pub(in crate::queue::tests) fn left(&mut self, now: Mono, id: ContactId, leaving: Leaving) {
        match leaving {
            Leaving::Gone => self.forget(now, id),
            Leaving::KeepsPlace => {
                if let Some(c) = self.caller(id)
                    && self.callers[c].at == At::Line
                {
                    self.callers[c].elsewhere = !self.callers[c].absent;
                }
            }
        }
        self.settle(now);
    }

    /// Who looked back listens again.
    pub(in crate::queue::tests) fn listens(&mut self, now: Mono, id: ContactId) {
        let in_line = |c: usize| self.callers[c].at == At::Line;
        if self.caller(id).is_some_and(in_line) {
            self.come_back(now, id);
        }
        self.settle(now);
    }

    /// Who was called back is at the phone.
    pub(in crate::queue::tests) fn reached(&mut self, id: ContactId) {
        if let Some(c) = self.caller(id)
            && self.callers[c].at != At::Line
        {
            self.callers[c].absent = false;
        }
    }

    pub(in crate::queue::tests) fn asks(&mut self, now: Mono, id: ContactId) {
        if let Some(c) = self.caller(id) {
            if self.callers[c].at == At::Line {
                self.overflow(now, id, OverflowCause::Asked);
            } else if self.callers[c].sent_on.is_some() {
                self.send_to_message(id, OverflowCause::Asked);
            }
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn stop(&mut self, now: Mono) {
        self.stopping = true;
        for q in 0..self.settings.queues.len() {
            for id in self.line(q) {
                self.overflow(now, id, OverflowCause::Stopping);
            }
        }
        self.settle(now);
    }

    pub(in crate::queue::tests) fn overflow(
        &mut self,
        now: Mono,
        id: ContactId,
        cause: OverflowCause,
    ) {
        self.withdraw(now, id);
        let c = self.caller(id).unwrap();
        self.callers[c].at = At::Transfer;
        self.callers[c].sent_on = Some((cause, 0));
        self.overflows += 1;
        self.lead_on(now, id);
    }

    /// What the last step led to came to nothing.
    pub(in crate::queue::tests) fn next_step(&mut self, now: Mono, id: ContactId, again: bool) {
        match self.caller(id) {
            Some(c) if self.callers[c].at != At::Transfer => {}
            Some(c) if self.callers[c].sent_on.is_some() => {
                let queue = self.callers[c].queue;
                if again {
                    self.callers[c].since = now;
                    match self.admits(now, queue, &self.callers[c]) {
                        Ok(()) => self.stand(c),
                        Err(cause) => {
                            let (_, next) = self.callers[c].sent_on.unwrap();
                            self.callers[c].sent_on = Some((cause, next));
                            self.overflows += 1;
                            self.lead_on(now, id);
                        }
                    }
                } else {
                    self.lead_on(now, id);
                }
            }
            _ => self.send_to_message(id, OverflowCause::Unstaffed),
        }
        self.settle(now);
    }

    fn stand(&mut self, c: usize) {
        self.callers[c].at = At::Line;
        self.callers[c].sent_on = None;
    }

    fn lead_on(&mut self, now: Mono, id: ContactId) {
        let c = self.caller(id).unwrap();
        let (cause, next) = self.callers[c].sent_on.unwrap();
        let direct =
            self.stopping || matches!(cause, OverflowCause::Asked | OverflowCause::Stopping);
        let steps = self.settings.queues[self.callers[c].queue].overflow.clone();
        for (i, step) in steps.into_iter().enumerate().skip(next) {
            if direct || step == OverflowStep::Message {
                break;
            }
            let OverflowStep::Queue(name) = &step else {
                self.callers[c].sent_on = Some((cause, i + 1));
                self.overflowed.push((id, cause, step));
                return;
            };
            let to = self.settings.queues.iter().position(|q| q.name == *name);
            if let Some(to) = to
                && !self.callers[c].tried.contains(&to)
                && self.admits(now, to, &self.callers[c]).is_ok()
            {
                let caller = &mut self.callers[c];
                caller.queue = to;
                caller.tried.push(to);
                caller.since = now;
                self.stand(c);
                self.overflowed.push((id, cause, step));
                return;
            }
        }
        self.send_to_message(id, cause);
    }

    fn send_to_message(&mut self, id: ContactId, cause: OverflowCause) {
        self.callers.retain(|c| c.id != id);
        self.overflowed.push((id, cause, OverflowStep::Message));
    }
}
