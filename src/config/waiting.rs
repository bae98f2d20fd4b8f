//! What callers hear and can do while they wait, and how their waits are counted.

use std::time::Duration;

use crate::ids::PromptName;

/// Something that a waiting caller can ask for by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingKey {
    /// 1: to be called back.
    Callback,
    /// 2: to leave a message.
    Message,
    /// `*`: back to the menus.
    SelfService,
}

/// The comfort message of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comfort {
    /// What is said.
    pub prompt: PromptName,
    /// How often.
    pub every: Duration,
}

/// How statistics are counted: section `[statistics]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Who hangs up sooner than this had not begun to wait.
    pub short_abandon: Duration,
    /// Who calls again within so many days was not helped.
    pub repeat_days: usize,
}
