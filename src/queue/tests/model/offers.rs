//! Offers of the model, and time.

use super::{At, Caller, Due, Model, Offer};
use crate::ids::ContactId;
use crate::now::Mono;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{AgentState, OfferId, OverflowCause};
use crate::queue::settings::Unstaffed;

impl Model {
    pub(in crate::queue::tests) fn answered(&mut self, now: Mono, id: OfferId) -> bool {
        let Some(o) = self.offers.iter().find(|o| o.id == id).cloned() else {
            return false;
        };
        let c = self.caller(o.contact).unwrap();
        self.offers.retain(|x| x.id != id);
        self.withdraw(now, o.contact);
        self.callers[c].at = At::Agent(o.agent);
        self.callers[c].elsewhere = false;
        self.agents[o.agent].taken += 1;
        self.talk(now, o.agent, o.contact, self.callers[c].queue);
        self.settle(now);
        true
    }

    pub(in crate::queue::tests) fn not_answered(
        &mut self,
        now: Mono,
        id: OfferId,
        cause: NotAnswered,
    ) {
        if let Some(o) = self.offers.iter().find(|o| o.id == id).cloned() {
            self.offers.retain(|x| x.id != id);
            if self.agents[o.agent].pause || !self.agents[o.agent].calls.is_empty() {
                self.rest(now, o.agent);
            } else {
                let s = self.settings.set_aside;
                let aside = match cause {
                    NotAnswered::NoAnswer => s.no_answer,
                    NotAnswered::Busy => s.busy,
                    NotAnswered::Refused => s.refused,
                    NotAnswered::Unreachable => s.unreachable,
                };
                self.agents[o.agent].until = aside.map(|d| now + d);
                self.set(now, o.agent, AgentState::Missed);
            }
        }
        self.settle(now);
    }

    /// While a caller may be offered to an agent who is ready: the foremost such caller to
    /// the agent whose turn it is.
    pub(in crate::queue::tests) fn settle(&mut self, now: Mono) {
        loop {
            let mut may: Vec<&Caller> = self
                .callers
                .iter()
                .filter(|c| c.at == At::Line && self.is_open(c))
                .collect();
            may.sort_by_key(|c| self.place_in_line(c));
            let found = may.into_iter().find_map(|c| {
                let agent = self.agents_for(now, c, c.queue)?;
                Some((c.id, c.queue, agent))
            });
            let Some((contact, queue, agent)) = found else {
                return;
            };
            self.made += 1;
            let own = self.settings.agents[agent].ring_for;
            let ring_for = own.unwrap_or(self.settings.queues[queue].ring_for);
            self.offers.push(Offer {
                id: OfferId(self.made),
                contact,
                agent,
                until: now + ring_for,
            });
            self.set(now, agent, AgentState::Offered);
            self.agents[agent].offered = self.made;
        }
    }

    fn dues(&self, now: Mono) -> Vec<(Mono, Due)> {
        let mut all = Vec::new();
        for c in self
            .callers
            .iter()
            .filter(|c| c.at == At::Line && self.is_open(c))
        {
            // From then on others may take them; whether anybody is free is seen then.
            if self.held_for(now, c, c.queue).is_some() {
                all.extend(c.wish.map(|(_, until)| (until, Due::Regroup)));
                continue;
            }
            let every = self.settings.queues[c.queue].relax_every;
            let steps = u32::from(self.relaxed(now, c, c.queue)) + 1;
            if c.needs.values().any(|&level| u32::from(level) >= steps) {
                all.push((c.since + every * steps, Due::Regroup));
            }
        }
        for (i, a) in self.agents.iter().enumerate() {
            all.extend(a.until.map(|at| (at, Due::Agent(i))));
        }
        all.extend(self.offers.iter().map(|o| (o.until, Due::Offer(o.id))));
        for (q, s) in self.settings.queues.iter().enumerate() {
            let line = self.line(q);
            if let Some(since) = self.deserted[q]
                && s.unstaffed == Unstaffed::Overflow
                && line
                    .iter()
                    .any(|c| self.callers[self.caller(*c).unwrap()].listens())
            {
                all.push((since + s.unstaffed_after, Due::Deserted(q)));
            }
            let listens = |c: &ContactId| self.callers[self.caller(*c).unwrap()].listens();
            let line = line.into_iter().filter(listens);
            for c in line.filter(|&c| self.rung(c) == 0) {
                let since = self.callers[self.caller(c).unwrap()].since;
                all.extend(s.max_wait.map(|w| (since + w, Due::TooLong(c))));
            }
        }
        all
    }

    /// Serves what is due at `now`, one after the other.
    pub(in crate::queue::tests) fn timeout(&mut self, now: Mono) {
        // Each deadline is served at its own time, so whatever is due is due now.
        let first = |m: &Model| {
            let due = m.dues(now).into_iter().filter(|&(at, _)| at <= now);
            due.map(|(_, due)| due).min()
        };
        // What callers need, and whom they are kept for, is a matter of the time alone.
        self.settle(now);
        while let Some(due) = first(self) {
            match due {
                Due::Regroup => {}
                Due::Agent(a) => self.rest(now, a),
                Due::Offer(o) => self.not_answered(now, o, NotAnswered::NoAnswer),
                Due::Deserted(q) => {
                    let listens = |c: &ContactId| self.callers[self.caller(*c).unwrap()].listens();
                    let line: Vec<ContactId> = self.line(q).into_iter().filter(listens).collect();
                    for c in line {
                        self.overflow(now, c, OverflowCause::Unstaffed);
                    }
                }
                Due::TooLong(c) => self.overflow(now, c, OverflowCause::WaitedTooLong),
            }
            self.settle(now);
        }
    }

    /// When something is due next, as far as the future goes.
    pub(in crate::queue::tests) fn next(&self, now: Mono) -> Option<Mono> {
        self.dues(now).into_iter().map(|(at, _)| at).min()
    }
}
