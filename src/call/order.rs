//! What somebody asks of a talk from a desk in place of by keys and phone: hold, transfer, ask
//! somebody first, and for supervisors to be with it. Each is done as the same by phone is, or
//! refused with the reason and what to do, and then nothing has changed.

mod join;
mod obey;
mod talk;

use tokio::sync::oneshot;

use super::event::Location;
use crate::ids::{AgentId, ContactId};
use crate::record::timeline::{Presence, TransferTo};
use crate::sip::leg::Contact;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Nothing: only how the talk stands.
    Look,
    /// The caller hears music, and the agent hears nothing of them.
    Hold,
    /// The two hear each other again.
    Resume,
    /// The caller is handed on, and nobody is asked before.
    Transfer(Location),
    /// Somebody is asked first. The caller is on hold meanwhile.
    Consult {
        /// Whom.
        to: Location,
        /// Under what the queue knows it, where it goes to a queue.
        contact: ContactId,
    },
    /// The caller is handed to whom the agent asks.
    Complete,
    /// Whom the agent asks is let go, and the agent is with the caller again.
    Cancel,
    /// Caller, agent and whom they ask talk together.
    Confer,
    /// The agent's phone hangs up.
    HangUp,
    /// A supervisor's phone rings, and has this part in the talk when it is answered. Who has a
    /// part already gets this one.
    Join(Lead, Presence),
    /// A supervisor's phone rings, and has the caller when it is answered.
    TakeOver(Lead),
    /// A supervisor leaves, or does not come.
    Part(AgentId),
}

/// A supervisor.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// Who.
    pub agent: AgentId,
    /// Their phones.
    pub contacts: Vec<Contact>,
}

/// An order to a call.
#[derive(Debug)]
pub struct Asked {
    /// Whose talk it must be; `None`: whosever.
    pub agent: Option<AgentId>,
    /// The talk must still be as it was at this version.
    pub version: Option<u64>,
    /// What.
    pub order: Order,
    /// For the answer.
    pub reply: Reply,
}

/// The way back to whoever asked; the shell's to use. Dropped: the call is over.
#[derive(Debug)]
pub struct Reply(pub oneshot::Sender<Result<Talk, Refusal>>);

/// Why an order is not carried out. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The talk is not as it was at that version.
    Changed,
    /// It does not fit.
    NotNow {
        /// Why.
        what: String,
        /// What to do.
        remedy: String,
    },
}

impl Refusal {
    fn new(what: impl Into<String>, remedy: impl Into<String>) -> Refusal {
        Refusal::NotNow {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// How a talk stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// More with each change.
    pub version: u64,
    /// With whom the caller talks, if with anybody.
    pub with: Option<TransferTo>,
    /// On hold by the desk.
    pub on_hold: bool,
    /// On hold by the agent's phone.
    pub held_by_phone: bool,
    /// Being handed on.
    pub transferring: bool,
    /// Whom the agent asks, and whether those two talk.
    pub asks: Option<(TransferTo, bool)>,
    /// Who has a part in it beside them.
    pub others: Vec<Other>,
}

/// Somebody who has a part in a talk beside caller and agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Who.
    pub who: TransferTo,
    /// Which part; `None`: they take over.
    pub part: Option<Presence>,
    /// A supervisor, not a colleague of the conference.
    pub leads: bool,
    /// Their phone still rings.
    pub rings: bool,
}
