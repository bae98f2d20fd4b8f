//! Counters and table sizes, for metrics and for tests.

use std::collections::BTreeMap;

/// A snapshot of an endpoint's counters. All count from the start of the process, except
/// the sizes of tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// Requests received, by method (`OTHER` for unknown ones).
    pub requests_in: BTreeMap<&'static str, u64>,
    /// Requests sent, by method, without retransmissions.
    pub requests_out: BTreeMap<&'static str, u64>,
    /// Final responses sent by us, by status, without retransmissions.
    pub responses_out: BTreeMap<u16, u64>,
    /// Retransmitted requests and responses that were absorbed.
    pub absorbed: u64,
    /// Retransmissions that we sent.
    pub retransmitted: u64,
    /// Bytes that were not a SIP message, or no message to be answered.
    pub malformed: u64,
    /// Responses and ACKs that belong to nothing that we know.
    pub stray: u64,
    /// Requests of ours that ICMP said nobody takes.
    pub undeliverable: u64,
    /// Requests refused with 503 because a table was full or no new calls are taken.
    pub overload: u64,
    /// Requests received that none of our machines answered in time: a fault of ours.
    pub neglected: u64,
    /// Commands that did not fit their leg's state.
    pub late_commands: u64,
    /// Table size: legs in any state.
    pub legs: usize,
    /// Table size: INVITEs from outside without final answer.
    pub pending_invites: usize,
    /// Table size: server transactions.
    pub server_transactions: usize,
    /// Table size: client transactions.
    pub client_transactions: usize,
    /// Of these, the requests of ours that still wait for their final answer.
    pub unanswered: usize,
    /// Agents with a registered phone.
    pub registered: usize,
    /// Table size: deadlines.
    pub deadlines: usize,
}
