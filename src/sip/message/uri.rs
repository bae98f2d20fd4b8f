//! SIP, SIPS and tel URIs (RFC 3261 §19.1, RFC 3966).

mod equivalent;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use super::error::Invalid;
use super::lex;
use super::params::Params;
pub(super) use parse::{host as parse_host, port as parse_port};

/// The scheme of a URI. Case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `sip`
    Sip,
    /// `sips`
    Sips,
    /// `tel` (RFC 3966)
    Tel,
    /// Any other, in lower case; answered with 416 in a Request-URI (RFC 3261 §8.2.2.1).
    Other(Box<str>),
}

impl Scheme {
    /// The scheme as written before the colon.
    pub fn as_str(&self) -> &str {
        match self {
            Scheme::Sip => "sip",
            Scheme::Sips => "sips",
            Scheme::Tel => "tel",
            Scheme::Other(name) => name,
        }
    }
}

/// A host: a name or an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, as it came.
    Name(Box<str>),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address; written in brackets.
    V6(Ipv6Addr),
}

impl Host {
    /// A name (letters, digits, `-`, `.`, `_`) or an address; IPv6 with or without brackets.
    pub fn parse(text: &str) -> Result<Host, Invalid> {
        match text.parse::<Ipv6Addr>() {
            Ok(v6) => Ok(Host::V6(v6)),
            Err(_) => parse::host(text.as_bytes()),
        }
    }

    /// The address, when it is one.
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Host::Name(_) => None,
            Host::V4(ip) => Some(IpAddr::V4(*ip)),
            Host::V6(ip) => Some(IpAddr::V6(*ip)),
        }
    }

    /// Names without regard to case; addresses by value.
    pub fn same(&self, other: &Host) -> bool {
        match (self, other) {
            (Host::Name(a), Host::Name(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Host {
        match ip {
            IpAddr::V4(ip) => Host::V4(ip),
            IpAddr::V6(ip) => Host::V6(ip),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::V4(ip) => write!(f, "{ip}"),
            Host::V6(ip) => write!(f, "[{ip}]"),
        }
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A URI (RFC 3261 §19.1.1).
///
/// `==` compares what is written; [`Uri::equivalent`] compares by the rules of §19.1.4.
/// `user` and `password` are in their escaped form and are written as they stand: use
/// [`Uri::sip`] or [`Uri::set_user`] to put other text in.
///
/// A `tel` URI keeps its number in `user` and has an empty host name. Of an unknown scheme,
/// all that follows the colon is in `user`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uri {
    /// The scheme.
    pub scheme: Scheme,
    /// The user part, escaped; the number of a `tel` URI.
    pub user: Option<Box<str>>,
    /// The password, escaped. Never used by us.
    pub password: Option<Box<str>>,
    /// The host.
    pub host: Host,
    /// The port, when one is written.
    pub port: Option<u16>,
    /// `;name=value` parameters.
    pub params: Params,
    /// What follows `?`, escaped: headers of the request to be made (`Replaces` in Refer-To).
    pub headers: Option<Box<str>>,
}

impl Uri {
    /// `sip:user@host:port`; `user` is escaped here, `None` or empty leaves it out.
    pub fn sip(user: Option<&str>, host: Host, port: Option<u16>) -> Uri {
        let mut uri = Uri {
            scheme: Scheme::Sip,
            user: None,
            password: None,
            host,
            port,
            params: Params::new(),
            headers: None,
        };
        uri.set_user(user.unwrap_or_default());
        uri
    }

    /// `sip:user@address:port`.
    pub fn at(user: Option<&str>, address: SocketAddr) -> Uri {
        Uri::sip(user, Host::from(address.ip()), Some(address.port()))
    }

    /// Reads a URI that stands alone: no blanks around it, no angle brackets.
    pub fn parse(text: &[u8]) -> Result<Uri, Invalid> {
        parse::uri(text)
    }

    /// Sets the user part from plain text, escaping what must be; empty takes it away.
    pub fn set_user(&mut self, plain: &str) {
        self.user = (!plain.is_empty()).then(|| {
            let mut out = String::with_capacity(plain.len());
            for b in plain.bytes() {
                if parse::is_user_byte(b) {
                    out.push(char::from(b));
                } else {
                    lex::push_escaped(&mut out, b);
                }
            }
            out.into()
        });
    }

    /// The user part with escapes resolved; invalid UTF-8 is replaced. Empty when absent.
    pub fn user_decoded(&self) -> Cow<'_, str> {
        match self.user.as_deref() {
            None => Cow::Borrowed(""),
            Some(user) if !user.contains('%') => Cow::Borrowed(user),
            Some(user) => {
                Cow::Owned(String::from_utf8_lossy(&lex::percent_decode(user)).into_owned())
            }
        }
    }

    /// The value of a parameter, as written; `None` when it is absent or has no value. Its name
    /// may be escaped in the URI (RFC 4475 §3.1.1.3).
    pub fn param(&self, name: &str) -> Option<&str> {
        self.find_param(name)?
    }

    fn find_param(&self, name: &str) -> Option<Option<&str>> {
        let same = |n: &str| {
            n.eq_ignore_ascii_case(name)
                || n.contains('%') && lex::percent_decode(n).eq_ignore_ascii_case(name.as_bytes())
        };
        self.params.iter().find(|(n, _)| same(n)).map(|(_, v)| v)
    }

    /// Whether the next hop is a loose router (RFC 3261 §19.1.1 `lr`).
    pub fn is_lr(&self) -> bool {
        self.find_param("lr").is_some()
    }

    /// Where to send instead of `host` (RFC 3261 §19.1.1).
    pub fn maddr(&self) -> Option<Host> {
        self.param("maddr").and_then(|h| Host::parse(h).ok())
    }

    /// Whether it is `sips`.
    pub const fn is_secure(&self) -> bool {
        matches!(self.scheme, Scheme::Sips)
    }

    /// Whether it is `sip` or `sips`.
    pub const fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// The value of a header after `?`, unescaped; for Refer-To (RFC 3515, RFC 3891 §3).
    pub fn header(&self, name: &str) -> Option<String> {
        let headers = self.headers.as_deref()?;
        headers.split('&').find_map(|h| {
            let (n, v) = h.split_once('=')?;
            let n = lex::percent_decode(n);
            n.eq_ignore_ascii_case(name.as_bytes())
                .then(|| String::from_utf8_lossy(&lex::percent_decode(v)).into_owned())
        })
    }

    /// Equality by RFC 3261 §19.1.4 (not transitive).
    pub fn equivalent(&self, other: &Uri) -> bool {
        equivalent::equivalent(self, other)
    }

    /// The same without headers and without what may not stand in a Request-URI
    /// (RFC 3261 §19.1.1 table 1, `method`).
    pub fn for_request(&self) -> Uri {
        let mut uri = self.clone();
        uri.headers = None;
        uri.params.remove("method");
        uri
    }
}

impl FromStr for Uri {
    type Err = Invalid;
    fn from_str(s: &str) -> Result<Uri, Invalid> {
        Uri::parse(s.as_bytes())
    }
}

/// Writes text that is meant to be escaped already, and makes sure that it can not end the URI.
fn write_safe(f: &mut fmt::Formatter<'_>, text: &str, more: &[u8]) -> fmt::Result {
    let sound =
        |b: u8| b > b' ' && b < 0x7f && !matches!(b, b'<' | b'>' | b'"') && !more.contains(&b);
    if text.bytes().all(sound) {
        return f.write_str(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for b in text.bytes() {
        if sound(b) {
            out.push(char::from(b));
        } else {
            lex::push_escaped(&mut out, b);
        }
    }
    f.write_str(&out)
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.as_str())?;
        f.write_str(":")?;
        if !self.is_sip() {
            write_safe(f, self.user.as_deref().unwrap_or_default(), b"")?;
            return write_safe(f, self.params.as_str(), b"");
        }
        if let Some(user) = &self.user {
            write_safe(f, user, b"@:")?;
            if let Some(password) = &self.password {
                f.write_str(":")?;
                write_safe(f, password, b"@")?;
            }
            f.write_str("@")?;
        }
        match &self.host {
            Host::Name(name) => write_safe(f, name, b"@:;?/")?,
            Host::V4(_) | Host::V6(_) => fmt::Display::fmt(&self.host, f)?,
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write_safe(f, self.params.as_str(), b"?@")?;
        if let Some(headers) = &self.headers {
            f.write_str("?")?;
            write_safe(f, headers, b"@")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uri {
    /// Without user and password: they are a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.as_str())?;
        f.write_str(":")?;
        if self.user.is_some() {
            f.write_str("…@")?;
        }
        fmt::Display::fmt(&self.host, f)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        Ok(())
    }
}
