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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::acd::Acd;
    use crate::queue::action::AgentState;
    use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings};
    use crate::sip::leg::Contact;
    use crate::store::Store;
    use crate::task::queue::{Directory, spawn};

    async fn house() -> (QueueHandle, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).await.unwrap();
        let acd = Acd::new(AcdSettings {
            queues: vec![QueueSettings::new("support")],
            agents: vec![AgentSettings::new("anna", ["support"])],
            ..AcdSettings::default()
        });
        let queue = spawn(acd, Directory::default(), store);
        let phone = Contact {
            uri: "sip:anna@127.0.0.1".into(),
            path: vec![],
            flow: None,
        };
        queue.agent(anna(), vec![phone]).await;
        (queue, dir)
    }

    fn anna() -> AgentId {
        AgentId::new("anna")
    }

    #[tokio::test]
    async fn told_once_and_freed_when_the_call_lets_go_or_ends_however_it_does() {
        let (queue, _dir) = house().await;
        let state = || queue.state(anna());
        let all = BTreeSet::from([anna()]);
        let mut call = Engaged::new(queue.clone(), ContactId::from_u64(7));
        call.add(all.clone()).await;
        call.add(all.clone()).await;
        assert_eq!(state().await, Some(AgentState::Engaged));
        call.keep(&all).await;
        assert_eq!(state().await, Some(AgentState::Engaged));
        call.keep(&BTreeSet::new()).await;
        assert_eq!(state().await, Some(AgentState::Ready));

        // The task of the call panics.
        let theirs = queue.clone();
        let task = tokio::spawn(async move {
            let mut call = Engaged::new(theirs, ContactId::from_u64(8));
            call.add(BTreeSet::from([anna()])).await;
            panic!("on purpose");
        });
        assert!(task.await.is_err());
        assert_eq!(state().await, Some(AgentState::Ready));
    }

    #[tokio::test]
    async fn a_full_inbox_of_the_queue_keeps_nobody() {
        let (queue, _dir) = house().await;
        let mut call = Engaged::new(queue.clone(), ContactId::from_u64(9));
        call.add(BTreeSet::from([anna()])).await;
        assert_eq!(queue.state(anna()).await, Some(AgentState::Engaged));
        // On this one thread the queue reads nothing until somebody waits.
        while queue.fill() {}
        drop(call);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(queue.state(anna()).await, Some(AgentState::Ready));
    }
}
