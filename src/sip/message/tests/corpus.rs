//! Messages to start from.

use bytes::Bytes;

use crate::sip::message::{Limits, Message, Request};

/// The torture messages and a plain call, as bytes.
pub(super) fn corpus() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("tests/torture")
        .map(|entry| entry.expect("entry").path())
        .collect();
    names.sort();
    let mut out: Vec<_> = names
        .iter()
        .map(|path| std::fs::read(path).expect("file"))
        .collect();
    out.push(INVITE.as_bytes().to_vec());
    out.push(PRACK.as_bytes().to_vec());
    out.push(RESPONSE.as_bytes().to_vec());
    out
}

pub(super) const INVITE: &str = "INVITE sip:100@example.com;transport=tcp SIP/2.0\r\n\
    v: SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKabc;rport\r\n\
    f: \"A \\\"B\\\"\" <sip:alice@example.org>;tag=1\r\n\
    To: <sip:100@example.com>\r\n\
    i: x@y\r\n\
    CSeq: 1 INVITE\r\n\
    m: <sip:alice@192.0.2.1>\r\n\
    Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\r\n\
    Timestamp: 54\r\n\
    l: 3\r\n\r\nabcdef";

pub(super) const PRACK: &str = "PRACK sip:alice@192.0.2.1 SIP/2.0\r\n\
    Via: SIP/2.0/TLS a.example.com;branch=z9hG4bK1, SIP/2.0/UDP b.example.com\r\n\
    From: sip:a@example.com;tag=2\r\nTo: Bob <tel:+49-30-901820;phone-context=x>;tag=3\r\n\
    Call-ID: p\r\nCSeq: 2 PRACK\r\nMax-Forwards: 70\r\nRAck: 776656 1 INVITE\r\n\
    Route: <sip:p1.example.com;lr>\r\nPath: <sip:p.example.com;lr>\r\n\
    Session-Expires: 1800;refresher=uas\r\nMin-SE: 90;x=y\r\nRSeq: 7\r\n\
    Refer-To: <sip:b@example.com?Replaces=c%40d%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n\
    Replaces: c@d;to-tag=1;from-tag=2;early-only\r\n\
    Reason: SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=16\r\n\
    P-Asserted-Identity: \"A\" <sip:a@example.com>, <tel:+4930>\r\n\
    User-to-User: 56a3;encoding=hex\r\nEvent: refer;id=1\r\n\
    Subscription-State: active;expires=60\r\nRetry-After: 30 (busy);duration=5\r\n\
    Expires: 60\r\nMin-Expires: 60\r\nSupported: timer, 100rel\r\nAllow: INVITE,, ACK\r\n\
    Authorization: Digest username=\"a\\\"b\", realm=\"r, s\", nonce=\"n\", uri=\"sip:x\", qop=auth\r\n\
    Authentication-Info: nextnonce=\"q\", qop=auth\r\n\
    Content-Disposition: session;handling=optional\r\n\
    Content-Type: multipart/mixed;boundary=\"a;b\"\r\nContent-Length: 0\r\n\r\n";

pub(super) const RESPONSE: &str = "SIP/2.0 180 Ringing\r\n\
    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;received=192.0.2.9;rport=61000\r\n\
    From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>;tag=2\r\n\
    Call-ID: r\r\nCSeq: 1 INVITE\r\nRequire: 100rel\r\nRSeq: 1\r\n\
    Contact: *\r\nContent-Length: 0\r\n\r\n";

pub(super) fn parse(text: &str) -> Message {
    Message::parse(Bytes::from(text.to_owned()), &Limits::default()).expect(text)
}

pub(super) fn request(text: &str) -> Request {
    match parse(text) {
        Message::Request(request) => request,
        Message::Response(response) => panic!("{response:?}"),
    }
}
