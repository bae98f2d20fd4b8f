//! Header lines as they stand in the bytes, shared by whole messages and streams; and the
//! answer to what can not be taken.

use std::borrow::Cow;

use bytes::Bytes;

use super::addr::NameAddr;
use super::error::{HeaderError, ParseError, ParseErrorKind};
use super::headers::Headers;
use super::lex;
use super::name::HeaderName;
use super::status::reason_phrase;
use super::via::Via;
use super::write::with_tag;
use super::{Limits, Method, Response};

/// Whether a start line may begin with `b`: that of a method or of `SIP/2.0`.
pub(in crate::sip) const fn may_begin(b: u8) -> bool {
    lex::is_token_byte(b)
}

/// Content-Length of a whole head, start line included; `None` when there is none. Broken
/// lines are passed over: reading the message finds them.
pub(in crate::sip) fn content_length(head: &[u8]) -> Result<Option<u64>, ParseErrorKind> {
    let head = Bytes::copy_from_slice(head);
    let Some((_, at)) = line(&head, 0) else {
        return Ok(None);
    };
    let mut fields = Fields { bytes: &head, at };
    let mut length = None;
    loop {
        let before = fields.at;
        match fields.next() {
            Ok(Next::End(_)) => return Ok(length),
            Ok(Next::Field(Field { name, value })) => {
                if name != HeaderName::ContentLength {
                    continue;
                }
                if length.is_some() {
                    return Err(ParseErrorKind::Repeated(name));
                }
                length = Some(number_of_bytes(&value)?);
            }
            Err(_) if fields.at == before => return Ok(length),
            Err(_) => {}
        }
    }
}

/// The value of Content-Length.
pub(super) fn number_of_bytes(value: &[u8]) -> Result<u64, HeaderError> {
    lex::number(value).ok_or(HeaderError::Malformed {
        name: HeaderName::ContentLength,
        reason: "number of bytes",
    })
}

/// The refusal of what begins with `head`, of which a part may be missing.
pub(in crate::sip) fn refuse(head: &Bytes, kind: ParseErrorKind, limits: &Limits) -> ParseError {
    match line(head, 0) {
        Some((end, after)) => {
            let start = head.get(..end).unwrap_or_default();
            if looks_like_request(start) {
                answer(head, start, after, kind, limits)
            } else {
                ParseError::silent(kind)
            }
        }
        None => ParseError::silent(kind),
    }
}

/// The line that begins at `at`: where it ends, and where the next begins. `None` when no
/// CRLF follows.
pub(super) fn line(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
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
pub(super) fn looks_like_request(line: &[u8]) -> bool {
    let line = lex::trim(line);
    line.rsplit(|&b| b == b' ')
        .next()
        .and_then(|word| word.get(..4))
        .is_some_and(|s| s.eq_ignore_ascii_case(b"SIP/"))
}

/// One header line with its folds: name, value, and where the next line begins.
pub(super) struct Field {
    pub(super) name: HeaderName,
    pub(super) value: Bytes,
}

/// The header fields from `at` on, one by one.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a Bytes,
    pub(super) at: usize,
}

pub(super) enum Next {
    Field(Field),
    /// The empty line; the body begins here.
    End(usize),
}

impl Fields<'_> {
    pub(super) fn next(&mut self) -> Result<Next, ParseErrorKind> {
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
            if memchr::memchr2(b'\r', b'\n', value).is_some() {
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

/// The answer to a malformed request, from as much of it as can be read.
pub(super) fn answer(
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
    if out.top_via().is_err()
        && let Some(top) = sent_by(&out)
    {
        // Whither to answer can be read, if nothing else (RFC 4475 §3.1.2.1).
        out.set(HeaderName::Via, top);
    }
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

/// The top Via without its parameters, if that much is sound.
fn sent_by(headers: &Headers) -> Option<Bytes> {
    let top = headers.values(HeaderName::Via).next()?;
    let end = lex::find(top, b';')?;
    let sent_by = top.get(..end)?;
    Via::parse(sent_by).ok()?;
    Some(Bytes::copy_from_slice(sent_by))
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
