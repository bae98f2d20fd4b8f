//! Calls that the queue did not give: a colleague asks an agent, has them join, hands a caller on to
//! them, or they call somebody themselves. Who would be ready is engaged meanwhile, and is offered
//! nobody. All other states hold: a pause, writing up and being set aside are no states in which
//! anybody would be offered.

use super::{Acd, AgentDoing, AgentId, ContactId};
use crate::now::Now;

impl Acd {
    /// From now on the agent is on this call, or their phone rings for it, until
    /// [`Acd::handle_free`]. Told twice it counts once.
    ///
    /// An offer that rings already stands: the caller came first. If it is not taken the agent is
    /// not set aside for it.
    pub fn handle_engaged(&mut self, now: Now, agent: &AgentId, by: ContactId) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        self.a_mut(ix).engaged.insert(by);
        if self.a(ix).doing == AgentDoing::Ready {
            self.set_agent(now.mono, ix, AgentDoing::Engaged);
        }
        self.settle(now.mono);
    }

    /// The agent's part in this call is over, however it ended. Nothing is written up, and who has no
    /// other such call is ready, as the least idle.
    pub fn handle_free(&mut self, now: Now, agent: &AgentId, by: ContactId) {
        let Some(ix) = self.agent_ids.get(agent).copied() else {
            return;
        };
        let a = self.a_mut(ix);
        a.engaged.remove(&by);
        if a.engaged.is_empty() && a.doing == AgentDoing::Engaged {
            self.rest(now.mono, ix);
        }
        self.settle(now.mono);
    }
}
