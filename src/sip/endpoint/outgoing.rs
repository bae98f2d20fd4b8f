//! Calls that we place: from the INVITE to the final answer (RFC 3261 §13.2, RFC 3262 §4).

use std::collections::VecDeque;

use super::client::{Outbound, Owner};
use super::core::{Core, Voice, transport_of};
use super::leg::{Cancel, Early, Leg, Outgoing, Stage};
use super::text::{self, ALLOW, SDP, SUPPORTED, Writer};
use super::{Endpoint, EndpointEvent, QueryId, ResolvedTarget};
use crate::ids::LegId;
use crate::now::{Mono, Now};
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{CallTarget, LegEnd, LegEvent, OutgoingInvite};
use crate::sip::message::{Host, Uri};

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
                    "timer, norefersub, replaces"
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
        if invite.auto_answer {
            // No one way is known to all phones: most take the first, Snom's the second.
            let us = "<sip:zeroline.invalid>";
            let alert = format_args!("{us};info=alert-autoanswer;delay=0");
            w.header("Alert-Info", alert);
            w.header("Call-Info", format_args!("{us};answer-after=0"));
        }
        let body = invite.offer.as_ref().map(|sdp| (SDP, &sdp[..]));
        let outgoing = Outgoing {
            request: w.finish(body),
            cseq: 1,
            offer: invite.offer.clone(),
            instead: invite.instead.clone(),
            targets: VecDeque::new(),
            query: None,
            transport_given: matches!(
                hop,
                Hop::Locate {
                    transport: Some(_),
                    ..
                }
            ),
            stream_tried: None,
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

    /// One INVITE transaction.
    pub(super) fn attempt(
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
            instead_of: None,
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

    /// Early dialogs that come to nothing: what their peers still wait for is refused, or it
    /// would be kept for ever.
    pub(super) fn forget_early(&mut self, now: Mono, early: Vec<Early>) {
        for p in early.into_iter().filter_map(|e| e.pending) {
            self.respond_status(now, p.key, 487);
        }
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
}
