//! Callers: entering, leaving, coming back, overflowing.

use std::time::Duration;

use super::{
    Acd, AgentDoing, Arrival, Caller, CallerDoing, CallerTimers, ContactId, Leaving, Mono, Needs,
    OfferId, OverflowCause, Place, Presence, Priority, QueueIx, SentOn, Timer, Wish, Withdrawal,
};
use crate::ids::SkillName;
use crate::now::Now;
use crate::queue::settings::{Strategy, Unstaffed};

/// Positions are not told more often than this, however fast the line moves.
const POSITION_GAP: Duration = Duration::from_secs(10);

impl Acd {
    /// A caller comes to a queue: an [`QueueAction::Offer`], the wait, or at once an
    /// [`QueueAction::Overflow`].
    ///
    /// Who already stands in this queue stays at their place; who is in self-service or handed on
    /// comes back to it (as by [`Acd::handle_return`]); who is in another queue moves. A queue
    /// that does not exist counts as unstaffed: nobody is lost by a wrong name.
    pub fn handle_enter(&mut self, now: Now, arrival: Arrival) {
        let Arrival {
            contact,
            queue,
            priority,
            mut needs,
            language,
            wish,
            came,
            called_back,
        } = arrival;
        let now = now.mono;
        let wish = wish.and_then(|wanted| {
            let agent = *self.agent_ids.get(&wanted.agent)?;
            let until = now + wanted.hold;
            Some(Wish { agent, until })
        });

        let Some(to) = self.queue_names.get(&queue).copied() else {
            self.forget(now, contact, Ended::Moved);
            self.send_to_message(contact, OverflowCause::Unstaffed);
            self.settle(now);
            return;
        };
        if let Some(language) = language {
            let level = self.q(to).settings.language_level;
            needs.insert(SkillName::new(language.as_str()), level);
        }
        let comes = Comes {
            priority,
            needs: self.needs(&needs),
            wish,
            came: came.unwrap_or(now).min(now),
            presence: match called_back {
                true => Presence::CalledBack,
                false => Presence::Listens,
            },
        };
        match self.callers.get(&contact) {
            Some(caller) if caller.queue == to => self.come_back(now, contact),
            Some(_) => {
                self.forget(now, contact, Ended::Moved);
                self.enter(now, contact, to, comes);
            }
            None => self.enter(now, contact, to, comes),
        }
        self.settle(now);
    }

    /// A caller leaves: hung up (abandoned, or the end of a talk; offers to agents are
    /// withdrawn), or goes back to self-service with the place kept (they stand).
    pub fn handle_left(&mut self, now: Now, contact: ContactId, leaving: Leaving) {
        let now = now.mono;
        match leaving {
            Leaving::Gone => self.forget(now, contact, Ended::Abandoned),
            Leaving::KeepsPlace => self.look_back(now, contact),
        }
        self.settle(now);
    }

    /// The caller asks for what the queue has in place of waiting: a message.
    pub fn handle_overflow_asked(&mut self, now: Now, contact: ContactId) {
        match self.callers.get(&contact) {
            Some(caller) if caller.in_line() => {
                self.overflow(now.mono, contact, OverflowCause::Asked);
            }
            Some(caller) if caller.sent_on.is_some() => {
                self.send_to_message(contact, OverflowCause::Asked);
            }
            Some(_) | None => {}
        }
        self.settle(now.mono);
    }

    /// Puts a caller whom the machine does not have into a queue, or lets them overflow.
    fn enter(&mut self, now: Mono, contact: ContactId, to: QueueIx, comes: Comes) {
        self.tickets += 1;
        let caller = Caller {
            queue: to,
            place: Place::new(
                comes.came,
                comes.priority,
                self.priority_worth,
                self.tickets,
            ),
            doing: CallerDoing::Away,
            presence: comes.presence,
            since: now,
            tried: vec![to],
            sent_on: None,
            needs: comes.needs,
            wish: comes.wish,
            group: None,
            timers: CallerTimers::default(),
            told: None,
            expects: None,
        };
        let admitted = self.admits(now, to, &caller);
        self.callers.insert(contact, caller);
        self.q_mut(to).counts.entered += 1;
        match admitted {
            Ok(()) => self.join_line(now, contact),
            Err(cause) => self.overflow(now, contact, cause),
        }
    }

    /// Whether a queue takes one more, this one.
    pub(super) fn admits(
        &self,
        now: Mono,
        ix: QueueIx,
        caller: &Caller,
    ) -> Result<(), OverflowCause> {
        let q = self.q(ix);
        let present = q.line.len().saturating_sub(q.called_back);
        if self.stopping {
            Err(OverflowCause::Stopping)
        } else if caller.presence == Presence::CalledBack {
            // Somebody comes, sooner or later: they have been promised that.
            Ok(())
        } else if self.is_unstaffed(now, ix) {
            Err(OverflowCause::Unstaffed)
        } else if present >= q.settings.max_callers && !self.has_agent_for(now, ix, caller) {
            Err(OverflowCause::Full)
        } else {
            Ok(())
        }
    }

    pub(super) fn is_unstaffed(&self, now: Mono, ix: QueueIx) -> bool {
        let q = self.q(ix);
        q.settings.unstaffed == Unstaffed::Overflow
            && q.staffed == 0
            && q.unstaffed_at.is_none_or(|at| at <= now)
    }

    /// Into the line at the caller's place, with the timers of waiting.
    pub(super) fn join_line(&mut self, now: Mono, contact: ContactId) {
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        caller.doing = CallerDoing::Waiting;
        caller.sent_on = None;
        let queue = &mut self.queues[caller.queue.0 as usize];
        queue.line.insert(caller.place, contact);
        queue.called_back += usize::from(caller.presence == Presence::CalledBack);
        self.set_waiting_timers(now, contact);
        self.open(now, contact);
    }

    /// Out of the line, offers withdrawn, timers gone; what the caller does next is `then`.
    fn leave_line(&mut self, now: Mono, contact: ContactId, then: CallerDoing) {
        self.close(contact);
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let was = std::mem::replace(&mut caller.doing, then);
        let (queue, place) = (caller.queue, caller.place);
        let called_back = caller.presence == Presence::CalledBack && was.in_line();
        let t = &mut caller.timers;
        self.timers
            .set(&mut t.give_up, None, Timer::GiveUp(contact));
        self.timers
            .set(&mut t.position, None, Timer::Position(contact));
        self.timers
            .set(&mut t.comfort, None, Timer::Comfort(contact));
        let q = self.q_mut(queue);
        q.called_back -= usize::from(called_back);
        let was_first = q.line.remove(place);
        if q.line.len() == 0 {
            q.pace.handle_empty();
        }
        if was_first {
            self.front_moved(now, queue);
        }
        match was {
            CallerDoing::Offered { offers } => {
                for offer in offers {
                    self.withdraw(offer, Withdrawal::CallerLeft);
                    self.free_agent_of(now, offer);
                    self.drop_offer(offer);
                }
            }
            CallerDoing::Waiting | CallerDoing::Talking { .. } | CallerDoing::Away => {}
        }
    }

    /// An agent took the caller: out of the line, and all other offers are withdrawn.
    pub(super) fn taken(&mut self, now: Mono, contact: ContactId, by: OfferId) {
        let Some(offer) = self.offers.get(&by).copied() else {
            return;
        };
        let doing = CallerDoing::Talking { agent: offer.agent };
        let others = match self.callers.get_mut(&contact).map(|c| &mut c.doing) {
            Some(CallerDoing::Offered { offers }) => std::mem::take(offers),
            Some(CallerDoing::Waiting | CallerDoing::Talking { .. } | CallerDoing::Away) | None => {
                Vec::new()
            }
        };
        self.leave_line(now, contact, doing);
        if let Some(caller) = self.callers.get_mut(&contact)
            && caller.presence == Presence::Elsewhere
        {
            caller.presence = Presence::Listens;
        }
        self.drop_offer(by);
        for other in others {
            if other != by {
                self.withdraw(other, Withdrawal::AnsweredElsewhere);
                self.free_agent_of(now, other);
                self.drop_offer(other);
            }
        }
    }

    /// A new front of the line learns it soon; the others hear at the next interval, for
    /// telling a thousand callers about each step would cost a thousand messages.
    fn front_moved(&mut self, now: Mono, ix: QueueIx) {
        let queue = &self.queues[ix.0 as usize];
        let Some(contact) = queue.line.front() else {
            return;
        };
        if queue.settings.position_every.is_none() {
            return;
        }
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        if let Some((told_at, position)) = caller.told
            && position > 1
        {
            let soon = (told_at + POSITION_GAP).max(now);
            if caller.timers.position.is_some_and(|at| at > soon) {
                let slot = &mut caller.timers.position;
                self.timers.set(slot, Some(soon), Timer::Position(contact));
            }
        }
    }

    /// After an offer that was not taken: nobody's phone rings for them any more.
    pub(super) fn put_back_in_line(&mut self, now: Mono, offer: OfferId) {
        let Some(contact) = self.offers.get(&offer).map(|o| o.contact) else {
            return;
        };
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        let CallerDoing::Offered { offers } = &mut caller.doing else {
            return;
        };
        offers.retain(|&o| o != offer);
        if !offers.is_empty() {
            return;
        }
        caller.doing = CallerDoing::Waiting;
        let queue = &self.queues[caller.queue.0 as usize];
        if let Some(wait) = queue.settings.max_wait
            && caller.presence == Presence::Listens
            && caller.timers.give_up.is_none()
        {
            // It ran out while the phone rang. An agent who is ready now comes first.
            let at = (caller.since + wait).max(now);
            let slot = &mut caller.timers.give_up;
            self.timers.set(slot, Some(at), Timer::GiveUp(contact));
        }
        if caller.group.is_none() {
            self.open(now, contact);
        }
    }

    /// The caller's wait here is over without an agent: along the steps of their queue.
    pub(super) fn overflow(&mut self, now: Mono, contact: ContactId, cause: OverflowCause) {
        self.leave_line(now, contact, CallerDoing::Away);
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        caller.sent_on = Some(SentOn { cause, next: 0 });
        let from = caller.queue;
        self.q_mut(from).counts.overflowed += 1;
        self.lead_on(now, contact);
    }

    /// The caller is no longer ours.
    fn forget(&mut self, now: Mono, contact: ContactId, ended: Ended) {
        let Some(caller) = self.callers.get(&contact) else {
            return;
        };
        let queue = caller.queue;
        let waits = match caller.doing {
            CallerDoing::Waiting | CallerDoing::Offered { .. } => {
                self.leave_line(now, contact, CallerDoing::Away);
                true
            }
            CallerDoing::Away => false,
            CallerDoing::Talking { agent } => {
                self.end_talk(now, agent, contact);
                false
            }
        };
        self.callers.remove(&contact);
        if waits {
            let counts = &mut self.q_mut(queue).counts;
            match ended {
                Ended::Abandoned => counts.abandoned += 1,
                Ended::Moved => counts.moved += 1,
            }
        }
    }

    /// Which callers a queue's strategy leaves open for more offers.
    pub(super) fn stays_open(&self, ix: QueueIx) -> bool {
        match self.q(ix).settings.strategy {
            Strategy::LongestIdle | Strategy::RoundRobin | Strategy::FewestContacts => false,
            Strategy::RingAll => true,
        }
    }

    /// The agent of an offer that is taken away is idle as before.
    fn free_agent_of(&mut self, now: Mono, offer: OfferId) {
        if let Some(o) = self.offers.get(&offer).copied()
            && self.a(o.agent).doing == (AgentDoing::Offered { offer })
        {
            self.rest_as_before(now, o.agent);
        }
    }
}

/// What a caller brings along.
struct Comes {
    priority: Priority,
    needs: Needs,
    wish: Option<Wish>,
    came: Mono,
    presence: Presence,
}

#[derive(Clone, Copy)]
enum Ended {
    Abandoned,
    Moved,
}

impl Caller {
    pub(super) fn in_line(&self) -> bool {
        self.doing.in_line()
    }
}

impl CallerDoing {
    fn in_line(&self) -> bool {
        match self {
            CallerDoing::Waiting | CallerDoing::Offered { .. } => true,
            CallerDoing::Talking { .. } | CallerDoing::Away => false,
        }
    }
}
