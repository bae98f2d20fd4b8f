//! The machine that ties transactions, dialogs and legs together: RFC 3261's user agent core.
//!
//! Driven like every machine here: `handle_*` takes what happened, then `poll_transmit` and
//! `poll_event` are drained, then `poll_timeout` says when to call `handle_timeout`.

mod answers;
mod client;
mod config;
mod core;
mod in_dialog;
mod incoming;
mod leg;
mod ours;
mod outgoing;
mod receive;
mod register;
mod replaces;
mod retries;
mod server;
mod session;
mod stats;
mod streams;
#[cfg(test)]
mod tests;
mod text;
mod theirs;
mod timers;
mod tokens;
mod transfers;
mod trunks;

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;

pub use crate::sip::transaction::Timers;
pub use config::{
    EndpointConfig, EndpointLimits, Listener, ResolvedTarget, SessionTimerConfig, TrunkConfig,
    TrunkCredentials,
};
pub use stats::EndpointStats;

use self::client::{Outcome, Owner};
use self::core::{Core, TimerKey};
use self::leg::{Leg, Stage};
use self::register::Register;
use self::tokens::ClientKey;
use self::trunks::TrunkRegistration;
use super::flow::{Flow, Transmit, Transport};
use super::leg::{Contact, IncomingInvite, LegCommand, LegEnd, LegEvent};
use super::trace;
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
    /// A trunk does not take our credentials for a call.
    TrunkRefused {
        /// Name of the trunk in the configuration.
        trunk: String,
        /// 401 or 407.
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
    core: Core,
    legs: HashMap<LegId, Leg>,
    queries: HashMap<QueryId, LegId>,
    register: Register,
    trunks: Vec<TrunkRegistration>,
}

impl Endpoint {
    /// A user agent with empty tables. `seed`: where its tags, branches and Call-IDs come
    /// from; must not be guessable.
    pub fn new(config: EndpointConfig, seed: [u8; 32]) -> Endpoint {
        Endpoint {
            core: Core::new(config, seed),
            legs: HashMap::new(),
            queries: HashMap::new(),
            register: Register::default(),
            trunks: Vec::new(),
        }
    }

    /// What it was made with.
    pub fn config(&self) -> &EndpointConfig {
        &self.core.config
    }

    /// One datagram arrived.
    pub fn handle_datagram(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        self.receive(now, flow, bytes);
    }

    /// One message of a stream arrived, cut out by the edge with `StreamFramer`.
    pub fn handle_message(&mut self, now: Now, flow: Flow, bytes: Bytes) {
        self.receive(now, flow, bytes);
    }

    /// A stream was closed, or could not be opened.
    pub fn handle_flow_closed(&mut self, now: Now, flow: Flow) {
        for tx in self.core.fail_flow(flow) {
            if let Some(tx) = self.by_datagram(now.mono, tx) {
                self.outcome(now, tx.owner, Outcome::Failed { id: tx.id });
            }
        }
        if flow.transport.is_reliable() {
            self.leave_stream(flow);
        }
        self.register_flow_closed(now, flow);
        self.trunk_flow_closed(now, flow);
    }

    /// ICMP says that a datagram did not arrive: where it was sent to, and its first octets as
    /// they were quoted.
    pub fn handle_undeliverable(&mut self, now: Now, to: SocketAddr, quoted: &[u8]) {
        if let Some((id, owner)) = self.core.fail_quoted(to, quoted) {
            self.core.stats.undeliverable += 1;
            self.outcome(now, owner, Outcome::Failed { id });
        }
    }

    /// What went over a stream that is gone goes on where the peer's Contact points, and our
    /// answers where its Via does (RFC 3261 §12.2.1.1, §18.2.2).
    fn leave_stream(&mut self, gone: Flow) {
        let core = &mut self.core;
        core.answer_elsewhere(gone);
        for leg in self.legs.values_mut() {
            leg.leave_stream(core, gone);
        }
    }

    /// A call wants something of one of its legs.
    pub fn handle_command(&mut self, now: Now, leg: LegId, command: LegCommand) {
        if let LegCommand::Invite(invite) = command {
            return self.outgoing_invite(now, *invite);
        }
        if let LegCommand::Challenge = command {
            return self.challenge(now, leg);
        }
        self.command(now.mono, leg, command);
        self.settle_leg(leg);
    }

    /// The answer to [`EndpointEvent::Resolve`], best target first; empty: it failed.
    pub fn handle_resolved(&mut self, now: Now, query: QueryId, targets: Vec<ResolvedTarget>) {
        if !self.trunk_resolved(now, query, &targets) {
            self.resolved(now, query, targets);
        }
    }

    /// The time that [`Endpoint::poll_timeout`] named has come (or not yet: no harm).
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(key) = self.core.timers.pop_due(now.mono) {
            match key {
                TimerKey::Server(key) => self.core.server_timeout(now.mono, key),
                TimerKey::Client(key) => {
                    if let Some((owner, outcome)) = self.core.client_timeout(now.mono, key) {
                        self.outcome(now, owner, outcome);
                    }
                }
                TimerKey::Leg(id) => {
                    if let Some(leg) = self.legs.get_mut(&id) {
                        leg.armed = None;
                        self.core.leg_timeout(now.mono, leg);
                    }
                    self.settle_leg(id);
                }
                TimerKey::Register => self.register_timeout(now),
                TimerKey::Trunk(i) => self.trunk_timeout(now, i),
            }
        }
    }

    /// Graceful stop, overload, and back.
    pub fn set_accepting(&mut self, accepting: Accepting) {
        self.core.accepting = accepting;
    }

    /// What to send next.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.core.transmits.pop_front()
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<EndpointEvent> {
        self.core.events.pop_front()
    }

    /// When to call [`Endpoint::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Mono> {
        self.core.timers.next()
    }

    /// The Call-ID of a leg that is not over.
    pub fn call_id(&self, leg: LegId) -> Option<&str> {
        match &self.legs.get(&leg)?.stage {
            Stage::Incoming(s) => Some(&s.dialog.call_id),
            Stage::Outgoing(s) => trace::call_id(&s.request),
            Stage::Session(s) => Some(&s.dialog.call_id),
            Stage::Over => None,
        }
    }

    /// Counters and table sizes.
    pub fn stats(&self) -> EndpointStats {
        let mut stats = self.core.stats.clone();
        stats.legs = self.legs.len();
        stats.pending_invites = self.core.pending_invites;
        stats.server_transactions = self.core.servers.len();
        stats.client_transactions = self.core.clients.len();
        stats.unanswered = self.core.unanswered();
        stats.registered = self.register.registered();
        stats.deadlines = self.core.timers.len();
        stats
    }

    fn command(&mut self, now: Mono, id: LegId, command: LegCommand) {
        let core = &mut self.core;
        let Some(leg) = self.legs.get_mut(&id).filter(|leg| !leg.voice.ended) else {
            core.stats.late_commands += 1;
            return;
        };
        match (command, &mut leg.stage) {
            (LegCommand::Ring, Stage::Incoming(s)) if s.answer.is_none() => {
                core.provisional(now, s, 180, None);
            }
            (LegCommand::Progress { answer }, Stage::Incoming(s)) if s.answer.is_none() => {
                core.provisional(now, s, 183, Some(answer));
            }
            (LegCommand::Answer { sdp }, Stage::Incoming(_)) => core.answer(now, leg, sdp),
            (
                LegCommand::Reject {
                    status,
                    retry_after,
                },
                Stage::Incoming(_),
            ) => core.reject(now, leg, status, retry_after, None),
            (LegCommand::RejectMedia { status, why }, Stage::Incoming(_)) => {
                core.reject_media(now, leg, status, &why);
            }
            (LegCommand::Ack { answer }, Stage::Session(_)) => core.ack_command(now, leg, answer),
            (LegCommand::Offer { offer }, Stage::Session(_)) => core.offer(now, leg, offer),
            (LegCommand::AnswerOffer { sdp }, _) => core.answer_offer(now, leg, sdp),
            (LegCommand::RefuseOffer, _) => core.refuse_offer(now, leg),
            (LegCommand::Probe, Stage::Session(s)) => core.refresh(now, s),
            (LegCommand::ReferProgress { status }, Stage::Session(s)) => {
                core.notify(now, id, s, status);
            }
            (LegCommand::Hangup { reason }, Stage::Incoming(_)) => {
                core.reject(now, leg, 480, None, reason.as_deref());
            }
            (LegCommand::Hangup { reason }, Stage::Outgoing(_)) => {
                core.abandon(now, leg, reason, LegEnd::LocalHangup);
            }
            (LegCommand::Hangup { reason }, Stage::Session(_)) => core.hang_up(now, leg, reason),
            (_, Stage::Incoming(_) | Stage::Outgoing(_) | Stage::Session(_) | Stage::Over) => {
                core.stats.late_commands += 1;
            }
        }
    }

    /// The fate of one of our requests, for whoever sent it.
    fn outcome(&mut self, now: Now, owner: Owner, outcome: Outcome) {
        let id = match &outcome {
            Outcome::Response { id, .. } | Outcome::Failed { id } => *id,
        };
        let core = &mut self.core;
        let at = now.mono;
        match owner {
            Owner::Invite(leg_id) => {
                match self.legs.get_mut(&leg_id) {
                    Some(leg) => core.invite_done(at, leg, outcome),
                    None => core.orphaned(at, outcome),
                }
                self.settle_leg(leg_id);
            }
            Owner::ReInvite(leg_id) | Owner::Refresh(leg_id) => {
                let outcome = core.challenged(at, self.legs.get_mut(&leg_id), owner, outcome);
                match (outcome, self.legs.get_mut(&leg_id)) {
                    (Some(outcome), Some(leg)) => core.ours_done(at, leg, outcome),
                    (Some(outcome), None) => core.orphaned(at, outcome),
                    (None, _) => {}
                }
                self.settle_leg(leg_id);
            }
            Owner::Prack(leg_id) | Owner::Notify(leg_id) => {
                if let Some(leg) = self.legs.get_mut(&leg_id) {
                    core.minor_done(at, leg, owner, &outcome);
                }
                self.settle_leg(leg_id);
            }
            Owner::Bye(_) => {
                core.challenged(at, None, owner, outcome);
            }
            Owner::Cancel => {}
            Owner::Registration(i) => self.trunk_outcome(now, i, outcome),
        }
        for cancel in [false, true] {
            self.core.release(ClientKey { id, cancel });
        }
    }

    /// After anything happened to a leg: its next deadline, or its end.
    fn settle_leg(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let over = matches!(leg.stage, Stage::Over);
        let wanted = if over { None } else { leg.poll_timeout() };
        self.core
            .timers
            .arm(TimerKey::Leg(id), &mut leg.armed, wanted);
        if leg.pending_invite && !matches!(leg.stage, Stage::Incoming(_)) {
            leg.pending_invite = false;
            self.core.pending_invites -= 1;
        }
        if over {
            self.legs.remove(&id);
            self.queries.remove(&QueryId(id.0));
        }
    }
}

impl Core {
    fn leg_timeout(&mut self, now: Mono, leg: &mut Leg) {
        match &leg.stage {
            Stage::Incoming(_) => self.incoming_timeout(now, leg),
            Stage::Outgoing(_) => self.outgoing_timeout(now, leg),
            Stage::Session(_) => self.session_timeout(now, leg),
            Stage::Over => {}
        }
    }
}
