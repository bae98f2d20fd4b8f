//! Deadlines of the queue machine: an index over those that its parts hold.

use std::collections::BTreeSet;

use super::{AgentIx, CallerDoing, OfferId, OverflowCause, Presence, QueueAction, QueueIx};
use crate::ids::ContactId;
use crate::now::{Mono, Now};

/// What is due. The order is the order at the same moment: agents become ready before
/// callers are given up on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// Needs less, or is not held for one agent any longer.
    Regroup(ContactId),
    /// End of wrap-up, or of being set aside.
    Agent(AgentIx),
    /// End of ringing.
    Offer(OfferId),
    /// The queue counts as unstaffed.
    Unstaffed(QueueIx),
    /// Waited too long.
    GiveUp(ContactId),
    /// Tell the position.
    Position(ContactId),
    /// Play the comfort message.
    Comfort(ContactId),
}

#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Mono, Timer)>);

impl Timers {
    pub(super) fn first(&self) -> Option<Mono> {
        self.0.first().map(|&(at, _)| at)
    }

    /// Moves a deadline that its owner keeps in `slot`.
    pub(super) fn set(&mut self, slot: &mut Option<Mono>, to: Option<Mono>, timer: Timer) {
        if let Some(at) = slot.take() {
            self.0.remove(&(at, timer));
        }
        if let Some(at) = to {
            self.0.insert((at, timer));
        }
        *slot = to;
    }

    pub(super) fn add(&mut self, at: Mono, timer: Timer) {
        self.0.insert((at, timer));
    }

    pub(super) fn remove(&mut self, at: Mono, timer: Timer) {
        self.0.remove(&(at, timer));
    }

    fn regroups_next(&self, now: Mono) -> bool {
        let next = self.0.first().filter(|&&(at, _)| at <= now);
        matches!(next, Some((_, Timer::Regroup(_))))
    }

    fn pop_due(&mut self, now: Mono) -> Option<Timer> {
        let &(at, timer) = self.0.first()?;
        if at > now {
            return None;
        }
        self.0.pop_first();
        Some(timer)
    }
}

impl super::Acd {
    /// Does what is due by now, oldest deadline first. Harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Now) {
        let now = now.mono;
        while let Some(timer) = self.timers.pop_due(now) {
            match timer {
                Timer::Regroup(contact) => self.regroup(now, contact),
                Timer::Agent(ix) => self.agent_time_is_up(now, ix),
                Timer::Offer(offer) => self.ringing_is_over(now, offer),
                Timer::Unstaffed(ix) => self.queue_is_unstaffed(now, ix),
                Timer::GiveUp(contact) => self.waited_too_long(now, contact),
                Timer::Position(contact) => self.tell_position(now, contact),
                Timer::Comfort(contact) => self.comfort(now, contact),
            }
            // Of those who need less from the same moment on, the foremost is served first.
            if !self.timers.regroups_next(now) {
                self.settle(now);
            }
        }
    }

    fn queue_is_unstaffed(&mut self, now: Mono, ix: QueueIx) {
        let listens = |c: &ContactId| {
            let caller = self.callers.get(c);
            caller.is_some_and(|c| c.presence == Presence::Listens)
        };
        let waiting: Vec<ContactId> = self.q(ix).line.iter().filter(listens).collect();
        for contact in waiting {
            self.overflow(now, contact, OverflowCause::Unstaffed);
        }
    }

    fn waited_too_long(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        caller.timers.give_up = None;
        match caller.doing {
            CallerDoing::Waiting => self.overflow(now, contact, OverflowCause::WaitedTooLong),
            // A phone rings for them: looked at again if nobody answers.
            CallerDoing::Offered { .. } | CallerDoing::Talking { .. } | CallerDoing::Away => {}
        }
    }

    fn tell_position(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        caller.timers.position = None;
        let queue = &self.queues[caller.queue.0 as usize];
        let next = queue
            .settings
            .position_every
            .map(|every| now + at_least(every));
        let timer = Timer::Position(contact);
        self.timers.set(&mut caller.timers.position, next, timer);
        if caller.doing == CallerDoing::Waiting {
            self.say_position(now, contact);
        }
    }

    /// A caller asks for their place: it is told once more, and how long it will take.
    pub fn handle_position_asked(&mut self, now: Now, contact: ContactId) {
        self.say_position(now.mono, contact);
    }

    fn say_position(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let queue = &self.queues[caller.queue.0 as usize];
        let Some(position) = queue.line.position(caller.place) else {
            return;
        };
        let wait = queue.pace.estimate(now, position, queue.working);
        caller.told = Some((now, position));
        caller.expects = caller.expects.or(wait.map(|wait| (now, wait)));
        self.actions.push_back(QueueAction::Position {
            contact,
            position,
            wait,
        });
    }

    fn comfort(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        caller.timers.comfort = None;
        let every = self.queues[caller.queue.0 as usize].settings.comfort_every;
        let next = every.map(|every| now + at_least(every));
        let timer = Timer::Comfort(contact);
        self.timers.set(&mut caller.timers.comfort, next, timer);
        if caller.doing == CallerDoing::Waiting {
            self.actions.push_back(QueueAction::Comfort { contact });
        }
    }
}

/// Repeated messages keep at least a second's distance, whatever the settings say.
pub(super) fn at_least(every: std::time::Duration) -> std::time::Duration {
    every.max(std::time::Duration::from_secs(1))
}
