//! The context card is put before the agents whom the call is for.

use std::time::Duration;

use super::CallTask;
use crate::ids::AgentId;
use crate::record::timeline::Event;
use crate::task::clock;

impl CallTask {
    /// The agent can read who it is before their phone rings: the INVITE comes after this.
    pub(super) fn show_card(&self, agent: &AgentId, at: Duration) {
        let live = self.tools.store.live();
        if live.is_on() {
            let card = self.call.card();
            live.card(agent, card.contact, at, card.to_json());
        }
    }

    /// Who reads the card at this time.
    pub(super) fn note_reader(&mut self, event: &Event) {
        match event {
            Event::Offered { agent } if !self.readers.contains(agent) => {
                self.readers.push(agent.clone());
            }
            Event::Connected { agent } => self.readers = vec![agent.clone()],
            Event::Missed { agent, .. } | Event::AgentLost { agent, .. } => {
                self.readers.retain(|a| a != agent);
            }
            Event::Queued { .. } | Event::LookedBack | Event::Ended { .. } => self.readers.clear(),
            _ => {}
        }
    }

    /// Something more is known: those who have the card before them see it.
    pub(super) fn show_card_again(&self) {
        let at = clock::mono().since(self.began);
        for agent in &self.readers {
            self.show_card(agent, at);
        }
    }
}
