//! HTTP digest authentication as SIP uses it: RFC 3261 §22, RFC 7616, RFC 8760, and RFC 2617
//! for phones that know MD5 only.
//!
//! The server's side is [`Authenticator`]: signed nonces, counted uses, slowed guessing. The
//! client's side is [`answer`] and [`ClientSession`].

mod client;
mod guess;
mod header;
mod nonce;
mod server;
#[cfg(test)]
mod tests;
mod ticket;

pub use client::{AnswerError, AuthHeader, ClientSession, answer};
pub use guess::GuessLimits;
pub use header::{Challenge, DigestResponse, HeaderError};
pub use nonce::{NonceKey, NonceState};
pub use server::{AuthRequest, Authenticator, AuthenticatorConfig, Verdict};
pub use ticket::{Ticket, Tickets};

use std::fmt;

use md5::Md5;
use sha2::{Sha256, Sha512_256};

/// A hash of RFC 7616 §6.1; the `-sess` variants are a flag beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `MD5`: what every old phone knows.
    Md5,
    /// `SHA-512-256`: answered as a client, never offered.
    Sha512_256,
    /// `SHA-256`: preferred (RFC 8760 §2.1).
    Sha256,
}

impl Algorithm {
    /// The token in the header.
    pub const fn token(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha512_256 => "SHA-512-256",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    /// The algorithm of a token and whether it is the `-sess` variant; `None` when unknown.
    pub fn from_token(token: &str) -> Option<(Algorithm, bool)> {
        const SESS: &str = "-sess";
        let split = token.len().checked_sub(SESS.len());
        let (base, sess) = match split.and_then(|at| token.split_at_checked(at)) {
            Some((base, end)) if end.eq_ignore_ascii_case(SESS) => (base, true),
            Some(_) | None => (token, false),
        };
        [Algorithm::Md5, Algorithm::Sha512_256, Algorithm::Sha256]
            .into_iter()
            .find(|a| a.token().eq_ignore_ascii_case(base))
            .map(|a| (a, sess))
    }

    /// The hash of the parts, joined with colons, in lower-case hexadecimal.
    fn hex(self, parts: &[&[u8]]) -> String {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> String {
            let mut d = D::new();
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    d.update(b":");
                }
                d.update(part);
            }
            to_hex(&d.finalize())
        }
        match self {
            Algorithm::Md5 => run::<Md5>(parts),
            Algorithm::Sha512_256 => run::<Sha512_256>(parts),
            Algorithm::Sha256 => run::<Sha256>(parts),
        }
    }
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' + n - 10 });
    let mut out = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        out.push(digit(b >> 4));
        out.push(digit(b & 15));
    }
    out
}

/// What proves who somebody is. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The password itself: good for every algorithm.
    Plain(String),
    /// H(username ":" realm ":" password) in hexadecimal, per algorithm (RFC 7616 §3.4.2), so
    /// that the configuration need not hold the password.
    Ha1 {
        /// By SHA-256.
        sha256: Option<String>,
        /// By MD5.
        md5: Option<String>,
    },
}

impl Secret {
    /// HA1 for this algorithm, lower case; `None` when it is not known for it.
    pub fn ha1(&self, algorithm: Algorithm, username: &str, realm: &str) -> Option<String> {
        match self {
            Secret::Plain(password) => {
                Some(algorithm.hex(&[username.as_bytes(), realm.as_bytes(), password.as_bytes()]))
            }
            Secret::Ha1 { sha256, md5 } => match algorithm {
                Algorithm::Sha256 => sha256.as_ref().map(|h| h.to_ascii_lowercase()),
                Algorithm::Md5 => md5.as_ref().map(|h| h.to_ascii_lowercase()),
                Algorithm::Sha512_256 => None,
            },
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A name and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The username of the digest.
    pub username: String,
    /// Its secret.
    pub secret: Secret,
}

/// Quality of protection (RFC 7616 §3.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qop {
    /// None: RFC 2069, for phones older than RFC 2617.
    Absent,
    /// Method and URI are protected.
    Auth,
    /// The body too.
    AuthInt,
}

/// Everything that goes into a response.
struct Sum<'a> {
    algorithm: Algorithm,
    sess: bool,
    ha1: &'a str,
    nonce: &'a str,
    cnonce: &'a str,
    /// As on the wire: eight hexadecimal digits.
    nc: &'a str,
    qop: Qop,
    method: &'a str,
    uri: &'a str,
    body: &'a [u8],
}

impl Sum<'_> {
    /// RFC 7616 §3.4.1, in lower-case hexadecimal.
    fn response(&self) -> String {
        let h = |parts: &[&[u8]]| self.algorithm.hex(parts);
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let session;
        let ha1 = if self.sess {
            session = h(&[self.ha1.as_bytes(), nonce, cnonce]);
            session.as_bytes()
        } else {
            self.ha1.as_bytes()
        };
        let (method, uri) = (self.method.as_bytes(), self.uri.as_bytes());
        let ha2 = match self.qop {
            Qop::Absent | Qop::Auth => h(&[method, uri]),
            Qop::AuthInt => h(&[method, uri, h(&[self.body]).as_bytes()]),
        };
        let qop: &[u8] = match self.qop {
            Qop::Absent => return h(&[ha1, nonce, ha2.as_bytes()]),
            Qop::Auth => b"auth",
            Qop::AuthInt => b"auth-int",
        };
        h(&[ha1, nonce, self.nc.as_bytes(), cnonce, qop, ha2.as_bytes()])
    }
}
