//! What the queue is told of agents who are on a call that it did not give them.

use std::collections::BTreeSet;

use super::queue::QueueHandle;
use crate::ids::{AgentId, ContactId};

/// Those whom one call keeps from the queue. Whatever ends its task frees them.
#[derive(Debug)]
pub(super) struct Engaged {
    queue: QueueHandle,
    by: ContactId,
    told: BTreeSet<AgentId>,
}

impl Engaged {
    /// Nobody yet.
    pub(super) fn new(queue: QueueHandle, by: ContactId) -> Engaged {
        Engaged {
            queue,
            by,
            told: BTreeSet::new(),
        }
    }

    /// These as well: told before their phones ring.
    pub(super) async fn add(&mut self, agents: BTreeSet<AgentId>) {
        for agent in agents {
            if !self.told.contains(&agent) {
                // Freed once too often does no harm.
                self.told.insert(agent.clone());
                self.queue.engaged(agent, self.by).await;
            }
        }
    }

    /// Nobody but these any more: told after their phones were let go.
    pub(super) async fn keep(&mut self, agents: &BTreeSet<AgentId>) {
        while let Some(agent) = self.told.difference(agents).next().cloned() {
            self.queue.free(agent.clone(), self.by).await;
            self.told.remove(&agent);
        }
    }
}

impl Drop for Engaged {
    fn drop(&mut self) {
        for agent in std::mem::take(&mut self.told) {
            self.queue.free_soon(agent, self.by);
        }
    }
}
