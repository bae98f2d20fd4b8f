//! Non-INVITE client transaction: RFC 3261 §17.1.2, figure 6.

use super::{Due, Received, Retransmit, Timers, earliest};
use crate::now::Mono;

/// A request other than INVITE and ACK that we sent.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    reliable: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Timers E and F.
    Trying {
        retransmit: Option<Retransmit>,
        give_up: Mono,
    },
    /// A provisional answer came; E now runs at T2.
    Proceeding {
        retransmit: Option<Retransmit>,
        give_up: Mono,
    },
    /// Timer K: repeated answers are absorbed.
    Completed {
        until: Mono,
    },
    Terminated,
}

impl Client {
    /// The request has just been sent.
    pub fn start(now: Mono, timers: &Timers, reliable: bool) -> Client {
        Client {
            reliable,
            state: State::Trying {
                retransmit: (!reliable).then(|| Retransmit::first(now, timers.t1)),
                give_up: now + timers.t1x64(),
            },
        }
    }

    /// A response with this status came.
    pub fn handle_response(&mut self, now: Mono, timers: &Timers, status: u16) -> Received {
        match self.state {
            State::Trying { give_up, .. } => {
                self.waiting_response(now, timers, give_up, None, status)
            }
            State::Proceeding {
                give_up,
                retransmit,
            } => self.waiting_response(now, timers, give_up, retransmit, status),
            State::Completed { .. } | State::Terminated => Received::Absorb,
        }
    }

    fn waiting_response(
        &mut self,
        now: Mono,
        timers: &Timers,
        give_up: Mono,
        running: Option<Retransmit>,
        status: u16,
    ) -> Received {
        if status < 200 {
            self.state = State::Proceeding {
                retransmit: running
                    .or_else(|| (!self.reliable).then(|| Retransmit::first(now, timers.t2))),
                give_up,
            };
        } else if self.reliable {
            self.state = State::Terminated;
        } else {
            self.state = State::Completed {
                until: now + timers.t4,
            };
        }
        Received::Pass
    }

    /// What is due now.
    pub fn handle_timeout(&mut self, now: Mono, timers: &Timers) -> Due {
        match &mut self.state {
            State::Trying {
                retransmit,
                give_up,
            }
            | State::Proceeding {
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
            State::Completed { until } => {
                if now >= *until {
                    self.state = State::Terminated;
                }
                Due::Nothing
            }
            State::Terminated => Due::Nothing,
        }
    }

    /// When [`Client::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.state {
            State::Trying {
                retransmit,
                give_up,
            }
            | State::Proceeding {
                retransmit,
                give_up,
            } => earliest(retransmit.map(|r| r.at), Some(give_up)),
            State::Completed { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// Whether a final answer is still awaited.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Trying { .. } | State::Proceeding { .. })
    }

    /// To be forgotten.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
