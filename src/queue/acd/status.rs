//! What others may know of the machine.

use super::{Acd, AgentDoing, AgentId, AgentState, CallerDoing, ContactId, Queue};
use crate::ids::QueueName;
use crate::now::Now;
use crate::queue::snapshot::{
    AcdSnapshot, AgentSnapshot, CallerPlace, CallerSnapshot, QueueSnapshot,
};

impl Acd {
    /// Queues and agents at this moment; costs O(queues + agents), not callers.
    pub fn snapshot(&self, now: Now) -> AcdSnapshot {
        let seen = |q: &&Queue| !q.removed || q.line.len() > 0;
        let queues = self.queues.iter().filter(seen).map(|q| QueueSnapshot {
            name: q.settings.name.clone(),
            waiting: q.line.len(),
            longest_wait: q
                .line
                .front()
                .and_then(|c| self.callers.get(&c))
                .map(|c| now.mono.since(c.since))
                .unwrap_or_default(),
            front: q.line.front(),
            staffed: q.staffed,
            ready: q.idle.len(),
            counts: q.counts,
        });
        let there = self.agents.iter().filter(|a| !a.is_gone());
        let agents = there.map(|a| AgentSnapshot {
            id: a.id.clone(),
            state: a.state(),
            since: now.mono.since(a.since),
        });
        AcdSnapshot {
            queues: queues.collect(),
            agents: agents.collect(),
        }
    }

    /// Where a caller is; `None`: not here (any more).
    pub fn caller(&self, contact: ContactId) -> Option<CallerSnapshot> {
        let caller = self.callers.get(&contact)?;
        let place = match &caller.doing {
            CallerDoing::Waiting => CallerPlace::Waiting,
            CallerDoing::Offered { offers } => CallerPlace::Offered(
                offers
                    .iter()
                    .filter_map(|o| self.offers.get(o))
                    .map(|o| self.a(o.agent).id.clone())
                    .collect(),
            ),
            CallerDoing::Talking { agent } => CallerPlace::Talking(self.a(*agent).id.clone()),
            CallerDoing::Away => CallerPlace::Away,
        };
        Some(CallerSnapshot {
            contact,
            queue: self.q(caller.queue).settings.name.clone(),
            place,
        })
    }

    /// The queues that have been tried for a caller, this one the last.
    #[cfg(test)]
    pub(crate) fn tried(&self, contact: ContactId) -> Vec<crate::ids::QueueName> {
        let caller = self.callers.get(&contact);
        let tried = caller.into_iter().flat_map(|c| &c.tried);
        tried.map(|q| self.q(*q).settings.name.clone()).collect()
    }

    /// A caller's position in line, 1 is next; `None` when not in line.
    pub fn position(&self, contact: ContactId) -> Option<usize> {
        let caller = self.callers.get(&contact)?;
        self.q(caller.queue).line.position(caller.place)
    }

    /// The caller whom an agent talks with.
    pub fn talk(&self, agent: &AgentId) -> Option<ContactId> {
        let ix = self.agent_ids.get(agent)?;
        match self.a(*ix).doing {
            AgentDoing::Talking { contact, .. } => Some(contact),
            AgentDoing::Offline
            | AgentDoing::Ready
            | AgentDoing::Paused
            | AgentDoing::Offered { .. }
            | AgentDoing::Engaged
            | AgentDoing::WrapUp { .. }
            | AgentDoing::Missed { .. } => None,
        }
    }

    /// The talk that an agent writes up, and the queue whose it was.
    pub fn written_up(&self, agent: &AgentId) -> Option<(ContactId, QueueName)> {
        let ix = self.agent_ids.get(agent)?;
        match self.a(*ix).doing {
            AgentDoing::WrapUp { contact, queue, .. } => {
                Some((contact, self.q(queue).settings.name.clone()))
            }
            AgentDoing::Offline
            | AgentDoing::Ready
            | AgentDoing::Paused
            | AgentDoing::Offered { .. }
            | AgentDoing::Talking { .. }
            | AgentDoing::Engaged
            | AgentDoing::Missed { .. } => None,
        }
    }

    /// What an agent is doing; `None`: unknown.
    pub fn agent(&self, agent: &AgentId) -> Option<AgentState> {
        let agent = self.a(*self.agent_ids.get(agent)?);
        (!agent.is_gone()).then(|| agent.state())
    }
}
