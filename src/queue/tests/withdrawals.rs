//! An offer that is taken back says why: the contact's record tells who missed it.

use std::time::Duration;

use crate::ids::{AgentId, ContactId};
use crate::now::Now;
use crate::queue::Arrival;
use crate::queue::acd::{Acd, Leaving, NotAnswered};
use crate::queue::action::{QueueAction, Withdrawal};
use crate::queue::settings::{AcdSettings, AgentSettings, QueueSettings};

const CALLER: ContactId = ContactId::from_u64(1);

/// What became of the offer after this happened.
fn after(what: impl FnOnce(&mut Acd, Now, &AgentId)) -> Vec<Withdrawal> {
    let ann = AgentId::new("ann");
    let mut acd = Acd::new(AcdSettings {
        queues: vec![QueueSettings::new("support")],
        agents: vec![AgentSettings::new("ann", ["support"])],
        ..AcdSettings::default()
    });
    let now = Now::default();
    acd.handle_agent_signed_in(now, &ann);
    acd.handle_enter(now, Arrival::new(CALLER, "support"));
    what(&mut acd, now.after(Duration::from_secs(30)), &ann);
    std::iter::from_fn(|| acd.poll_action())
        .filter_map(|action| match action {
            QueueAction::Withdraw { why, .. } => Some(why),
            QueueAction::Offer { .. }
            | QueueAction::Position { .. }
            | QueueAction::Comfort { .. }
            | QueueAction::Overflow { .. }
            | QueueAction::Agent { .. } => None,
        })
        .collect()
}

#[test]
fn each_for_its_reason() {
    let rang_out = after(|acd, now, _| acd.handle_timeout(now));
    assert_eq!(rang_out, [Withdrawal::NotTaken(NotAnswered::NoAnswer)]);
    let signed_out = after(|acd, now, ann| acd.handle_agent_signed_out(now, ann));
    assert_eq!(signed_out, [Withdrawal::NotTaken(NotAnswered::Unreachable)]);
    let left = after(|acd, now, _| acd.handle_left(now, CALLER, Leaving::Gone));
    assert_eq!(left, [Withdrawal::CallerLeft]);
}
