//! Phones that ring for the caller: one INVITE per contact, the first answer wins.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::event::{CallAction, OpenedMedia, QueueCommand};
use super::legs::{Leg, Part, Path, Purpose, Ringing};
use super::machine::{Call, Stage};
use super::setup::CallSetup;
use crate::ids::{AgentId, LegId};
use crate::media::command::MediaCommand;
use crate::now::Now;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{OfferId, Withdrawal};
use crate::record::card::ContextCard;
use crate::record::timeline::{Event as RecordEvent, Presence};
use crate::sdp::plan::Codec;
use crate::sip::flow::Transport;
use crate::sip::leg::{CallTarget, Contact, LegCommand, LegEnd, LegEvent, OutgoingInvite};

/// The queue decides when an offer is over; the leg's own limit only catches a lost word.
pub(super) const RING_MARGIN: Duration = Duration::from_secs(3);

pub(super) const ELSEWHERE: &str = "SIP;cause=200;text=\"Call completed elsewhere\"";

impl Call {
    pub(super) fn offer(
        &mut self,
        offer: OfferId,
        agent: AgentId,
        contacts: Vec<Contact>,
        ring_for: Duration,
    ) {
        if self.waits_since().is_none() || contacts.is_empty() {
            return self.not_answered(offer, NotAnswered::Unreachable);
        }
        self.record(RecordEvent::Offered {
            agent: agent.clone(),
        });
        let purpose = Purpose::Offer(offer, agent);
        self.ring_contacts(&purpose, contacts, ring_for + RING_MARGIN);
    }

    pub(super) fn ring_contacts(
        &mut self,
        purpose: &Purpose,
        contacts: Vec<Contact>,
        ring_for: Duration,
    ) {
        for contact in contacts {
            self.ring_target(purpose.clone(), CallTarget::Contact(contact), ring_for);
        }
    }

    pub(super) fn ring_target(&mut self, purpose: Purpose, target: CallTarget, ring_for: Duration) {
        let leg = self.setup.leg_ids.next();
        let toward = address(&target);
        self.ringing.insert(
            leg,
            Ringing {
                purpose,
                target,
                ring_for,
                leg: None,
                answered: false,
            },
        );
        self.act(CallAction::OpenMedia {
            leg,
            beside: Some(self.start.leg),
            toward,
        });
    }

    /// The ports for a phone are open: now it rings.
    pub(super) fn ring(&mut self, now: Now, id: LegId, media: OpenedMedia) {
        let codecs = self.codecs_callers_first();
        let card_url = self.card_url();
        let talk_of = self.agent_there().cloned();
        if let Some(since) = self.waits_since() {
            self.card.waited = now.mono.since(since);
        }
        let Some(ringing) = self.ringing.get_mut(&id) else {
            return self.media(MediaCommand::Close { leg: id });
        };
        let path = Path {
            transport: transport(&ringing.target, &self.setup),
            peer: address(&ringing.target),
        };
        let mut leg = Leg::new(id, media, path);
        let local = leg.local(&self.setup, &codecs);
        let offer = leg.session.offer(&local);
        let instead = leg.session.insisting(&offer);
        ringing.leg = Some(leg);
        // What the caller did here is for our own people only.
        let inside = match &ringing.target {
            CallTarget::Contact(_) => true,
            CallTarget::Trunk { .. } => false,
        };
        let auto_answer = match &ringing.purpose {
            Purpose::Offer(_, agent) => self.setup.auto_answer.contains(agent),
            Purpose::TransferToAgent(_)
            | Purpose::TransferOutside(_)
            | Purpose::Dial(..)
            | Purpose::Overflow(_)
            | Purpose::Join(..) => false,
        };
        let invite = OutgoingInvite {
            leg: id,
            target: ringing.target.clone(),
            from: self.start.caller.clone(),
            from_name: match inside {
                true => shown(&ringing.purpose, talk_of.as_ref(), &self.card),
                false => String::new(),
            },
            user_to_user: inside.then(|| self.card.user_to_user()),
            call_info: card_url.filter(|_| inside),
            auto_answer,
            offer: Some(offer),
            instead,
            ring_for: ringing.ring_for,
        };
        self.sip(id, LegCommand::Invite(Box::new(invite)));
    }

    /// Where the contact's card is to be seen (Call-Info, RFC 3261 §20.9).
    pub(super) fn card_url(&self) -> Option<String> {
        let base = self.setup.card_url.as_ref()?;
        Some(format!("{}/{}", base.trim_end_matches('/'), self.contact()))
    }

    /// Our codecs, the caller's own first: with the same codec on both sides nothing is decoded.
    pub(super) fn codecs_callers_first(&self) -> Vec<Codec> {
        let mut codecs = self.setup.codecs.clone();
        if let Some(plan) = self.caller.as_ref().and_then(|c| c.plan.as_ref()) {
            codecs.sort_by_key(|&c| c != plan.codec);
        }
        codecs
    }

    pub(super) fn phone_event(&mut self, now: Now, leg: LegId, event: LegEvent) {
        if self.ringing.contains_key(&leg) {
            match event {
                LegEvent::Answered { answer, .. } => self.phone_answered(now, leg, answer),
                LegEvent::Ended(end) => self.ringing_failed(now, leg, &end),
                LegEvent::Progress { status, .. } => self.transfer_progress(leg, status),
                LegEvent::Confirmed { .. }
                | LegEvent::Offer { .. }
                | LegEvent::OfferAnswered { .. }
                | LegEvent::OfferRefused { .. }
                | LegEvent::Info { .. }
                | LegEvent::Refer { .. } => {}
            }
        } else if let Stage::CallingBack(_) = &self.stage {
            self.waiting_agent_event(leg, &event);
        } else {
            self.agent_event(now, leg, event);
        }
    }

    fn phone_answered(&mut self, now: Now, id: LegId, answer: Option<Bytes>) {
        let Some(ringing) = self.ringing.get_mut(&id) else {
            return;
        };
        let Some(leg) = &mut ringing.leg else { return };
        let plan = answer
            .as_deref()
            .ok_or(())
            .and_then(|a| leg.session.accept(a).map_err(drop));
        let Ok(plan) = plan else {
            // It answered, but with nothing we can talk over: not a phone for this call.
            self.sip(
                id,
                LegCommand::Hangup {
                    reason: Some("SIP;cause=488;text=\"Not acceptable here\"".into()),
                },
            );
            return self.ringing_failed(now, id, &LegEnd::Unreachable);
        };
        leg.plan = Some(plan.clone());
        ringing.answered = true;
        let purpose = ringing.purpose.clone();
        self.media(MediaCommand::Apply { leg: id, plan });
        match purpose {
            // Whether the caller is still to be had, the queue alone decides.
            Purpose::Offer(offer, _) => {
                self.hang_up_siblings(id, offer);
                self.act(CallAction::Queue(QueueCommand::Answered(offer)));
            }
            Purpose::TransferToAgent(_)
            | Purpose::TransferOutside(_)
            | Purpose::Dial(..)
            | Purpose::Overflow(_) => {
                self.connect_ringing(now, id);
            }
            Purpose::Join(..) => self.lead_answered(id),
        }
    }

    /// The other phones of the same agent stop ringing.
    fn hang_up_siblings(&mut self, answered: LegId, offer: OfferId) {
        for leg in self.legs_of(offer) {
            if leg != answered {
                self.hang_up_phone(leg, Some(ELSEWHERE));
            }
        }
    }

    /// The queue gives the caller to the agent who answered.
    pub(super) fn offer_connects(&mut self, now: Now, offer: OfferId) {
        if let Some(id) = self.answered_leg(offer) {
            self.connect_ringing(now, id);
        }
    }

    pub(super) fn offer_too_late(&mut self, offer: OfferId) {
        if let Some(id) = self.answered_leg(offer) {
            self.hang_up_phone(id, None);
        }
    }

    fn connect_ringing(&mut self, now: Now, id: LegId) {
        let Some(Ringing {
            purpose,
            leg: Some(leg),
            ..
        }) = self.ringing.remove(&id)
        else {
            return;
        };
        self.hang_up_ringing(Some(ELSEWHERE));
        self.connect(now, purpose, leg);
    }

    fn answered_leg(&self, offer: OfferId) -> Option<LegId> {
        self.legs_of(offer)
            .into_iter()
            .find(|id| self.ringing.get(id).is_some_and(|r| r.answered))
    }

    fn legs_of(&self, offer: OfferId) -> Vec<LegId> {
        self.ringing
            .iter()
            .filter(|(_, r)| matches!(&r.purpose, Purpose::Offer(o, _) if *o == offer))
            .map(|(id, _)| *id)
            .collect()
    }

    /// A phone that rang is out. When it was the last for its agent, the agent did not answer.
    pub(super) fn ringing_failed(&mut self, now: Now, id: LegId, end: &LegEnd) {
        let Some(ringing) = self.ringing.remove(&id) else {
            return;
        };
        if ringing.leg.is_some() {
            self.media(MediaCommand::Close { leg: id });
        }
        if self.ringing.values().any(|r| r.purpose == ringing.purpose) {
            return;
        }
        match ringing.purpose.clone() {
            Purpose::Offer(offer, agent) => {
                let why = why_not(end);
                self.record(RecordEvent::Missed { agent, cause: why });
                self.not_answered(offer, why);
            }
            Purpose::TransferToAgent(_) | Purpose::TransferOutside(_) => {
                self.transfer_failed(now, ringing.purpose.transfer_to(), status_of(end));
            }
            Purpose::Dial(ask, _) => self.not_reached(now, ask, why_not(end)),
            Purpose::Overflow(_) => self.outside_in_vain(why_not(end)),
            Purpose::Join(..) => self.lead_missing(),
        }
    }

    fn not_answered(&mut self, offer: OfferId, why: NotAnswered) {
        self.act(CallAction::Queue(QueueCommand::NotAnswered(offer, why)));
    }

    pub(super) fn withdraw(&mut self, offer: OfferId, why: Withdrawal) {
        let (reason, cause) = match why {
            Withdrawal::AnsweredElsewhere => (Some(ELSEWHERE), None),
            Withdrawal::NotTaken(cause) => (None, Some(cause)),
            Withdrawal::CallerLeft => (None, None),
        };
        let legs = self.legs_of(offer);
        let first = legs.first().and_then(|leg| self.ringing.get(leg));
        let agent = first.and_then(|ringing| match &ringing.purpose {
            Purpose::Offer(_, agent) => Some(agent.clone()),
            Purpose::TransferToAgent(_)
            | Purpose::TransferOutside(_)
            | Purpose::Dial(..)
            | Purpose::Overflow(_)
            | Purpose::Join(..) => None,
        });
        for leg in legs {
            self.hang_up_phone(leg, reason);
        }
        if let (Some(agent), Some(cause)) = (agent, cause) {
            self.record(RecordEvent::Missed { agent, cause });
        }
    }

    /// Ends every phone that still rings.
    pub(super) fn hang_up_ringing(&mut self, reason: Option<&str>) {
        let legs: Vec<LegId> = self.ringing.keys().copied().collect();
        for leg in legs {
            self.hang_up_phone(leg, reason);
        }
    }

    pub(super) fn hang_up_phone(&mut self, id: LegId, reason: Option<&str>) {
        let Some(ringing) = self.ringing.remove(&id) else {
            return;
        };
        if ringing.leg.is_some() {
            self.sip(
                id,
                LegCommand::Hangup {
                    reason: reason.map(str::to_owned),
                },
            );
            self.media(MediaCommand::Close { leg: id });
        }
    }
}

/// The display name at the phone: who calls, and for supervisors what their phone rings for.
fn shown(purpose: &Purpose, agent: Option<&AgentId>, card: &ContextCard) -> String {
    let (Purpose::Join(_, part), Some(agent)) = (purpose, agent) else {
        return card.short();
    };
    let what = match part {
        Part::Of(Presence::Listens) => "Listen to",
        Part::Of(Presence::Whispers) => "Whisper to",
        Part::Of(Presence::Talks) => "Join",
        Part::Whole => "Take over from",
    };
    format!("{what} {agent}: {}", card.short())
}

/// Where the phone is, if that is known without asking anybody.
pub(super) fn address(target: &CallTarget) -> Option<IpAddr> {
    match target {
        CallTarget::Contact(Contact {
            flow: Some(flow), ..
        }) => Some(flow.remote.ip()),
        CallTarget::Contact(Contact { uri, .. }) => {
            let host = uri.split_once('@').map_or(uri.as_str(), |(_, h)| h);
            let host = host.split([';', '?', '>']).next()?;
            let bare = host.parse::<SocketAddr>().map(|a| a.ip());
            bare.or_else(|_| host.trim_matches(['[', ']']).parse()).ok()
        }
        CallTarget::Trunk { .. } => None,
    }
}

/// How the phone's signalling travels: of those where nobody has asked yet only whether it is secret
/// is known.
/// What signalling goes by, as far as it is known before: keys are for paths that are encrypted
/// (RFC 4568 §8.3).
pub(super) fn transport(target: &CallTarget, setup: &CallSetup) -> Transport {
    match target {
        CallTarget::Contact(Contact {
            flow: Some(flow), ..
        }) => flow.transport,
        CallTarget::Contact(Contact { uri, .. }) => {
            let uri = uri.to_ascii_lowercase();
            match uri.starts_with("sips:") || uri.contains(";transport=tls") {
                true => Transport::Tls,
                false => Transport::Udp,
            }
        }
        CallTarget::Trunk { trunk, .. } => match setup.tls_trunks.contains(trunk) {
            true => Transport::Tls,
            false => Transport::Udp,
        },
    }
}

pub(super) fn why_not(end: &LegEnd) -> NotAnswered {
    match end {
        LegEnd::NoAnswer | LegEnd::PeerCancelled | LegEnd::LocalHangup => NotAnswered::NoAnswer,
        LegEnd::Refused {
            status: 486 | 600, ..
        } => NotAnswered::Busy,
        LegEnd::Refused {
            status: 408 | 487, ..
        } => NotAnswered::NoAnswer,
        LegEnd::Refused {
            status: 480 | 603, ..
        } => NotAnswered::Refused,
        LegEnd::Refused { .. }
        | LegEnd::Unreachable
        | LegEnd::NoAck
        | LegEnd::PeerGone
        | LegEnd::PeerBye => NotAnswered::Unreachable,
    }
}

/// The status that tells a transferor why the target did not answer.
pub(super) fn status_of(end: &LegEnd) -> u16 {
    match end {
        LegEnd::Refused { status, .. } => *status,
        LegEnd::NoAnswer => 408,
        LegEnd::Unreachable
        | LegEnd::PeerBye
        | LegEnd::PeerCancelled
        | LegEnd::LocalHangup
        | LegEnd::NoAck
        | LegEnd::PeerGone => 480,
    }
}
