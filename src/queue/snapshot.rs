//! The state of the queue machine as others may see it: for status, metrics and tests.

use std::time::Duration;

use super::action::AgentState;
use crate::ids::{AgentId, ContactId, QueueName};

/// Everything at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcdSnapshot {
    /// Each queue.
    pub queues: Vec<QueueSnapshot>,
    /// Each agent.
    pub agents: Vec<AgentSnapshot>,
}

/// One queue at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSnapshot {
    /// Its name.
    pub name: QueueName,
    /// Standing in line, those whose offer rings included.
    pub waiting: usize,
    /// How long the one at the front has waited.
    pub longest_wait: Duration,
    /// Who that is.
    pub front: Option<ContactId>,
    /// Agents signed in.
    pub staffed: usize,
    /// Agents ready now.
    pub ready: usize,
    /// What happened since the start.
    pub counts: QueueCounts,
}

/// What happened in a queue since the start.
///
/// `entered` = `answered` + `abandoned` + `overflowed` + `moved` + those who are in line, in
/// self-service or waiting to be called back included: every entry ends exactly once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Entries, those that were sent on at once and those that came back from a talk included.
    pub entered: u64,
    /// Ended with an agent.
    pub answered: u64,
    /// The caller left.
    pub abandoned: u64,
    /// The queue could not keep them.
    pub overflowed: u64,
    /// Went to another queue while they waited.
    pub moved: u64,
    /// Offers made.
    pub offers: u64,
    /// Offers not taken.
    pub missed: u64,
    /// Callers who were told how long it will probably take, and then were answered.
    pub estimated: u64,
    /// Those of them who were answered within what they had been told.
    pub estimated_rightly: u64,
}

/// One agent at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentSnapshot {
    /// The agent.
    pub id: AgentId,
    /// Doing this.
    pub state: AgentState,
    /// For how long.
    pub since: Duration,
}

/// Where a caller is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerPlace {
    /// In line; nobody's phone rings for them.
    Waiting,
    /// In line; these agents' phones ring.
    Offered(Vec<AgentId>),
    /// With this agent.
    Talking(AgentId),
    /// Handed on by an agent, the place kept.
    Away,
}

/// A caller as the machine knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerSnapshot {
    /// The caller.
    pub contact: ContactId,
    /// Of this queue.
    pub queue: QueueName,
    /// Where in it.
    pub place: CallerPlace,
}
