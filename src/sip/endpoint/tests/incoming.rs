//! Calls that come in.

use super::harness::*;
use crate::sip::flow::Network;
use crate::sip::leg::LegCommand;
use crate::sip::message::HeaderName;

#[test]
fn answered_confirmed_and_hung_up_by_the_peer() {
    let mut s = Script::new();
    s.invite("", SDP);
    let call = s.incoming();
    assert_eq!(call.dialled.reveal(), "100");
    assert_eq!(call.caller.as_ref().map(|c| c.reveal()), Some("ann"));
    assert_eq!(call.caller_name, "Ann");
    assert_eq!(call.offer.as_deref(), Some(SDP));
    s.command(call.leg, LegCommand::Ring);
    s.command(call.leg, LegCommand::Answer { sdp: sdp("ours") });
    let responses = s.responses();
    assert_eq!(
        responses.iter().map(|r| r.status).collect::<Vec<_>>(),
        [180, 200]
    );
    let ok = responses.last().expect("200");
    assert_eq!(&ok.body[..], b"ours");
    assert!(ok.headers.contains(HeaderName::Contact));
    let tag = tag_of(ok);
    s.within(&tag, 1, "ACK", "", "");
    assert_eq!(s.told(), ["Confirmed"]);
    s.within(&tag, 2, "BYE", "", "");
    assert_eq!(s.heard(), ["200 BYE"]);
    assert_eq!(s.told(), ["Ended PeerBye"]);
    s.ends_empty();
}

#[test]
fn a_repeated_invite_gets_the_last_provisional_answer_again() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    assert!(s.heard().is_empty());
    // Sooner than we meant to say anything.
    s.invite("", SDP);
    assert_eq!(s.heard(), ["100 INVITE"]);
    s.wait(500);
    assert!(s.heard().is_empty());
    s.command(leg, LegCommand::Ring);
    s.invite("", SDP);
    assert_eq!(s.heard(), ["180 INVITE", "180 INVITE"]);
    assert!(s.told().is_empty());
    assert_eq!(s.endpoint.stats().absorbed, 2);
}

#[test]
fn who_waits_for_an_answer_is_told_that_we_try() {
    // Answered within 200 ms: nothing is said before.
    let mut s = Script::new();
    s.invite("", SDP);
    s.wait(199);
    assert!(s.heard().is_empty());
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Ring);
    s.wait(10_000);
    assert_eq!(s.heard(), ["180 INVITE"]);
    // Later than that: 100, once.
    let mut s = Script::new();
    s.invite("", SDP);
    s.wait(200);
    let trying = s.last_response();
    assert_eq!(trying.status, 100);
    assert_eq!(trying.headers.get_str("CSeq"), Some("1 INVITE"));
    s.wait(10_000);
    assert!(s.heard().is_empty());
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.heard(), ["480 INVITE"]);
    s.ends_empty();
}

#[test]
fn the_200_is_repeated_until_the_ack() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.wait(3600);
    // At 0.5, 1.5 and 3.5 s; the INVITE itself is only absorbed.
    assert_eq!(s.heard(), ["200 INVITE", "200 INVITE", "200 INVITE"]);
    s.invite("", SDP);
    assert!(s.heard().is_empty());
    s.within(&tag, 1, "ACK", "", "");
    s.wait(20_000);
    assert!(s.heard().is_empty());
    assert_eq!(s.told(), ["Confirmed"]);
}

#[test]
fn without_an_ack_the_call_ends_after_64_t1_with_bye() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    s.heard();
    s.wait(31_999);
    assert_eq!(s.heard().len(), 10);
    assert!(s.told().is_empty());
    s.wait(1);
    assert_eq!(s.heard(), ["BYE"]);
    assert_eq!(s.told(), ["Ended NoAck"]);
    s.ends_empty();
}

#[test]
fn a_late_offer_is_answered_in_the_ack() {
    let mut s = Script::new();
    s.invite("", b"");
    let call = s.incoming();
    assert_eq!(call.offer, None);
    s.command(call.leg, LegCommand::Answer { sdp: sdp("offer") });
    let tag = tag_of(&s.last_response());
    s.within(
        &tag,
        1,
        "ACK",
        "Content-Type: application/sdp\n",
        "their answer",
    );
    assert_eq!(s.told(), ["Confirmed their answer"]);
}

#[test]
fn cancelled_while_ringing() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Ring);
    s.heard();
    let cancel = "CANCEL sip:100@192.0.2.1 SIP/2.0\n\
        Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-inv\nMax-Forwards: 70\n\
        From: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>\nCall-ID: call-1\n\
        CSeq: 1 CANCEL\nContent-Length: 0\n\n";
    s.say(cancel);
    assert_eq!(s.heard(), ["200 CANCEL", "487 INVITE"]);
    assert_eq!(s.told(), ["Ended PeerCancelled"]);
    // The answer that crosses it comes to nothing.
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    s.say(cancel);
    assert_eq!(s.heard(), ["200 CANCEL"]);
    s.ends_empty();
}

#[test]
fn a_cancel_that_crosses_the_200_changes_nothing() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.say(
        "CANCEL sip:100@192.0.2.1 SIP/2.0\n\
        Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-inv\nMax-Forwards: 70\n\
        From: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>\nCall-ID: call-1\n\
        CSeq: 1 CANCEL\nContent-Length: 0\n\n",
    );
    assert_eq!(s.heard(), ["200 CANCEL"]);
    s.within(&tag, 1, "ACK", "", "");
    assert_eq!(s.told(), ["Confirmed"]);
}

#[test]
fn bye_in_an_early_dialog() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Ring);
    let tag = tag_of(&s.last_response());
    s.within(&tag, 2, "BYE", "", "");
    assert_eq!(s.heard(), ["200 BYE", "487 INVITE"]);
    assert_eq!(s.told(), ["Ended PeerBye"]);
    s.ends_empty();
}

#[test]
fn a_refusal_is_repeated_until_its_ack() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.heard();
    s.command(
        leg,
        LegCommand::Reject {
            status: 503,
            retry_after: Some(7),
        },
    );
    let refusal = s.last_response();
    assert_eq!(refusal.headers.retry_after(), Ok(Some(7)));
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.wait(1600);
    assert_eq!(s.heard(), ["503 INVITE", "503 INVITE"]);
    s.say(&format!(
        "ACK sip:100@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-inv\n\
         From: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={}\nCall-ID: call-1\n\
         CSeq: 1 ACK\nContent-Length: 0\n\n",
        tag_of(&refusal)
    ));
    s.wait(4000);
    assert!(s.heard().is_empty());
    s.ends_empty();
}

#[test]
fn early_media_goes_reliably_and_holds_the_200() {
    let mut s = Script::new();
    s.invite("Supported: 100rel\n", SDP);
    let leg = s.incoming().leg;
    s.heard();
    s.command(
        leg,
        LegCommand::Progress {
            answer: sdp("early"),
        },
    );
    let progress = s.last_response();
    assert_eq!(progress.status, 183);
    assert!(progress.headers.requires("100rel"));
    assert_eq!(&progress.body[..], b"early");
    let rseq = progress.headers.rseq().expect("sound").expect("RSeq");
    s.command(leg, LegCommand::Answer { sdp: sdp("early") });
    s.wait(1600);
    assert_eq!(s.heard(), ["183 INVITE", "183 INVITE"]);
    let tag = tag_of(&progress);
    s.within(
        &tag,
        2,
        "PRACK",
        &format!("RAck: {} 1 INVITE\n", rseq + 1),
        "",
    );
    assert_eq!(s.heard(), ["481 PRACK"]);
    s.within(&tag, 3, "PRACK", &format!("RAck: {rseq} 1 INVITE\n"), "");
    assert_eq!(s.heard(), ["200 PRACK", "200 INVITE"]);
    s.within(&tag, 1, "ACK", "", "");
    assert_eq!(s.told(), ["Confirmed"]);
}

#[test]
fn a_peer_that_requires_100rel_gets_a_reliable_180() {
    let mut s = Script::new();
    s.invite("Require: 100rel\n", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Ring);
    assert!(s.last_response().headers.requires("100rel"));
    // Nobody acknowledges it: RFC 3262 section 3.
    s.wait(32_000);
    assert_eq!(s.heard().last().map(String::as_str), Some("504 INVITE"));
    assert_eq!(s.told(), ["Ended PeerGone"]);
    s.ends_empty();
}

#[test]
fn an_offer_in_a_reliable_183_is_answered_by_prack() {
    let mut s = Script::new();
    s.invite("Supported: 100rel\n", b"");
    let leg = s.incoming().leg;
    s.command(
        leg,
        LegCommand::Progress {
            answer: sdp("offer"),
        },
    );
    let progress = s.last_response();
    let rseq = progress.headers.rseq().expect("sound").expect("RSeq");
    let tag = tag_of(&progress);
    let rack = format!("RAck: {rseq} 1 INVITE\nContent-Type: application/sdp\n");
    s.within(&tag, 2, "PRACK", &rack, "answer");
    assert_eq!(s.told(), ["OfferAnswered answer"]);
    s.command(leg, LegCommand::Answer { sdp: sdp("again") });
    assert!(s.last_response().body.is_empty());
}

#[test]
fn hanging_up_before_the_ack_waits_for_it() {
    let mut s = Script::new();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.command(leg, LegCommand::Hangup { reason: None });
    assert!(s.heard().is_empty());
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.within(&tag, 1, "ACK", "", "");
    assert_eq!(s.heard(), ["BYE"]);
    assert!(s.told().is_empty());
    s.ends_empty();
}

#[test]
fn nobody_answers_for_three_minutes() {
    let mut s = Script::new();
    s.invite("", SDP);
    s.incoming();
    s.wait(180_000);
    assert_eq!(s.heard(), ["100 INVITE", "480 INVITE"]);
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.ends_empty();
}

#[test]
fn identity_is_believed_from_trusted_peers_only() {
    let asserted = "P-Asserted-Identity: \"Real\" <tel:+4530303030>\n";
    let mut s = Script::new();
    s.invite(asserted, SDP);
    assert_eq!(
        s.incoming().caller.map(|c| c.reveal().to_owned()),
        Some("ann".into())
    );
    let mut s = Script::with(|c| c.trusted_peers = vec![network(24)]);
    s.invite(asserted, SDP);
    let call = s.incoming();
    assert_eq!(
        call.caller.map(|c| c.reveal().to_owned()),
        Some("+4530303030".into())
    );
    let mut s = Script::with(|c| c.trusted_peers = vec![network(32)]);
    s.invite(&format!("{asserted}Privacy: id\n"), SDP);
    assert_eq!(s.incoming().caller, None);
}

#[test]
fn responses_go_to_the_source_and_requests_to_a_natted_source() {
    let mut s = Script::new();
    s.flow.remote = address("198.51.100.7:31234");
    s.raw(
        "INVITE sip:100@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;rport;branch=z9hG4bKn\r\n\
         From: <sip:ann@example.com>;tag=ann\r\nTo: <sip:100@192.0.2.1>\r\nCall-ID: n\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:ann@10.0.0.5>\r\nContent-Length: 0\r\n\r\n"
            .into(),
    );
    s.wait(200);
    let via = s.last_response().headers.top_via().expect("Via");
    assert_eq!(via.rport(), Some(Some(31234)));
    assert_eq!(via.received(), Some(address("198.51.100.7:1").ip()));
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("x") });
    s.endpoint
        .handle_timeout(s.now.after(std::time::Duration::from_secs(32)));
    let mut last = None;
    while let Some(t) = s.endpoint.poll_transmit() {
        last = Some(t);
    }
    let bye = last.expect("BYE after 64 T1");
    assert!(bye.bytes.starts_with(b"BYE sip:ann@10.0.0.5 SIP/2.0\r\n"));
    assert_eq!(bye.flow.remote, address("198.51.100.7:31234"));
}

/// The network of the peer.
fn network(prefix: u8) -> Network {
    let addr = address(PEER).ip();
    Network { addr, prefix }
}

#[test]
fn a_network_is_trusted_as_far_as_it_reaches() {
    let trusts = |network: Network| {
        let mut s = Script::with(|c| c.trusted_peers = vec![network]);
        let asserted = "P-Asserted-Identity: <tel:+4511>\n";
        s.invite(asserted, SDP);
        s.incoming().caller.map(|c| c.reveal().to_owned()) == Some("+4511".to_owned())
    };
    let addr = "192.0.2.200".parse().expect("an address");
    assert!(trusts(Network { addr, prefix: 24 }));
    assert!(!trusts(Network { addr, prefix: 25 }));
    assert!(!trusts(Network::host(addr)));
    assert!(trusts(Network::host(address(PEER).ip())));
}
