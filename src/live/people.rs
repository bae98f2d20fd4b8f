//! Who is there at all: that changes with the settings.

use super::picture::{AgentNow, Picture};
use super::queues::QueueNow;
use crate::ids::{AgentId, QueueName};
use crate::now::Wall;
use crate::queue::action::AgentState;

impl Picture {
    /// These are the agents from now on, and the queues in which they are not told of supervisors who
    /// only listen. Who is not among them stays until they are offline.
    pub fn people(&mut self, agents: Vec<(AgentId, String)>, quiet: Vec<QueueName>, now: Wall) {
        self.listed = agents.iter().map(|(agent, _)| agent.clone()).collect();
        let listed = &self.listed;
        self.agents
            .retain(|id, a| listed.contains(id) || a.state != AgentState::Offline);
        for (agent, name) in agents {
            let there = self.agents.entry(agent.clone());
            let there = there.or_insert_with(|| AgentNow {
                agent,
                name: String::new(),
                state: AgentState::Offline,
                since: now,
            });
            there.name = name;
        }
        self.quiet = quiet;
    }

    /// Forgets queues that are not among these; whether there were any.
    pub fn only(&mut self, queues: &[QueueNow]) -> bool {
        let before = self.queues.len();
        let there = |name: &QueueName| queues.iter().any(|q| q.queue == *name);
        self.queues.retain(|name, _| there(name));
        self.queues.len() < before
    }
}
