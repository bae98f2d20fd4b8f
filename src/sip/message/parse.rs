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
use super::write::with_tag;
use super::{Limits, Message, Method, Request, Response};

/// What a start line says.
enum Start {
    Request(Method, Uri),
    Response(u16, Cow<'static, str>),
}

pub(super) fn message(bytes: &Bytes, limits: &Limits) -> Result<Message, ParseError> {
    let at = leading_line_ends(bytes);
    let (line_end, after_line) = match line(bytes, at) {
        Some(found) => found,
        None => return Err(ParseError::silent(ParseErrorKind::NotSip)),
    };
    let start_line = bytes.get(at..line_end).unwrap_or_default();
    let is_response = start_line
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case(b"SIP/"));
    if !is_response && !looks_like_request(start_line) {
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
            answer(bytes, start_line, after_line, kind, limits)
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

/// The line that begins at `at`: where it ends, and where the next begins. `None` when no
/// CRLF follows.
fn line(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut from = at;
    loop {
        let lf = from + lex::find(bytes.get(from..)?, b'\n')?;
        if lf > at && bytes.get(lf - 1) == Some(&b'\r') {
            return Some((lf - 1, lf + 1));
        }
        from = lf + 1;
    }
}

/// Three words, of which the last begins with `SIP/`: enough to owe the sender an answer.
fn looks_like_request(line: &[u8]) -> bool {
    let line = lex::trim(line);
    line.rsplit(|&b| b == b' ')
        .next()
        .and_then(|word| word.get(..4))
        .is_some_and(|s| s.eq_ignore_ascii_case(b"SIP/"))
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
        Cow::Owned(String::from_utf8_lossy(reason).into_owned())
    };
    Ok(Start::Response(status, reason))
}

/// One header line with its folds: name, value, and where the next line begins.
struct Field {
    name: HeaderName,
    value: Bytes,
}

/// The header fields from `at` on, one by one.
struct Fields<'a> {
    bytes: &'a Bytes,
    at: usize,
}

enum Next {
    Field(Field),
    /// The empty line; the body begins here.
    End(usize),
}

impl Fields<'_> {
    fn next(&mut self) -> Result<Next, ParseErrorKind> {
        let bytes: &[u8] = self.bytes;
        let begin = self.at;
        let (mut end, mut after) = line(bytes, begin).ok_or(ParseErrorKind::NoEndOfHead)?;
        if end == begin {
            return Ok(Next::End(after));
        }
        let mut folded = false;
        while let Some(b' ' | b'\t') = bytes.get(after) {
            folded = true;
            (end, after) = line(bytes, after).ok_or(ParseErrorKind::NoEndOfHead)?;
        }
        self.at = after;
        let whole = bytes.get(begin..end).unwrap_or_default();
        let colon = lex::find(whole, b':').ok_or(ParseErrorKind::HeaderLine)?;
        let (name, value) = whole.split_at(colon);
        // Blanks (and folds) may stand before the colon, not before the name.
        let name_len = name
            .iter()
            .position(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .unwrap_or(name.len());
        let (name, gap) = name.split_at(name_len);
        if !gap
            .iter()
            .all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
        {
            return Err(ParseErrorKind::HeaderLine);
        }
        let name = match HeaderName::lookup(name) {
            Some(name) => name,
            None => HeaderName::from_wire(self.bytes.slice(begin..begin + name_len))
                .ok_or(ParseErrorKind::HeaderLine)?,
        };
        let value = value.get(1..).unwrap_or_default();
        let value = if folded {
            unfold(value)?
        } else {
            if value.iter().any(|b| matches!(b, b'\r' | b'\n')) {
                return Err(ParseErrorKind::HeaderLine);
            }
            let trimmed = lex::trim(value);
            if trimmed.is_empty() {
                Bytes::new()
            } else {
                self.bytes.slice_ref(trimmed)
            }
        };
        Ok(Next::Field(Field { name, value }))
    }
}

/// A folded value in one line: each fold is one blank (RFC 3261 §7.3.1).
fn unfold(value: &[u8]) -> Result<Bytes, ParseErrorKind> {
    let mut out: Vec<u8> = Vec::with_capacity(value.len());
    let mut rest = value;
    loop {
        let Some(at) = lex::find(rest, b'\n') else {
            out.extend_from_slice(rest);
            break;
        };
        let line = rest.get(..at).unwrap_or_default();
        let line = line.strip_suffix(b"\r").ok_or(ParseErrorKind::HeaderLine)?;
        out.extend_from_slice(line);
        while let Some(b' ' | b'\t') = out.last() {
            out.pop();
        }
        out.push(b' ');
        rest = lex::trim_start(rest.get(at + 1..).unwrap_or_default());
    }
    if out.contains(&b'\r') {
        return Err(ParseErrorKind::HeaderLine);
    }
    Ok(Bytes::copy_from_slice(lex::trim(&out)))
}

fn whole(
    bytes: &Bytes,
    start_line: &[u8],
    head: usize,
    is_response: bool,
    limits: &Limits,
) -> Result<Message, ParseErrorKind> {
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
                    length = Some(lex::number(&value).ok_or(HeaderError::Malformed {
                        name,
                        reason: "number of bytes",
                    })?);
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
    mandatory(&headers)?;
    let cseq = headers.cseq()?;
    Ok(match start {
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
    })
}

/// What every message must have, in a form that can be worked with (RFC 3261 §8.1.1).
fn mandatory(headers: &Headers) -> Result<(), HeaderError> {
    headers.top_via()?;
    headers.from()?;
    headers.to()?;
    headers.call_id()?;
    Ok(())
}

/// The answer to a malformed request, from as much of it as can be read.
fn answer(
    bytes: &Bytes,
    start_line: &[u8],
    head: usize,
    kind: ParseErrorKind,
    limits: &Limits,
) -> ParseError {
    let word = lex::trim_start(start_line);
    let end = lex::find(word, b' ').unwrap_or(word.len());
    let method = word.get(..end).and_then(Method::new);
    let headers = readable(bytes, head, limits);
    let acks = |h: &Headers| h.cseq().is_ok_and(|c| c.method == Method::Ack);
    let response = (method != Some(Method::Ack) && !acks(&headers) && headers.top_via().is_ok())
        .then(|| {
            let status = kind.status();
            let reason = if status == 400 {
                // RFC 3261 §21.4.1: the phrase should say what is wrong.
                Cow::Owned(format!("Bad Request: {kind}"))
            } else {
                Cow::Borrowed(reason_phrase(status))
            };
            Response {
                status,
                reason,
                headers: tagged(headers),
                body: Bytes::new(),
            }
        });
    ParseError::answered(kind, method, response)
}

/// Via in full and the first From, To, Call-ID and CSeq, in the order of a response; broken
/// lines are passed over.
fn readable(bytes: &Bytes, head: usize, limits: &Limits) -> Headers {
    let mut found = Headers::new();
    let mut fields = Fields { bytes, at: head };
    let mut lines = 0;
    loop {
        let before = fields.at;
        lines += 1;
        if lines > limits.headers || fields.at > limits.head {
            break;
        }
        match fields.next() {
            Ok(Next::End(_)) => break,
            Ok(Next::Field(Field { name, value })) => found.push_wire(name, value),
            Err(_) if fields.at == before => break, // no further line
            Err(_) => {}
        }
    }
    let mut out = Headers::new();
    out.copy_from(&found, &HeaderName::Via);
    for name in [
        HeaderName::From,
        HeaderName::To,
        HeaderName::CallId,
        HeaderName::CSeq,
    ] {
        if let Some(value) = found.get_bytes(name.clone()) {
            out.push_wire(name, value);
        }
    }
    out
}

/// With a tag in To that is the same each time the request comes (RFC 3261 §8.2.7).
fn tagged(mut headers: Headers) -> Headers {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325; // FNV-1a: no secret is needed here
    for h in &headers {
        for &b in h.value() {
            hash = (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let to = headers.get_bytes(HeaderName::To);
    if let Some(to) = to
        && NameAddr::parse(&to).is_ok()
    {
        headers.set(HeaderName::To, with_tag(&to, &format!("{hash:016x}")));
    }
    headers
}
