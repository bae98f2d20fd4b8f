use super::*;

const INVITE: &str = "INVITE sip:+4930901820@zeroline.example;user=phone SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK776asdhds\r\n\
    From: \"Ann +49 30 123 4567\" <sip:+49301234567:pass@gw.example>;tag=1928301774\r\n\
    t: <sip:100@zeroline.example>\r\n\
    i: a84b4c76e66710@192.0.2.9\r\n\
    CSeq: 314159 INVITE\r\n\
    Contact: <sip:0049301234567@192.0.2.9:5060;transport=udp>\r\n\
    P-Asserted-Identity: \"Ann\" <sip:+49301234567@gw.example>, <tel:+49-30-123-4567;ext=55555>\r\n\
    Proxy-Authorization: Digest username=\"bob\",\r\n \
    response=\"6629fae49393a05397450978507c4ef1\"\r\n\
    User-to-User: 56616e6e61;encoding=hex\r\n\
    Identity: eyJhbGciOiJFUzI1NiJ9.eyJvcmlnIjp7InRuIjoiNDkzMDEyMzQ1NjcifX0\r\n\
    X-Customer: 4711 0815 99\r\n\
    Content-Type: application/sdp\r\n\
    Content-Length: 400\r\n\r\n\
    v=0\r\no=49301234567 2890844526 2890844526 IN IP4 192.0.2.9\r\ns=call of Ann\r\n\
    c=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 49172 RTP/SAVP 0\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n\
    a=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=rtpmap:0 PCMU/8000\r\n";

#[test]
fn no_number_no_proof_and_no_key_is_in_what_is_shown() {
    let shown = shown(INVITE.as_bytes()).unwrap();
    assert_eq!((&*shown.what, &*shown.method), ("INVITE", "INVITE"));
    assert_eq!(shown.from.as_deref(), Some("…67"));
    assert_eq!(shown.to.as_deref(), Some("100"));
    assert!(shown.sdp);
    for secret in [
        "1234567",
        "123 4567",
        "123-4567",
        "4930901820",
        "pass",
        "6629fae",
        "Digest",
        "56616e6e61",
        "eyJ",
        "4711",
        "0815",
        "PS1u",
        "asd88",
        "call of",
        "55555",
        "bob",
    ] {
        assert!(!shown.text.contains(secret), "{secret} in {}", shown.text);
    }
    for kept in [
        "INVITE sip:…20@zeroline.example;user=phone SIP/2.0\r\n",
        "branch=z9hG4bK776asdhds",
        ";tag=1928301774",
        "t: <sip:100@zeroline.example>\r\n",
        "Contact: <sip:…67@192.0.2.9:5060;transport=udp>\r\n",
        "Proxy-Authorization: [removed]\r\n",
        "a=crypto:[removed]\r\n",
        "a=rtpmap:0 PCMU/8000\r\n",
        "m=audio 49172 RTP/SAVP 0\r\n",
        "o=…67 2890844526 2890844526 IN IP4 192.0.2.9\r\n",
    ] {
        assert!(shown.text.contains(kept), "no {kept} in {}", shown.text);
    }
}

fn of(first: &str, method: &str, kind: &str, body: &str) -> Option<Shown> {
    let text = format!(
        "{first}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x@h\r\n\
         CSeq: 2 {method}\r\nContent-Type: {kind}\r\n\r\n{body}"
    );
    shown(text.as_bytes())
}

#[test]
fn digits_that_were_pressed_are_not_shown_and_how_a_transfer_goes_is() {
    let first = "INFO sip:b@h SIP/2.0";
    let pressed = of(
        first,
        "INFO",
        "application/dtmf-relay",
        "Signal=7\r\nDuration=160",
    )
    .unwrap();
    assert!(!pressed.text.contains("Signal"), "{}", pressed.text);
    assert!(
        pressed
            .text
            .contains("octets of application/dtmf-relay removed")
    );
    let first = "NOTIFY sip:b@h SIP/2.0";
    let body = "SIP/2.0 180 Ringing\r\nTo: <sip:+49301234567@h>";
    let told = of(first, "NOTIFY", "message/sipfrag;version=2.0", body).unwrap();
    assert!(told.text.ends_with("SIP/2.0 180 Ringing"), "{}", told.text);
}

#[test]
fn answers_are_told_by_their_status_and_what_is_of_no_call_is_not_told() {
    let answer = of("SIP/2.0 486 Busy Here", "INVITE", "text/plain", "").unwrap();
    assert_eq!(
        (&*answer.what, &*answer.method),
        ("486 Busy Here", "INVITE")
    );
    assert_eq!(of("SIP/2.0 200 OK", "REGISTER", "text/plain", ""), None);
    assert_eq!(
        of("OPTIONS sip:h SIP/2.0", "OPTIONS", "text/plain", ""),
        None
    );
    assert_eq!(shown(b""), None);
    assert_eq!(shown(b"\r\n\r\n"), None);
    assert_eq!(shown(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), None);
}

#[test]
fn the_call_is_known_by_its_name_long_or_short() {
    assert_eq!(call_id(INVITE.as_bytes()), Some("a84b4c76e66710@192.0.2.9"));
    let long = b"BYE sip:a@h SIP/2.0\r\nCALL-ID :  x y \r\n\r\ni: body";
    assert_eq!(call_id(long), Some("x y"));
    assert_eq!(call_id(b"BYE sip:a@h SIP/2.0\r\n\r\ni: body"), None);
}

#[test]
fn whatever_comes_is_shown_without_a_panic_and_within_a_bound() {
    let mut n = 7_u64;
    for round in 0..2_000_u64 {
        let mut bytes = INVITE.as_bytes().to_vec();
        for _ in 0..8 {
            n = n
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(round);
            let at = (n >> 33) as usize % bytes.len();
            bytes[at] = (n >> 20) as u8;
        }
        bytes.truncate((n >> 40) as usize % bytes.len());
        let _ = (shown(&bytes), call_id(&bytes));
    }
    let long = format!("{INVITE}{}", "a=x\r\n".repeat(10_000));
    let shown = shown(long.as_bytes()).unwrap();
    assert!(shown.text.len() < 2 * MOST && shown.text.ends_with("[the rest is cut]"));
}
