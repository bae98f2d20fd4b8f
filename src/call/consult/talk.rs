//! Asker and asked talk: bridge, hold from either side, the end, and the taking over.

use super::{Consultation, Joined, Side, Stage};
use crate::call::bridged::Party;
use crate::call::event::CallAction;
use crate::call::legs::Leg;
use crate::ids::{LegId, PromptName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::menu::system::MUSIC;
use crate::sip::leg::{LegCommand, LegEvent};

impl Consultation {
    pub(super) fn begin_talk(&mut self, party: Party) {
        let leg = self.start.leg;
        if self.side == Side::Called {
            let sdp = self.sdp.clone();
            self.act_sip(leg, LegCommand::Answer { sdp });
            if let Some(plan) = self.asker.as_ref().and_then(|a| a.plan.clone()) {
                self.act_media(MediaCommand::Apply { leg, plan });
            }
        }
        self.act_media(MediaCommand::Bridge {
            a: leg,
            b: party.leg.id,
        });
        self.stage = Stage::Talking(Box::new(party));
    }

    pub(super) fn asker_event(&mut self, event: LegEvent) {
        let codecs = self.codecs.clone();
        match event {
            LegEvent::Confirmed { answer } => {
                let Some(leg) = self.asker.as_mut().filter(|leg| leg.plan.is_none()) else {
                    return;
                };
                // A late offer: the answer is in the ACK.
                match answer.and_then(|a| leg.session.accept(&a).ok()) {
                    Some(plan) => {
                        leg.plan = Some(plan.clone());
                        let leg = leg.id;
                        self.act_media(MediaCommand::Apply { leg, plan });
                    }
                    None => self.hang_up(),
                }
            }
            LegEvent::Offer { offer } => {
                if let Some(leg) = &mut self.asker {
                    let actions = leg.reoffered(offer, &self.setup, &codecs);
                    self.held(actions);
                }
            }
            LegEvent::OfferAnswered { answer } => {
                if let Some(leg) = &mut self.asker {
                    let actions = leg.offer_answered(&answer);
                    self.held(actions);
                }
            }
            LegEvent::Refer { .. } => self.refuse_transfer(self.start.leg),
            LegEvent::Ended(_) => match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Talking(party) => {
                    self.let_go(*party);
                    self.end();
                }
                Stage::Opening | Stage::Ringing { .. } => {
                    self.hang_up_phones(None);
                    self.end();
                }
                Stage::Over => {}
            },
            LegEvent::Progress { .. }
            | LegEvent::Answered { .. }
            | LegEvent::OfferRefused { .. }
            | LegEvent::Info { .. } => {}
        }
    }

    pub(super) fn party_event(&mut self, id: LegId, event: LegEvent) {
        let codecs = self.codecs.clone();
        let Stage::Talking(party) = &mut self.stage else {
            return;
        };
        if party.leg.id != id {
            return;
        }
        match event {
            LegEvent::Offer { offer } => {
                let actions = party.leg.reoffered(offer, &self.setup, &codecs);
                self.held(actions);
            }
            LegEvent::OfferAnswered { answer } => {
                let actions = party.leg.offer_answered(&answer);
                self.held(actions);
            }
            LegEvent::Refer { .. } => self.refuse_transfer(id),
            LegEvent::Ended(_) => self.hang_up(),
            LegEvent::Confirmed { .. }
            | LegEvent::Progress { .. }
            | LegEvent::Answered { .. }
            | LegEvent::OfferRefused { .. }
            | LegEvent::Info { .. } => {}
        }
    }

    /// Callers are handed on; colleagues who talk among themselves call each other.
    pub(super) fn refuse_transfer(&mut self, leg: LegId) {
        self.act_sip(leg, LegCommand::ReferProgress { status: 403 });
    }

    /// Whom one side holds hears music; nobody else does.
    fn held(&mut self, actions: Vec<CallAction>) {
        for action in actions {
            self.act(action);
        }
        let Stage::Talking(party) = &self.stage else {
            return;
        };
        let asker = self.asker.as_ref().is_some_and(Leg::is_held_by_peer);
        let asked = party.leg.is_held_by_peer();
        let sides = [(self.start.leg, asker, asked), (party.leg.id, asked, asker)];
        for (leg, holds, is_held) in sides {
            let music = (is_held && !holds).then(|| self.music()).flatten();
            let command = match music {
                Some(list) => {
                    self.plays += 1;
                    let token = PlayToken(self.plays);
                    MediaCommand::Play { leg, token, list }
                }
                None => MediaCommand::Stop { leg },
            };
            self.act_media(command);
        }
    }

    fn music(&self) -> Option<Playlist> {
        self.over_and_over(MUSIC)
    }

    /// A sound that goes on until something else is heard.
    pub(super) fn over_and_over(&self, name: &str) -> Option<Playlist> {
        let prompts = &self.setup.prompts;
        let sound = prompts.nearest(&prompts.fallback, &PromptName::new(name))?;
        Some(Playlist {
            prompts: vec![sound.clone()],
            repeat: true,
        })
    }

    /// Hands both legs over. `None`: the two do not talk (any more).
    pub fn join(&mut self) -> Option<Joined> {
        let asker = self.asker.take();
        if asker.is_none() && self.side != Side::Lent {
            return None;
        }
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Talking(party) => {
                let queued = self.in_line.take().map(|_| self.start.contact);
                Some(Joined {
                    asker,
                    party: *party,
                    queued,
                })
            }
            other @ (Stage::Opening | Stage::Ringing { .. } | Stage::Over) => {
                self.asker = asker;
                self.stage = other;
                None
            }
        }
    }
}
