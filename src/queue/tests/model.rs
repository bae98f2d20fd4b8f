//! The queue once more, with nothing but lists and searches: slow and obviously right.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{AgentId, ContactId, SkillName};
use crate::now::Mono;
use crate::queue::acd::{Leaving, NotAnswered};
use crate::queue::action::{AgentState, OfferId, OverflowCause, OverflowStep};
use crate::queue::settings::{AcdSettings, Strategy, Unstaffed};
use crate::queue::snapshot::CallerPlace;

pub(super) struct Model {
    pub(super) settings: AcdSettings,
    pub(super) agents: Vec<Agent>,
    pub(super) callers: Vec<Caller>,
    pub(super) offers: Vec<Offer>,
    /// Since the last look.
    pub(super) overflowed: Vec<(ContactId, OverflowCause, OverflowStep)>,
    /// Per queue: since when nobody is signed in, if somebody ever was.
    deserted: Vec<Option<Mono>>,
    stopping: bool,
    tickets: u64,
    rests: u64,
    made: u64,
}

pub(super) struct Agent {
    pub(super) id: AgentId,
    pub(super) state: AgentState,
    signed_in: bool,
    pause: bool,
    /// When the last rest began: the order of being idle.
    rest: u64,
    until: Option<Mono>,
    pub(super) with: Option<ContactId>,
    wrap_up: Duration,
    /// The number of the last offer to them.
    offered: u64,
    taken: u64,
}

#[derive(Clone)]
pub(super) struct Caller {
    pub(super) id: ContactId,
    pub(super) queue: usize,
    pub(super) priority: u8,
    pub(super) ticket: u64,
    pub(super) at: At,
    since: Mono,
    tried: Vec<usize>,
    came: Mono,
    needs: BTreeMap<SkillName, u8>,
    /// The agent they would rather have, and until when they are kept for them.
    wish: Option<(usize, Mono)>,
}

/// What a caller brings along.
#[derive(Clone, Debug, Default)]
pub(super) struct Comes {
    pub(super) priority: u8,
    pub(super) needs: BTreeMap<SkillName, u8>,
    pub(super) wish: Option<(usize, Duration)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum At {
    Line,
    Agent(usize),
    Away,
    Transfer,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Offer {
    pub(super) id: OfferId,
    pub(super) contact: ContactId,
    pub(super) agent: usize,
    until: Mono,
}

/// What is due, in the order in which what falls together is served.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    /// Other agents than before may take a caller.
    Regroup,
    Agent(usize),
    Offer(OfferId),
    Deserted(usize),
    TooLong(ContactId),
}

impl Model {
    pub(super) fn new(settings: AcdSettings) -> Model {
        let agents = settings.agents.iter().map(|a| Agent {
            id: a.id.clone(),
            state: AgentState::Offline,
            signed_in: false,
            pause: false,
            rest: 0,
            until: None,
            with: None,
            wrap_up: Duration::ZERO,
            offered: 0,
            taken: 0,
        });
        Model {
            agents: agents.collect(),
            callers: Vec::new(),
            offers: Vec::new(),
            overflowed: Vec::new(),
            deserted: vec![None; settings.queues.len()],
            stopping: false,
            tickets: 0,
            rests: 0,
            made: 0,
            settings,
        }
    }

    fn serves(&self, agent: usize, queue: usize) -> bool {
        let name = &self.settings.queues[queue].name;
        self.settings.agents[agent].queues.contains(name)
    }

    fn caller(&self, id: ContactId) -> Option<usize> {
        self.callers.iter().position(|c| c.id == id)
    }

    pub(super) fn rung(&self, id: ContactId) -> usize {
        self.offers.iter().filter(|o| o.contact == id).count()
    }

    /// Whether one more agent may be asked.
    fn is_open(&self, c: &Caller) -> bool {
        self.settings.queues[c.queue].strategy == Strategy::RingAll || self.rung(c.id) == 0
    }

    /// The line of a queue, first to last.
    pub(super) fn line(&self, queue: usize) -> Vec<ContactId> {
        let mut line: Vec<&Caller> = self
            .callers
            .iter()
            .filter(|c| c.queue == queue && c.at == At::Line)
            .collect();
        line.sort_by_key(|c| self.place_in_line(c));
        line.iter().map(|c| c.id).collect()
    }

    pub(super) fn place(&self, id: ContactId) -> Option<CallerPlace> {
        let c = &self.callers[self.caller(id)?];
        Some(match c.at {
            At::Agent(a) => CallerPlace::Talking(self.agents[a].id.clone()),
            At::Away | At::Transfer => CallerPlace::Away,
            At::Line => {
                let mine = self.offers.iter().filter(|o| o.contact == id);
                let ring: Vec<_> = mine.map(|o| self.agents[o.agent].id.clone()).collect();
                if ring.is_empty() {
                    CallerPlace::Waiting
                } else {
                    CallerPlace::Offered(ring)
                }
            }
        })
    }

    /// Who waited longest is first; a step of priority counts as a wait.
    fn place_in_line(&self, c: &Caller) -> (i128, u64) {
        let came = c.came.since_start().as_millis() as i128;
        let worth = self.settings.priority_worth.as_millis() as i128;
        (came - worth * i128::from(c.priority), c.ticket)
    }

    fn works(&self, a: usize) -> bool {
        !matches!(
            self.agents[a].state,
            AgentState::Offline | AgentState::Paused { .. } | AgentState::Missed
        )
    }

    fn held_for(&self, now: Mono, c: &Caller, q: usize) -> Option<usize> {
        let (a, until) = c.wish?;
        (now < until && self.serves(a, q) && self.works(a)).then_some(a)
    }

    /// How many times what the caller needs has become less.
    fn relaxed(&self, now: Mono, c: &Caller, q: usize) -> u8 {
        let every = self.settings.queues[q].relax_every;
        let steps = now.since(c.since).as_nanos() / every.as_nanos();
        u8::try_from(steps).unwrap_or(u8::MAX)
    }

    /// Whether this agent may be offered this caller in that queue.
    fn may_serve(&self, now: Mono, a: usize, c: &Caller, q: usize) -> bool {
        if !self.serves(a, q) {
            return false;
        }
        if let Some(wished) = self.held_for(now, c, q) {
            return wished == a;
        }
        let level = |a: usize, s| self.settings.agents[a].skills.get(s).copied().unwrap_or(0);
        let here = |x: &usize| self.serves(*x, q) && self.agents[*x].state != AgentState::Offline;
        c.needs.iter().all(|(skill, needed)| {
            let needed = needed.saturating_sub(self.relaxed(now, c, q));
            let best = (0..self.agents.len())
                .filter(here)
                .map(|x| level(x, skill))
                .max();
            level(a, skill) >= needed.min(best.unwrap_or(0))
        })
    }

    /// The ready agents of a queue who may serve the caller, whose turn it is first.
    fn agents_for(&self, now: Mono, c: &Caller, q: usize) -> Option<usize> {
        let ready = |a: &usize| self.agents[*a].state == AgentState::Ready;
        let mut all: Vec<usize> = (0..self.agents.len())
            .filter(ready)
            .filter(|&a| self.may_serve(now, a, c, q))
            .collect();
        all.sort_by_key(|&a| {
            let agent = &self.agents[a];
            let turn = match self.settings.queues[q].strategy {
                Strategy::LongestIdle | Strategy::RingAll => 0,
                Strategy::RoundRobin => agent.offered,
                Strategy::FewestContacts => agent.taken,
            };
            (c.wish.is_none_or(|(w, _)| w != a), turn, agent.rest, a)
        });
        all.first().copied()
    }

    // Agents.

    fn set(&mut self, now: Mono, a: usize, state: AgentState) {
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

    fn rest(&mut self, now: Mono, a: usize) {
        if self.agents[a].state != AgentState::Ready {
            self.rests += 1;
            self.agents[a].rest = self.rests;
        }
        self.idle_again(now, a);
    }

    fn idle_again(&mut self, now: Mono, a: usize) {
        let agent = &mut self.agents[a];
        agent.until = None;
        agent.with = None;
        let state = match (agent.signed_in, agent.pause) {
            (false, _) => AgentState::Offline,
            (true, true) => AgentState::Paused {
                reason: "break".into(),
            },
            (true, false) => AgentState::Ready,
        };
        self.set(now, a, state);
    }

    fn end_talk(&mut self, now: Mono, a: usize, contact: ContactId) {
        if self.agents[a].with != Some(contact) {
            return;
        }
        let wrap_up = self.agents[a].wrap_up;
        if self.agents[a].signed_in && !wrap_up.is_zero() {
            self.agents[a].with = None;
            self.agents[a].until = Some(now + wrap_up);
            self.set(now, a, AgentState::WrapUp);
        } else {
            self.rest(now, a);
        }
    }

    pub(super) fn signed_in(&mut self, now: Mono, a: usize) {
        self.agents[a].signed_in = true;
        if matches!(
            self.agents[a].state,
            AgentState::Offline | AgentState::Missed
        ) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(super) fn signed_out(&mut self, now: Mono, a: usize) {
        self.agents[a].signed_in = false;
        self.offers.retain(|o| o.agent != a);
        if self.agents[a].state != AgentState::Talking {
            self.agents[a].until = None;
            self.set(now, a, AgentState::Offline);
        }
        self.settle(now);
    }

    pub(super) fn ready(&mut self, now: Mono, a: usize) {
        self.agents[a].pause = false;
        if matches!(
            self.agents[a].state,
            AgentState::Paused { .. } | AgentState::WrapUp | AgentState::Missed
        ) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(super) fn paused(&mut self, now: Mono, a: usize) {
        self.agents[a].pause = true;
        if matches!(self.agents[a].state, AgentState::Ready | AgentState::Missed) {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(super) fn wrap_up_done(&mut self, now: Mono, a: usize) {
        if self.agents[a].state == AgentState::WrapUp {
            self.rest(now, a);
        }
        self.settle(now);
    }

    pub(super) fn over(&mut self, now: Mono, a: usize, contact: ContactId) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Agent(a)
        {
            self.callers.remove(c);
            self.end_talk(now, a, contact);
        }
        self.settle(now);
    }

    pub(super) fn transferring(&mut self, now: Mono, a: usize, contact: ContactId) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Agent(a)
        {
            self.callers[c].at = At::Transfer;
            self.end_talk(now, a, contact);
        }
        self.settle(now);
    }

    pub(super) fn took(&mut self, now: Mono, a: usize, contact: ContactId) {
        if let Some(c) = self.caller(contact)
            && self.callers[c].at == At::Transfer
        {
            self.callers[c].at = At::Agent(a);
            self.offers.retain(|o| o.agent != a);
            self.talk(now, a, contact, self.callers[c].queue);
        }
        self.settle(now);
    }

    fn talk(&mut self, now: Mono, a: usize, contact: ContactId, queue: usize) {
        let own = self.settings.agents[a].wrap_up;
        self.agents[a].wrap_up = own.unwrap_or(self.settings.queues[queue].wrap_up);
        self.agents[a].with = Some(contact);
        self.agents[a].until = None;
        self.set(now, a, AgentState::Talking);
    }

    // Callers.

    fn deserted_by(&self, now: Mono, q: usize) -> bool {
        let s = &self.settings.queues[q];
        let nobody = (0..self.agents.len())
            .all(|a| !self.serves(a, q) || self.agents[a].state == AgentState::Offline);
        let long = self.deserted[q].is_none_or(|since| since + s.unstaffed_after <= now);
        s.unstaffed == Unstaffed::Overflow && nobody && long
    }

    fn admits(&self, now: Mono, q: usize, c: &Caller) -> Result<(), OverflowCause> {
        let idle = self.agents_for(now, c, q).is_some();
        if self.stopping {
            Err(OverflowCause::Stopping)
        } else if self.deserted_by(now, q) {
            Err(OverflowCause::Unstaffed)
        } else if !idle && self.line(q).len() >= self.settings.queues[q].max_callers {
            Err(OverflowCause::Full)
        } else {
            Ok(())
        }
    }

    pub(super) fn enter(&mut self, now: Mono, id: ContactId, q: usize, comes: Comes) {
        match self.caller(id) {
            Some(c) if self.callers[c].queue == q => {
                self.come_back(now, id);
                return;
            }
            Some(_) => self.forget(now, id),
            None => {}
        }
        let agents = &self.settings.agents;
        let has_anybody =
            |(skill, _): &(SkillName, u8)| agents.iter().any(|a| a.skills.contains_key(skill));
        self.tickets += 1;
        self.callers.push(Caller {
            id,
            queue: q,
            priority: comes.priority,
            ticket: self.tickets,
            at: At::Away,
            since: now,
            tried: vec![q],
            came: now,
            needs: comes.needs.into_iter().filter(has_anybody).collect(),
            wish: comes.wish.map(|(a, hold)| (a, now + hold)),
        });
        match self.admits(now, q, self.callers.last().unwrap()) {
            Ok(()) => self.callers.last_mut().unwrap().at = At::Line,
            Err(cause) => self.overflow(now, id, cause),
        }
        self.settle(now);
    }

    pub(super) fn come_back(&mut self, now: Mono, id: ContactId) {
        if let Some(c) = self.caller(id) {
            let at = self.callers[c].at;
            if at != At::Line {
                if at != At::Away {
                    self.callers[c].since = now;
                }
                self.callers[c].at = At::Away;
                if let At::Agent(a) = at {
                    self.end_talk(now, a, id);
                }
                if self.stopping {
                    self.overflow(now, id, OverflowCause::Stopping);
                } else if self.deserted_by(now, self.callers[c].queue) {
                    self.overflow(now, id, OverflowCause::Unstaffed);
                } else {
                    self.callers[c].at = At::Line;
                }
            }
        }
        self.settle(now);
    }

    /// Nobody's phone rings for them any more.
    fn withdraw(&mut self, now: Mono, id: ContactId) {
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

    fn forget(&mut self, now: Mono, id: ContactId) {
        self.withdraw(now, id);
        if let Some(c) = self.caller(id) {
            if let At::Agent(a) = self.callers[c].at {
                self.end_talk(now, a, id);
            }
            self.callers.remove(c);
        }
    }

    pub(super) fn left(&mut self, now: Mono, id: ContactId, leaving: Leaving) {
        match leaving {
            Leaving::Gone => self.forget(now, id),
            Leaving::KeepsPlace => {
                if let Some(c) = self.caller(id)
                    && self.callers[c].at == At::Line
                {
                    self.withdraw(now, id);
                    self.callers[c].at = At::Away;
                }
            }
        }
        self.settle(now);
    }

    pub(super) fn asks(&mut self, now: Mono, id: ContactId) {
        if let Some(c) = self.caller(id)
            && self.callers[c].at == At::Line
        {
            self.overflow(now, id, OverflowCause::Asked);
        }
        self.settle(now);
    }

    pub(super) fn stop(&mut self, now: Mono) {
        self.stopping = true;
        for q in 0..self.settings.queues.len() {
            for id in self.line(q) {
                self.overflow(now, id, OverflowCause::Stopping);
            }
        }
        self.settle(now);
    }

    fn overflow(&mut self, now: Mono, id: ContactId, cause: OverflowCause) {
        self.withdraw(now, id);
        let c = self.caller(id).unwrap();
        self.callers[c].at = At::Away;
        let direct = matches!(cause, OverflowCause::Asked | OverflowCause::Stopping);
        let steps = self.settings.queues[self.callers[c].queue].overflow.clone();
        for step in steps.into_iter().filter(|_| !direct) {
            let OverflowStep::Queue(name) = &step else {
                break;
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
                caller.at = At::Line;
                self.overflowed.push((id, cause, step));
                return;
            }
        }
        self.callers.remove(c);
        self.overflowed.push((id, cause, OverflowStep::Message));
    }

    // Offers.

    pub(super) fn answered(&mut self, now: Mono, id: OfferId) -> bool {
        let Some(o) = self.offers.iter().find(|o| o.id == id).cloned() else {
            return false;
        };
        let c = self.caller(o.contact).unwrap();
        self.offers.retain(|x| x.id != id);
        self.withdraw(now, o.contact);
        self.callers[c].at = At::Agent(o.agent);
        self.agents[o.agent].taken += 1;
        self.talk(now, o.agent, o.contact, self.callers[c].queue);
        self.settle(now);
        true
    }

    pub(super) fn not_answered(&mut self, now: Mono, id: OfferId, cause: NotAnswered) {
        if let Some(o) = self.offers.iter().find(|o| o.id == id).cloned() {
            self.offers.retain(|x| x.id != id);
            if self.agents[o.agent].pause {
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
    fn settle(&mut self, now: Mono) {
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
            self.offers.push(Offer {
                id: OfferId(self.made),
                contact,
                agent,
                until: now + self.settings.queues[queue].ring_for,
            });
            self.set(now, agent, AgentState::Offered);
            self.agents[agent].offered = self.made;
        }
    }

    // Time.

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
                && !line.is_empty()
            {
                all.push((since + s.unstaffed_after, Due::Deserted(q)));
            }
            for c in line.into_iter().filter(|&c| self.rung(c) == 0) {
                let since = self.callers[self.caller(c).unwrap()].since;
                all.extend(s.max_wait.map(|w| (since + w, Due::TooLong(c))));
            }
        }
        all
    }

    /// Serves what is due at `now`, one after the other.
    pub(super) fn timeout(&mut self, now: Mono) {
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
                    for c in self.line(q) {
                        self.overflow(now, c, OverflowCause::Unstaffed);
                    }
                }
                Due::TooLong(c) => self.overflow(now, c, OverflowCause::WaitedTooLong),
            }
            self.settle(now);
        }
    }

    /// When something is due next, as far as the future goes.
    pub(super) fn next(&self, now: Mono) -> Option<Mono> {
        self.dues(now).into_iter().map(|(at, _)| at).min()
    }
}
