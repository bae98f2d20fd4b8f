//! Calls that come in: from the INVITE to our final answer (RFC 3261 §13.3, RFC 3262 §3).

use bytes::Bytes;

use super::core::{Core, Inbound, Voice, contact_uri, is_behind_nat, route_set};
use super::leg::{Accepted, Incoming, Leg, Ours, Reliability, Session, Stage};
use super::text::{ALLOW, SDP, SUPPORTED};
use super::{Accepting, Endpoint, EndpointEvent};
use crate::ids::PhoneNumber;
use crate::now::{Mono, Now};
use crate::sip::dialog::Dialog;
use crate::sip::leg::{IncomingInvite, LegEnd, LegEvent};
use crate::sip::message::{HeaderName, Method, NameAddr, Refresher, Scheme};
use crate::sip::reliable::Unacknowledged;
use crate::sip::session_timer::{Negotiated, PeerWish, SessionTimer, negotiate};
use crate::sip::transaction::{Due, Retransmit};

impl Endpoint {
    /// An INVITE outside of any dialog.
    pub(super) fn incoming_invite(&mut self, now: Now, inbound: &Inbound) {
        let core = &mut self.core;
        if let Accepting::NoNewCalls { retry_after } = core.accepting {
            return core.refuse_overload(inbound, retry_after);
        }
        let limits = core.config.limits;
        if core.pending_invites >= limits.pending_invites
            || self.legs.len() >= limits.legs
            || core.servers.len() >= limits.transactions
        {
            return core.refuse_overload(inbound, limits.retry_after);
        }
        if core.merged.contains_key(&core.merged_key(inbound)) {
            return core.respond_stateless(inbound, 482, |_| {});
        }
        let headers = &inbound.request.headers;
        // An INVITE of RFC 2543 may have no Contact: then From is where they are.
        let contact = if headers.contains(HeaderName::Contact) {
            contact_uri(headers)
        } else {
            let from = &inbound.from.uri;
            from.is_sip().then(|| from.for_request())
        };
        let (Some(contact), Some(routes)) = (contact, route_set(headers, false)) else {
            return core.respond_stateless(inbound, 400, |w| {
                w.header("Warning", "399 zeroline \"Contact or Record-Route\"");
            });
        };
        let wish = PeerWish::of(headers);
        let session = core.config.session;
        if negotiate(wish, session.expires, session.min_se) == Negotiated::TooSmall {
            return core.respond_stateless(inbound, 422, |w| {
                w.header("Min-SE", session.min_se);
            });
        }

        let Ok(authenticated) = self.identify(now, inbound) else {
            return;
        };
        let Ok(replaces) = self.admit_replaces(now, inbound, authenticated.as_ref()) else {
            return;
        };
        let may_prove = authenticated.is_none() && self.may_prove(inbound);
        let core = &mut self.core;
        let id = core.tokens.incoming_leg();
        let tag = core.tokens.tag(id);
        core.begin_server(now.mono, inbound, &tag, Some(id));
        let target = contact.to_string();
        let next_hop = routes.first().map_or(&*target, |r| r);
        let behind_nat = routes.is_empty() && is_behind_nat(&inbound.via, &contact, inbound.flow);
        let flow = core.flow_for(next_hop, inbound.flow, behind_nat);
        let to = String::from_utf8_lossy(super::core::raw(headers, HeaderName::To));
        let dialog = Dialog {
            call_id: inbound.call_id.clone(),
            local: format!("{to};tag={tag}").into(),
            remote: super::core::raw(headers, HeaderName::From).into(),
            local_tag: tag.into(),
            remote_tag: inbound.from.tag().unwrap_or("").into(),
            target: target.into(),
            routes,
            local_cseq: 0,
            remote_cseq: Some(inbound.cseq),
            flow,
            server_name: None,
            datagrams_only: behind_nat,
            is_caller: false,
        };
        let reliability = if headers.requires("100rel") {
            Reliability::Required
        } else if headers.supports("100rel") {
            Reliability::Supported
        } else {
            Reliability::No
        };
        let (caller, caller_name) = core.caller(inbound);
        let event = IncomingInvite {
            leg: id,
            flow: inbound.flow,
            dialled: PhoneNumber::new(inbound.request.uri.user_decoded()),
            named: core.named(inbound),
            caller,
            caller_name,
            authenticated,
            may_prove,
            replaces,
            offer: inbound.sdp(),
            call_id: inbound.call_id.to_string(),
            user_to_user: headers.user_to_user().map(str::to_owned),
        };
        let incoming = Incoming {
            key: inbound.key,
            cseq: inbound.cseq,
            dialog,
            offered: event.offer.is_some(),
            reliability,
            unacked: None,
            next_rseq: (core.tokens.random_u64() % 100_000) as u32 + 1,
            early_sdp: None,
            settled: false,
            waiting: None,
            answer: None,
            wish,
            peer_updates: headers.allow().contains(&Method::Update),
            pending: None,
            give_up: now.mono + core.config.timers.unanswered,
            unproven: may_prove.then(|| Box::new(inbound.request.clone())),
        };
        core.pending_invites += 1;
        core.events.push_back(EndpointEvent::Incoming(event));
        self.legs.insert(
            id,
            Leg {
                voice: Voice {
                    leg: id,
                    ended: false,
                },
                stage: Stage::Incoming(Box::new(incoming)),
                pending_invite: true,
                armed: None,
            },
        );
        self.settle_leg(id);
    }
}

impl Core {
    /// 503 without keeping anything.
    pub(super) fn refuse_overload(&mut self, inbound: &Inbound, retry_after: u32) {
        self.stats.overload += 1;
        self.respond_stateless(inbound, 503, |w| {
            w.header("Retry-After", retry_after);
        });
    }

    /// Whom the caller dialled, of a call to the address that we registered (RFC 3261 §16.6: the
    /// registered Contact takes the place of the Request-URI; To stays).
    fn named(&self, inbound: &Inbound) -> Option<PhoneNumber> {
        let account = inbound.request.uri.user_decoded();
        let mut trunks = self.config.trunks.iter();
        if !trunks.any(|t| t.register.as_deref() == Some(&*account)) {
            return None;
        }
        let number = inbound.to.uri.user_decoded();
        (!number.is_empty()).then(|| PhoneNumber::new(&*number))
    }

    /// Who calls: by P-Asserted-Identity from trusted peers (RFC 3325), else by From; nobody
    /// when the caller asked for privacy (RFC 3323).
    fn caller(&self, inbound: &Inbound) -> (Option<PhoneNumber>, String) {
        let headers = &inbound.request.headers;
        let source = inbound.flow.remote.ip();
        let mut networks = self.config.trusted_peers.iter();
        let mut trunks = self.config.trunks.iter().flat_map(|t| &t.peers);
        let trusted = networks.any(|n| n.contains(source)) || trunks.any(|n| n.contains(source));
        let private = headers.get(HeaderName::Privacy).is_some_and(|v| {
            v.split(|b| matches!(b, b';' | b',' | b' '))
                .any(|p| p.eq_ignore_ascii_case(b"id") || p.eq_ignore_ascii_case(b"user"))
        });
        if private {
            return (None, String::new());
        }
        let asserted = || headers.p_asserted_identity().ok()?.into_iter().next();
        let identity = if trusted { asserted() } else { None };
        let shown = identity.as_ref().unwrap_or(&inbound.from);
        if is_anonymous(shown) {
            return (None, String::new());
        }
        let number = match shown.uri.scheme {
            Scheme::Sip | Scheme::Sips | Scheme::Tel => shown.uri.user_decoded(),
            Scheme::Other(_) => "".into(),
        };
        let number = (!number.is_empty()).then(|| PhoneNumber::new(&*number));
        (number, shown.display.chars().take(100).collect())
    }

    /// 180 and 183, reliably where it has to be.
    pub(super) fn provisional(
        &mut self,
        now: Mono,
        leg: &mut Incoming,
        status: u16,
        sdp: Option<Bytes>,
    ) {
        let reliable = match leg.reliability {
            Reliability::No => false,
            Reliability::Supported => sdp.is_some(),
            Reliability::Required => true,
        };
        if reliable && leg.unacked.is_some() {
            leg.waiting = Some((status, sdp));
            return;
        }
        // An offer may stand in a provisional answer only if that is reliable, and a
        // description that was acknowledged is not repeated (RFC 3262 §5).
        let sdp =
            sdp.filter(|_| (leg.offered || reliable) && !(reliable && leg.early_sdp.is_some()));
        let contact = self.dialog_contact(&leg.dialog);
        let rseq = leg.next_rseq;
        let sent = self.respond(
            now,
            leg.key,
            status,
            |w| {
                w.header("Contact", contact).header("Allow", ALLOW);
                if reliable {
                    w.header("Require", "100rel").header("RSeq", rseq);
                }
            },
            sdp.as_ref().map(|sdp| (SDP, &sdp[..])),
        );
        if let (Some(bytes), true) = (sent, reliable) {
            leg.next_rseq += 1;
            leg.early_sdp = leg.early_sdp.take().or(sdp);
            let timers = self.config.timers;
            leg.unacked = Some(Unacknowledged::start(now, &timers, rseq, leg.cseq, bytes));
        }
    }

    /// A PRACK: whether it fits. Then what waited for it goes out.
    pub(super) fn acknowledged(&mut self, now: Mono, leg: &mut Leg, inbound: &Inbound) {
        let Stage::Incoming(s) = &mut leg.stage else {
            return self.respond_status(now, inbound.key, 481);
        };
        let rack = inbound.request.headers.rack().ok().flatten();
        let fits = match (&s.unacked, &rack) {
            (Some(unacked), Some(rack)) => unacked.matches(rack),
            (_, _) => false,
        };
        if !fits {
            return self.respond_status(now, inbound.key, 481);
        }
        if self.refuse_body(now, inbound) {
            return;
        }
        s.unacked = None;
        let was_settled = s.settled;
        s.settled = s.early_sdp.is_some();
        match inbound.sdp() {
            Some(answer) if !s.offered && !was_settled && s.settled => {
                self.respond_status(now, inbound.key, 200);
                leg.voice.emit(self, LegEvent::OfferAnswered { answer });
            }
            Some(_) if s.settled && s.pending.is_none() => {
                // A further offer within PRACK (RFC 3262 §5).
                let pending = self.pending_offer(now, inbound, None);
                s.pending = Some(pending);
                let offer = inbound.sdp();
                leg.voice.emit(self, LegEvent::Offer { offer });
            }
            Some(_) | None => self.respond_status(now, inbound.key, 200),
        }
        if let Some(sdp) = s.answer.take() {
            self.answer(now, leg, sdp);
        } else if let Some((status, sdp)) = s.waiting.take() {
            self.provisional(now, s, status, sdp);
        }
    }

    /// 200 to the INVITE: the leg becomes a session that waits for the ACK.
    pub(super) fn answer(&mut self, now: Mono, leg: &mut Leg, sdp: Bytes) {
        let mut s = match std::mem::replace(&mut leg.stage, Stage::Over) {
            Stage::Incoming(s) => s,
            other @ (Stage::Outgoing(_) | Stage::Session(_) | Stage::Over) => {
                leg.stage = other;
                self.stats.late_commands += 1;
                return;
            }
        };
        if s.unacked.is_some() {
            s.answer.get_or_insert(sdp);
            leg.stage = Stage::Incoming(s);
            return;
        }
        // What was agreed by PRACK is repeated if it was an answer, left out if an offer.
        let sdp = match (s.settled, s.offered) {
            (false, _) => Some(sdp),
            (true, true) => s.early_sdp.clone(),
            (true, false) => None,
        };
        let session = self.config.session;
        let expires = match negotiate(s.wish, session.expires, session.min_se) {
            Negotiated::Some(expires) => Some(expires),
            Negotiated::None | Negotiated::TooSmall => None,
        };
        let contact = self.dialog_contact(&s.dialog);
        let wish = s.wish;
        let sent = self.respond(
            now,
            s.key,
            200,
            |w| {
                w.header("Contact", contact)
                    .header("Allow", ALLOW)
                    .header("Supported", SUPPORTED);
                if let Some(expires) = expires {
                    w.header("Session-Expires", expires);
                    if wish.supported {
                        w.header("Require", "timer");
                    }
                }
            },
            sdp.as_ref().map(|sdp| (SDP, &sdp[..])),
        );
        let Some(bytes) = sent else {
            return leg.voice.emit(self, LegEvent::Ended(LegEnd::PeerGone));
        };
        let timers = self.config.timers;
        let flow = self
            .servers
            .get(&s.key)
            .map_or(s.dialog.flow, |tx| tx.flow());
        leg.stage = Stage::Session(Box::new(Session {
            leg: leg.voice.leg,
            accepted: Some(Accepted {
                cseq: s.cseq,
                bytes,
                flow,
                retransmit: Retransmit::first(now, timers.t1),
                give_up: now + timers.t1x64(),
                late: !s.offered && !s.settled,
                initial: true,
            }),
            ack_owed: None,
            local_sdp: sdp.or(s.early_sdp),
            timer: expires
                .map(|e| SessionTimer::start(now, e.delta, e.refresher != Some(Refresher::Uac))),
            peer_updates: s.peer_updates,
            pending: s.pending,
            ours: Ours::None,
            queued: None,
            subscription: None,
            trunk: None,
            bye: None,
            min_se: 0,
            dialog: s.dialog,
        }));
    }

    /// A final refusal of what the offer says; `why` is of our own words.
    pub(super) fn reject_media(&mut self, now: Mono, leg: &mut Leg, status: u16, why: &str) {
        let Stage::Incoming(s) = &leg.stage else {
            self.stats.late_commands += 1;
            return;
        };
        let warning = format!("399 zeroline \"{why}\"");
        self.respond(
            now,
            s.key,
            status,
            |w| {
                w.header("Warning", &warning);
            },
            None,
        );
        leg.end(self, now, LegEnd::LocalHangup);
    }

    /// A final refusal.
    pub(super) fn reject(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        status: u16,
        retry_after: Option<u32>,
        reason: Option<&str>,
    ) {
        let Stage::Incoming(s) = &leg.stage else {
            self.stats.late_commands += 1;
            return;
        };
        let status = if (300..700).contains(&status) {
            status
        } else {
            500
        };
        self.respond(
            now,
            s.key,
            status,
            |w| {
                if let Some(seconds) = retry_after {
                    w.header("Retry-After", seconds);
                }
                if let Some(reason) = reason {
                    w.header("Reason", reason);
                }
            },
            None,
        );
        leg.end(self, now, LegEnd::LocalHangup);
    }

    /// Deadlines of a leg that is not answered yet.
    pub(super) fn incoming_timeout(&mut self, now: Mono, leg: &mut Leg) {
        let Stage::Incoming(s) = &mut leg.stage else {
            return;
        };
        if now >= s.give_up {
            return self.reject(now, leg, 480, None, None);
        }
        let due = s
            .unacked
            .as_mut()
            .map_or(Due::Nothing, |u| u.handle_timeout(now));
        match due {
            Due::Nothing => {}
            Due::Retransmit => {
                let bytes = s.unacked.as_ref().map(|u| u.bytes().clone());
                let flow = self.servers.get(&s.key).map(|tx| tx.flow());
                if let (Some(bytes), Some(flow)) = (bytes, flow) {
                    self.stats.retransmitted += 1;
                    self.transmit(flow, bytes, None);
                }
            }
            Due::TimedOut => {
                self.respond_status(now, s.key, 504);
                return leg.end(self, now, LegEnd::PeerGone);
            }
        }
        self.expire_offer(now, &mut s.pending);
    }
}

fn is_anonymous(who: &NameAddr) -> bool {
    who.uri.user_decoded().eq_ignore_ascii_case("anonymous")
        || super::core::host_text(&who.uri.host).eq_ignore_ascii_case("anonymous.invalid")
}
