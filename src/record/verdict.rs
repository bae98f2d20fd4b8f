//! How a call ended: one typed value for log, record, metric and screen.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::timeline::{CallbackId, MessageId, TransferTo};
use crate::ids::{AgentId, NodeName};

/// Who ended a call and why. Each call ends with exactly one.
///
/// Each variant says who may construct it. The server hangs up first only where
/// [`Verdict::kept_the_promise`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The caller hung up. Constructed by the call machine on the caller's BYE or CANCEL.
    CallerHungUp {
        /// When.
        stage: Stage,
    },
    /// The caller's phone or network went away without a word. Constructed by the call
    /// machine on the end that the SIP endpoint or the media thread reports.
    CallerGone {
        /// When.
        stage: Stage,
        /// By what it was noticed.
        sign: LostSign,
    },
    /// A goodbye that the caller chose was played to its end. Constructed by the call machine
    /// on the menu's `Outcome::Goodbye` after the last prompt.
    Goodbye {
        /// The node that said it, if known.
        node: Option<NodeName>,
    },
    /// The agent ended the talk. Constructed by the call machine on the agent's BYE while
    /// the two are connected and no transfer is under way.
    AgentEnded {
        /// Who.
        agent: AgentId,
    },
    /// A message was stored and confirmed to the caller. Constructed by the call machine
    /// after the store's answer and the confirmation's last sample; never before both.
    MessageStored {
        /// Which.
        message: MessageId,
    },
    /// The wish to be called back was stored. Constructed by the call machine on the menu's
    /// `Outcome::Callback` after the confirmation's last sample, or when the caller hangs up once
    /// it is stored; by the store for a call that a crash ended.
    CallbackStored {
        /// Which.
        callback: CallbackId,
    },
    /// The caller was handed on to where we have no part in the call any more. Constructed by
    /// the call machine when the transfer's target has answered and taken over the call.
    TransferredOut {
        /// To whom.
        to: TransferTo,
    },
    /// The call was never taken. Constructed by the shell of the SIP endpoint.
    Refused {
        /// The SIP status sent (RFC 3261 §21).
        status: u16,
    },
    /// The call could not be set up: no codec in common, no port, our own failure before
    /// anything was heard. Constructed by the call's supervisor.
    SetupFailed {
        /// The SIP status sent.
        status: u16,
    },
    /// Somebody whom we called back was not reached, or did not want it any more. Constructed by
    /// the call machine; nobody but an agent of ours was at the phone.
    NotReached,
    /// The server stopped and the grace period was over. Constructed by the call's
    /// supervisor at the end of draining.
    ServerStopped {
        /// When.
        stage: Stage,
    },
    /// The process died during the call. Constructed by the store at the next start.
    ServerLost,
    /// Everything failed, the promise to take a message included. Constructed by the call's
    /// supervisor alone; each one is a fault to be mended.
    Fault {
        /// When.
        stage: Stage,
        /// What, in words.
        what: String,
    },
}

/// How far a call had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not answered yet.
    Ringing,
    /// In the menu.
    Menu,
    /// Waiting for an agent.
    Waiting,
    /// An agent's phone rang.
    Offered,
    /// Leaving a message.
    Message,
    /// With an agent.
    Talking,
    /// On the way to somebody else.
    Transferring,
}

impl Stage {
    /// One word, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Ringing => "ringing",
            Stage::Menu => "menu",
            Stage::Waiting => "waiting",
            Stage::Offered => "offered",
            Stage::Message => "message",
            Stage::Talking => "talking",
            Stage::Transferring => "transferring",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Ringing => "while it rang",
            Stage::Menu => "in the menu",
            Stage::Waiting => "while waiting",
            Stage::Offered => "while an agent's phone rang",
            Stage::Message => "while leaving a message",
            Stage::Talking => "while talking to an agent",
            Stage::Transferring => "during a transfer",
        })
    }
}

/// By what it was noticed that a peer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostSign {
    /// No ACK for our 200 within 64*T1 (RFC 3261 §13.3.1.4).
    NoAck,
    /// The session timer ran out (RFC 4028 §10).
    SessionTimer,
    /// A request of ours within the dialog met 408 or 481, or no answer (RFC 3261 §12.2.1.2).
    NoAnswer,
    /// The connection that the call hung on closed.
    Transport,
    /// No RTP for too long.
    RtpSilent,
}

impl LostSign {
    /// One word, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            LostSign::NoAck => "no_ack",
            LostSign::SessionTimer => "session_timer",
            LostSign::NoAnswer => "no_answer",
            LostSign::Transport => "transport",
            LostSign::RtpSilent => "rtp_silent",
        }
    }
}

/// Who brought a call to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The caller.
    Caller,
    /// The agent.
    Agent,
    /// The server.
    Server,
    /// The network, or a phone that died.
    Network,
}

impl Verdict {
    /// All values of [`Verdict::as_str`].
    pub const NAMES: [&'static str; 13] = [
        "caller_hung_up",
        "caller_gone",
        "goodbye",
        "agent_ended",
        "message_stored",
        "callback_stored",
        "transferred_out",
        "refused",
        "setup_failed",
        "not_reached",
        "server_stopped",
        "server_lost",
        "fault",
    ];

    /// One word, for metrics and filters: a closed set.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Verdict::CallerHungUp { .. } => "caller_hung_up",
            Verdict::CallerGone { .. } => "caller_gone",
            Verdict::Goodbye { .. } => "goodbye",
            Verdict::AgentEnded { .. } => "agent_ended",
            Verdict::MessageStored { .. } => "message_stored",
            Verdict::CallbackStored { .. } => "callback_stored",
            Verdict::TransferredOut { .. } => "transferred_out",
            Verdict::Refused { .. } => "refused",
            Verdict::SetupFailed { .. } => "setup_failed",
            Verdict::NotReached => "not_reached",
            Verdict::ServerStopped { .. } => "server_stopped",
            Verdict::ServerLost => "server_lost",
            Verdict::Fault { .. } => "fault",
        }
    }

    /// Who ended the call.
    pub const fn ended_by(&self) -> EndedBy {
        match self {
            Verdict::CallerHungUp { .. } => EndedBy::Caller,
            Verdict::CallerGone { .. } => EndedBy::Network,
            Verdict::AgentEnded { .. } => EndedBy::Agent,
            Verdict::Goodbye { .. }
            | Verdict::MessageStored { .. }
            | Verdict::CallbackStored { .. }
            | Verdict::TransferredOut { .. }
            | Verdict::Refused { .. }
            | Verdict::SetupFailed { .. }
            | Verdict::NotReached
            | Verdict::ServerStopped { .. }
            | Verdict::ServerLost
            | Verdict::Fault { .. } => EndedBy::Server,
        }
    }

    /// Whether a call that was answered may end this way without breaking the promise that
    /// the server hangs up first only after a goodbye that the caller chose, after the agent
    /// ended the call, or after a stored message or callback (or once others have the caller).
    pub const fn kept_the_promise(&self) -> bool {
        match self {
            Verdict::CallerHungUp { .. }
            | Verdict::CallerGone { .. }
            | Verdict::Goodbye { .. }
            | Verdict::AgentEnded { .. }
            | Verdict::MessageStored { .. }
            | Verdict::CallbackStored { .. }
            | Verdict::TransferredOut { .. }
            | Verdict::Refused { .. }
            | Verdict::NotReached
            | Verdict::SetupFailed { .. } => true,
            Verdict::ServerStopped { .. } | Verdict::ServerLost | Verdict::Fault { .. } => false,
        }
    }

    /// Whether the call was answered before it ended.
    pub const fn was_answered(&self) -> bool {
        !matches!(
            self,
            Verdict::Refused { .. }
                | Verdict::SetupFailed { .. }
                | Verdict::NotReached
                | Verdict::CallerHungUp {
                    stage: Stage::Ringing
                }
                | Verdict::CallerGone {
                    stage: Stage::Ringing,
                    ..
                }
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::CallerHungUp { stage } => write!(f, "caller hung up {stage}"),
            Verdict::CallerGone { stage, sign } => {
                let sign = match sign {
                    LostSign::NoAck => "no ACK",
                    LostSign::SessionTimer => "session timer",
                    LostSign::NoAnswer => "no answer from the phone",
                    LostSign::Transport => "connection closed",
                    LostSign::RtpSilent => "no voice packets",
                };
                write!(f, "caller lost {stage} ({sign})")
            }
            Verdict::Goodbye { node: None } => f.write_str("goodbye"),
            Verdict::Goodbye { node: Some(node) } => write!(f, "goodbye at {node}"),
            Verdict::AgentEnded { agent } => write!(f, "{agent} ended the talk"),
            Verdict::MessageStored { message } => write!(f, "message {message} stored"),
            Verdict::CallbackStored { callback } => write!(f, "callback {callback} stored"),
            Verdict::TransferredOut { to } => write!(f, "transferred to {to}"),
            Verdict::Refused { status } => write!(f, "refused with {status}"),
            Verdict::SetupFailed { status } => write!(f, "could not be set up ({status})"),
            Verdict::NotReached => f.write_str("not reached"),
            Verdict::ServerStopped { stage } => write!(f, "server stopped {stage}"),
            Verdict::ServerLost => f.write_str("server was lost"),
            Verdict::Fault { stage, what } => write!(f, "fault {stage}: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_a_closed_set_and_the_store_s_spelling_is_the_metrics() {
        let all = [
            Verdict::CallerHungUp { stage: Stage::Menu },
            Verdict::CallerGone {
                stage: Stage::Talking,
                sign: LostSign::NoAck,
            },
            Verdict::Goodbye { node: None },
            Verdict::AgentEnded { agent: "a".into() },
            Verdict::MessageStored {
                message: MessageId(1),
            },
            Verdict::CallbackStored {
                callback: CallbackId(1),
            },
            Verdict::TransferredOut {
                to: TransferTo::Agent { agent: "a".into() },
            },
            Verdict::Refused { status: 404 },
            Verdict::SetupFailed { status: 488 },
            Verdict::NotReached,
            Verdict::ServerStopped { stage: Stage::Menu },
            Verdict::ServerLost,
            Verdict::Fault {
                stage: Stage::Menu,
                what: "x".into(),
            },
        ];
        for (v, name) in all.iter().zip(Verdict::NAMES) {
            assert_eq!(v.as_str(), name);
            let json = serde_json::to_value(v).unwrap();
            assert_eq!(json["verdict"], name);
            assert_eq!(&serde_json::from_value::<Verdict>(json).unwrap(), v);
        }
    }

    #[test]
    fn who_hangs_up_first_without_a_promise_kept_is_known_as_such() {
        let lost = Verdict::ServerLost;
        assert!(!lost.kept_the_promise());
        assert_eq!(lost.ended_by(), EndedBy::Server);
        let early = Verdict::CallerHungUp {
            stage: Stage::Ringing,
        };
        assert!(!early.was_answered());
        assert_eq!(early.to_string(), "caller hung up while it rang");
    }
}
