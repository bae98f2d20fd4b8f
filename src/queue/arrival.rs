//! What a caller brings along into a queue.

use std::collections::BTreeMap;
use std::time::Duration;

use super::line::Priority;
use crate::ids::{AgentId, ContactId, Language, QueueName, SkillName};
use crate::now::Mono;

/// A caller who comes to a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The caller.
    pub contact: ContactId,
    /// Wants this queue.
    pub queue: QueueName,
    /// How urgent.
    pub priority: Priority,
    /// What they need of an agent, and at which level.
    pub needs: BTreeMap<SkillName, u8>,
    /// What they speak: a need more, at the level that the queue asks for.
    pub language: Option<Language>,
    /// The agent who knows them: their last one, or the one who promised something.
    pub wish: Option<Wanted>,
    /// Since when their place counts; `None`: from now on. A time to come counts as now.
    pub came: Option<Mono>,
    /// Nobody is at the other end of the line: the place of somebody who is to be called back.
    pub called_back: bool,
}

/// The agent whom a caller should rather have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The agent; asked first when ready.
    pub agent: AgentId,
    /// How long the caller is kept for them while they are at work on something else.
    pub hold: Duration,
}

impl Arrival {
    /// An ordinary caller.
    pub fn new(contact: ContactId, queue: impl Into<QueueName>) -> Arrival {
        Arrival {
            contact,
            queue: queue.into(),
            priority: Priority::default(),
            needs: BTreeMap::new(),
            language: None,
            wish: None,
            came: None,
            called_back: false,
        }
    }
}
