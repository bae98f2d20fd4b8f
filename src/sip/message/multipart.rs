//! The session description in a body that may hold more beside it: bodies of several parts
//! (RFC 2046 §5.1, RFC 5621), as trunks send them with ISUP, a location or XML.

use bytes::Bytes;

use super::error::Invalid;
use super::headers::Headers;
use super::name::HeaderName;
use super::values::MediaType;
use super::wire::{Field, Fields, Next};

/// More parts in one body are refused.
const MOST_PARTS: usize = 16;
/// More header fields in one part are refused.
const MOST_FIELDS: usize = 16;
/// Bytes of the header of one part, its empty line included.
const LARGEST_HEAD: usize = 2048;
/// RFC 2046 §5.1.1.
const LONGEST_BOUNDARY: usize = 70;
/// A body of several parts may hold one more such body, and no further.
const DEEPEST: usize = 2;

/// One part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its header fields, often none.
    pub headers: Headers,
    /// What it holds. Shares the message's buffer.
    pub body: Bytes,
}

/// Why the body of a request can not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Its parts can not be told apart: 400.
    #[error(transparent)]
    Malformed(#[from] Invalid),
    /// It is compressed or the like: 415 with Accept-Encoding.
    #[error("content encoding not supported")]
    Encoding,
    /// It is no session description, or has a part that is none and has to be understood:
    /// 415 with Accept (RFC 3261 §8.2.3, RFC 5621 §6).
    #[error("media type not supported")]
    Type,
}

/// The session description in the body of a request; `None` when there is no body, or only
/// one that may be ignored.
///
/// Beside a session description, parts that do not say how to handle them are ignored too:
/// the RFC's default is to refuse the call because of them, which serves nobody.
///
/// # Errors
/// What the request is to be refused for.
pub fn session_description(headers: &Headers, body: &Bytes) -> Result<Option<Bytes>, BodyError> {
    if body.is_empty() {
        return Ok(None);
    }
    if is_encoded(headers) {
        return Err(BodyError::Encoding);
    }
    let found = look_through(headers, body)?;
    match found {
        Found { required: true, .. } => Err(BodyError::Type),
        Found {
            sdp: None,
            unknown: true,
            ..
        } => Err(BodyError::Type),
        Found { sdp, .. } => Ok(sdp),
    }
}

/// The session description in the body of a response, whatever else stands there: a response
/// can not be refused.
pub fn described_in_response(headers: &Headers, body: &Bytes) -> Option<Bytes> {
    if body.is_empty() || is_encoded(headers) {
        return None;
    }
    if !headers.contains(HeaderName::ContentType) {
        // There has to be one; what else could it be?
        return Some(body.clone());
    }
    look_through(headers, body).ok()?.sdp
}

/// The parts of a body between lines of `--boundary`. What stands before the first and after
/// the last is for mail readers of old.
///
/// # Errors
/// The boundary is none, the closing one is missing, or a bound is exceeded.
pub fn parts(body: &Bytes, boundary: &str) -> Result<Vec<Part>, Invalid> {
    if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
        return Err(Invalid("boundary"));
    }
    let dashed = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut begin = None;
    for at in memchr::memmem::find_iter(body, dashed.as_bytes()) {
        let Some(Delimiter { end, next, closes }) = delimiter(body, at, dashed.len()) else {
            continue;
        };
        if let Some(begin) = begin {
            if parts.len() == MOST_PARTS {
                return Err(Invalid("body: too many parts"));
            }
            // The line end before a boundary belongs to the boundary: a part without header
            // and content may have none of its own.
            parts.push(part(&body.slice(begin..end.max(begin)))?);
        }
        if closes {
            return Ok(parts);
        }
        begin = Some(next);
    }
    Err(Invalid("body: no closing boundary"))
}

/// A line of `--boundary`.
struct Delimiter {
    /// Where what stands before it ends.
    end: usize,
    /// Where the line after it begins.
    next: usize,
    closes: bool,
}

/// What `--boundary`, `length` bytes at `at`, is: `None` when it is but text.
fn delimiter(body: &[u8], at: usize, length: usize) -> Option<Delimiter> {
    let end = match at {
        0 => 0,
        _ => body.get(..at)?.strip_suffix(b"\r\n")?.len(),
    };
    let mut rest = body.get(at + length..)?;
    let closes = rest.starts_with(b"--");
    if closes {
        rest = rest.get(2..)?;
    }
    rest = super::lex::trim_start(rest);
    let after = match rest {
        [b'\r', b'\n', after @ ..] => after,
        [] if closes => rest,
        _ => return None,
    };
    Some(Delimiter {
        end,
        next: body.len() - after.len(),
        closes,
    })
}

fn part(bytes: &Bytes) -> Result<Part, Invalid> {
    let mut headers = Headers::new();
    let head = bytes.slice(..bytes.len().min(LARGEST_HEAD));
    let mut fields = Fields {
        bytes: &head,
        at: 0,
    };
    loop {
        // A part may end with its header: the empty line has gone to the boundary.
        if fields.at == bytes.len() {
            let body = Bytes::new();
            return Ok(Part { headers, body });
        }
        match fields.next() {
            Ok(Next::End(at)) => {
                let body = bytes.slice(at..);
                return Ok(Part { headers, body });
            }
            Ok(Next::Field(Field { name, value })) if headers.len() < MOST_FIELDS => {
                headers.push_wire(name, value);
            }
            Ok(Next::Field(_)) | Err(_) => return Err(Invalid("header of a body part")),
        }
    }
}

/// What a body holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    /// The first session description.
    sdp: Option<Bytes>,
    /// Something unknown has to be understood.
    required: bool,
    /// Something unknown does not say that it may be ignored.
    unknown: bool,
}

fn look_through(headers: &Headers, body: &Bytes) -> Result<Found, Invalid> {
    let mut found = Found::default();
    look(headers, body, 0, &mut found)?;
    Ok(found)
}

fn look(headers: &Headers, body: &Bytes, depth: usize, found: &mut Found) -> Result<(), Invalid> {
    let kind = headers.content_type().ok().flatten();
    let disposition = headers.content_disposition().ok().flatten();
    let handling = disposition.as_ref().and_then(|d| d.params.get("handling"));
    let optional = handling.is_some_and(|h| h.eq_ignore_ascii_case("optional"));
    if let Some(kind) = kind.as_ref().filter(|k| k.kind == "multipart")
        && depth < DEEPEST
    {
        return look_into(kind, body, depth, optional, found);
    }
    // An `early-session` (RFC 3959) is not the session.
    let in_session = disposition.as_ref().is_none_or(|d| d.is("session"));
    let is_sdp = kind.is_some_and(|k| k.is("application", "sdp"));
    if is_sdp && in_session && !is_encoded(headers) {
        found.sdp.get_or_insert_with(|| body.clone());
    } else if handling.is_some_and(|h| h.eq_ignore_ascii_case("required")) {
        found.required = true;
    } else if !optional {
        found.unknown = true;
    }
    Ok(())
}

/// Looks through the parts of a body of several.
fn look_into(
    kind: &MediaType,
    body: &Bytes,
    depth: usize,
    optional: bool,
    found: &mut Found,
) -> Result<(), Invalid> {
    let boundary = kind.params.get_unescaped("boundary");
    let mut inner = Found::default();
    for part in parts(body, boundary.as_deref().unwrap_or(""))? {
        look(&part.headers, &part.body, depth + 1, &mut inner)?;
    }
    // Of alternatives one has to be understood, and of what may be ignored none.
    let lenient = optional || (kind.subtype == "alternative" && inner.sdp.is_some());
    if !lenient {
        found.required |= inner.required;
        found.unknown |= inner.unknown;
    }
    found.sdp = found.sdp.take().or(inner.sdp);
    Ok(())
}

/// Whether the content stands there in another form than its own.
fn is_encoded(headers: &Headers) -> bool {
    let compressed = headers
        .values(HeaderName::ContentEncoding)
        .any(|v| !v.is_empty() && !v.eq_ignore_ascii_case(b"identity"));
    let plain = |v: &[u8]| {
        [&b"binary"[..], b"8bit", b"7bit"]
            .iter()
            .any(|p| v.eq_ignore_ascii_case(p))
    };
    let transferred = headers.get("Content-Transfer-Encoding");
    compressed || transferred.is_some_and(|v| !plain(v))
}
