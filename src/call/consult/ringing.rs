//! Phones that ring for an agent's call: the first answer wins.

use std::time::Duration;

use bytes::Bytes;

use super::{Consultation, Stage};
use crate::call::bridged::{Party, Who};
use crate::call::event::{CallAction, OpenedMedia, QueueCommand, QueueEvent};
use crate::call::legs::{Leg, Path};
use crate::call::offers::{ELSEWHERE, RING_MARGIN, address, status_of, transport, why_not};
use crate::ids::{LegId, PhoneNumber};
use crate::media::command::MediaCommand;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{OfferId, Withdrawal};
use crate::sip::leg::{CallTarget, Contact, LegCommand, LegEnd, LegEvent, OutgoingInvite};

/// One phone that rings.
#[derive(Debug)]
pub(super) struct Phone {
    pub who: Who,
    pub target: CallTarget,
    pub ring_for: Duration,
    /// The queue's offer of this call.
    pub offer: Option<OfferId>,
    /// `None` until its ports are open.
    pub leg: Option<Leg>,
    pub answered: bool,
}

impl Consultation {
    pub(super) fn ring_contacts(
        &mut self,
        who: &Who,
        offer: Option<OfferId>,
        contacts: Vec<Contact>,
        ring_for: Duration,
    ) {
        for contact in contacts {
            self.ring_target(who.clone(), offer, CallTarget::Contact(contact), ring_for);
        }
    }

    pub(super) fn ring_outside(&mut self, trunk: String, number: PhoneNumber, ring_for: Duration) {
        let who = Who::Outside(number.clone());
        let target = CallTarget::Trunk { trunk, number };
        self.ring_target(who, None, target, ring_for);
    }

    fn ring_target(
        &mut self,
        who: Who,
        offer: Option<OfferId>,
        target: CallTarget,
        ring_for: Duration,
    ) {
        let leg = self.setup.leg_ids.next();
        let toward = address(&target);
        let phone = Phone {
            who,
            target,
            ring_for,
            offer,
            leg: None,
            answered: false,
        };
        self.phones.insert(leg, phone);
        self.act(CallAction::OpenMedia {
            leg,
            beside: Some(self.start.leg),
            toward,
        });
    }

    /// The ports for a phone are open: now it rings.
    pub(super) fn ring(&mut self, id: LegId, media: OpenedMedia) {
        let mut codecs = self.codecs.clone();
        if let Some(plan) = self.asker.as_ref().and_then(|a| a.plan.as_ref()) {
            // Of those that are equally good, the asker's own.
            codecs.sort_by_key(|&c| c != plan.codec);
        }
        let (from, number) = (self.start.agent.clone(), self.number());
        let introduction = self.introduction.clone();
        let Some(phone) = self.phones.get_mut(&id) else {
            return self.act_media(MediaCommand::Close { leg: id });
        };
        let path = Path {
            transport: transport(&phone.target, &self.setup),
            peer: address(&phone.target),
        };
        let mut leg = Leg::new(id, media, path);
        let local = leg.local(&self.setup, &codecs);
        let offer = leg.session.offer(&local);
        let instead = leg.session.insisting(&offer);
        phone.leg = Some(leg);
        // What a caller did here is for our own people only.
        let inside = match &phone.target {
            CallTarget::Contact(_) => true,
            CallTarget::Trunk { .. } => false,
        };
        let invite = OutgoingInvite {
            leg: id,
            target: phone.target.clone(),
            from: match inside {
                true => Some(PhoneNumber::new(from.as_str())),
                false => number,
            },
            from_name: match inside {
                true => introduction.name,
                false => String::new(),
            },
            user_to_user: introduction.user_to_user.filter(|_| inside),
            call_info: introduction.call_info.filter(|_| inside),
            auto_answer: false,
            offer: Some(offer),
            instead,
            ring_for: phone.ring_for,
        };
        self.act_sip(id, LegCommand::Invite(Box::new(invite)));
    }

    pub(super) fn phone_event(&mut self, id: LegId, event: LegEvent) {
        match event {
            LegEvent::Answered { answer, .. } => self.phone_answered(id, answer),
            LegEvent::Ended(end) => self.phone_failed(id, &end),
            LegEvent::Progress { .. }
            | LegEvent::Confirmed { .. }
            | LegEvent::Offer { .. }
            | LegEvent::OfferAnswered { .. }
            | LegEvent::OfferRefused { .. }
            | LegEvent::Info { .. }
            | LegEvent::Refer { .. } => {}
        }
    }

    fn phone_answered(&mut self, id: LegId, answer: Option<Bytes>) {
        let Some(phone) = self.phones.get_mut(&id) else {
            return;
        };
        let Some(leg) = &mut phone.leg else { return };
        let plan = answer
            .as_deref()
            .ok_or(())
            .and_then(|a| leg.session.accept(a).map_err(drop));
        let Ok(plan) = plan else {
            // It answered, but with nothing we can talk over.
            let reason = Some("SIP;cause=488;text=\"Not acceptable here\"".into());
            self.act_sip(id, LegCommand::Hangup { reason });
            return self.phone_failed(id, &LegEnd::Unreachable);
        };
        leg.plan = Some(plan.clone());
        phone.answered = true;
        let offer = phone.offer;
        self.act_media(MediaCommand::Apply { leg: id, plan });
        match offer {
            // Whether the call is still to be had, the queue alone decides.
            Some(offer) => {
                self.hang_up_phones_but(Some(id), |p| p.offer == Some(offer), Some(ELSEWHERE));
                self.act_queue(QueueCommand::Answered(offer));
            }
            None => self.talk(id),
        }
    }

    fn talk(&mut self, id: LegId) {
        let phone = self.phones.remove(&id);
        let Some((who, leg)) = phone.and_then(|p| Some((p.who, p.leg?))) else {
            return;
        };
        self.hang_up_phones(Some(ELSEWHERE));
        self.begin_talk(Party { leg, who });
    }

    /// A phone is out. When it was the last for this call, nobody answers.
    pub(super) fn phone_failed(&mut self, id: LegId, end: &LegEnd) {
        let Some(phone) = self.phones.remove(&id) else {
            return;
        };
        if phone.leg.is_some() {
            self.act_media(MediaCommand::Close { leg: id });
        }
        if self.phones.values().any(|p| p.offer == phone.offer) {
            return;
        }
        match phone.offer {
            Some(offer) => self.act_queue(QueueCommand::NotAnswered(offer, why_not(end))),
            None => self.fail(status_of(end)),
        }
    }

    /// What the queue says, while the call stands in line.
    pub fn handle_queue(&mut self, event: QueueEvent) {
        match event {
            QueueEvent::Offer {
                offer,
                agent,
                contacts,
                ring_for,
            } => {
                let why = match agent == self.start.agent {
                    // Who asks is not the one who is asked: they are on the phone.
                    true => Some(NotAnswered::Busy),
                    false if contacts.is_empty() => Some(NotAnswered::Unreachable),
                    false if !matches!(self.stage, Stage::Ringing { .. }) => {
                        Some(NotAnswered::Unreachable)
                    }
                    false => None,
                };
                if let Some(why) = why {
                    return self.act_queue(QueueCommand::NotAnswered(offer, why));
                }
                let ring_for = ring_for + RING_MARGIN;
                self.ring_contacts(&Who::Agent(agent), Some(offer), contacts, ring_for);
            }
            QueueEvent::Withdraw { offer, why } => {
                let elsewhere = why == Withdrawal::AnsweredElsewhere;
                let reason = elsewhere.then_some(ELSEWHERE);
                self.hang_up_phones_but(None, |p| p.offer == Some(offer), reason);
            }
            QueueEvent::Connect(offer) => {
                if let Some(id) = self.answered(offer) {
                    self.talk(id);
                }
            }
            QueueEvent::TooLate(offer) => {
                if let Some(id) = self.answered(offer) {
                    self.hang_up_phones_but(None, |p| p.offer == Some(offer) && p.answered, None);
                    debug_assert!(!self.phones.contains_key(&id));
                }
            }
            // Nobody is there for it.
            QueueEvent::Overflow { .. } => {
                if matches!(self.stage, Stage::Ringing { .. }) {
                    self.fail(480);
                }
            }
            // An agent who waits hears it ring.
            QueueEvent::Position { .. } | QueueEvent::Comfort => {}
        }
    }

    fn answered(&self, offer: OfferId) -> Option<LegId> {
        let answered = |(_, p): &(&LegId, &Phone)| p.answered && p.offer == Some(offer);
        self.phones.iter().find(answered).map(|(id, _)| *id)
    }

    pub(super) fn hang_up_phones(&mut self, reason: Option<&str>) {
        self.hang_up_phones_but(None, |_| true, reason);
    }

    fn hang_up_phones_but(
        &mut self,
        but: Option<LegId>,
        which: impl Fn(&Phone) -> bool,
        reason: Option<&str>,
    ) {
        let gone = |(id, p): (&LegId, &Phone)| (Some(*id) != but && which(p)).then_some(*id);
        let gone: Vec<LegId> = self.phones.iter().filter_map(gone).collect();
        for id in gone {
            let rang = self.phones.remove(&id).is_some_and(|p| p.leg.is_some());
            if rang {
                let reason = reason.map(str::to_owned);
                self.act_sip(id, LegCommand::Hangup { reason });
                self.act_media(MediaCommand::Close { leg: id });
            }
        }
    }
}
