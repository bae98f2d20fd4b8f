//! When two URIs mean the same (RFC 3261 §19.1.4).

use std::collections::BTreeMap;

use super::{Scheme, Uri};
use crate::sip::message::lex;

/// Parameters that must match even when only one URI has them.
const MUST_MATCH: [&str; 4] = ["user", "ttl", "method", "maddr"];

fn decoded(text: Option<&str>) -> Option<Vec<u8>> {
    text.map(lex::percent_decode)
}

fn same_value(a: &str, b: &str) -> bool {
    lex::percent_decode(a).eq_ignore_ascii_case(&lex::percent_decode(b))
}

fn headers(uri: &Uri) -> BTreeMap<Vec<u8>, Vec<u8>> {
    uri.headers
        .as_deref()
        .unwrap_or_default()
        .split('&')
        .filter(|h| !h.is_empty())
        .map(|h| {
            let (n, v) = h.split_once('=').unwrap_or((h, ""));
            (
                lex::percent_decode(n).to_ascii_lowercase(),
                lex::percent_decode(v),
            )
        })
        .collect()
}

pub(super) fn equivalent(a: &Uri, b: &Uri) -> bool {
    if a.scheme != b.scheme {
        return false;
    }
    match a.scheme {
        Scheme::Sip | Scheme::Sips => {}
        Scheme::Tel => return tel(a, b),
        Scheme::Other(_) => return a == b,
    }
    // An absent user does not match an empty one; case counts.
    decoded(a.user.as_deref()) == decoded(b.user.as_deref())
        && decoded(a.password.as_deref()) == decoded(b.password.as_deref())
        && a.host.same(&b.host)
        && a.port == b.port
        && params(a, b)
        && headers(a) == headers(b)
}

fn params(a: &Uri, b: &Uri) -> bool {
    let matches = |x: &Uri, y: &Uri| {
        x.params.iter().all(|(name, value)| {
            if !y.params.contains(name) {
                return !MUST_MATCH.iter().any(|m| m.eq_ignore_ascii_case(name));
            }
            same_value(
                value.unwrap_or_default(),
                y.params.get(name).unwrap_or_default(),
            )
        })
    };
    matches(a, b) && matches(b, a)
}

/// RFC 3966 §4: without visual separators; every parameter counts.
fn tel(a: &Uri, b: &Uri) -> bool {
    let number = |uri: &Uri| {
        let mut n = uri.user.as_deref().unwrap_or_default().to_ascii_lowercase();
        n.retain(|c| !matches!(c, '-' | '.' | '(' | ')'));
        n
    };
    let covers = |x: &Uri, y: &Uri| {
        x.params.iter().all(|(name, value)| {
            y.params.contains(name)
                && same_value(
                    value.unwrap_or_default(),
                    y.params.get(name).unwrap_or_default(),
                )
        })
    };
    number(a) == number(b) && covers(a, b) && covers(b, a)
}
