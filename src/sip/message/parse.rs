//! Reading a message.

use std::borrow::Cow;

use bytes::Bytes;

use super::addr::NameAddr;
use super::error::{HeaderError, ParseError, ParseErrorKind};
use super::headers::Headers;
use super::lex;
use super::name::HeaderName;
use super::status::reason_phrase;
use super::uri::Uri;
use super::via::Via;
use super::wire::{self, Field, Fields, Next};
use super::{Head, Limits, Message, Method, Request, Response};

/// What a start line says.
enum Start {
    Request(Method, Uri),
    Response(u16, Cow<'static, str>),
}

pub(super) fn message(bytes: &Bytes, limits: &Limits) -> Result<(Message, Head), ParseError> {
    let at = leading_line_ends(bytes);
    let (line_end, after_line) = match wire::line(bytes, at) {
        Some(found) => found,
        None => return Err(ParseError::silent(ParseErrorKind::NotSip)),
    };
    let start_line = bytes.get(at..line_end).unwrap_or_default();
    let is_response = start_line
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case(b"SIP/"));
    if !is_response && !wire::looks_like_request(start_line) {
        return Err(ParseError::silent(ParseErrorKind::NotSip));
    }
    let result = if bytes.len() > limits.message {
        Err(ParseErrorKind::TooLarge)
    } else {
        whole(bytes, start_line, after_line, is_response, limits)
    };
    result.map_err(|kind| {
        if is_response {
            ParseError::silent(kind)
        } else {
            wire::answer(bytes, start_line, after_line, kind, limits)
        }
    })
}

/// Empty lines before the start line are to be ignored (RFC 3261 §7.5).
fn leading_line_ends(bytes: &[u8]) -> usize {
    let mut at = 0;
    while bytes.get(at..at + 2) == Some(b"\r\n") {
        at += 2;
    }
    at
}

fn start(line: &[u8], is_response: bool, limits: &Limits) -> Result<Start, ParseErrorKind> {
    if is_response {
        return response_line(line);
    }
    // Exactly one blank on either side of the Request-URI (RFC 3261 §7.1).
    let (method, rest) = lex::split_once(line, b' ').ok_or(ParseErrorKind::StartLine)?;
    let method = Method::new(method).ok_or(ParseErrorKind::StartLine)?;
    let (uri, version) = lex::split_once(rest, b' ').ok_or(ParseErrorKind::StartLine)?;
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Err(match is_version(version) {
            true => ParseErrorKind::Version,
            false => ParseErrorKind::StartLine,
        });
    }
    if uri.len() > limits.uri {
        return Err(ParseErrorKind::UriTooLong);
    }
    let uri = Uri::parse(uri).map_err(|e| ParseErrorKind::RequestUri(e.0))?;
    if uri.headers.is_some() {
        // RFC 3261 §19.1.5: not in a Request-URI; RFC 4475 §3.1.2.11.
        return Err(ParseErrorKind::RequestUri("headers"));
    }
    Ok(Start::Request(method, uri))
}

/// `SIP/` digits `.` digits.
fn is_version(s: &[u8]) -> bool {
    let digits = |d: &[u8]| !d.is_empty() && d.iter().all(u8::is_ascii_digit);
    s.get(4..)
        .and_then(|v| lex::split_once(v, b'.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}

fn response_line(line: &[u8]) -> Result<Start, ParseErrorKind> {
    let (version, rest) = lex::split_once(line, b' ').ok_or(ParseErrorKind::StartLine)?;
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Err(ParseErrorKind::Version);
    }
    // The blank before an empty reason may be missing.
    let (code, reason) = lex::split_once(rest, b' ').unwrap_or((rest, b""));
    if code.len() != 3 {
        return Err(ParseErrorKind::StartLine);
    }
    let status = lex::number(code)
        .and_then(|n| u16::try_from(n).ok())
        .filter(|s| (100..700).contains(s))
        .ok_or(ParseErrorKind::StartLine)?;
    if reason.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        return Err(ParseErrorKind::StartLine);
    }
    let usual = reason_phrase(status);
    let reason = if reason == usual.as_bytes() {
        Cow::Borrowed(usual)
    } else {
        let text = String::from_utf8_lossy(reason);
        Cow::Owned(text.replace(|c: char| c.is_ascii_control(), " "))
    };
    Ok(Start::Response(status, reason))
}

fn whole(
    bytes: &Bytes,
    start_line: &[u8],
    head: usize,
    is_response: bool,
    limits: &Limits,
) -> Result<(Message, Head), ParseErrorKind> {
    let start = start(start_line, is_response, limits)?;
    let mut headers = Headers::with_capacity(16);
    let mut fields = Fields { bytes, at: head };
    let mut seen: u32 = 0;
    let mut length = None;
    let body_at = loop {
        match fields.next()? {
            Next::End(at) => break at,
            Next::Field(Field { name, value }) => {
                let bit = name.once_bit();
                if seen & bit != 0 {
                    return Err(ParseErrorKind::Repeated(name));
                }
                seen |= bit;
                if name == HeaderName::ContentLength {
                    length = Some(wire::number_of_bytes(&value)?);
                    continue;
                }
                if headers.len() == limits.headers {
                    return Err(ParseErrorKind::TooLarge);
                }
                headers.push_wire(name, value);
            }
        }
        if fields.at > limits.head {
            return Err(ParseErrorKind::TooLarge);
        }
    };
    let here = bytes.len() - body_at;
    let length = match length {
        None => here,
        Some(length) => usize::try_from(length)
            .ok()
            .filter(|&length| length <= here)
            .ok_or(ParseErrorKind::BodyTooShort)?,
    };
    let body = bytes.slice(body_at..body_at + length);
    let (via, from, to) = mandatory(&headers)?;
    let cseq = headers.cseq()?;
    let head = Head {
        via,
        from,
        to,
        cseq: cseq.seq,
    };
    let message = match start {
        Start::Request(method, uri) => {
            if cseq.method != method {
                return Err(ParseErrorKind::CSeqMethod);
            }
            headers.max_forwards()?;
            Message::Request(Request {
                method,
                uri,
                headers,
                body,
            })
        }
        Start::Response(status, reason) => Message::Response(Response {
            status,
            reason,
            headers,
            body,
        }),
    };
    Ok((message, head))
}

/// What every message must have, in a form that can be worked with (RFC 3261 §8.1.1).
fn mandatory(headers: &Headers) -> Result<(Via, NameAddr, NameAddr), HeaderError> {
    let read = (headers.top_via()?, headers.from()?, headers.to()?);
    headers.call_id()?;
    Ok(read)
}
