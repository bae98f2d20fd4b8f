//! SIP messages as they may be kept and shown: who spoke to whom when, without numbers, proofs, keys
//! and digits.
//!
//! It works on bytes as they are on the wire, also on those that our parser would refuse: what can
//! not be read is what somebody looks for. What is not known to be harmless is left out.

use std::fmt::Write as _;

/// Longer messages are cut.
const MOST: usize = 12 * 1024;
/// In place of what is left out.
const GONE: &str = "[removed]";

/// What a message is, and what of it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `INVITE`, or `180 Ringing`.
    pub what: String,
    /// The method of its `CSeq`.
    pub method: String,
    /// The user part of From, masked; `None`: there is none.
    pub from: Option<String>,
    /// The same of To.
    pub to: Option<String>,
    /// It is about media: it has a session description.
    pub sdp: bool,
    /// All of it, masked.
    pub text: String,
}

/// The Call-ID of a message, as it is on the wire.
pub fn call_id(bytes: &[u8]) -> Option<&str> {
    let head = head_of(bytes);
    let value = lines(head).skip(1).find_map(|line| {
        let (name, value) = split(line)?;
        (canonical(name) == Known::CallId).then_some(value)
    });
    std::str::from_utf8(value?).ok()
}

/// The message as it may be shown; `None`: it is none, or one that belongs to no call.
pub fn shown(bytes: &[u8]) -> Option<Shown> {
    let cut = bytes.len() > MOST;
    let bytes = bytes.get(..bytes.len().min(MOST))?;
    let head = head_of(bytes);
    let body = bytes.get(head.len()..).unwrap_or_default();
    let mut lines = unfolded(head).into_iter();
    let first = lines.next()?;
    let (what, mut text) = first_line(&first)?;
    let mut shown = Shown {
        what,
        method: String::new(),
        from: None,
        to: None,
        sdp: false,
        text: String::new(),
    };
    let mut kind = String::new();
    text.push_str("\r\n");
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            // No header: who knows what it is.
            let _ = write!(text, "{GONE}\r\n");
            continue;
        };
        let value = value.trim();
        let kept = match canonical(name.as_bytes()) {
            Known::CallId | Known::Plain => value.to_owned(),
            Known::CSeq => {
                let method = value.split_whitespace().nth(1).unwrap_or_default();
                shown.method = method.to_ascii_uppercase();
                value.to_owned()
            }
            Known::ContentType => {
                let word = value.split(';').next().unwrap_or_default();
                kind = word.trim().to_ascii_lowercase();
                value.to_owned()
            }
            Known::From => {
                shown.from = user(value);
                address(value)
            }
            Known::To => {
                shown.to = user(value);
                address(value)
            }
            Known::Address => address(value),
            Known::Other => GONE.to_owned(),
        };
        // Writing to a String can not fail.
        let _ = write!(text, "{}: {kept}\r\n", name.trim());
    }
    if matches!(
        shown.method.as_str(),
        "" | "REGISTER" | "OPTIONS" | "PUBLISH" | "SUBSCRIBE"
    ) {
        return None;
    }
    let body = body.strip_prefix(b"\r\n").unwrap_or(body);
    if !body.is_empty() {
        text.push_str("\r\n");
        shown.sdp = kind == "application/sdp";
        match kind.as_str() {
            "application/sdp" => session(body, &mut text),
            "message/sipfrag" => text.push_str(&fragment(body)),
            _ => {
                let _ = write!(text, "[{} octets of {} removed]", body.len(), clean(&kind));
            }
        }
    }
    if cut {
        text.push_str("\r\n[the rest is cut]");
    }
    shown.text = text;
    Some(shown)
}

/// How a header is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    CallId,
    CSeq,
    ContentType,
    From,
    To,
    /// Has addresses of people.
    Address,
    /// Says nothing of anybody.
    Plain,
    Other,
}

fn canonical(name: &[u8]) -> Known {
    let name = name.trim_ascii().to_ascii_lowercase();
    match name.as_slice() {
        b"call-id" | b"i" => Known::CallId,
        b"cseq" => Known::CSeq,
        b"content-type" | b"c" => Known::ContentType,
        b"from" | b"f" => Known::From,
        b"to" | b"t" => Known::To,
        b"contact"
        | b"m"
        | b"route"
        | b"record-route"
        | b"path"
        | b"p-asserted-identity"
        | b"p-preferred-identity"
        | b"remote-party-id"
        | b"diversion"
        | b"history-info"
        | b"referred-by"
        | b"b"
        | b"refer-to"
        | b"r"
        | b"reply-to"
        | b"p-called-party-id" => Known::Address,
        b"via"
        | b"v"
        | b"max-forwards"
        | b"content-length"
        | b"l"
        | b"content-encoding"
        | b"e"
        | b"allow"
        | b"supported"
        | b"k"
        | b"require"
        | b"proxy-require"
        | b"unsupported"
        | b"accept"
        | b"accept-encoding"
        | b"accept-language"
        | b"allow-events"
        | b"u"
        | b"event"
        | b"o"
        | b"expires"
        | b"min-expires"
        | b"min-se"
        | b"session-expires"
        | b"x"
        | b"rseq"
        | b"rack"
        | b"reason"
        | b"retry-after"
        | b"server"
        | b"user-agent"
        | b"warning"
        | b"privacy"
        | b"subscription-state"
        | b"timestamp"
        | b"date"
        | b"replaces"
        | b"refer-sub"
        | b"organization"
        | b"mime-version"
        | b"content-disposition" => Known::Plain,
        _ => Known::Other,
    }
}

/// Up to the empty line, its own line end in it.
fn head_of(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
    let end = end.map(|at| at + 2);
    end.and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|b| *b == b':')?;
    let (name, value) = line.split_at_checked(at)?;
    Some((name, value.get(1..)?.trim_ascii()))
}

/// Header lines, continued ones joined (RFC 3261 §7.3.1); without empty ones.
fn unfolded(head: &[u8]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in lines(head) {
        let text = clean(&String::from_utf8_lossy(line));
        match all.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                last.push(' ');
                last.push_str(text.trim());
            }
            _ if text.trim().is_empty() => {}
            _ => all.push(text),
        }
    }
    all
}

/// What would move a terminal's cursor is no part of what is shown.
fn clean(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\t' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

/// What the message is in a few words, and its masked first line.
fn first_line(line: &str) -> Option<(String, String)> {
    if let Some(status) = line.strip_prefix("SIP/2.0 ") {
        let code = status.get(..3)?;
        code.parse::<u16>().ok()?;
        let what: String = status.chars().take(60).collect();
        return Some((what.trim().to_owned(), line.to_owned()));
    }
    let mut words = line.split(' ');
    let (method, uri, version) = (words.next()?, words.next()?, words.next()?);
    let known = method.len() <= 20 && method.bytes().all(|b| b.is_ascii_alphanumeric());
    if !known || !version.starts_with("SIP/") {
        return None;
    }
    let masked = address(uri);
    Some((method.to_owned(), format!("{method} {masked} {version}")))
}

/// Addresses with the numbers of people masked, also in names, and without what may be told beside.
fn address(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((at, scheme)) = next_uri(rest) {
        let (before, uri) = rest.split_at(at);
        out.push_str(&numbers(before));
        let (scheme, tail) = uri.split_at(scheme);
        out.push_str(scheme);
        let end = tail.find(['>', ' ', ',', '"']).unwrap_or(tail.len());
        let (uri, after) = tail.split_at(end);
        out.push_str(&uri_of(uri));
        rest = after;
    }
    // Parameters: tags are ours or theirs to choose, and say nothing of anybody.
    let (name, parameters) = match rest.find(';') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    out.push_str(&numbers(name));
    out.push_str(parameters);
    out
}

/// Where the next URI begins, and how long its scheme is.
fn next_uri(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    ["sips:", "sip:", "tel:"]
        .into_iter()
        .filter_map(|scheme| Some((lower.find(scheme)?, scheme.len())))
        .min()
}

/// A URI without its scheme.
fn uri_of(uri: &str) -> String {
    let (user, host) = match uri.split_once('@') {
        Some((user, host)) => (user, Some(host)),
        None => {
            // A host, or a telephone number (RFC 3966).
            let number = uri.split([';', '?']).next().unwrap_or_default();
            let digits = number
                .bytes()
                .all(|b| b.is_ascii_digit() || b"+-.()".contains(&b));
            let host = number.contains('.') && !number.starts_with('+');
            return match digits && !host {
                true => masked(number),
                false => headers_gone(uri),
            };
        }
    };
    // A password, and what a tel URI within it says, are not for show.
    let user = user.split([':', ';']).next().unwrap_or_default();
    format!(
        "{}@{}",
        masked(user),
        headers_gone(host.unwrap_or_default())
    )
}

/// Headers within a URI (`?Replaces=…`) may have anything in them.
fn headers_gone(uri: &str) -> String {
    match uri.split_once('?') {
        Some((uri, _)) => format!("{uri}?{GONE}"),
        None => uri.to_owned(),
    }
}

/// The user part of the first address.
fn user(value: &str) -> Option<String> {
    let (at, scheme) = next_uri(value)?;
    let uri = value.get(at + scheme..)?;
    let end = uri.find(['>', ' ', ',', ';']).unwrap_or(uri.len());
    let (user, _) = uri.get(..end)?.split_once('@')?;
    let user = user.split([':', ';']).next()?;
    Some(masked(user).chars().take(64).collect())
}

/// A number by its last two digits; a name as it is, but for long numbers in it.
fn masked(user: &str) -> String {
    let digits = user.bytes().filter(u8::is_ascii_digit).count();
    let number = |c: char| c.is_ascii_digit() || "+-.()%# *".contains(c);
    match digits >= 5 && user.chars().all(number) {
        true => {
            let end: Vec<char> = user
                .chars()
                .rev()
                .filter(char::is_ascii_digit)
                .take(2)
                .collect();
            let end: String = end.into_iter().rev().collect();
            format!("…{end}")
        }
        false => numbers(user),
    }
}

/// Text in which runs of five and more digits are masked, spaces between them or not.
fn numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if !c.is_ascii_digit() {
            out.push(c);
            at += 1;
            continue;
        }
        let run = chars.get(at..).unwrap_or_default().iter();
        let run: Vec<char> = run
            .copied()
            .take_while(|c| c.is_ascii_digit() || " -.()/".contains(*c))
            .collect();
        let digits: Vec<char> = run.iter().copied().filter(char::is_ascii_digit).collect();
        let last = run.iter().rposition(char::is_ascii_digit).unwrap_or(0);
        let whole: String = run.iter().take(last + 1).collect();
        match digits.len() >= 5 {
            true => {
                out.push('…');
                out.extend(digits.iter().skip(digits.len() - 2));
            }
            false => out.push_str(&whole),
        }
        at += last + 1;
    }
    out
}

/// A session description without keys, and without what is for people.
fn session(body: &[u8], out: &mut String) {
    for line in lines(body) {
        let line = clean(&String::from_utf8_lossy(line));
        let kept = match line.get(..2) {
            Some("a=") => {
                let name = line.get(2..).unwrap_or_default();
                let name = name.split([':', ' ']).next().unwrap_or_default();
                let secret = ["crypto", "key-mgmt", "ice-pwd", "fingerprint", "identity"];
                match secret.contains(&name) {
                    true => format!("a={name}:{GONE}"),
                    false => line,
                }
            }
            Some("k=" | "e=" | "p=" | "i=" | "u=" | "s=") => {
                format!("{}{GONE}", line.get(..2).unwrap_or_default())
            }
            Some("o=") => {
                let rest = line.get(2..).unwrap_or_default();
                let (user, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                format!("o={} {rest}", masked(user))
            }
            _ => line,
        };
        if !kept.is_empty() {
            let _ = write!(out, "{kept}\r\n");
        }
    }
}

/// How a transfer goes (RFC 3420): the status line, and no more.
fn fragment(body: &[u8]) -> String {
    let line = lines(body).next().unwrap_or_default();
    let line = clean(&String::from_utf8_lossy(line));
    match line.starts_with("SIP/2.0 ") {
        true => line.chars().take(80).collect(),
        false => GONE.to_owned(),
    }
}

#[cfg(test)]
mod tests;
