//! INVITE client transaction: RFC 3261 §17.1.1, with the Accepted state of RFC 6026 §7.2.

use super::{Due, Received, Retransmit, Timers, earliest};
use crate::now::Mono;

/// An INVITE that we sent.
#[derive(Clone, Copy, Debug)]
pub struct ClientInvite {
    reliable: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Timers A and B.
    Calling {
        retransmit: Option<Retransmit>,
        give_up: Mono,
    },
    /// A provisional answer came. No timer of its own; after CANCEL, 64 × T1 (§9.1).
    Proceeding {
        give_up: Option<Mono>,
    },
    /// Timer D: a refusal came and is acknowledged as often as it comes.
    Completed {
        until: Mono,
    },
    /// Timer M: 2xx from one or more branches pass to the user.
    Accepted {
        until: Mono,
    },
    Terminated,
}

impl ClientInvite {
    /// The INVITE has just been sent.
    pub fn start(now: Mono, timers: &Timers, reliable: bool) -> ClientInvite {
        ClientInvite {
            reliable,
            state: State::Calling {
                retransmit: (!reliable).then(|| Retransmit::first(now, timers.t1)),
                give_up: now + timers.t1x64(),
            },
        }
    }

    /// A response with this status came.
    pub fn handle_response(&mut self, now: Mono, timers: &Timers, status: u16) -> Received {
        match self.state {
            State::Calling { .. } => self.waiting_response(now, timers, None, status),
            State::Proceeding { give_up } => self.waiting_response(now, timers, give_up, status),
            State::Completed { .. } => completed_response(status),
            State::Accepted { .. } => accepted_response(status),
            State::Terminated => Received::Absorb,
        }
    }

    fn waiting_response(
        &mut self,
        now: Mono,
        timers: &Timers,
        give_up: Option<Mono>,
        status: u16,
    ) -> Received {
        match status {
            0..200 => {
                self.state = State::Proceeding { give_up };
                Received::Pass
            }
            200..300 => {
                self.state = State::Accepted {
                    until: now + timers.t1x64(),
                };
                Received::Pass
            }
            300.. => {
                // Timer D: at least 32 s on datagrams, zero on streams.
                self.state = if self.reliable {
                    State::Terminated
                } else {
                    State::Completed {
                        until: now + timers.t1x64(),
                    }
                };
                Received::PassAndAck
            }
        }
    }

    /// CANCEL was sent: wait for 64 × T1 at most from now on (RFC 3261 §9.1).
    pub fn cancelled(&mut self, now: Mono, timers: &Timers) {
        if let State::Proceeding { give_up } = &mut self.state {
            give_up.get_or_insert(now + timers.t1x64());
        }
    }

    /// It was answered provisionally, and is not waited for beyond `at`.
    pub fn give_up_by(&mut self, at: Mono) {
        if let State::Proceeding { give_up } = &mut self.state {
            give_up.get_or_insert(at);
        }
    }

    /// What is due now.
    pub fn handle_timeout(&mut self, now: Mono, _timers: &Timers) -> Due {
        match &mut self.state {
            State::Calling {
                retransmit,
                give_up,
            } => {
                if now >= *give_up {
                    self.state = State::Terminated;
                    return Due::TimedOut;
                }
                match retransmit {
                    Some(r) if now >= r.at => {
                        *r = r.next(now, std::time::Duration::MAX);
                        Due::Retransmit
                    }
                    Some(_) | None => Due::Nothing,
                }
            }
            State::Proceeding {
                give_up: Some(give_up),
            } if now >= *give_up => {
                self.state = State::Terminated;
                Due::TimedOut
            }
            State::Completed { until } | State::Accepted { until } if now >= *until => {
                self.state = State::Terminated;
                Due::Nothing
            }
            State::Proceeding { .. }
            | State::Completed { .. }
            | State::Accepted { .. }
            | State::Terminated => Due::Nothing,
        }
    }

    /// When [`ClientInvite::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.state {
            State::Calling {
                retransmit,
                give_up,
            } => earliest(retransmit.map(|r| r.at), Some(give_up)),
            State::Proceeding { give_up } => give_up,
            State::Completed { until } | State::Accepted { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// No response yet: CANCEL has to wait (RFC 3261 §9.1).
    pub fn is_calling(&self) -> bool {
        matches!(self.state, State::Calling { .. })
    }

    /// Whether a final answer is still awaited.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Calling { .. } | State::Proceeding { .. })
    }

    /// To be forgotten.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}

/// §17.1.1.2: a repeated refusal is acknowledged again and not passed up.
fn completed_response(status: u16) -> Received {
    if status >= 300 {
        Received::Ack
    } else {
        Received::Absorb
    }
}

/// RFC 6026 §7.2: every 2xx passes up, all else is dropped.
fn accepted_response(status: u16) -> Received {
    if (200..300).contains(&status) {
        Received::Pass
    } else {
        Received::Absorb
    }
}
