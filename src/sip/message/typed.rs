//! Header fields as types. Nothing is kept: each call reads the bytes anew.

use super::Method;
use super::addr::NameAddr;
use super::auth::AuthParams;
use super::error::{HeaderError, Invalid};
use super::headers::Headers;
use super::lex;
use super::name::HeaderName;
use super::values::{
    CSeq, Contacts, MediaType, RAck, Replaces, SessionExpires, TokenParams, call_id_text,
    delta_and_params, retry_after,
};
use super::via::Via;

/// The most values of one list header that a getter reads; more are malformed.
pub const MOST_VALUES: usize = 64;

/// A typed header: present, absent, or malformed.
type Maybe<T> = Result<Option<T>, HeaderError>;

fn malformed(name: &HeaderName) -> impl Fn(Invalid) -> HeaderError + '_ {
    |Invalid(reason)| HeaderError::Malformed {
        name: name.clone(),
        reason,
    }
}

impl Headers {
    fn must<T>(
        &self,
        name: HeaderName,
        parse: impl Fn(&[u8]) -> Result<T, Invalid>,
    ) -> Result<T, HeaderError> {
        match self.raw(&name) {
            Some(value) => parse(value).map_err(malformed(&name)),
            None => Err(HeaderError::Missing(name)),
        }
    }

    fn may<T>(&self, name: HeaderName, parse: impl Fn(&[u8]) -> Result<T, Invalid>) -> Maybe<T> {
        self.raw(&name)
            .map(|value| parse(value).map_err(malformed(&name)))
            .transpose()
    }

    fn list<T>(
        &self,
        name: HeaderName,
        parse: impl Fn(&[u8]) -> Result<T, Invalid>,
    ) -> Result<Vec<T>, HeaderError> {
        let mut out = Vec::new();
        for value in self.values(name.clone()) {
            if out.len() == MOST_VALUES {
                return Err(malformed(&name)(Invalid("too many values")));
            }
            out.push(parse(value).map_err(malformed(&name))?);
        }
        Ok(out)
    }

    fn tokens(&self, name: HeaderName) -> Vec<String> {
        self.values(name)
            .filter(|v| lex::is_token(v))
            .take(MOST_VALUES)
            .map(|v| String::from_utf8_lossy(v).into_owned())
            .collect()
    }

    /// The first value of the first Via: the last hop.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        match self.values(HeaderName::Via).next() {
            Some(value) => Via::parse(value).map_err(malformed(&HeaderName::Via)),
            None => Err(HeaderError::Missing(HeaderName::Via)),
        }
    }

    /// All Via values, last hop first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.list(HeaderName::Via, Via::parse)
    }

    /// From.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        self.must(HeaderName::From, NameAddr::parse)
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        self.must(HeaderName::To, NameAddr::parse)
    }

    /// Call-ID.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        match self.raw(&HeaderName::CallId) {
            Some(value) => call_id_text(value).map_err(malformed(&HeaderName::CallId)),
            None => Err(HeaderError::Missing(HeaderName::CallId)),
        }
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        self.must(HeaderName::CSeq, CSeq::parse)
    }

    /// Max-Forwards; `None` when absent (RFC 2543 clients; RFC 3261 §16.3 step 3 lets it pass).
    pub fn max_forwards(&self) -> Maybe<u8> {
        self.may(HeaderName::MaxForwards, |v| {
            lex::number(v)
                .and_then(|n| u8::try_from(n).ok())
                .ok_or(Invalid("number of hops"))
        })
    }

    /// Contact: `*` or the addresses (none when absent). `*` beside others is malformed.
    pub fn contacts(&self) -> Result<Contacts, HeaderError> {
        let mut values = self.values(HeaderName::Contact);
        if values.any(|v| v == b"*") {
            if self.values(HeaderName::Contact).count() == 1 {
                return Ok(Contacts::Star);
            }
            return Err(malformed(&HeaderName::Contact)(Invalid("* beside others")));
        }
        self.list(HeaderName::Contact, NameAddr::parse)
            .map(Contacts::Addresses)
    }

    fn route_values(&self, name: HeaderName) -> Result<Vec<NameAddr>, HeaderError> {
        self.list(name, |v| {
            // RFC 3261 §20.34: name-addr, never a bare URI.
            if !v.contains(&b'<') {
                return Err(Invalid("route without angle brackets"));
            }
            NameAddr::parse(v)
        })
    }

    /// Route, next hop first.
    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.route_values(HeaderName::Route)
    }

    /// Record-Route in the order of the message.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.route_values(HeaderName::RecordRoute)
    }

    /// Path (RFC 3327), in the order of the message.
    pub fn paths(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.route_values(HeaderName::Path)
    }

    /// Service-Route (RFC 3608).
    pub fn service_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.route_values(HeaderName::ServiceRoute)
    }

    /// Content-Type.
    pub fn content_type(&self) -> Maybe<MediaType> {
        self.may(HeaderName::ContentType, MediaType::parse)
    }

    /// Content-Disposition; no value stands for `session` with SDP (RFC 3261 §20.11).
    pub fn content_disposition(&self) -> Maybe<TokenParams> {
        self.may(HeaderName::ContentDisposition, TokenParams::parse)
    }

    /// Content-Length in bytes. Parsing takes it out of the headers of a whole message, so
    /// that this is for heads that were read otherwise.
    pub fn content_length(&self) -> Maybe<u64> {
        self.may(HeaderName::ContentLength, |v| {
            lex::number(v).ok_or(Invalid("number of bytes"))
        })
    }

    fn seconds(&self, name: HeaderName) -> Maybe<u32> {
        self.may(name, |v| lex::number_u32(v).ok_or(Invalid("seconds")))
    }

    /// Expires in seconds. A malformed value may be taken for the default (RFC 3261 §10.3
    /// step 7, RFC 4475 §3.1.2.4).
    pub fn expires(&self) -> Maybe<u32> {
        self.seconds(HeaderName::Expires)
    }

    /// Min-Expires in seconds.
    pub fn min_expires(&self) -> Maybe<u32> {
        self.seconds(HeaderName::MinExpires)
    }

    /// Session-Expires (RFC 4028 §4).
    pub fn session_expires(&self) -> Maybe<SessionExpires> {
        self.may(HeaderName::SessionExpires, SessionExpires::parse)
    }

    /// Min-SE in seconds (RFC 4028 §5).
    pub fn min_se(&self) -> Maybe<u32> {
        self.may(HeaderName::MinSe, |v| delta_and_params(v).map(|(s, _)| s))
    }

    /// RSeq (RFC 3262 §7.1).
    pub fn rseq(&self) -> Maybe<u32> {
        self.may(HeaderName::RSeq, |v| {
            lex::number_u32(v).ok_or(Invalid("response number"))
        })
    }

    /// RAck (RFC 3262 §7.2).
    pub fn rack(&self) -> Maybe<RAck> {
        self.may(HeaderName::RAck, RAck::parse)
    }

    /// The option tags of Require.
    pub fn require(&self) -> Vec<String> {
        self.tokens(HeaderName::Require)
    }

    /// The option tags of Proxy-Require.
    pub fn proxy_require(&self) -> Vec<String> {
        self.tokens(HeaderName::ProxyRequire)
    }

    /// The option tags of Supported.
    pub fn supported(&self) -> Vec<String> {
        self.tokens(HeaderName::Supported)
    }

    /// Whether Supported or Require names `option`.
    pub fn supports(&self, option: &str) -> bool {
        self.values(HeaderName::Supported)
            .chain(self.values(HeaderName::Require))
            .any(|v| v.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// Whether Require names `option`.
    pub fn requires(&self, option: &str) -> bool {
        self.values(HeaderName::Require)
            .any(|v| v.eq_ignore_ascii_case(option.as_bytes()))
    }

    /// The methods of Allow; what is no method is passed over.
    pub fn allow(&self) -> Vec<Method> {
        self.values(HeaderName::Allow)
            .take(MOST_VALUES)
            .filter_map(Method::new)
            .collect()
    }

    /// Retry-After in seconds.
    pub fn retry_after(&self) -> Maybe<u32> {
        self.may(HeaderName::RetryAfter, retry_after)
    }

    /// Refer-To (RFC 3515 §2.1).
    pub fn refer_to(&self) -> Maybe<NameAddr> {
        self.may(HeaderName::ReferTo, NameAddr::parse)
    }

    /// Referred-By (RFC 3892).
    pub fn referred_by(&self) -> Maybe<NameAddr> {
        self.may(HeaderName::ReferredBy, NameAddr::parse)
    }

    /// Replaces (RFC 3891).
    pub fn replaces(&self) -> Maybe<Replaces> {
        self.may(HeaderName::Replaces, Replaces::parse)
    }

    /// Reason values (RFC 3326): `SIP;cause=200;text="…"`.
    pub fn reason(&self) -> Result<Vec<TokenParams>, HeaderError> {
        self.list(HeaderName::Reason, TokenParams::parse)
    }

    /// P-Asserted-Identity (RFC 3325 §9.1): a SIP and a tel URI at most. To be believed only
    /// from a trusted peer.
    pub fn p_asserted_identity(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.list(HeaderName::PAssertedIdentity, NameAddr::parse)
    }

    /// User-to-User (RFC 7433), first value as it came.
    pub fn user_to_user(&self) -> Option<&str> {
        let value = self.values(HeaderName::UserToUser).next()?;
        std::str::from_utf8(value).ok()
    }

    /// Event (RFC 6665 §8.2.1).
    pub fn event(&self) -> Maybe<TokenParams> {
        self.may(HeaderName::Event, TokenParams::parse)
    }

    /// Subscription-State (RFC 6665 §8.2.3).
    pub fn subscription_state(&self) -> Maybe<TokenParams> {
        self.may(HeaderName::SubscriptionState, TokenParams::parse)
    }

    /// All credentials or challenges of one header (Authorization, WWW-Authenticate …); each
    /// is read by itself, so that one that is broken does not hide the others.
    pub fn auth(
        &self,
        name: impl Into<HeaderName>,
    ) -> impl Iterator<Item = Result<AuthParams, HeaderError>> {
        let name = name.into();
        let again = name.clone();
        self.fields(name)
            .take(MOST_VALUES)
            .map(move |v| AuthParams::parse(v).map_err(malformed(&again)))
    }

    /// Authentication-Info (RFC 7616 §3.5).
    pub fn authentication_info(&self) -> Maybe<AuthParams> {
        self.may(HeaderName::AuthenticationInfo, AuthParams::parse_info)
    }
}
