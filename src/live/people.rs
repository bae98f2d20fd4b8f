//! Who is there at all: that changes with the settings.

use super::picture::{AgentNow, Picture};
use super::queues::QueueNow;
use crate::ids::{AgentId, QueueName};
use crate::now::Wall;
use crate::queue::action::AgentState;

/// Who is there.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// The agents and their names.
    pub agents: Vec<(AgentId, String)>,
    /// Who answers which queue.
    pub teams: Vec<(AgentId, Vec<QueueName>)>,
    /// The queues in which agents are not told of supervisors who only listen.
    pub quiet: Vec<QueueName>,
}

impl People {
    pub(super) fn queues_of(&self, agent: &AgentId) -> Vec<QueueName> {
        let team = self.teams.iter().find(|(a, _)| a == agent);
        team.map(|(_, queues)| queues.clone()).unwrap_or_default()
    }
}

impl Picture {
    /// These are the people from now on. Who is not among them stays until they are offline.
    pub fn people(&mut self, people: People, now: Wall) {
        let People { agents, quiet, .. } = people;
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
