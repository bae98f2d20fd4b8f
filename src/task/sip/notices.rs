//! News for the server that wait until it takes them: the latest per agent and trunk.

use std::collections::BTreeMap;

use super::SipNotice;
use crate::ids::AgentId;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Agent(AgentId),
    Trunk(String),
    Call(String),
}

/// Bounded by the number of agents and trunks: a later word replaces an earlier one.
#[derive(Debug, Default)]
pub(super) struct Notices {
    waiting: BTreeMap<Subject, SipNotice>,
}

impl Notices {
    pub(super) fn push(&mut self, notice: SipNotice) {
        let subject = match &notice {
            SipNotice::Agent { agent, .. } => Subject::Agent(agent.clone()),
            SipNotice::Trunk { trunk, .. } => Subject::Trunk(trunk.clone()),
            SipNotice::TrunkRefused { trunk, .. } => Subject::Call(trunk.clone()),
        };
        self.waiting.insert(subject, notice);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn pop(&mut self) -> Option<SipNotice> {
        self.waiting.pop_first().map(|(_, notice)| notice)
    }
}
