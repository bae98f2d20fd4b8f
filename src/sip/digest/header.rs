//! The value of WWW-Authenticate, Proxy-Authenticate, Authorization and Proxy-Authorization
//! (RFC 3261 §25.1 `challenge`, `credentials`), read with bounds and written with escapes.

use super::{Algorithm, Qop};

/// Longest header value looked at, in bytes.
const MAX_VALUE: usize = 4096;
/// Most parameters in one value.
const MAX_PARAMS: usize = 32;

/// Why a value is not a digest challenge or response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Another scheme, e.g. Basic or Bearer.
    #[error("not the Digest scheme")]
    OtherScheme,
    /// Not `name=value` pairs parted by commas, a parameter twice, or beyond the bounds.
    #[error("malformed parameters")]
    Malformed,
    /// A parameter that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An algorithm that we do not know.
    #[error("unknown algorithm")]
    UnknownAlgorithm,
    /// A quality of protection that we do not know.
    #[error("unknown qop")]
    UnknownQop,
}

/// A server's challenge (RFC 7616 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The protection domain.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// To be given back unchanged.
    pub opaque: Option<String>,
    /// MD5 when absent.
    pub algorithm: Algorithm,
    /// The `-sess` variant of it.
    pub sess: bool,
    /// `auth` when offered, else `auth-int`, else none.
    pub qop: Qop,
    /// The credentials were right but the nonce was too old.
    pub stale: bool,
}

impl Challenge {
    /// Reads the header's value.
    ///
    /// # Errors
    /// [`HeaderError`] when it is no digest challenge that we can answer.
    pub fn parse(value: &str) -> Result<Challenge, HeaderError> {
        let params = Params::parse(value)?;
        let (algorithm, sess) = params.algorithm()?;
        let qop = match params.get("qop") {
            None => Qop::Absent,
            Some(list) => {
                let has = |word: &str| list.split(',').any(|q| q.trim().eq_ignore_ascii_case(word));
                if has("auth") {
                    Qop::Auth
                } else if has("auth-int") {
                    Qop::AuthInt
                } else {
                    return Err(HeaderError::UnknownQop);
                }
            }
        };
        Ok(Challenge {
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            opaque: params.get("opaque").map(str::to_owned),
            algorithm,
            sess,
            qop,
            stale: params
                .get("stale")
                .is_some_and(|s| s.eq_ignore_ascii_case("true")),
        })
    }
}

/// A client's credentials as they travel (RFC 7616 §3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestResponse {
    /// Who it claims to be.
    pub username: String,
    /// The protection domain.
    pub realm: String,
    /// The nonce it answers.
    pub nonce: String,
    /// The URI it was made for.
    pub uri: String,
    /// The response, hexadecimal.
    pub response: String,
    /// MD5 when absent.
    pub algorithm: Algorithm,
    /// The `-sess` variant of it.
    pub sess: bool,
    /// With `qop`: the client's nonce.
    pub cnonce: String,
    /// With `qop`: how often this nonce was used, eight hexadecimal digits as they came.
    pub nc: String,
    /// What is protected.
    pub qop: Qop,
}

impl DigestResponse {
    /// Reads the header's value.
    ///
    /// # Errors
    /// [`HeaderError`] when it is no digest response.
    pub fn parse(value: &str) -> Result<DigestResponse, HeaderError> {
        let params = Params::parse(value)?;
        let (algorithm, sess) = params.algorithm()?;
        let qop = match params.get("qop") {
            None => Qop::Absent,
            Some(q) if q.eq_ignore_ascii_case("auth") => Qop::Auth,
            Some(q) if q.eq_ignore_ascii_case("auth-int") => Qop::AuthInt,
            Some(_) => return Err(HeaderError::UnknownQop),
        };
        let (mut cnonce, mut nc) = (String::new(), String::new());
        if qop != Qop::Absent {
            cnonce = params.need("cnonce")?;
            nc = params.need("nc")?;
            if nc.len() != 8 || !nc.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(HeaderError::Malformed);
            }
        } else if sess {
            cnonce = params.need("cnonce")?;
        }
        Ok(DigestResponse {
            username: params.need("username")?,
            realm: params.need("realm")?,
            nonce: params.need("nonce")?,
            uri: params.need("uri")?,
            response: params.need("response")?,
            algorithm,
            sess,
            cnonce,
            nc,
            qop,
        })
    }

    /// The nonce count as a number; 0 without `qop`.
    pub fn count(&self) -> u32 {
        u32::from_str_radix(&self.nc, 16).unwrap_or(0)
    }
}

/// `name=value` pairs after the scheme; names in lower case, quotes and escapes undone.
struct Params(Vec<(String, String)>);

impl Params {
    fn parse(value: &str) -> Result<Params, HeaderError> {
        if value.len() > MAX_VALUE {
            return Err(HeaderError::Malformed);
        }
        let value = value.trim();
        let scheme_end = value
            .find(|c: char| c.is_ascii_whitespace())
            .ok_or(HeaderError::OtherScheme)?;
        let (scheme, mut rest) = value.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case("Digest") {
            return Err(HeaderError::OtherScheme);
        }
        let mut params: Vec<(String, String)> = Vec::new();
        loop {
            // Empty list elements are skipped (RFC 9110 §5.6.1.2): real peers send them.
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
            if rest.is_empty() {
                return Ok(Params(params));
            }
            let (name, after) = rest.split_once('=').ok_or(HeaderError::Malformed)?;
            let name = name.trim_end().to_ascii_lowercase();
            if name.is_empty() || !name.bytes().all(is_token) {
                return Err(HeaderError::Malformed);
            }
            let (value, after) = take_value(after.trim_start())?;
            // A parameter twice could be read in two ways by two parties.
            if params.len() == MAX_PARAMS || params.iter().any(|(n, _)| *n == name) {
                return Err(HeaderError::Malformed);
            }
            params.push((name, value));
            rest = after.trim_start();
            if !rest.is_empty() && !rest.starts_with(',') {
                return Err(HeaderError::Malformed);
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    fn need(&self, name: &'static str) -> Result<String, HeaderError> {
        self.get(name)
            .map(str::to_owned)
            .ok_or(HeaderError::Missing(name))
    }

    fn algorithm(&self) -> Result<(Algorithm, bool), HeaderError> {
        match self.get("algorithm") {
            None => Ok((Algorithm::Md5, false)),
            Some(token) => Algorithm::from_token(token).ok_or(HeaderError::UnknownAlgorithm),
        }
    }
}

/// A token or quoted string at the start of `s`, and what follows it.
fn take_value(s: &str) -> Result<(String, &str), HeaderError> {
    let Some(quoted) = s.strip_prefix('"') else {
        let end = s
            .find(|c: char| c == ',' || c.is_ascii_whitespace())
            .unwrap_or(s.len());
        let (token, rest) = s.split_at(end);
        // Some phones leave out the quotes around URIs: any visible character will do.
        if token.is_empty() || token.contains('"') {
            return Err(HeaderError::Malformed);
        }
        return Ok((token.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, quoted.get(at + 1..).unwrap_or(""))),
            '\\' => value.push(chars.next().ok_or(HeaderError::Malformed)?.1),
            c if c.is_control() && c != '\t' => return Err(HeaderError::Malformed),
            c => value.push(c),
        }
    }
    Err(HeaderError::Malformed)
}

fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b)
}

/// `s` as a quoted string. Control characters, which it can not hold, become spaces.
pub(super) fn quote(s: &str) -> String {
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
