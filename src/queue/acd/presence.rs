//! Who stands in line, and does not listen: a caller who looks back into self-service, or one who
//! has hung up to be called back. Agents are looked for all the same; nothing is announced, nobody
//! is sent on, and who is to be called back takes no room from those who call.

use super::timers::at_least;
use super::{Acd, CallerDoing, ContactId, Mono, OverflowCause, Presence, Timer};
use crate::now::Now;

impl Acd {
    /// A caller who looked back into self-service ([`super::Leaving::KeepsPlace`]) listens again.
    /// Nothing for one whom an agent has got meanwhile.
    pub fn handle_back_in_line(&mut self, now: Now, contact: ContactId) {
        if self.callers.get(&contact).is_some_and(|c| c.in_line()) {
            self.come_back(now.mono, contact);
        }
        self.settle(now.mono);
    }

    /// A caller comes back to the place they had, because the transfer failed or the agent was
    /// lost (then call it instead of
    /// [`Acd::handle_contact_over`]; the agent's wrap-up begins). Who was being talked to
    /// stands before all who came later, that is at the head.
    pub fn handle_return(&mut self, now: Now, contact: ContactId) {
        self.come_back(now.mono, contact);
        self.settle(now.mono);
    }

    /// Who was called back has answered, and talks with the agent: from now on they are a caller
    /// like all others.
    pub fn handle_reached(&mut self, contact: ContactId) {
        if let Some(caller) = self.callers.get_mut(&contact)
            && !caller.in_line()
        {
            caller.presence = Presence::Listens;
        }
    }

    pub(super) fn look_back(&mut self, now: Mono, contact: ContactId) {
        if let Some(caller) = self.callers.get_mut(&contact)
            && caller.in_line()
            && caller.presence == Presence::Listens
        {
            caller.presence = Presence::Elsewhere;
            self.set_waiting_timers(now, contact);
        }
    }

    /// To the place the caller has, and a new wait begins if the last one ended.
    pub(super) fn come_back(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let queue = caller.queue;
        match caller.doing {
            CallerDoing::Waiting | CallerDoing::Offered { .. } => {
                if caller.presence == Presence::Elsewhere {
                    caller.presence = Presence::Listens;
                    match self.is_unstaffed(now, queue) {
                        true => self.overflow(now, contact, OverflowCause::Unstaffed),
                        false => self.set_waiting_timers(now, contact),
                    }
                }
                return;
            }
            CallerDoing::Away => {
                caller.since = now;
                caller.expects = None;
                self.q_mut(queue).counts.entered += 1;
            }
            CallerDoing::Talking { agent } => {
                caller.since = now;
                caller.expects = None;
                caller.doing = CallerDoing::Away;
                self.q_mut(queue).counts.entered += 1;
                self.end_talk(now, agent, contact);
            }
        }
        let called_back = self.is_called_back(contact);
        // A full queue still has this place.
        if self.stopping {
            self.overflow(now, contact, OverflowCause::Stopping);
        } else if self.is_unstaffed(now, queue) && !called_back {
            self.overflow(now, contact, OverflowCause::Unstaffed);
        } else {
            self.join_line(now, contact);
        }
    }

    fn is_called_back(&self, contact: ContactId) -> bool {
        let caller = self.callers.get(&contact);
        caller.is_some_and(|c| c.presence == Presence::CalledBack)
    }

    /// The timers of somebody in line, from now on: none for those who do not listen.
    pub(super) fn set_waiting_timers(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let s = &self.queues[caller.queue.0 as usize].settings;
        let listens = caller.presence == Presence::Listens;
        let since = caller.since;
        let give_up = s.max_wait.map(|wait| (since + wait).max(now));
        let position = s.position_every.map(|_| now);
        let comfort = s.comfort_every.map(|every| now + at_least(every));
        let of = |at: Option<Mono>| at.filter(|_| listens);
        let t = &mut caller.timers;
        self.timers
            .set(&mut t.give_up, of(give_up), Timer::GiveUp(contact));
        self.timers
            .set(&mut t.position, of(position), Timer::Position(contact));
        self.timers
            .set(&mut t.comfort, of(comfort), Timer::Comfort(contact));
    }
}
