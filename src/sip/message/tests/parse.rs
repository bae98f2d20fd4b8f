use bytes::Bytes;

use super::corpus::{INVITE, request};
use crate::sip::message::*;

fn error(text: &str) -> ParseError {
    Message::parse(Bytes::from(text.to_owned()), &Limits::default()).expect_err(text)
}

fn kind(text: &str) -> ParseErrorKind {
    error(text).kind
}

#[test]
fn a_request() {
    let m = request(INVITE);
    assert_eq!(m.method, Method::Invite);
    assert_eq!(m.uri.to_string(), "sip:100@example.com;transport=tcp");
    assert_eq!(&m.body[..], b"abc", "cut to Content-Length");
    assert_eq!(m.headers.from().expect("From").display, "A \"B\"");
    assert_eq!(m.headers.top_via().expect("Via").rport(), Some(None));
}

#[test]
fn lines_that_are_no_start_lines_get_no_answer() {
    for text in [
        "",
        "\r\n\r\n",
        "hello",
        "hello\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "\0\r\n\r\n",
    ] {
        let e = error(text);
        assert_eq!(e.kind, ParseErrorKind::NotSip, "{text:?}");
        assert!(e.response().is_none());
    }
}

#[test]
fn start_lines() {
    let with =
        |line: &str| INVITE.replacen("INVITE sip:100@example.com;transport=tcp SIP/2.0", line, 1);
    assert_eq!(
        kind(&with("INVITE sip:a@b SIP/3.0")),
        ParseErrorKind::Version
    );
    assert_eq!(
        kind(&with("INVITE sip:a@b SIP/2")),
        ParseErrorKind::StartLine
    );
    assert_eq!(
        kind(&with("INV@ITE sip:a@b SIP/2.0")),
        ParseErrorKind::StartLine
    );
    assert_eq!(
        kind(&with("INVITE sip:a@b\tSIP/2.0")),
        ParseErrorKind::NotSip
    );
    assert_eq!(
        kind(&with("invite sip:a@b SIP/2.0")),
        ParseErrorKind::CSeqMethod
    );
    assert!(matches!(
        kind(&with("INVITE sip:a@b@c SIP/2.0")),
        ParseErrorKind::RequestUri(_)
    ));
    let long = format!("INVITE sip:{}@b SIP/2.0", "a".repeat(1024));
    assert_eq!(error(&with(&long)).status(), 414);
    request(&with("INVITE sip:a@b sip/2.0"));
    request(&format!("\r\n\r\n{INVITE}"));
    for line in [
        "SIP/2.0 99 x",
        "SIP/2.0 700 x",
        "SIP/2.0 0200 x",
        "SIP/2.0 +20 x",
        "SIP/3.0 200 x",
    ] {
        let e = error(&with(line));
        assert!(e.response().is_none(), "{line}");
    }
    assert!(Message::parse(Bytes::from(with("SIP/2.0 200")), &Limits::default()).is_ok());
}

#[test]
fn header_lines() {
    let with = |line: &str| INVITE.replacen("l: 3\r\n", &format!("{line}\r\nl: 3\r\n"), 1);
    assert_eq!(kind(&with("no colon")), ParseErrorKind::HeaderLine);
    assert_eq!(kind(&with(": no name")), ParseErrorKind::HeaderLine);
    assert_eq!(kind(&with("two words: x")), ParseErrorKind::HeaderLine);
    assert_eq!(kind(&with("X: bare\rCR")), ParseErrorKind::HeaderLine);
    assert_eq!(kind(&with("X: bare\nY: LF")), ParseErrorKind::HeaderLine);
    assert_eq!(kind(&with("X: a\r\n b\rc")), ParseErrorKind::HeaderLine);
    assert_eq!(
        kind(&with("i: again")),
        ParseErrorKind::Repeated(HeaderName::CallId)
    );
    assert_eq!(kind(&with("Max-Forwards: 256")).status(), 400);
    let m = request(&with("X:a\r\n\tb \r\n   c\r\nY:\r\n \r\nZ:"));
    assert_eq!(m.headers.get_str("X"), Some("a b c"));
    assert_eq!(m.headers.get_str("Y"), Some(""));
    assert_eq!(m.headers.get_str("Z"), Some(""));
    // Bytes that are no UTF-8 pass.
    let mut raw = with("X: ?").into_bytes();
    let at = raw.iter().position(|&b| b == b'?').expect("?");
    raw[at] = 0xff;
    let m = Message::parse(Bytes::from(raw), &Limits::default()).expect("message");
    assert_eq!(m.headers().get("x"), Some(&[0xff][..]));
    assert_eq!(m.headers().get_str("x"), None);
}

#[test]
fn a_first_line_that_is_a_fold_is_refused() {
    let text = INVITE.replacen("v: ", " v: ", 1);
    assert_eq!(kind(&text), ParseErrorKind::HeaderLine);
}

#[test]
fn mandatory_headers() {
    for (line, name) in [
        (
            "f: \"A \\\"B\\\"\" <sip:alice@example.org>;tag=1\r\n",
            HeaderName::From,
        ),
        ("To: <sip:100@example.com>\r\n", HeaderName::To),
        ("i: x@y\r\n", HeaderName::CallId),
        ("CSeq: 1 INVITE\r\n", HeaderName::CSeq),
    ] {
        let e = error(&INVITE.replacen(line, "", 1));
        assert_eq!(e.kind, ParseErrorKind::Header(HeaderError::Missing(name)));
        assert_eq!(e.response().map(|r| r.status), Some(400));
    }
    let via = "v: SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKabc;rport\r\n";
    let e = error(&INVITE.replacen(via, "", 1));
    assert!(e.response().is_none(), "nobody to answer");
    assert_eq!(
        error(&INVITE.replacen("tag=1", "tag=1;tag=2", 1)).status(),
        400,
        "two readers might take different tags"
    );
}

#[test]
fn content_length() {
    let with = |value: &str| INVITE.replacen("l: 3", &format!("l: {value}"), 1);
    assert_eq!(kind(&with("7")), ParseErrorKind::BodyTooShort);
    assert_eq!(
        kind(&with("18446744073709551615")),
        ParseErrorKind::BodyTooShort
    );
    for value in ["-1", "+3", "3, 3", "0x3", "", "18446744073709551616"] {
        assert!(
            matches!(kind(&with(value)), ParseErrorKind::Header(_)),
            "{value}"
        );
    }
    assert_eq!(request(&with("0")).body.len(), 0);
    assert_eq!(request(&with("006")).body.len(), 6);
    assert_eq!(request(&INVITE.replacen("l: 3\r\n", "", 1)).body.len(), 6);
}

#[test]
fn limits_hold() {
    let limits = Limits {
        message: INVITE.len() + 80,
        head: INVITE.len() + 60,
        headers: 12,
        uri: 64,
    };
    let parse = |text: String| Message::parse(Bytes::from(text), &limits);
    let with = |n: usize| {
        INVITE.replacen(
            "l: 3\r\n",
            &format!("{}l: 3\r\n", "X-Y: y\r\n".repeat(n)),
            1,
        )
    };
    assert_eq!(parse(with(3)).map(|_| ()).map_err(|e| e.kind), Ok(()));
    let e = parse(with(5)).expect_err("too many headers");
    assert_eq!(
        (e.kind.clone(), e.status()),
        (ParseErrorKind::TooLarge, 513)
    );
    assert_eq!(e.response().map(|r| r.status), Some(513));
    let e = parse(INVITE.replacen("abcdef", &"b".repeat(400), 1)).expect_err("too long");
    assert_eq!(e.kind, ParseErrorKind::TooLarge);
}

#[test]
fn an_ack_is_never_answered() {
    let ack = INVITE.replace("INVITE", "ACK");
    request(&ack);
    assert!(error(&ack.replace("l: 3", "l: 999")).response().is_none());
    // Not even when only CSeq says so.
    let odd = ack.replacen("ACK sip:", "A@K sip:", 1);
    assert!(error(&odd).response().is_none());
    assert!(
        error(&INVITE.replace("l: 3", "l: 999"))
            .response()
            .is_some()
    );
}

#[test]
fn an_answer_says_what_is_wrong() {
    let e = error(&INVITE.replace("l: 3", "l: 999"));
    assert_eq!(e.method, Some(Method::Invite));
    let r = e.response().expect("answer");
    assert_eq!(r.reason, "Bad Request: body shorter than Content-Length");
    assert!(r.headers.to().expect("To").tag().is_some());
    assert_eq!(r.headers.call_id(), Ok("x@y"));
}
