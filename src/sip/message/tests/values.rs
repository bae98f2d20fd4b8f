use crate::sip::message::*;

#[test]
fn addresses() {
    let read = |s: &str| NameAddr::parse(s.as_bytes());
    let a = read("sip:a@b;tag=x").expect("bare");
    assert_eq!((a.uri.params.is_empty(), a.tag()), (true, Some("x")));
    let a = read("<sip:a@b;p=1>;tag=x").expect("brackets");
    assert_eq!((a.uri.param("p"), a.tag()), (Some("1"), Some("x")));
    let a = read("Ren\u{e9} M. (Berlin) <sip:a@b>").expect("lenient name");
    assert_eq!(a.display, "Ren\u{e9} M. (Berlin)");
    let a = read("\"<sip:evil@x>\" <sip:a@b>").expect("quoted bracket");
    assert_eq!(a.uri.to_string(), "sip:a@b");
    assert_eq!(read("\"\" <sip:a@b>").expect("empty name").display, "");
    let a = read("<sip:a@b>;+sip.instance=\"<urn:uuid:0>\";q=0.5;expires=60").expect("contact");
    assert_eq!(a.params.get("+SIP.instance"), Some("<urn:uuid:0>"));
    assert_eq!((a.q(), a.expires()), (500, Some(60)));
    assert_eq!(
        read("sip:a@b;x=\"<\"")
            .expect("bracket in a value")
            .uri
            .to_string(),
        "sip:a@b"
    );
    for bad in [
        "",
        "<>",
        "<sip:a@b",
        "sip:a@b>",
        "\"a\" sip:a@b",
        "\"a <sip:a@b>",
        "a, b <sip:a@b>",
        "<sip:a@b> x",
        "<sip:a@b>x=y",
        "<sip:a@b>;",
        "<sip:a@b>;;x",
        "<sip:a@b>;x=",
        "< sip:a@b >",
        "sip:a@b?x=y",
        "sip:a b@c",
        "<sip:a@b>;x=\"y",
        "<sip:a@b>;tag=1;TAG=2",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn q_values() {
    let q = |v: &str| {
        NameAddr::parse(format!("<sip:a>;q={v}").as_bytes())
            .expect(v)
            .q()
    };
    for (text, thousandths) in [
        ("1", 1000),
        ("0", 0),
        ("0.7", 700),
        ("0.123", 123),
        ("1.0", 1000),
        (".5", 500),
        ("1.1", 1000),
        ("x", 1000),
        ("0.1234", 1000),
        ("2", 1000),
    ] {
        assert_eq!(q(text), thousandths, "{text}");
    }
}

#[test]
fn vias() {
    let read = |s: &str| Via::parse(s.as_bytes());
    let v = read("SIP/2.0/UDP 192.0.2.1:5061 ;branch=z9hG4bKa ; rport = 7").expect("Via");
    assert_eq!(
        (v.port, v.rport(), v.branch()),
        (Some(5061), Some(Some(7)), Some("z9hG4bKa"))
    );
    let v = read("sip / 2.0 / tls [2001:db8::1] : 5061").expect("blanks");
    assert_eq!((v.transport.as_ref(), v.port), ("tls", Some(5061)));
    assert_eq!(v.host.to_string(), "[2001:db8::1]");
    assert_eq!(
        read("SIP/2.0/UDP a;branch=Z9HG4BKx")
            .expect("case")
            .unique_branch(),
        Some("Z9HG4BKx")
    );
    assert_eq!(
        read("SIP/2.0/UDP a;branch=z9hG4b")
            .expect("short")
            .unique_branch(),
        None
    );
    assert_eq!(
        read("SIP/2.0/UDP a;rport=x").expect("odd").rport(),
        Some(None)
    );
    for bad in [
        "",
        "SIP/2.0",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP ",
        "HTTP/1.1/TCP a",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a:b",
        "SIP/2.0/UDP a:70000",
        "SIP/2.0/UDP [::1",
        "SIP/2.0/UDP ::1",
        "SIP/2.0/UDP a;;",
        "SIP/2.0/UDP a;branch=1;branch=2",
        "SIP/2.0/U P a",
        "SIP//UDP a",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn numbers_and_methods() {
    assert!(CSeq::parse(b"4294967295 \t INVITE").is_ok());
    for bad in [
        "",
        "1",
        "INVITE",
        "4294967296 INVITE",
        "-1 INVITE",
        "1 INV ITE",
        "1 ",
        "1INVITE",
    ] {
        assert!(CSeq::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    for bad in ["1 INVITE", "1 2", "1 2 3 INVITE", "x 1 INVITE"] {
        assert!(RAck::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert_eq!(
        Method::new(b"Invite").map(|m| m == Method::Invite),
        Some(false)
    );
    assert_eq!(Method::new(b""), None);
    assert_eq!(Method::new(b"A B"), None);
}

#[test]
fn session_timers() {
    let read = |s: &str| SessionExpires::parse(s.as_bytes());
    let value = read("90 ; Refresher = UAC").expect("value");
    assert_eq!((value.delta, value.refresher), (90, Some(Refresher::Uac)));
    assert_eq!(read("90;x=y").expect("other").refresher, None);
    for bad in ["", "x", "90;refresher=proxy", "90,91", "4294967296"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn credentials() {
    let read = |s: &str| AuthParams::parse(s.as_bytes());
    let a = read("Digest , realm = \"a\" ,, qop=\"auth,auth-int\", stale=FALSE").expect("lenient");
    assert_eq!(a.get("qop"), Some("auth,auth-int"));
    assert_eq!(a.get("stale"), Some("FALSE"));
    assert!(read("Negotiate").is_ok_and(|a| a.iter().count() == 0));
    for bad in [
        "",
        "Digest a",
        "Digest a=\"b",
        "Digest a=\"b\"c",
        "Digest a=b c",
        "Digest =b",
        "Digest a=1, A=2",
        "Digest a b=c",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let many: Vec<_> = (0..=AuthParams::MOST).map(|i| format!("p{i}=1")).collect();
    assert!(read(&format!("Digest {}", many.join(","))).is_err());
}

#[test]
fn retry_after_replaces_and_media_types() {
    let mut h = Headers::new();
    for (text, value) in [
        ("18000;duration=3600", Some(18000)),
        ("120 (I'm in a meeting)", Some(120)),
        ("5", Some(5)),
        ("soon", None),
        ("949302838503028349304023988", None),
        ("5 x", None),
    ] {
        h.set(HeaderName::RetryAfter, text);
        assert_eq!(h.retry_after().ok().flatten(), value, "{text}");
    }
    for bad in [
        "",
        "a",
        "a;to-tag=1",
        "a;from-tag=1",
        "a b;to-tag=1;from-tag=2",
    ] {
        assert!(Replaces::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(
        MediaType::parse(b"Application / SDP;charset=x").is_ok_and(|m| m.is("application", "sdp"))
    );
    assert!(MediaType::parse(b"application").is_err());
}

#[test]
fn parameters() {
    let mut p = Params::new();
    p.set("a", Some("1"));
    p.set("b", None);
    p.set("A", Some("two words; \"quoted\" \\"));
    assert_eq!(p.as_str(), ";b;A=\"two words; \\\"quoted\\\" \\\\\"");
    assert_eq!(
        p.get_unescaped("a").as_deref(),
        Some("two words; \"quoted\" \\")
    );
    p.set("bad name", Some("x"));
    assert!(!p.contains("bad name"));
    p.remove("B");
    assert_eq!(p.iter().count(), 1);
    assert!(p.get("b").is_none());
}
