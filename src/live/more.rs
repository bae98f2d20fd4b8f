//! What a live event tells beside where a call is.

use serde_json::{Value, json};

use super::beside::PartyNow;
use crate::record::timeline::{Event, TransferTo};

/// What else is told of an event; nothing of the caller's. `numbers`: with those outside.
pub(super) fn more(event: &Event, numbers: bool) -> Vec<(&'static str, Value)> {
    let party = |to: &TransferTo| ("to", json!(PartyNow::from(to).seen(numbers)));
    match event {
        Event::TransferStarted { to, .. } | Event::Transferred { to } => vec![party(to)],
        Event::TransferFailed { to, status } => vec![party(to), ("status", json!(status))],
        Event::Consulted {
            to, step, status, ..
        } => vec![party(to), ("step", json!(step)), ("status", json!(status))],
        Event::Queued { reason, .. } => vec![("reason", json!(reason))],
        Event::Missed { agent, cause } => vec![("missed", json!(agent)), ("cause", json!(cause))],
        Event::Held { by } | Event::Resumed { by } => vec![("by", json!(by))],
        Event::Overflowed { cause, .. } => vec![("cause", json!(cause))],
        Event::AgentLost { agent, sign } => vec![("lost", json!(agent)), ("sign", json!(sign))],
        Event::TalkEnded { agent } => vec![("agent", json!(agent))],
        Event::MessageStored { message, length } => vec![
            ("message", json!(message)),
            (
                "length_ms",
                json!(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)),
            ),
        ],
        Event::CalledInVain { cause, number } => {
            let number = number.as_ref().filter(|_| numbers);
            vec![("cause", json!(cause)), ("number", json!(number))]
        }
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
        | Event::LetterStored { .. }
        | Event::Said { .. }
        | Event::Approval { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::WrappedUp { .. }
        | Event::Media { .. } => Vec::new(),
    }
}
