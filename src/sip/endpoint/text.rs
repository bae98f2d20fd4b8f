//! Writing messages: straight into the bytes that are sent.

use std::fmt::Display;
use std::io::Write;

use bytes::Bytes;

use crate::sip::message::reason_phrase;

/// What we answer and send INVITE with (RFC 3261 §20.5).
pub(crate) const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY, REGISTER";
/// The extensions that we know (RFC 3261 §20.37).
pub(crate) const SUPPORTED: &str = "100rel, timer, norefersub, replaces";
pub(crate) const SDP: &str = "application/sdp";
/// The bodies that we read (RFC 3261 §20.1).
pub(crate) const ACCEPT: &str = "application/sdp, multipart/mixed, multipart/alternative";

/// A message under way to the wire. No value can break out of its line.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn request(method: &str, uri: &str) -> Writer {
        let mut w = Writer(Vec::with_capacity(700));
        w.push_safe(format_args!("{method} {uri} SIP/2.0"));
        w
    }

    pub(crate) fn response(status: u16) -> Writer {
        let mut w = Writer(Vec::with_capacity(700));
        w.push_safe(format_args!("SIP/2.0 {status} {}", reason_phrase(status)));
        w
    }

    /// Lines that end in CRLF and were made by us.
    pub(crate) fn lines(&mut self, lines: &[u8]) -> &mut Writer {
        self.0.extend_from_slice(lines);
        self
    }

    /// One header.
    pub(crate) fn header(&mut self, name: &str, value: impl Display) -> &mut Writer {
        self.push_safe(format_args!("{name}: {value}"));
        self
    }

    fn push_safe(&mut self, line: std::fmt::Arguments<'_>) {
        let start = self.0.len();
        // Writing into memory does not fail.
        let _ = self.0.write_fmt(line);
        for b in self.0.iter_mut().skip(start) {
            if *b < b' ' || *b == 0x7f {
                *b = b' ';
            }
        }
        self.0.extend_from_slice(b"\r\n");
    }

    pub(crate) fn finish(self, body: Option<(&str, &[u8])>) -> Bytes {
        let Writer(mut out) = self;
        match body {
            Some((content_type, body)) => {
                let _ = write!(
                    out,
                    "Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                out.extend_from_slice(body);
            }
            None => out.extend_from_slice(b"Content-Length: 0\r\n\r\n"),
        }
        Bytes::from(out)
    }
}

/// Text of others as a quoted string (RFC 3261 §25.1), at most 100 characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().take(100) {
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
    out
}

/// Text of others as the user part of a URI (RFC 3261 §25.1).
pub(crate) fn user_part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes().take(100) {
        if b.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// The lines of a message of our own making, without its body.
pub(crate) fn header_lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message
        .split(|&b| b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
}

fn has_name(line: &[u8], name: &str) -> bool {
    line.len() > name.len()
        && line
            .get(..name.len())
            .is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()) == Some(&b':')
}

/// The value of a header of a message of our own making.
pub(crate) fn header_of<'a>(message: &'a [u8], name: &str) -> Option<&'a [u8]> {
    header_lines(message)
        .skip(1)
        .find(|line| has_name(line, name))
        .and_then(|line| line.get(name.len() + 2..))
}

/// Number and method of a request of our own making that may be challenged.
pub(crate) fn cseq_of(request: &[u8]) -> Option<(u32, &'static str)> {
    let value = std::str::from_utf8(header_of(request, "CSeq")?).ok()?;
    let (number, method) = value.split_once(' ')?;
    let method = ["INVITE", "UPDATE", "BYE"]
        .into_iter()
        .find(|m| *m == method)?;
    Some((number.parse().ok()?, method))
}

/// The branch in the top Via of a message of our own making, which may be cut short.
pub(crate) fn branch_of(message: &[u8]) -> Option<&str> {
    let via = header_of(message, "Via")?;
    let text = std::str::from_utf8(via).ok()?;
    let (_, rest) = text.split_once(";branch=")?;
    rest.split(';').next()
}

/// The ACK of a refusal (RFC 3261 §17.1.1.3) or the CANCEL (§9.1) for our INVITE: same
/// Request-URI, top Via, Route, From, Call-ID and CSeq number; To as in the refusal.
pub(crate) fn follow_up(invite: &[u8], method: &str, to: Option<&[u8]>, extra: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(400);
    for (i, line) in header_lines(invite).enumerate() {
        if i == 0 {
            let rest = line.strip_prefix(b"INVITE").unwrap_or(line);
            out.extend_from_slice(method.as_bytes());
            out.extend_from_slice(rest);
        } else if has_name(line, "To") {
            out.extend_from_slice(b"To: ");
            out.extend_from_slice(to.unwrap_or_else(|| line.get(4..).unwrap_or(b"")));
        } else if has_name(line, "CSeq") {
            let number = line.get(6..).unwrap_or(b"");
            let number = number.split(|&b| b == b' ').next().unwrap_or(b"");
            out.extend_from_slice(b"CSeq: ");
            out.extend_from_slice(number);
            out.push(b' ');
            out.extend_from_slice(method.as_bytes());
        } else if ["Via", "Route", "From", "Call-ID", "Max-Forwards"]
            .iter()
            .any(|name| has_name(line, name))
            || (method == "ACK"
                && ["Authorization", "Proxy-Authorization"]
                    .iter()
                    .any(|name| has_name(line, name)))
        {
            out.extend_from_slice(line);
        } else {
            continue;
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(extra);
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    Bytes::from(out)
}

/// A request of ours once more, as a new transaction: `replace` holds names and values of
/// headers that take the place of (or are added to) those that it has.
pub(crate) fn reissue(message: &[u8], replace: &[(&str, String)]) -> Bytes {
    let mut out = Vec::with_capacity(message.len() + 200);
    let mut used = vec![false; replace.len()];
    let mut head = 0;
    for (i, line) in header_lines(message).enumerate() {
        head += line.len() + 2;
        let at = replace
            .iter()
            .position(|(name, _)| i > 0 && has_name(line, name));
        match at.and_then(|at| Some((replace.get(at)?, used.get_mut(at)?))) {
            Some((_, true)) => {}
            Some(((name, value), fresh)) => {
                *fresh = true;
                let _ = write!(out, "{name}: {value}\r\n");
            }
            None => {
                if has_name(line, "Content-Length") || has_name(line, "Content-Type") {
                    // New headers stand before those of the body.
                    for ((name, value), used) in replace.iter().zip(&mut used) {
                        if !*used {
                            *used = true;
                            let _ = write!(out, "{name}: {value}\r\n");
                        }
                    }
                }
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out.extend_from_slice(message.get(head..).unwrap_or(b"\r\n"));
    Bytes::from(out)
}

/// The same request with another body of the same type.
pub(crate) fn with_body(message: &[u8], body: &[u8]) -> Bytes {
    let length = [("Content-Length", body.len().to_string())];
    let mut out = reissue(message, &length).to_vec();
    let head = header_lines(&out).map(|line| line.len() + 2).sum::<usize>() + 2;
    out.truncate(head);
    out.extend_from_slice(body);
    Bytes::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\
        Max-Forwards: 70\r\nRoute: <sip:r;lr>\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:a@b>\r\n\
        Call-ID: c\r\nCSeq: 7 INVITE\r\nContact: <sip:x@h>\r\nContent-Type: application/sdp\r\n\
        Content-Length: 4\r\n\r\nv=0\n";

    #[test]
    fn ack_and_cancel_repeat_what_the_rfc_says() {
        let ack = follow_up(INVITE, "ACK", Some(b"<sip:a@b>;tag=2"), b"");
        assert_eq!(
            &ack[..],
            &b"ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\
            Max-Forwards: 70\r\nRoute: <sip:r;lr>\r\nFrom: <sip:x@y>;tag=1\r\n\
            To: <sip:a@b>;tag=2\r\nCall-ID: c\r\nCSeq: 7 ACK\r\nContent-Length: 0\r\n\r\n"[..]
        );
        let cancel = follow_up(INVITE, "CANCEL", None, b"Reason: SIP;cause=200\r\n");
        assert!(cancel.starts_with(b"CANCEL sip:a@b SIP/2.0\r\n"));
        assert_eq!(header_of(&cancel, "To"), Some(&b"<sip:a@b>"[..]));
        assert_eq!(header_of(&cancel, "CSeq"), Some(&b"7 CANCEL"[..]));
    }

    #[test]
    fn reissued_with_other_headers_and_the_same_body() {
        let again = reissue(
            INVITE,
            &[
                ("CSeq", "8 INVITE".to_owned()),
                ("Authorization", "Digest x".to_owned()),
            ],
        );
        assert_eq!(header_of(&again, "CSeq"), Some(&b"8 INVITE"[..]));
        assert_eq!(header_of(&again, "Authorization"), Some(&b"Digest x"[..]));
        assert!(again.ends_with(b"Content-Length: 4\r\n\r\nv=0\n"));
    }

    #[test]
    fn another_body_has_its_own_length() {
        let other = with_body(INVITE, b"v=0\r\no=x\r\n");
        assert!(other.ends_with(b"\r\n\r\nv=0\r\no=x\r\n"));
        assert_eq!(header_of(&other, "Content-Length"), Some(&b"10"[..]));
        assert_eq!(
            header_of(&other, "Content-Type"),
            Some(&b"application/sdp"[..])
        );
    }

    #[test]
    fn text_of_others_stays_in_its_place() {
        assert_eq!(quoted("a\"b\\\r\nVia: x"), "\"a\\\"b\\\\  Via: x\"");
        assert_eq!(user_part("+49 30@evil>"), "+49%2030%40evil%3E");
        let mut w = Writer::response(200);
        w.header("X", "a\r\nY: b");
        assert!(
            w.finish(None)
                .starts_with(b"SIP/2.0 200 OK\r\nX: a  Y: b\r\n")
        );
    }
}
