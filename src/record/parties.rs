//! Who has to do with a talk beside the caller, and how far that is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, PhoneNumber, QueueName};

/// One side of a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
}

/// How far an approval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStep {
    /// The agent asks.
    Asked,
    /// A supervisor says yes.
    Granted,
    /// A supervisor says no.
    Refused,
    /// The agent does not ask any more.
    Withdrawn,
    /// The contact ended before anybody decided.
    Lapsed,
}

/// How far it is with somebody whom an agent asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultStep {
    /// Their phone rings.
    Rings,
    /// The two talk.
    Talks,
    /// Nobody answered.
    Failed,
    /// They parted, or the caller was handed on or taken in.
    Over,
}

/// What part somebody has in a talk beside caller and agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Hears all and is heard by all.
    Talks,
    /// Hears all and is heard by nobody.
    Listens,
    /// Hears all and is heard by the agent.
    Whispers,
}

/// To whom a caller is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferTo {
    /// Another agent.
    Agent {
        /// Who.
        agent: AgentId,
    },
    /// A queue.
    Queue {
        /// Which.
        queue: QueueName,
    },
    /// A number outside.
    Number {
        /// Which.
        number: PhoneNumber,
    },
}

impl fmt::Display for TransferTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferTo::Agent { agent } => write!(f, "agent {agent}"),
            TransferTo::Queue { queue } => write!(f, "queue {queue}"),
            TransferTo::Number { number } => write!(f, "number {number}"),
        }
    }
}
