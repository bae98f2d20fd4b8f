//! Credentials and challenges: `scheme name=value, name="value"` (RFC 3261 §20.7, RFC 7616).

use super::error::Invalid;
use super::lex;

/// The scheme and parameters of Authorization, WWW-Authenticate and their Proxy kin, and the
/// parameters of Authentication-Info (empty scheme).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthParams {
    /// `Digest` …, as it came.
    pub scheme: String,
    params: Vec<(String, String)>,
}

impl AuthParams {
    /// More parameters than this are refused.
    pub const MOST: usize = 32;

    /// Reads `scheme name=value, …`. A repeated parameter is refused: two readers might take
    /// different ones.
    pub fn parse(value: &[u8]) -> Result<AuthParams, Invalid> {
        let value = lex::trim(value);
        let end = value
            .iter()
            .position(|b| matches!(b, b' ' | b'\t'))
            .unwrap_or(value.len());
        let (scheme, rest) = value.split_at(end);
        if !lex::is_token(scheme) {
            return Err(Invalid("authentication scheme"));
        }
        Ok(AuthParams {
            scheme: String::from_utf8_lossy(scheme).into_owned(),
            params: pairs(rest)?,
        })
    }

    /// Reads `name=value, …` without a scheme (Authentication-Info, RFC 3261 §20.6).
    pub fn parse_info(value: &[u8]) -> Result<AuthParams, Invalid> {
        Ok(AuthParams {
            scheme: String::new(),
            params: pairs(value)?,
        })
    }

    /// Whether the scheme is `name`, without regard to case.
    pub fn is_scheme(&self, name: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(name)
    }

    /// The value of a parameter, unquoted and unescaped.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.as_str())
    }

    /// All parameters in order, values unquoted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

fn pairs(value: &[u8]) -> Result<Vec<(String, String)>, Invalid> {
    let mut params: Vec<(String, String)> = Vec::with_capacity(12);
    for item in lex::ListItems::new(value) {
        if item.is_empty() {
            continue; // RFC 7235 §7: empty elements are to be ignored
        }
        let Some((name, value)) = lex::split_once(item, b'=') else {
            return Err(Invalid("authentication parameter"));
        };
        let (name, value) = (lex::trim(name), lex::trim(value));
        if !lex::is_token(name) {
            return Err(Invalid("authentication parameter"));
        }
        let value = match value {
            [b'"', ..] => {
                if lex::quoted_end(value) != Some(value.len()) {
                    return Err(Invalid("quoted string without an end"));
                }
                lex::unescape(value.get(1..value.len() - 1).unwrap_or_default())
            }
            plain => {
                if plain.iter().any(|b| matches!(b, b'"' | b' ' | b'\t')) {
                    return Err(Invalid("authentication parameter"));
                }
                String::from_utf8_lossy(plain).into_owned()
            }
        };
        let name = String::from_utf8_lossy(name).into_owned();
        if params.len() == AuthParams::MOST {
            return Err(Invalid("too many authentication parameters"));
        }
        if params.iter().any(|(n, _)| n.eq_ignore_ascii_case(&name)) {
            return Err(Invalid("repeated authentication parameter"));
        }
        params.push((name, value));
    }
    Ok(params)
}

/// Writes `scheme name="value", name=value`; what a caller sends can not break out of it.
#[derive(Clone, Debug)]
pub struct AuthWriter {
    text: String,
    empty: bool,
}

impl AuthWriter {
    /// Begins with the scheme (a token of ours).
    pub fn new(scheme: &str) -> AuthWriter {
        AuthWriter {
            text: scheme.to_owned(),
            empty: true,
        }
    }

    fn name(&mut self, name: &str) {
        self.text.push_str(if self.empty { " " } else { ", " });
        self.empty = false;
        self.text.push_str(name);
        self.text.push('=');
    }

    /// `name="value"`, escaped.
    #[must_use]
    pub fn quoted(mut self, name: &str, value: &str) -> AuthWriter {
        self.name(name);
        lex::push_quoted(&mut self.text, value);
        self
    }

    /// `name=value`; quoted after all when it is no token.
    #[must_use]
    pub fn plain(mut self, name: &str, value: &str) -> AuthWriter {
        self.name(name);
        if lex::is_token(value.as_bytes()) {
            self.text.push_str(value);
        } else {
            lex::push_quoted(&mut self.text, value);
        }
        self
    }

    /// The header's value.
    pub fn finish(self) -> String {
        self.text
    }
}
