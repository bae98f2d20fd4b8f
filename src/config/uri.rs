//! Addresses of phones and servers.

/// A SIP or SIPS URI as configured: scheme and host are there, no spaces or angle brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SipUri(String);

impl SipUri {
    /// Checks the form; `None` when it is not one.
    pub fn parse(s: &str) -> Option<SipUri> {
        let rest = s.strip_prefix("sip:").or_else(|| s.strip_prefix("sips:"))?;
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        let good = s.len() <= 256
            && s.is_ascii()
            && !s.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
            && host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
            && !rest.starts_with('@');
        good.then(|| SipUri(s.to_owned()))
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
