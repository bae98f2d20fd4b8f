//! Where agents' phones are: the registrar (RFC 3261 §10.3), with Path (RFC 3327) and
//! `+sip.instance`/`reg-id` (RFC 5626).
//!
//! Requests go back over the flow that a phone registered from, so NAT needs no guessing; a
//! binding made over a stream ends with its connection.

mod bindings;
mod refusal;
mod request;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use bindings::{Bindings, Change};
use refusal::Refusal;

use super::digest::{AuthRequest, Authenticator, AuthenticatorConfig, Credentials, Verdict};
use super::flow::Flow;
use super::leg::Contact;
use super::message::{HeaderName, Host, Request, Response, Uri};
use crate::ids::AgentId;
use crate::now::{Mono, Now};

/// Option tags that a REGISTER may require (RFC 3327 §5.3, RFC 5626 §6).
const SUPPORTED: [&str; 2] = ["path", "outbound"];
/// Proxies on the way to a phone; more are refused.
const MAX_PATH: usize = 8;
/// Longest Contact URI, in bytes.
const MAX_URI: usize = 512;

/// What a registrar needs to know.
#[derive(Clone, Debug)]
pub struct RegistrarConfig {
    /// Realm, agents and their secrets.
    pub auth: AuthenticatorConfig,
    /// Host names (lower case) that are us, beside our addresses. Empty: any name is taken.
    pub domains: Vec<String>,
    /// Shorter registrations get 423 (RFC 3261 §10.3 step 7).
    pub min_expires: Duration,
    /// Longer ones are cut to this.
    pub max_expires: Duration,
    /// For those that do not say.
    pub default_expires: Duration,
    /// Contacts per agent; the one refreshed longest ago makes room.
    pub max_contacts: usize,
}

impl RegistrarConfig {
    /// Nobody may register yet; one minute to one hour; ten contacts.
    pub fn new(realm: impl Into<String>) -> RegistrarConfig {
        RegistrarConfig {
            auth: AuthenticatorConfig::new(realm),
            domains: Vec::new(),
            min_expires: Duration::from_secs(60),
            max_expires: Duration::from_secs(3600),
            default_expires: Duration::from_secs(3600),
            max_contacts: 10,
        }
    }
}

/// An agent's contacts changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrarEvent {
    /// Whose.
    pub agent: AgentId,
    /// All of them now, best first; empty: the agent is gone.
    pub contacts: Vec<Contact>,
}

/// Who an INVITE's sender proved to be.
#[derive(Clone, Debug)]
pub enum Caller {
    /// It brought no credentials for our realm: anybody.
    Anybody,
    /// This agent.
    Agent(AgentId),
    /// Credentials that do not hold: the response to send (401, or 503 to a guesser).
    Refused(Box<Response>),
}

/// The registrar of all agents.
pub struct Registrar {
    config: RegistrarConfig,
    auth: Authenticator,
    agents: BTreeMap<AgentId, Bindings>,
    statics: BTreeMap<AgentId, Contact>,
    /// The soonest expiry of each agent.
    deadlines: BTreeSet<(Mono, AgentId)>,
    /// Who registered over which stream.
    streams: BTreeSet<(Flow, AgentId)>,
    events: VecDeque<RegistrarEvent>,
    tags: u64,
    tag_seed: u64,
}

impl std::fmt::Debug for Registrar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registrar")
            .field("agents", &self.agents.len())
            .field("statics", &self.statics.len())
            .finish_non_exhaustive()
    }
}

impl Registrar {
    /// `key`: 32 secret random bytes, fresh for each run of the process; they sign the nonces.
    pub fn new(config: RegistrarConfig, key: [u8; 32]) -> Registrar {
        // Tags need only be unlike those of an earlier run.
        let (seed, _) = key.split_at(8);
        let mut head = [0u8; 8];
        head.copy_from_slice(seed);
        let mut mixed = key;
        mixed.rotate_left(11);
        Registrar {
            auth: Authenticator::new(config.auth.clone(), mixed),
            config,
            agents: BTreeMap::new(),
            statics: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            streams: BTreeSet::new(),
            events: VecDeque::new(),
            tags: 0,
            tag_seed: u64::from_le_bytes(head).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
    }

    /// All contacts of an agent, best first: by `q`, then the latest; a static one last.
    pub fn contacts(&self, agent: &AgentId) -> Vec<Contact> {
        let mut contacts = self
            .agents
            .get(agent)
            .map(Bindings::contacts)
            .unwrap_or_default();
        contacts.extend(self.statics.get(agent).cloned());
        contacts
    }

    /// A phone that is always there, whether it registers or not.
    pub fn set_static(&mut self, agent: AgentId, contact: Contact) {
        if self.statics.insert(agent.clone(), contact.clone()) != Some(contact) {
            self.tell(agent);
        }
    }

    /// These may register from now on, and nobody else: the phones of others are let go. A phone that
    /// is registered by a password which has changed stays until its registration ends.
    pub fn set_users(&mut self, users: &[Credentials]) {
        self.auth.set_users(users);
        let known = self.agents.keys();
        let gone = known.filter(|a| !self.auth.knows(a.as_str()));
        for agent in gone.cloned().collect::<Vec<_>>() {
            self.change(agent, Bindings::clear);
        }
    }

    /// Agents with at least one registered contact.
    pub fn registered(&self) -> usize {
        self.agents.len()
    }

    /// Answers a REGISTER.
    pub fn handle_register(&mut self, now: Now, request: &Request, flow: &Flow) -> Response {
        // What is over must not be listed in the answer.
        self.handle_timeout(now);
        match self.register(now, request, flow) {
            Ok(response) => response,
            Err(refusal) => self.refuse(request, refusal),
        }
    }

    /// Checks the credentials of a request other than REGISTER, if it brings any for our
    /// realm. Callers need none to reach a line.
    pub fn identify(&mut self, now: Now, request: &Request, flow: &Flow) -> Caller {
        let names = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let realm = format!("realm={}", quoted(self.auth.realm()));
        let ours = names.iter().any(|name| {
            let mut fields = request.headers.fields(name.clone());
            fields.any(|f| contains(f, realm.as_bytes()))
        });
        if !ours {
            return Caller::Anybody;
        }
        match self.authenticate(now, request, flow) {
            Ok(username) => Caller::Agent(AgentId::new(username)),
            Err(refusal) => Caller::Refused(Box::new(self.refuse(request, refusal))),
        }
    }

    /// Whether a phone of the agent of this name registered from this address.
    pub fn is_registered_at(&self, user: &str, source: IpAddr) -> bool {
        let bindings = self.agents.get(&AgentId::new(user));
        let contacts = bindings.map(Bindings::contacts).unwrap_or_default();
        let flows = contacts.iter().filter_map(|c| c.flow);
        flows.into_iter().any(|f| f.remote.ip() == source)
    }

    /// The answer to a request without credentials that needs some (401).
    pub fn challenge(&mut self, now: Now, request: &Request, flow: &Flow) -> Response {
        let refusal = match self.authenticate(now, request, flow) {
            Err(refusal) => refusal,
            // It had some after all.
            Ok(_) => Refusal::new(403),
        };
        self.refuse(request, refusal)
    }

    /// A connection is gone, and with it what was registered over it.
    pub fn handle_flow_closed(&mut self, now: Now, flow: &Flow) {
        let _ = now;
        if !flow.transport.is_reliable() {
            return;
        }
        let from = (*flow, AgentId::new(""));
        let agents: Vec<AgentId> = self
            .streams
            .range(from..)
            .take_while(|(f, _)| f == flow)
            .map(|(_, agent)| agent.clone())
            .collect();
        for agent in agents {
            self.change(agent, |bindings| bindings.remove_flow(flow));
        }
    }

    /// Lets go what has expired.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some((at, agent)) = self.deadlines.first() {
            if *at > now.mono {
                return;
            }
            let agent = agent.clone();
            self.change(agent, |bindings| bindings.expire(now.mono));
        }
    }

    /// When to call [`Registrar::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Mono> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// What changed.
    pub fn poll_event(&mut self) -> Option<RegistrarEvent> {
        self.events.pop_front()
    }

    /// RFC 3261 §10.3, steps 1 to 8.
    fn register(&mut self, now: Now, request: &Request, flow: &Flow) -> Result<Response, Refusal> {
        // 1. Is it for us?
        if !self.is_our_host(&request.uri) {
            return Err(Refusal::new(404));
        }
        // 2. Do we know what it requires?
        let unknown: Vec<String> = request
            .headers
            .require()
            .into_iter()
            .filter(|tag| !SUPPORTED.iter().any(|s| s.eq_ignore_ascii_case(tag)))
            .collect();
        if !unknown.is_empty() {
            return Err(Refusal::new(420).with(HeaderName::Unsupported, unknown.join(", ")));
        }
        // 3. Who is it?
        let username = self.authenticate(now, request, flow)?;
        // 4., 5. May it speak for this address?
        let to = request.headers.to().map_err(|_| Refusal::new(400))?;
        if !to.uri.is_sip() {
            return Err(Refusal::because(400, "To Is No SIP Address"));
        }
        if !self.is_our_host(&to.uri) {
            return Err(Refusal::new(404));
        }
        if to.uri.user_decoded() != username.as_str() {
            return Err(Refusal::new(403));
        }
        let agent = AgentId::new(username);
        // 6., 7. What is to change? Nothing does unless all can.
        let changes = self.changes(now, request, flow)?;
        let mut bindings = self.agents.get(&agent).cloned().unwrap_or_default();
        for change in &changes {
            bindings
                .apply(change, self.config.max_contacts.max(1))
                .map_err(|_| Refusal::because(500, "Outdated CSeq"))?;
        }
        let outbound = changes.iter().any(Change::is_outbound);
        self.change(agent.clone(), |old| *old = bindings);
        // 8.
        Ok(self.accepted(now, request, &agent, outbound))
    }

    fn authenticate(
        &mut self,
        now: Now,
        request: &Request,
        flow: &Flow,
    ) -> Result<String, Refusal> {
        let names = [HeaderName::Authorization, HeaderName::ProxyAuthorization];
        let authorizations: Vec<&str> = names
            .into_iter()
            .flat_map(|name| request.headers.fields(name))
            .filter_map(|value| std::str::from_utf8(value).ok())
            .collect();
        let request_uri = request.uri.to_string();
        let verdict = self.auth.check(
            now,
            &AuthRequest {
                method: request.method.as_str(),
                request_uri: &request_uri,
                body: &request.body,
                authorizations: &authorizations,
                source: flow.remote,
                user_agent: request.headers.get_str(HeaderName::UserAgent),
            },
        );
        match verdict {
            Verdict::Accepted { username } => Ok(username),
            Verdict::Challenge { challenges, .. } => {
                let refusal = Refusal::new(401);
                Err(challenges
                    .into_iter()
                    .fold(refusal, |r, c| r.with(HeaderName::WwwAuthenticate, c)))
            }
            Verdict::SlowDown { retry_after } => {
                Err(Refusal::new(503).with(HeaderName::RetryAfter, retry_after.to_string()))
            }
        }
    }

    fn is_our_host(&self, uri: &Uri) -> bool {
        match &uri.host {
            Host::V4(_) | Host::V6(_) => true,
            Host::Name(name) => {
                let domains = &self.config.domains;
                domains.is_empty() || domains.iter().any(|d| d.eq_ignore_ascii_case(name))
            }
        }
    }

    fn accepted(
        &mut self,
        now: Now,
        request: &Request,
        agent: &AgentId,
        outbound: bool,
    ) -> Response {
        let tag = self.next_tag();
        let mut response = Response::to_request(request, 200, Some(&tag));
        let headers = &mut response.headers;
        if let Some(bindings) = self.agents.get(agent) {
            for value in bindings.contact_values(now.mono) {
                headers.push(HeaderName::Contact, value);
            }
        }
        headers.copy_from(&request.headers, &HeaderName::Path);
        headers.push(HeaderName::Supported, SUPPORTED.join(", "));
        if outbound {
            headers.push(HeaderName::Require, "outbound");
        }
        response
    }

    fn refuse(&mut self, request: &Request, refusal: Refusal) -> Response {
        let tag = self.next_tag();
        let mut response = Response::to_request(request, refusal.status, Some(&tag));
        if let Some(reason) = refusal.reason {
            response.reason = reason.into();
        }
        for (name, value) in refusal.headers {
            response.headers.push(name, value);
        }
        response
    }

    fn next_tag(&mut self) -> String {
        self.tags = self.tags.wrapping_add(1);
        format!("{:016x}", self.tag_seed.wrapping_add(self.tags))
    }

    /// Changes an agent's bindings and everything that is derived from them.
    fn change(&mut self, agent: AgentId, change: impl FnOnce(&mut Bindings)) {
        let mut bindings = self.agents.remove(&agent).unwrap_or_default();
        let before = bindings.contacts();
        if let Some(at) = bindings.next_expiry() {
            self.deadlines.remove(&(at, agent.clone()));
        }
        for flow in bindings.streams() {
            self.streams.remove(&(flow, agent.clone()));
        }
        change(&mut bindings);
        if let Some(at) = bindings.next_expiry() {
            self.deadlines.insert((at, agent.clone()));
        }
        for flow in bindings.streams() {
            self.streams.insert((flow, agent.clone()));
        }
        let changed = bindings.contacts() != before;
        if !bindings.is_empty() {
            self.agents.insert(agent.clone(), bindings);
        }
        if changed {
            self.tell(agent);
        }
    }

    fn tell(&mut self, agent: AgentId) {
        // One event per agent is enough: it holds the whole set.
        self.events.retain(|e| e.agent != agent);
        let contacts = self.contacts(&agent);
        self.events.push_back(RegistrarEvent { agent, contacts });
    }
}

fn quoted(realm: &str) -> String {
    format!("\"{}\"", realm.replace('\\', "\\\\").replace('"', "\\\""))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len().max(1)).any(|w| w == part)
}
