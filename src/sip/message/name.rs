//! Names of header fields: known ones by number, compact forms included.

use std::fmt;

use bytes::Bytes;

use super::lex;

macro_rules! header_names {
    ($($variant:ident $text:literal $lower:literal $(| $compact:literal)?;)*) => {
        /// The name of a header field (RFC 3261 §7.3, §20). Case does not matter.
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub enum HeaderName {
            $(
                #[doc = concat!("`", $text, "`")]
                $variant,
            )*
            /// Any other name.
            Other(OtherName),
        }

        impl HeaderName {
            /// The name in its usual spelling (an unknown one as it came).
            pub fn as_str(&self) -> &str {
                match self {
                    $(HeaderName::$variant => $text,)*
                    HeaderName::Other(name) => name.as_str(),
                }
            }

            fn known(lower: &[u8]) -> Option<HeaderName> {
                match lower {
                    $($lower $(| $compact)? => Some(HeaderName::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

header_names! {
    Via "Via" b"via" | b"v";
    From "From" b"from" | b"f";
    To "To" b"to" | b"t";
    CallId "Call-ID" b"call-id" | b"i";
    CSeq "CSeq" b"cseq";
    MaxForwards "Max-Forwards" b"max-forwards";
    Contact "Contact" b"contact" | b"m";
    Route "Route" b"route";
    RecordRoute "Record-Route" b"record-route";
    ContentType "Content-Type" b"content-type" | b"c";
    ContentLength "Content-Length" b"content-length" | b"l";
    ContentEncoding "Content-Encoding" b"content-encoding" | b"e";
    ContentDisposition "Content-Disposition" b"content-disposition";
    ContentLanguage "Content-Language" b"content-language";
    Accept "Accept" b"accept";
    AcceptContact "Accept-Contact" b"accept-contact" | b"a";
    AcceptEncoding "Accept-Encoding" b"accept-encoding";
    AcceptLanguage "Accept-Language" b"accept-language";
    AlertInfo "Alert-Info" b"alert-info";
    Allow "Allow" b"allow";
    AllowEvents "Allow-Events" b"allow-events" | b"u";
    AuthenticationInfo "Authentication-Info" b"authentication-info";
    Authorization "Authorization" b"authorization";
    CallInfo "Call-Info" b"call-info";
    Date "Date" b"date";
    Diversion "Diversion" b"diversion";
    ErrorInfo "Error-Info" b"error-info";
    Event "Event" b"event" | b"o";
    Expires "Expires" b"expires";
    FlowTimer "Flow-Timer" b"flow-timer";
    HistoryInfo "History-Info" b"history-info";
    Identity "Identity" b"identity" | b"y";
    InReplyTo "In-Reply-To" b"in-reply-to";
    MimeVersion "MIME-Version" b"mime-version";
    MinExpires "Min-Expires" b"min-expires";
    MinSe "Min-SE" b"min-se";
    Organization "Organization" b"organization";
    PAssertedIdentity "P-Asserted-Identity" b"p-asserted-identity";
    PPreferredIdentity "P-Preferred-Identity" b"p-preferred-identity";
    Path "Path" b"path";
    Priority "Priority" b"priority";
    Privacy "Privacy" b"privacy";
    ProxyAuthenticate "Proxy-Authenticate" b"proxy-authenticate";
    ProxyAuthorization "Proxy-Authorization" b"proxy-authorization";
    ProxyRequire "Proxy-Require" b"proxy-require";
    RAck "RAck" b"rack";
    Reason "Reason" b"reason";
    ReferSub "Refer-Sub" b"refer-sub";
    ReferTo "Refer-To" b"refer-to" | b"r";
    ReferredBy "Referred-By" b"referred-by" | b"b";
    RejectContact "Reject-Contact" b"reject-contact" | b"j";
    Replaces "Replaces" b"replaces";
    ReplyTo "Reply-To" b"reply-to";
    RequestDisposition "Request-Disposition" b"request-disposition" | b"d";
    Require "Require" b"require";
    RetryAfter "Retry-After" b"retry-after";
    RSeq "RSeq" b"rseq";
    Server "Server" b"server";
    ServiceRoute "Service-Route" b"service-route";
    SessionExpires "Session-Expires" b"session-expires" | b"x";
    SipEtag "SIP-ETag" b"sip-etag";
    SipIfMatch "SIP-If-Match" b"sip-if-match";
    Subject "Subject" b"subject" | b"s";
    SubscriptionState "Subscription-State" b"subscription-state";
    Supported "Supported" b"supported" | b"k";
    Timestamp "Timestamp" b"timestamp";
    Unsupported "Unsupported" b"unsupported";
    UserAgent "User-Agent" b"user-agent";
    UserToUser "User-to-User" b"user-to-user";
    Warning "Warning" b"warning";
    WwwAuthenticate "WWW-Authenticate" b"www-authenticate";
}

/// Longest known name.
const LONGEST: usize = 20;

impl HeaderName {
    /// A known name in any case or in its compact form.
    pub(crate) fn lookup(name: &[u8]) -> Option<HeaderName> {
        let mut lower = [0u8; LONGEST];
        let lower = lower.get_mut(..name.len())?;
        for (to, from) in lower.iter_mut().zip(name) {
            *to = from.to_ascii_lowercase();
        }
        HeaderName::known(lower)
    }

    /// The name that stands in `bytes`, a slice of a message; `None` when it is no `token`.
    pub(crate) fn from_wire(name: Bytes) -> Option<HeaderName> {
        match HeaderName::lookup(&name) {
            Some(known) => Some(known),
            None if lex::is_token(&name) => Some(HeaderName::Other(OtherName(name))),
            None => None,
        }
    }

    /// Whether values may be joined by commas (RFC 3261 §7.3.1). Digest headers are not:
    /// commas separate their parameters.
    pub const fn is_list(&self) -> bool {
        matches!(
            self,
            HeaderName::Via
                | HeaderName::Contact
                | HeaderName::Route
                | HeaderName::RecordRoute
                | HeaderName::ContentEncoding
                | HeaderName::ContentLanguage
                | HeaderName::Accept
                | HeaderName::AcceptContact
                | HeaderName::AcceptEncoding
                | HeaderName::AcceptLanguage
                | HeaderName::AlertInfo
                | HeaderName::Allow
                | HeaderName::AllowEvents
                | HeaderName::CallInfo
                | HeaderName::Diversion
                | HeaderName::ErrorInfo
                | HeaderName::HistoryInfo
                | HeaderName::InReplyTo
                | HeaderName::PAssertedIdentity
                | HeaderName::PPreferredIdentity
                | HeaderName::Path
                | HeaderName::ProxyRequire
                | HeaderName::Reason
                | HeaderName::RejectContact
                | HeaderName::RequestDisposition
                | HeaderName::Require
                | HeaderName::ServiceRoute
                | HeaderName::Supported
                | HeaderName::Unsupported
                | HeaderName::UserToUser
                | HeaderName::Warning
        )
    }

    /// A bit per header that may stand only once in a message and on which we rely; 0 for all
    /// others.
    pub(crate) const fn once_bit(&self) -> u32 {
        match self {
            HeaderName::From => 1,
            HeaderName::To => 1 << 1,
            HeaderName::CallId => 1 << 2,
            HeaderName::CSeq => 1 << 3,
            HeaderName::MaxForwards => 1 << 4,
            HeaderName::ContentLength => 1 << 5,
            HeaderName::ContentType => 1 << 6,
            HeaderName::Expires => 1 << 7,
            HeaderName::MinExpires => 1 << 8,
            HeaderName::SessionExpires => 1 << 9,
            HeaderName::MinSe => 1 << 10,
            HeaderName::RSeq => 1 << 11,
            HeaderName::RAck => 1 << 12,
            HeaderName::ReferTo => 1 << 13,
            HeaderName::Replaces => 1 << 14,
            HeaderName::Event => 1 << 15,
            HeaderName::SubscriptionState => 1 << 16,
            _ => 0,
        }
    }
}

impl From<&str> for HeaderName {
    /// Known names and compact forms are recognised. Characters that no name may have become
    /// `-`, so that no text can begin a line of its own.
    fn from(name: &str) -> HeaderName {
        if let Some(known) = HeaderName::lookup(name.as_bytes()) {
            return known;
        }
        let safe: Vec<u8> = name
            .bytes()
            .map(|b| if lex::is_token_byte(b) { b } else { b'-' })
            .collect();
        HeaderName::Other(OtherName(Bytes::from(if safe.is_empty() {
            b"-".to_vec()
        } else {
            safe
        })))
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is not among the known; always a `token`. Compares without regard to case.
#[derive(Clone)]
pub struct OtherName(Bytes);

impl OtherName {
    /// The name as it came.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("-")
    }
}

impl PartialEq for OtherName {
    fn eq(&self, other: &OtherName) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for OtherName {}

impl std::hash::Hash for OtherName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        for b in &self.0 {
            state.write_u8(b.to_ascii_lowercase());
        }
    }
}
