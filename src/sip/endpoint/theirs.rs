//! The peer's offers and refreshes within a dialog, and our answers to them: re-INVITE, UPDATE,
//! PRACK (RFC 3261 §14.2; RFC 3311 §5.2; RFC 4028 §9).

use super::core::{Core, Inbound, contact_uri};
use super::leg::{Accepted, Leg, OfferKind, Ours, PendingOffer, Session, Stage};
use super::text::{ALLOW, SDP, SUPPORTED};
use crate::now::Mono;
use crate::sip::flow::Transport;
use crate::sip::leg::LegEvent;
use crate::sip::message::{Method, Refresher, SessionExpires};
use crate::sip::session_timer::{Negotiated, PeerWish, SessionTimer, negotiate};
use crate::sip::transaction::Retransmit;

/// How long our own call may take to answer an offer before we do: 500.
const OFFER_PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

impl Core {
    fn too_early(&mut self, now: Mono, inbound: &Inbound) {
        let seconds = self.tokens.retry_after();
        self.respond(
            now,
            inbound.key,
            500,
            |w| {
                w.header("Retry-After", seconds);
            },
            None,
        );
    }

    /// Session-Expires of our 2xx to a refresh; `None` when 422 was sent.
    fn refresh_terms(&mut self, now: Mono, inbound: &Inbound) -> Option<Option<SessionExpires>> {
        let wish = PeerWish::of(&inbound.request.headers);
        let session = self.config.session;
        match negotiate(wish, session.expires, session.min_se) {
            Negotiated::Some(expires) => Some(Some(expires)),
            Negotiated::None => Some(None),
            Negotiated::TooSmall => {
                self.respond(
                    now,
                    inbound.key,
                    422,
                    |w| {
                        w.header("Min-SE", session.min_se);
                    },
                    None,
                );
                None
            }
        }
    }

    /// A request that our call has to answer.
    pub(super) fn pending_offer(
        &self,
        now: Mono,
        inbound: &Inbound,
        expires: Option<SessionExpires>,
    ) -> PendingOffer {
        PendingOffer {
            key: inbound.key,
            kind: if inbound.request.method == Method::Invite {
                OfferKind::ReInvite
            } else {
                OfferKind::Other
            },
            cseq: inbound.cseq,
            offered: inbound.sdp().is_some(),
            expires,
            give_up: now + OFFER_PATIENCE,
        }
    }

    /// Our call did not answer an offer: 500.
    pub(super) fn expire_offer(&mut self, now: Mono, pending: &mut Option<PendingOffer>) {
        if let Some(p) = pending.take_if(|p| now >= p.give_up) {
            self.respond_status(now, p.key, 500);
        }
    }

    pub(super) fn reinvite_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let Stage::Session(s) = &mut leg.stage else {
            return self.too_early(now, inbound);
        };
        if leg.voice.ended {
            return self.respond_status(now, inbound.key, 481);
        }
        if self.refuse_body(now, inbound) {
            return;
        }
        // RFC 3261 §14.2.
        if s.pending.is_some() || s.accepted.is_some() {
            return self.too_early(now, inbound);
        }
        if matches!(s.ours, Ours::InFlight { .. }) || s.ack_owed.is_some() {
            return self.respond_status(now, inbound.key, 491);
        }
        let Some(expires) = self.refresh_terms(now, inbound) else {
            return;
        };
        self.refresh_target(s, inbound);
        s.pending = Some(self.pending_offer(now, inbound, expires));
        let offer = inbound.sdp();
        leg.voice.emit(self, LegEvent::Offer { offer });
    }

    /// RFC 3311 §5.2.
    pub(super) fn update_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        if leg.voice.ended {
            return self.respond_status(now, inbound.key, 481);
        }
        if self.refuse_body(now, inbound) {
            return;
        }
        let Some(expires) = self.refresh_terms(now, inbound) else {
            return;
        };
        let offers = inbound.sdp().is_some();
        let slot = match &mut leg.stage {
            Stage::Session(s) => {
                if offers && (matches!(s.ours, Ours::InFlight { .. }) || s.ack_owed.is_some()) {
                    return self.respond_status(now, inbound.key, 491);
                }
                if offers && (s.pending.is_some() || s.accepted.as_ref().is_some_and(|a| a.late)) {
                    return self.too_early(now, inbound);
                }
                self.refresh_target(s, inbound);
                if !offers {
                    s.restart_timer(now, expires);
                }
                &mut s.pending
            }
            Stage::Incoming(s) => {
                if offers && (s.pending.is_some() || !s.settled) {
                    return self.too_early(now, inbound);
                }
                if let Some(target) = contact_uri(&inbound.request.headers) {
                    s.dialog.target = target.to_string().into();
                }
                &mut s.pending
            }
            Stage::Outgoing(s) => {
                let tag = inbound.from.tag().unwrap_or("");
                let early = s.early.iter_mut().find(|e| *e.dialog.remote_tag == *tag);
                let Some(early) = early else {
                    return self.respond_status(now, inbound.key, 481);
                };
                if offers && !early.answered {
                    return self.respond_status(now, inbound.key, 491);
                }
                if offers && early.pending.is_some() {
                    return self.too_early(now, inbound);
                }
                &mut early.pending
            }
            Stage::Over => return self.respond_status(now, inbound.key, 481),
        };
        if offers {
            *slot = Some(self.pending_offer(now, inbound, expires));
            let offer = inbound.sdp();
            return leg.voice.emit(self, LegEvent::Offer { offer });
        }
        self.respond_offer(now, leg, inbound.key, expires, None);
    }

    pub(super) fn refuse_body(&mut self, now: Mono, inbound: &Inbound) -> bool {
        let Some((status, name, value)) = super::receive::unacceptable_body(inbound) else {
            return false;
        };
        self.respond(
            now,
            inbound.key,
            status,
            |w| {
                w.header(name, value);
            },
            None,
        );
        true
    }

    /// Target refresh (RFC 3261 §12.2.2).
    fn refresh_target(&mut self, s: &mut Session, inbound: &Inbound) {
        let Some(target) = contact_uri(&inbound.request.headers) else {
            return;
        };
        let text = target.to_string();
        if *s.dialog.target == *text {
            // A page that connects anew keeps its Contact, which names nothing.
            if inbound.flow.transport == Transport::Wss {
                s.dialog.flow = inbound.flow;
            }
            return;
        }
        let behind_nat = super::core::is_behind_nat(&inbound.via, &target, inbound.flow);
        s.dialog.target = text.into();
        let behind_nat = behind_nat && s.dialog.routes.is_empty();
        s.dialog.flow = self.flow_for(s.dialog.next_hop(), inbound.flow, behind_nat);
    }

    /// 200 to a re-INVITE, UPDATE or PRACK.
    fn respond_offer(
        &mut self,
        now: Mono,
        leg: &Leg,
        key: super::tokens::ServerKey,
        expires: Option<SessionExpires>,
        sdp: Option<&[u8]>,
    ) -> Option<bytes::Bytes> {
        let contact = match &leg.stage {
            Stage::Session(s) => Some(self.dialog_contact(&s.dialog)),
            Stage::Incoming(s) => Some(self.dialog_contact(&s.dialog)),
            Stage::Outgoing(_) | Stage::Over => None,
        };
        self.respond(
            now,
            key,
            200,
            |w| {
                if let Some(contact) = contact {
                    w.header("Contact", contact);
                }
                w.header("Allow", ALLOW).header("Supported", SUPPORTED);
                if let Some(expires) = expires {
                    w.header("Session-Expires", expires);
                    if expires.refresher == Some(Refresher::Uac) {
                        w.header("Require", "timer");
                    }
                }
            },
            sdp.map(|sdp| (SDP, sdp)),
        )
    }

    /// [`LegCommand::AnswerOffer`](crate::sip::leg::LegCommand::AnswerOffer).
    pub(super) fn answer_offer(&mut self, now: Mono, leg: &mut Leg, sdp: bytes::Bytes) {
        let Some(p) = leg.take_pending() else {
            self.stats.late_commands += 1;
            return;
        };
        let sent = self.respond_offer(now, leg, p.key, p.expires, Some(&sdp));
        let Stage::Session(s) = &mut leg.stage else {
            return;
        };
        s.restart_timer(now, p.expires);
        let timers = self.config.timers;
        if let (OfferKind::ReInvite, Some(bytes)) = (p.kind, sent) {
            let flow = self
                .servers
                .get(&p.key)
                .map_or(s.dialog.flow, |tx| tx.flow());
            s.accepted = Some(Accepted {
                cseq: p.cseq,
                bytes,
                flow,
                retransmit: Retransmit::first(now, timers.t1),
                give_up: now + timers.t1x64(),
                late: !p.offered,
                initial: false,
            });
        }
        s.local_sdp = Some(sdp);
        self.next_offer(now, s);
    }

    /// [`LegCommand::RefuseOffer`](crate::sip::leg::LegCommand::RefuseOffer).
    pub(super) fn refuse_offer(&mut self, now: Mono, leg: &mut Leg) {
        match leg.take_pending() {
            Some(p) => self.respond_status(now, p.key, 488),
            None => self.stats.late_commands += 1,
        }
        if let Stage::Session(s) = &mut leg.stage {
            self.next_offer(now, s);
        }
    }
}

impl Leg {
    fn take_pending(&mut self) -> Option<PendingOffer> {
        match &mut self.stage {
            Stage::Incoming(s) => s.pending.take(),
            Stage::Session(s) => s.pending.take(),
            Stage::Outgoing(s) => s.early.iter_mut().find_map(|e| e.pending.take()),
            Stage::Over => None,
        }
    }
}

impl Session {
    /// The session was refreshed by the peer's request: new terms, or none any more.
    fn restart_timer(&mut self, now: Mono, terms: Option<SessionExpires>) {
        self.timer =
            terms.map(|e| SessionTimer::start(now, e.delta, e.refresher != Some(Refresher::Uac)));
    }
}
