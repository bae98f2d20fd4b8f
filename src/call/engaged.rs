//! Which agents are on a call without the queue's having given it to them: it offers them nobody else
//! meanwhile. Read off what the call is at this moment, so that nobody is forgotten in any end.

use std::collections::BTreeSet;

use super::bridged::Who;
use super::consult::Consultation;
use super::legs::Purpose;
use super::machine::{Call, Stage};
use crate::ids::AgentId;

impl Call {
    /// Colleagues and supervisors whose phones ring or who have a part in this call, and whoever asks
    /// somebody and has no caller (any more). Who was offered the caller, or took them over, is known
    /// to the queue.
    pub fn engaged(&self) -> BTreeSet<AgentId> {
        let mut all = BTreeSet::new();
        for ringing in self.ringing.values() {
            match &ringing.purpose {
                Purpose::TransferToAgent(agent) | Purpose::Join(agent, _) => {
                    all.insert(agent.clone());
                }
                Purpose::Offer(..)
                | Purpose::TransferOutside(_)
                | Purpose::Dial(..)
                | Purpose::Overflow(_) => {}
            }
        }
        all.extend(
            self.joining
                .values()
                .filter_map(|j| j.supervisor().cloned()),
        );
        if let Stage::Bridged(b) = &self.stage {
            let guests = b.guests.iter().filter(|g| g.queued.is_none());
            all.extend(guests.filter_map(|g| g.party.who.agent().cloned()));
            let unplaced = b.party.as_ref().filter(|_| b.unplaced);
            all.extend(unplaced.and_then(|p| p.who.agent().cloned()));
        }
        if let Some(consult) = &self.consult {
            consult.engaged(&mut all);
            let asker = consult.agent();
            if self.agent_there() != Some(asker) {
                all.insert(asker.clone());
            }
        }
        all
    }
}

impl Consultation {
    /// Adds whom the asker asks, where the queue did not give them.
    pub(super) fn engaged(&self, all: &mut BTreeSet<AgentId>) {
        all.extend(self.asked_directly().cloned());
    }
}

impl Who {
    pub(super) fn agent(&self) -> Option<&AgentId> {
        match self {
            Who::Agent(agent) => Some(agent),
            Who::Outside(_) => None,
        }
    }
}
