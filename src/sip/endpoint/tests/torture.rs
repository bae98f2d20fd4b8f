//! What becomes of the torture messages of RFC 4475 and RFC 5118 above the parser: each that it
//! takes (`tests/torture.rs`) is given to an endpoint with a registrar.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::harness::*;
use crate::sip::digest::{self, Credentials, Secret};
use crate::sip::endpoint::EndpointEvent;
use crate::sip::message::{Contacts, HeaderName, Limits, Message, Response};
use crate::sip::registrar::{Registrar, RegistrarConfig};

/// What an endpoint does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// It answers, once, and that is all.
    Answer(u16),
    /// It is a call.
    Call,
    /// Nothing.
    Drop,
}
use Does::{Answer, Call, Drop};

const OUTCOMES: &[(&str, Does)] = &[
    // A To tag of a dialog that is not ours.
    ("wsinv", Answer(481)),
    ("intmeth", Answer(501)),
    ("esc01", Call),
    ("escnull", Answer(401)),
    ("esc02", Answer(501)),
    ("lwsdisp", Answer(200)),
    ("longreq", Call),
    // The REGISTER; what follows it in the datagram is no message of its own.
    ("dblreq", Answer(401)),
    ("semiuri", Answer(200)),
    ("transports", Answer(200)),
    // MESSAGE is not served.
    ("mpart01", Answer(405)),
    // Responses to nothing that was asked.
    ("unreason", Drop),
    ("noreason", Drop),
    ("bcast", Drop),
    // Date is ignored, as the RFC allows.
    ("baddate", Call),
    ("regbadct", Answer(401)),
    // Matched as in RFC 2543: the branch is not unique.
    ("badbranch", Answer(200)),
    ("unkscm", Answer(416)),
    ("novelsc", Answer(416)),
    ("unksm2", Answer(401)),
    ("bext01", Answer(420)),
    ("invut", Answer(415)),
    // As if there were no credentials.
    ("regaut01", Answer(401)),
    // Max-Forwards is a proxy's business.
    ("zeromf", Answer(200)),
    ("cparam01", Answer(401)),
    ("cparam02", Answer(401)),
    ("regescrt", Answer(401)),
    // The answer could bear no session description.
    ("sdp01", Answer(406)),
    // No Contact, no Max-Forwards, no branch, no tag, a strict router.
    ("inv2543", Call),
    ("ipv6-good", Answer(401)),
    ("port-ambiguous", Answer(401)),
    ("port-unambiguous", Answer(401)),
    // A BYE without a dialog.
    ("via-received-param-with-delim", Answer(481)),
    ("via-received-param-no-delim", Answer(200)),
    ("ipv6-in-sdp", Call),
    // No such dialog.
    ("mult-ip-in-header", Answer(481)),
    ("mult-ip-in-sdp", Call),
    ("ipv4-mapped-ipv6", Call),
    ("ipv6-bug-abnf-3-colons", Answer(200)),
    ("ipv6-correct-abnf-2-colons", Answer(200)),
];

/// Who registers in those messages; the one with a null in the name can not.
const USERS: [&str; 3] = ["user", "j.user", "watson"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/torture")
}

fn bytes(name: &str) -> Bytes {
    let path = folder().join(format!("{name}.sip"));
    Bytes::from(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn credentials(user: &str) -> Credentials {
    Credentials {
        username: user.into(),
        secret: Secret::Plain("secret".into()),
    }
}

fn office() -> Script {
    let mut s = Script::new();
    let mut config = RegistrarConfig::new("zeroline");
    config.auth.users = USERS.into_iter().map(credentials).collect();
    s.endpoint.set_registrar(Registrar::new(config, [5; 32]));
    s
}

#[test]
fn each_message_that_is_taken_has_its_outcome() {
    let mut wrong = Vec::new();
    for &(name, expected) in OUTCOMES {
        let mut s = office();
        s.raw(bytes(name));
        let calls = s.events.iter();
        let calls = calls.filter(|e| matches!(e, EndpointEvent::Incoming(_)));
        let calls = calls.count();
        let statuses: Vec<u16> = s.responses().iter().map(|r| r.status).collect();
        let got = match (calls, statuses.as_slice()) {
            (1, [] | [100]) => Call,
            (0, [status]) => Answer(*status),
            (0, []) => Drop,
            other => panic!("{name}: {other:?}"),
        };
        if got != expected {
            wrong.push(format!("{name}: {got:?} instead of {expected:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn no_message_that_is_taken_is_left_out() {
    let mut taken = Vec::new();
    for file in std::fs::read_dir(folder()).expect("the folder") {
        let path = file.expect("a file").path();
        let name = path.file_stem().and_then(|n| n.to_str()).expect("a name");
        if Message::parse(bytes(name), &Limits::default()).is_ok() {
            taken.push(name.to_owned());
        }
    }
    let mut listed: Vec<&str> = OUTCOMES.iter().map(|(name, _)| *name).collect();
    taken.sort();
    listed.sort_unstable();
    assert_eq!(taken, listed);
}

#[test]
fn what_is_refused_says_what_would_do() {
    let answer = |name| {
        let mut s = office();
        s.raw(bytes(name));
        s.last_response()
    };
    let unsupported = answer("bext01");
    assert_eq!(
        unsupported.headers.get_str(HeaderName::Unsupported),
        Some("nothingSupportsThis, nothingSupportsThisEither")
    );
    assert!(answer("invut").headers.contains(HeaderName::Accept));
    for name in ["intmeth", "esc02", "mpart01"] {
        assert!(answer(name).headers.contains(HeaderName::Allow), "{name}");
    }
}

/// The answer to a REGISTER that is sent anew with proof.
fn registered(name: &str, user: &str) -> Response {
    let mut s = office();
    s.raw(bytes(name));
    let challenge = s.last_response();
    assert_eq!(challenge.status, 401, "{name}");
    let challenges: Vec<&str> = challenge
        .headers
        .fields(HeaderName::WwwAuthenticate)
        .filter_map(|v| std::str::from_utf8(v).ok())
        .collect();
    let text = String::from_utf8(bytes(name).to_vec()).expect("text");
    let uri = text.split(' ').nth(1).expect("a Request-URI");
    let known = credentials(user);
    let proof = digest::answer(401, &challenges, &known, "REGISTER", uri, b"", "c0ffee", 1);
    let proof = proof.expect("a challenge that can be answered");
    let text = text
        .replacen("branch=z9hG4bK", "branch=z9hG4bK-again-", 1)
        .replacen(
            "\r\n\r\n",
            &format!("\r\nAuthorization: {}\r\n\r\n", proof.value),
            1,
        );
    s.raw(Bytes::from(text));
    s.last_response()
}

/// The Contacts that the registrar has now.
fn bound(response: &Response) -> Vec<String> {
    assert_eq!(response.status, 200);
    match response.headers.contacts().expect("Contact") {
        Contacts::Addresses(list) => list.iter().map(|a| a.uri.to_string()).collect(),
        Contacts::Star => panic!("*"),
    }
}

#[test]
fn whoever_proves_it_is_registered_as_the_message_says() {
    assert_eq!(
        bound(&registered("dblreq", "j.user")),
        ["sip:j.user@host.example.com"]
    );
    assert_eq!(
        bound(&registered("cparam01", "watson")),
        ["sip:+19725552222@gw1.example.net"]
    );
    assert_eq!(
        bound(&registered("cparam02", "watson")),
        ["sip:+19725552222@gw1.example.net;unknownparam"]
    );
    assert_eq!(bound(&registered("regescrt", "user")).len(), 1);
    for name in ["ipv6-good", "port-ambiguous", "port-unambiguous"] {
        assert_eq!(
            bound(&registered(name, "user")),
            ["sip:caller@[2001:db8::1]"],
            "{name}"
        );
    }
    // A `?` in a Contact wants brackets.
    assert_eq!(registered("regbadct", "user").status, 400);
    // An address of record is a SIP address.
    assert_eq!(registered("unksm2", "user").status, 400);
}
