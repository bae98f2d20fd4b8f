//! Who asks, by what that is known, and what they may do.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::warn;

use super::Api;
use super::problem::Problem;
use super::secret::{TOKEN_PREFIX, digest, same};
use crate::config::ApiTls;
use crate::ids::{AgentId, QueueName};
use crate::live::Viewer;
use crate::now::Wall;
use crate::store::audit::Deed;
use crate::store::people::Role;
use crate::task::clock;

/// The header that proves that a page of ours asks (see [`csrf_of`]).
pub const CSRF: &str = "x-csrf-token";
/// How often it is written down that a session or token is used.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The network.
    Net(SocketAddr),
    /// A program on this machine that may read the server's folder; its user's number.
    Local(Option<u32>),
}

/// By what they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A session.
    Session {
        /// SHA-256 of what the cookie holds.
        id: String,
        /// What proves that a page of ours asks.
        csrf: String,
        /// Over then.
        until: Wall,
    },
    /// A token.
    Token(i64),
    /// They may read the server's folder.
    Local,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// A user's name, `token NAME`, or `local`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whose phone is theirs.
    pub agent: Option<AgentId>,
    /// The address that they come from.
    pub source: String,
    /// By what they are known.
    pub way: Way,
}

/// Something that not all may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// See callers' numbers.
    Numbers,
    /// See what is not of one's own queues.
    SeeAll,
    /// Speak for agents, and take what others have.
    Lead,
    /// Hear messages, call back, do tasks.
    Serve,
    /// Load menus, try follow-ups again.
    Operate,
    /// Say who may sign in, and read what they did.
    Administer,
}

impl Right {
    /// Who has it.
    pub const fn of(self, role: Role) -> bool {
        match (self, role) {
            (_, Role::Admin) => true,
            (Right::Numbers | Right::Lead, Role::Supervisor) => true,
            (Right::SeeAll, Role::Supervisor | Role::Operator) => true,
            (Right::Serve, Role::Agent | Role::Supervisor) => true,
            (Right::Operate, Role::Operator) => true,
            (Right::Numbers | Right::SeeAll | Right::Lead | Right::Operate, Role::Agent) => false,
            (Right::Operate | Right::Administer, Role::Supervisor) => false,
            (Right::Numbers | Right::Lead | Right::Serve, Role::Operator) => false,
            (Right::Administer, Role::Agent | Role::Operator) => false,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Right::Numbers => "see callers' numbers",
            Right::SeeAll => "see this",
            Right::Lead => "speak for other agents",
            Right::Serve => "do this for callers",
            Right::Operate => "operate the lines",
            Right::Administer => "administer this server",
        }
    }
}

impl Who {
    /// Whether they may.
    pub fn may(&self, right: Right) -> bool {
        right.of(self.role)
    }

    /// # Errors
    /// They may not.
    pub fn need(&self, right: Right) -> Result<(), Problem> {
        match self.may(right) {
            true => Ok(()),
            false => {
                let may: Vec<&str> = Role::ALL
                    .into_iter()
                    .filter(|r| right.of(*r))
                    .map(Role::as_str)
                    .collect();
                let title = format!("{} may not {}", self.role.as_str(), right.words());
                Err(Problem::not_allowed(title).remedy(format!("these may: {}", may.join(", "))))
            }
        }
    }

    /// What they are going to do, for the audit trail.
    pub fn deed(&self, deed: &str, target: impl ToString) -> Deed {
        Deed {
            at: clock::now().wall,
            who: self.name.clone(),
            role: self.role.as_str().to_owned(),
            source: self.source.clone(),
            deed: deed.to_owned(),
            target: target.to_string(),
            detail: None,
        }
    }

    /// What they see of live events. An agent's role without an agent sees no queue.
    pub fn viewer(&self, api: &Api) -> Viewer {
        let agent = match (self.may(Right::SeeAll), &self.agent) {
            (true, _) => None,
            (false, Some(agent)) => Some((agent.clone(), api.queues_of(agent))),
            (false, None) => Some((AgentId::new(""), Vec::new())),
        };
        Viewer {
            agent,
            numbers: self.may(Right::Numbers),
        }
    }

    /// Whether something of this queue is theirs to see. What is of no queue is for all.
    pub fn sees(&self, api: &Api, queue: Option<&QueueName>) -> bool {
        if self.may(Right::SeeAll) {
            return true;
        }
        let Some(queue) = queue else { return true };
        let theirs = |a: &AgentId| api.queues_of(a).contains(queue);
        self.agent.as_ref().is_some_and(theirs)
    }
}

/// What proves that a page of ours asks: it stands in the answer to the sign-in, which another
/// site can not read.
pub fn csrf_of(cookie: &str) -> String {
    digest(format!("csrf {cookie}"))
}

/// The name of the session's cookie.
pub fn cookie_name(secure: bool) -> &'static str {
    // The prefix binds it to this host (RFC 6265bis §4.1.3.2), and needs HTTPS.
    match secure {
        true => "__Host-zeroline",
        false => "zeroline",
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value)
}

/// The address that somebody comes from, through proxies that are believed.
pub fn source(api: &Api, peer: Peer, headers: &HeaderMap) -> Option<IpAddr> {
    let Peer::Net(peer) = peer else { return None };
    let mut from = peer.ip().to_canonical();
    let config = api.config();
    let believed = |ip: IpAddr| config.api.trusted_proxies.iter().any(|n| n.contains(ip));
    let told = headers.get_all("x-forwarded-for").iter();
    let told: Vec<&str> = told
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(','))
        .collect();
    for hop in told.iter().rev() {
        match hop.trim().parse::<IpAddr>() {
            Ok(ip) if believed(from) => from = ip.to_canonical(),
            Ok(_) | Err(_) => break,
        }
    }
    Some(from)
}

fn source_text(api: &Api, peer: Peer, headers: &HeaderMap) -> String {
    match (peer, source(api, peer, headers)) {
        (_, Some(ip)) => ip.to_string(),
        (Peer::Local(Some(uid)), None) => format!("this machine, user {uid}"),
        (Peer::Local(None) | Peer::Net(_), None) => "this machine".to_owned(),
    }
}

/// Who asks, or why that is not known. Set for every request by [`identify`].
#[derive(Clone, Debug)]
struct Known(Result<Who, Problem>);

/// Finds out who asks.
pub async fn identify(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let known = match peer {
        Some(peer) => known(&api, peer, &method, &headers).await,
        None => Err(Problem::internal()),
    };
    request.extensions_mut().insert(Known(known));
    next.run(request).await
}

async fn known(
    api: &Api,
    peer: Peer,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Who, Problem> {
    let source = source_text(api, peer, headers);
    if let Peer::Local(_) = peer {
        return Ok(Who {
            name: "local".to_owned(),
            role: Role::Admin,
            agent: None,
            source,
            way: Way::Local,
        });
    }
    let bearer = headers.get(header::AUTHORIZATION);
    if let Some(bearer) = bearer {
        let bearer = bearer.to_str().unwrap_or_default();
        let token = bearer
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return by_token(api, token.map_or("", |(_, token)| token.trim()), source).await;
    }
    let secure = api.config().api.is_secure();
    let Some(cookie) = cookie(headers, cookie_name(secure)) else {
        return Err(Problem::not_signed_in("nobody is signed in"));
    };
    let who = by_session(api, cookie, source).await?;
    if !is_safe(method) {
        own_page(api, headers)?;
        let given = headers.get(CSRF).and_then(|h| h.to_str().ok());
        if !given.is_some_and(|given| same(given, &csrf_of(cookie))) {
            let title = "the proof that a page of ours asks is missing or wrong";
            let remedy = "send `csrf` from GET /api/v1/session as the header X-CSRF-Token";
            return Err(Problem::not_allowed(title).remedy(remedy));
        }
    }
    Ok(who)
}

/// Changes nothing (RFC 9110 §9.2.1).
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A browser says which site's page asks: it must be ours.
///
/// # Errors
/// It is another's.
pub fn own_page(api: &Api, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let ours = match &api.config().api.origin {
        Some(ours) => origin == *ours,
        None => {
            let scheme = match api.config().api.tls {
                ApiTls::Clear => "http",
                ApiTls::Own | ApiTls::Files { .. } => "https",
            };
            host.is_some_and(|host| origin == format!("{scheme}://{}", host.to_ascii_lowercase()))
        }
    };
    match ours {
        true => Ok(()),
        false => Err(Problem::not_allowed("a page of another site asks").remedy(
            "where a proxy stands between, set `api.origin` to what the browser's address begins with",
        )),
    }
}

async fn by_token(api: &Api, token: &str, source: String) -> Result<Who, Problem> {
    let refused = || Problem::not_signed_in("this token does not hold (any more)");
    if !token.starts_with(TOKEN_PREFIX) {
        return Err(refused());
    }
    let row = api
        .reader
        .token(&digest(token))
        .await?
        .ok_or_else(refused)?;
    let now = clock::now().wall;
    if row.revoked.is_some() || row.meta.until.is_some_and(|until| until <= now) {
        return Err(refused());
    }
    if row.used.is_none_or(|used| stale(used, now)) {
        let (store, id) = (api.store.clone(), row.id);
        later(async move { store.token_used(id, now).await });
    }
    Ok(Who {
        name: format!("token {}", row.meta.name),
        role: row.meta.role,
        agent: row.meta.agent,
        source,
        way: Way::Token(row.id),
    })
}

async fn by_session(api: &Api, cookie: &str, source: String) -> Result<Who, Problem> {
    let id = digest(cookie);
    let over = || Problem::not_signed_in("the session is over");
    let session = api.reader.session(&id).await?.ok_or_else(over)?;
    let now = clock::now().wall;
    let idle = api.config().api.session_idle;
    if session.until <= now || after(session.seen, idle) <= now {
        return Err(over());
    }
    if stale(session.seen, now) {
        let (store, id) = (api.store.clone(), id.clone());
        later(async move { store.session_seen(id, now).await });
    }
    Ok(Who {
        name: session.user.name,
        role: session.user.role,
        agent: session.user.agent,
        source,
        way: Way::Session {
            id,
            csrf: csrf_of(cookie),
            until: session.until,
        },
    })
}

/// Whether a session still holds, and marks it as used: for answers that do not end.
pub async fn still_holds(api: &Api, who: &Who) -> bool {
    let now = clock::now().wall;
    match &who.way {
        Way::Local => true,
        Way::Session { id, .. } => {
            let Ok(Some(session)) = api.reader.session(id).await else {
                return false;
            };
            let store = api.store.clone();
            let id = id.clone();
            later(async move { store.session_seen(id, now).await });
            session.until > now && session.user.role == who.role && session.user.agent == who.agent
        }
        Way::Token(id) => {
            let tokens = api.reader.tokens().await.unwrap_or_default();
            let mine = tokens.iter().find(|t| t.id == *id);
            mine.is_some_and(|t| t.revoked.is_none() && t.meta.until.is_none_or(|u| u > now))
        }
    }
}

fn later(work: impl Future<Output = Result<(), crate::store::StoreError>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(e) = work.await {
            warn!(error = %e, "the use of a session or token could not be written down");
        }
    });
}

fn stale(seen: Wall, now: Wall) -> bool {
    after(seen, SEEN_EVERY) <= now
}

/// So much later.
pub fn after(at: Wall, time: Duration) -> Wall {
    let time = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(at.unix_millis().saturating_add(time))
}

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, Problem> {
        match parts.extensions.get::<Known>() {
            Some(Known(known)) => known.clone(),
            None => Err(Problem::internal()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Peer, Problem> {
        let peer = parts.extensions.get::<Peer>().copied();
        peer.ok_or_else(Problem::internal)
    }
}

/// Who asks, for what comes before the handlers.
pub fn who_of(request: &Request) -> Option<&Who> {
    let known = request.extensions().get::<Known>()?;
    known.0.as_ref().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_is_written_down() {
        let may = |role| {
            [
                Right::Numbers,
                Right::SeeAll,
                Right::Lead,
                Right::Serve,
                Right::Operate,
                Right::Administer,
            ]
            .map(|r: Right| r.of(role))
        };
        assert_eq!(may(Role::Agent), [false, false, false, true, false, false]);
        assert_eq!(
            may(Role::Supervisor),
            [true, true, true, true, false, false]
        );
        assert_eq!(
            may(Role::Operator),
            [false, true, false, false, true, false]
        );
        assert_eq!(may(Role::Admin), [true; 6]);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; zeroline=x-y_z; b=2".parse().unwrap());
        assert_eq!(cookie(&headers, "zeroline"), Some("x-y_z"));
        assert_eq!(cookie(&headers, "line"), None);
    }
}
