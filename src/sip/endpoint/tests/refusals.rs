//! What is refused, and how much is kept of it.

use bytes::Bytes;

use super::harness::*;
use crate::sip::endpoint::Accepting;
use crate::sip::leg::LegCommand;
use crate::sip::message::HeaderName;

fn request(method: &str, uri: &str, headers: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\n\
         Max-Forwards: 70\nFrom: <sip:ann@example.com>;tag=f\nTo: <sip:100@192.0.2.1>\n\
         Call-ID: r\nCSeq: 1 {method}\nContact: <sip:ann@192.0.2.9>\n{headers}Content-Length: 0\n\n"
    )
}

#[test]
fn outside_of_dialogs() {
    for (method, status) in [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("UPDATE", 481),
        ("PRACK", 481),
        ("INFO", 481),
        ("NOTIFY", 481),
        ("REFER", 403),
        ("SUBSCRIBE", 489),
        ("MESSAGE", 405),
        ("PUBLISH", 405),
        ("REGISTER", 403),
        ("DANCE", 501),
        ("CANCEL", 481),
    ] {
        let mut s = Script::new();
        s.say(&request(method, "sip:100@192.0.2.1", ""));
        let response = s.last_response();
        assert_eq!(response.status, status, "{method}");
        assert!(response.headers.to().expect("To").tag().is_some());
        if matches!(status, 200 | 405 | 501) {
            assert!(response.headers.contains(HeaderName::Allow), "{method}");
        }
        // Stateless: nothing is kept.
        assert_empty(&s.endpoint);
        assert!(s.told().is_empty());
    }
}

#[test]
fn an_invite_that_can_not_be_taken() {
    for (uri, headers, status, says) in [
        ("foo:bar", "", 416, None),
        (
            "sip:1@h",
            "Require: 100rel, x, y\n",
            420,
            Some((HeaderName::Unsupported, "x, y")),
        ),
    ] {
        let mut s = Script::new();
        s.say(&request("INVITE", uri, headers));
        let response = s.last_response();
        assert_eq!(response.status, status);
        if let Some((name, value)) = says {
            assert_eq!(response.headers.get_str(name), Some(value));
        }
        assert_empty(&s.endpoint);
    }
}

#[test]
fn bodies_that_nobody_reads() {
    for (headers, name) in [
        ("Content-Type: text/plain\n", HeaderName::Accept),
        (
            "Content-Encoding: gzip\nContent-Type: application/sdp\n",
            HeaderName::AcceptEncoding,
        ),
    ] {
        let mut s = Script::new();
        let text = request("INVITE", "sip:1@h", headers)
            .replace("Content-Length: 0\n\n", "Content-Length: 1\n\nx");
        s.say(&text);
        let response = s.last_response();
        assert_eq!(response.status, 415);
        assert!(response.headers.contains(name));
    }
}

#[test]
fn a_request_that_came_by_two_ways() {
    let mut s = Script::new();
    s.say(&request("INVITE", "sip:1@h", ""));
    s.say(&request("INVITE", "sip:1@h", ""));
    assert_eq!(s.heard(), ["482 INVITE"]);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Hangup { reason: None });
    s.ends_empty();
}

#[test]
fn no_new_calls_but_the_old_ones_go_on() {
    let mut s = Script::new();
    let (_, tag) = s.established("");
    s.endpoint
        .set_accepting(Accepting::NoNewCalls { retry_after: 30 });
    s.say(&request("INVITE", "sip:1@h", ""));
    let refusal = s.last_response();
    assert_eq!(refusal.status, 503);
    assert_eq!(refusal.headers.retry_after(), Ok(Some(30)));
    s.within(&tag, 2, "BYE", "", "");
    assert_eq!(s.heard(), ["200 BYE"]);
}

fn flood(s: &mut Script, n: u32) {
    for i in 0..n {
        s.raw(Bytes::from(format!(
            "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKf{i}\r\n\
             From: <sip:a@b>;tag={i}\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: f{i}\r\n\
             CSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.9>\r\nContent-Length: 0\r\n\r\n"
        )));
    }
}

#[test]
fn twenty_thousand_unanswered_invites() {
    let mut s = Script::with(|c| c.limits.pending_invites = 500);
    let (leg, tag) = s.established("");
    s.heard();
    flood(&mut s, 20_000);
    let stats = s.endpoint.stats();
    assert_eq!((stats.pending_invites, stats.legs), (500, 501));
    assert_eq!(stats.overload, 19_500);
    assert!(stats.server_transactions <= 502 && stats.deadlines <= 1100);
    // Their repetitions make nothing new, and the call in progress is served.
    s.heard();
    flood(&mut s, 500);
    assert_eq!(s.endpoint.stats().pending_invites, 500);
    s.heard();
    s.within(&tag, 2, "OPTIONS", "", "");
    assert_eq!(s.heard(), ["200 OPTIONS"]);
    s.command(leg, LegCommand::Hangup { reason: None });
    s.ends_empty();
}

#[test]
fn what_is_no_message_is_no_harm() {
    let mut s = Script::new();
    for junk in [
        "\r\n\r\n",
        "\0\0\0\0",
        "hello",
        "SIP/2.0 200 OK\r\n\r\n",
        "INVITE",
    ] {
        s.raw(Bytes::from(junk));
    }
    s.raw(Bytes::from_static(&[0xff, 0, 0x80, 13, 10]));
    assert!(s.heard().is_empty());
    // A request that can be answered is.
    let broken = request("OPTIONS", "sip:1@h", "").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE");
    s.say(&broken);
    assert_eq!(s.last_response().status, 400);
    assert_empty(&s.endpoint);
}

#[test]
fn stray_responses_and_acks_are_counted_and_dropped() {
    let mut s = Script::new();
    s.say(
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1-0000000000000000\n\
         From: <sip:a@b>;tag=1\nTo: <sip:a@b>;tag=2\nCall-ID: x\nCSeq: 1 INVITE\n\
         Content-Length: 0\n\n",
    );
    s.say(&request("ACK", "sip:1@h", ""));
    assert!(s.heard().is_empty());
    assert_eq!(s.endpoint.stats().stray, 2);
}
