//! Who can be reached where, and how that changes with the settings.

use std::collections::HashMap;
use std::sync::Arc;

use super::QueueTask;
use crate::call::event::Location;
use crate::ids::{AgentId, LineName, PhoneNumber, QueueName};
use crate::now::Now;
use crate::observe::figures;
use crate::outside::Outside;
use crate::queue::action::AgentState;
use crate::queue::settings::AcdSettings;
use crate::sip::leg::Contact;
use crate::task::clock;

/// What stands behind names and numbers, besides the agents.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Names of queues.
    pub queues: Vec<QueueName>,
    /// Numbers of lines.
    pub lines: HashMap<String, LineName>,
    /// The trunk for outside numbers.
    pub trunk: Option<String>,
    /// Which of them may be called.
    pub outside: Arc<Outside>,
    /// Phones that need no registration.
    pub fixed: HashMap<AgentId, Contact>,
}

impl QueueTask {
    /// Takes other settings over, unless somebody is in a queue that would be gone.
    pub(super) fn settings(
        &mut self,
        now: Now,
        settings: AcdSettings,
        directory: Directory,
    ) -> Result<(), Vec<QueueName>> {
        let stays = |name: &QueueName| settings.queues.iter().any(|q| q.name == *name);
        let gone = self.acd.queue_names().filter(|name| !stays(name));
        let gone: Vec<QueueName> = gone.cloned().collect();
        let occupied = gone.iter().filter(|q| self.acd.is_occupied(q));
        let occupied: Vec<QueueName> = occupied.cloned().collect();
        if !occupied.is_empty() {
            return Err(occupied);
        }
        gone.iter().for_each(figures::queue_removed);
        let known = |agent: &AgentId| settings.agents.iter().any(|a| a.id == *agent);
        self.registered.retain(|agent, _| known(agent));
        self.acd.handle_settings(now, settings);
        let before = std::mem::replace(&mut self.directory, Arc::new(directory));
        for agent in before.fixed.keys() {
            if self.contacts(agent).is_empty() {
                self.acd.handle_agent_signed_out(now, agent);
            }
        }
        let new = self.directory.clone();
        for agent in new.fixed.keys() {
            if !before.fixed.contains_key(agent) {
                self.acd.handle_agent_signed_in(now, agent);
            }
        }
        Ok(())
    }

    pub(super) fn sign_in_fixed(&mut self) {
        let now = clock::now();
        for agent in self.directory.clone().fixed.keys() {
            self.acd.handle_agent_signed_in(now, agent);
        }
    }

    pub(super) fn contacts(&self, agent: &AgentId) -> Vec<Contact> {
        let registered = self.registered.get(agent).into_iter().flatten().cloned();
        registered
            .chain(self.directory.fixed.get(agent).cloned())
            .collect()
    }

    pub(super) fn locate(&self, what: PhoneNumber) -> Location {
        let name = what.reveal().to_owned();
        let name = name.as_str();
        let agent = AgentId::new(name);
        if self.acd.agent(&agent) == Some(AgentState::Offered) {
            return Location::Busy(agent);
        }
        if self.acd.agent(&agent).is_some() {
            let contacts = self.contacts(&agent);
            return Location::Agent(agent, contacts);
        }
        if let Some(queue) = self.directory.queues.iter().find(|q| q.as_str() == name) {
            return Location::Queue(queue.clone());
        }
        if let Some(line) = self.directory.lines.get(name) {
            return Location::Line(line.clone());
        }
        let Some(trunk) = self.directory.trunk.clone().filter(|_| what.is_dialable()) else {
            return Location::Unknown;
        };
        let number = what;
        match self.directory.outside.allows(&number) {
            true => Location::Outside { trunk, number },
            false => Location::NotAllowed { trunk, number },
        }
    }
}
