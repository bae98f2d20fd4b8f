//! The server's side: who is this?

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::guess::{GuessLimits, Guesses};
use super::header::{DigestResponse, quote};
use super::nonce::{NonceKey, NonceState, Use, UseCounts};
use super::ticket::{self, Tickets};
use super::{Algorithm, Credentials, Sum, to_hex};
use crate::now::{Mono, Now};

/// Authorization values looked at in one request; phones send one per realm.
const MAX_AUTHORIZATIONS: usize = 8;

/// What an [`Authenticator`] needs to know.
#[derive(Clone, Debug)]
pub struct AuthenticatorConfig {
    /// The protection domain.
    pub realm: String,
    /// Who may come in.
    pub users: Vec<Credentials>,
    /// Passwords that hold for a while; `None`: none do.
    pub tickets: Option<Tickets>,
    /// Whether phones that know MD5 only are served (RFC 8760 §2.2 lets us).
    pub allow_md5: bool,
    /// How long a nonce may be used.
    pub nonce_lifetime: Duration,
    /// Nonces whose uses are counted at a time, in each of two generations.
    pub counted_nonces: usize,
    /// How guessing is slowed.
    pub guesses: GuessLimits,
}

impl AuthenticatorConfig {
    /// Nobody yet; nonces for five minutes; MD5 allowed.
    pub fn new(realm: impl Into<String>) -> AuthenticatorConfig {
        AuthenticatorConfig {
            realm: realm.into(),
            users: Vec::new(),
            tickets: None,
            allow_md5: true,
            nonce_lifetime: Duration::from_secs(300),
            counted_nonces: 16_384,
            guesses: GuessLimits::default(),
        }
    }
}

/// One request to judge.
#[derive(Clone, Copy, Debug)]
pub struct AuthRequest<'a> {
    /// The method, as in the request line.
    pub method: &'a str,
    /// The Request-URI, as in the request line.
    pub request_uri: &'a str,
    /// The body, for `auth-int`.
    pub body: &'a [u8],
    /// The values of all Authorization (or Proxy-Authorization) headers.
    pub authorizations: &'a [&'a str],
    /// Where it really came from.
    pub source: SocketAddr,
    /// The value of User-Agent, if any.
    pub user_agent: Option<&'a str>,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this user.
    Accepted {
        /// The username.
        username: String,
    },
    /// Answer 401 (or 407) with one WWW-Authenticate (Proxy-Authenticate) header per value,
    /// in this order.
    Challenge {
        /// The values, the preferred algorithm first (RFC 8760 §2.4).
        challenges: Vec<String>,
        /// Credentials were there and wrong, not merely absent or stale.
        wrong: bool,
    },
    /// Too many wrong answers from there: 503 with Retry-After.
    SlowDown {
        /// Seconds until it may try again.
        retry_after: u32,
    },
}

/// Checks digest credentials, with the same answer and the same work whether the user exists
/// or not.
pub struct Authenticator {
    realm: String,
    /// HA1 by user, for each algorithm of `offered` in its order.
    users: HashMap<String, Vec<String>>,
    tickets: Option<Tickets>,
    offered: Vec<Algorithm>,
    allow_md5: bool,
    key: NonceKey,
    lifetime: Duration,
    counts: UseCounts,
    counted: usize,
    guesses: Guesses,
    puzzled: Puzzled,
}

impl Authenticator {
    /// `key`: 32 secret random bytes, fresh for each run of the process.
    ///
    /// An algorithm is offered when the secret of every user is good for it: a different
    /// offer per user would tell who exists.
    pub fn new(config: AuthenticatorConfig, key: [u8; 32]) -> Authenticator {
        let (offered, users) = served(&config.realm, &config.users, config.allow_md5);
        Authenticator {
            users,
            tickets: config.tickets,
            offered,
            allow_md5: config.allow_md5,
            key: NonceKey::new(key),
            lifetime: config.nonce_lifetime,
            counts: UseCounts::default(),
            counted: config.counted_nonces.max(1),
            guesses: Guesses::new(config.guesses),
            puzzled: Puzzled::default(),
            realm: config.realm,
        }
    }

    /// These may come in from now on, and nobody else. Challenges that are out stay good.
    pub fn set_users(&mut self, users: &[Credentials]) {
        (self.offered, self.users) = served(&self.realm, users, self.allow_md5);
    }

    /// Whether somebody of this name may come in.
    pub fn knows(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }

    /// The protection domain.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Judges a request's credentials.
    pub fn check(&mut self, now: Now, request: &AuthRequest<'_>) -> Verdict {
        // Ours is the one for our realm; others are for proxies on the way (RFC 3261 §22.3).
        let response = request
            .authorizations
            .iter()
            .take(MAX_AUTHORIZATIONS)
            .filter_map(|value| DigestResponse::parse(value).ok())
            .find(|r| r.realm == self.realm);
        let Some(response) = response else {
            let offered = match self.puzzled.came_without(now.mono, request) {
                true if self.offered.contains(&Algorithm::Md5) => vec![Algorithm::Md5],
                true | false => self.offered.clone(),
            };
            return self.challenge_by(now, request, &offered, false, false);
        };
        let source = request.source;
        let nonce = self.key.check(
            now.mono,
            self.lifetime,
            &response.nonce,
            &self.realm,
            source.ip(),
        );
        let id = match nonce {
            NonceState::Fresh(id) if !self.counts.is_forgotten(id) => id,
            NonceState::Fresh(_) | NonceState::Stale => {
                return self.challenge(now, request, true, false);
            }
        };
        if let Some(wait) = self.guesses.must_wait(now.mono, source, &response.username) {
            let whole = wait.as_secs().saturating_add(1);
            return Verdict::SlowDown {
                retry_after: u32::try_from(whole).unwrap_or(u32::MAX),
            };
        }
        let Some(user) = self.whose(now, request, &response) else {
            self.guesses.failed(now.mono, source, &response.username);
            return self.challenge(now, request, false, true);
        };
        // Only now, so that neither a wrong response can use up a count of the right one nor
        // its answer tell whether a nonce was used.
        match self.counts.note(id, response.count(), self.counted) {
            Use::New => {
                self.guesses.succeeded(source, &response.username);
                self.puzzled.answered(source);
                Verdict::Accepted { username: user }
            }
            Use::Replayed => self.challenge(now, request, true, false),
        }
    }

    /// The user whose response this is; `None`: it is wrong.
    fn whose(
        &self,
        now: Now,
        request: &AuthRequest<'_>,
        response: &DigestResponse,
    ) -> Option<String> {
        let name = &response.username;
        let offered = self.offered.iter().position(|&a| a == response.algorithm);
        // The same steps for everybody: an unknown user has a secret that nobody knows.
        let stand_in = to_hex(&self.key.derive(name));
        let tickets = self.tickets.as_ref().map(|tickets| {
            let (realm, password) = (self.realm.as_bytes(), tickets.password(name));
            let parts = [name.as_bytes(), realm, password.as_bytes()];
            response.algorithm.hex(&parts)
        });
        let holder = ticket::holder(name, now.wall).filter(|_| tickets.is_some());
        let user = if self.users.contains_key(name) {
            name
        } else {
            holder.unwrap_or(name)
        };
        let known = self.users.get(user);
        let ha1 = match tickets.filter(|_| user != name.as_str()) {
            Some(ticket) => ticket,
            None => known
                .zip(offered)
                .and_then(|(sums, at)| sums.get(at))
                .unwrap_or(&stand_in)
                .clone(),
        };
        let right = Sum {
            algorithm: response.algorithm,
            sess: response.sess,
            ha1: &ha1,
            nonce: &response.nonce,
            cnonce: &response.cnonce,
            nc: &response.nc,
            qop: response.qop,
            method: request.method,
            uri: &response.uri,
            body: request.body,
        }
        .response();
        let given = response.response.to_ascii_lowercase();
        let same = bool::from(right.as_bytes().ct_eq(given.as_bytes()));
        let right = same && known.is_some()
            && offered.is_some()
            // What was signed for one number must not dial another. The host may have been
            // rewritten on the way: all of them are us.
            && user_of(&response.uri) == user_of(request.request_uri);
        right.then(|| user.to_owned())
    }

    fn challenge(
        &mut self,
        now: Now,
        request: &AuthRequest<'_>,
        stale: bool,
        wrong: bool,
    ) -> Verdict {
        let offered = self.offered.clone();
        self.challenge_by(now, request, &offered, stale, wrong)
    }

    fn challenge_by(
        &mut self,
        now: Now,
        request: &AuthRequest<'_>,
        offered: &[Algorithm],
        stale: bool,
        wrong: bool,
    ) -> Verdict {
        let stale = if stale { ", stale=true" } else { "" };
        let realm = quote(&self.realm);
        let mut challenges = Vec::with_capacity(offered.len());
        for algorithm in offered {
            let nonce = self.key.issue(now.mono, &self.realm, request.source.ip());
            challenges.push(format!(
                "Digest realm={realm}, nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
                algorithm.token()
            ));
        }
        Verdict::Challenge { challenges, wrong }
    }
}

/// The algorithms that are offered, and the HA1 of each user by them.
fn served(
    realm: &str,
    users: &[Credentials],
    allow_md5: bool,
) -> (Vec<Algorithm>, HashMap<String, Vec<String>>) {
    let mut offered = vec![Algorithm::Sha256];
    if allow_md5 {
        offered.push(Algorithm::Md5);
    }
    let ha1 = |c: &Credentials, a| c.secret.ha1(a, &c.username, realm);
    let served = |a: &Algorithm| users.iter().all(|c| ha1(c, *a).is_some());
    if offered.iter().any(served) {
        offered.retain(served);
    }
    let sums = users.iter().map(|c| {
        let sums = offered.iter().map(|a| ha1(c, *a).unwrap_or_default());
        (c.username.clone(), sums.collect())
    });
    let sums = sums.collect();
    (offered, sums)
}

/// Phones that give up when they see an algorithm that they do not know, instead of taking the
/// next challenge (RFC 8760 §2.4). MD5 is offered to everybody anyway: asking them for it alone
/// takes nothing away.
#[derive(Default)]
struct Puzzled {
    /// Who was challenged and has not answered yet, and when.
    asked: HashMap<SocketAddr, Mono>,
}

impl Puzzled {
    /// libre before its second release, by the name that baresip gives itself; the libraries of
    /// pages, which look at the first challenge alone.
    const KNOWN: [&str; 4] = ["baresip v0.", "baresip v1.", "JsSIP ", "SIP.js/"];
    const REMEMBERED: usize = 8192;
    /// Who comes again without an answer within this time did not understand the question.
    const AGAIN_WITHIN: Duration = Duration::from_secs(120);

    /// A request without credentials; whether its sender needs the simpler question.
    fn came_without(&mut self, now: Mono, request: &AuthRequest<'_>) -> bool {
        let agent = request.user_agent.unwrap_or_default();
        if Self::KNOWN.iter().any(|k| agent.starts_with(k)) {
            return true;
        }
        if self.asked.len() >= Self::REMEMBERED {
            self.asked.clear();
        }
        let before = self.asked.insert(request.source, now);
        before.is_some_and(|at| now.since(at) < Self::AGAIN_WITHIN)
    }

    fn answered(&mut self, source: SocketAddr) {
        self.asked.remove(&source);
    }
}

/// The user part of a URI, without its scheme; empty when there is none.
fn user_of(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    match rest.split_once('@') {
        Some((user, _)) => user,
        // tel: URIs are all user; for sip: without user the whole is a host.
        None if uri.starts_with("tel:") => rest,
        None => "",
    }
}
