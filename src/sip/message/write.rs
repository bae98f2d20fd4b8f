//! Building messages and writing them.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};

use super::headers::Headers;
use super::name::HeaderName;
use super::status::reason_phrase;
use super::uri::Uri;
use super::{Message, Method, Request, Response};

impl Request {
    /// A request without header fields and body.
    pub const fn new(method: Method, uri: Uri) -> Request {
        Request {
            method,
            uri,
            headers: Headers::new(),
            body: Bytes::new(),
        }
    }

    /// The bytes to send; Content-Length is added.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(room(&self.headers, &self.body));
        let uri = self.uri.to_string();
        out.put_slice(self.method.as_str().as_bytes());
        out.put_u8(b' ');
        out.put_slice(uri.as_bytes());
        out.put_slice(b" SIP/2.0\r\n");
        finish(out, &self.headers, &self.body)
    }
}

impl Response {
    /// A response to `request` (RFC 3261 §8.2.6): its Via, From, To, Call-ID and CSeq, and for
    /// a 100 its Timestamp. `to_tag` is added to To when that has no tag. Without Record-Route:
    /// see [`Response::copy_record_route`].
    pub fn to_request(request: &Request, status: u16, to_tag: Option<&str>) -> Response {
        let from = &request.headers;
        let mut headers = Headers::with_capacity(8);
        headers.copy_from(from, &HeaderName::Via);
        headers.copy_from(from, &HeaderName::From);
        match to_tag {
            None => headers.copy_from(from, &HeaderName::To),
            Some(tag) => {
                let to = from.raw(&HeaderName::To).unwrap_or_default();
                headers.push_wire(HeaderName::To, with_tag(to, tag));
            }
        }
        headers.copy_from(from, &HeaderName::CallId);
        headers.copy_from(from, &HeaderName::CSeq);
        if status == 100 {
            headers.copy_from(from, &HeaderName::Timestamp);
        }
        Response {
            status,
            reason: Cow::Borrowed(reason_phrase(status)),
            headers,
            body: Bytes::new(),
        }
    }

    /// Copies Record-Route from the request: for responses that make a dialog
    /// (RFC 3261 §12.1.1).
    pub fn copy_record_route(&mut self, request: &Request) {
        self.headers
            .copy_from(&request.headers, &HeaderName::RecordRoute);
    }

    /// The bytes to send; Content-Length is added.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(room(&self.headers, &self.body) + self.reason.len());
        out.put_slice(b"SIP/2.0 ");
        // Three digits, whatever was set.
        let status = self.status.clamp(100, 699);
        for digit in [status / 100, status / 10 % 10, status % 10] {
            out.put_u8(b'0' + (digit % 10) as u8);
        }
        out.put_u8(b' ');
        out.extend(self.reason.bytes().map(|b| if b < b' ' { b' ' } else { b }));
        out.put_slice(b"\r\n");
        finish(out, &self.headers, &self.body)
    }
}

impl Message {
    /// The bytes to send; Content-Length is added.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Message::Request(request) => request.to_bytes(),
            Message::Response(response) => response.to_bytes(),
        }
    }
}

/// `to` with a tag, unless it has one or can not be read.
pub(super) fn with_tag(to: &[u8], tag: &str) -> Bytes {
    let mut out = to.to_vec();
    let mut tag = tag
        .bytes()
        .filter(|&b| super::lex::is_token_byte(b))
        .peekable();
    let wanted = super::addr::NameAddr::parse(to).is_ok_and(|to| to.tag().is_none());
    if wanted && tag.peek().is_some() {
        out.extend_from_slice(b";tag=");
        out.extend(tag);
    }
    Bytes::from(out)
}

fn room(headers: &Headers, body: &Bytes) -> usize {
    let head: usize = headers
        .iter()
        .map(|h| h.name.as_str().len() + h.value().len() + 4)
        .sum();
    head + body.len() + 128
}

fn finish(mut out: BytesMut, headers: &Headers, body: &Bytes) -> Bytes {
    for h in headers {
        if h.name == HeaderName::ContentLength {
            continue;
        }
        out.put_slice(h.name.as_str().as_bytes());
        out.put_slice(b": ");
        out.put_slice(h.value());
        out.put_slice(b"\r\n");
    }
    out.put_slice(b"Content-Length: ");
    out.put_slice(body.len().to_string().as_bytes());
    out.put_slice(b"\r\n\r\n");
    out.put_slice(body);
    out.freeze()
}
