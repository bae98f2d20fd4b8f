//! Calls that we place.

use std::time::Duration;

use super::harness::*;
use crate::ids::{LegId, PhoneNumber};
use crate::sip::endpoint::{EndpointEvent, ResolvedTarget, TrunkConfig, TrunkCredentials};
use crate::sip::flow::Transport;
use crate::sip::leg::{CallTarget, LegCommand};
use crate::sip::message::HeaderName;

const ANSWER: &str = "Content-Type: application/sdp\n";

#[test]
fn rings_is_answered_and_hung_up() {
    let mut s = Script::new();
    let (leg, invite) = s.call();
    assert_eq!(&invite.body[..], b"our offer");
    let from = invite.headers.from().expect("From");
    assert_eq!(from.display, "support");
    s.answer_as(&invite, 100, "", "", "");
    s.answer(&invite, 180, "", "");
    s.answer(&invite, 200, ANSWER, "theirs");
    assert_eq!(s.heard(), ["ACK"]);
    assert_eq!(s.told(), ["Progress 180", "Answered theirs"]);
    s.answer(&invite, 200, ANSWER, "theirs");
    assert_eq!(s.heard(), ["ACK"]);
    s.command(leg, LegCommand::Hangup { reason: None });
    let bye = s.last_request();
    assert_eq!(bye.uri.to_string(), "sip:bob@192.0.2.9:5060");
    s.answer(&bye, 200, "", "");
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.ends_empty();
}

#[test]
fn the_ack_of_a_refusal_has_the_branch_of_the_invite() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    s.answer(&invite, 486, "Retry-After: 9\n", "");
    let ack = s.last_request();
    assert_eq!(
        ack.headers.top_via().expect("Via"),
        invite.headers.top_via().expect("Via")
    );
    assert_eq!(ack.headers.to().expect("To").tag(), Some("peer"));
    assert_eq!(
        s.told(),
        ["Ended Refused { status: 486, retry_after: Some(9) }"]
    );
    s.answer(&invite, 486, "", "");
    assert_eq!(s.heard(), ["ACK"]);
    s.ends_empty();
}

#[test]
fn nobody_there() {
    let mut s = Script::new();
    s.call();
    s.wait(20_000);
    // Nobody took it within the ringing time, but CANCEL has to wait for an answer.
    assert_eq!(s.told(), ["Ended NoAnswer"]);
    assert!(!s.heard().contains(&"CANCEL".to_owned()));
    s.wait(12_000);
    s.ends_empty();
    let mut s = Script::new();
    let mut invite = outgoing(LegId(1), s.flow);
    invite.ring_for = Duration::from_secs(60);
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
    s.wait(32_000);
    assert_eq!(s.told(), ["Ended Unreachable"]);
    s.ends_empty();
}

#[test]
fn rings_too_long() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    s.answer(&invite, 180, "", "");
    s.wait(20_000);
    assert_eq!(s.heard(), ["CANCEL"]);
    assert_eq!(s.told(), ["Progress 180", "Ended NoAnswer"]);
    s.answer(&invite, 487, "", "");
    assert_eq!(s.heard().last().map(String::as_str), Some("ACK"));
    assert!(s.told().is_empty());
    s.ends_empty();
}

#[test]
fn cancel_waits_for_the_first_answer() {
    let mut s = Script::new();
    let (leg, invite) = s.call();
    let reason = Some("SIP;cause=200;text=\"Call completed elsewhere\"".to_owned());
    s.command(leg, LegCommand::Hangup { reason });
    assert!(s.heard().is_empty());
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.answer(&invite, 100, "", "");
    let cancel = s.last_request();
    assert_eq!(cancel.method.as_str(), "CANCEL");
    assert_eq!(
        cancel.headers.top_via().expect("Via"),
        invite.headers.top_via().expect("Via")
    );
    assert!(cancel.headers.contains(HeaderName::Reason));
    s.answer(&cancel, 200, "", "");
    s.answer(&invite, 487, "", "");
    assert_eq!(s.heard(), ["ACK"]);
    s.ends_empty();
}

#[test]
fn a_200_that_crosses_our_cancel_is_ended() {
    let mut s = Script::new();
    let (leg, invite) = s.call();
    s.answer(&invite, 180, "", "");
    s.command(leg, LegCommand::Hangup { reason: None });
    s.answer(&invite, 200, ANSWER, "x");
    assert_eq!(s.heard(), ["CANCEL", "ACK", "BYE"]);
    assert_eq!(s.told(), ["Progress 180", "Ended LocalHangup"]);
    s.ends_empty();
}

#[test]
fn the_second_branch_of_a_fork_is_ended() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    s.answer_as(&invite, 180, "one", "", "");
    s.answer_as(&invite, 183, "two", ANSWER, "early");
    s.answer_as(&invite, 200, "one", ANSWER, "x");
    assert_eq!(s.heard(), ["ACK"]);
    s.answer_as(&invite, 200, "two", ANSWER, "y");
    let requests = s.requests();
    let to: Vec<_> = requests
        .iter()
        .map(|r| {
            let to = r.headers.to().expect("To");
            (r.method.to_string(), to.tag().unwrap_or("").to_owned())
        })
        .collect();
    assert_eq!(
        to,
        [
            ("ACK".to_owned(), "two".to_owned()),
            ("BYE".to_owned(), "two".to_owned())
        ]
    );
    s.answer_as(&invite, 200, "one", ANSWER, "x");
    let ack = s.last_request();
    assert_eq!(ack.headers.to().expect("To").tag(), Some("one"));
    assert_eq!(
        s.told(),
        ["Progress 180", "Progress 183 early", "Answered x"]
    );
}

#[test]
fn reliable_ringing_is_acknowledged_in_order() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    let reliable = |n: u32| format!("Require: 100rel\nRSeq: {n}\n");
    s.answer(&invite, 183, &format!("{}{ANSWER}", reliable(5)), "early");
    let prack = s.last_request();
    assert_eq!(prack.method.as_str(), "PRACK");
    assert_eq!(prack.headers.get_str(HeaderName::RAck), Some("5 1 INVITE"));
    s.answer(&invite, 183, &format!("{}{ANSWER}", reliable(5)), "early");
    s.answer(&invite, 180, &reliable(7), "");
    assert!(s.heard().is_empty());
    s.answer(&invite, 180, &reliable(6), "");
    assert_eq!(s.heard(), ["PRACK"]);
    s.answer(&invite, 200, "", "");
    assert_eq!(s.told(), ["Progress 183 early", "Progress 180", "Answered"]);
}

#[test]
fn without_an_offer_of_ours_the_call_answers_theirs() {
    let mut s = Script::new();
    let mut invite = outgoing(LegId(1), s.flow);
    invite.offer = None;
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
    let invite = s.last_request();
    s.answer(&invite, 200, ANSWER, "their offer");
    assert!(s.heard().is_empty());
    assert_eq!(s.told(), ["Answered, offers their offer"]);
    let answer = sdp("our answer");
    s.command(LegId(1), LegCommand::Ack { answer });
    assert_eq!(&s.last_request().body[..], b"our answer");
}

#[test]
fn an_update_in_the_early_dialog() {
    let mut s = Script::new();
    let (leg, invite) = s.call();
    let first = format!("Require: 100rel\nRSeq: 1\n{ANSWER}");
    s.answer(&invite, 183, &first, "early");
    s.heard();
    let get = |name: &str| invite.headers.get_str(name).unwrap_or("").to_owned();
    s.say(&format!(
        "UPDATE sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\nMax-Forwards: 70\n\
         From: {};tag=peer\nTo: {}\nCall-ID: {}\nCSeq: 77 UPDATE\n\
         Contact: <sip:bob@192.0.2.9:5060>\n{ANSWER}Content-Length: 3\n\nnew",
        get("To"),
        get("From"),
        get("Call-ID")
    ));
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("ok") });
    assert_eq!(s.heard(), ["200 UPDATE"]);
    assert_eq!(s.told(), ["Progress 183 early", "Offer new"]);
}

#[test]
fn too_small_a_session_is_asked_for_again() {
    let mut s = Script::new();
    let (_, invite) = s.call();
    s.answer(&invite, 422, "Min-SE: 3600\n", "");
    let requests = s.requests();
    let again = requests.last().expect("INVITE");
    assert_eq!(again.headers.get_str(HeaderName::CSeq), Some("2 INVITE"));
    assert_eq!(
        again.headers.get_str(HeaderName::SessionExpires),
        Some("3600")
    );
    assert_eq!(again.headers.get_str(HeaderName::MinSe), Some("3600"));
    assert_eq!(&again.body[..], b"our offer");
    assert!(s.told().is_empty());
}

fn trunk() -> TrunkConfig {
    TrunkConfig {
        name: "out".to_owned(),
        host: "sip.example.net".to_owned(),
        port: None,
        transport: None,
        domain: None,
        credentials: Some(TrunkCredentials {
            username: "us".to_owned(),
            password: "secret".to_owned(),
        }),
        register: None,
        peers: Vec::new(),
    }
}

fn by_trunk(s: &mut Script) {
    let mut invite = outgoing(LegId(1), s.flow);
    invite.target = CallTarget::Trunk {
        trunk: "out".to_owned(),
        number: PhoneNumber::new("+4530"),
    };
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
}

fn target(remote: &str) -> ResolvedTarget {
    ResolvedTarget {
        transport: Transport::Udp,
        remote: address(remote),
        server_name: None,
    }
}

#[test]
fn a_trunk_is_located_challenged_and_left_for_the_next() {
    let mut s = Script::with(|c| c.trunks = vec![trunk()]);
    by_trunk(&mut s);
    let query = match s.events.pop() {
        Some(EndpointEvent::Resolve { query, host, .. }) => {
            assert_eq!(host, "sip.example.net");
            query
        }
        other => panic!("{other:?}"),
    };
    let targets = vec![target(PEER), target("192.0.2.10:5060")];
    s.endpoint.handle_resolved(s.now, query, targets);
    s.command(LegId(99), LegCommand::Ring);
    let first = s.last_request();
    assert_eq!(first.uri.to_string(), "sip:+4530@sip.example.net");
    s.answer(
        &first,
        407,
        "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=MD5\n",
        "",
    );
    let second = s.last_request();
    assert_eq!(second.headers.get_str(HeaderName::CSeq), Some("2 INVITE"));
    let proof = second.headers.get_str(HeaderName::ProxyAuthorization);
    assert!(proof.is_some_and(|p| p.contains("username=\"us\"") && p.contains("nonce=\"n\"")));
    s.answer(&second, 503, "", "");
    let third = s.last_request();
    assert_eq!(third.method.as_str(), "INVITE");
    assert_ne!(
        third.headers.top_via().expect("Via"),
        second.headers.top_via().expect("Via")
    );
    s.answer(&third, 503, "", "");
    assert_eq!(
        s.told(),
        ["Ended Refused { status: 503, retry_after: None }"]
    );
    s.ends_empty();
}

#[test]
fn wrong_credentials_are_not_tried_for_ever() {
    let mut s = Script::with(|c| c.trunks = vec![trunk()]);
    by_trunk(&mut s);
    s.events.clear();
    s.endpoint
        .handle_resolved(s.now, crate::sip::endpoint::QueryId(1), vec![target(PEER)]);
    s.command(LegId(99), LegCommand::Ring);
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n";
    let first = s.last_request();
    s.answer(&first, 401, challenge, "");
    let second = s.last_request();
    s.answer(&second, 401, challenge, "");
    assert_eq!(s.heard(), ["ACK"]);
    assert_eq!(
        s.told(),
        [
            "TrunkRefused 401",
            "Ended Refused { status: 401, retry_after: None }"
        ]
    );
}

#[test]
fn who_does_not_accept_the_offer_is_made_the_other_one() {
    let mut s = Script::new();
    let mut invite = outgoing(LegId(1), s.flow);
    invite.instead = Some(sdp("the other offer"));
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
    let first = s.last_request();
    assert_eq!(first.body, "our offer");
    s.answer(&first, 488, "", "");
    let second = s.last_request();
    assert_eq!(second.body, "the other offer");
    assert_eq!(second.headers.get_str(HeaderName::CSeq), Some("2 INVITE"));
    assert!(s.told().is_empty());
    // And no more than once.
    s.answer(&second, 488, "", "");
    assert_eq!(
        s.told(),
        ["Ended Refused { status: 488, retry_after: None }"]
    );
    s.ends_empty();
}

#[test]
fn nowhere_to_go() {
    let mut s = Script::with(|c| c.trunks = vec![trunk()]);
    by_trunk(&mut s);
    s.events.clear();
    s.endpoint
        .handle_resolved(s.now, crate::sip::endpoint::QueryId(1), Vec::new());
    s.command(LegId(99), LegCommand::Ring);
    assert_eq!(s.told(), ["Ended Unreachable"]);
    s.ends_empty();
    // A resolver that never answers.
    let mut s = Script::with(|c| c.trunks = vec![trunk()]);
    by_trunk(&mut s);
    s.events.clear();
    s.wait(20_000);
    assert_eq!(s.told(), ["Ended NoAnswer"]);
    s.ends_empty();
}

#[test]
fn a_connection_that_closes_ends_what_waits_on_it() {
    let mut s = Script::new();
    s.flow.transport = Transport::Tcp;
    s.call();
    s.endpoint.handle_flow_closed(s.now, s.flow);
    s.command(LegId(99), LegCommand::Ring);
    assert_eq!(s.told(), ["Ended Unreachable"]);
    s.ends_empty();
}

#[test]
fn text_of_others_can_not_break_out() {
    let mut s = Script::new();
    let mut invite = outgoing(LegId(1), s.flow);
    invite.from = Some(PhoneNumber::new("a@evil>\r\nEvil: y"));
    invite.from_name = "\"<sip:x>\\\r\nVia: z".to_owned();
    invite.user_to_user = Some("00\r\nRoute: <sip:evil>".to_owned());
    invite.call_info = Some("http://h/c>\r\nWorse: z".to_owned());
    invite.auto_answer = true;
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
    let invite = s.last_request();
    assert_eq!(invite.headers.vias().map(|v| v.len()), Ok(1));
    assert!(!invite.headers.contains(HeaderName::Route));
    assert!(!invite.headers.contains("Evil") && !invite.headers.contains("Worse"));
    let alert = "<sip:zeroline.invalid>;info=alert-autoanswer;delay=0";
    assert_eq!(invite.headers.get_str("Alert-Info"), Some(alert));
    let from = invite.headers.from().expect("From");
    assert_eq!(from.display, "\"<sip:x>\\  Via: z");
}

/// What is not answered is kept for ever: an offer in an early dialog that comes to nothing.
#[test]
fn offers_in_early_dialogs_that_come_to_nothing() {
    let update = |s: &mut Script, invite: &crate::sip::message::Request, tag: &str| {
        let get = |name: &str| invite.headers.get_str(name).unwrap_or("").to_owned();
        s.say(&format!(
            "UPDATE sip:zeroline@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\n\
             Max-Forwards: 70\nFrom: {};tag={tag}\nTo: {}\nCall-ID: {}\nCSeq: 1 UPDATE\n\
             Contact: <sip:bob@192.0.2.9>\n{ANSWER}Content-Length: 1\n\nx",
            get("To"),
            get("From"),
            get("Call-ID")
        ));
    };
    // Another branch of the fork answers; the INVITE has to go out anew; it goes elsewhere.
    for (status, headers, heard) in [
        (200, ANSWER, ["487 UPDATE", "ACK"].as_slice()),
        (422, "Min-SE: 3600\n", &["ACK", "487 UPDATE", "INVITE"]),
    ] {
        let mut s = Script::new();
        let (leg, invite) = s.call();
        s.answer_as(&invite, 183, "one", ANSWER, "early");
        update(&mut s, &invite, "one");
        assert_eq!(s.told(), ["Progress 183 early", "Offer x"]);
        s.answer_as(&invite, status, "two", headers, "theirs");
        assert_eq!(s.heard(), heard, "{status}");
        s.command(leg, LegCommand::Hangup { reason: None });
        s.ends_empty();
    }
    let mut s = Script::new();
    let mut invite = outgoing(LegId(1), s.flow);
    invite.target = CallTarget::Contact(crate::sip::leg::Contact {
        uri: "sip:bob@example.com".into(),
        path: Vec::new(),
        flow: None,
    });
    s.command(LegId(1), LegCommand::Invite(Box::new(invite)));
    let targets = [PEER, "192.0.2.10:5060"].map(|remote| ResolvedTarget {
        transport: Transport::Udp,
        remote: address(remote),
        server_name: None,
    });
    let query = crate::sip::endpoint::QueryId(1);
    s.endpoint.handle_resolved(s.now, query, targets.into());
    s.wait(0);
    s.say("\n");
    let invite = s.last_request();
    s.answer_as(&invite, 183, "one", ANSWER, "early");
    update(&mut s, &invite, "one");
    s.answer_as(&invite, 503, "one", "", "");
    assert_eq!(s.heard(), ["ACK", "487 UPDATE", "INVITE"]);
    s.command(LegId(1), LegCommand::Hangup { reason: None });
    s.ends_empty();
}
