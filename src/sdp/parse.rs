//! A tolerant, bounded reader of SDP (RFC 8866).
//!
//! Tolerant: any line end, blank lines, unknown lines and attributes, missing `o=`, `s=` and
//! `t=`, bytes that are not UTF-8 in lines that do not matter. Strict where a wrong guess
//! would send media astray: media lines, addresses, payload types.

use std::net::IpAddr;

use super::plan::Direction;
use super::web::Attributes;
use super::{MAX_BODY, Refusal};

const MAX_LINES: usize = 1000;
const MAX_MEDIA: usize = 16;
const MAX_FORMATS: usize = 64;
const MAX_ATTRIBUTES: usize = 64;
const MAX_TOKEN: usize = 64;

/// What a `c=` line (or `a=rtcp`) names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Ip(IpAddr),
    HostName,
}

impl Connection {
    /// `IN IP4 192.0.2.1`, with or without a TTL behind it.
    fn parse(value: &str) -> Option<Connection> {
        let mut words = value.split_ascii_whitespace();
        let net = words.next()?;
        let family = words.next()?;
        let address = words.next()?.split('/').next()?;
        if !net.eq_ignore_ascii_case("IN") {
            return None;
        }
        let ip = match address.parse::<IpAddr>() {
            Ok(ip) => ip,
            Err(_) => return Some(Connection::HostName),
        };
        let fits = match ip {
            IpAddr::V4(_) => family.eq_ignore_ascii_case("IP4"),
            IpAddr::V6(_) => family.eq_ignore_ascii_case("IP6"),
        };
        fits.then_some(Connection::Ip(ip))
    }
}

/// One `a=rtpmap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RtpMap<'a> {
    pub payload_type: u8,
    pub encoding: &'a str,
    pub clock_rate: u32,
    pub channels: u32,
}

/// One `m=` line and what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Media<'a> {
    pub kind: &'a str,
    pub port: u16,
    pub protocol: &'a str,
    pub formats: Vec<&'a str>,
    pub connection: Option<Connection>,
    pub direction: Option<Direction>,
    pub rtpmaps: Vec<RtpMap<'a>>,
    pub cryptos: Vec<&'a str>,
    pub max_ptime: Option<u32>,
    pub rtcp: Option<(u16, Option<Connection>)>,
    pub rtcp_mux: bool,
    pub web: Attributes<'a>,
}

impl<'a> Media<'a> {
    fn parse(value: &'a str) -> Result<Media<'a>, Refusal> {
        let bad = Refusal::Malformed("media line");
        let mut words = value.split_ascii_whitespace();
        let kind = words.next().filter(|w| is_token(w)).ok_or(bad)?;
        let port = words.next().ok_or(bad)?;
        let port = port.split('/').next().unwrap_or(port);
        let port = port.parse().map_err(|_| bad)?;
        let protocol = words.next().filter(|w| is_token(w)).ok_or(bad)?;
        let formats: Vec<_> = words
            .by_ref()
            .take(MAX_FORMATS)
            .filter(|w| is_token(w))
            .collect();
        if words.next().is_some() {
            return Err(Refusal::TooLarge);
        }
        Ok(Media {
            kind,
            port,
            protocol,
            formats,
            connection: None,
            direction: None,
            rtpmaps: Vec::new(),
            cryptos: Vec::new(),
            max_ptime: None,
            rtcp: None,
            rtcp_mux: false,
            web: Attributes::default(),
        })
    }

    pub(super) fn is_audio(&self) -> bool {
        self.kind.eq_ignore_ascii_case("audio")
    }

    fn attribute(&mut self, name: &str, value: &'a str) -> Result<(), Refusal> {
        match name {
            "rtpmap" if self.rtpmaps.len() < MAX_ATTRIBUTES => {
                self.rtpmaps.extend(rtpmap(value));
            }
            "crypto" if self.cryptos.len() < MAX_ATTRIBUTES => self.cryptos.push(value),
            "rtpmap" | "crypto" => return Err(Refusal::TooLarge),
            "maxptime" => {
                // Some write fractions (RFC 8866 §6.5 does not).
                let whole = value.trim().split('.').next().unwrap_or_default();
                self.max_ptime = whole.parse().ok();
            }
            "rtcp" => {
                let mut parts = value.trim().splitn(2, ' ');
                let port = parts.next().and_then(|p| p.parse().ok());
                self.rtcp = port.map(|p| (p, parts.next().and_then(Connection::parse)));
            }
            "rtcp-mux" => self.rtcp_mux = true,
            other => match direction(other) {
                Some(d) => self.direction = Some(d),
                None => self.web.read(other, value),
            },
        }
        Ok(())
    }
}

/// What is put into an answer as it came must not be able to break lines.
fn is_token(word: &str) -> bool {
    word.len() <= MAX_TOKEN && word.bytes().all(|b| b.is_ascii_graphic())
}

fn direction(name: &str) -> Option<Direction> {
    match name {
        "sendrecv" => Some(Direction::SendRecv),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::RecvOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    }
}

fn rtpmap(value: &str) -> Option<RtpMap<'_>> {
    let (payload_type, rest) = value.trim().split_once(|c: char| c.is_ascii_whitespace())?;
    let payload_type = payload_type.parse().ok().filter(|p| *p < 128)?;
    let mut parts = rest.trim().split('/');
    let encoding = parts.next()?.trim();
    let clock_rate = parts.next()?.trim().parse().ok()?;
    let channels = match parts.next() {
        Some(c) => c.trim().parse().ok()?,
        None => 1,
    };
    Some(RtpMap {
        payload_type,
        encoding,
        clock_rate,
        channels,
    })
}

/// A whole description.
#[derive(Clone, Debug, Default)]
pub(super) struct Description<'a> {
    pub connection: Option<Connection>,
    pub direction: Option<Direction>,
    /// The first `t=` line's value, if it is two numbers.
    pub timing: Option<&'a str>,
    /// What holds for all lines.
    pub web: Attributes<'a>,
    pub media: Vec<Media<'a>>,
}

impl Description<'_> {
    /// The address of a media line: its own, else the session's (RFC 8866 §5.7).
    pub(super) fn connection_of(&self, media: &Media<'_>) -> Option<Connection> {
        media.connection.or(self.connection)
    }

    /// What a browser says of a media line, or for all of them.
    pub(super) fn web_of<'d>(&'d self, media: &Media<'d>) -> Attributes<'d> {
        media.web.or(self.web)
    }

    /// The direction of a media line: its own, else the session's, else both ways.
    pub(super) fn direction_of(&self, media: &Media<'_>) -> Direction {
        media
            .direction
            .or(self.direction)
            .unwrap_or(Direction::SendRecv)
    }
}

/// Reads a body.
///
/// # Errors
/// [`Refusal::Malformed`] or [`Refusal::TooLarge`].
pub(super) fn parse(body: &[u8]) -> Result<Description<'_>, Refusal> {
    if body.len() > MAX_BODY {
        return Err(Refusal::TooLarge);
    }
    let mut description = Description::default();
    let mut version_seen = false;
    let mut lines = body
        .split(|b| *b == b'\n' || *b == b'\r')
        .filter(|l| !l.is_empty());
    for line in lines.by_ref().take(MAX_LINES) {
        // The type is one letter with `=` right behind it; other lines are noise.
        let &[kind, b'=', ref value @ ..] = line else {
            continue;
        };
        let Ok(value) = std::str::from_utf8(value) else {
            if kind == b'm' {
                return Err(Refusal::Malformed("media line"));
            }
            continue;
        };
        if kind == b'v' {
            if value.trim() != "0" {
                return Err(Refusal::Malformed("version"));
            }
            version_seen = true;
        }
        read_line(&mut description, kind, value)?;
    }
    if lines.next().is_some() {
        return Err(Refusal::TooLarge);
    }
    if !version_seen {
        return Err(Refusal::Malformed("no version line"));
    }
    Ok(description)
}

fn read_line<'a>(d: &mut Description<'a>, kind: u8, value: &'a str) -> Result<(), Refusal> {
    match kind {
        b'm' => {
            if d.media.len() == MAX_MEDIA {
                return Err(Refusal::TooLarge);
            }
            d.media.push(Media::parse(value)?);
        }
        b'c' => {
            let c = Connection::parse(value);
            match d.media.last_mut() {
                // Only the first counts; several are for layered multicast.
                Some(m) => m.connection = m.connection.or(c),
                None => d.connection = d.connection.or(c),
            }
        }
        b't' if d.timing.is_none() => {
            let plain = value.len() <= MAX_TOKEN
                && value.split(' ').count() == 2
                && value
                    .split(' ')
                    .all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
            d.timing = plain.then_some(value);
        }
        b'a' => {
            let (name, value) = value.split_once(':').unwrap_or((value, ""));
            let name = name.trim();
            match d.media.last_mut() {
                Some(m) => m.attribute(name, value)?,
                None => match direction(name) {
                    Some(direction) => d.direction = Some(direction),
                    None => d.web.read(name, value),
                },
            }
        }
        _ => {}
    }
    Ok(())
}
