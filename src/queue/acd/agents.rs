//! Agents: what they do, and what that changes.

use super::{
    Acd, Agent, AgentDoing, AgentId, AgentIx, AgentState, CallerDoing, ContactId, Mono,
    NotAnswered, QueueAction, Timer, Unwritten, Withdrawal,
};
use crate::now::Now;
use crate::queue::action::AgentWish;
use crate::queue::settings::Unstaffed;

impl Acd {
    /// A phone of the agent registered: ready, unless they had paused or are not done with writing up.
    ///
    /// Tell it for a binding that is new, not for a refresh: who was set aside for a missed
    /// offer is ready again by it.
    pub fn handle_agent_signed_in(&mut self, now: Now, agent: &AgentId) {
        let known = self.agent_ids.get(agent).copied();
        let Some(ix) = known.filter(|ix| !self.a(*ix).removed) else {
            return;
        };
        let a = self.a_mut(ix);
        a.signed_in = true;
        let unwritten = a.unwritten.take();
        match (&a.doing, unwritten) {
            (AgentDoing::Offline, Some(talk)) if talk.until > now.mono => {
                self.set_agent(now.mono, ix, talk.write_up());
            }
            (AgentDoing::Offline | AgentDoing::Missed { .. }, _) => self.rest(now.mono, ix),
            (
                AgentDoing::Ready
                | AgentDoing::Paused
                | AgentDoing::Offered { .. }
                | AgentDoing::Talking { .. }
                | AgentDoing::Engaged
                | AgentDoing::WrapUp { .. },
                _,
            ) => {}
        }
        self.settle(now.mono);
    }

    /// The agent's last registration is gone. An offer to them is withdrawn; a talk goes on
    /// until [`Acd::handle_contact_over`] or [`Acd::handle_return`]; wrap-up goes on where they are back
    /// within its time: a page that is loaded anew must not ring for someone who writes.
    pub fn handle_agent_signed_out(&mut self, now: Now, agent: &AgentId) {
        if let Some(ix) = self.agent_ids.get(agent).copied() {
            self.sign_out(now.mono, ix);
        }
        self.settle(now.mono);
    }

    pub(super) fn sign_out(&mut self, now: Mono, ix: AgentIx) {
        self.a_mut(ix).signed_in = false;
        match self.a(ix).doing {
            AgentDoing::Offered { offer } => {
                self.withdraw(offer, Withdrawal::NotTaken(NotAnswered::Unreachable));
                self.put_back_in_line(now, offer);
                self.drop_offer(offer);
                self.set_agent(now, ix, AgentDoing::Offline);
            }
            AgentDoing::Talking { .. } | AgentDoing::Offline => {}
            AgentDoing::WrapUp {
                contact,
                queue,
                until,
            } => {
                self.a_mut(ix).unwritten = Some(Unwritten {
                    contact,
                    queue,
                    until,
                });
                self.set_agent(now, ix, AgentDoing::Offline);
            }
            AgentDoing::Ready
            | AgentDoing::Paused
            | AgentDoing::Engaged
            | AgentDoing::Missed { .. } => self.set_agent(now, ix, AgentDoing::Offline),
        }
    }

    /// What the agent says of themselves, and what they do from then on; `None`: there is no
    /// such agent.
    pub fn handle_wish(
        &mut self,
        now: Now,
        agent: &AgentId,
        wish: &AgentWish,
    ) -> Option<AgentState> {
        let ix = self.agent_ids.get(agent).copied()?;
        if self.a(ix).is_gone() {
            return None;
        }
        match wish {
            AgentWish::Ready => self.handle_ready(now, agent),
            AgentWish::Pause { reason } => self.handle_paused(now, agent, reason),
            AgentWish::WrapUpDone => self.handle_wrap_up_done(now, agent),
        }
        Some(self.a(ix).state())
    }

    /// The agent says that they are ready: ends a pause, wrap-up and being set aside.
    pub fn handle_ready(&mut self, now: Now, agent: &AgentId) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        let a = self.a_mut(ix);
        (a.pause, a.unwritten) = (None, None);
        match a.doing {
            AgentDoing::Paused | AgentDoing::WrapUp { .. } | AgentDoing::Missed { .. } => {
                self.rest(now.mono, ix);
            }
            AgentDoing::Offline
            | AgentDoing::Ready
            | AgentDoing::Offered { .. }
            | AgentDoing::Talking { .. }
            | AgentDoing::Engaged => {}
        }
        self.settle(now.mono);
    }

    /// The agent pauses. While their phone rings, they talk or write up, it holds from the
    /// end of that on. It holds until [`Acd::handle_ready`], also through a lost registration:
    /// a phone that comes back must not ring for someone on a break.
    pub fn handle_paused(&mut self, now: Now, agent: &AgentId, reason: &str) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        let a = self.a_mut(ix);
        let changed = a.pause.as_deref() != Some(reason);
        a.pause = Some(reason.to_owned());
        match a.doing {
            AgentDoing::Ready | AgentDoing::Engaged | AgentDoing::Missed { .. } => {
                self.rest(now.mono, ix);
            }
            AgentDoing::Paused => {
                if changed {
                    self.tell_agent(ix);
                }
            }
            AgentDoing::Offline
            | AgentDoing::Offered { .. }
            | AgentDoing::Talking { .. }
            | AgentDoing::WrapUp { .. } => {}
        }
        self.settle(now.mono);
    }

    /// The agent has written up the last talk.
    pub fn handle_wrap_up_done(&mut self, now: Now, agent: &AgentId) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        self.a_mut(ix).unwritten = None;
        if let AgentDoing::WrapUp { .. } = self.a(ix).doing {
            self.rest(now.mono, ix);
        }
        self.settle(now.mono);
    }

    /// The talk ended, whoever ended it: the agent goes to wrap-up, the caller is gone.
    /// Ignored if these two do not talk (any more).
    pub fn handle_contact_over(&mut self, now: Now, agent: &AgentId, contact: ContactId) {
        if let Some(ix) = self.talking(agent, contact) {
            self.callers.remove(&contact);
            self.end_talk(now.mono, ix, contact);
        }
        self.settle(now.mono);
    }

    /// The agent hands the caller on and is free of them: wrap-up for the agent, and the
    /// caller is away until the transfer failed ([`Acd::handle_return`]: back to the head)
    /// or did not ([`Acd::handle_left`]).
    pub fn handle_transferring(&mut self, now: Now, agent: &AgentId, contact: ContactId) {
        if let Some(ix) = self.talking(agent, contact) {
            if let Some(caller) = self.callers.get_mut(&contact) {
                caller.doing = CallerDoing::Away;
            }
            self.end_talk(now.mono, ix, contact);
        }
        self.settle(now.mono);
    }

    /// An agent to whom a caller was handed on ([`Acd::handle_transferring`]) talks with them.
    /// An offer of somebody else that rings at their phone is withdrawn. Ignored for a caller
    /// whom the machine does not keep a place for.
    pub fn handle_took(&mut self, now: Now, agent: &AgentId, contact: ContactId) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        let away = CallerDoing::Away;
        let Some(caller) = self.callers.get_mut(&contact).filter(|c| c.doing == away) else {
            return;
        };
        caller.doing = CallerDoing::Talking { agent: ix };
        let queue = caller.queue;
        if let AgentDoing::Offered { offer } = self.a(ix).doing {
            self.withdraw(offer, Withdrawal::NotTaken(NotAnswered::Busy));
            self.put_back_in_line(now.mono, offer);
            self.drop_offer(offer);
        }
        let of_queue = self.q(queue).settings.wrap_up;
        let wrap_up = self.a(ix).wrap_up.unwrap_or(of_queue);
        let talking = AgentDoing::Talking {
            contact,
            queue,
            wrap_up,
        };
        self.set_agent(now.mono, ix, talking);
        self.settle(now.mono);
    }

    /// The agent, if the caller talks with them.
    fn talking(&self, agent: &AgentId, contact: ContactId) -> Option<AgentIx> {
        let ix = self.agent_ids.get(agent).copied()?;
        let talks = CallerDoing::Talking { agent: ix };
        (self.callers.get(&contact)?.doing == talks).then_some(ix)
    }

    /// The agent's talk with this caller is over. Who took a second caller meanwhile goes on
    /// talking.
    pub(super) fn end_talk(&mut self, now: Mono, ix: AgentIx, contact: ContactId) {
        let a = self.a(ix);
        match a.doing {
            AgentDoing::Talking {
                contact: with,
                queue,
                wrap_up,
            } if with == contact => {
                let talk = Unwritten {
                    contact,
                    queue,
                    until: now + wrap_up,
                };
                if a.signed_in && !wrap_up.is_zero() {
                    self.set_agent(now, ix, talk.write_up());
                } else {
                    let away = !a.signed_in;
                    self.a_mut(ix).unwritten = away.then_some(talk);
                    self.rest(now, ix);
                }
            }
            AgentDoing::Talking { .. }
            | AgentDoing::Offline
            | AgentDoing::Ready
            | AgentDoing::Paused
            | AgentDoing::Offered { .. }
            | AgentDoing::Engaged
            | AgentDoing::WrapUp { .. }
            | AgentDoing::Missed { .. } => {}
        }
    }

    /// Nothing to do for the queue any more: ready (as the least idle), on a call of their own, paused
    /// or offline.
    pub(super) fn rest(&mut self, now: Mono, ix: AgentIx) {
        let a = self.a_mut(ix);
        // Who is in the index of idle agents keeps the rank under which they stand there.
        if a.doing != AgentDoing::Ready {
            self.idle_ranks += 1;
            self.agents[ix.0 as usize].idle_rank = self.idle_ranks;
        }
        self.rest_as_before(now, ix);
    }

    /// Like [`Acd::rest`], but idle for as long as before: the offer was taken away.
    pub(super) fn rest_as_before(&mut self, now: Mono, ix: AgentIx) {
        let a = self.a(ix);
        let doing = if !a.signed_in {
            AgentDoing::Offline
        } else if a.pause.is_some() {
            AgentDoing::Paused
        } else if !a.engaged.is_empty() {
            AgentDoing::Engaged
        } else {
            AgentDoing::Ready
        };
        self.set_agent(now, ix, doing);
    }

    /// End of wrap-up or of being set aside.
    pub(super) fn agent_time_is_up(&mut self, now: Mono, ix: AgentIx) {
        self.rest(now, ix);
    }

    /// The one place where what an agent does changes, with all that hangs on it.
    pub(super) fn set_agent(&mut self, now: Mono, ix: AgentIx, doing: AgentDoing) {
        if self.a(ix).doing == AgentDoing::Offline && doing != AgentDoing::Offline {
            self.level_with_colleagues(ix);
        }
        let agent = &mut self.agents[ix.0 as usize];
        let was = std::mem::replace(&mut agent.doing, doing);
        agent.since = now;
        if let Some(at) = until(&was) {
            self.timers.remove(at, Timer::Agent(ix));
        }
        if let Some(at) = until(&agent.doing) {
            self.timers.add(at, Timer::Agent(ix));
        }
        for &q in &agent.queues {
            let queue = &mut self.queues[q.0 as usize];
            let idle = (Acd::turn(queue.settings.strategy, agent), ix);
            if was == AgentDoing::Ready {
                queue.idle.remove(&idle);
            }
            if agent.doing == AgentDoing::Ready {
                queue.idle.insert(idle);
                self.dirty.insert(q);
            }
            match (was.serves(), agent.doing.serves()) {
                (false, true) => queue.working += 1,
                (true, false) => queue.working -= 1,
                (true, true) | (false, false) => {}
            }
            match (
                was == AgentDoing::Offline,
                agent.doing == AgentDoing::Offline,
            ) {
                (true, false) => {
                    queue.staff(&agent.skills);
                    if let Some(at) = queue.unstaffed_at.take() {
                        self.timers.remove(at, Timer::Unstaffed(q));
                    }
                }
                (false, true) => {
                    queue.staffed -= 1;
                    for (skill, level) in &agent.skills {
                        if let Some(levels) = queue.levels.get_mut(skill)
                            && let Some(count) = levels.get_mut(level)
                        {
                            *count -= 1;
                            levels.retain(|_, count| *count > 0);
                        }
                    }
                    // What only they could do is not waited for.
                    self.dirty.insert(q);
                    if queue.staffed == 0 && queue.settings.unstaffed == Unstaffed::Overflow {
                        let at = now + queue.settings.unstaffed_after;
                        queue.unstaffed_at = Some(at);
                        self.timers.add(at, Timer::Unstaffed(q));
                    }
                }
                (true, true) | (false, false) => {}
            }
        }
        if was.works() != self.a(ix).doing.works() {
            self.regroup_those_wishing(now, ix);
        }
        self.tell_agent(ix);
    }

    fn tell_agent(&mut self, ix: AgentIx) {
        let a = self.a(ix);
        let action = QueueAction::Agent {
            agent: a.id.clone(),
            state: a.state(),
        };
        self.actions.push_back(action);
    }
}

impl Agent {
    /// As others see it.
    pub(super) fn state(&self) -> AgentState {
        match self.doing {
            AgentDoing::Offline => AgentState::Offline,
            AgentDoing::Ready => AgentState::Ready,
            AgentDoing::Paused => AgentState::Paused {
                reason: self.pause.clone().unwrap_or_default(),
            },
            AgentDoing::Offered { .. } => AgentState::Offered,
            AgentDoing::Talking { .. } => AgentState::Talking,
            AgentDoing::Engaged => AgentState::Engaged,
            AgentDoing::WrapUp { .. } => AgentState::WrapUp,
            AgentDoing::Missed { .. } => AgentState::Missed,
        }
    }
}

fn until(doing: &AgentDoing) -> Option<Mono> {
    match *doing {
        AgentDoing::WrapUp { until, .. } => Some(until),
        AgentDoing::Missed { until } => until,
        AgentDoing::Offline
        | AgentDoing::Ready
        | AgentDoing::Paused
        | AgentDoing::Offered { .. }
        | AgentDoing::Talking { .. }
        | AgentDoing::Engaged => None,
    }
}
