//! Calls whose asker is at the phone already: we have called them, or they speak on the leg of
//! another call. And how far such a call is, for the record.

use std::sync::Arc;

use super::{Consultation, Introduction, Side, Stage};
use crate::call::bridged::Who;
use crate::call::event::Location;
use crate::call::legs::Leg;
use crate::call::setup::{AgentCallStart, CallSetup};
use crate::ids::{AgentId, LegId};
use crate::media::command::{MediaCommand, PlayToken};
use crate::menu::system::RINGBACK;
use crate::now::Now;
use crate::record::timeline::{ConsultStep, Event as RecordEvent, TransferTo};
use crate::sdp::plan::Codec;

impl Consultation {
    /// On the leg that the asker has in another call; they hear it ring until somebody answers.
    pub fn lent(
        now: Now,
        setup: Arc<CallSetup>,
        start: AgentCallStart,
        introduction: Introduction,
        codecs: Vec<Codec>,
    ) -> Consultation {
        let mut talk = Consultation::of(setup, start, Side::Lent, introduction, codecs);
        talk.play_ringing();
        talk.seek(now);
        talk
    }

    /// On a leg of our own that the asker has answered.
    pub fn ours(
        now: Now,
        setup: Arc<CallSetup>,
        start: AgentCallStart,
        introduction: Introduction,
        leg: Leg,
    ) -> Consultation {
        let mut codecs = setup.codecs.clone();
        if let Some(plan) = &leg.plan {
            codecs.sort_by_key(|&c| c != plan.codec);
        }
        let mut talk = Consultation::of(setup, start, Side::Ours, introduction, codecs);
        talk.asker = Some(leg);
        talk.play_ringing();
        talk.seek(now);
        talk
    }

    fn play_ringing(&mut self) {
        if let Some(list) = self.over_and_over(RINGBACK) {
            self.plays += 1;
            let (leg, token) = (self.start.leg, PlayToken(self.plays));
            self.act_media(MediaCommand::Play { leg, token, list });
        }
    }

    /// The asker's leg is another call's.
    pub fn is_lent(&self) -> bool {
        self.side == Side::Lent
    }

    /// Asker and asked talk.
    pub fn talks(&self) -> bool {
        matches!(self.stage, Stage::Talking(_))
    }

    /// The phone of whom was asked, while the two talk.
    pub fn asked(&self) -> Option<LegId> {
        match &self.stage {
            Stage::Talking(party) => Some(party.leg.id),
            Stage::Opening | Stage::Ringing { .. } | Stage::Over => None,
        }
    }

    /// Agents whose phones ring for this call or who talk in it, without the queue's having given them.
    pub(in crate::call) fn asked_directly(&self) -> impl Iterator<Item = &AgentId> {
        let rings = self.phones.values().filter(|p| p.offer.is_none());
        let talks = match &self.stage {
            Stage::Talking(party) => self.in_line.is_none().then_some(&party.who),
            Stage::Opening | Stage::Ringing { .. } | Stage::Over => None,
        };
        rings.map(|p| &p.who).chain(talks).filter_map(Who::agent)
    }

    /// What the record has not been told yet: how far it is, and why nobody answered.
    pub fn news(&mut self) -> Option<RecordEvent> {
        let to = self.start.to.named()?;
        let step = match self.stage {
            Stage::Opening | Stage::Ringing { .. } => ConsultStep::Rings,
            Stage::Talking(_) => ConsultStep::Talks,
            Stage::Over if self.failed.is_some() => ConsultStep::Failed,
            Stage::Over => ConsultStep::Over,
        };
        if self.told == Some(step) {
            return None;
        }
        self.told = Some(step);
        Some(RecordEvent::Consulted {
            agent: self.start.agent.clone(),
            to,
            step,
            status: self.failed,
        })
    }
}

impl Location {
    /// As the record names it; `None`: it is nobody who could be asked.
    pub(in crate::call) fn named(&self) -> Option<TransferTo> {
        Some(match self {
            Location::Agent(agent, _) | Location::Busy(agent) => TransferTo::Agent {
                agent: agent.clone(),
            },
            Location::Queue(queue) => TransferTo::Queue {
                queue: queue.clone(),
            },
            Location::Outside { number, .. } | Location::NotAllowed { number, .. } => {
                TransferTo::Number {
                    number: number.clone(),
                }
            }
            Location::Line(_) | Location::Unknown => return None,
        })
    }
}
