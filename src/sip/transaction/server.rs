//! Non-INVITE server transaction: RFC 3261 §17.2.2, figure 8, with an end for a request that
//! its user never answers: the RFC has none.

use super::{Due, Timers};
use crate::now::Mono;

/// A request other than INVITE and ACK that came in.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    reliable: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Not answered yet.
    Trying {
        give_up: Mono,
    },
    /// Answered provisionally.
    Proceeding {
        give_up: Mono,
    },
    /// Timer J: the answer is repeated as often as the request is.
    Completed {
        until: Mono,
    },
    Terminated,
}

impl Server {
    /// The request has just come. Its sender waits for 64 × T1 (timer F), and so do we.
    pub fn start(now: Mono, timers: &Timers, reliable: bool) -> Server {
        Server {
            reliable,
            state: State::Trying {
                give_up: now + timers.t1x64(),
            },
        }
    }

    /// A response with this status is being sent. `false`: too late, do not send it.
    pub fn handle_respond(&mut self, now: Mono, timers: &Timers, status: u16) -> bool {
        match self.state {
            State::Trying { give_up } | State::Proceeding { give_up } => {
                self.state = if status < 200 {
                    State::Proceeding { give_up }
                } else if self.reliable {
                    State::Terminated
                } else {
                    State::Completed {
                        until: now + timers.t1x64(),
                    }
                };
                true
            }
            State::Completed { .. } | State::Terminated => false,
        }
    }

    /// The request came again. `true`: send the last response again.
    pub fn handle_retransmission(&self) -> bool {
        match self.state {
            State::Proceeding { .. } | State::Completed { .. } => true,
            State::Trying { .. } | State::Terminated => false,
        }
    }

    /// What is due now: only the end, by [`Due::TimedOut`] when nobody answered.
    pub fn handle_timeout(&mut self, now: Mono) -> Due {
        let (until, due) = match self.state {
            State::Trying { give_up } | State::Proceeding { give_up } => (give_up, Due::TimedOut),
            State::Completed { until } => (until, Due::Nothing),
            State::Terminated => return Due::Nothing,
        };
        if now < until {
            return Due::Nothing;
        }
        self.state = State::Terminated;
        due
    }

    /// When [`Server::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.state {
            State::Trying { give_up: until }
            | State::Proceeding { give_up: until }
            | State::Completed { until } => Some(until),
            State::Terminated => None,
        }
    }

    /// To be forgotten.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
