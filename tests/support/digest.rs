//! Digest credentials (RFC 7616, RFC 8760).

use md5::Md5;
use sha2::{Digest, Sha256};

use super::sip::Msg;

/// Which hash a phone can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Algorithm {
    /// As every old desk phone.
    Md5,
    /// RFC 8760.
    Sha256,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        }
    }

    fn hash(self, s: &str) -> String {
        let bytes: Vec<u8> = match self {
            Algorithm::Md5 => Md5::digest(s).to_vec(),
            Algorithm::Sha256 => Sha256::digest(s).to_vec(),
        };
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// H(user:realm:password), as a server may keep it in place of the password.
pub fn ha1(algorithm: Algorithm, user: &str, realm: &str, password: &str) -> String {
    algorithm.hash(&format!("{user}:{realm}:{password}"))
}

/// The value of Authorization for a 401's (or 407's) challenge of this algorithm; `None`
/// when there is no such challenge.
pub fn answer(
    challenge: &Msg,
    algorithm: Algorithm,
    user: &str,
    password: &str,
    method: &str,
    uri: &str,
) -> Option<String> {
    let value = challenge
        .all("WWW-Authenticate")
        .chain(challenge.all("Proxy-Authenticate"))
        .find(|v| {
            param(v, "algorithm").map_or(algorithm == Algorithm::Md5, |a| {
                a.eq_ignore_ascii_case(algorithm.name())
            })
        })?;
    let realm = param(value, "realm")?;
    let nonce = param(value, "nonce")?;
    let h = |s: String| algorithm.hash(&s);
    let ha1 = h(format!("{user}:{realm}:{password}"));
    let ha2 = h(format!("{method}:{uri}"));
    let head = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", algorithm={}",
        algorithm.name()
    );
    let opaque = param(value, "opaque").map_or(String::new(), |o| format!(", opaque=\"{o}\""));
    Some(if param(value, "qop").is_some() {
        let (nc, cnonce) = ("00000001", "5ca1ab1e");
        let response = h(format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}"));
        format!("{head}, qop=auth, nc={nc}, cnonce=\"{cnonce}\", response=\"{response}\"{opaque}")
    } else {
        let response = h(format!("{ha1}:{nonce}:{ha2}"));
        format!("{head}, response=\"{response}\"{opaque}")
    })
}

/// Whether this value of Authorization (or Proxy-Authorization) answers our challenge with this
/// nonce for this account (MD5).
pub fn proves(value: &str, user: &str, password: &str, method: &str, nonce: &str) -> bool {
    let get = |name: &str| param(value, name).unwrap_or_default();
    let h = |s: String| Algorithm::Md5.hash(&s);
    let ha1 = h(format!("{user}:{}:{password}", get("realm")));
    let ha2 = h(format!("{method}:{}", get("uri")));
    let (nc, cnonce, qop) = (get("nc"), get("cnonce"), get("qop"));
    let expected = if qop.is_empty() {
        h(format!("{ha1}:{nonce}:{ha2}"))
    } else {
        h(format!("{ha1}:{nonce}:{nc}:{cnonce}:{qop}:{ha2}"))
    };
    get("username") == user && get("nonce") == nonce && get("response") == expected
}

fn param(value: &str, name: &str) -> Option<String> {
    value
        .trim_start_matches("Digest")
        .split(',')
        .filter_map(|p| p.trim().split_once('='))
        .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
        .map(|(_, v)| v.trim().trim_matches('"').to_owned())
}
