//! Reading URIs.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Host, Scheme, Uri};
use crate::sip::message::error::Invalid;
use crate::sip::message::lex;
use crate::sip::message::params::Params;

/// `unreserved` and `user-unreserved` (RFC 3261 §25.1).
pub(super) const fn is_user_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' // mark
                | b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/'
        )
}

/// The user part or password in escaped form. What the grammar wants escaped and is harmless
/// (`#` in `*21#`, letters beyond ASCII) is taken and escaped; blanks, quotes and brackets,
/// and a `%` without two hex digits are refused.
fn userinfo(s: &[u8]) -> Result<Box<str>, Invalid> {
    let mut out = String::with_capacity(s.len());
    for (i, &b) in s.iter().enumerate() {
        match b {
            b'%' if s.get(i + 1..).and_then(lex::hex_pair).is_some() => out.push('%'),
            b'%' | 0..=b' ' | 0x7f | b'"' | b'<' | b'>' => return Err(Invalid("user part")),
            b if is_user_byte(b) => out.push(char::from(b)),
            b => lex::push_escaped(&mut out, b),
        }
    }
    Ok(out.into())
}

/// Scheme and what follows its colon.
fn scheme(s: &[u8]) -> Result<(Scheme, &[u8]), Invalid> {
    let (name, rest) = lex::split_once(s, b':').ok_or(Invalid("URI without a scheme"))?;
    let scheme = if name.eq_ignore_ascii_case(b"sip") {
        Scheme::Sip
    } else if name.eq_ignore_ascii_case(b"sips") {
        Scheme::Sips
    } else if name.eq_ignore_ascii_case(b"tel") {
        Scheme::Tel
    } else {
        let sound = name.first().is_some_and(u8::is_ascii_alphabetic)
            && name
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        match std::str::from_utf8(name) {
            Ok(name) if sound => Scheme::Other(name.to_ascii_lowercase().into()),
            Ok(_) | Err(_) => return Err(Invalid("scheme")),
        }
    };
    Ok((scheme, rest))
}

/// An IPv6 address. RFC 3261's grammar led some to write three colons before an embedded IPv4
/// address; that must be tolerated (RFC 5118 §4.10).
fn v6(text: &str) -> Option<Ipv6Addr> {
    text.parse().ok().or_else(|| {
        let (head, v4) = text.split_once(":::")?;
        v4.parse::<Ipv4Addr>().ok()?;
        format!("{head}::{v4}").parse().ok()
    })
}

/// A host without port: a name, an IPv4 address, or an IPv6 address in brackets.
pub(in crate::sip::message) fn host(s: &[u8]) -> Result<Host, Invalid> {
    let text = std::str::from_utf8(s).map_err(|_| Invalid("host"))?;
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(Invalid("IPv6 address"))?;
        return v6(inner).map(Host::V6).ok_or(Invalid("IPv6 address"));
    }
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if s.is_empty() || !s.iter().copied().all(sound) {
        return Err(Invalid("host"));
    }
    if s.last().is_some_and(u8::is_ascii_digit)
        && let Ok(v4) = text.parse()
    {
        return Ok(Host::V4(v4));
    }
    Ok(Host::Name(text.into()))
}

/// A port: 1 to 5 digits, not above 65535. 0 is taken, for it is in the grammar.
pub(in crate::sip::message) fn port(s: &[u8]) -> Result<u16, Invalid> {
    lex::number(s)
        .and_then(|n| u16::try_from(n).ok())
        .ok_or(Invalid("port"))
}

/// `host [":" port]` without blanks.
fn host_port(s: &[u8]) -> Result<(Host, Option<u16>), Invalid> {
    let colon = match lex::find(s, b']') {
        Some(end) if s.first() == Some(&b'[') => match s.get(end + 1) {
            None => None,
            Some(b':') => Some(end + 1),
            Some(_) => return Err(Invalid("host")),
        },
        Some(_) | None => lex::find(s, b':'),
    };
    match colon {
        None => Ok((host(s)?, None)),
        Some(at) => {
            let (name, rest) = s.split_at(at);
            Ok((host(name)?, Some(port(rest.get(1..).unwrap_or_default())?)))
        }
    }
}

fn text(s: &[u8]) -> Result<Box<str>, Invalid> {
    if !s
        .iter()
        .all(|&b| b > b' ' && b < 0x7f && !matches!(b, b'<' | b'>' | b'"'))
    {
        return Err(Invalid("URI"));
    }
    std::str::from_utf8(s)
        .map(Box::from)
        .map_err(|_| Invalid("URI"))
}

pub(super) fn uri(s: &[u8]) -> Result<Uri, Invalid> {
    let (scheme, rest) = scheme(s)?;
    match scheme {
        Scheme::Sip | Scheme::Sips => sip(scheme, rest),
        Scheme::Tel => tel(rest),
        Scheme::Other(_) => {
            if rest.is_empty() {
                return Err(Invalid("URI"));
            }
            Ok(Uri {
                scheme,
                user: Some(text(rest)?),
                password: None,
                host: Host::Name("".into()),
                port: None,
                params: Params::new(),
                headers: None,
            })
        }
    }
}

fn tel(s: &[u8]) -> Result<Uri, Invalid> {
    let end = lex::find(s, b';').unwrap_or(s.len());
    let (number, params) = s.split_at(end);
    let sound = |b: u8| {
        b.is_ascii_hexdigit() || matches!(b, b'+' | b'*' | b'#' | b'-' | b'.' | b'(' | b')')
    };
    if number.is_empty() || !number.iter().copied().all(sound) {
        return Err(Invalid("telephone number"));
    }
    Ok(Uri {
        scheme: Scheme::Tel,
        user: Some(text(number)?),
        password: None,
        host: Host::Name("".into()),
        port: None,
        params: Params::parse_uri(params)?,
        headers: None,
    })
}

fn sip(scheme: Scheme, s: &[u8]) -> Result<Uri, Invalid> {
    // `@` stands nowhere else unescaped; `;` and `?` may stand in the user part.
    let (user, password, rest) = match lex::split_once(s, b'@') {
        None => (None, None, s),
        Some((info, rest)) => {
            let (user, password) = match lex::split_once(info, b':') {
                Some((user, password)) => (user, Some(userinfo(password)?)),
                None => (info, None),
            };
            if user.is_empty() {
                return Err(Invalid("user part"));
            }
            (Some(userinfo(user)?), password, rest)
        }
    };
    let (rest, headers) = match lex::split_once(rest, b'?') {
        Some((rest, headers)) => (rest, Some(self::headers(headers)?)),
        None => (rest, None),
    };
    let end = lex::find(rest, b';').unwrap_or(rest.len());
    let (hostport, params) = rest.split_at(end);
    let (host, port) = host_port(hostport)?;
    Ok(Uri {
        scheme,
        user,
        password,
        host,
        port,
        params: Params::parse_uri(params)?,
        headers,
    })
}

fn headers(s: &[u8]) -> Result<Box<str>, Invalid> {
    let sound = |(i, &b): (usize, &u8)| match b {
        b'%' => s.get(i + 1..).and_then(lex::hex_pair).is_some(),
        b'@' => false,
        _ => true,
    };
    if s.is_empty() || !s.iter().enumerate().all(sound) {
        return Err(Invalid("URI headers"));
    }
    text(s)
}
