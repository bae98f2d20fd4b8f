//! Via (RFC 3261 §20.42).

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use super::error::Invalid;
use super::lex;
use super::params::Params;
use super::uri::{self, Host};
use crate::sip::flow::Transport;

/// What a branch of RFC 3261 begins with (§8.1.1.7).
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// One hop's Via.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP`, `TLS`, `WSS` …, in the case in which it came.
    pub transport: Cow<'static, str>,
    /// Sent-by: whither the sender wants responses.
    pub host: Host,
    /// Sent-by: the port, when one is written.
    pub port: Option<u16>,
    /// `branch`, `received`, `rport` …
    pub params: Params,
}

impl Via {
    /// Our own Via: transport, sent-by and branch, `rport` asked for (RFC 3581).
    pub fn new(transport: Transport, host: Host, port: Option<u16>, branch: &str) -> Via {
        let mut params = Params::new();
        params.set("branch", Some(branch));
        params.set("rport", None);
        Via {
            transport: Cow::Borrowed(transport.via_word()),
            host,
            port,
            params,
        }
    }

    /// Reads one value.
    pub fn parse(value: &[u8]) -> Result<Via, Invalid> {
        let (name, rest) = lex::split_once(value, b'/').ok_or(Invalid("protocol"))?;
        let (version, rest) = lex::split_once(rest, b'/').ok_or(Invalid("protocol"))?;
        // Of the version only the form counts: a 505 must find its way back (RFC 4475 §3.1.2.16).
        if !lex::trim(name).eq_ignore_ascii_case(b"SIP") || !lex::is_token(lex::trim(version)) {
            return Err(Invalid("protocol"));
        }
        let rest = lex::trim_start(rest);
        let end = rest
            .iter()
            .position(|b| matches!(b, b' ' | b'\t'))
            .ok_or(Invalid("sent-by"))?;
        let (transport, rest) = rest.split_at(end);
        if !lex::is_token(transport) {
            return Err(Invalid("transport"));
        }
        let transport = match transport {
            b"UDP" => Cow::Borrowed("UDP"),
            b"TCP" => Cow::Borrowed("TCP"),
            b"TLS" => Cow::Borrowed("TLS"),
            b"WS" => Cow::Borrowed("WS"),
            b"WSS" => Cow::Borrowed("WSS"),
            other => Cow::Owned(String::from_utf8_lossy(other).into_owned()),
        };
        let end = lex::find(rest, b';').unwrap_or(rest.len());
        let (sent_by, params) = rest.split_at(end);
        let (host, port) = sent_by_parts(lex::trim(sent_by))?;
        let params = Params::parse(params)?;
        params.once(&["branch", "received", "rport", "maddr"])?;
        Ok(Via {
            transport,
            host,
            port,
            params,
        })
    }

    /// The branch: the transaction's name.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch")
    }

    /// The branch, when it is unique by the rules of RFC 3261 §8.1.1.7: the cookie and more.
    /// Otherwise the request is matched as in RFC 2543 (§17.2.3).
    pub fn unique_branch(&self) -> Option<&str> {
        let branch = self.branch()?;
        let (cookie, rest) = branch.split_at_checked(MAGIC_COOKIE.len())?;
        (cookie.eq_ignore_ascii_case(MAGIC_COOKIE) && !rest.is_empty()).then_some(branch)
    }

    /// `rport`: `None` absent, `Some(None)` asked for, `Some(Some(port))` filled in (RFC 3581).
    /// A malformed value counts as asked for.
    pub fn rport(&self) -> Option<Option<u16>> {
        self.params
            .contains("rport")
            .then(|| self.params.get("rport").and_then(|p| p.parse().ok()))
    }

    /// The address that the next hop saw; brackets around IPv6 are optional (RFC 5118 §4.5).
    pub fn received(&self) -> Option<IpAddr> {
        Host::parse(self.params.get("received")?).ok()?.ip()
    }

    /// `maddr`.
    pub fn maddr(&self) -> Option<Host> {
        Host::parse(self.params.get("maddr")?).ok()
    }

    /// What a server notes on the top Via of a request: `received` always when `rport` was
    /// asked for, or when sent-by differs (RFC 3261 §18.2.1, RFC 3581 §4).
    pub fn note_source(&mut self, source: std::net::SocketAddr) {
        let wants_rport = self.rport().is_some();
        if wants_rport {
            self.params.set("rport", Some(&source.port().to_string()));
        }
        if wants_rport || self.host.ip() != Some(source.ip()) {
            self.params.set("received", Some(&source.ip().to_string()));
        }
    }
}

/// Host and port, blanks allowed around the colon.
fn sent_by_parts(s: &[u8]) -> Result<(Host, Option<u16>), Invalid> {
    let host_end = if s.first() == Some(&b'[') {
        lex::find(s, b']').ok_or(Invalid("sent-by"))? + 1
    } else {
        lex::find(s, b':').unwrap_or(s.len())
    };
    let (host, rest) = s.split_at(host_end);
    let host = uri::parse_host(lex::trim(host)).map_err(|_| Invalid("sent-by"))?;
    match lex::trim_start(rest) {
        [] => Ok((host, None)),
        [b':', port @ ..] => Ok((host, Some(uri::parse_port(lex::trim(port))?))),
        _ => Err(Invalid("sent-by")),
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}
