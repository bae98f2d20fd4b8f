//! Non-INVITE server transaction: RFC 3261 §17.2.2, figure 8.

use super::Timers;
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
    Trying,
    /// Answered provisionally.
    Proceeding,
    /// Timer J: the answer is repeated as often as the request is.
    Completed {
        until: Mono,
    },
    Terminated,
}

impl Server {
    /// The request has just come.
    pub fn start(reliable: bool) -> Server {
        Server {
            reliable,
            state: State::Trying,
        }
    }

    /// A response with this status is being sent. `false`: too late, do not send it.
    pub fn handle_respond(&mut self, now: Mono, timers: &Timers, status: u16) -> bool {
        match self.state {
            State::Trying | State::Proceeding => {
                self.state = if status < 200 {
                    State::Proceeding
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
            State::Proceeding | State::Completed { .. } => true,
            State::Trying | State::Terminated => false,
        }
    }

    /// What is due now: only the end.
    pub fn handle_timeout(&mut self, now: Mono) {
        if let State::Completed { until } = self.state
            && now >= until
        {
            self.state = State::Terminated;
        }
    }

    /// When [`Server::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.state {
            State::Completed { until } => Some(until),
            State::Trying | State::Proceeding | State::Terminated => None,
        }
    }

    /// To be forgotten.
    pub fn is_terminated(&self) -> bool {
        matches!(self.state, State::Terminated)
    }
}
