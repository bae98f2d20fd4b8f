//! SIP messages: reading, typed header fields, building, writing (RFC 3261 §7, §19, §20, §25).
//!
//! A parsed message shares the datagram's buffer. Header fields are read as types when they are
//! asked for. What a message must have (start line, version, Via, From, To, Call-ID, CSeq, one
//! Content-Length that fits) is checked by [`Message::parse`]; all else by its getter.

mod addr;
mod auth;
mod error;
mod headers;
mod lex;
mod method;
pub mod multipart;
mod name;
mod params;
mod parse;
mod status;
#[cfg(test)]
mod tests;
mod typed;
mod uri;
mod values;
mod via;
pub(in crate::sip) mod wire;
mod write;

use std::borrow::Cow;

use bytes::Bytes;

pub use addr::NameAddr;
pub use auth::{AuthParams, AuthWriter};
pub use error::{HeaderError, Invalid, ParseError, ParseErrorKind};
pub use headers::{Header, Headers, Values};
pub use lex::ListItems;
pub use method::{Method, OtherMethod};
pub use name::{HeaderName, OtherName};
pub use params::{Iter as ParamsIter, Params};
pub use status::reason_phrase;
pub use typed::MOST_VALUES;
pub use uri::{Host, Scheme, Uri};
pub use values::{
    CSeq, Contacts, MediaType, RAck, Refresher, Replaces, SessionExpires, TokenParams,
};
pub use via::{MAGIC_COOKIE, Via};

/// How much of a message is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole message.
    pub message: usize,
    /// Bytes up to and including the empty line.
    pub head: usize,
    /// Header fields.
    pub headers: usize,
    /// Bytes of a Request-URI.
    pub uri: usize,
}

impl Default for Limits {
    /// 64 KiB, of which 16 KiB head, 128 header fields, 1 KiB Request-URI.
    fn default() -> Limits {
        Limits {
            message: 65_535,
            head: 16 * 1024,
            headers: 128,
            uri: 1024,
        }
    }
}

/// A SIP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request (RFC 3261 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Of whom.
    pub uri: Uri,
    /// The header fields, without Content-Length.
    pub headers: Headers,
    /// The body, exactly as long as Content-Length said.
    pub body: Bytes,
}

/// What every message has (RFC 3261 §8.1.1), as it was read when the message was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last hop.
    pub via: Via,
    /// From.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// The number of the CSeq; its method is that of the request.
    pub cseq: u32,
}

/// A response (RFC 3261 §7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 100–699.
    pub status: u16,
    /// The reason phrase; for people, may be empty.
    pub reason: Cow<'static, str>,
    /// The header fields, without Content-Length.
    pub headers: Headers,
    /// The body, exactly as long as Content-Length said.
    pub body: Bytes,
}

impl Message {
    /// Reads one message: a datagram, or what [`super::framing::StreamFramer`] cut out.
    ///
    /// Bytes beyond Content-Length are dropped (RFC 3261 §18.3); without Content-Length the
    /// body is all that follows the head.
    ///
    /// # Errors
    /// What breaks RFC 3261 or exceeds `limits`. [`ParseError::response`] is the answer, if
    /// one is due.
    pub fn parse(bytes: Bytes, limits: &Limits) -> Result<Message, ParseError> {
        Message::parse_with_head(bytes, limits).map(|(message, _)| message)
    }

    /// The same with what had to be read for it, which need not be read again.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse_with_head(bytes: Bytes, limits: &Limits) -> Result<(Message, Head), ParseError> {
        parse::message(&bytes, limits)
    }

    /// The header fields.
    pub const fn headers(&self) -> &Headers {
        match self {
            Message::Request(request) => &request.headers,
            Message::Response(response) => &response.headers,
        }
    }

    /// The body.
    pub const fn body(&self) -> &Bytes {
        match self {
            Message::Request(request) => &request.body,
            Message::Response(response) => &response.body,
        }
    }
}

impl Response {
    /// 100–199.
    pub const fn is_provisional(&self) -> bool {
        self.status < 200
    }

    /// 200–299.
    pub const fn is_success(&self) -> bool {
        200 <= self.status && self.status < 300
    }
}
