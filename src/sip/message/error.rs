//! What can be wrong with a message, and the answer to it.

use super::{HeaderName, Method, Response};

/// A value that breaks its grammar; says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {0}")]
pub struct Invalid(pub &'static str);

/// Why a typed header could not be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A header that every message has is not there.
    #[error("missing {0} header field")]
    Missing(HeaderName),
    /// The header is there and breaks its grammar.
    #[error("malformed {name} header field: {reason}")]
    Malformed {
        /// Which header.
        name: HeaderName,
        /// Which part of it.
        reason: &'static str,
    },
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// Neither a request nor a response: no start line of SIP.
    #[error("not a SIP message")]
    NotSip,
    /// The start line breaks its grammar.
    #[error("malformed start line")]
    StartLine,
    /// A version other than 2.0.
    #[error("version not supported")]
    Version,
    /// The Request-URI breaks its grammar.
    #[error("malformed Request-URI: {0}")]
    RequestUri(&'static str),
    /// The Request-URI is longer than [`super::Limits::uri`].
    #[error("Request-URI too long")]
    UriTooLong,
    /// A header line breaks its grammar.
    #[error("malformed header line")]
    HeaderLine,
    /// The head has no end.
    #[error("no empty line after the header")]
    NoEndOfHead,
    /// More bytes or header fields than [`super::Limits`] allows.
    #[error("message too large")]
    TooLarge,
    /// A header field that may stand once stands again.
    #[error("repeated {0} header field")]
    Repeated(HeaderName),
    /// A mandatory header field is missing or malformed.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The method of CSeq is not that of the request line.
    #[error("CSeq method does not match the request method")]
    CSeqMethod,
    /// The body ends before Content-Length says.
    #[error("body shorter than Content-Length")]
    BodyTooShort,
}

impl ParseErrorKind {
    /// The status that RFC 3261 §21.4 and RFC 4475 §3 suggest.
    pub const fn status(&self) -> u16 {
        match self {
            ParseErrorKind::Version => 505,
            ParseErrorKind::UriTooLong => 414,
            ParseErrorKind::TooLarge => 513,
            ParseErrorKind::NotSip
            | ParseErrorKind::StartLine
            | ParseErrorKind::RequestUri(_)
            | ParseErrorKind::HeaderLine
            | ParseErrorKind::NoEndOfHead
            | ParseErrorKind::Repeated(_)
            | ParseErrorKind::Header(_)
            | ParseErrorKind::CSeqMethod
            | ParseErrorKind::BodyTooShort => 400,
        }
    }
}

/// A message that can not be taken, and the answer to it where one is due.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// The method, when the message was a request and it could be read.
    pub method: Option<Method>,
    response: Option<Box<Response>>,
}

impl ParseError {
    pub(crate) const fn silent(kind: ParseErrorKind) -> ParseError {
        ParseError {
            kind,
            method: None,
            response: None,
        }
    }

    pub(crate) fn answered(
        kind: ParseErrorKind,
        method: Option<Method>,
        response: Option<Response>,
    ) -> ParseError {
        ParseError {
            kind,
            method,
            response: response.map(Box::new),
        }
    }

    /// The status that suits.
    pub const fn status(&self) -> u16 {
        self.kind.status()
    }

    /// The answer to a malformed request, to be sent by the rules of RFC 3261 §18.2.2 (its top
    /// Via can be read; `received` and `rport` are the sender's to add). `None` where silence
    /// is right: for responses, ACK, and whatever is too broken to answer.
    pub fn response(&self) -> Option<Response> {
        self.response.as_deref().cloned()
    }
}
