//! The client's side: answering a trunk's challenge (RFC 3261 §22.2, §22.3).

use super::header::{Challenge, quote};
use super::{Credentials, Qop, Sum};

/// Challenges looked at in one response.
const MAX_CHALLENGES: usize = 16;

/// A header to add to the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthHeader {
    /// `Authorization` or `Proxy-Authorization`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Why a challenge can not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No digest challenge with an algorithm and qop that we know.
    #[error("no challenge that can be answered")]
    NoUsableChallenge,
    /// The secret is an HA1 for none of the algorithms offered.
    #[error("the secret does not fit the algorithms offered")]
    NoSecretForAlgorithm,
    /// The same credentials were refused already: trying again will not help.
    #[error("credentials refused")]
    Refused,
}

/// The header that answers a 401 or 407.
///
/// `challenges` are the values of all WWW-Authenticate (401) or Proxy-Authenticate (407)
/// headers; SHA-256 is preferred (RFC 8760 §2.4). `nc` counts the uses of the nonce from 1.
///
/// # Errors
/// [`AnswerError`] when none can be answered.
#[expect(clippy::too_many_arguments, reason = "these are the digest's inputs")]
pub fn answer(
    status: u16,
    challenges: &[&str],
    credentials: &Credentials,
    method: &str,
    uri: &str,
    body: &[u8],
    cnonce: &str,
    nc: u32,
) -> Result<AuthHeader, AnswerError> {
    let challenge = choose(challenges, credentials)?;
    header_for(
        status == 407,
        &challenge,
        credentials,
        method,
        uri,
        body,
        cnonce,
        nc,
    )
}

/// The challenge that we like best, of those that we can answer.
fn choose(challenges: &[&str], credentials: &Credentials) -> Result<Challenge, AnswerError> {
    let mut usable = challenges
        .iter()
        .take(MAX_CHALLENGES)
        .filter_map(|value| Challenge::parse(value).ok())
        .collect::<Vec<_>>();
    if usable.is_empty() {
        return Err(AnswerError::NoUsableChallenge);
    }
    usable.retain(|c| {
        let ha1 = credentials
            .secret
            .ha1(c.algorithm, &credentials.username, &c.realm);
        ha1.is_some()
    });
    // Of equals the first: the server's order counts.
    usable
        .into_iter()
        .reduce(|best, c| {
            if c.algorithm > best.algorithm {
                c
            } else {
                best
            }
        })
        .ok_or(AnswerError::NoSecretForAlgorithm)
}

#[expect(clippy::too_many_arguments, reason = "these are the digest's inputs")]
fn header_for(
    proxy: bool,
    challenge: &Challenge,
    credentials: &Credentials,
    method: &str,
    uri: &str,
    body: &[u8],
    cnonce: &str,
    nc: u32,
) -> Result<AuthHeader, AnswerError> {
    let ha1 = credentials
        .secret
        .ha1(challenge.algorithm, &credentials.username, &challenge.realm)
        .ok_or(AnswerError::NoSecretForAlgorithm)?;
    let nc = format!("{nc:08x}");
    let response = Sum {
        algorithm: challenge.algorithm,
        sess: challenge.sess,
        ha1: &ha1,
        nonce: &challenge.nonce,
        cnonce,
        nc: &nc,
        qop: challenge.qop,
        method,
        uri,
        body,
    }
    .response();
    let mut value = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\", algorithm={}{}",
        quote(&credentials.username),
        quote(&challenge.realm),
        quote(&challenge.nonce),
        quote(uri),
        challenge.algorithm.token(),
        if challenge.sess { "-sess" } else { "" },
    );
    let qop = match challenge.qop {
        Qop::Absent => None,
        Qop::Auth => Some("auth"),
        Qop::AuthInt => Some("auth-int"),
    };
    if let Some(qop) = qop {
        value.push_str(&format!(", qop={qop}, nc={nc}"));
    }
    if qop.is_some() || challenge.sess {
        value.push_str(&format!(", cnonce={}", quote(cnonce)));
    }
    if let Some(opaque) = &challenge.opaque {
        value.push_str(&format!(", opaque={}", quote(opaque)));
    }
    Ok(AuthHeader {
        name: if proxy {
            "Proxy-Authorization"
        } else {
            "Authorization"
        },
        value,
    })
}

/// Remembers the last challenge of one server, counts the uses of its nonce, and knows when
/// to give up.
#[derive(Clone, Debug)]
pub struct ClientSession {
    credentials: Credentials,
    current: Option<(bool, Challenge)>,
    /// Uses of the current nonce so far.
    uses: u32,
    /// Challenged since the last success.
    tries: u32,
}

impl ClientSession {
    /// Not challenged yet.
    pub fn new(credentials: Credentials) -> ClientSession {
        ClientSession {
            credentials,
            current: None,
            uses: 0,
            tries: 0,
        }
    }

    /// Takes a 401's or 407's challenges.
    ///
    /// # Errors
    /// [`AnswerError::Refused`] when an answer to the same realm was refused and the server
    /// does not call it stale, or after five challenges in a row; else as [`answer`].
    pub fn handle_challenge(&mut self, status: u16, values: &[&str]) -> Result<(), AnswerError> {
        let challenge = choose(values, &self.credentials)?;
        let proxy = status == 407;
        let tried = self.tries > 0
            && self
                .current
                .as_ref()
                .is_some_and(|(p, c)| *p == proxy && c.realm == challenge.realm);
        self.tries = self.tries.saturating_add(1);
        let again = tried && !challenge.stale;
        self.current = Some((proxy, challenge));
        self.uses = 0;
        if again || self.tries > 5 {
            self.current = None;
            self.tries = 0;
            return Err(AnswerError::Refused);
        }
        Ok(())
    }

    /// The server accepted: from here on a challenge is a new one, not a refusal.
    pub fn handle_success(&mut self) {
        self.tries = 0;
    }

    /// The header for the next request, `None` when never challenged. `cnonce` is fresh
    /// randomness as text.
    pub fn authorize(
        &mut self,
        method: &str,
        uri: &str,
        body: &[u8],
        cnonce: &str,
    ) -> Option<AuthHeader> {
        let (proxy, challenge) = self.current.as_ref()?;
        self.uses = self.uses.saturating_add(1);
        header_for(
            *proxy,
            challenge,
            &self.credentials,
            method,
            uri,
            body,
            cnonce,
            self.uses,
        )
        .ok()
    }
}
