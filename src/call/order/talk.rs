//! How the talk stands, for whoever asks.

use super::{Other, Talk};
use crate::call::bridged::Who;
use crate::call::legs::{Leg, Part, Purpose};
use crate::call::machine::{Call, Stage};
use crate::record::timeline::TransferTo;

impl Call {
    pub(super) fn talk(&self) -> Talk {
        let mut talk = Talk {
            version: self.version,
            ..Talk::default()
        };
        let Stage::Bridged(b) = &self.stage else {
            return talk;
        };
        let party = b.party.as_ref();
        talk.with = party.map(|p| p.who.named());
        talk.on_hold = b.on_hold;
        talk.held_by_phone = party.is_some_and(|p| Leg::is_held_by_peer(&p.leg));
        talk.transferring = b.transfer.is_some();
        talk.asks = self
            .consult
            .as_ref()
            .and_then(|c| Some((c.target().named()?, c.talks())));
        let guests = b.guests.iter().map(|g| Other {
            who: g.party.who.named(),
            part: Some(g.presence),
            leads: g.leads,
            rings: false,
        });
        talk.others.extend(guests);
        for ringing in self.ringing.values() {
            let Purpose::Join(agent, part) = &ringing.purpose else {
                continue;
            };
            let who = TransferTo::Agent {
                agent: agent.clone(),
            };
            // Several phones of theirs ring.
            if talk.others.iter().any(|o| o.rings && o.who == who) {
                continue;
            }
            talk.others.push(Other {
                who,
                part: match part {
                    Part::Of(presence) => Some(*presence),
                    Part::Whole => None,
                },
                leads: true,
                rings: true,
            });
        }
        talk
    }

    /// The agent who talks with the caller, whatever else goes on.
    pub(in crate::call) fn agent_there(&self) -> Option<&crate::ids::AgentId> {
        match &self.stage {
            Stage::Bridged(b) => match &b.party.as_ref()?.who {
                Who::Agent(agent) => Some(agent),
                Who::Outside(_) => None,
            },
            _ => None,
        }
    }
}
