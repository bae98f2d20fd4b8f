//! The task that owns the SIP [`Endpoint`](crate::sip::endpoint::Endpoint), and the handle to it.
//!
//! One loop with stated priorities: commands from calls in progress, then what the resolver
//! found, then streams, then datagrams; each in bounded batches, then due timers, then
//! everything that is to be sent. No peer can make it wait.

mod legs;
mod notices;
mod run;
mod sockets;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

pub use run::{SipSetup, SipStats, start};
pub use sockets::{BindError, Bound, Sockets};

use super::ladder::LadderHandle;
use crate::ids::{AgentId, ContactId, LegId};
use crate::net::tcp::StreamContext;
use crate::sip::digest::Credentials;
use crate::sip::endpoint::{Accepting, EndpointStats};
use crate::sip::leg::{Contact, IncomingInvite, LegCommand, LegEvent, OutgoingInvite};

/// Events of one leg that may wait for their call. A call that lets more pile up is stuck,
/// and its leg is ended.
pub const LEG_EVENTS: usize = 64;

/// Where the events of a call's legs go. A call may use one for all of its legs.
pub type LegEventSender = mpsc::Sender<(LegId, LegEvent)>;

/// A call that came in, with the channel of its first leg's events.
#[derive(Debug)]
pub struct IncomingCall {
    /// The INVITE.
    pub invite: IncomingInvite,
    /// The leg's events, from the first one on (a CANCEL may be there already).
    pub events: mpsc::Receiver<(LegId, LegEvent)>,
    /// The sending end of `events`: for the call's further legs.
    pub sender: LegEventSender,
}

/// What the server as a whole must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SipNotice {
    /// An agent's contacts changed.
    Agent {
        /// Whose.
        agent: AgentId,
        /// All of them now, best first; empty: offline.
        contacts: Vec<Contact>,
    },
    /// A trunk's registration changed.
    Trunk {
        /// Name of the trunk in the configuration.
        trunk: String,
        /// Whether it is registered now.
        registered: bool,
        /// The final status of the last attempt; 0 when there was no answer.
        status: u16,
    },
    /// A trunk does not take our credentials for a call.
    TrunkRefused {
        /// Name of the trunk in the configuration.
        trunk: String,
        /// 401 or 407.
        status: u16,
    },
}

/// The SIP task is gone: the server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the SIP task has ended")]
pub struct SipGone;

#[derive(Debug)]
enum ToSip {
    Leg(LegId, LegCommand),
    Register(LegId, LegEventSender),
    Place(Box<OutgoingInvite>, LegEventSender),
    Accepting(Accepting),
    Unregister,
    Users(Vec<Credentials>),
    Stats(oneshot::Sender<SipStats>),
}

/// The way to the SIP task. Clones are cheap; commands of one sender keep their order.
///
/// The task ends when all handles are dropped.
#[derive(Clone, Debug)]
pub struct SipHandle {
    commands: mpsc::Sender<ToSip>,
    streams: Arc<StreamContext>,
    ladder: LadderHandle,
}

impl SipHandle {
    /// Asks something of a leg; waits while the task is behind.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn command(&self, leg: LegId, command: LegCommand) -> Result<(), SipGone> {
        self.send(ToSip::Leg(leg, command)).await
    }

    /// From now on the leg's events go to this channel.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn register_leg(&self, leg: LegId, events: LegEventSender) -> Result<(), SipGone> {
        self.send(ToSip::Register(leg, events)).await
    }

    /// Places a call, whose leg's events go to this channel.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn place(
        &self,
        invite: OutgoingInvite,
        events: LegEventSender,
    ) -> Result<(), SipGone> {
        self.send(ToSip::Place(Box::new(invite), events)).await
    }

    /// Takes new calls or refuses them: graceful stop.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn set_accepting(&self, accepting: Accepting) -> Result<(), SipGone> {
        self.send(ToSip::Accepting(accepting)).await
    }

    /// Takes our registrations at trunks back: graceful stop. Those are begun on the endpoint
    /// ([`Endpoint::start_registration`](crate::sip::endpoint::Endpoint::start_registration))
    /// before the task starts.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn stop_registrations(&self) -> Result<(), SipGone> {
        self.send(ToSip::Unregister).await
    }

    /// These agents may register from now on, and nobody else.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn set_users(&self, users: Vec<Credentials>) -> Result<(), SipGone> {
        self.send(ToSip::Users(users)).await
    }

    /// Counters and table sizes.
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn stats(&self) -> Result<SipStats, SipGone> {
        let (reply, answer) = oneshot::channel();
        self.send(ToSip::Stats(reply)).await?;
        answer.await.map_err(|_| SipGone)
    }

    /// The endpoint's part of [`SipHandle::stats`].
    ///
    /// # Errors
    /// [`SipGone`].
    pub async fn endpoint_stats(&self) -> Result<EndpointStats, SipGone> {
        Ok(self.stats().await?.endpoint)
    }

    /// This leg is one of this contact: its messages are kept there, where any are.
    pub fn belongs(&self, leg: LegId, contact: ContactId) {
        self.ladder.contact(leg, contact);
    }

    /// Where connections are taken that come in by another listener: WebSockets.
    pub fn streams(&self) -> Arc<StreamContext> {
        Arc::clone(&self.streams)
    }

    async fn send(&self, command: ToSip) -> Result<(), SipGone> {
        self.commands.send(command).await.map_err(|_| SipGone)
    }
}
