//! Between calls and the queue machine, as the server's queue task does it.

use super::Stage;
use super::agenda::Due;
use super::phones::contact;
use crate::call::event::{CallEvent, Location, QueueCommand, QueueEvent};
use crate::ids::{AgentId, ContactId, PhoneNumber, QueueName};
use crate::now::Mono;
use crate::queue::acd::{Answer, Leaving};
use crate::queue::action::{AgentState, OverflowStep, QueueAction};
use crate::queue::settings::{AcdSettings, QueueSettings, Strategy, Unstaffed};
use crate::rehearse::house::House;
use crate::rehearse::world::World;

/// The number outside to which queues send callers.
const OUTSIDE: &str = "+4570101155";

/// The queues of the house, as the world has them.
pub(super) fn settings(house: &House, world: &World) -> AcdSettings {
    let mut settings = house.acd.clone();
    let names: Vec<QueueName> = settings.queues.iter().map(|q| q.name.clone()).collect();
    for queue in &mut settings.queues {
        queue.max_callers = world.room.unwrap_or(queue.max_callers);
        queue.max_wait = world.max_wait.or(queue.max_wait);
        if world.chained {
            let others = names.iter().filter(|n| **n != queue.name);
            queue.overflow = others.cloned().map(OverflowStep::Queue).collect();
            queue.overflow.push(OverflowStep::Message);
        }
        if world.sent_out {
            let outside = OverflowStep::Outside(PhoneNumber::new(OUTSIDE));
            queue.overflow.insert(0, outside);
            let last = queue.overflow.len().saturating_sub(1);
            queue.overflow.insert(last, OverflowStep::Callback);
        }
        if world.ring_all {
            queue.strategy = Strategy::RingAll;
        }
        if world.wait_unstaffed {
            queue.unstaffed = Unstaffed::Wait;
        }
    }
    settings
}

impl Stage {
    /// Agents come and go by the plan.
    pub(super) fn invite_agents(&mut self) {
        for plan in &self.world.agents {
            let due = Due::SignIn(plan.agent.clone());
            if plan.from.is_zero() {
                if plan.busy {
                    self.acd.handle_paused(self.now, &plan.agent, "at work");
                }
                self.acd.handle_agent_signed_in(self.now, &plan.agent);
            } else {
                self.agenda.add(Mono::ZERO + plan.from, due);
            }
            if let Some(until) = plan.until {
                let due = Due::SignOut(plan.agent.clone());
                self.agenda.add(Mono::ZERO + until, due);
            }
        }
        self.settle();
    }

    pub(super) fn queue(&mut self, n: usize, command: QueueCommand) {
        let (now, contact) = (self.now, self.callers[n].call.contact());
        let acd = &mut self.acd;
        match command {
            QueueCommand::Enter(arrival) => acd.handle_enter(now, arrival),
            QueueCommand::LookBack => acd.handle_left(now, contact, Leaving::KeepsPlace),
            QueueCommand::BackInLine => acd.handle_back_in_line(now, contact),
            QueueCommand::Message => acd.handle_overflow_asked(now, contact),
            QueueCommand::NextStep { again } => acd.handle_next_step(now, contact, again),
            QueueCommand::Position => acd.handle_position_asked(now, contact),
            QueueCommand::Leave => acd.handle_left(now, contact, Leaving::Gone),
            QueueCommand::Answered(offer) => {
                let event = match acd.handle_answered(now, offer) {
                    Answer::Connect { .. } => QueueEvent::Connect(offer),
                    Answer::TooLate => QueueEvent::TooLate(offer),
                };
                self.inbox.push_back((n, CallEvent::Queue(event)));
            }
            QueueCommand::NotAnswered(offer, why) => acd.handle_not_answered(now, offer, why),
            QueueCommand::Over(agent) => acd.handle_contact_over(now, &agent, contact),
            QueueCommand::Transferring(agent) => acd.handle_transferring(now, &agent, contact),
            QueueCommand::Return => acd.handle_return(now, contact),
            QueueCommand::Reached => acd.handle_reached(contact),
            QueueCommand::Took(agent) => acd.handle_took(now, &agent, contact),
        }
    }

    /// The call is over.
    pub(super) fn part(&mut self, contact: ContactId) {
        self.acd.handle_left(self.now, contact, Leaving::Gone);
    }

    pub(super) fn pass_on(&mut self, action: QueueAction) {
        let (contact, event) = match action {
            QueueAction::Offer {
                offer,
                contact,
                agent,
                ring_for,
                ..
            } => {
                let contacts = self.phones_of(&agent);
                let event = QueueEvent::Offer {
                    offer,
                    agent,
                    contacts,
                    ring_for,
                };
                (contact, event)
            }
            QueueAction::Withdraw {
                offer,
                contact,
                why,
            } => {
                let event = QueueEvent::Withdraw { offer, why };
                (contact, event)
            }
            QueueAction::Position {
                contact,
                position,
                wait,
            } => (contact, QueueEvent::Position { position, wait }),
            QueueAction::Comfort { contact } => (contact, QueueEvent::Comfort),
            QueueAction::Overflow { contact, cause, to } => {
                (contact, QueueEvent::Overflow { cause, to })
            }
            QueueAction::Agent { .. } => return,
        };
        let caller = self
            .callers
            .iter()
            .position(|c| c.call.contact() == contact);
        if let Some(n) = caller {
            self.inbox.push_back((n, CallEvent::Queue(event)));
        }
    }

    fn phones_of(&self, agent: &AgentId) -> Vec<crate::sip::leg::Contact> {
        match self.acd.agent(agent) {
            Some(AgentState::Offline) | None => Vec::new(),
            Some(
                AgentState::Ready
                | AgentState::Paused { .. }
                | AgentState::Offered
                | AgentState::Talking
                | AgentState::Engaged
                | AgentState::WrapUp
                | AgentState::Missed,
            ) => vec![contact(agent)],
        }
    }

    /// Where an agent's transfer goes.
    pub(super) fn locate(&mut self, n: usize, to: &PhoneNumber) {
        let name = to.reveal();
        let walk = self.callers[n].call.walk();
        let sends = |q: &QueueSettings| q.overflow.contains(&OverflowStep::Outside(to.clone()));
        let sent_on = settings(&self.house, &self.world).queues.iter().any(sends);
        if sent_on || walk.is_some_and(|w| w.is_dialling().is_some()) {
            let outside = Location::Outside {
                trunk: "trunk".to_owned(),
                number: to.clone(),
            };
            return self.inbox.push_back((n, CallEvent::Located(outside)));
        }
        let (agent, queue) = (AgentId::new(name), QueueName::new(name));
        let known = self.house.acd.queues.iter().any(|q| q.name == queue);
        let location = if self.acd.agent(&agent) == Some(AgentState::Offered) {
            Location::Busy(agent)
        } else if self.acd.agent(&agent).is_some() {
            let phones = self.phones_of(&agent);
            Location::Agent(agent, phones)
        } else if known {
            Location::Queue(queue)
        } else {
            Location::Unknown
        };
        self.inbox.push_back((n, CallEvent::Located(location)));
    }
}
