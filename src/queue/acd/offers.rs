//! Offers: who is offered to whom, and what comes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{
    Acd, AgentDoing, AgentIx, Answer, CallerDoing, ContactId, Mono, NotAnswered, Offer, OfferId,
    Place, QueueAction, QueueIx, Timer, Withdrawal,
};
use crate::now::Now;

impl Acd {
    /// An agent answered. Whatever crossed with it is decided here: if the offer still
    /// stands, the caller is theirs and all other offers of the caller are withdrawn.
    pub fn handle_answered(&mut self, now: Now, offer: OfferId) -> Answer {
        let Some(o) = self.offers.get(&offer).copied() else {
            return Answer::TooLate;
        };
        let Some(caller) = self.callers.get(&o.contact) else {
            return Answer::TooLate;
        };
        let (queue, since, expects) = (caller.queue, caller.since, caller.expects);
        self.taken(now.mono, o.contact, offer);
        let q = self.q_mut(queue);
        q.counts.answered += 1;
        if let Some((at, interval)) = expects {
            q.counts.estimated += 1;
            q.counts.estimated_rightly += u64::from(interval.holds(now.mono.since(at)));
        }
        let waiting = q.line.len() > 0;
        q.pace.handle_answered(now.mono, q.working, waiting);
        let (name, wrap_up) = (q.settings.name.clone(), q.settings.wrap_up);
        let wrap_up = self.a(o.agent).wrap_up.unwrap_or(wrap_up);
        let talking = AgentDoing::Talking {
            contact: o.contact,
            queue,
            wrap_up,
        };
        self.a_mut(o.agent).taken += 1;
        self.set_agent(now.mono, o.agent, talking);
        self.settle(now.mono);
        Answer::Connect {
            contact: o.contact,
            agent: self.a(o.agent).id.clone(),
            queue: name,
            waited: now.mono.since(since),
        }
    }

    /// An agent did not take the offer: they are set aside and the caller is back at their
    /// place. Ignored when the offer is over already.
    pub fn handle_not_answered(&mut self, now: Now, offer: OfferId, cause: NotAnswered) {
        self.not_answered(now.mono, offer, cause);
        self.settle(now.mono);
    }

    /// The phone rang as long as it may, and nobody told us what came of it.
    pub(super) fn ringing_is_over(&mut self, now: Mono, offer: OfferId) {
        self.withdraw(offer, Withdrawal::NotTaken(NotAnswered::NoAnswer));
        self.not_answered(now, offer, NotAnswered::NoAnswer);
    }

    fn not_answered(&mut self, now: Mono, offer: OfferId, cause: NotAnswered) {
        let Some(o) = self.offers.get(&offer).copied() else {
            return;
        };
        if let Some(queue) = self.callers.get(&o.contact).map(|c| c.queue) {
            self.q_mut(queue).counts.missed += 1;
        }
        self.put_back_in_line(now, offer);
        self.drop_offer(offer);
        if self.a(o.agent).pause.is_some() || !self.a(o.agent).engaged.is_empty() {
            // They had said so while it rang, or are on another call: nobody is set aside for that.
            self.rest(now, o.agent);
            return;
        }
        let aside = match cause {
            NotAnswered::NoAnswer => self.set_aside.no_answer,
            NotAnswered::Busy => self.set_aside.busy,
            NotAnswered::Refused => self.set_aside.refused,
            NotAnswered::Unreachable => self.set_aside.unreachable,
        };
        let until = aside.map(|d| now + d.max(Duration::from_secs(1)));
        self.set_agent(now, o.agent, AgentDoing::Missed { until });
    }

    pub(super) fn withdraw(&mut self, offer: OfferId, why: Withdrawal) {
        if let Some(o) = self.offers.get(&offer) {
            self.actions.push_back(QueueAction::Withdraw {
                offer,
                contact: o.contact,
                why,
            });
        }
    }

    pub(super) fn drop_offer(&mut self, offer: OfferId) {
        if let Some(o) = self.offers.remove(&offer) {
            self.timers.remove(o.until, Timer::Offer(offer));
        }
    }

    /// Brings together whom the last event made free for each other, the foremost caller
    /// with the agent whose turn it is, until nobody waits while an agent of theirs is ready.
    pub(super) fn settle(&mut self, now: Mono) {
        let dirty = std::mem::take(&mut self.dirty);
        let mut heads: BTreeSet<(Place, QueueIx)> = dirty
            .into_iter()
            .filter_map(|q| self.foremost(q).map(|(place, ..)| (place, q)))
            .collect();
        while let Some((place, q)) = heads.pop_first() {
            // The agent may have gone to a caller of another queue meanwhile.
            let Some((foremost, contact, agent)) = self.foremost(q) else {
                continue;
            };
            if foremost == place {
                self.offer(now, q, contact, agent);
            }
            if let Some((next, ..)) = self.foremost(q) {
                heads.insert((next, q));
            }
        }
    }

    /// Rings an agent who is ready for the caller.
    fn offer(&mut self, now: Mono, ix: QueueIx, contact: ContactId, agent: AgentIx) {
        if !self.stays_open(ix) {
            self.close(contact);
        }
        let Some(caller) = self.callers.get_mut(&contact) else {
            return;
        };
        self.offer_ids += 1;
        let offer = OfferId(self.offer_ids);
        match &mut caller.doing {
            CallerDoing::Offered { offers } => offers.push(offer),
            CallerDoing::Waiting => {
                caller.doing = CallerDoing::Offered {
                    offers: vec![offer],
                };
            }
            CallerDoing::Talking { .. } | CallerDoing::Away => return,
        }
        let queue = &mut self.queues[ix.0 as usize];
        queue.counts.offers += 1;
        let of_queue = queue.settings.ring_for;
        let name = queue.settings.name.clone();
        let ring_for = self.a(agent).ring_for.unwrap_or(of_queue);
        let ring_for = ring_for.max(Duration::from_secs(1));
        let until = now + ring_for;
        self.timers.add(until, Timer::Offer(offer));
        let o = Offer {
            contact,
            agent,
            until,
        };
        self.offers.insert(offer, o);
        self.set_agent(now, agent, AgentDoing::Offered { offer });
        self.a_mut(agent).offered_rank = self.offer_ids;
        let agent = self.a(agent).id.clone();
        self.actions.push_back(QueueAction::Offer {
            offer,
            contact,
            queue: name,
            agent,
            ring_for,
        });
    }
}
