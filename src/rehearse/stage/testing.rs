//! For tests: what befalls each call, one thing after the other, and where that leaves it.

use std::mem;

use super::{Stage, people};
use crate::call::Call;
use crate::call::event::{CallEvent, QueueEvent, RecordingOutcome};
use crate::call::testing::Standing;
use crate::check::graph::{Cause, Event};
use crate::ids::{Key, QueueName};
use crate::media::command::MediaEvent;
use crate::queue::action::OverflowCause;
use crate::queue::settings::AcdSettings;
use crate::rehearse::house::House;
use crate::rehearse::world::World;
use crate::sip::leg::LegEvent;

/// Something befell a call.
#[derive(Debug)]
pub(crate) struct Befell {
    /// The caller's place on the stage.
    pub caller: usize,
    pub what: What,
    /// Where the call stands when all that it asked for has been done.
    pub standing: Standing,
    /// The queues that have been tried for them.
    pub tried: Vec<QueueName>,
    /// No message is taken at the moment.
    pub broken: bool,
}

/// What befell it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// The caller pressed a key.
    Key(Key),
    /// The caller's leg is over.
    Gone,
    /// A panic.
    Fault,
    /// A deadline has come.
    Time,
    /// Something else, which may be any of these to the checker.
    Other(&'static [Event]),
}

#[derive(Debug, Default)]
pub(super) struct Watch {
    on: bool,
    open: Option<(usize, What)>,
    seen: Vec<Befell>,
}

impl Watch {
    pub(super) fn befell(&mut self, caller: usize, what: What) {
        if self.on {
            self.open = Some((caller, what));
        }
    }
}

impl Stage {
    /// From now on it is kept what befalls the calls.
    pub(in crate::rehearse) fn watch(&mut self) {
        self.watch.on = true;
    }

    pub(in crate::rehearse) fn watched(&mut self) -> Vec<Befell> {
        mem::take(&mut self.watch.seen)
    }

    /// All that followed at once from what befell a call has been done.
    pub(super) fn look(&mut self) {
        let Some((n, what)) = self.watch.open.take() else {
            return;
        };
        let caller = &self.callers[n];
        let standing = match &caller.verdict {
            Some(verdict) => Standing::Ends(verdict.clone()),
            None => caller.call.standing(),
        };
        self.watch.seen.push(Befell {
            caller: n,
            what,
            standing,
            tried: self.acd.tried(caller.call.contact()),
            broken: caller.call.takes_no_message(),
        });
    }
}

/// The queues as they are in this world.
pub(crate) fn queues(house: &House, world: &World) -> AcdSettings {
    people::settings(house, world)
}

/// What the checker calls an event of a call.
pub(super) fn what(call: &Call, event: &CallEvent) -> What {
    What::Other(match event {
        CallEvent::Media(MediaEvent::Key { leg, key, .. }) if *leg == call.caller_leg() => {
            return What::Key(*key);
        }
        CallEvent::Leg(leg, LegEvent::Ended(_)) if *leg == call.caller_leg() => return What::Gone,
        CallEvent::Leg(leg, LegEvent::Confirmed { .. }) if *leg == call.caller_leg() => {
            &[Event::Settled]
        }
        CallEvent::Known(_) => &[Event::Settled],
        CallEvent::Media(MediaEvent::Played { .. }) => &[Event::Played],
        CallEvent::Media(MediaEvent::PlayFailed { .. }) => &[Event::PlayFailed],
        CallEvent::Media(MediaEvent::RecordEnded { .. }) => &[Event::RecordedAll],
        CallEvent::Recording(_, RecordingOutcome::Stored { .. }) => &[Event::Stored],
        CallEvent::Recording(_, RecordingOutcome::Taken) => &[Event::Taken],
        CallEvent::Draft(_, Some(_)) => &[Event::Fetched],
        CallEvent::Draft(_, None) => &[Event::NotFetched],
        CallEvent::Recording(_, RecordingOutcome::TooShort) => &[Event::TooShort],
        CallEvent::Recording(_, RecordingOutcome::Failed) => &[Event::StoreFailed],
        CallEvent::Reply(..) => &[Event::Found, Event::Missing, Event::ServiceFailed],
        CallEvent::Recalled(..) => &[Event::Recalled, Event::NotRecalled],
        CallEvent::CallbackStored(_, Some(_)) | CallEvent::LetterStored(_, Some(_)) => {
            &[Event::Stored]
        }
        CallEvent::CallbackStored(_, None) | CallEvent::LetterStored(_, None) => {
            &[Event::StoreFailed]
        }
        CallEvent::Times(..) => &[Event::TimesFree, Event::NoTimes],
        CallEvent::TimeTaken(_) => &[Event::TimeTaken],
        CallEvent::Queue(QueueEvent::Connect(_)) => &[Event::Answered, Event::Called],
        CallEvent::Queue(QueueEvent::Overflow { cause, .. }) => match cause {
            OverflowCause::Full => &[Event::Overflow(Cause::Full), Event::NotReached],
            OverflowCause::Unstaffed => &[Event::Overflow(Cause::Unstaffed), Event::NotReached],
            OverflowCause::WaitedTooLong => {
                &[Event::Overflow(Cause::WaitedTooLong), Event::NotReached]
            }
            OverflowCause::Asked | OverflowCause::Stopping => &[Event::Overflow(Cause::AtOnce)],
        },
        // An outside number, or the way to it.
        CallEvent::Leg(..) | CallEvent::MediaFailed(_) | CallEvent::Located(_) => {
            &[Event::Reached, Event::NotReached]
        }
        _ => &[],
    })
}
