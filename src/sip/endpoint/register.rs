//! Who is who: the registrar's place in the endpoint, and our answers to the challenges of
//! trunks (RFC 3261 §10, §22).

use bytes::Bytes;

use super::client::{Outbound, Outcome, Owner};
use super::core::{Core, Inbound, TimerKey};
use super::leg::{Leg, Ours, Stage};
use super::text::{cseq_of, header_lines, reissue};
use super::tokens::{ClientKey, ServerKey};
use super::{Endpoint, EndpointEvent};
use crate::ids::{AgentId, LegId};
use crate::now::{Mono, Now};
use crate::sip::digest;
use crate::sip::flow::Flow;
use crate::sip::leg::LegEnd;
use crate::sip::message::{HeaderName, Response};
use crate::sip::registrar::{Caller, Registrar};

/// The registrar and its deadline.
#[derive(Debug, Default)]
pub(super) struct Register {
    registrar: Option<Registrar>,
    armed: Option<Mono>,
}

impl Register {
    /// Agents with a registered phone.
    pub(super) fn registered(&self) -> usize {
        self.registrar.as_ref().map_or(0, Registrar::registered)
    }
}

impl Endpoint {
    /// Takes REGISTER from now on; without a registrar they are refused.
    pub fn set_registrar(&mut self, registrar: Registrar) {
        self.register.registrar = Some(registrar);
        self.settle_registrar();
    }

    /// The registrar, to ask for contacts and to set static ones. What this changes is told
    /// by [`Endpoint::poll_event`] after the next `handle_*`.
    pub fn registrar_mut(&mut self) -> Option<&mut Registrar> {
        self.register.registrar.as_mut()
    }

    /// These may register from now on, and nobody else ([`Registrar::set_users`]).
    pub fn set_users(&mut self, users: &[digest::Credentials]) {
        if let Some(registrar) = &mut self.register.registrar {
            registrar.set_users(users);
        }
        self.settle_registrar();
    }

    pub(super) fn register_in(&mut self, now: Now, inbound: &Inbound) {
        let Some(registrar) = &mut self.register.registrar else {
            return self.core.respond_stateless(inbound, 403, |_| {});
        };
        // By a transaction: a repeated request must not use its nonce count twice.
        if self.core.servers.len() >= self.core.config.limits.transactions {
            let retry_after = self.core.config.limits.retry_after;
            return self.core.refuse_overload(inbound, retry_after);
        }
        let response = registrar.handle_register(now, &inbound.request, &inbound.flow);
        let tag = self.core.tokens.stateless_tag(inbound.key);
        self.core.begin_server(now.mono, inbound, &tag, None);
        self.core.respond_with(now.mono, inbound.key, &response);
        self.settle_registrar();
    }

    /// Whether the sender of an INVITE proved to be an agent. `Err`: it was refused.
    pub(super) fn identify(&mut self, now: Now, inbound: &Inbound) -> Result<Option<AgentId>, ()> {
        let Some(registrar) = &mut self.register.registrar else {
            return Ok(None);
        };
        match registrar.identify(now, &inbound.request, &inbound.flow) {
            Caller::Anybody => Ok(None),
            Caller::Agent(agent) => Ok(Some(agent)),
            Caller::Refused(response) => {
                let tag = self.core.tokens.stateless_tag(inbound.key);
                self.core.begin_server(now.mono, inbound, &tag, None);
                self.core.respond_with(now.mono, inbound.key, &response);
                Err(())
            }
        }
    }

    /// Whether an INVITE without credentials comes from where its sender, by From, registered.
    /// Others are not asked who they are: they reach lines, and learn nothing of agents.
    pub(super) fn may_prove(&self, inbound: &Inbound) -> bool {
        let user = inbound.from.uri.user_decoded();
        let source = inbound.flow.remote.ip();
        let registrar = self.register.registrar.as_ref();
        registrar.is_some_and(|r| r.is_registered_at(&user, source))
    }

    /// Asks for proof at once, without a leg.
    pub(super) fn ask_who(&mut self, now: Now, inbound: &Inbound) {
        if let Some(registrar) = &mut self.register.registrar {
            let response = registrar.challenge(now, &inbound.request, &inbound.flow);
            let tag = self.core.tokens.stateless_tag(inbound.key);
            self.core.begin_server(now.mono, inbound, &tag, None);
            self.core.respond_with(now.mono, inbound.key, &response);
        }
    }

    /// [`LegCommand::Challenge`](crate::sip::leg::LegCommand::Challenge).
    pub(super) fn challenge(&mut self, now: Now, id: LegId) {
        let core = &mut self.core;
        let found = self.legs.get_mut(&id).zip(self.register.registrar.as_mut());
        if let Some((leg, registrar)) = found
            && let Stage::Incoming(s) = &mut leg.stage
            && let Some(request) = s.unproven.take()
            && let Some(flow) = core.servers.get(&s.key).map(|tx| tx.flow())
        {
            let response = registrar.challenge(now, &request, &flow);
            core.respond_with(now.mono, s.key, &response);
            leg.end(core, now.mono, LegEnd::LocalHangup);
        } else {
            core.stats.late_commands += 1;
        }
        self.settle_leg(id);
    }

    pub(super) fn register_flow_closed(&mut self, now: Now, flow: Flow) {
        if let Some(registrar) = &mut self.register.registrar {
            registrar.handle_flow_closed(now, &flow);
            self.settle_registrar();
        }
    }

    pub(super) fn register_timeout(&mut self, now: Now) {
        self.register.armed = None;
        if let Some(registrar) = &mut self.register.registrar {
            registrar.handle_timeout(now);
        }
        self.settle_registrar();
    }

    fn settle_registrar(&mut self) {
        let Some(registrar) = &mut self.register.registrar else {
            return;
        };
        while let Some(event) = registrar.poll_event() {
            self.core.events.push_back(EndpointEvent::Agent {
                agent: event.agent,
                contacts: event.contacts,
            });
        }
        let wanted = registrar.poll_timeout();
        self.core
            .timers
            .arm(TimerKey::Register, &mut self.register.armed, wanted);
    }
}

impl Core {
    /// Sends what another module decided to answer.
    fn respond_with(&mut self, now: Mono, key: ServerKey, response: &Response) {
        let body = (!response.body.is_empty()).then(|| {
            let kind = response.headers.get_str(HeaderName::ContentType);
            (kind.unwrap_or("text/plain"), &response.body[..])
        });
        self.respond(
            now,
            key,
            response.status,
            |w| {
                for header in &response.headers {
                    match header.name {
                        HeaderName::Via
                        | HeaderName::From
                        | HeaderName::To
                        | HeaderName::CallId
                        | HeaderName::CSeq
                        | HeaderName::Timestamp
                        | HeaderName::Server
                        | HeaderName::ContentType => {}
                        _ => {
                            let value = String::from_utf8_lossy(header.value());
                            w.header(header.name.as_str(), value);
                        }
                    }
                }
            },
            body,
        );
    }

    /// A 401 or 407 within a dialog is answered once with the trunk's credentials; then, and
    /// for all else, the outcome is the owner's.
    pub(super) fn challenged(
        &mut self,
        now: Mono,
        leg: Option<&mut Leg>,
        owner: Owner,
        outcome: Outcome,
    ) -> Option<Outcome> {
        let (id, status) = match &outcome {
            Outcome::Response { response, id, .. } => (*id, response.status),
            Outcome::Failed { .. } => return Some(outcome),
        };
        if !matches!(status, 401 | 407) {
            return Some(outcome);
        }
        let key = ClientKey { id, cancel: false };
        let mut session = leg.and_then(|leg| match &mut leg.stage {
            Stage::Session(s) => Some(s),
            Stage::Incoming(_) | Stage::Outgoing(_) | Stage::Over => None,
        });
        let trunk = match (owner, &session) {
            (Owner::Bye(trunk), _) => trunk,
            (_, Some(s)) => s.trunk,
            (_, None) => None,
        };
        let found = self.clients.get(&key).filter(|tx| !tx.retried).map(|tx| {
            let name = tx.server_name.clone();
            (tx.request.clone(), tx.flow, tx.instead_of, name)
        });
        let Outcome::Response { response, .. } = &outcome else {
            return Some(outcome);
        };
        let Some((request, flow, instead_of, name)) = found else {
            return Some(outcome);
        };
        let Some(header) = self.credentials(trunk, &request, response) else {
            return Some(outcome);
        };
        let Some((cseq, method)) = cseq_of(&request) else {
            return Some(outcome);
        };
        // Others may have gone out since.
        let cseq = match &mut session {
            Some(s) => s.dialog.next_cseq(),
            None => cseq + 1,
        };
        let (new_id, branch) = self.tokens.branch();
        let request = reissue(
            &request,
            &[
                ("Via", self.via(flow, &branch)),
                ("CSeq", format!("{cseq} {method}")),
                header,
            ],
        );
        if let Some(s) = session {
            match &mut s.ours {
                Ours::InFlight { id, .. } | Ours::Refreshing { id } => *id = new_id,
                Ours::None | Ours::Glare { .. } => {}
            }
        }
        let out = Outbound {
            owner,
            method,
            id: new_id,
            branch,
            flow,
            instead_of,
            server_name: name.as_deref(),
            request,
            retried: true,
        };
        self.send(now, out);
        None
    }
}

/// The header that answers a trunk's 401 or 407 (RFC 3261 §22.2, §22.3).
pub(super) fn answer_challenge(
    core: &mut Core,
    trunk: usize,
    request: &Bytes,
    response: &Response,
) -> Option<(&'static str, String)> {
    let cnonce = format!("{:016x}", core.tokens.random_u64());
    let known = core.config.trunks.get(trunk)?.credentials.as_ref()?;
    let credentials = digest::Credentials {
        username: known.username.clone(),
        secret: digest::Secret::Plain(known.password.clone()),
    };
    let name = if response.status == 407 {
        HeaderName::ProxyAuthenticate
    } else {
        HeaderName::WwwAuthenticate
    };
    let challenges: Vec<&str> = response
        .headers
        .fields(name)
        .filter_map(|v| std::str::from_utf8(v).ok())
        .collect();
    let first = std::str::from_utf8(header_lines(request).next()?).ok()?;
    let mut words = first.split(' ');
    let (method, uri) = (words.next()?, words.next()?);
    let at = request.windows(4).position(|w| w == b"\r\n\r\n")?;
    let body = request.get(at + 4..)?;
    let header = digest::answer(
        response.status,
        &challenges,
        &credentials,
        method,
        uri,
        body,
        &cnonce,
        1,
    )
    .ok()?;
    Some((header.name, header.value))
}
