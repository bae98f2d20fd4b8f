//! Who is on such a call.

use std::collections::BTreeSet;

use super::{AgentCall, Kind, Stage};
use crate::ids::AgentId;

impl AgentCall {
    /// Agents who are on this call: the queue offers them nobody meanwhile. Who only says or hears what
    /// they do is through in a moment.
    pub fn engaged(&self) -> BTreeSet<AgentId> {
        let mut all = BTreeSet::new();
        if self.is_over() {
            return all;
        }
        match &self.kind {
            Kind::Coded(c) if matches!(c.stage, Stage::Hearing(_)) => {
                all.insert(c.start.agent.clone());
            }
            Kind::Coded(_) => {}
            Kind::Talk(t) => {
                all.insert(t.agent().clone());
                t.engaged(&mut all);
            }
            Kind::Click(c) => c.engaged(&mut all),
        }
        all
    }
}
