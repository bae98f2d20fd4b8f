//! The smaller typed header values.

use std::fmt;

use super::Method;
use super::addr::NameAddr;
use super::error::Invalid;
use super::lex;
use super::params::Params;

/// CSeq (RFC 3261 §20.16): numbers the requests of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// The number; fits 32 bits, or the header is malformed.
    pub seq: u32,
    /// The method.
    pub method: Method,
}

impl CSeq {
    /// Reads the value.
    pub fn parse(value: &[u8]) -> Result<CSeq, Invalid> {
        let (seq, method) = word(value);
        Ok(CSeq {
            seq: lex::number_u32(seq).ok_or(Invalid("sequence number"))?,
            method: Method::new(lex::trim(method)).ok_or(Invalid("method"))?,
        })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.method)
    }
}

/// RAck (RFC 3262 §7.2): which reliable response a PRACK acknowledges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RAck {
    /// The response's RSeq.
    pub rseq: u32,
    /// The CSeq of the request that it answered.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads the value.
    pub fn parse(value: &[u8]) -> Result<RAck, Invalid> {
        let (rseq, rest) = word(value);
        Ok(RAck {
            rseq: lex::number_u32(rseq).ok_or(Invalid("response number"))?,
            cseq: CSeq::parse(rest)?,
        })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}

/// The first word and the rest.
fn word(value: &[u8]) -> (&[u8], &[u8]) {
    let value = lex::trim(value);
    let end = value
        .iter()
        .position(|b| matches!(b, b' ' | b'\t'))
        .unwrap_or(value.len());
    value.split_at(end)
}

/// Who refreshes a session (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// The client of the request.
    Uac,
    /// The server.
    Uas,
}

/// Session-Expires (RFC 4028 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// Seconds without a refresh after which the session is over.
    pub delta: u32,
    /// Who refreshes, when it is said.
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    /// Reads the value.
    pub fn parse(value: &[u8]) -> Result<SessionExpires, Invalid> {
        let (delta, params) = delta_and_params(value)?;
        let refresher = match params.get("refresher") {
            None => None,
            Some(r) if r.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(r) if r.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return Err(Invalid("refresher")),
        };
        Ok(SessionExpires { delta, refresher })
    }
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.delta)?;
        match self.refresher {
            None => Ok(()),
            Some(Refresher::Uac) => f.write_str(";refresher=uac"),
            Some(Refresher::Uas) => f.write_str(";refresher=uas"),
        }
    }
}

/// Seconds, then parameters: Session-Expires, Min-SE.
pub(crate) fn delta_and_params(value: &[u8]) -> Result<(u32, Params), Invalid> {
    let end = lex::find(value, b';').unwrap_or(value.len());
    let (delta, params) = value.split_at(end);
    let delta = lex::number_u32(lex::trim(delta)).ok_or(Invalid("seconds"))?;
    Ok((delta, Params::parse(params)?))
}

/// Seconds of Retry-After; a comment and parameters may follow (RFC 3261 §20.33).
pub(crate) fn retry_after(value: &[u8]) -> Result<u32, Invalid> {
    let end = value
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(value.len());
    let (delta, rest) = value.split_at(end);
    match lex::trim(rest) {
        [] | [b';' | b'(', ..] => lex::number_u32(delta).ok_or(Invalid("seconds")),
        _ => Err(Invalid("seconds")),
    }
}

/// The values of Contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// `*`: all bindings (RFC 3261 §10.2.2).
    Star,
    /// Addresses; empty when there is no Contact.
    Addresses(Vec<NameAddr>),
}

impl Contacts {
    /// The first address: a dialog's remote target.
    pub fn first(&self) -> Option<&NameAddr> {
        match self {
            Contacts::Star => None,
            Contacts::Addresses(list) => list.first(),
        }
    }
}

/// Replaces (RFC 3891 §6.1): the dialog that an INVITE takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaces {
    /// The Call-ID of that dialog.
    pub call_id: String,
    /// Its tag at the receiver of this header.
    pub to_tag: String,
    /// Its tag at the other side.
    pub from_tag: String,
    /// Only if the dialog is still early.
    pub early_only: bool,
}

impl Replaces {
    /// Reads the value (unescaped, when it stood in a URI).
    pub fn parse(value: &[u8]) -> Result<Replaces, Invalid> {
        let end = lex::find(value, b';').ok_or(Invalid("dialog"))?;
        let (call_id, params) = value.split_at(end);
        let call_id = call_id_text(lex::trim(call_id))?;
        let params = Params::parse(params)?;
        let tag = |name| params.get(name).map(str::to_owned).ok_or(Invalid("tag"));
        Ok(Replaces {
            call_id: call_id.to_owned(),
            to_tag: tag("to-tag")?,
            from_tag: tag("from-tag")?,
            early_only: params.contains("early-only"),
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut params = Params::new();
        params.set("to-tag", Some(&self.to_tag));
        params.set("from-tag", Some(&self.from_tag));
        if self.early_only {
            params.set("early-only", None);
        }
        write!(f, "{}{params}", self.call_id)
    }
}

/// A Call-ID: printable ASCII without blanks; beyond `word ["@" word]` we do not look.
pub(crate) fn call_id_text(value: &[u8]) -> Result<&str, Invalid> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_graphic) {
        return Err(Invalid("Call-ID"));
    }
    std::str::from_utf8(value).map_err(|_| Invalid("Call-ID"))
}

/// A token with parameters: Reason, Event, Subscription-State, Content-Type,
/// Content-Disposition, User-to-User.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenParams {
    /// What stands before the first `;`, as it came.
    pub token: String,
    /// The parameters.
    pub params: Params,
}

impl TokenParams {
    /// Reads one value.
    pub fn parse(value: &[u8]) -> Result<TokenParams, Invalid> {
        let value = lex::trim(value);
        let end = if value.first() == Some(&b'"') {
            lex::quoted_end(value).ok_or(Invalid("quoted string without an end"))?
        } else {
            lex::find(value, b';').unwrap_or(value.len())
        };
        let (token, params) = value.split_at(end);
        let token = lex::trim(token);
        if token.is_empty() {
            return Err(Invalid("value"));
        }
        Ok(TokenParams {
            token: String::from_utf8_lossy(token).into_owned(),
            params: Params::parse(params)?,
        })
    }

    /// Whether the token is `name`, without regard to case.
    pub fn is(&self, name: &str) -> bool {
        self.token.eq_ignore_ascii_case(name)
    }
}

/// Content-Type (RFC 3261 §20.15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// `application` …, in lower case.
    pub kind: String,
    /// `sdp` …, in lower case.
    pub subtype: String,
    /// `boundary` and others.
    pub params: Params,
}

impl MediaType {
    /// Reads the value.
    pub fn parse(value: &[u8]) -> Result<MediaType, Invalid> {
        let end = lex::find(value, b';').unwrap_or(value.len());
        let (essence, params) = value.split_at(end);
        let (kind, subtype) = lex::split_once(essence, b'/').ok_or(Invalid("media type"))?;
        let part = |s: &[u8]| {
            let s = lex::trim(s);
            lex::is_token(s)
                .then(|| String::from_utf8_lossy(s).to_ascii_lowercase())
                .ok_or(Invalid("media type"))
        };
        Ok(MediaType {
            kind: part(kind)?,
            subtype: part(subtype)?,
            params: Params::parse(params)?,
        })
    }

    /// Whether it is `kind/subtype` (given in lower case).
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }
}
