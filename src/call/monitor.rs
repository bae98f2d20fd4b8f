//! A supervisor hears a talk, speaks to the agent, or to both. Who has a part in it, and since
//! when, is in the contact's record. And an agent goes on with the talk at another phone of theirs.

use super::bridged::{Party, Who};
use super::conference::Guest;
use super::event::OpenedMedia;
use super::legs::{Leg, Path, Purpose, Ringing};
use super::machine::{Call, Stage};
use super::setup::AgentCallStart;
use crate::ids::{AgentId, LegId};
use crate::media::command::MediaCommand;
use crate::record::timeline::{Event as RecordEvent, Presence};
use crate::sdp::{LocalMedia, Preference};
use crate::sip::leg::LegCommand;

/// As many have a part in one talk beside caller and agent.
pub(super) const MOST_GUESTS: usize = 4;

/// Somebody whose ports are asked for.
#[derive(Debug)]
pub(super) struct Joining {
    start: AgentCallStart,
    part: Part,
}

impl Joining {
    /// A supervisor; `None`: the agent, at another phone of theirs.
    pub(super) fn supervisor(&self) -> Option<&AgentId> {
        match self.part {
            Part::Of(_) => Some(&self.start.agent),
            Part::InPlaceOf(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Of(Presence),
    /// In the place of this leg (RFC 3891).
    InPlaceOf(LegId),
}

impl Call {
    /// A supervisor has called to have a part in this talk.
    pub(super) fn monitored(&mut self, start: AgentCallStart, presence: Presence) {
        let status = match self.talking_agent() {
            None => Some(480),
            Some(_) if self.places_taken() >= MOST_GUESTS => Some(486),
            // Nobody listens to themselves.
            Some(agent) if *agent == start.agent => Some(480),
            Some(_) => None,
        };
        if let Some(status) = status {
            return self.reject(start.leg, status);
        }
        self.admit(start, Part::Of(presence));
    }

    /// An agent's other phone asks for the talk.
    pub(super) fn replaced(&mut self, start: AgentCallStart, leg: LegId) {
        match self.is_theirs(&start.agent, leg) {
            true => self.admit(start, Part::InPlaceOf(leg)),
            // RFC 3891 §3: not theirs to take.
            false => self.reject(start.leg, 603),
        }
    }

    /// Whether the agent talks with the caller on this leg.
    fn is_theirs(&self, agent: &AgentId, leg: LegId) -> bool {
        self.talking_agent() == Some(agent)
            && matches!(&self.stage, Stage::Bridged(b)
                if b.party.as_ref().is_some_and(|p| p.leg.id == leg))
    }

    fn admit(&mut self, start: AgentCallStart, part: Part) {
        let (leg, toward) = (start.leg, Some(start.remote));
        self.joining.insert(leg, Joining { start, part });
        self.open_media(leg, toward);
    }

    /// Guests, and those who are on their way in.
    pub(super) fn places_taken(&self) -> usize {
        let guests = match &self.stage {
            Stage::Bridged(b) => b.guests.len(),
            _ => 0,
        };
        let rings = |r: &&Ringing| matches!(r.purpose, Purpose::Join(..));
        guests + self.joining.len() + self.ringing.values().filter(rings).count()
    }

    pub(super) fn reject(&mut self, leg: LegId, status: u16) {
        let retry_after = None;
        self.sip(
            leg,
            LegCommand::Reject {
                status,
                retry_after,
            },
        );
    }

    /// The ports of a supervisor's leg are open: they are in.
    pub(super) fn join_talk(&mut self, joining: Joining, media: OpenedMedia) {
        let Joining { mut start, part } = joining;
        let id = start.leg;
        let refusal = match part {
            Part::Of(_) => self.talking_agent().is_none().then_some(480),
            Part::InPlaceOf(old) => (!self.is_theirs(&start.agent, old)).then_some(481),
        };
        if let Some(status) = refusal {
            self.media(MediaCommand::Close { leg: id });
            return self.reject(id, status);
        }
        let path = Path {
            transport: start.transport,
            peer: Some(start.remote),
        };
        let mut leg = Leg::new(id, media, path);
        // The codec of the caller, where there is one in common: nothing is decoded then.
        let local = LocalMedia {
            preference: Preference::Ours,
            ..leg.local(&self.setup, &self.codecs_callers_first())
        };
        let sdp = match start.offer.take() {
            None => leg.session.offer(&local),
            Some(offer) => match leg.session.answer(&offer, &local) {
                Ok((sdp, plan)) => {
                    leg.plan = Some(plan.clone());
                    self.media(MediaCommand::Apply { leg: id, plan });
                    sdp
                }
                Err(refusal) => {
                    self.media(MediaCommand::Close { leg: id });
                    return self.reject(id, refusal.status());
                }
            },
        };
        self.sip(id, LegCommand::Answer { sdp });
        match part {
            Part::Of(presence) => {
                let who = Who::Agent(start.agent);
                self.record(RecordEvent::Joined {
                    who: who.named(),
                    presence,
                });
                let party = Party { leg, who };
                if let Stage::Bridged(b) = &mut self.stage {
                    b.guests.push(Guest {
                        party,
                        presence,
                        queued: None,
                        leads: true,
                    });
                }
            }
            Part::InPlaceOf(_) => {
                let who = Who::Agent(start.agent);
                let party = Party { leg, who };
                // Whom they asked on the phone that they left is let go.
                self.end_lent();
                if let Stage::Bridged(b) = &mut self.stage
                    && let Some(old) = b.party.replace(party)
                {
                    b.returned();
                    self.end_leg(&old.leg);
                }
            }
        }
        self.mix();
        if self.somebody_holds() {
            self.hold_music();
        }
    }

    /// Nobody comes in any more.
    pub(super) fn refuse_joining(&mut self) {
        for leg in std::mem::take(&mut self.joining).into_keys() {
            self.reject(leg, 480);
        }
    }
}
