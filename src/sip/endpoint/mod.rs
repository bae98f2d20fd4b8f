//! The machine that ties transactions, dialogs and legs together: RFC 3261's user agent core.
//!
//! Driven like every machine here: `handle_*` takes what happened, then `poll_transmit` and
//! `poll_event` are drained, then `poll_timeout` says when to call `handle_timeout`.

mod config;
mod stats;
#[allow(dead_code)]
mod timers;

use std::collections::VecDeque;

use bytes::Bytes;

pub use crate::sip::transaction::Timers;
pub use config::{
    EndpointConfig, EndpointLimits, Listener, ResolvedTarget, SessionTimerConfig, TrunkConfig,
    TrunkCredentials,
};
pub use stats::EndpointStats;

use super::flow::{Flow, Transmit, Transport};
use super::leg::{Contact, IncomingInvite, LegCommand, LegEvent};
use crate::ids::{AgentId, LegId};
use crate::now::{Mono, Now};

/// Names one question to the resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryId(pub u64);

/// What an endpoint tells its driver.
#[derive(Clone, Debug)]
pub enum EndpointEvent {
    /// A phone call came in. A number that nobody has is for the call side to refuse
    /// ([`LegCommand::Reject`] with 404).
    Incoming(IncomingInvite),
    /// Something happened to a leg.
    Leg(LegId, LegEvent),
    /// An agent's registered contacts changed.
    Agent {
        /// Whose.
        agent: AgentId,
        /// The full new set, best first; empty: offline.
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
    /// Locate a server (RFC 3263); answered by [`Endpoint::handle_resolved`].
    Resolve {
        /// To be handed back.
        query: QueryId,
        /// The host: a name or an address.
        host: String,
        /// The port, if the URI has one (then no SRV is asked for: RFC 3263 §4.2).
        port: Option<u16>,
        /// The transport, if the URI names one (then no NAPTR is asked for).
        transport: Option<Transport>,
        /// The URI is `sips`: only TLS will do.
        secure: bool,
    },
}

/// Whether new calls from outside are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepting {
    /// Yes.
    All,
    /// No: 503. Calls in progress go on.
    NoNewCalls {
        /// Seconds in Retry-After.
        retry_after: u32,
    },
}

/// A SIP user agent with any number of calls, as a pure machine.
#[derive(Debug)]
pub struct Endpoint {
    config: EndpointConfig,
    accepting: Accepting,
    transmits: VecDeque<Transmit>,
    events: VecDeque<EndpointEvent>,
    stats: EndpointStats,
}

impl Endpoint {
    /// A user agent with empty tables. `seed`: where its tags, branches and Call-IDs come
    /// from; must not be guessable.
    pub fn new(config: EndpointConfig, seed: [u8; 32]) -> Endpoint {
        let _ = seed;
        Endpoint {
            config,
            accepting: Accepting::All,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            stats: EndpointStats::default(),
        }
    }

    /// What it was made with.
    pub fn config(&self) -> &EndpointConfig {
        &self.config
    }

    /// One datagram arrived.
    pub fn handle_datagram(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        self.handle_message(now, flow, bytes);
    }

    /// One message of a stream arrived, cut out by the edge with `StreamFramer`.
    pub fn handle_message(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        let _ = (now, flow, bytes);
        self.stats.malformed += 1;
    }

    /// A stream was closed, or could not be opened; for UDP: ICMP says that nobody is there.
    pub fn handle_flow_closed(&mut self, now: Now, flow: Flow) {
        let _ = (now, flow);
    }

    /// A call wants something of one of its legs.
    pub fn handle_command(&mut self, now: Now, leg: LegId, command: LegCommand) {
        let _ = (now, leg, command);
        self.stats.late_commands += 1;
    }

    /// The answer to [`EndpointEvent::Resolve`], best target first; empty: it failed.
    pub fn handle_resolved(&mut self, now: Now, query: QueryId, targets: Vec<ResolvedTarget>) {
        let _ = (now, query, targets);
    }

    /// The time that [`Endpoint::poll_timeout`] named has come (or not yet: no harm).
    pub fn handle_timeout(&mut self, now: Now) {
        let _ = now;
    }

    /// Graceful stop, overload, and back.
    pub fn set_accepting(&mut self, accepting: Accepting) {
        self.accepting = accepting;
    }

    /// What to send next.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<EndpointEvent> {
        self.events.pop_front()
    }

    /// When to call [`Endpoint::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Mono> {
        None
    }

    /// Counters and table sizes.
    pub fn stats(&self) -> EndpointStats {
        self.stats.clone()
    }
}
