//! Calls that we place: from the INVITE to the final answer (RFC 3261 §13.2, RFC 3262 §4).

use std::collections::VecDeque;

use bytes::Bytes;

use super::client::{Outbound, Outcome, Owner};
use super::core::{Core, Voice, contact_uri, route_set, transport_of};
use super::leg::{Cancel, Early, Leg, MOST_FORKS, Ours, Outgoing, Session, Stage};
use super::text::{self, ALLOW, SDP, SUPPORTED, Writer};
use super::tokens::ClientKey;
use super::{Endpoint, EndpointEvent, QueryId, ResolvedTarget};
use crate::ids::LegId;
use crate::now::{Mono, Now};
use crate::sip::dialog::Dialog;
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{CallTarget, LegEnd, LegEvent, OutgoingInvite};
use crate::sip::message::{HeaderName, Host, Method, Response, Uri};
use crate::sip::reliable::{Order, Sequence};

/// Where the first INVITE goes.
enum Hop {
    Flow(Flow),
    Locate {
        host: Host,
        port: Option<u16>,
        transport: Option<Transport>,
        secure: bool,
    },
}

impl Endpoint {
    /// [`LegCommand::Invite`](crate::sip::leg::LegCommand::Invite).
    pub(super) fn outgoing_invite(&mut self, now: Now, invite: OutgoingInvite) {
        let id = invite.leg;
        if self.legs.contains_key(&id) {
            self.core.stats.late_commands += 1;
            return;
        }
        let mut leg = Leg {
            voice: Voice {
                leg: id,
                ended: false,
            },
            stage: Stage::Over,
            pending_invite: false,
            armed: None,
        };
        match self.core.prepare(now.mono, &invite) {
            Some((outgoing, hop)) => {
                leg.stage = Stage::Outgoing(Box::new(outgoing));
                self.core.set_out(now.mono, &mut leg, hop);
            }
            None => leg
                .voice
                .emit(&mut self.core, LegEvent::Ended(LegEnd::Unreachable)),
        }
        if let Stage::Outgoing(s) = &leg.stage
            && let Some(query) = s.query
        {
            self.queries.insert(query, id);
        }
        self.legs.insert(id, leg);
        self.settle_leg(id);
    }

    pub(super) fn resolved(&mut self, now: Now, query: QueryId, targets: Vec<ResolvedTarget>) {
        let Some(id) = self.queries.remove(&query) else {
            return;
        };
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        if let Stage::Outgoing(s) = &mut leg.stage {
            s.query = None;
            // RFC 3263 §4.3; more than a few would ring for ever.
            s.targets = targets.into_iter().take(8).collect();
            self.core.try_next(now.mono, leg, LegEnd::Unreachable);
        }
        self.settle_leg(id);
    }
}

impl Core {
    /// The INVITE, with placeholders for what depends on the path it takes. `None`: the
    /// target is no SIP URI, or there is no such trunk.
    fn prepare(&mut self, now: Mono, invite: &OutgoingInvite) -> Option<(Outgoing, Hop)> {
        let mut routes: Vec<String> = Vec::new();
        let mut trunk = None;
        let domain;
        let uri;
        let hop;
        let mut symmetric = None;
        match &invite.target {
            CallTarget::Contact(contact) => {
                let target = Uri::parse(contact.uri.as_bytes()).ok()?;
                if !target.is_sip() {
                    return None;
                }
                let mut next = target.clone();
                for (i, path) in contact.path.iter().enumerate() {
                    let path = Uri::parse(path.as_bytes()).ok()?;
                    routes.push(path.to_string());
                    if i == 0 {
                        next = path;
                    }
                }
                symmetric = contact.flow;
                hop = match contact.flow {
                    Some(flow) => Hop::Flow(flow),
                    None => Hop::Locate {
                        host: next.maddr().unwrap_or_else(|| next.host.clone()),
                        port: next.port,
                        transport: transport_of(&next),
                        secure: next.is_secure(),
                    },
                };
                uri = target.for_request();
                domain = None;
            }
            CallTarget::Trunk {
                trunk: name,
                number,
            } => {
                let at = self.config.trunks.iter().position(|t| t.name == *name)?;
                let t = self.config.trunks.get(at)?;
                trunk = Some(at);
                let host = Host::parse(&t.host).ok()?;
                let mut target = Uri::sip(Some(number.reveal()), host.clone(), t.port);
                match t.transport {
                    None | Some(Transport::Udp) => {}
                    Some(Transport::Tcp) => target.params.set_uri("transport", Some("tcp")),
                    Some(Transport::Tls) => target.params.set_uri("transport", Some("tls")),
                    Some(Transport::Wss) => target.params.set_uri("transport", Some("ws")),
                }
                uri = target;
                domain = Some(t.domain.clone().unwrap_or_else(|| t.host.clone()));
                hop = Hop::Locate {
                    host,
                    port: t.port,
                    transport: t.transport,
                    secure: false,
                };
            }
        }
        let tag = self.tokens.tag(invite.leg);
        let domain = domain.unwrap_or_else(|| {
            let flow = match &hop {
                Hop::Flow(flow) => Some(*flow),
                Hop::Locate { .. } => self.config.listeners.first().map(|l| Flow {
                    transport: l.transport,
                    local: l.bind,
                    remote: l.bind,
                }),
            };
            flow.map_or_else(|| "anonymous.invalid".to_owned(), |f| self.advertised(f))
        });
        let from = match &invite.from {
            Some(number) => format!("sip:{}@{domain}", text::user_part(number.reveal())),
            None => "sip:anonymous@anonymous.invalid".to_owned(),
        };
        let name = if invite.from_name.is_empty() {
            String::new()
        } else {
            format!("{} ", text::quoted(&invite.from_name))
        };
        let session = self.config.session;
        let uri = uri.to_string();
        let mut w = Writer::request("INVITE", &uri);
        w.header("Via", "-").header("Max-Forwards", 70);
        for route in &routes {
            w.header("Route", format_args!("<{route}>"));
        }
        w.header("From", format_args!("{name}<{from}>;tag={tag}"))
            .header("To", format_args!("<{uri}>"))
            .header("Call-ID", self.tokens.call_id())
            .header("CSeq", "1 INVITE")
            .header("Contact", "-")
            .header("Allow", ALLOW)
            // Without an offer of ours a reliable answer would carry theirs: not followed.
            .header(
                "Supported",
                if invite.offer.is_some() {
                    SUPPORTED
                } else {
                    "timer, norefersub"
                },
            );
        if session.expires > 0 {
            w.header("Session-Expires", session.expires);
        }
        w.header("User-Agent", &self.config.user_agent);
        if let Some(value) = &invite.user_to_user {
            w.header("User-to-User", value);
        }
        if let Some(url) = &invite.call_info {
            let url = url.replace(['<', '>'], "");
            w.header("Call-Info", format_args!("<{url}>;purpose=info"));
        }
        if let Some(value) = &invite.alert_info {
            w.header("Alert-Info", value);
        }
        let body = invite.offer.as_ref().map(|sdp| (SDP, &sdp[..]));
        let outgoing = Outgoing {
            request: w.finish(body),
            cseq: 1,
            offer: invite.offer.clone(),
            targets: VecDeque::new(),
            query: None,
            tx: None,
            symmetric,
            ring_until: Some(now + invite.ring_for),
            cancel: Cancel::No,
            early: Vec::new(),
            trunk,
            auth_tried: false,
            min_se: 0,
        };
        Some((outgoing, hop))
    }

    fn set_out(&mut self, now: Mono, leg: &mut Leg, hop: Hop) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        match hop {
            Hop::Flow(flow) => self.attempt(now, leg.voice.leg, s, flow, None),
            Hop::Locate {
                host,
                port,
                transport,
                secure,
            } => {
                if let Some(ip) = host.ip() {
                    let transport = transport.unwrap_or(if secure {
                        Transport::Tls
                    } else {
                        Transport::Udp
                    });
                    let usual = if transport == Transport::Tls {
                        5061
                    } else {
                        5060
                    };
                    s.targets.push_back(ResolvedTarget {
                        transport,
                        remote: (ip, port.unwrap_or(usual)).into(),
                        server_name: None,
                    });
                    return self.try_next(now, leg, LegEnd::Unreachable);
                }
                // Legs and queries are one to one.
                let query = QueryId(leg.voice.leg.0);
                s.query = Some(query);
                self.events.push_back(EndpointEvent::Resolve {
                    query,
                    host: super::core::host_text(&host),
                    port,
                    transport,
                    secure,
                });
            }
        }
    }

    /// Sends the INVITE to the next target, or ends the leg with `end`.
    fn try_next(&mut self, now: Mono, leg: &mut Leg, end: LegEnd) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        s.early.clear();
        if s.cancel == Cancel::No {
            while let Some(target) = s.targets.pop_front() {
                if let Some(flow) = self.config.flow_to(&target) {
                    let name = target.server_name;
                    return self.attempt(now, leg.voice.leg, s, flow, name.as_deref());
                }
            }
        }
        leg.end(self, now, end);
    }

    /// One INVITE transaction.
    fn attempt(
        &mut self,
        now: Mono,
        leg: LegId,
        s: &mut Outgoing,
        flow: Flow,
        server_name: Option<&str>,
    ) {
        let (id, branch) = self.tokens.branch();
        let secure = s.request.starts_with(b"INVITE sips:");
        let request = text::reissue(
            &s.request,
            &[
                ("Via", self.via(flow, &branch)),
                ("Contact", self.contact(flow, secure)),
                ("CSeq", format!("{} INVITE", s.cseq)),
            ],
        );
        s.request = request.clone();
        s.tx = Some(id);
        let out = Outbound {
            owner: Owner::Invite(leg),
            method: "INVITE",
            id,
            branch,
            flow,
            server_name,
            request,
            retried: false,
        };
        self.send(now, out);
    }

    /// We do not want the call any more.
    pub(super) fn abandon(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        reason: Option<String>,
        end: LegEnd,
    ) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        s.ring_until = None;
        let Some(id) = s.tx else {
            return leg.end(self, now, end);
        };
        if s.cancel == Cancel::No {
            if self.may_cancel(id) {
                s.cancel = Cancel::Sent;
                self.cancel(now, id, reason.as_deref());
            } else {
                s.cancel = Cancel::Wanted(reason);
            }
        }
        for early in &mut s.early {
            if let Some(p) = early.pending.take() {
                self.respond_status(now, p.key, 487);
            }
        }
        leg.voice.emit(self, LegEvent::Ended(end));
    }

    pub(super) fn outgoing_timeout(&mut self, now: Mono, leg: &mut Leg) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        for early in &mut s.early {
            self.expire_offer(now, &mut early.pending);
        }
        if s.ring_until.is_some_and(|at| now >= at) {
            self.abandon(now, leg, None, LegEnd::NoAnswer);
        }
    }

    /// The fate of the INVITE.
    pub(super) fn invite_done(&mut self, now: Mono, leg: &mut Leg, outcome: Outcome) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            if let Outcome::Response { response, id, flow } = outcome {
                self.answered_again(now, id, flow, &response);
            }
            return;
        };
        let (response, id, flow) = match outcome {
            Outcome::Response { response, id, flow } => (response, id, flow),
            Outcome::Failed { .. } => {
                return self.try_next(now, leg, LegEnd::Unreachable);
            }
        };
        if s.tx != Some(id) {
            return self.answered_again(now, id, flow, &response);
        }
        match response.status {
            0..200 => self.ringing(now, leg, id, flow, &response),
            200..300 => self.answered(now, leg, id, flow, *response),
            300.. => self.refused(now, leg, id, &response),
        }
    }

    fn ringing(&mut self, now: Mono, leg: &mut Leg, id: u64, flow: Flow, response: &Response) {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return;
        };
        if let Cancel::Wanted(reason) = &mut s.cancel {
            let reason = reason.take();
            s.cancel = Cancel::Sent;
            self.cancel(now, id, reason.as_deref());
        }
        if response.status == 100 || leg.voice.ended {
            return;
        }
        let body = (!response.body.is_empty()).then(|| response.body.clone());
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag());
        let mut answer = None;
        if let Some(tag) = tag {
            let at = match s.early.iter().position(|e| *e.dialog.remote_tag == *tag) {
                Some(at) => Some(at),
                None if s.early.len() < MOST_FORKS => self
                    .dialog_by_response(id, response, flow, s.symmetric)
                    .map(|dialog| {
                        s.early.push(Early {
                            dialog,
                            sequence: Sequence::default(),
                            answered: false,
                            pending: None,
                        });
                        s.early.len() - 1
                    }),
                None => None,
            };
            if let Some(early) = at.and_then(|at| s.early.get_mut(at)) {
                if let (true, Ok(Some(rseq))) =
                    (response.headers.requires("100rel"), response.headers.rseq())
                {
                    if early.sequence.handle(rseq) == Order::Drop {
                        self.stats.absorbed += 1;
                        return;
                    }
                    let cseq = s.cseq;
                    let extra = |w: &mut Writer| {
                        w.header("RAck", format_args!("{rseq} {cseq} INVITE"));
                    };
                    let owner = Owner::Prack(leg.voice.leg);
                    self.send_in(now, owner, &mut early.dialog, "PRACK", None, extra, None);
                }
                if body.is_some() && !early.answered && s.offer.is_some() {
                    early.answered = true;
                    answer = body;
                }
            }
        } else if s.offer.is_some() {
            // A peer of RFC 2543: no dialog yet, but early media may be.
            answer = body;
        }
        let status = response.status;
        leg.voice.emit(self, LegEvent::Progress { status, answer });
    }

    fn answered(&mut self, now: Mono, leg: &mut Leg, id: u64, flow: Flow, response: Response) {
        let s = match std::mem::replace(&mut leg.stage, Stage::Over) {
            Stage::Outgoing(s) => s,
            other @ (Stage::Incoming(_) | Stage::Session(_) | Stage::Over) => {
                leg.stage = other;
                return;
            }
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        let made = self.dialog_by_response(id, &response, flow, s.symmetric);
        let early = s.early.into_iter().find(|e| *e.dialog.remote_tag == *tag);
        // The route set is that of the 2xx (RFC 3261 §13.2.2.4); numbers go on.
        let dialog = match (made, early) {
            (Some(mut dialog), Some(early)) => {
                dialog.local_cseq = early.dialog.local_cseq;
                dialog.remote_cseq = early.dialog.remote_cseq;
                Some((dialog, early.pending))
            }
            (Some(dialog), None) => Some((dialog, None)),
            (None, early) => early.map(|e| (e.dialog, e.pending)),
        };
        let Some((mut dialog, pending)) = dialog else {
            return leg.voice.emit(self, LegEvent::Ended(LegEnd::Unreachable));
        };
        if leg.voice.ended {
            // It crossed our CANCEL.
            self.send_ack(&dialog, s.cseq, id, None);
            self.send_bye(now, &mut dialog, s.trunk, None);
            return;
        }
        let offered = s.offer.is_some();
        let body = (!response.body.is_empty()).then(|| response.body.clone());
        let mut session = Session {
            leg: leg.voice.leg,
            dialog,
            accepted: None,
            ack_owed: None,
            local_sdp: s.offer,
            timer: None,
            peer_updates: response.headers.allow().contains(&Method::Update),
            pending,
            ours: Ours::None,
            queued: None,
            subscription: None,
            trunk: s.trunk,
            bye: None,
            min_se: s.min_se,
        };
        session.note_terms(now, &response);
        let (answer, offer) = if offered {
            self.send_ack(&session.dialog, s.cseq, id, None);
            (body, None)
        } else if body.is_some() {
            session.ack_owed = Some((s.cseq, id));
            (None, body)
        } else {
            // Neither asked nor offered: there will be no media.
            self.send_ack(&session.dialog, s.cseq, id, None);
            (None, None)
        };
        leg.stage = Stage::Session(Box::new(session));
        leg.voice.emit(self, LegEvent::Answered { answer, offer });
    }

    /// A 2xx after the first: our ACK was lost, or another branch of a fork answered too.
    pub(super) fn answered_again(&mut self, now: Mono, id: u64, flow: Flow, response: &Response) {
        if !response.is_success() {
            return;
        }
        let key = ClientKey { id, cancel: false };
        let Some(tx) = self.clients.get(&key) else {
            return;
        };
        let tag = response.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        let acknowledged = tx.ack.as_ref().map(|(to, _, _)| **to == *tag);
        match acknowledged {
            Some(true) => self.repeat_ack(id, response),
            // The call still owes the ACK.
            None => {}
            Some(false) => {
                let first = self.clients.get(&key).and_then(|tx| tx.ack.clone());
                if let Some(mut dialog) = self.dialog_by_response(id, response, flow, None) {
                    let cseq = dialog.local_cseq;
                    self.send_ack(&dialog, cseq, id, None);
                    self.send_bye(now, &mut dialog, None, None);
                }
                // The ACK that is kept stays that of the branch which we talk to.
                if let Some(tx) = self.clients.get_mut(&key) {
                    tx.ack = first;
                }
            }
        }
    }

    fn refused(&mut self, now: Mono, leg: &mut Leg, id: u64, response: &Response) {
        if self.try_again(now, leg, id, response) {
            return;
        }
        let status = response.status;
        let retry_after = response.headers.retry_after().ok().flatten();
        leg.end(
            self,
            now,
            LegEnd::Refused {
                status,
                retry_after,
            },
        );
    }

    /// Whether another try is made instead of giving up.
    fn try_again(&mut self, now: Mono, leg: &mut Leg, id: u64, response: &Response) -> bool {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return false;
        };
        if s.cancel != Cancel::No {
            return false;
        }
        match response.status {
            401 | 407 => !s.auth_tried && self.retry_with_credentials(now, leg, id, response),
            422 => {
                let asked = response.headers.min_se().ok().flatten().unwrap_or(0);
                if asked <= s.min_se || asked > 86_400 {
                    return false;
                }
                s.min_se = asked;
                let expires = self.config.session.expires.max(asked);
                let headers = [
                    ("Session-Expires", expires.to_string()),
                    ("Min-SE", asked.to_string()),
                ];
                self.resend(now, leg, id, &headers);
                true
            }
            // RFC 3263 §4.3.
            408 | 503 if !s.targets.is_empty() => {
                self.try_next(now, leg, LegEnd::Unreachable);
                true
            }
            _ => false,
        }
    }

    /// The same INVITE once more on the same path, with other headers and the next CSeq.
    pub(super) fn resend(&mut self, now: Mono, leg: &mut Leg, id: u64, replace: &[(&str, String)]) {
        let key = ClientKey { id, cancel: false };
        let path = self
            .clients
            .get(&key)
            .map(|tx| (tx.flow, tx.server_name.clone()));
        if let (Stage::Outgoing(s), Some((flow, name))) = (&mut leg.stage, path) {
            s.cseq += 1;
            s.early.clear();
            s.request = text::reissue(&s.request, replace);
            self.attempt(now, leg.voice.leg, s, flow, name.as_deref());
        }
    }

    fn retry_with_credentials(
        &mut self,
        now: Mono,
        leg: &mut Leg,
        id: u64,
        response: &Response,
    ) -> bool {
        let Stage::Outgoing(s) = &mut leg.stage else {
            return false;
        };
        let request = s.request.clone();
        let Some(header) = self.credentials(s.trunk, &request, response) else {
            return false;
        };
        s.auth_tried = true;
        self.resend(now, leg, id, &[header]);
        true
    }

    /// The dialog that a response to the INVITE `id` makes (RFC 3261 §12.1.2).
    fn dialog_by_response(
        &self,
        id: u64,
        response: &Response,
        arrival: Flow,
        symmetric: Option<Flow>,
    ) -> Option<Dialog> {
        let tx = self.clients.get(&ClientKey { id, cancel: false })?;
        let value = |name| std::str::from_utf8(text::header_of(&tx.request, name)?).ok();
        let first = text::header_lines(&tx.request).next()?;
        let uri = std::str::from_utf8(first.split(|&b| b == b' ').nth(1)?).ok()?;
        let local = value("From")?;
        let (_, local_tag) = local.rsplit_once(";tag=")?;
        let cseq = value("CSeq")?.split(' ').next()?.parse().ok()?;
        let to = response.headers.to().ok()?;
        let routes = route_set(&response.headers, true)?;
        let target =
            contact_uri(&response.headers).map_or_else(|| uri.to_owned(), |c| c.to_string());
        let next_hop = routes.first().map_or(&*target, |r| r);
        let flow = match symmetric {
            Some(flow) if routes.is_empty() => flow,
            Some(_) | None => self.flow_for(next_hop, arrival, false),
        };
        Some(Dialog {
            call_id: value("Call-ID")?.into(),
            local: local.into(),
            remote: response.headers.get(HeaderName::To)?.into(),
            local_tag: local_tag.into(),
            remote_tag: to.tag().unwrap_or("").into(),
            target: target.into(),
            routes,
            local_cseq: cseq,
            remote_cseq: None,
            server_name: (flow == tx.flow).then(|| tx.server_name.clone()).flatten(),
            flow,
            is_caller: true,
        })
    }

    /// The header that answers a challenge of the trunk with this number. `None`: nothing
    /// is known to answer with.
    pub(super) fn credentials(
        &mut self,
        trunk: Option<usize>,
        request: &Bytes,
        response: &Response,
    ) -> Option<(&'static str, String)> {
        super::register::answer_challenge(self, trunk?, request, response)
    }
}

impl Core {
    /// A response to an INVITE whose leg is gone.
    pub(super) fn orphaned(&mut self, now: Mono, outcome: Outcome) {
        let Outcome::Response { response, id, flow } = outcome else {
            return;
        };
        let key = ClientKey { id, cancel: false };
        let unacknowledged = self.clients.get(&key).is_some_and(|tx| tx.ack.is_none());
        if response.is_success() && unacknowledged {
            // A re-INVITE that our BYE overtook: the 2xx still has to be acknowledged.
            if let Some(dialog) = self.dialog_by_response(id, &response, flow, None) {
                self.send_ack(&dialog, dialog.local_cseq, id, None);
            }
            return;
        }
        self.answered_again(now, id, flow, &response);
    }
}
