//! INVITE server transaction: RFC 3261 §17.2.1, with the Accepted state of RFC 6026 §7.1.

use std::time::Duration;

use super::{Due, Retransmit, Timers, earliest};
use crate::now::Mono;

/// How long the user may think before the peer is told that we have its INVITE (§17.2.1).
/// Most INVITEs are answered within a few milliseconds: their 100 would be one message in
/// vain for both sides. The peer repeats itself after T1 (500 ms) only.
const TRYING: Duration = Duration::from_millis(200);

/// An INVITE that came in.
#[derive(Clone, Copy, Debug)]
pub struct ServerInvite {
    reliable: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The INVITE is answered with the last provisional response when it comes again. The RFC
    /// has no end for it; its user should have made one.
    Proceeding {
        /// Nothing was said yet: then it is told that we try.
        trying: Option<Mono>,
        give_up: Mono,
    },
    /// Refused. Timer G repeats the refusal, timer H gives up on the ACK.
    Completed {
        retransmit: Option<Retransmit>,
        give_up: Mono,
    },
    /// Timer I: repeated ACKs are absorbed.
    Confirmed {
        until: Mono,
    },
    /// Timer L: accepted; repeated INVITEs are absorbed. The 2xx is the user's to repeat.
    Accepted {
        until: Mono,
    },
    Terminated,
}

impl ServerInvite {
    /// The INVITE has just come.
    pub fn start(now: Mono, timers: &Timers, reliable: bool) -> ServerInvite {
        ServerInvite {
            reliable,
            state: State::Proceeding {
                trying: Some(now + TRYING),
                give_up: now + timers.unanswered * 2,
            },
        }
    }

    /// A response with this status is being sent. `false`: too late, do not send it.
    pub fn handle_respond(&mut self, now: Mono, timers: &Timers, status: u16) -> bool {
        match &mut self.state {
            State::Proceeding { trying, .. } => {
                match status {
                    0..200 => *trying = None,
                    200..300 => {
                        self.state = State::Accepted {
                            until: now + timers.t1x64(),
                        }
                    }
                    300.. => {
                        self.state = State::Completed {
                            retransmit: (!self.reliable).then(|| Retransmit::first(now, timers.t1)),
                            give_up: now + timers.t1x64(),
                        }
                    }
                }
                true
            }
            // The user repeats its 2xx through the transaction (RFC 6026 §7.1).
            State::Accepted { .. } => (200..300).contains(&status),
            State::Completed { .. } | State::Confirmed { .. } | State::Terminated => false,
        }
    }

    /// The INVITE came again. `true`: send the last response again, or 100 if there is none.
    pub fn handle_retransmission(&self) -> bool {
        match self.state {
            State::Proceeding { .. } | State::Completed { .. } => true,
            State::Confirmed { .. } | State::Accepted { .. } | State::Terminated => false,
        }
    }

    /// An ACK with the branch of the INVITE came. `true`: it is for the user (it is the
    /// ACK of a 2xx from a peer that does not make a new branch); else it is consumed.
    pub fn handle_ack(&mut self, now: Mono, timers: &Timers) -> bool {
        match self.state {
            State::Completed { .. } => {
                self.state = if self.reliable {
                    State::Terminated
                } else {
                    State::Confirmed {
                        until: now + timers.t4,
                    }
                };
                false
            }
            State::Accepted { .. } => true,
            State::Proceeding { .. } | State::Confirmed { .. } | State::Terminated => false,
        }
    }

    /// What is due now. [`Due::Retransmit`] without a response yet: send 100.
    pub fn handle_timeout(&mut self, now: Mono, timers: &Timers) -> Due {
        match &mut self.state {
            State::Completed {
                retransmit,
                give_up,
            } => {
                if now >= *give_up {
                    self.state = State::Terminated;
                    return Due::TimedOut;
                }
                match retransmit {
                    Some(r) if now >= r.at => {
                        *r = r.next(now, timers.t2);
                        Due::Retransmit
                    }
                    Some(_) | None => Due::Nothing,
                }
            }
            State::Confirmed { until } | State::Accepted { until } => {
                if now >= *until {
                    self.state = State::Terminated;
                }
                Due::Nothing
            }
            State::Proceeding { give_up, .. } if now >= *give_up => {
                self.state = State::Terminated;
                Due::TimedOut
            }
            State::Proceeding { trying, .. } => match trying.take_if(|at| now >= *at) {
                Some(_) => Due::Retransmit,
                None => Due::Nothing,
            },
            State::Terminated => Due::Nothing,
        }
    }

    /// When [`ServerInvite::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.state {
            State::Completed {
                retransmit,
                give_up,
            } => earliest(retransmit.map(|r| r.at), Some(give_up)),
            State::Proceeding { trying, give_up } => earliest(trying, Some(give_up)),
            State::Confirmed { until } | State::Accepted { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// No final response yet.
    pub fn is_proceeding(&self) -> bool {
        matches!(self.state, State::Proceeding { .. })
    }

    /// To be forgotten.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
