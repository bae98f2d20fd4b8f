//! The phones of a call: the caller's, and those that ring or talk for an agent.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;

use super::bridged::Who;
use super::event::{CallAction, OpenedMedia};
use super::setup::CallSetup;
use crate::ids::{AgentId, LegId, PhoneNumber};
use crate::media::command::MediaCommand;
use crate::menu::outcome::AskId;
use crate::queue::action::OfferId;
use crate::record::timeline::{Presence, TransferTo};
use crate::sdp::plan::Codec;
use crate::sdp::plan::{Direction, MediaPlan};
use crate::sdp::{LocalMedia, Preference, Session};
use crate::sip::flow::Transport;
use crate::sip::leg::{CallTarget, LegCommand};

/// One phone: its dialog's id and what was agreed about its audio.
#[derive(Debug)]
pub(super) struct Leg {
    pub id: LegId,
    pub session: Session,
    pub media: OpenedMedia,
    pub plan: Option<MediaPlan>,
    /// How its signalling travels.
    pub path: Path,
}

/// What offer and answer must know about a phone's signalling.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    /// Whether SRTP keys may be sent, and whether it is a browser.
    pub transport: Transport,
    /// From where it comes; `None` when that is not known yet.
    pub peer: Option<IpAddr>,
}

impl Leg {
    pub fn new(id: LegId, media: OpenedMedia, path: Path) -> Leg {
        Leg {
            id,
            session: Session::new(media.session),
            media,
            plan: None,
            path,
        }
    }

    /// Our side of an offer or answer. `codecs` in order of preference.
    pub fn local(&self, setup: &CallSetup, codecs: &[Codec]) -> LocalMedia {
        LocalMedia {
            address: self.media.address,
            rtp_port: self.media.rtp_port,
            rtcp_port: self.media.rtcp_port,
            rtcp_mux: true,
            codecs: codecs.to_vec(),
            preference: Preference::Theirs,
            dtmf: true,
            direction: Direction::SendRecv,
            srtp: setup.srtp,
            secure_signalling: self.path.transport.is_secure(),
            web: setup.web.filter(|_| self.path.transport == Transport::Wss),
            keys: self.media.keys.clone(),
            peer: self.path.peer,
            own_ports: setup.own_ports.clone(),
        }
    }

    /// The peer has put us on hold: it does not want to hear us, or nobody sends.
    pub fn is_held_by_peer(&self) -> bool {
        self.plan.as_ref().is_some_and(MediaPlan::holds_us)
    }

    /// The peer offers anew (or asks us to): our reply, and what changes for the media.
    pub(super) fn reoffered(
        &mut self,
        offer: Option<Bytes>,
        setup: &CallSetup,
        codecs: &[Codec],
    ) -> Vec<CallAction> {
        let mut local = self.local(setup, codecs);
        // A browser names the same codecs each time, in its own order: what is agreed stays.
        if let Some(plan) = self.plan.as_ref().filter(|p| p.web.is_some()) {
            local.codecs.sort_by_key(|&c| c != plan.codec);
            local.preference = Preference::Ours;
        }
        let Some(offer) = offer else {
            let sdp = self.session.offer(&local);
            return vec![CallAction::Sip(self.id, LegCommand::AnswerOffer { sdp })];
        };
        match self.session.answer(&offer, &local) {
            Ok((sdp, plan)) => {
                self.plan = Some(plan.clone());
                vec![
                    CallAction::Sip(self.id, LegCommand::AnswerOffer { sdp }),
                    CallAction::Media(self.id, MediaCommand::Apply { leg: self.id, plan }),
                ]
            }
            // The session stays as it was (RFC 3261 §14.2).
            Err(_) => vec![CallAction::Sip(self.id, LegCommand::RefuseOffer)],
        }
    }

    pub(super) fn offer_answered(&mut self, answer: &[u8]) -> Vec<CallAction> {
        match self.session.accept(answer) {
            Ok(plan) => {
                self.plan = Some(plan.clone());
                vec![CallAction::Media(
                    self.id,
                    MediaCommand::Apply { leg: self.id, plan },
                )]
            }
            Err(_) => Vec::new(),
        }
    }
}

/// For whom a phone of ours rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The queue offers the caller to this agent.
    Offer(OfferId, AgentId),
    /// An agent's transfer rings another agent.
    TransferToAgent(AgentId),
    /// An agent's transfer rings an outside number.
    TransferOutside(PhoneNumber),
    /// A menu calls an outside number.
    Dial(AskId, PhoneNumber),
    /// A queue sends the caller to an outside number.
    Overflow(PhoneNumber),
    /// A supervisor is to have a part in the talk.
    Join(AgentId, Part),
}

/// What a supervisor is to have of a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A part in it.
    Of(Presence),
    /// All: they are the caller's agent from then on.
    Whole,
}

impl Purpose {
    /// With whom the caller talks when this phone answers.
    pub fn who(&self) -> Who {
        match self {
            Purpose::Offer(_, agent)
            | Purpose::TransferToAgent(agent)
            | Purpose::Join(agent, _) => Who::Agent(agent.clone()),
            Purpose::TransferOutside(number)
            | Purpose::Dial(_, number)
            | Purpose::Overflow(number) => Who::Outside(number.clone()),
        }
    }

    /// For the record: whom the caller is handed on to.
    pub fn transfer_to(&self) -> Option<TransferTo> {
        match self {
            Purpose::Offer(..) | Purpose::Join(..) => None,
            Purpose::TransferToAgent(agent) => Some(TransferTo::Agent {
                agent: agent.clone(),
            }),
            Purpose::TransferOutside(number)
            | Purpose::Dial(_, number)
            | Purpose::Overflow(number) => Some(TransferTo::Number {
                number: number.clone(),
            }),
        }
    }
}

/// A phone that we call.
#[derive(Debug)]
pub(super) struct Ringing {
    pub purpose: Purpose,
    pub target: CallTarget,
    pub ring_for: Duration,
    /// `None` until its ports are open; then the INVITE is out.
    pub leg: Option<Leg>,
    /// Answered; the queue is asked whether the caller is still to be had.
    pub answered: bool,
}

/// The phones that ring for a call, several per agent perhaps. In the order of their ids, so
/// that a run can be repeated.
pub(super) type RingingPhones = BTreeMap<LegId, Ringing>;
