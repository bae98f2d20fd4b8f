use super::*;

fn uri(text: &str) -> Uri {
    text.parse().expect(text)
}

#[test]
fn parts() {
    let u = uri("sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?Subject=a%20b&X=1");
    assert_eq!(u.scheme, Scheme::Sips);
    assert_eq!(u.user.as_deref(), Some("alice"));
    assert_eq!(u.password.as_deref(), Some("secret"));
    assert_eq!(u.host, Host::V6("2001:db8::1".parse().expect("v6")));
    assert_eq!(u.port, Some(5061));
    assert_eq!(u.param("TRANSPORT"), Some("tcp"));
    assert!(u.is_lr() && u.is_secure());
    assert_eq!(u.header("subject").as_deref(), Some("a b"));
    assert_eq!(
        u.to_string(),
        "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?Subject=a%20b&X=1"
    );
    assert_eq!(
        u.for_request().to_string(),
        "sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr"
    );
    assert_eq!(
        uri("sip:a;maddr=192.0.2.1").maddr(),
        Host::parse("192.0.2.1").ok()
    );
}

#[test]
fn what_is_harmless_is_taken_and_written_right() {
    assert_eq!(
        uri("sip:*21#@example.com").to_string(),
        "sip:*21%23@example.com"
    );
    assert_eq!(uri("sip:*21#@example.com").user_decoded(), "*21#");
    assert_eq!(
        uri("SIP:Jörg@example.com").to_string(),
        "sip:J%C3%B6rg@example.com"
    );
    assert_eq!(
        uri("sip:a_b.example.com").host.to_string(),
        "a_b.example.com"
    );
    assert_eq!(
        uri("tel:+49-(30)-901820;ext=5").to_string(),
        "tel:+49-(30)-901820;ext=5"
    );
    assert_eq!(uri("HTTP://a/b?c").to_string(), "http://a/b?c");
}

#[test]
fn what_is_malformed_is_refused() {
    for bad in [
        "",
        "sip",
        "sip:",
        "sip:@b",
        "sip:a@",
        "sip:a@b@c",
        "sip:a b@c",
        "sip:a@b c",
        "sip:<a@b>",
        "sip:\"a\"@b",
        "sip:a@b:",
        "sip:a@b:x",
        "sip:a@b:65536",
        "sip:a@b:-1",
        "sip:a%4@b",
        "sip:a%zz@b",
        "sip:a@b;",
        "sip:a@b;;x",
        "sip:a@b;x=",
        "sip:a@b;=x",
        "sip:a@b;x=%4",
        "sip:a@b?",
        "sip:a@b?x=%4",
        "sip:a@[::1",
        "sip:a@[::1]x",
        "sip:a@[::g]",
        "sip:a@::1",
        "sip:a@[::1%25eth0]",
        "1sip:a",
        " sip:a@b",
        "sip:a@b ",
        "tel:",
        "tel:+49 30",
        "tel:x",
        "x:",
        "sip:a@b\r\nX: y",
        "sip:a\0@b",
        "sip:a@b;x=\"y\"",
        "sip:a@b:5060:1",
        "sip:a@b,c",
        "sip:a@[2001:db8:::10]",
        "sip:a@[2001:db8::::192.0.2.1]",
    ] {
        assert!(Uri::parse(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let many = format!("sip:a@b{}", ";x".repeat(Params::MOST + 1));
    assert!(Uri::parse(many.as_bytes()).is_err());
}

/// The examples of RFC 3261 §19.1.4.
#[test]
fn equivalence() {
    for (a, b) in [
        (
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp",
        ),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;newparam=5",
        ),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"),
        ("tel:+1-201-555", "tel:+1(201)555"),
    ] {
        assert!(
            uri(a).equivalent(&uri(b)) && uri(b).equivalent(&uri(a)),
            "{a} {b}"
        );
    }
    for (a, b) in [
        (
            "SIP:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP",
        ),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;user=phone"),
        (
            "sip:bob@biloxi.com;transport=udp",
            "sip:bob@biloxi.com;transport=tcp",
        ),
        ("sip:bob@biloxi.com:5060", "sip:bob@biloxi.com:6000"),
        (
            "sip:carol@chicago.com",
            "sip:carol@chicago.com?Subject=next%20meeting",
        ),
        (
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off",
        ),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:a@b", "sips:a@b"),
        ("sip:a:b@c", "sip:a@c"),
        ("tel:+1201;ext=1", "tel:+1201"),
    ] {
        assert!(
            !uri(a).equivalent(&uri(b)) && !uri(b).equivalent(&uri(a)),
            "{a} {b}"
        );
    }
}

#[test]
fn a_uri_in_a_log_shows_no_user() {
    assert_eq!(
        format!("{:?}", uri("sip:+4930901820:pin@example.com:5070")),
        "sip:…@example.com:5070"
    );
    assert_eq!(format!("{:?}", uri("tel:+4930901820")), "tel:…@");
}
