//! What a menu and its call say to each other.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::{Digits, Key, NodeName, PromptName, QueueName};

/// What the interpreter asks of the call.
#[derive(Clone, Debug, PartialEq)]
pub enum WalkAction {
    /// Play these prompts, in place of whatever is playing; tell `handle_played` at the end.
    Play {
        /// In this order.
        prompts: Vec<PromptName>,
    },
    /// Fall silent (barge-in).
    Stop,
    /// A step for the caller's path, the context card and the record.
    Step(Step),
    /// A value for the context card.
    Entry {
        /// The variable's name.
        name: String,
        /// What was entered.
        value: Digits,
        /// Never to be shown or stored in the clear.
        sensitive: bool,
    },
    /// The menu is left. Nothing follows.
    Leave(Outcome),
}

/// How a menu is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To the people.
    Queue {
        /// Which queue.
        queue: QueueName,
        /// Why.
        reason: Reason,
    },
    /// The caller chose an end; its words have been played.
    Goodbye,
}

/// Why a caller goes to a person; shown to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Pressed 0.
    Asked,
    /// Said nothing, as often as the menu allows.
    Silence,
    /// Pressed wrong keys, as often as the menu allows.
    WrongKeys,
    /// The tree leads there (a `queue` node).
    Routed,
    /// Something of ours failed.
    Fault {
        /// What, in words for the agent.
        what: String,
    },
    /// An agent or operator transferred the caller here.
    Transferred,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked => f.write_str("asked"),
            Reason::Silence => f.write_str("silence"),
            Reason::WrongKeys => f.write_str("wrong keys"),
            Reason::Routed => f.write_str("routed"),
            Reason::Fault { what } => write!(f, "fault: {what}"),
            Reason::Transferred => f.write_str("transferred"),
        }
    }
}

/// One step on the caller's path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Since the call's start.
    pub at: Duration,
    /// Where the caller was.
    pub node: NodeName,
    /// What happened there.
    pub what: StepKind,
}

/// What happened at a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepKind {
    /// The caller came here.
    Entered {
        /// The label that agents and reports show.
        label: String,
    },
    /// Pressed a key that means something here.
    Pressed {
        /// Which.
        #[serde(with = "key_as_char")]
        key: Key,
    },
    /// Pressed a key that means nothing here.
    Wrong {
        /// Which.
        #[serde(with = "key_as_char")]
        key: Key,
    },
    /// Said nothing in time.
    Silent,
    /// Entered digits; the value is in the entries.
    Collected {
        /// How many.
        digits: usize,
    },
    /// Something of ours failed here.
    Failed {
        /// What, in words.
        what: String,
    },
}

mod key_as_char {
    use super::Key;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(k: &Key, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_char(k.as_char())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Key, D::Error> {
        let c = char::deserialize(d)?;
        Key::from_char(c).ok_or_else(|| D::Error::custom("not a telephone key"))
    }
}
