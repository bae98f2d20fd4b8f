//! The lexical ground of RFC 3261 §25.1: character classes, trimming, splitting of lists.

/// `token` characters (RFC 3261 §25.1).
pub(crate) const fn is_token_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
        )
}

/// Whether `s` is a non-empty `token`.
pub(crate) fn is_token(s: &[u8]) -> bool {
    !s.is_empty() && s.iter().all(|&b| is_token_byte(b))
}

/// `s` without blanks at its ends. Line folds were made blanks before.
pub(crate) const fn trim(mut s: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = s {
        s = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = s {
        s = rest;
    }
    s
}

/// `s` without blanks at its start.
pub(crate) const fn trim_start(mut s: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = s {
        s = rest;
    }
    s
}

/// The position of the first `b` in `s`.
pub(crate) fn find(s: &[u8], b: u8) -> Option<usize> {
    memchr::memchr(b, s)
}

/// Splits at the first `b`; both sides without it.
pub(crate) fn split_once(s: &[u8], b: u8) -> Option<(&[u8], &[u8])> {
    let at = find(s, b)?;
    Some((s.get(..at)?, s.get(at + 1..)?))
}

/// A decimal number without sign; leading zeros are fine (RFC 4475 §3.1.1.1), overflow is not.
pub(crate) fn number(s: &[u8]) -> Option<u64> {
    if s.is_empty() {
        return None;
    }
    s.iter().try_fold(0u64, |n, &b| {
        if !b.is_ascii_digit() {
            return None;
        }
        n.checked_mul(10)?.checked_add(u64::from(b - b'0'))
    })
}

/// As [`number`], at most 2³²−1.
pub(crate) fn number_u32(s: &[u8]) -> Option<u32> {
    u32::try_from(number(s)?).ok()
}

/// The end of the quoted string at the start of `s` (which begins with `"`): the index after
/// the closing quote. `None` when it is not closed.
pub(crate) fn quoted_end(s: &[u8]) -> Option<usize> {
    let mut i = 1;
    while let Some(&b) = s.get(i) {
        match b {
            b'"' => return Some(i + 1),
            b'\\' => i += 2,
            _ => i += 1,
        }
    }
    None
}

/// The characters of a quoted string's inside, with backslashes resolved.
pub(crate) fn unescape(inner: &[u8]) -> String {
    if !inner.contains(&b'\\') {
        return String::from_utf8_lossy(inner).into_owned();
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&b) = bytes.next() {
        match b {
            b'\\' => out.extend(bytes.next()),
            _ => out.push(b),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends `text` as a quoted string. Quotes and backslashes are escaped; control characters
/// become blanks, so that no text can end the header line.
pub(crate) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The items of a comma-separated header value (RFC 3261 §7.3.1). Commas within quotes and
/// angle brackets do not separate. Linear in the length of the value.
#[derive(Clone, Debug)]
pub struct ListItems<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> ListItems<'a> {
    pub(crate) const fn new(value: &'a [u8]) -> ListItems<'a> {
        ListItems { rest: Some(value) }
    }

    pub(crate) const fn none() -> ListItems<'a> {
        ListItems { rest: None }
    }
}

impl<'a> Iterator for ListItems<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let s = self.rest?;
        let mut quoted = false;
        let mut angled = false;
        let mut i = 0;
        while let Some(&b) = s.get(i) {
            match b {
                b'\\' if quoted => i += 1,
                b'"' => quoted = !quoted,
                b'<' if !quoted => angled = true,
                b'>' if !quoted => angled = false,
                b',' if !quoted && !angled => {
                    self.rest = s.get(i + 1..);
                    return s.get(..i).map(trim);
                }
                _ => {}
            }
            i += 1;
        }
        self.rest = None;
        Some(trim(s))
    }
}

/// Appends the percent-encoded form of `byte` (RFC 3261 §19.1.2).
pub(crate) fn push_escaped(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

const fn hex_digit(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

/// The value of the two hex digits at the start of `s`.
pub(crate) fn hex_pair(s: &[u8]) -> Option<u8> {
    match s {
        [a, b, ..] => Some(hex_digit(*a)? << 4 | hex_digit(*b)?),
        _ => None,
    }
}

/// `s` with percent-escapes resolved; malformed escapes stay as they are.
pub(crate) fn percent_decode(s: &str) -> Vec<u8> {
    let s = s.as_bytes();
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        let escape = (b == b'%').then(|| s.get(i + 1..).and_then(hex_pair));
        if let Some(Some(byte)) = escape {
            out.push(byte);
            i += 3;
        } else {
            out.push(b);
            i += 1;
        }
    }
    out
}
