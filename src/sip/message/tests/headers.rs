use super::corpus::{INVITE, PRACK, RESPONSE, parse, request};
use crate::sip::message::*;

#[test]
fn names_in_every_form() {
    for (form, name) in [
        ("v", HeaderName::Via),
        ("VIA", HeaderName::Via),
        ("i", HeaderName::CallId),
        ("CALL-id", HeaderName::CallId),
        ("x", HeaderName::SessionExpires),
        ("r", HeaderName::ReferTo),
        ("p-asserted-identity", HeaderName::PAssertedIdentity),
    ] {
        assert_eq!(HeaderName::from(form), name);
    }
    assert_eq!(HeaderName::from("X-Foo"), HeaderName::from("x-foo"));
    assert_ne!(HeaderName::from("X-Foo"), HeaderName::from("x-bar"));
    // As long as the longest known name, and longer.
    assert_eq!(
        HeaderName::from("P-Preferred-Identity"),
        HeaderName::PPreferredIdentity
    );
    assert_eq!(HeaderName::from("Proxy-Authentications").as_str().len(), 21);
}

#[test]
fn every_known_name_is_found_by_its_own_spelling() {
    for text in [
        "Accept-Contact",
        "Authentication-Info",
        "Content-Disposition",
        "P-Preferred-Identity",
        "Proxy-Authorization",
        "Request-Disposition",
        "Subscription-State",
        "WWW-Authenticate",
        "MIME-Version",
        "SIP-ETag",
        "SIP-If-Match",
        "RSeq",
        "RAck",
        "Min-SE",
        "User-to-User",
    ] {
        let name = HeaderName::from(text);
        assert!(!matches!(name, HeaderName::Other(_)), "{text}");
        assert_eq!(name.as_str(), text);
    }
}

#[test]
fn adding_replacing_taking_away() {
    let mut h = Headers::new();
    h.push("X-A", "1");
    h.push(HeaderName::Via, "SIP/2.0/UDP a, SIP/2.0/UDP b");
    h.push("x-a", "2");
    h.push("X-B", "3");
    h.push_front(HeaderName::Via, "SIP/2.0/UDP z");
    assert_eq!(h.len(), 5);
    assert_eq!(h.get_str("X-A"), Some("1"));
    let vias: Vec<_> = h.values(HeaderName::Via).collect();
    assert_eq!(
        vias,
        [&b"SIP/2.0/UDP z"[..], b"SIP/2.0/UDP a", b"SIP/2.0/UDP b"]
    );
    h.remove_first_value(HeaderName::Via);
    h.replace_first_value(HeaderName::Via, "SIP/2.0/UDP c");
    assert_eq!(
        h.get_str(HeaderName::Via),
        Some("SIP/2.0/UDP c, SIP/2.0/UDP b")
    );
    h.remove_first_value(HeaderName::Via);
    assert_eq!(h.get_str(HeaderName::Via), Some("SIP/2.0/UDP b"));
    h.remove_first_value(HeaderName::Via);
    assert!(!h.contains(HeaderName::Via));
    h.set("X-A", "9");
    assert_eq!(h.fields("x-a").count(), 1);
    assert_eq!(h.get_str("X-A"), Some("9"));
    assert!(h.remove("X-B") && !h.remove("X-B"));
    h.set("X-C", "new");
    assert_eq!(h.get_str("X-C"), Some("new"));
}

#[test]
fn lists_are_split_where_they_are_lists() {
    let mut h = Headers::new();
    h.push(
        HeaderName::Contact,
        "\"a, b\" <sip:c,d@e>, <sip:f>;x=\"g,h\" ,*",
    );
    let values: Vec<_> = h.values(HeaderName::Contact).collect();
    assert_eq!(
        values,
        [&b"\"a, b\" <sip:c,d@e>"[..], b"<sip:f>;x=\"g,h\"", b"*"]
    );
    h.push(HeaderName::Authorization, "Digest a=1, b=2");
    assert_eq!(h.values(HeaderName::Authorization).count(), 1);
    h.push(HeaderName::Subject, "one, two");
    assert_eq!(h.values(HeaderName::Subject).count(), 1);
}

#[test]
fn typed_getters() {
    let m = request(PRACK);
    let h = &m.headers;
    assert_eq!(h.vias().map(|v| v.len()), Ok(2));
    let to = h.to().expect("To");
    assert_eq!((to.display.as_str(), to.tag()), ("Bob", Some("3")));
    assert_eq!(to.uri.scheme, Scheme::Tel);
    assert_eq!(to.uri.user.as_deref(), Some("+49-30-901820"));
    let rack = h.rack().expect("RAck").expect("RAck");
    assert_eq!((rack.rseq, rack.cseq.seq), (776_656, 1));
    assert_eq!(rack.to_string(), "776656 1 INVITE");
    assert_eq!(h.routes().map(|r| r.len()), Ok(1));
    assert_eq!(h.paths().map(|r| r.len()), Ok(1));
    let session = h.session_expires().expect("SE").expect("SE");
    assert_eq!(session.to_string(), "1800;refresher=uas");
    assert_eq!(h.min_se(), Ok(Some(90)));
    assert_eq!(h.rseq(), Ok(Some(7)));
    let refer_to = h.refer_to().expect("Refer-To").expect("Refer-To");
    let inner = refer_to.uri.header("replaces").expect("Replaces");
    let replaces = Replaces::parse(inner.as_bytes()).expect("Replaces");
    assert_eq!(replaces.call_id, "c@d");
    assert!(!replaces.early_only);
    let replaces = h.replaces().expect("Replaces").expect("Replaces");
    assert_eq!(replaces.to_string(), "c@d;to-tag=1;from-tag=2;early-only");
    let reasons = h.reason().expect("Reason");
    assert!(reasons[1].is("q.850") && reasons[1].params.get("cause") == Some("16"));
    assert_eq!(h.p_asserted_identity().map(|p| p.len()), Ok(2));
    assert_eq!(h.user_to_user(), Some("56a3;encoding=hex"));
    assert!(h.event().expect("Event").expect("Event").is("refer"));
    let state = h.subscription_state().expect("state").expect("state");
    assert_eq!(state.params.get("expires"), Some("60"));
    assert_eq!(h.retry_after(), Ok(Some(30)));
    assert_eq!((h.expires(), h.min_expires()), (Ok(Some(60)), Ok(Some(60))));
    assert!(h.supports("TIMER") && !h.requires("timer"));
    assert_eq!(h.allow(), [Method::Invite, Method::Ack]);
    let auth: Vec<_> = h.auth(HeaderName::Authorization).collect();
    let digest = auth[0].as_ref().expect("credentials");
    assert!(digest.is_scheme("digest"));
    assert_eq!(digest.get("USERNAME"), Some("a\"b"));
    assert_eq!(digest.get("realm"), Some("r, s"));
    assert_eq!(digest.get("qop"), Some("auth"));
    let info = h.authentication_info().expect("info").expect("info");
    assert_eq!(info.get("nextnonce"), Some("q"));
    let kind = h.content_type().expect("type").expect("type");
    assert_eq!(kind.params.get("boundary"), Some("a;b"));
    let disposition = h.content_disposition().expect("value").expect("value");
    assert!(disposition.is("session"));
    assert_eq!(h.content_length(), Ok(None), "kept out of the headers");
    assert_eq!(h.max_forwards(), Ok(Some(70)));
    assert_eq!(h.contacts(), Ok(Contacts::Addresses(vec![])));
    assert_eq!(parse(RESPONSE).headers().contacts(), Ok(Contacts::Star));
}

#[test]
fn absent_and_malformed_are_told_apart() {
    let mut h = Headers::new();
    assert_eq!(h.cseq(), Err(HeaderError::Missing(HeaderName::CSeq)));
    assert_eq!(h.expires(), Ok(None));
    h.push(HeaderName::Expires, "soon");
    assert!(matches!(h.expires(), Err(HeaderError::Malformed { .. })));
    h.push(HeaderName::Contact, "*, <sip:a>");
    assert!(h.contacts().is_err());
    h.push(HeaderName::Route, "sip:no.brackets.example.com;lr");
    assert!(h.routes().is_err());
    h.push(
        HeaderName::Path,
        vec!["<sip:a;lr>"; MOST_VALUES + 1].join(","),
    );
    assert!(h.paths().is_err());
}

#[test]
fn responses_copy_what_they_must() {
    let m = request(INVITE);
    let mut trying = Response::to_request(&m, 100, None);
    assert_eq!(trying.headers.get_str(HeaderName::Timestamp), Some("54"));
    assert_eq!(trying.headers.to().map(|t| t.tag().is_none()), Ok(true));
    assert!(!trying.headers.contains(HeaderName::RecordRoute));
    trying.copy_record_route(&m);
    assert_eq!(trying.headers.record_routes().map(|r| r.len()), Ok(2));
    let busy = Response::to_request(&m, 486, Some("t1"));
    assert!(!busy.headers.contains(HeaderName::Timestamp));
    assert_eq!(
        busy.to_bytes(),
        "SIP/2.0 486 Busy Here\r\n\
         Via: SIP/2.0/UDP [2001:db8::1]:5062;branch=z9hG4bKabc;rport\r\n\
         From: \"A \\\"B\\\"\" <sip:alice@example.org>;tag=1\r\n\
         To: <sip:100@example.com>;tag=t1\r\n\
         Call-ID: x@y\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    );
    // A tag that is there stays.
    let again = Response::to_request(&request(PRACK), 200, Some("other"));
    assert_eq!(again.headers.to().expect("To").tag(), Some("3"));
}

#[test]
fn the_source_is_noted_in_via() {
    let source = "198.51.100.7:40000".parse().expect("address");
    let mut via = Via::parse(b"SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bK1").expect("Via");
    via.note_source(source);
    assert_eq!(via.rport(), Some(Some(40000)));
    assert_eq!(via.received(), Some(source.ip()));
    // Without rport, received only when sent-by is another address.
    let mut via = Via::parse(b"SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1").expect("Via");
    via.note_source(source);
    assert_eq!(via.to_string(), "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK1");
    let mut via = Via::parse(b"SIP/2.0/UDP a.example.com;branch=z9hG4bK1").expect("Via");
    via.note_source(source);
    assert_eq!(via.rport(), None);
    assert_eq!(via.received(), Some(source.ip()));
}
