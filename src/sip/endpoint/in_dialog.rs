//! Requests of the peer within a dialog (RFC 3261 §12.2.2, §14.2, §15; RFC 3311, 3515, 6086).

use super::Endpoint;
use super::core::{Core, Inbound, contact_uri};
use super::leg::{Accepted, Leg, OfferKind, Ours, PendingOffer, Session, Stage};
use super::text::{ALLOW, SDP, SUPPORTED};
use crate::ids::PhoneNumber;
use crate::now::{Mono, Now};
use crate::sip::dialog::{Dialog, Sequence};
use crate::sip::leg::{LegEnd, LegEvent};
use crate::sip::message::{HeaderName, Method, Refresher, SessionExpires};
use crate::sip::session_timer::{Negotiated, PeerWish, SessionTimer, negotiate};
use crate::sip::transaction::Retransmit;
use crate::sip::transfer::{ReferTo, Subscription};

/// How long our own call may take to answer an offer before we do: 500.
const OFFER_PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

impl Endpoint {
    /// A request with a To tag.
    pub(super) fn in_dialog(&mut self, now: Now, inbound: &Inbound) {
        let now = now.mono;
        let tag = inbound.to.tag().unwrap_or("");
        let Some(id) = self.core.tokens.leg_of(tag) else {
            return self.core.respond_stateless(inbound, 481, |_| {});
        };
        let core = &mut self.core;
        let known = self.legs.get_mut(&id).and_then(|leg| {
            let dialog = leg.dialog_of(inbound)?;
            Some((dialog.handle_cseq(inbound.cseq), leg))
        });
        let Some((sequence, leg)) = known else {
            return core.respond_stateless(inbound, 481, |_| {});
        };
        // Room is kept for known calls, but not without end.
        if core.servers.len() >= core.config.limits.transactions.saturating_mul(2) {
            let retry_after = core.config.limits.retry_after;
            return core.refuse_overload(inbound, retry_after);
        }
        core.begin_server(inbound, tag, Some(id));
        if sequence == Sequence::OutOfOrder {
            core.respond_status(now, inbound.key, 500);
        } else if !core.refuse_extensions(now, inbound) {
            core.dialog_request_in(now, leg, inbound);
        }
        self.settle_leg(id);
    }

    /// An ACK for a dialog (of a 2xx).
    pub(super) fn ack_in(&mut self, now: Now, inbound: &Inbound) {
        let id = inbound.to.tag().and_then(|t| self.core.tokens.leg_of(t));
        let Some((id, leg)) = id.and_then(|id| Some((id, self.legs.get_mut(&id)?))) else {
            self.core.stats.stray += 1;
            return;
        };
        if leg.dialog_of(inbound).is_none() {
            self.core.stats.stray += 1;
            return;
        }
        self.core.session_acked(now.mono, leg, inbound);
        self.settle_leg(id);
    }
}

impl Leg {
    /// The dialog that a request of the peer belongs to.
    fn dialog_of(&mut self, inbound: &Inbound) -> Option<&mut Dialog> {
        let remote_tag = inbound.from.tag().unwrap_or("");
        let dialog = match &mut self.stage {
            Stage::Incoming(s) => &mut s.dialog,
            Stage::Session(s) => &mut s.dialog,
            Stage::Outgoing(s) => s
                .early
                .iter_mut()
                .map(|e| &mut e.dialog)
                .find(|d| *d.remote_tag == *remote_tag)?,
            Stage::Over => return None,
        };
        (*dialog.call_id == *inbound.call_id
            && Some(&*dialog.local_tag) == inbound.to.tag()
            && *dialog.remote_tag == *remote_tag)
            .then_some(dialog)
    }

    /// Ends: the event, refusals to what the peer still waits for, and then nothing is left.
    pub(super) fn end(&mut self, core: &mut Core, now: Mono, end: LegEnd) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let pending = match stage {
            Stage::Incoming(s) => {
                // Too late when it was answered already: then this does nothing.
                core.respond_status(now, s.key, 487);
                s.pending
            }
            Stage::Outgoing(s) => {
                for early in s.early {
                    if let Some(p) = early.pending {
                        core.respond_status(now, p.key, 487);
                    }
                }
                None
            }
            Stage::Session(s) => s.pending,
            Stage::Over => None,
        };
        if let Some(p) = pending {
            core.respond_status(now, p.key, 487);
        }
        self.voice.emit(core, LegEvent::Ended(end));
    }
}

impl Core {
    /// 420 when the peer insists on what we do not know (RFC 3261 §8.2.2.3).
    fn refuse_extensions(&mut self, now: Mono, inbound: &Inbound) -> bool {
        let unknown = super::receive::unknown_extensions(inbound);
        if unknown.is_empty() {
            return false;
        }
        self.respond(
            now,
            inbound.key,
            420,
            |w| {
                w.header("Unsupported", unknown);
            },
            None,
        );
        true
    }

    fn dialog_request_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        match inbound.request.method {
            Method::Bye => {
                self.respond_status(now, inbound.key, 200);
                self.peer_bye(now, leg, inbound);
            }
            Method::Invite => self.reinvite_in(now, leg, inbound),
            Method::Update => self.update_in(now, leg, inbound),
            Method::Prack => self.acknowledged(now, leg, inbound),
            Method::Info => self.info_in(now, leg, inbound),
            Method::Refer => self.refer_in(now, leg, inbound),
            Method::Options => {
                self.respond(
                    now,
                    inbound.key,
                    200,
                    |w| {
                        w.header("Allow", ALLOW)
                            .header("Accept", SDP)
                            .header("Supported", SUPPORTED);
                    },
                    None,
                );
            }
            // We have subscribed to nothing.
            Method::Notify => self.respond_status(now, inbound.key, 481),
            Method::Subscribe => self.respond_status(now, inbound.key, 489),
            Method::Message | Method::Publish | Method::Register => {
                self.respond(
                    now,
                    inbound.key,
                    405,
                    |w| {
                        w.header("Allow", ALLOW);
                    },
                    None,
                );
            }
            Method::Other(_) => self.respond_status(now, inbound.key, 501),
            // Neither comes here.
            Method::Ack | Method::Cancel => {}
        }
    }

    fn peer_bye(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        if let Stage::Outgoing(s) = &mut leg.stage {
            // One branch of a fork gives up; the INVITE still gets its final answer.
            let tag = inbound.from.tag().unwrap_or("");
            s.early.retain(|e| *e.dialog.remote_tag != *tag);
            return;
        }
        leg.end(self, now, LegEnd::PeerBye);
    }

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
            offered: !inbound.request.body.is_empty(),
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

    fn reinvite_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
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
    fn update_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        if self.refuse_body(now, inbound) {
            return;
        }
        let Some(expires) = self.refresh_terms(now, inbound) else {
            return;
        };
        let offers = !inbound.request.body.is_empty();
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

    fn refuse_body(&mut self, now: Mono, inbound: &Inbound) -> bool {
        let Some(refusal) = super::receive::unacceptable_body(inbound) else {
            return false;
        };
        self.respond(
            now,
            inbound.key,
            415,
            |w| {
                w.header(refusal.0, refusal.1);
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

    /// RFC 6086; the two ways of sending keys are what we know.
    fn info_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let request = &inbound.request;
        if request.body.is_empty() {
            return self.respond_status(now, inbound.key, 200);
        }
        let known = request
            .headers
            .content_type()
            .ok()
            .flatten()
            .filter(|t| t.is("application", "dtmf-relay") || t.is("application", "dtmf"));
        let Some(content_type) = known else {
            self.respond(
                now,
                inbound.key,
                415,
                |w| {
                    w.header("Accept", "application/dtmf-relay, application/dtmf");
                },
                None,
            );
            return;
        };
        self.respond_status(now, inbound.key, 200);
        let event = LegEvent::Info {
            content_type: format!("{}/{}", content_type.kind, content_type.subtype),
            body: request.body.clone(),
        };
        leg.voice.emit(self, event);
    }

    /// RFC 3515 §2.4.
    fn refer_in(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let Stage::Session(s) = &mut leg.stage else {
            return self.respond_status(now, inbound.key, 403);
        };
        if leg.voice.ended {
            return self.respond_status(now, inbound.key, 481);
        }
        let headers = &inbound.request.headers;
        let refer_to = match headers.fields(HeaderName::ReferTo).count() {
            1 => headers.refer_to().ok().flatten(),
            _ => None,
        };
        let Some(refer_to) = refer_to else {
            return self.respond_status(now, inbound.key, 400);
        };
        let Some(refer_to) = ReferTo::parse(&refer_to.uri.to_string()) else {
            return self.respond_status(now, inbound.key, 416);
        };
        if s.subscription.is_some() {
            // One transfer at a time.
            return self.respond_status(now, inbound.key, 603);
        }
        let silent = headers
            .get(HeaderName::ReferSub)
            .is_some_and(|v| v.to_ascii_lowercase().starts_with(b"false"));
        let contact = self.dialog_contact(&s.dialog);
        self.respond(
            now,
            inbound.key,
            202,
            |w| {
                w.header("Contact", contact);
                if silent {
                    w.header("Refer-Sub", "false");
                }
            },
            None,
        );
        s.subscription = Some(Subscription::start(now, inbound.cseq, silent));
        self.notify(now, leg.voice.leg, s, 100);
        let event = LegEvent::Refer {
            to: PhoneNumber::new(&refer_to.user),
            uri: refer_to.uri,
            replaces: refer_to.replaces,
        };
        leg.voice.emit(self, event);
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
