//! What is written is read back as the same.

use bytes::Bytes;
use proptest::prelude::*;

use crate::sip::message::*;

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9!%*_+`'~.-]{1,12}"
}

fn host() -> impl Strategy<Value = Host> {
    prop_oneof![
        "[a-z0-9]{1,8}(\\.[a-z]{2,5}){0,2}".prop_map(|h| Host::parse(&h).expect("host")),
        any::<std::net::Ipv4Addr>().prop_map(Host::V4),
        any::<std::net::Ipv6Addr>().prop_map(Host::V6),
    ]
}

fn uri() -> impl Strategy<Value = Uri> {
    (
        prop::option::of("\\PC{1,10}"),
        host(),
        prop::option::of(any::<u16>()),
        prop::collection::vec((word(), prop::option::of("\\PC{1,6}")), 0..4),
        any::<bool>(),
    )
        .prop_map(|(user, host, port, params, secure)| {
            let mut uri = Uri::sip(user.as_deref(), host, port);
            if secure {
                uri.scheme = Scheme::Sips;
            }
            for (name, value) in params {
                uri.params.set_uri(&name, value.as_deref());
            }
            uri
        })
}

fn address() -> impl Strategy<Value = NameAddr> {
    (
        "\\PC{0,12}",
        uri(),
        word(),
        prop::collection::vec((word(), prop::option::of("\\PC{0,8}")), 0..3),
    )
        .prop_map(|(display, uri, tag, params)| {
            let mut addr = NameAddr::new(uri);
            addr.display = display;
            for (name, value) in params {
                addr.params.set(&name, value.as_deref());
            }
            addr.set_tag(&tag);
            addr
        })
}

/// A header value as it is after reading: no line ends, no blanks at its ends.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(|mut v| {
        v.retain(|b| !matches!(b, b'\r' | b'\n' | 0));
        while v.last().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            v.pop();
        }
        let from = v
            .iter()
            .position(|b| !matches!(b, b' ' | b'\t'))
            .unwrap_or(v.len());
        v.split_off(from)
    })
}

fn headers(method: Method) -> impl Strategy<Value = Headers> {
    (
        prop::collection::vec((host(), prop::option::of(any::<u16>()), word()), 1..4),
        address(),
        address(),
        word(),
        any::<u32>(),
        prop::collection::vec(("X-[a-zA-Z0-9.!-]{1,20}", value()), 0..6),
        prop::option::of(any::<u8>()),
    )
        .prop_map(move |(vias, from, to, call_id, seq, others, hops)| {
            let mut h = Headers::new();
            for (host, port, branch) in vias {
                let via = Via::new(crate::sip::flow::Transport::Tcp, host, port, &branch);
                h.push(HeaderName::Via, via.to_string());
            }
            h.push(HeaderName::From, from.to_string());
            h.push(HeaderName::To, to.to_string());
            h.push(HeaderName::CallId, call_id);
            let cseq = CSeq {
                seq,
                method: method.clone(),
            };
            h.push(HeaderName::CSeq, cseq.to_string());
            for (name, value) in others {
                h.push(&*name, value);
            }
            if let Some(hops) = hops {
                h.push(HeaderName::MaxForwards, hops.to_string());
            }
            h
        })
}

fn message() -> impl Strategy<Value = Message> {
    let body = prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from);
    let method = prop_oneof![
        Just("INVITE".to_owned()),
        Just("ACK".to_owned()),
        Just("UPDATE".to_owned()),
        word()
    ]
    .prop_map(|name| Method::new(name.as_bytes()).expect("token"));
    let request = (method, uri(), body.clone()).prop_flat_map(|(method, uri, body)| {
        headers(method.clone()).prop_map(move |headers| {
            Message::Request(Request {
                method: method.clone(),
                uri: uri.clone(),
                headers,
                body: body.clone(),
            })
        })
    });
    let response = (100u16..700, "\\PC{0,20}", headers(Method::Invite), body).prop_map(
        |(status, reason, headers, body)| {
            Message::Response(Response {
                status,
                reason: reason.into(),
                headers,
                body,
            })
        },
    );
    prop_oneof![request, response]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn messages(m in message()) {
        let back = Message::parse(m.to_bytes(), &Limits::default());
        prop_assert_eq!(back.map_err(|e| e.kind), Ok(m));
    }

    #[test]
    fn uris(u in uri()) {
        let back: Uri = u.to_string().parse().expect("a URI");
        prop_assert!(back.equivalent(&u));
        prop_assert_eq!(back, u);
    }

    #[test]
    fn addresses(a in address()) {
        let back = NameAddr::parse(a.to_string().as_bytes()).expect("an address");
        prop_assert_eq!(back, a);
    }
}
