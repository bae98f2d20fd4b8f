//! Who may serve whom: skills that relax while a caller waits, the agent a caller is held for,
//! and in which order a queue's agents are asked.
//!
//! Callers who need the same stand in one group, so that what a free agent may take is found by
//! looking at the first of each group, however long the line is.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    Acd, Agent, AgentDoing, AgentIx, Caller, ContactId, Group, Mono, Needs, Place, QueueIx,
    SkillIx, Timer, Wish,
};
use crate::ids::SkillName;
use crate::queue::settings::Strategy;

/// Where an agent stands among the ready ones of a queue: the smallest is asked first.
pub(super) type Turn = (u64, u64);

impl Acd {
    /// Lets agents be found for a caller in line, in the group where they belong by now.
    pub(super) fn open(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get(&contact) else {
            return;
        };
        let (ix, place) = (caller.queue, caller.place);
        let q = self.q(ix);
        let step = q.settings.relax_every.max(Duration::from_secs(1));
        let wish = caller
            .wish
            .filter(|w| now < w.until && self.a(w.agent).queues.contains(&ix));
        let (group, changes_at) = match wish.filter(|w| self.a(w.agent).doing.works()) {
            Some(wish) => (Group::Held(wish.agent), Some(wish.until)),
            None => {
                let (needs, next) = relaxed(&caller.needs, now.since(caller.since), step);
                (Group::Needs(needs), next.map(|after| caller.since + after))
            }
        };
        let queue = &mut self.queues[ix.0 as usize];
        if let Some(wish) = wish {
            queue.wishing.entry(wish.agent).or_default().insert(contact);
        }
        match &group {
            Group::Held(agent) => queue.held.entry(*agent).or_default().insert(place, contact),
            Group::Needs(needs) => {
                let same = queue.open.entry(needs.clone()).or_default();
                same.insert(place, contact)
            }
        };
        if let Some(caller) = self.callers.get_mut(&contact) {
            caller.group = Some(group);
            let slot = &mut caller.timers.regroup;
            self.timers.set(slot, changes_at, Timer::Regroup(contact));
        }
        self.dirty.insert(ix);
    }

    /// No (more) agents are looked for.
    pub(super) fn close(&mut self, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let slot = &mut caller.timers.regroup;
        self.timers.set(slot, None, Timer::Regroup(contact));
        let queue = &mut self.queues[caller.queue.0 as usize];
        if let Some(wish) = caller.wish
            && let Some(same) = queue.wishing.get_mut(&wish.agent)
        {
            same.remove(&contact);
            if same.is_empty() {
                queue.wishing.remove(&wish.agent);
            }
        }
        match caller.group.take() {
            Some(Group::Held(agent)) => {
                if let Some(same) = queue.held.get_mut(&agent) {
                    same.remove(&caller.place);
                    if same.is_empty() {
                        queue.held.remove(&agent);
                    }
                }
            }
            Some(Group::Needs(needs)) => {
                if let Some(same) = queue.open.get_mut(&needs) {
                    same.remove(&caller.place);
                    if same.is_empty() {
                        queue.open.remove(&needs);
                    }
                }
            }
            None => {}
        }
    }

    /// A caller needs less than before, or is not held any longer.
    pub(super) fn regroup(&mut self, now: Mono, contact: ContactId) {
        if self
            .callers
            .get(&contact)
            .is_some_and(|c| c.group.is_some())
        {
            self.close(contact);
            self.open(now, contact);
        }
    }

    /// The agent went away or came back: callers are held for those who are at work only.
    pub(super) fn regroup_those_wishing(&mut self, now: Mono, agent: AgentIx) {
        for ix in self.a(agent).queues.clone() {
            let wishing = self.q(ix).wishing.get(&agent).cloned();
            for contact in wishing.unwrap_or_default() {
                self.regroup(now, contact);
            }
        }
    }

    /// The first caller of a queue for whom an agent is ready, and that agent.
    pub(super) fn foremost(&self, ix: QueueIx) -> Option<(Place, ContactId, AgentIx)> {
        let q = self.q(ix);
        if q.idle.is_empty() {
            return None;
        }
        let held = q.held.iter().filter_map(|(&agent, callers)| {
            let (&place, &contact) = callers.first_key_value()?;
            (self.a(agent).doing == AgentDoing::Ready).then_some((place, contact, agent))
        });
        let mut best = held.min();
        for (needs, callers) in &q.open {
            let Some((&place, &contact)) = callers.first_key_value() else {
                continue;
            };
            if best.is_some_and(|(before, ..)| before < place) {
                continue;
            }
            let wished = self.callers.get(&contact).and_then(|c| c.wish);
            if let Some(agent) = self.agent_for(ix, needs, wished) {
                best = Some((place, contact, agent));
            }
        }
        best
    }

    /// The ready agent who comes first for a caller who needs this: the one they wish for, or by
    /// the queue's strategy.
    fn agent_for(&self, ix: QueueIx, needs: &Needs, wish: Option<Wish>) -> Option<AgentIx> {
        let able = |&(_, agent): &(Turn, AgentIx)| self.is_able(agent, ix, needs);
        let q = self.q(ix);
        let wished = wish.and_then(|w| q.idle.iter().find(|(_, agent)| *agent == w.agent));
        let wished = wished.filter(|agent| able(agent));
        wished
            .or_else(|| q.idle.iter().find(|agent| able(agent)))
            .map(|&(_, agent)| agent)
    }

    /// Whether an agent is ready whom the caller could be offered to.
    pub(super) fn has_agent_for(&self, now: Mono, ix: QueueIx, caller: &Caller) -> bool {
        let q = self.q(ix);
        if q.idle.is_empty() {
            return false;
        }
        let step = q.settings.relax_every.max(Duration::from_secs(1));
        let there =
            |w: &Wish| self.a(w.agent).queues.contains(&ix) && self.a(w.agent).doing.works();
        match caller.wish.filter(|w| now < w.until && there(w)) {
            Some(wish) => self.a(wish.agent).doing == AgentDoing::Ready,
            None => {
                let (needs, _) = relaxed(&caller.needs, now.since(caller.since), step);
                self.agent_for(ix, &needs, None).is_some()
            }
        }
    }

    /// Whether an agent has what is needed, as far as anybody has it who is signed in: nobody is
    /// kept waiting for people who are not here.
    fn is_able(&self, agent: AgentIx, ix: QueueIx, needs: &Needs) -> bool {
        let levels = &self.q(ix).levels;
        needs.iter().all(|&(skill, level)| {
            let here = levels.get(&skill).and_then(|l| l.last_key_value());
            let best = here.map_or(0, |(&level, _)| level);
            self.a(agent).level(skill) >= level.min(best)
        })
    }

    /// Where an agent stands in a queue while ready.
    pub(super) fn turn(strategy: Strategy, agent: &Agent) -> Turn {
        match strategy {
            Strategy::LongestIdle | Strategy::RingAll => (agent.idle_rank, 0),
            Strategy::RoundRobin => (agent.offered_rank, agent.idle_rank),
            Strategy::FewestContacts => (agent.taken, agent.idle_rank),
        }
    }

    /// Who signs in does not have to catch up with what colleagues did since the morning.
    pub(super) fn level_with_colleagues(&mut self, ix: AgentIx) {
        let mine = &self.a(ix).queues;
        let colleagues = self.agents.iter().filter(|a| {
            a.doing != AgentDoing::Offline && a.queues.iter().any(|q| mine.contains(q))
        });
        let fewest = colleagues.map(|a| a.taken).min().unwrap_or_default();
        let a = self.a_mut(ix);
        a.taken = a.taken.max(fewest);
    }

    /// What a caller needs; what no agent has at all is not needed.
    pub(super) fn needs(&self, skills: &BTreeMap<SkillName, u8>) -> Needs {
        let known = skills.iter().filter_map(|(name, &level)| {
            let skill = *self.skills.get(name)?;
            (level > 0).then_some((skill, level))
        });
        let mut needs: Needs = known.collect();
        needs.sort_unstable();
        needs
    }
}

impl Agent {
    fn level(&self, skill: SkillIx) -> u8 {
        let found = self.skills.binary_search_by_key(&skill, |&(s, _)| s);
        found.map_or(0, |i| self.skills[i].1)
    }
}

impl AgentDoing {
    /// Takes callers, now or soon: somebody may be kept for them.
    pub(super) fn works(&self) -> bool {
        match self {
            AgentDoing::Ready
            | AgentDoing::Offered { .. }
            | AgentDoing::Talking { .. }
            | AgentDoing::Engaged
            | AgentDoing::WrapUp { .. } => true,
            AgentDoing::Offline | AgentDoing::Paused | AgentDoing::Missed { .. } => false,
        }
    }

    /// Counts for how long the others will wait: at work for the queue.
    pub(super) fn serves(&self) -> bool {
        self.works() && *self != AgentDoing::Engaged
    }
}

/// What is still needed after so long a wait, and after how long it is less.
fn relaxed(needs: &Needs, waited: Duration, step: Duration) -> (Needs, Option<Duration>) {
    let steps = u32::try_from(waited.as_nanos() / step.as_nanos().max(1)).unwrap_or(u32::MAX);
    let lower = |level: u8| u32::from(level).saturating_sub(steps);
    let left: Needs = needs
        .iter()
        .filter_map(|&(skill, level)| {
            let level = u8::try_from(lower(level)).unwrap_or(level);
            (level > 0).then_some((skill, level))
        })
        .collect();
    let next = (!left.is_empty()).then(|| step.saturating_mul(steps.saturating_add(1)));
    (left, next)
}
