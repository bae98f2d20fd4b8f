//! The four transaction machines of RFC 3261 §17, with the corrections of RFC 6026.
//!
//! They hold no message: they say what to do with the one that their owner keeps. One
//! function per state and input; deadlines are fields of the states that have them, so that
//! leaving a state cancels them.

pub mod client;
pub mod client_invite;
pub mod server;
pub mod server_invite;

use std::time::Duration;

use crate::now::Mono;

pub use client::Client;
pub use client_invite::ClientInvite;
pub use server::Server;
pub use server_invite::ServerInvite;

/// RFC 3261 table 4, and our own patience.
#[derive(Clone, Copy, Debug)]
pub struct Timers {
    /// Estimate of the round trip.
    pub t1: Duration,
    /// Longest interval between retransmissions of a non-INVITE request or a 2xx.
    pub t2: Duration,
    /// Longest time that a message stays in the network.
    pub t4: Duration,
    /// How long an INVITE from outside may wait for its final answer before 480.
    pub unanswered: Duration,
}

impl Timers {
    /// 64 × T1: timers B, F, H, J, L, M.
    pub fn t1x64(&self) -> Duration {
        self.t1 * 64
    }
}

impl Default for Timers {
    fn default() -> Timers {
        Timers {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            unanswered: Duration::from_secs(180),
        }
    }
}

/// A retransmission that is due at a time, with the interval that leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retransmit {
    /// When.
    pub at: Mono,
    /// The interval that ends then.
    pub interval: Duration,
}

impl Retransmit {
    /// The first one, `interval` from now.
    pub fn first(now: Mono, interval: Duration) -> Retransmit {
        Retransmit {
            at: now + interval,
            interval,
        }
    }

    /// The one after, at twice the interval but at most `cap`.
    pub fn next(self, now: Mono, cap: Duration) -> Retransmit {
        Retransmit::first(now, self.interval.saturating_mul(2).min(cap))
    }
}

/// What a response means to a client transaction's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is news: for the transaction user.
    Pass,
    /// The first final refusal of an INVITE: for the user, and to be acknowledged.
    PassAndAck,
    /// A repetition of it: only to be acknowledged again.
    Ack,
    /// A repetition: nothing to do.
    Absorb,
}

/// What a deadline that has come asks of a transaction's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing: not yet, or the machine just ended.
    Nothing,
    /// Send the kept message again.
    Retransmit,
    /// There was no answer (timers B, F) or no ACK (timer H): tell the transaction user.
    TimedOut,
}

fn earliest(a: Option<Mono>, b: Option<Mono>) -> Option<Mono> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests;
