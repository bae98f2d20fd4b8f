//! What the queue machine and its shell say to each other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::acd::NotAnswered;
use super::estimate::Interval;
use crate::ids::{AgentId, ContactId, PhoneNumber, QueueName};

/// Names one offer of one caller to one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub u64);

/// What the machine asks of its shell.
#[derive(Clone, Debug, PartialEq)]
pub enum QueueAction {
    /// Ring this agent for this caller. Report with `handle_answered` or `handle_not_answered`.
    Offer {
        /// Its name.
        offer: OfferId,
        /// The caller.
        contact: ContactId,
        /// The queue the caller waits in.
        queue: QueueName,
        /// The agent.
        agent: AgentId,
        /// How long to ring.
        ring_for: Duration,
    },
    /// Stop ringing.
    Withdraw {
        /// Which offer.
        offer: OfferId,
        /// The caller.
        contact: ContactId,
        /// Why.
        why: Withdrawal,
    },
    /// Tell the caller their place. Comes at the start of the wait, at intervals, and when the
    /// caller is next.
    Position {
        /// The caller.
        contact: ContactId,
        /// 1 is next.
        position: usize,
        /// How long it will probably take; `None` while too little is known.
        wait: Option<Interval>,
    },
    /// Play the comfort message to the caller.
    Comfort {
        /// The caller.
        contact: ContactId,
    },
    /// The caller's wait here is over without an agent; they have left the queue. When `to` is
    /// a queue they are already in it, and what comes of it follows. An outside number and a
    /// callback can come to nothing: tell it by `handle_next_step`, and the next step follows. After
    /// [`OverflowStep::Message`] the machine has forgotten them.
    Overflow {
        /// The caller.
        contact: ContactId,
        /// Why.
        cause: OverflowCause,
        /// Where to.
        to: OverflowStep,
    },
    /// An agent's state changed.
    Agent {
        /// The agent.
        agent: AgentId,
        /// To this.
        state: AgentState,
    },
}

/// Why an offer is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Withdrawal {
    /// Another agent answered: the phone need not show a missed call.
    AnsweredElsewhere,
    /// The agent does not take it: it rang as long as it may, or they signed out or took another
    /// caller meanwhile.
    NotTaken(NotAnswered),
    /// The caller left.
    CallerLeft,
}

/// Why a caller can not wait (longer) in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowCause {
    /// As many wait as the queue takes.
    Full,
    /// No agent of the queue is signed in.
    Unstaffed,
    /// Waited as long as the queue allows.
    WaitedTooLong,
    /// The caller asked for it (key).
    Asked,
    /// The server stops.
    Stopping,
}

/// Where a queue sends those whom it can not keep; the last step always takes a promise.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverflowStep {
    /// Another queue.
    Queue(QueueName),
    /// A number outside.
    Outside(PhoneNumber),
    /// To be called back.
    Callback,
    /// Leave a message.
    Message,
}

impl OverflowStep {
    /// Whether it takes a promise: nothing need follow.
    pub fn takes_promise(&self) -> bool {
        match self {
            OverflowStep::Callback | OverflowStep::Message => true,
            OverflowStep::Queue(_) | OverflowStep::Outside(_) => false,
        }
    }
}

/// What an agent says of themselves, by whichever way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "wish", rename_all = "snake_case")]
pub enum AgentWish {
    /// Ready: ends a pause, wrap-up and being set aside.
    Ready,
    /// Not to be offered anyone, from the end of what they do now on.
    Pause {
        /// Why, in the agent's words.
        reason: String,
    },
    /// The last call is written up.
    WrapUpDone,
}

/// What an agent is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AgentState {
    /// No phone is registered.
    Offline,
    /// May be offered a caller.
    Ready,
    /// Signed in, but not to be offered anyone.
    Paused {
        /// Why, in the agent's words.
        reason: String,
    },
    /// The phone rings.
    Offered,
    /// On a call with a caller of the queue.
    Talking,
    /// On a call that the queue did not give: a colleague asks them, or they have called somebody.
    Engaged,
    /// Writing up the last call.
    WrapUp,
    /// Did not take an offer; set aside until they say they are back.
    Missed,
}
