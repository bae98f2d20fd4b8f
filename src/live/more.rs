//! What a live event tells beside where a call is.

use serde_json::{Value, json};

use crate::record::timeline::Event;

/// What else is told of an event; nothing of the caller's.
pub(super) fn more(event: &Event) -> Vec<(&'static str, Value)> {
    match event {
        Event::Queued { reason, .. } => vec![("reason", json!(reason))],
        Event::Missed { agent, cause } => vec![("missed", json!(agent)), ("cause", json!(cause))],
        Event::Held { by } | Event::Resumed { by } => vec![("by", json!(by))],
        Event::Overflowed { cause, .. } => vec![("cause", json!(cause))],
        Event::AgentLost { agent, sign } => vec![("lost", json!(agent)), ("sign", json!(sign))],
        Event::MessageStored { message, length } => vec![
            ("message", json!(message)),
            (
                "length_ms",
                json!(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
            ),
        ],
        Event::CalledInVain { cause } => vec![("cause", json!(cause))],
        Event::CallbackStored { callback, .. }
        | Event::CallingBack { callback, .. }
        | Event::CallbackCancelled { callback } => vec![("callback", json!(callback))],
        Event::Recording { step } => vec![("step", json!(step))],
        Event::Fault { what } => vec![("what", json!(what))],
        Event::Ended { verdict } => vec![("verdict", json!(verdict.as_str()))],
        Event::Started { .. }
        | Event::Answered
        | Event::Step { .. }
        | Event::Entry { .. }
        | Event::Judged { .. }
        | Event::LookedBack
        | Event::Offered { .. }
        | Event::Connected { .. }
        | Event::TransferStarted { .. }
        | Event::TransferFailed { .. }
        | Event::Transferred { .. }
        | Event::LetterStored { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::WrappedUp { .. }
        | Event::Media { .. } => Vec::new(),
    }
}
