//! `name-addr` and `addr-spec` with header parameters: From, To, Contact, Route and their kin.

use std::fmt;

use super::error::Invalid;
use super::lex;
use super::params::Params;
use super::uri::Uri;

/// A URI with a display name and header parameters (RFC 3261 §20.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name, unescaped; empty when there is none. Not to be trusted.
    pub display: String,
    /// The URI.
    pub uri: Uri,
    /// Header parameters, `tag` among them.
    pub params: Params,
}

impl NameAddr {
    /// `<uri>` alone.
    pub const fn new(uri: Uri) -> NameAddr {
        NameAddr {
            display: String::new(),
            uri,
            params: Params::new(),
        }
    }

    /// Reads one value: `"name" <uri>;params`, `name <uri>;params` or `uri;params`.
    ///
    /// A URI without angle brackets ends at the first `;`, and may hold no `?` or `,`
    /// (RFC 3261 §20).
    pub fn parse(value: &[u8]) -> Result<NameAddr, Invalid> {
        let value = lex::trim(value);
        let (display, after) = if value.first() == Some(&b'"') {
            let end = lex::quoted_end(value).ok_or(Invalid("display name without an end"))?;
            let (quoted, rest) = value.split_at(end);
            let inner = quoted.get(1..end - 1).unwrap_or_default();
            let rest = lex::trim_start(rest);
            if rest.first() != Some(&b'<') {
                return Err(Invalid("display name without <URI>"));
            }
            (lex::unescape(inner), rest)
        } else {
            match lex::find(value, b'<') {
                // A `;` or `,` before it: the bracket is within a parameter, or is junk.
                Some(at) if !before(value, at, b';') => {
                    let (display, rest) = value.split_at(at);
                    let display = lex::trim(display);
                    if !display.iter().copied().all(is_display_byte) {
                        return Err(Invalid("display name"));
                    }
                    (String::from_utf8_lossy(display).into_owned(), rest)
                }
                Some(_) | None => return NameAddr::bare(value),
            }
        };
        let (uri, rest) = lex::split_once(after.get(1..).unwrap_or_default(), b'>')
            .ok_or(Invalid("URI without a closing bracket"))?;
        Ok(NameAddr {
            display,
            uri: Uri::parse(uri)?,
            params: params(rest)?,
        })
    }

    fn bare(value: &[u8]) -> Result<NameAddr, Invalid> {
        let end = lex::find(value, b';').unwrap_or(value.len());
        let (uri, rest) = value.split_at(end);
        let uri = lex::trim(uri);
        if uri.iter().any(|b| matches!(b, b'?' | b',')) {
            return Err(Invalid("URI that needs angle brackets"));
        }
        Ok(NameAddr {
            display: String::new(),
            uri: Uri::parse(uri)?,
            params: params(rest)?,
        })
    }

    /// The tag: the sender's half of a dialog's name (RFC 3261 §19.3).
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag")
    }

    /// Sets the tag.
    pub fn set_tag(&mut self, tag: &str) {
        self.params.set("tag", Some(tag));
    }

    /// `q` in thousandths; 1000 when absent or malformed (RFC 3261 §20.10).
    pub fn q(&self) -> u16 {
        self.params.get("q").and_then(q_value).unwrap_or(1000)
    }

    /// `expires` of a Contact in seconds; `None` when absent or malformed, which stands for
    /// the default (RFC 3261 §10.2.1.1).
    pub fn expires(&self) -> Option<u32> {
        lex::number_u32(self.params.get("expires")?.as_bytes())
    }
}

fn params(s: &[u8]) -> Result<Params, Invalid> {
    let params = Params::parse(s)?;
    params.once(&["tag"])?;
    Ok(params)
}

fn before(value: &[u8], at: usize, b: u8) -> bool {
    value.iter().take(at).any(|&x| x == b)
}

/// Beyond `token` and LWS we take what phones send unquoted; not a comma (RFC 4475 §3.1.2.15).
const fn is_display_byte(b: u8) -> bool {
    b >= b' ' && b != 0x7f && !matches!(b, b',' | b';' | b'"' | b'<' | b'>') || b == b'\t'
}

/// `0`–`1` with up to three decimals, in thousandths (RFC 3261 §25.1 `qvalue`).
fn q_value(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = match whole {
        "0" | "" => 0,
        "1" => 1000,
        _ => return None,
    };
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut thousandths = 0;
    for i in 0..3 {
        thousandths =
            thousandths * 10 + u16::from(decimals.as_bytes().get(i).map_or(0, |b| b - b'0'));
    }
    Some(whole + thousandths).filter(|&q| q <= 1000)
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.display.is_empty() {
            let mut quoted = String::with_capacity(self.display.len() + 2);
            lex::push_quoted(&mut quoted, &self.display);
            write!(f, "{quoted} ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
