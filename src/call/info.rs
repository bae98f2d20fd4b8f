//! Keys in SIP INFO: `application/dtmf-relay` (`Signal=5`) and `application/dtmf` (`5`).
//!
//! No RFC defines them; this is what phones and gateways send.

use crate::ids::Key;

/// The key in an INFO body; `None` when it is not one.
pub(super) fn key(content_type: &str, body: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(body.get(..256).unwrap_or(body)).ok()?;
    let signal = match content_type {
        "application/dtmf-relay" => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("signal")
                .then(|| value.trim())
        })?,
        "application/dtmf" => text.trim(),
        _ => return None,
    };
    let mut chars = signal.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Key::from_char(c),
        // Some gateways send the event number of RFC 4733: 10 is *, 11 is #.
        _ => signal.parse().ok().and_then(Key::from_event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_their_variants() {
        let relay = |b: &str| key("application/dtmf-relay", b.as_bytes()).map(Key::as_char);
        assert_eq!(relay("Signal=5\r\nDuration=160\r\n"), Some('5'));
        assert_eq!(relay("Duration=160\nSIGNAL= *"), Some('*'));
        assert_eq!(relay("Signal=11\r\n"), Some('#'));
        assert_eq!(relay("Signal=16\r\n"), None);
        assert_eq!(relay("Duration=160\r\n"), None);
        let plain = |b: &str| key("application/dtmf", b.as_bytes()).map(Key::as_char);
        assert_eq!(plain("0"), Some('0'));
        assert_eq!(plain(" #\r\n"), Some('#'));
        assert_eq!(plain(""), None);
        assert_eq!(key("text/plain", b"1"), None);
        assert_eq!(key("application/dtmf", &[0xff, 0xfe]), None);
    }
}
