//! Reliable provisional responses (RFC 3262, 100rel), both sides.

use bytes::Bytes;

use super::message::{Method, RAck};
use super::transaction::{Due, Retransmit, Timers};
use crate::now::Mono;

/// A reliable provisional response that we sent and that is not acknowledged yet.
#[derive(Clone, Debug)]
pub struct Unacknowledged {
    rseq: u32,
    cseq: u32,
    bytes: Bytes,
    retransmit: Retransmit,
    give_up: Mono,
}

impl Unacknowledged {
    /// `bytes` has just been sent. Repeated by T1, doubling, on streams too (§3).
    pub fn start(now: Mono, timers: &Timers, rseq: u32, cseq: u32, bytes: Bytes) -> Self {
        Unacknowledged {
            rseq,
            cseq,
            bytes,
            retransmit: Retransmit::first(now, timers.t1),
            give_up: now + timers.t1x64(),
        }
    }

    /// Whether a PRACK with this RAck acknowledges it.
    pub fn matches(&self, rack: &RAck) -> bool {
        rack.rseq == self.rseq && rack.cseq.seq == self.cseq && rack.cseq.method == Method::Invite
    }

    /// The response, to be sent again.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What is due. After 64 × T1 the INVITE is refused with a 5xx (§3).
    pub fn handle_timeout(&mut self, now: Mono) -> Due {
        if now >= self.give_up {
            Due::TimedOut
        } else if now >= self.retransmit.at {
            self.retransmit = self.retransmit.next(now, std::time::Duration::MAX);
            Due::Retransmit
        } else {
            Due::Nothing
        }
    }

    /// When something is due.
    pub fn poll_timeout(&self) -> Mono {
        self.retransmit.at.min(self.give_up)
    }
}

/// What a reliable provisional response that came is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The next one: pass it up, send PRACK.
    Next,
    /// Seen before, or one is missing before it (§4): drop it.
    Drop,
}

/// The RSeq numbers of one early dialog that we called into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequence(Option<u32>);

impl Sequence {
    /// A response with this RSeq came (§4).
    pub fn handle(&mut self, rseq: u32) -> Order {
        match self.0 {
            Some(last) if last.checked_add(1) != Some(rseq) => Order::Drop,
            Some(_) | None => {
                self.0 = Some(rseq);
                Order::Next
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_by_doubling_until_64_t1() {
        let t = Timers::default();
        let mut u = Unacknowledged::start(Mono::ZERO, &t, 7, 1, Bytes::new());
        let mut times = Vec::new();
        loop {
            let at = u.poll_timeout();
            match u.handle_timeout(at) {
                Due::Retransmit => times.push(at.since_start().as_millis()),
                Due::TimedOut => break,
                Due::Nothing => panic!("woken for nothing"),
            }
        }
        assert_eq!(times, [500, 1500, 3500, 7500, 15500, 31500]);
        for (text, matches) in [
            ("7 1 INVITE", true),
            ("8 1 INVITE", false),
            ("7 2 INVITE", false),
            ("7 1 UPDATE", false),
        ] {
            let rack = RAck::parse(text.as_bytes()).expect("valid");
            assert_eq!(u.matches(&rack), matches, "{text}");
        }
    }

    #[test]
    fn order_of_rseq() {
        let mut s = Sequence::default();
        assert_eq!(s.handle(10), Order::Next);
        assert_eq!(s.handle(10), Order::Drop);
        assert_eq!(s.handle(12), Order::Drop);
        assert_eq!(s.handle(11), Order::Next);
    }
}
