//! Nothing that arrives panics, takes long or takes much.

use bytes::Bytes;

use super::corpus::{INVITE, corpus, request};
use crate::sip::message::*;

/// Reads every header in every way.
fn read_all(h: &Headers) {
    let _ = (h.top_via().map(|v| v.to_string()), h.vias());
    let _ = (
        h.from().map(|a| a.to_string()),
        h.to(),
        h.call_id(),
        h.cseq(),
    );
    let _ = (
        h.max_forwards(),
        h.contacts(),
        h.routes(),
        h.record_routes(),
        h.paths(),
    );
    let _ = (
        h.service_routes(),
        h.content_type(),
        h.content_disposition(),
        h.content_length(),
    );
    let _ = (
        h.expires(),
        h.min_expires(),
        h.session_expires(),
        h.min_se(),
        h.rseq(),
        h.rack(),
    );
    let _ = (
        h.require(),
        h.proxy_require(),
        h.supported(),
        h.supports("x"),
        h.allow(),
    );
    let _ = (
        h.retry_after(),
        h.refer_to(),
        h.referred_by(),
        h.replaces(),
        h.reason(),
    );
    let _ = (
        h.p_asserted_identity(),
        h.user_to_user(),
        h.event(),
        h.subscription_state(),
    );
    let _ = h.authentication_info();
    for name in [HeaderName::Authorization, HeaderName::WwwAuthenticate] {
        h.auth(name).for_each(drop);
    }
    if let Ok(Contacts::Addresses(list)) = h.contacts() {
        for a in list {
            let _ = (
                a.q(),
                a.expires(),
                a.uri.header("Replaces"),
                a.uri.equivalent(&a.uri),
            );
            let _ = (
                a.uri.user_decoded().len(),
                a.uri.maddr(),
                a.uri.for_request(),
            );
            // What we write we can read.
            if !a.display.contains(char::is_control) {
                assert_eq!(NameAddr::parse(a.to_string().as_bytes()), Ok(a));
            }
        }
    }
    for header in h {
        let _ = (
            TokenParams::parse(header.value()),
            NameAddr::parse(header.value()),
        );
        let _ = (Via::parse(header.value()), Replaces::parse(header.value()));
        let _ = (
            AuthParams::parse(header.value()),
            Uri::parse(header.value()),
        );
        h.values(header.name.clone()).for_each(drop);
    }
}

fn swallow(bytes: Vec<u8>) {
    match Message::parse(Bytes::from(bytes), &Limits::default()) {
        Ok(message) => {
            read_all(message.headers());
            // Compact names and escapes may grow when they are written.
            let roomy = Limits {
                message: 1 << 20,
                head: 1 << 18,
                headers: 256,
                uri: 1 << 13,
            };
            let again = Message::parse(message.to_bytes(), &roomy);
            assert_eq!(again.map_err(|e| e.kind), Ok(message.clone()));
            if let Message::Request(r) = &message {
                let _ = Response::to_request(r, 200, Some("t")).to_bytes();
            }
        }
        Err(e) => {
            if let Some(response) = e.response() {
                read_all(&response.headers);
                let text = response.to_bytes();
                let lines = text.split(|&b| b == b'\n').count();
                assert_eq!(lines, response.headers.len() + 4);
            }
        }
    }
}

#[test]
fn mutated_messages() {
    let corpus = corpus();
    bolero::check!()
        .with_iterations(3000)
        .with_type::<(u8, Vec<(u16, u8)>, Vec<(u16, u16, u16)>)>()
        .for_each(|(pick, bytes, moves)| {
            let mut m = corpus[usize::from(*pick) % corpus.len()].clone();
            for (at, byte) in bytes.iter().take(6) {
                let at = usize::from(*at) % m.len();
                m[at] = *byte;
            }
            // Move, double or drop a piece.
            for (from, len, to) in moves.iter().take(2) {
                let from = usize::from(*from) % m.len();
                let end = (from + usize::from(*len) % 64).min(m.len());
                let piece = m[from..end].to_vec();
                if *len < 0x8000 && m.len() > piece.len() {
                    m.drain(from..end);
                }
                let to = usize::from(*to) % m.len();
                m.splice(to..to, piece);
            }
            swallow(m);
        });
}

#[test]
fn arbitrary_bytes() {
    bolero::check!()
        .with_iterations(1000)
        .with_type::<Vec<u8>>()
        .for_each(|bytes| {
            swallow(bytes.clone());
            let mut m = b"INVITE sip:a@b SIP/2.0\r\n".to_vec();
            m.extend_from_slice(bytes);
            swallow(m);
            let value = Bytes::from(bytes.clone());
            let mut h = Headers::new();
            for name in [
                "Via",
                "From",
                "Contact",
                "Refer-To",
                "Authorization",
                "CSeq",
                "RAck",
            ] {
                h.push(name, value.clone());
            }
            read_all(&h);
        });
}

#[test]
fn arbitrary_uris() {
    bolero::check!()
        .with_iterations(3000)
        .with_type::<(u8, Vec<u8>)>()
        .for_each(|(scheme, rest)| {
            let scheme =
                ["sip:", "sips:", "tel:", "x:", "sip:a@", "sip:[", ""][usize::from(*scheme) % 7];
            let mut text = scheme.as_bytes().to_vec();
            text.extend(rest.iter().map(|b| b & 0x7f));
            let Ok(uri) = Uri::parse(&text) else { return };
            let written = uri.to_string();
            assert!(written.is_ascii());
            assert_eq!(Uri::parse(written.as_bytes()), Ok(uri.clone()), "{written}");
            assert!(uri.equivalent(&uri), "{written}");
            let _ = uri.header("Replaces");
        });
}

/// Were one of these quadratic, it would take 10¹⁰ steps: minutes instead of milliseconds.
#[test]
fn very_much_of_the_same_is_linear() {
    const N: usize = 1 << 17;
    let limits = Limits {
        message: 16 * N,
        head: 16 * N,
        headers: 16 * N,
        uri: 16 * N,
    };
    for unit in [
        ",", ";", "\"", "\\", "<", ">", "=", "%", " ", "\t", ":", "@", "a", "\r", "\n", "/", "[",
        "\r\n ", "\r\n\t;", ";a=b", ",<sip:a>", "\"\\\"", "a@", "%41", ";a=\"", "\r\nX:y", "\r\n:",
    ] {
        let run = unit.repeat(N / unit.len());
        for text in [
            INVITE.replacen("Timestamp: 54", &format!("Contact: {run}"), 1),
            INVITE.replacen("Timestamp: 54", &format!("Contact: <sip:a@b>{run}"), 1),
            INVITE.replacen("x@y", &run, 1),
            INVITE.replacen("rport", &run, 1),
            INVITE.replacen(
                "sip:100@example.com;transport=tcp",
                &format!("sip:{run}"),
                1,
            ),
            run,
        ] {
            if let Ok(m) = Message::parse(Bytes::from(text), &limits) {
                let h = m.headers();
                let _ = (h.contacts(), h.vias(), h.from(), h.allow(), h.supports("x"));
            }
        }
    }
}

#[test]
fn a_message_takes_little_more_than_its_bytes() {
    // The header table is the only thing beside the datagram itself.
    let entry = size_of::<Header>();
    assert!(entry <= 80, "{entry}");
    let limits = Limits::default();
    assert!(entry * limits.headers <= 10 * 1024);
    // Values share the datagram's buffer.
    let text = Bytes::from(INVITE);
    let range = text.as_ptr_range();
    let Ok(Message::Request(m)) = Message::parse(text.clone(), &limits) else {
        panic!("no request")
    };
    for h in &m.headers {
        assert!(range.contains(&h.value().as_ptr()), "{:?}", h.name);
    }
    assert!(range.contains(&m.body.as_ptr()));
    // Many parameters or values are refused, not stored.
    let many = INVITE.replacen("tag=1", &format!("tag=1{}", ";p=q".repeat(100)), 1);
    assert!(Message::parse(Bytes::from(many), &limits).is_err());
    let contacts = INVITE.replacen("Timestamp: 54", &vec!["m: <sip:a>"; 70].join("\r\n"), 1);
    assert!(request(&contacts).headers.contacts().is_err());
}
