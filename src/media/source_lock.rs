//! Symmetric RTP with a source lock: where a leg's packets may come from (RFC 4961), so that
//! a stranger can neither inject audio or keys nor divert the stream.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::now::Mono;

/// Consecutive packets in sequence that a source must show before it is believed, when it is
/// not exactly the negotiated one.
pub const PROBATION: u8 = 3;

/// Silence of the locked source after which another of the negotiated IP address may take its
/// place.
pub const SILENCE: Duration = Duration::from_secs(3);

/// Sources on probation at a time; the oldest makes place.
const MAX_CANDIDATES: usize = 4;

/// Which sources can be locked on besides the negotiated address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePolicy {
    /// The negotiated IP address with another port.
    NegotiatedIp,
    /// Any address: the peer may sit behind a NAT and not know its own.
    Nat,
}

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// From the locked source: take it.
    Take,
    /// Take it, and from now on its source is the locked one: send there, connect the
    /// socket, tell the call.
    Latched,
    /// Not believed (yet): drop and count it.
    Stranger,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    next: u16,
    in_sequence: u8,
}

#[derive(Clone, Copy, Debug)]
struct Locked {
    source: SocketAddr,
    heard: Mono,
}

/// Decides for each packet by its source. One per leg, for RTP; RTCP is taken from the
/// locked IP address only ([`SourceLock::takes_rtcp`]).
#[derive(Clone, Debug)]
pub struct SourceLock {
    policy: SourcePolicy,
    negotiated: Option<SocketAddr>,
    locked: Option<Locked>,
    candidates: [Option<Candidate>; MAX_CANDIDATES],
    next_slot: usize,
}

/// IPv4 as seen on a dual-stack socket is IPv4.
fn plain(a: SocketAddr) -> SocketAddr {
    SocketAddr::new(a.ip().to_canonical(), a.port())
}

impl SourceLock {
    /// Open. `negotiated` is the peer's address from SDP, `None` while there is none.
    pub fn new(policy: SourcePolicy, negotiated: Option<SocketAddr>) -> SourceLock {
        SourceLock {
            policy,
            negotiated: negotiated.map(plain),
            locked: None,
            candidates: [None; MAX_CANDIDATES],
            next_slot: 0,
        }
    }

    /// Offer and answer were done again. A new address opens the lock; the same address, or
    /// none (hold), leaves it as it is. True when the lock was opened: the socket must not
    /// stay connected.
    pub fn renegotiate(&mut self, negotiated: Option<SocketAddr>) -> bool {
        let Some(new) = negotiated.map(plain) else {
            return false;
        };
        if self.negotiated == Some(new) {
            return false;
        }
        self.negotiated = Some(new);
        self.candidates = [None; MAX_CANDIDATES];
        if self.locked.is_some_and(|l| l.source == new) {
            return false;
        }
        self.locked.take().is_some()
    }

    /// A packet that is well-formed RTP (and, with SRTP, authentic).
    pub fn receive(&mut self, now: Mono, source: SocketAddr, ssrc: u32, sequence: u16) -> Verdict {
        let source = plain(source);
        let exact = self.negotiated == Some(source);
        if let Some(locked) = &mut self.locked {
            if locked.source == source {
                locked.heard = now;
                return Verdict::Take;
            }
            // The negotiated address itself takes over from whoever was quicker: a stranger
            // who floods the port before the phone speaks gains nothing by it.
            if now.since(locked.heard) < SILENCE && !exact {
                return Verdict::Stranger;
            }
        }
        if exact || (self.may_latch(source.ip()) && self.passes_probation(source, ssrc, sequence)) {
            self.locked = Some(Locked { source, heard: now });
            self.candidates = [None; MAX_CANDIDATES];
            return Verdict::Latched;
        }
        Verdict::Stranger
    }

    /// A lock, once made, only ever moves within the negotiated IP address.
    fn may_latch(&self, ip: IpAddr) -> bool {
        let same_ip = self.negotiated.is_some_and(|n| n.ip() == ip);
        match self.policy {
            SourcePolicy::NegotiatedIp => same_ip,
            SourcePolicy::Nat => same_ip || (self.negotiated.is_some() && self.locked.is_none()),
        }
    }

    fn passes_probation(&mut self, source: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        let known = self
            .candidates
            .iter_mut()
            .flatten()
            .find(|c| c.source == source);
        let Some(c) = known else {
            let slot = self.next_slot % MAX_CANDIDATES;
            self.next_slot = slot + 1;
            self.candidates[slot] = Some(Candidate {
                source,
                ssrc,
                next: sequence.wrapping_add(1),
                in_sequence: 1,
            });
            return false;
        };
        c.in_sequence = if c.ssrc == ssrc && c.next == sequence {
            c.in_sequence.saturating_add(1)
        } else {
            1
        };
        c.ssrc = ssrc;
        c.next = sequence.wrapping_add(1);
        c.in_sequence >= PROBATION
    }

    /// Whether an RTCP packet from here is looked at: the locked IP address, before the lock
    /// the negotiated one.
    pub fn takes_rtcp(&self, source: SocketAddr) -> bool {
        let expected = self.locked.map(|l| l.source).or(self.negotiated);
        expected.is_some_and(|e| e.ip() == source.ip().to_canonical())
    }

    /// The locked source.
    pub fn locked(&self) -> Option<SocketAddr> {
        self.locked.map(|l| l.source)
    }

    /// Where to send RTP: to the locked source, before the lock to the negotiated address.
    pub fn destination(&self) -> Option<SocketAddr> {
        self.locked().or(self.negotiated)
    }

    /// When another source may be heard, that is when a connected socket is to be
    /// disconnected: `None` while nothing is locked.
    pub fn poll_timeout(&self) -> Option<Mono> {
        self.locked.map(|l| l.heard + SILENCE)
    }

    /// Whether only the locked source is taken at this moment: the socket may be connected to
    /// it. Never while another than the negotiated address is locked, which must still be
    /// heard.
    pub fn is_closed(&self, now: Mono) -> bool {
        self.locked
            .is_some_and(|l| self.negotiated == Some(l.source) && now.since(l.heard) < SILENCE)
    }
}

#[cfg(test)]
mod tests;
