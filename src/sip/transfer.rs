//! Transfer: REFER (RFC 3515), Replaces in Refer-To (RFC 3891), and the implicit
//! subscription whose NOTIFYs tell how it goes.

use std::time::Duration;

use bytes::Bytes;

use crate::now::Mono;

/// How long a transfer may take before its subscription ends by itself.
pub const SUBSCRIPTION: Duration = Duration::from_secs(180);

/// What a Refer-To asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferTo {
    /// User part of the URI, unescaped; the whole number of a `tel:` URI.
    pub user: String,
    /// The URI without its headers part.
    pub uri: String,
    /// The Replaces header of the URI, unescaped.
    pub replaces: Option<String>,
}

impl ReferTo {
    /// Reads the URI of a Refer-To header (without angle brackets). `None`: not one that a
    /// call can be placed to, or it asks for another method than INVITE.
    pub fn parse(uri: &str) -> Option<ReferTo> {
        let (base, headers) = match uri.split_once('?') {
            Some((base, headers)) => (base, headers),
            None => (uri, ""),
        };
        let (scheme, rest) = base.split_once(':')?;
        let user = if scheme.eq_ignore_ascii_case("tel") {
            rest.split(';').next().unwrap_or("")
        } else if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
            let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
            // A password has no place here; parameters of the user part (RFC 3966) neither.
            user.split([':', ';']).next().unwrap_or("")
        } else {
            return None;
        };
        let params = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        for param in params.split(';').skip(1) {
            if let Some((name, value)) = param.split_once('=')
                && name.eq_ignore_ascii_case("method")
                && !value.eq_ignore_ascii_case("INVITE")
            {
                return None;
            }
        }
        let user = unescape(user)?;
        if user.is_empty() {
            return None;
        }
        let mut replaces = None;
        for header in headers.split('&') {
            if let Some((name, value)) = header.split_once('=')
                && name.eq_ignore_ascii_case("Replaces")
            {
                replaces = Some(unescape(value)?);
            }
        }
        Some(ReferTo {
            user,
            uri: base.to_owned(),
            replaces,
        })
    }
}

/// Undoes `%hh` (RFC 3261 §19.1.2). `None`: bad escape, control characters or not UTF-8.
fn unescape(s: &str) -> Option<String> {
    let mut out = Vec::with_capacity(s.len());
    let mut bytes = s.bytes();
    while let Some(b) = bytes.next() {
        let b = if b == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()?
        } else {
            b
        };
        if b < b' ' || b == 0x7f {
            return None;
        }
        out.push(b);
    }
    String::from_utf8(out).ok()
}

/// The implicit subscription of a REFER that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// CSeq number of the REFER: the `id` of its Event (RFC 3515 §2.4.6).
    pub id: u32,
    /// `Refer-Sub: false` (RFC 4488): nobody wants NOTIFYs.
    pub silent: bool,
    /// When it ends by itself.
    pub expires_at: Mono,
}

impl Subscription {
    /// Begins with the 202.
    pub fn start(now: Mono, id: u32, silent: bool) -> Subscription {
        Subscription {
            id,
            silent,
            expires_at: now + SUBSCRIPTION,
        }
    }

    /// `Subscription-State` for this progress (RFC 6665 §4.1.3).
    pub fn state(&self, now: Mono, status: u16) -> String {
        if status >= 200 {
            "terminated;reason=noresource".to_owned()
        } else {
            let left = self.expires_at.since(now).as_secs();
            format!("active;expires={left}")
        }
    }

    /// The body: the status line that the transfer's INVITE got (RFC 3420).
    pub fn sipfrag(status: u16, reason: &str) -> Bytes {
        Bytes::from(format!("SIP/2.0 {status} {reason}\r\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refer_to_forms() {
        let plain = ReferTo::parse("sip:200@pbx.example;user=phone").expect("valid");
        assert_eq!(plain.user, "200");
        assert_eq!(plain.replaces, None);
        let attended = ReferTo::parse(
            "sip:anna@192.0.2.4:5062?Replaces=abc%40host%3Bto-tag%3D1%3Bfrom-tag%3D2&X=y",
        )
        .expect("valid");
        assert_eq!(attended.uri, "sip:anna@192.0.2.4:5062");
        assert_eq!(
            attended.replaces.as_deref(),
            Some("abc@host;to-tag=1;from-tag=2")
        );
        assert_eq!(
            ReferTo::parse("tel:+4930901820;phone-context=x").map(|r| r.user),
            Some("+4930901820".to_owned())
        );
    }

    #[test]
    fn refer_to_that_is_no_call() {
        for bad in [
            "",
            "sip",
            "http://example.com/",
            "sip:example.com",
            "sip:a@b;method=BYE",
            "sip:a%0d%0aX@b",
            "sip:a%4@b",
        ] {
            assert_eq!(ReferTo::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn subscription_ends_with_a_final_status() {
        let s = Subscription::start(Mono::ZERO, 5, false);
        assert_eq!(s.state(Mono::from_millis(1000), 180), "active;expires=179");
        assert_eq!(s.state(Mono::ZERO, 486), "terminated;reason=noresource");
        assert_eq!(
            &Subscription::sipfrag(100, "Trying")[..],
            b"SIP/2.0 100 Trying\r\n"
        );
    }
}
