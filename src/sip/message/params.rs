//! Parameters: `;name=value`, of headers and of URIs, kept as one piece of text.

use std::borrow::Cow;
use std::fmt;

use super::error::Invalid;
use super::lex;

/// Parameters in the order in which they came, as text `;name=value;flag`.
///
/// One allocation however many there are; looking one up walks the text. At most
/// [`Params::MOST`] are accepted. Names compare without regard to case.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Params(String);

impl Params {
    /// More than this many in one value are refused.
    pub const MOST: usize = 64;

    /// None.
    pub const fn new() -> Params {
        Params(String::new())
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, beginning with `;` when there are any.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name and value as written (quotes included), in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            rest: self.0.strip_prefix(';'),
        }
    }

    /// The value of `name` without its quotes, escapes within as they are; `None` when it is
    /// absent or has no value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?.1?;
        Some(
            value
                .strip_prefix('"')
                .and_then(|v| v.strip_suffix('"'))
                .unwrap_or(value),
        )
    }

    /// As [`Params::get`], with a quoted string's backslashes resolved.
    pub fn get_unescaped(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?.1?;
        Some(
            match value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                Some(inner) if inner.contains('\\') => Cow::Owned(lex::unescape(inner.as_bytes())),
                Some(inner) => Cow::Borrowed(inner),
                None => Cow::Borrowed(value),
            },
        )
    }

    /// Whether `name` is there, with or without a value.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|(n, _)| n.eq_ignore_ascii_case(name))
    }

    /// Sets a header parameter. A value that is no token or host is quoted and escaped; a name
    /// that is no token is not set.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.remove(name);
        if !lex::is_token(name.as_bytes()) {
            return;
        }
        self.0.push(';');
        self.0.push_str(name);
        if let Some(value) = value {
            self.0.push('=');
            let plain = |b: u8| lex::is_token_byte(b) || matches!(b, b'[' | b']' | b':');
            if !value.is_empty() && value.bytes().all(plain) {
                self.0.push_str(value);
            } else {
                lex::push_quoted(&mut self.0, value);
            }
        }
    }

    /// Sets a URI parameter (an empty value is none); what may not stand in one is percent-encoded (RFC 3261 §19.1.1).
    pub fn set_uri(&mut self, name: &str, value: Option<&str>) {
        self.remove(name);
        if name.is_empty() {
            return;
        }
        self.0.push(';');
        self.push_uri_text(name);
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            self.0.push('=');
            self.push_uri_text(value);
        }
    }

    fn push_uri_text(&mut self, text: &str) {
        for b in text.bytes() {
            if is_uri_param_byte(b) {
                self.0.push(char::from(b));
            } else {
                lex::push_escaped(&mut self.0, b);
            }
        }
    }

    /// Refuses what stands there more than once, where two readers might take different ones
    /// (RFC 3261 §7.3.1).
    pub(crate) fn once(&self, names: &[&str]) -> Result<(), Invalid> {
        // A bit for each name; there are a handful.
        let mut seen = 0u64;
        for (n, _) in self.iter() {
            if let Some(i) = names.iter().position(|name| n.eq_ignore_ascii_case(name)) {
                let bit = 1u64.rotate_left(i as u32);
                if seen & bit != 0 {
                    return Err(Invalid("repeated parameter"));
                }
                seen |= bit;
            }
        }
        Ok(())
    }

    /// Takes `name` away, each time that it stands there.
    pub fn remove(&mut self, name: &str) {
        if !self.contains(name) {
            return;
        }
        // With room for what comes in its place.
        let mut kept = String::with_capacity(self.0.len() + 64);
        for (n, v) in self.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)) {
            kept.push(';');
            kept.push_str(n);
            if let Some(v) = v {
                kept.push('=');
                kept.push_str(v);
            }
        }
        self.0 = kept;
    }

    /// Header parameters: `s` is empty or begins (after blanks) with `;`.
    pub(crate) fn parse(s: &[u8]) -> Result<Params, Invalid> {
        let mut s = lex::trim_start(s);
        if s.is_empty() {
            return Ok(Params::new());
        }
        let mut out = String::with_capacity(s.len());
        let mut count = 0;
        while let [first, rest @ ..] = s {
            if *first != b';' {
                return Err(Invalid("parameter"));
            }
            count += 1;
            if count > Params::MOST {
                return Err(Invalid("too many parameters"));
            }
            s = lex::trim_start(rest);
            let end = s
                .iter()
                .position(|&b| !lex::is_token_byte(b))
                .unwrap_or(s.len());
            let (name, rest) = s.split_at(end);
            if name.is_empty() {
                return Err(Invalid("parameter without a name"));
            }
            out.push(';');
            push_lossy(&mut out, name);
            s = lex::trim_start(rest);
            let [b'=', rest @ ..] = s else { continue };
            s = lex::trim_start(rest);
            let end = if s.first() == Some(&b'"') {
                lex::quoted_end(s).ok_or(Invalid("quoted string without an end"))?
            } else {
                s.iter().position(|&b| !is_value_byte(b)).unwrap_or(s.len())
            };
            let (value, rest) = s.split_at(end);
            if value.is_empty() {
                return Err(Invalid("parameter without a value"));
            }
            if value.iter().any(|b| matches!(b, b'\r' | b'\n')) {
                return Err(Invalid("line end in a parameter"));
            }
            out.push('=');
            push_lossy(&mut out, value);
            s = lex::trim_start(rest);
        }
        Ok(Params(out))
    }

    /// URI parameters: `s` is empty or begins with `;`. No blanks, no quotes.
    pub(crate) fn parse_uri(s: &[u8]) -> Result<Params, Invalid> {
        let Some((first, rest)) = s.split_first() else {
            return Ok(Params::new());
        };
        if *first != b';' {
            return Err(Invalid("URI parameter"));
        }
        let mut count = 0;
        for param in rest.split(|&b| b == b';') {
            count += 1;
            if count > Params::MOST {
                return Err(Invalid("too many URI parameters"));
            }
            let (name, value) = match lex::split_once(param, b'=') {
                Some((name, value)) => (name, Some(value)),
                None => (param, None),
            };
            let empty = name.is_empty() || value.is_some_and(<[u8]>::is_empty);
            let sound = |text: &[u8]| {
                text.iter().enumerate().all(|(i, &b)| match b {
                    b'%' => text.get(i + 1..).and_then(lex::hex_pair).is_some(),
                    b => is_uri_param_byte(b) || is_tolerated_uri_param_byte(b),
                })
            };
            if empty || !sound(name) || !value.is_none_or(sound) {
                return Err(Invalid("URI parameter"));
            }
        }
        let text = std::str::from_utf8(s).map_err(|_| Invalid("URI parameter"))?;
        Ok(Params(text.to_owned()))
    }
}

fn push_lossy(out: &mut String, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(bytes)),
    }
}

/// What we take in an unquoted value: more than `token / host`, since phones send more, but
/// nothing that has a meaning of its own.
const fn is_value_byte(b: u8) -> bool {
    b > b' ' && b != 0x7f && !matches!(b, b';' | b',' | b'"' | b'<' | b'>')
}

/// `paramchar` without `escaped` (RFC 3261 §25.1).
const fn is_uri_param_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' // mark
                | b'[' | b']' | b'/' | b':' | b'&' | b'+' | b'$'
        )
}

/// Not in the grammar, met in the wild and harmless.
const fn is_tolerated_uri_param_byte(b: u8) -> bool {
    matches!(b, b'=' | b',' | b'`' | b'|' | b'^' | b'{' | b'}' | b'#')
}

/// Name and value of each parameter.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, Option<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        let s = self.rest?;
        let bytes = s.as_bytes();
        let mut quoted = false;
        let mut equals = None;
        let mut i = 0;
        while let Some(&b) = bytes.get(i) {
            match b {
                b'\\' if quoted => i += 1,
                b'"' => quoted = !quoted,
                b'=' if !quoted && equals.is_none() => equals = Some(i),
                b';' if !quoted => break,
                _ => {}
            }
            i += 1;
        }
        let param = s.get(..i).unwrap_or(s);
        self.rest = s.get(i + 1..);
        Some(match equals {
            Some(at) => (param.get(..at)?, param.get(at + 1..)),
            None => (param, None),
        })
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
