//! Who is believed, through the whole endpoint: digest on INVITE and REGISTER.

use super::harness::*;
use crate::sip::digest::{self, Credentials, Secret};
use crate::sip::endpoint::EndpointEvent;
use crate::sip::leg::LegCommand;
use crate::sip::message::{HeaderName, Response};
use crate::sip::registrar::{Registrar, RegistrarConfig};

fn with_ann() -> Script {
    let mut s = Script::new();
    let mut config = RegistrarConfig::new("zeroline");
    config.auth.users = vec![ann("secret")];
    s.endpoint.set_registrar(Registrar::new(config, [5; 32]));
    s
}

fn ann(password: &str) -> Credentials {
    Credentials {
        username: "ann".into(),
        secret: Secret::Plain(password.into()),
    }
}

fn send(s: &mut Script, method: &str, cseq: u32, headers: &str) {
    s.say(&format!(
        "{method} sip:192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\n\
         Max-Forwards: 70\nFrom: <sip:ann@192.0.2.1>;tag=f{cseq}\nTo: <sip:ann@192.0.2.1>\n\
         Call-ID: trust\nCSeq: {cseq} {method}\nContact: <sip:ann@192.0.2.9>\n{headers}\
         Content-Length: 0\n\n"
    ));
}

fn proof(challenge: &Response, method: &str, password: &str, nc: u32) -> String {
    let challenges: Vec<&str> = challenge
        .headers
        .fields(HeaderName::WwwAuthenticate)
        .map(|v| std::str::from_utf8(v).expect("text"))
        .collect();
    let known = ann(password);
    let status = challenge.status;
    let answer = digest::answer(
        status,
        &challenges,
        &known,
        method,
        "sip:192.0.2.1",
        b"",
        "c0ffee",
        nc,
    );
    let answer = answer.expect("a challenge that can be answered");
    format!("{}: {}\n", answer.name, answer.value)
}

fn challenged(s: &mut Script, cseq: u32) -> Response {
    send(s, "REGISTER", cseq, "");
    let challenge = s.last_response();
    assert_eq!(challenge.status, 401);
    challenge
}

#[test]
fn an_agent_proves_who_calls() {
    let mut s = with_ann();
    // Whoever brings nothing is anybody.
    send(&mut s, "INVITE", 1, "");
    assert_eq!(s.incoming().authenticated, None);
    // Credentials of our realm that do not hold are asked for again, and no call begins.
    let wrong = "Authorization: Digest username=\"ann\", realm=\"zeroline\", nonce=\"0\", \
                 uri=\"sip:192.0.2.1\", response=\"00000000000000000000000000000000\"\n";
    s.heard();
    send(&mut s, "INVITE", 2, wrong);
    let challenge = s.last_response();
    assert_eq!(challenge.status, 401);
    assert!(s.told().is_empty());
    send(
        &mut s,
        "INVITE",
        3,
        &proof(&challenge, "INVITE", "secret", 1),
    );
    assert!(s.heard().is_empty());
    let agent = s.incoming().authenticated.expect("ann");
    assert_eq!(agent.as_str(), "ann");
    // What proves REGISTER does not prove INVITE.
    let challenge = challenged(&mut s, 4);
    send(
        &mut s,
        "INVITE",
        5,
        &proof(&challenge, "REGISTER", "secret", 1),
    );
    assert_eq!(s.last_response().status, 401);
}

#[test]
fn an_agents_phone_may_be_asked_for_proof_and_nobody_else_is() {
    let mut s = with_ann();
    send(&mut s, "INVITE", 1, "");
    let stranger = s.incoming();
    assert!(!stranger.may_prove, "she has not registered");
    s.command(stranger.leg, LegCommand::Challenge);
    s.command(
        stranger.leg,
        LegCommand::Reject {
            status: 404,
            retry_after: None,
        },
    );
    assert_eq!(s.last_response().status, 404);
    let challenge = challenged(&mut s, 2);
    let right = proof(&challenge, "REGISTER", "secret", 1);
    send(&mut s, "REGISTER", 3, &right);
    s.told();
    // Who says that they are Ann, from elsewhere.
    let home = s.flow.remote;
    s.flow.remote = address("198.51.100.66:5060");
    send(&mut s, "INVITE", 4, "");
    assert!(!s.incoming().may_prove);
    // Ann, from another port of hers.
    s.flow.remote = std::net::SocketAddr::new(home.ip(), 40_000);
    send(&mut s, "INVITE", 5, "");
    let invite = s.incoming();
    assert!(invite.may_prove && invite.authenticated.is_none());
    s.command(invite.leg, LegCommand::Challenge);
    let challenge = s.last_response();
    assert_eq!(challenge.status, 401);
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    let proof = proof(&challenge, "INVITE", "secret", 1);
    send(&mut s, "INVITE", 6, &proof);
    let invite = s.incoming();
    assert_eq!(
        invite.authenticated.map(|a| a.to_string()),
        Some("ann".into())
    );
    assert!(!invite.may_prove);
}

#[test]
fn a_proof_holds_once() {
    let mut s = with_ann();
    let challenge = challenged(&mut s, 1);
    let right = proof(&challenge, "REGISTER", "secret", 1);
    send(&mut s, "REGISTER", 2, &right);
    assert_eq!(s.last_response().status, 200);
    assert_eq!(s.told(), ["Agent"]);
    // Overheard and sent again by another, with a branch and a number of its own.
    s.flow.remote = address("198.51.100.66:5060");
    send(&mut s, "REGISTER", 3, &right);
    let again = s.last_response();
    assert_eq!(again.status, 401);
    assert!(s.told().is_empty());
    // From her own address neither.
    s.flow.remote = address(PEER);
    send(&mut s, "REGISTER", 5, &right);
    assert_eq!(s.last_response().status, 401);
    // The next count is fine.
    send(
        &mut s,
        "REGISTER",
        6,
        &proof(&challenge, "REGISTER", "secret", 2),
    );
    assert_eq!(s.last_response().status, 200);
}

#[test]
fn guessing_is_slowed_and_does_not_lock_ann_out() {
    let mut s = with_ann();
    let mut refused = Vec::new();
    for cseq in 1..40 {
        let challenge = {
            send(&mut s, "REGISTER", cseq * 2, "");
            s.last_response()
        };
        if challenge.status != 401 {
            refused.push(challenge.status);
            continue;
        }
        let guess = proof(&challenge, "REGISTER", &format!("guess{cseq}"), 1);
        send(&mut s, "REGISTER", cseq * 2 + 1, &guess);
        let response = s.last_response();
        if response.status == 503 {
            let wait = response.headers.retry_after().ok().flatten();
            assert!(
                wait.is_some_and(|wait| (1..=60).contains(&wait)),
                "{wait:?}"
            );
        }
        refused.push(response.status);
    }
    assert_eq!(refused.iter().take(10).filter(|r| **r == 401).count(), 10);
    assert!(refused.iter().skip(11).all(|r| *r == 503), "{refused:?}");
    // Ann, from where she is.
    s.flow.remote = address("203.0.113.5:5060");
    let challenge = challenged(&mut s, 100);
    send(
        &mut s,
        "REGISTER",
        101,
        &proof(&challenge, "REGISTER", "secret", 1),
    );
    assert_eq!(s.last_response().status, 200);
    match s.events.pop() {
        Some(EndpointEvent::Agent { contacts, .. }) => assert_eq!(contacts.len(), 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_way_through_proxies_is_kept() {
    let mut s = with_ann();
    let challenge = challenged(&mut s, 1);
    let path = "Supported: path\nPath: <sip:edge.example;lr>, <sip:192.0.2.60;lr>\n";
    let right = proof(&challenge, "REGISTER", "secret", 1);
    send(&mut s, "REGISTER", 2, &format!("{path}{right}"));
    let ok = s.last_response();
    assert_eq!(ok.headers.paths().map(|p| p.len()), Ok(2));
    match s.events.pop() {
        Some(EndpointEvent::Agent { contacts, .. }) => assert_eq!(
            contacts[0].path,
            ["sip:edge.example;lr", "sip:192.0.2.60;lr"]
        ),
        other => panic!("{other:?}"),
    }
}

/// RFC 3891 §3. Whether the call is theirs is for the call to say.
#[test]
fn who_takes_over_a_call_by_replaces_is_an_agent_and_names_one() {
    let mut s = with_ann();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.within(&tag, 1, "ACK", "", "");
    let fits = format!("Replaces: call-1;to-tag={tag};from-tag=ann\n");
    // An outsider learns nothing, whether there is such a call or not.
    for replaces in [&fits, "Replaces: x;to-tag=1;from-tag=2\n"] {
        send(&mut s, "INVITE", 1, replaces);
        assert_eq!(s.last_response().status, 403);
        s.wait(60_000);
    }
    for (n, (replaces, status)) in [
        (fits.replace("ann\n", "ann;early-only\n"), 486),
        (fits.replace("call-1", "call-2"), 481),
        (fits.replace("=ann", "=ben"), 481),
        ("Replaces: x;to-tag=1;from-tag=2\n".to_owned(), 481),
        ("Replaces: x\n".to_owned(), 400),
    ]
    .into_iter()
    .enumerate()
    {
        let cseq = 10 * (n as u32 + 1);
        let challenge = challenged(&mut s, cseq);
        let proof = proof(&challenge, "INVITE", "secret", 1);
        send(&mut s, "INVITE", cseq + 1, &format!("{proof}{replaces}"));
        assert_eq!(s.last_response().status, status, "{replaces}");
        s.wait(60_000);
        s.heard();
    }
    for (n, require) in ["", "Require: replaces\n"].into_iter().enumerate() {
        let cseq = 70 + 2 * n as u32;
        let challenge = challenged(&mut s, cseq);
        let proof = proof(&challenge, "INVITE", "secret", 1);
        send(
            &mut s,
            "INVITE",
            cseq + 1,
            &format!("{require}{proof}{fits}"),
        );
        let invite = s.incoming();
        assert_eq!(invite.replaces, Some(leg));
        s.command(
            invite.leg,
            LegCommand::Reject {
                status: 603,
                retry_after: None,
            },
        );
        assert_eq!(s.last_response().status, 603);
        s.wait(60_000);
        s.heard();
        let ends = s.told();
        assert_eq!(ends.last().map(String::as_str), Some("Ended LocalHangup"));
    }
    // It belongs to INVITE alone.
    send(&mut s, "OPTIONS", 90, &fits);
    assert_eq!(s.last_response().status, 400);
    // The call goes on.
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.heard(), ["BYE"]);
}
