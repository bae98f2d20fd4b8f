use bytes::Bytes;

use super::*;

fn invite() -> &'static str {
    "INVITE sip:100@example.com;transport=tcp SIP/2.0\r\n\
     v: SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKabc;rport\r\n\
     f: \"A \\\"B\\\"\" <sip:alice@example.org>;tag=1\r\n\
     To: <sip:100@example.com>\r\n\
     i: x@y\r\n\
     CSeq: 1 INVITE\r\n\
     m: <sip:alice@192.0.2.1>\r\n\
     l: 3\r\n\r\nabcdef"
}

#[test]
fn a_request_and_its_response() {
    let m = Message::parse(Bytes::from_static(invite().as_bytes()), &Limits::default()).unwrap();
    let Message::Request(r) = m else { panic!() };
    assert_eq!(r.method, Method::Invite);
    assert_eq!(r.uri.to_string(), "sip:100@example.com;transport=tcp");
    assert_eq!(&r.body[..], b"abc");
    assert_eq!(r.headers.from().unwrap().display, "A \"B\"");
    assert_eq!(r.headers.top_via().unwrap().rport(), Some(None));
    let ok = Response::to_request(&r, 200, Some("t"));
    let text = ok.to_bytes();
    let Message::Response(back) = Message::parse(text, &Limits::default()).unwrap() else {
        panic!()
    };
    assert_eq!(back, ok);
    assert_eq!(back.headers.to().unwrap().tag(), Some("t"));
}
