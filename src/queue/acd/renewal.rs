//! Settings that change while callers wait and agents talk.

use std::collections::BTreeSet;

use super::timers::at_least;
use super::{
    Acd, Agent, AgentDoing, AgentIx, CallerDoing, ContactId, Mono, Needs, Presence, Queue, QueueIx,
    Timer, index,
};
use crate::ids::QueueName;
use crate::now::Now;
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings, Unstaffed};

impl Acd {
    /// The settings are these from now on. Callers keep their places, and what rings or talks goes on
    /// as it began; times of waiting are counted anew from when the wait began.
    ///
    /// An agent who is not among them any more is signed out at once: an offer to them is withdrawn, a
    /// talk goes on to its end. A queue that is not among them any more stays as it was, with the agents
    /// who answered it, for the calls whose menus still lead there; nobody else sees it.
    pub fn handle_settings(&mut self, now: Now, settings: AcdSettings) {
        let now = now.mono;
        self.set_aside = settings.set_aside;
        self.priority_worth = settings.priority_worth;
        let stays: BTreeSet<_> = settings.agents.iter().map(|a| &a.id).collect();
        let gone = self.agents.iter().zip(0..);
        let gone = gone.filter(|(a, _)| !a.removed && !stays.contains(&a.id));
        let gone: Vec<AgentIx> = gone.map(|(_, ix)| AgentIx(ix)).collect();
        for ix in gone {
            self.sign_out(now, ix);
            let agent = self.a_mut(ix);
            agent.removed = true;
            (agent.pause, agent.unwritten) = (None, None);
        }
        // Whom an offer may go to is found by indices over queues and agents: all are made anew.
        let waiting: Vec<ContactId> = self.queues.iter().flat_map(|q| q.line.iter()).collect();
        for contact in &waiting {
            self.close(*contact);
        }
        let staffed: Vec<bool> = self.queues.iter().map(Queue::needs_nobody).collect();
        let before = self.set_queues(settings.queues);
        self.set_agents(settings.agents);
        self.index_agents();
        for (ix, was_staffed) in (0..).map(QueueIx).zip(staffed) {
            self.settle_staff(now, ix, was_staffed);
        }
        for contact in waiting {
            self.renew_wait(now, contact, &before);
        }
        self.settle(now);
    }

    /// Whether somebody waits in a queue, talks with one of its agents, or may come back to it.
    pub fn is_occupied(&self, queue: &QueueName) -> bool {
        let ix = self.queue_names.get(queue);
        ix.is_some_and(|ix| self.callers.values().any(|c| c.queue == *ix))
    }

    /// The queues that callers come to.
    pub fn queue_names(&self) -> impl Iterator<Item = &QueueName> {
        let there = self.queues.iter().filter(|q| !q.removed);
        there.map(|q| &q.settings.name)
    }

    /// Takes the queues over; the settings before, by queue.
    pub(super) fn set_queues(&mut self, queues: Vec<QueueSettings>) -> Vec<QueueSettings> {
        let before = self.queues.iter().map(|q| q.settings.clone()).collect();
        self.queues.iter_mut().for_each(|q| q.removed = true);
        let mut seen = BTreeSet::new();
        for settings in queues {
            if !seen.insert(settings.name.clone()) {
                continue;
            }
            match self.queue_names.get(&settings.name).copied() {
                Some(ix) => {
                    let queue = self.q_mut(ix);
                    queue.settings = settings;
                    queue.removed = false;
                }
                None => {
                    let ix = QueueIx(index(self.queues.len()));
                    self.queue_names.insert(settings.name.clone(), ix);
                    self.queues.push(Queue::new(settings));
                }
            }
        }
        before
    }

    /// Takes the agents over, all of whom are offline or were known before.
    pub(super) fn set_agents(&mut self, agents: Vec<AgentSettings>) {
        let mut seen = BTreeSet::new();
        for a in agents {
            if !seen.insert(a.id.clone()) {
                continue;
            }
            let named = a.queues.iter().filter_map(|q| self.queue_names.get(q));
            let mut queues: Vec<QueueIx> = named.copied().collect();
            let mut skills = Needs::new();
            for (name, level) in a.skills {
                let next = super::SkillIx(index(self.skills.len()));
                skills.push((*self.skills.entry(name).or_insert(next), level));
            }
            skills.sort_unstable();
            let known = self.agent_ids.get(&a.id).copied();
            if let Some(ix) = known.filter(|ix| !self.a(*ix).removed) {
                let theirs = self.a(ix).queues.iter();
                queues.extend(theirs.filter(|q| self.q(**q).removed));
            }
            queues.sort_unstable();
            queues.dedup();
            match known {
                Some(ix) => {
                    let agent = self.a_mut(ix);
                    agent.queues = queues;
                    agent.skills = skills;
                    (agent.ring_for, agent.wrap_up) = (a.ring_for, a.wrap_up);
                    agent.removed = false;
                }
                None => {
                    let ix = AgentIx(index(self.agents.len()));
                    self.agent_ids.insert(a.id.clone(), ix);
                    self.agents.push(Agent {
                        ring_for: a.ring_for,
                        wrap_up: a.wrap_up,
                        ..Agent::new(a.id, queues, skills)
                    });
                }
            }
        }
        // Who still talks counts nowhere any more.
        for agent in self.agents.iter_mut().filter(|a| a.removed) {
            agent.queues.clear();
        }
    }

    /// Puts each agent where they stand by what they do.
    fn index_agents(&mut self) {
        for queue in &mut self.queues {
            queue.idle.clear();
            queue.levels.clear();
            (queue.staffed, queue.working) = (0, 0);
        }
        for (agent, ix) in self.agents.iter().zip(0..) {
            if agent.doing == AgentDoing::Offline {
                continue;
            }
            for q in &agent.queues {
                let queue = &mut self.queues[q.0 as usize];
                if agent.doing == AgentDoing::Ready {
                    let turn = Acd::turn(queue.settings.strategy, agent);
                    queue.idle.insert((turn, AgentIx(ix)));
                }
                queue.working += usize::from(agent.doing.serves());
                queue.staff(&agent.skills);
            }
        }
    }

    /// When a queue counts as unstaffed, where nobody is there any more or it matters only now.
    fn settle_staff(&mut self, now: Mono, ix: QueueIx, was_staffed: bool) {
        let queue = &mut self.queues[ix.0 as usize];
        let watched = queue.settings.unstaffed == Unstaffed::Overflow && queue.staffed == 0;
        let at = match (watched, was_staffed) {
            (false, _) => None,
            (true, true) => Some(now + queue.settings.unstaffed_after),
            (true, false) => return,
        };
        self.timers
            .set(&mut queue.unstaffed_at, at, Timer::Unstaffed(ix));
    }

    /// Somebody in line, by what their queue says now.
    fn renew_wait(&mut self, now: Mono, contact: ContactId, before: &[QueueSettings]) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let ix = caller.queue;
        let (was, is) = (&before[ix.0 as usize], &self.queues[ix.0 as usize].settings);
        let offered = matches!(caller.doing, CallerDoing::Offered { .. });
        if caller.presence == Presence::Listens {
            let since = caller.since;
            let t = &mut caller.timers;
            if was.max_wait != is.max_wait {
                let at = is.max_wait.map(|wait| (since + wait).max(now));
                self.timers.set(&mut t.give_up, at, Timer::GiveUp(contact));
            }
            if was.position_every != is.position_every {
                let last = caller.told.map_or(since, |(at, _)| at);
                let next = is.position_every.map(|every| last + at_least(every));
                let at = next.map(|at| at.max(now));
                self.timers
                    .set(&mut t.position, at, Timer::Position(contact));
            }
            if was.comfort_every != is.comfort_every {
                let at = is.comfort_every.map(|every| now + at_least(every));
                self.timers.set(&mut t.comfort, at, Timer::Comfort(contact));
            }
        }
        if !offered || self.stays_open(ix) {
            self.open(now, contact);
        }
    }
}

impl Queue {
    /// Whether nobody is missed there: somebody is signed in, or callers wait all the same.
    fn needs_nobody(&self) -> bool {
        self.staffed > 0 || self.settings.unstaffed == Unstaffed::Wait
    }
}
