//! Events as those may see them who are not shown numbers and entries in the clear.

use super::View;
use crate::ids::PhoneNumber;
use crate::record::timeline::{EntryValue, Event, TransferTo};
use crate::record::verdict::Verdict;

/// The event as it may be shown.
pub(in crate::store) fn masked(event: &Event, view: &View) -> Event {
    if view.reveal {
        return event.clone();
    }
    let mut event = event.clone();
    match &mut event {
        Event::Started { caller, .. } => *caller = hidden(caller),
        Event::Entry { value, .. } => {
            if let EntryValue::Clear(d) = value {
                *value = EntryValue::Masked(d.len());
            }
        }
        Event::TransferStarted { to, .. }
        | Event::TransferFailed { to, .. }
        | Event::Consulted { to, .. }
        | Event::Transferred { to } => hide(to),
        Event::Joined { who, .. } | Event::Parted { who } => hide(who),
        Event::Ended { verdict } => *verdict = masked_verdict(verdict, view),
        Event::Answered
        | Event::Step { .. }
        | Event::Judged { .. }
        | Event::Queued { .. }
        | Event::Overflowed { .. }
        | Event::LookedBack
        | Event::Recording { .. }
        | Event::Offered { .. }
        | Event::Missed { .. }
        | Event::Connected { .. }
        | Event::Held { .. }
        | Event::Resumed { .. }
        | Event::AgentLost { .. }
        | Event::TalkEnded { .. }
        | Event::MessageStored { .. }
        | Event::CallbackStored { .. }
        | Event::LetterStored { .. }
        | Event::WrappedUp { .. }
        | Event::Said { .. }
        | Event::Approval { .. }
        | Event::CallingBack { .. }
        | Event::CalledInVain { .. }
        | Event::CallbackCancelled { .. }
        | Event::Fault { .. }
        | Event::Media { .. } => {}
    }
    event
}

pub(super) fn masked_verdict(verdict: &Verdict, view: &View) -> Verdict {
    let mut verdict = verdict.clone();
    if let Verdict::TransferredOut { to } = &mut verdict
        && !view.reveal
    {
        hide(to);
    }
    verdict
}

fn hide(to: &mut TransferTo) {
    if let TransferTo::Number { number } = to {
        *number = hidden(number);
    }
}

fn hidden(n: &PhoneNumber) -> PhoneNumber {
    PhoneNumber::new(n.to_string())
}
