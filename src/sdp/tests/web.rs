//! Browsers: ICE and DTLS-SRTP.

use super::*;
use crate::sdp::plan::{Fingerprint, IceCredentials};

const SHOWN: &str = "sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08";

/// As Chromium writes it, with fewer codecs.
fn offer(ufrag: &str, setup: &str) -> String {
    format!(
        "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
         a=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS 1\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\n\
         a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:w6Y+gXyZ0123456789abcdef\r\n\
         a=ice-options:trickle\r\na=fingerprint:{SHOWN}\r\na=setup:{setup}\r\na=mid:0\r\n\
         a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\n\
         a=msid:1 2\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\n\
         a=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n\
         a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n\
         a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n\
         a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
    )
}

fn to_browsers() -> LocalMedia {
    LocalMedia {
        web: Some(Fingerprint([0xAB; 32])),
        secure_signalling: true,
        ..local()
    }
}

#[test]
fn an_offer_of_a_browser_is_answered_for_a_browser() {
    let (answer, plan) = answer(&offer("AbCd", "actpass"), &to_browsers()).unwrap();
    let web = plan.web.clone().expect("for a browser");
    assert_eq!((plan.codec, plan.send_payload_type), (Codec::Opus, 111));
    assert_eq!(plan.dtmf.unwrap().clock_rate, 48_000);
    assert!(plan.rtcp_mux && plan.srtp.is_none() && plan.remote_rtp.is_none());
    assert!(!plan.holds_us() && !web.active);
    assert_eq!(web.theirs.ufrag, "AbCd");
    assert_eq!(web.fingerprint.to_string(), SHOWN);
    let body = answer.as_bytes();
    assert_eq!(
        lines(body, "m="),
        ["m=audio 20000 UDP/TLS/RTP/SAVPF 111 110"]
    );
    assert_eq!(lines(body, "a=setup"), ["a=setup:passive"]);
    assert_eq!(lines(body, "a=group"), ["a=group:BUNDLE 0"]);
    assert_eq!(lines(body, "a=mid"), ["a=mid:0"]);
    assert_eq!(lines(body, "a=rtcp"), ["a=rtcp-mux"]);
    assert_eq!(
        lines(body, "a=candidate"),
        ["a=candidate:1 1 udp 2130706431 192.0.2.10 20000 typ host"]
    );
    let ours = Fingerprint([0xAB; 32]).to_string();
    assert_eq!(
        lines(body, "a=fingerprint"),
        [format!("a=fingerprint:{ours}")]
    );
    // RFC 8839 §5.3: of the session, and before the media.
    let lite = answer.find("a=ice-lite").unwrap();
    assert!(lite < answer.find("m=audio").unwrap());
    let IceCredentials { ufrag, password } = &web.ours;
    assert!(ufrag.len() >= 4 && password.len() >= 22);
    assert!(answer.contains(&format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n")));
}

#[test]
fn who_is_no_browser_to_us_is_refused_and_not_answered_in_the_clear() {
    assert_eq!(
        answer(&offer("AbCd", "actpass"), &local()).unwrap_err(),
        Refusal::NoAudio
    );
}

#[test]
fn an_offer_to_a_browser_and_its_answer() {
    let mut session = Session::new(1);
    let body = session.offer(&to_browsers());
    let line = lines(&body, "m=audio")[0].to_owned();
    assert!(
        line.starts_with("m=audio 20000 UDP/TLS/RTP/SAVPF 111 "),
        "{line}"
    );
    assert_eq!(lines(&body, "a=setup"), ["a=setup:actpass"]);
    assert_eq!(lines(&body, "a=crypto"), [""; 0]);
    let plan = session.accept(offer("EfGh", "active").as_bytes()).unwrap();
    let web = plan.web.unwrap();
    assert!(!web.active);
    assert_eq!(web.theirs.ufrag, "EfGh");
    assert!(text(&body).contains(&format!("a=ice-ufrag:{}\r\n", web.ours.ufrag)));
    // Held by us later: the same path, the same keys.
    let mut held = to_browsers();
    held.direction = Direction::SendOnly;
    let again = session.offer(&held);
    assert_eq!(lines(&again, "a=ice-ufrag"), lines(&body, "a=ice-ufrag"));
    assert_eq!(lines(&again, "a=mid"), ["a=mid:0"]);
}

#[test]
fn a_browser_that_begins_ice_anew_gets_other_credentials() {
    let mut session = Session::new(1);
    let mut ours = |ufrag: &str, setup| {
        let (_, plan) = session
            .answer(offer(ufrag, setup).as_bytes(), &to_browsers())
            .unwrap();
        plan.web.unwrap()
    };
    let first = ours("AbCd", "actpass");
    assert_eq!(ours("AbCd", "actpass"), first, "a hold is no restart");
    let second = ours("WxYz", "actpass");
    assert_ne!(second.ours, first.ours);
    assert_eq!(ours("WxYz", "actpass").ours, second.ours);
}

#[test]
fn what_is_missing_is_told() {
    let without = |line: &str| {
        let whole = offer("AbCd", "actpass");
        let kept = whole
            .split_inclusive("\r\n")
            .filter(|l| !l.starts_with(line));
        answer(&kept.collect::<String>(), &to_browsers()).map(|_| ())
    };
    let no_credentials = Err(Refusal::Malformed("no ICE credentials"));
    assert_eq!(without("a=ice-ufrag"), no_credentials);
    assert_eq!(without("a=ice-pwd"), no_credentials);
    assert_eq!(without("a=fingerprint"), Err(Refusal::NoFingerprint));
    assert_eq!(without("a=setup"), Ok(()));
    assert_eq!(without("a=mid"), Ok(()));
}

#[test]
fn what_holds_for_the_session_holds_for_its_line() {
    // As Firefox writes the fingerprint.
    let whole = offer("AbCd", "actpass");
    let line = format!("a=fingerprint:{SHOWN}\r\n");
    let moved = whole
        .replace(&line, "")
        .replace("t=0 0\r\n", &format!("t=0 0\r\n{line}"));
    let (_, plan) = answer(&moved, &to_browsers()).unwrap();
    assert_eq!(plan.web.unwrap().fingerprint.to_string(), SHOWN);
}

#[test]
fn a_name_of_a_line_can_not_break_ours() {
    let whole = offer("AbCd", "actpass").replace("a=mid:0", "a=mid:0 a=x\u{7f}");
    let (answer, _) = answer(&whole, &to_browsers()).unwrap();
    assert_eq!(lines(answer.as_bytes(), "a=mid"), [""; 0]);
}

#[test]
fn fingerprints_are_read_strictly() {
    assert!(Fingerprint::parse(&SHOWN.to_lowercase()).is_some());
    for wrong in [
        "",
        "sha-256",
        "sha-256 AB",
        "sha-1 AB:CD",
        &format!("{SHOWN}:00"),
        &SHOWN[..90],
    ] {
        assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
    }
}
