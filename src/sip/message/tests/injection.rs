//! Whatever text is put into a message, it stays in its place.

use proptest::prelude::*;

use super::corpus::{INVITE, request};
use crate::sip::message::*;

/// Text that tries to get out.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::collection::vec(
            prop_oneof![
                Just("\r\n"),
                Just("\n"),
                Just("\r"),
                Just("\""),
                Just("\\"),
                Just("<"),
                Just(">"),
                Just(";"),
                Just(","),
                Just("?"),
                Just("@"),
                Just(":"),
                Just("%"),
                Just("%0d%0a"),
                Just("\0"),
                Just(" "),
                Just("a"),
                Just("ü"),
                Just("X-Evil: 1"),
                Just("\u{7f}")
            ],
            0..12
        )
        .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_value_ends_its_line(text in nasty(), other in nasty()) {
        let mut m = request(INVITE);
        m.headers.push("X-Note", text.clone());
        m.headers.push(&*other, text.clone());
        m.headers.set(HeaderName::Subject, other.clone());
        m.headers.push_front("X-First", other.clone());
        m.headers.replace_first_value(HeaderName::RecordRoute, text.as_bytes());
        let fields = m.headers.iter().filter(|h| h.name != HeaderName::ContentLength).count();
        let written = m.to_bytes();
        let head = written.split(|&b| b == b'\n').take_while(|line| *line != b"\r").count();
        prop_assert_eq!(head, fields + 2, "start line, fields, Content-Length");
        prop_assert_eq!(written.iter().filter(|&&b| b == b'\r').count(), head + 1);
    }

    #[test]
    fn no_reason_ends_its_line(text in nasty()) {
        let mut r = Response::to_request(&request(INVITE), 486, Some(&text));
        r.reason = text.into();
        let written = r.to_bytes();
        let Ok(Message::Response(back)) = Message::parse(written, &Limits::default()) else {
            panic!("not a response any more");
        };
        prop_assert_eq!(back.headers.len(), r.headers.len());
    }

    #[test]
    fn no_user_leaves_its_uri(user in nasty(), value in nasty()) {
        let mut uri = Uri::sip(Some(&user), Host::parse("example.com").expect("host"), Some(5060));
        uri.params.set_uri("x", Some(&value));
        let written = uri.to_string();
        let back: Uri = written.parse().expect("a URI");
        prop_assert_eq!(back.user_decoded(), user.as_str());
        prop_assert_eq!(back.host.to_string(), "example.com");
        prop_assert_eq!(back.port, Some(5060));
        prop_assert!(back.headers.is_none() && back.password.is_none());
        prop_assert_eq!(back.params.iter().count(), 1);
    }

    #[test]
    fn a_uri_filled_by_hand_stays_one_word(
        user in nasty(), password in nasty(), host in nasty(), headers in nasty()
    ) {
        let mut uri = Uri::sip(None, Host::Name(host.into()), None);
        uri.user = Some(user.into());
        uri.password = Some(password.into());
        uri.headers = Some(headers.into());
        let written = uri.to_string();
        prop_assert!(written.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"".contains(&b)));
        prop_assert_eq!(written.matches('@').count(), 1);
    }

    #[test]
    fn no_display_name_or_parameter_leaves_its_quotes(name in nasty(), value in nasty()) {
        let mut addr = NameAddr::new("sip:a@example.com".parse().expect("URI"));
        addr.display = name.clone();
        addr.set_tag("t");
        addr.params.set("text", Some(&value));
        let written = addr.to_string();
        prop_assert!(!written.contains(['\r', '\n', '\0']));
        let back = NameAddr::parse(written.as_bytes()).expect("an address");
        let clean = |s: &str| s.replace(|c: char| c.is_control(), " ");
        prop_assert_eq!(&back.display, &clean(&name));
        prop_assert_eq!(back.params.get_unescaped("text").map(|t| t.into_owned()), Some(clean(&value)));
        prop_assert_eq!(back.tag(), Some("t"));
        prop_assert_eq!(back.params.iter().count(), 2);
    }

    #[test]
    fn no_credential_leaves_its_quotes(user in nasty(), realm in nasty()) {
        let written = AuthWriter::new("Digest")
            .quoted("username", &user)
            .quoted("realm", &realm)
            .plain("algorithm", &realm)
            .finish();
        let back = AuthParams::parse(written.as_bytes()).expect("credentials");
        let clean = |s: &str| s.replace(|c: char| c.is_control(), " ");
        prop_assert_eq!(back.get("username"), Some(&*clean(&user)));
        prop_assert_eq!(back.get("realm"), Some(&*clean(&realm)));
        prop_assert_eq!(back.get("algorithm"), Some(&*clean(&realm)));
        prop_assert_eq!(back.iter().count(), 3);
    }
}

#[test]
fn a_name_made_of_text_is_a_token() {
    assert_eq!(HeaderName::from("X\r\nEvil: 1").as_str(), "X--Evil--1");
    assert_eq!(HeaderName::from("").as_str(), "-");
}
