//! Numbers outside: which of them a trunk can call.

/// How long a number rings where nothing is written, in seconds.
pub const USUAL_RING: u64 = 25;
/// A SIP address of fewer digits is a phone in the house, not a number that a trunk knows.
const LEAST_OF_ADDRESS: usize = 6;

/// The number to call, if it is one: written with marks, or within an address (`tel:`, `sip:`).
pub fn number(original: &str) -> Option<String> {
    let original = original.trim();
    let (scheme, rest) = match original.split_once(':') {
        Some((scheme, rest)) => (scheme.trim().to_ascii_lowercase(), rest),
        None => (String::new(), original),
    };
    let (number, least) = match scheme.as_str() {
        "" => (rest, 3),
        // RFC 3966: parameters follow.
        "tel" => (rest.split(';').next()?, 3),
        "sip" | "sips" => {
            let user = rest.split_once('@')?.0;
            (user.split([';', ':']).next()?, LEAST_OF_ADDRESS)
        }
        _ => return None,
    };
    let mut called = String::new();
    for c in number.trim().chars() {
        match c {
            '0'..='9' => called.push(c),
            '+' if called.is_empty() => called.push(c),
            ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' => {}
            _ => return None,
        }
    }
    let digits = called.trim_start_matches('+').len();
    let least = if called.starts_with('+') { 3 } else { least };
    (least..=20).contains(&digits).then_some(called)
}

/// As long as a number may ring.
pub fn ring(seconds: u64) -> u64 {
    seconds.clamp(5, 120)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_and_what_is_none() {
        for (original, called) in [
            ("+45 12 34 56 78", Some("+4512345678")),
            ("0045 99/88-77.66", Some("004599887766")),
            ("(030) 123456", Some("030123456")),
            ("112", Some("112")),
            ("tel:+45-1234-5678;ext=5", Some("+4512345678")),
            ("TEL:030123456", Some("030123456")),
            ("sip:+4512345678@gw.example;user=phone", Some("+4512345678")),
            ("sips:030123456:secret@gw.example", Some("030123456")),
            ("sip:201@10.0.0.5", None),
            ("sip:anna@example.com", None),
            ("sip:gw.example", None),
            ("*97", None),
            ("{core:park}", None),
            ("{{widgets.n.Digits}}", None),
            ("12", None),
            ("+", None),
            ("1+23456", None),
            ("123456789012345678901", None),
            ("h323:123456", None),
            ("", None),
        ] {
            assert_eq!(number(original).as_deref(), called, "{original}");
        }
    }
}
