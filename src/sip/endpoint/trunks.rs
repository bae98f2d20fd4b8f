//! Our registrations at trunks, carried by client transactions (RFC 3261 §10.2).

use std::collections::VecDeque;

use super::client::{Outbound, Outcome, Owner};
use super::core::TimerKey;
use super::text::{self, ALLOW, Writer};
use super::{Endpoint, EndpointEvent, QueryId, ResolvedTarget};
use crate::now::{Mono, Now};
use crate::sip::digest;
use crate::sip::flow::{Flow, Transport};
use crate::sip::message::Host;
use crate::sip::registration::{RegisterRequest, Registration, RegistrationConfig};

/// Queries of trunks have this bit, those of legs have not.
const TRUNK_QUERY: u64 = 1 << 63;

/// One registration and the way its requests take.
#[derive(Debug)]
pub(super) struct TrunkRegistration {
    trunk: usize,
    registration: Registration,
    from_tag: String,
    /// Where the trunk is; the front one is in use. Empty: to be located.
    targets: VecDeque<ResolvedTarget>,
    /// To be sent, as soon as it is known where the trunk is.
    to_send: Option<RegisterRequest>,
    /// Sent by this transaction; kept for the next target, should this one not answer.
    in_flight: Option<(u64, RegisterRequest)>,
    /// The resolver is at it.
    locating: bool,
    /// The flow that the last request took, and the Contact that it bore.
    sent: Option<(Flow, String)>,
    armed: Option<Mono>,
}

impl Endpoint {
    /// Registers at the trunk of this name from now on, if its configuration says `register`;
    /// `expires` in seconds. Told by [`EndpointEvent::Trunk`].
    pub fn start_registration(&mut self, now: Now, trunk: &str, expires: u32) {
        let trunks = &self.core.config.trunks;
        let Some(at) = trunks.iter().position(|t| t.name == trunk) else {
            return;
        };
        let Some(config) = trunks.get(at).filter(|t| t.register.is_some()) else {
            return;
        };
        if self.trunks.iter().any(|t| t.trunk == at) {
            return;
        }
        let domain = config.domain.as_ref().unwrap_or(&config.host);
        let config = RegistrationConfig {
            request_uri: format!("sip:{domain}"),
            credentials: config.credentials.as_ref().map(|c| digest::Credentials {
                username: c.username.clone(),
                secret: digest::Secret::Plain(c.password.clone()),
            }),
            expires,
        };
        let mut registration = Registration::new(config, self.core.tokens.random_u64());
        registration.start(now);
        self.trunks.push(TrunkRegistration {
            trunk: at,
            registration,
            from_tag: format!("{:016x}", self.core.tokens.random_u64()),
            targets: VecDeque::new(),
            to_send: None,
            in_flight: None,
            locating: false,
            sent: None,
            armed: None,
        });
        self.settle_trunk(now, self.trunks.len() - 1);
    }

    /// Takes all registrations back: at the end.
    pub fn stop_registrations(&mut self, now: Now) {
        for i in 0..self.trunks.len() {
            if let Some(t) = self.trunks.get_mut(i) {
                t.registration.stop(now);
            }
            self.settle_trunk(now, i);
        }
    }

    /// Whether the answer was for a trunk's query; then it is dealt with.
    pub(super) fn trunk_resolved(
        &mut self,
        now: Now,
        query: QueryId,
        targets: &[ResolvedTarget],
    ) -> bool {
        if query.0 & TRUNK_QUERY == 0 {
            return false;
        }
        let i = usize::try_from(query.0 & !TRUNK_QUERY).unwrap_or(usize::MAX);
        if let Some(t) = self.trunks.get_mut(i) {
            t.locating = false;
            t.targets = targets.iter().take(8).cloned().collect();
            if t.targets.is_empty() && t.to_send.take().is_some() {
                t.registration.handle_failure(now);
            }
        }
        self.settle_trunk(now, i);
        true
    }

    pub(super) fn trunk_outcome(&mut self, now: Now, i: usize, outcome: Outcome) {
        let Some(t) = self.trunks.get_mut(i) else {
            return;
        };
        let tx = match &outcome {
            Outcome::Response { id, .. } | Outcome::Failed { id } => *id,
        };
        // A late word about a request that was given up.
        if t.in_flight.as_ref().is_none_or(|(id, _)| *id != tx) {
            return;
        }
        match outcome {
            Outcome::Response { response, .. } => {
                if response.is_provisional() {
                    return;
                }
                t.in_flight = None;
                let contact = t.sent.as_ref().map_or("", |(_, contact)| contact);
                t.registration.handle_response(now, &response, contact);
                // A server that can not is left for the next one (RFC 3263 §4.3).
                if response.status >= 500 {
                    t.targets.pop_front();
                }
            }
            Outcome::Failed { .. } => {
                t.sent = None;
                t.targets.pop_front();
                let request = t.in_flight.take().map(|(_, request)| request);
                if t.targets.is_empty() {
                    t.registration.handle_failure(now);
                } else {
                    t.to_send = request;
                }
            }
        }
        self.settle_trunk(now, i);
    }

    pub(super) fn trunk_timeout(&mut self, now: Now, i: usize) {
        if let Some(t) = self.trunks.get_mut(i) {
            t.armed = None;
            t.registration.handle_timeout(now);
        }
        self.settle_trunk(now, i);
    }

    pub(super) fn trunk_flow_closed(&mut self, now: Now, flow: Flow) {
        if !flow.transport.is_reliable() {
            return;
        }
        for i in 0..self.trunks.len() {
            if let Some(t) = self.trunks.get_mut(i)
                && t.sent.as_ref().is_some_and(|(sent, _)| *sent == flow)
            {
                t.sent = None;
                t.registration.handle_flow_lost(now);
                self.settle_trunk(now, i);
            }
        }
    }

    /// Carries out what the machine wants now.
    fn settle_trunk(&mut self, now: Now, i: usize) {
        let Some(t) = self.trunks.get_mut(i) else {
            return;
        };
        if let Some(request) = t.registration.poll_request() {
            t.to_send = Some(request);
            t.in_flight = None;
        }
        if t.to_send.is_some() && !t.locating {
            self.send_register(now, i);
        }
        let Some(t) = self.trunks.get_mut(i) else {
            return;
        };
        let name = self.core.config.trunks.get(t.trunk).map(|c| &c.name);
        while let Some(event) = t.registration.poll_event() {
            self.core.events.push_back(EndpointEvent::Trunk {
                trunk: name.cloned().unwrap_or_default(),
                registered: event.registered,
                status: event.status,
            });
        }
        let wanted = t.registration.poll_timeout();
        let key = TimerKey::Trunk(i);
        self.core.timers.arm(key, &mut t.armed, wanted);
    }

    /// Sends the request that waits to the first target that can be reached, or asks where
    /// the trunk is.
    fn send_register(&mut self, now: Now, i: usize) {
        let core = &mut self.core;
        let Some(t) = self.trunks.get_mut(i) else {
            return;
        };
        let Some(config) = core.config.trunks.get(t.trunk) else {
            return;
        };
        if t.targets.is_empty() {
            match literal(config) {
                Some(target) => t.targets.push_back(target),
                None => {
                    t.locating = true;
                    return core.events.push_back(EndpointEvent::Resolve {
                        query: QueryId(TRUNK_QUERY | i as u64),
                        host: config.host.clone(),
                        port: config.port,
                        transport: config.transport,
                        secure: false,
                    });
                }
            }
        }
        let found = loop {
            let Some(target) = t.targets.front() else {
                break None;
            };
            match core.config.flow_to(target) {
                Some(flow) => break Some((flow, target.server_name.clone())),
                None => t.targets.pop_front(),
            };
        };
        let Some((flow, server_name)) = found else {
            t.to_send = None;
            return t.registration.handle_failure(now);
        };
        let Some(register) = t.to_send.take() else {
            return;
        };
        let user = config.register.as_deref().unwrap_or_default();
        let user = text::user_part(user);
        let domain = config.domain.as_ref().unwrap_or(&config.host);
        let address = format!("<sip:{user}@{domain}>");
        let contact = core.contact(flow, false).replacen("zeroline", &user, 1);
        let (id, branch) = core.tokens.branch();
        let mut w = Writer::request("REGISTER", &register.request_uri);
        w.header("Via", core.via(flow, &branch))
            .header("Max-Forwards", 70)
            .header("From", format_args!("{address};tag={}", t.from_tag))
            .header("To", &address)
            .header("Call-ID", &register.call_id)
            .header("CSeq", format_args!("{} REGISTER", register.cseq))
            .header(
                "Contact",
                format_args!("{contact};expires={}", register.expires),
            )
            .header("Allow", ALLOW)
            .header("User-Agent", &core.config.user_agent);
        if let Some(auth) = &register.authorization {
            w.header(auth.name, &auth.value);
        }
        let uri = contact.trim_start_matches('<').trim_end_matches('>');
        t.sent = Some((flow, uri.to_owned()));
        t.in_flight = Some((id, register));
        let out = Outbound {
            owner: Owner::Registration(i),
            method: "REGISTER",
            id,
            branch,
            flow,
            instead_of: None,
            server_name: server_name.as_deref(),
            request: w.finish(None),
            retried: false,
        };
        core.send(now.mono, out);
    }
}

/// Where a trunk is whose host is an address.
fn literal(config: &super::TrunkConfig) -> Option<ResolvedTarget> {
    let ip = Host::parse(&config.host).ok()?.ip()?;
    let transport = config.transport.unwrap_or(Transport::Udp);
    let usual = if transport == Transport::Tls {
        5061
    } else {
        5060
    };
    Some(ResolvedTarget {
        transport,
        remote: (ip, config.port.unwrap_or(usual)).into(),
        server_name: None,
    })
}
