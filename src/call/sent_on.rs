//! The queue has sent the caller on, to what may come to nothing: a number outside, or a callback
//! (P5). Either it comes about, or the queue is asked for the next step; at the end is a promise.

use std::time::Duration;

use super::event::{CallAction, Location, QueueCommand};
use super::legs::Purpose;
use super::looking_back::KeptPlace;
use super::machine::{Call, Stage};
use crate::ids::{PhoneNumber, PromptName};
use crate::menu::outcome::Reason;
use crate::menu::system as sys;
use crate::menu::tree::Aside;
use crate::now::{Mono, Now};
use crate::queue::acd::NotAnswered;
use crate::queue::action::OverflowStep;
use crate::record::timeline::Event as RecordEvent;
use crate::sip::leg::CallTarget;

/// How long a number outside rings.
const RING: Duration = Duration::from_secs(25);

/// What tells how it went may come so much later than it should.
const MARGIN: Duration = Duration::from_secs(5);

/// A number outside to which the queue has sent the caller.
#[derive(Debug)]
pub(super) struct Outside {
    pub number: PhoneNumber,
    step: Step,
}

#[derive(Debug, PartialEq)]
enum Step {
    /// The way there is looked for, or it rings. It has come to something by then.
    Under(Mono),
    /// Nobody was reached; the queue is asked for what is next.
    InVain,
}

impl Outside {
    /// When it has been tried for long enough.
    pub fn until(&self) -> Option<Mono> {
        match self.step {
            Step::Under(until) => Some(until),
            Step::InVain => None,
        }
    }
}

impl Call {
    /// Whether the caller waits for somebody outside.
    pub(super) fn rings_outside(&self) -> bool {
        matches!(&self.stage, Stage::Waiting(w) if w.outside.is_some())
    }

    /// A number outside is called. The caller goes on waiting meanwhile, with music and keys.
    pub(super) fn ring_outside(
        &mut self,
        now: Now,
        number: PhoneNumber,
        before: Option<PromptName>,
    ) {
        let Stage::Waiting(w) = &mut self.stage else {
            return;
        };
        w.outside = Some(Outside {
            number: number.clone(),
            step: Step::Under(now.mono + RING + MARGIN),
        });
        // Who has just come hears that already.
        let quiet = w.announcer.playing.is_none();
        let queue = w.queue.clone();
        let words = match quiet {
            true => self.connecting_words(&Reason::Routed, &queue),
            false => Vec::new(),
        };
        let words: Vec<PromptName> = before.into_iter().chain(words).collect();
        if !words.is_empty() {
            self.announce(now, words);
        }
        self.act(CallAction::Locate(number));
    }

    /// The directory has told the way there.
    pub(super) fn outside_located(&mut self, location: Location) {
        let Stage::Waiting(w) = &self.stage else {
            return;
        };
        let Some(outside) = w.outside.as_ref().filter(|o| o.until().is_some()) else {
            return;
        };
        match location {
            Location::Outside { trunk, number } => {
                let rings = self.ringing.values();
                let rings = rings.filter(|r| matches!(r.purpose, Purpose::Overflow(_)));
                if number == outside.number && rings.count() == 0 {
                    let purpose = Purpose::Overflow(number.clone());
                    self.ring_target(purpose, CallTarget::Trunk { trunk, number }, RING);
                }
            }
            // The settings do not load with such a number: they were others a moment ago.
            Location::NotAllowed { .. }
            | Location::Agent(..)
            | Location::Busy(_)
            | Location::Queue(_)
            | Location::Line(_)
            | Location::Unknown => self.outside_in_vain(NotAnswered::Unreachable),
        }
    }

    /// Nobody there talks with the caller.
    pub(super) fn outside_in_vain(&mut self, cause: NotAnswered) {
        let Stage::Waiting(w) = &mut self.stage else {
            return;
        };
        let Some(outside) = w.outside.as_mut().filter(|o| o.until().is_some()) else {
            return;
        };
        outside.step = Step::InVain;
        let number = Some(outside.number.clone());
        self.record(RecordEvent::CalledInVain { cause, number });
        self.act(CallAction::Queue(QueueCommand::NextStep { again: false }));
    }

    /// Nothing was heard from there for long enough.
    pub(super) fn outside_overdue(&mut self, now: Now) {
        if let Stage::Waiting(w) = &self.stage
            && let Some(until) = w.outside.as_ref().and_then(Outside::until)
            && until <= now.mono
        {
            self.hang_up_dialled();
            self.outside_in_vain(NotAnswered::NoAnswer);
        }
    }

    /// The caller is asked whether they want to be called back, at the place that they had.
    pub(super) fn offer_callback(&mut self, now: Now, sorry: bool, before: Option<PromptName>) {
        let Stage::Waiting(w) = &self.stage else {
            return;
        };
        let queue = w.queue.clone();
        let sounds = self.setup.sounds.get(&queue);
        let calls_out = sounds.is_some_and(|s| s.calls_out);
        // Where nothing can be stored, nothing is promised.
        let broken = self.message_broken || self.callback_broken;
        if !calls_out || broken || self.line.aside(Aside::Callback).is_none() {
            return self.act(CallAction::Queue(QueueCommand::NextStep { again: false }));
        }
        let place = KeptPlace {
            queue,
            since: w.since,
            sent_on: true,
        };
        let before = before.unwrap_or_else(|| PromptName::new(sys::NOBODY_FREE));
        let sorry = sorry.then(|| PromptName::new(sys::FAULT));
        let before = sorry.into_iter().chain([before]).collect();
        self.lead_to_menus(now, Some(Aside::Callback), Some(place), before);
    }

    /// The caller will not be called back, or can not be: to what the queue has besides. Who asks for
    /// a person is asked for once more before.
    pub(super) fn go_on(&mut self, now: Now, place: KeptPlace, reason: Reason) {
        let again = reason == Reason::Asked;
        self.callback_broken |= matches!(reason, Reason::Fault { .. });
        self.act(CallAction::Queue(QueueCommand::NextStep { again }));
        let words = match &reason {
            Reason::Asked | Reason::Fault { .. } => self.connecting_words(&reason, &place.queue),
            Reason::Silence
            | Reason::WrongKeys
            | Reason::Routed
            | Reason::Callback
            | Reason::Transferred => Vec::new(),
        };
        self.wait_in(now, place.queue, place.since, reason, words);
    }

    /// It has crossed with the caller's way back into the menus.
    pub(super) fn sent_on_in_menus(&mut self, to: &OverflowStep) {
        let Stage::Menu(m) = &mut self.stage else {
            return;
        };
        match (to, &mut m.place) {
            (OverflowStep::Queue(queue), Some(place)) => {
                place.queue = queue.clone();
                if std::mem::take(&mut place.sent_on) {
                    self.act(CallAction::Queue(QueueCommand::LookBack));
                }
            }
            // What they are asked is that, or they have asked for it.
            (OverflowStep::Outside(_) | OverflowStep::Callback, Some(place)) if place.sent_on => {}
            (OverflowStep::Outside(_) | OverflowStep::Callback, place) => {
                *place = None;
                self.act(CallAction::Queue(QueueCommand::Leave));
            }
            // There is no place to go back to.
            (OverflowStep::Queue(_) | OverflowStep::Message, place) => *place = None,
        }
    }
}
