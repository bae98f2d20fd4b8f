//! A leg's states. What makes sense in one state only is kept in that state only.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;

use super::core::{Core, Voice};
use super::tokens::ServerKey;
use super::{QueryId, ResolvedTarget};
use crate::ids::LegId;
use crate::now::Mono;
use crate::sip::dialog::Dialog;
use crate::sip::flow::Flow;
use crate::sip::message::{Request, SessionExpires};
use crate::sip::reliable::{Sequence, Unacknowledged};
use crate::sip::session_timer::{PeerWish, SessionTimer};
use crate::sip::transaction::Retransmit;
use crate::sip::transfer::Subscription;

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) voice: Voice,
    pub(super) stage: Stage,
    /// Counted among the pending INVITEs.
    pub(super) pending_invite: bool,
    pub(super) armed: Option<Mono>,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Their INVITE has no final answer yet.
    Incoming(Box<Incoming>),
    /// Our INVITE has no final answer yet.
    Outgoing(Box<Outgoing>),
    /// There was a 2xx.
    Session(Box<Session>),
    /// To be forgotten.
    Over,
}

/// Whether provisional answers are reliable (RFC 3262).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reliability {
    No,
    /// The peer knows it: those with SDP are.
    Supported,
    /// The peer insists: all are.
    Required,
}

#[derive(Debug)]
pub(super) struct Incoming {
    /// The transaction of the INVITE.
    pub(super) key: ServerKey,
    /// Its CSeq number.
    pub(super) cseq: u32,
    pub(super) dialog: Dialog,
    /// The INVITE carried an offer.
    pub(super) offered: bool,
    pub(super) reliability: Reliability,
    pub(super) unacked: Option<Unacknowledged>,
    pub(super) next_rseq: u32,
    /// What was sent in a reliable provisional answer, once it was acknowledged or not.
    pub(super) early_sdp: Option<Bytes>,
    /// Offer and answer are exchanged already, reliably.
    pub(super) settled: bool,
    /// A provisional answer that waits for the PRACK of the one before.
    pub(super) waiting: Option<(u16, Option<Bytes>)>,
    /// A 200 that waits for a PRACK.
    pub(super) answer: Option<Bytes>,
    pub(super) wish: PeerWish,
    pub(super) peer_updates: bool,
    pub(super) pending: Option<PendingOffer>,
    pub(super) give_up: Mono,
    /// The INVITE, as long as its sender may be asked who they are.
    pub(super) unproven: Option<Box<Request>>,
}

/// A request of theirs that our call has to answer.
#[derive(Debug)]
pub(super) struct PendingOffer {
    pub(super) key: ServerKey,
    pub(super) kind: OfferKind,
    pub(super) cseq: u32,
    /// It carried an offer: our reply is the answer.
    pub(super) offered: bool,
    /// Session-Expires of our 2xx.
    pub(super) expires: Option<SessionExpires>,
    /// Nobody answered: 500.
    pub(super) give_up: Mono,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfferKind {
    ReInvite,
    /// UPDATE or PRACK: answered without ACK.
    Other,
}

#[derive(Debug)]
pub(super) struct Outgoing {
    /// The INVITE as last sent (without a Via when it was not sent yet).
    pub(super) request: Bytes,
    pub(super) cseq: u32,
    /// Our offer.
    pub(super) offer: Option<Bytes>,
    /// What to offer to who does not accept that.
    pub(super) instead: Option<Bytes>,
    /// Where else to try.
    pub(super) targets: VecDeque<ResolvedTarget>,
    pub(super) query: Option<QueryId>,
    /// The URI names the transport: no other is tried.
    pub(super) transport_given: bool,
    /// Too large for a datagram: where a stream has been tried (RFC 3261 §18.1.1).
    pub(super) stream_tried: Option<SocketAddr>,
    pub(super) tx: Option<u64>,
    /// The path on which the phone registered: answers do not move us off it.
    pub(super) symmetric: Option<Flow>,
    pub(super) ring_until: Option<Mono>,
    /// We want it to end: CANCEL goes out with the first provisional answer.
    pub(super) cancel: Cancel,
    pub(super) early: Vec<Early>,
    pub(super) trunk: Option<usize>,
    pub(super) auth_tried: bool,
    pub(super) min_se: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    No,
    Wanted(Option<String>),
    Sent,
}

/// One branch of a forked INVITE that answered provisionally.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) dialog: Dialog,
    pub(super) sequence: Sequence,
    /// How many reliable answers were acknowledged.
    pub(super) pracks: u16,
    pub(super) answered: bool,
    pub(super) pending: Option<PendingOffer>,
}

/// Early dialogs of one INVITE beyond this number are not followed.
pub(super) const MOST_FORKS: usize = 8;
/// Reliable provisional answers beyond this number in one early dialog are dropped: each costs
/// a PRACK that may have to wait for its answer.
pub(super) const MOST_PRACKS: u16 = 100;

#[derive(Debug)]
pub(super) struct Session {
    pub(super) leg: LegId,
    pub(super) dialog: Dialog,
    /// Our 2xx that waits for its ACK.
    pub(super) accepted: Option<Accepted>,
    /// Their 2xx whose offer our call has to answer in the ACK: CSeq and transaction.
    pub(super) ack_owed: Option<(u32, u64)>,
    /// Our last description: what a refreshing re-INVITE repeats.
    pub(super) local_sdp: Option<Bytes>,
    pub(super) timer: Option<SessionTimer>,
    pub(super) peer_updates: bool,
    pub(super) pending: Option<PendingOffer>,
    pub(super) ours: Ours,
    /// An offer of ours that waits until its turn comes.
    pub(super) queued: Option<Bytes>,
    pub(super) subscription: Option<Subscription>,
    pub(super) trunk: Option<usize>,
    /// We hung up before the ACK came: BYE when it comes (RFC 3261 §15).
    pub(super) bye: Option<Option<String>>,
    pub(super) min_se: u32,
}

/// A request of ours that changes or refreshes the session.
#[derive(Debug)]
pub(super) enum Ours {
    None,
    /// A re-INVITE; `refresh`: only that the timer begins anew, the call need not know.
    InFlight {
        id: u64,
        offer: Bytes,
        refresh: bool,
    },
    /// An UPDATE without SDP.
    Refreshing {
        id: u64,
    },
    /// 491: again later (RFC 3261 §14.1).
    Glare {
        at: Mono,
        offer: Bytes,
        refresh: bool,
    },
}

#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) cseq: u32,
    pub(super) bytes: Bytes,
    pub(super) flow: Flow,
    pub(super) retransmit: Retransmit,
    pub(super) give_up: Mono,
    /// The answer comes in the ACK.
    pub(super) late: bool,
    /// It accepted the first INVITE.
    pub(super) initial: bool,
}

fn min(a: Option<Mono>, b: Option<Mono>) -> Option<Mono> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl Leg {
    /// The stream `gone` is closed: requests and repetitions go elsewhere.
    pub(super) fn leave_stream(&mut self, core: &Core, gone: Flow) {
        let leave = |dialog: &mut Dialog| {
            if dialog.flow == gone {
                dialog.flow = core.flow_anew(dialog.next_hop(), gone);
            }
        };
        match &mut self.stage {
            Stage::Incoming(s) => leave(&mut s.dialog),
            Stage::Outgoing(s) => s.early.iter_mut().for_each(|e| leave(&mut e.dialog)),
            Stage::Session(s) => {
                leave(&mut s.dialog);
                if let Some(a) = s.accepted.as_mut().filter(|a| a.flow == gone) {
                    a.flow = s.dialog.flow;
                }
            }
            Stage::Over => {}
        }
    }

    /// The soonest of the deadlines of its state.
    pub(super) fn poll_timeout(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Incoming(s) => {
                let prack = s.unacked.as_ref().map(Unacknowledged::poll_timeout);
                let offer = s.pending.as_ref().map(|p| p.give_up);
                min(Some(s.give_up), min(prack, offer))
            }
            Stage::Outgoing(s) => {
                let offers = s
                    .early
                    .iter()
                    .filter_map(|e| e.pending.as_ref())
                    .map(|p| p.give_up)
                    .min();
                min(s.ring_until, offers)
            }
            Stage::Session(s) => {
                let ack = s.accepted.as_ref().map(|a| a.retransmit.at.min(a.give_up));
                let offer = s.pending.as_ref().map(|p| p.give_up);
                let glare = match &s.ours {
                    Ours::Glare { at, .. } => Some(*at),
                    Ours::None | Ours::InFlight { .. } | Ours::Refreshing { .. } => None,
                };
                let timer = s.timer.as_ref().map(SessionTimer::poll_timeout);
                let transfer = s.subscription.map(|s| s.expires_at);
                min(min(ack, offer), min(min(glare, timer), transfer))
            }
            Stage::Over => None,
        }
    }
}
