//! Sessions: offers both ways, timers, INFO, REFER, targets, numbers.

use super::harness::*;
use crate::ids::LegId;
use crate::sip::leg::LegCommand;
use crate::sip::message::HeaderName;

const OFFER: &str = "Content-Type: application/sdp\n";

#[test]
fn reinvite_of_the_peer_is_answered_and_repeated_until_its_ack() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", OFFER, "hold");
    assert_eq!(s.told(), ["Offer hold"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("held") });
    let ok = s.last_response();
    assert_eq!((ok.status, &ok.body[..]), (200, &b"held"[..]));
    s.wait(600);
    assert_eq!(s.heard(), ["200 INVITE"]);
    // Another before the ACK: RFC 3261 section 14.2.
    s.within(&tag, 3, "INVITE", OFFER, "again");
    let refusal = s.last_response();
    assert_eq!(refusal.status, 500);
    assert!(refusal.headers.contains(HeaderName::RetryAfter));
    s.within(&tag, 2, "ACK", "", "");
    s.wait(5000);
    assert!(s.told().is_empty());
    s.within(&tag, 4, "BYE", "", "");
    s.ends_empty();
}

#[test]
fn a_bye_because_of_a_broken_way_is_no_hang_up() {
    for (reason, told) in [
        (
            "Reason: SIP ;cause=408; text=\"RTP Timeout\"\n",
            "Ended PeerGone",
        ),
        ("Reason: SIP;cause=500\n", "Ended PeerGone"),
        ("Reason: Q.850;cause=408\n", "Ended PeerBye"),
        ("Reason: SIP;cause=200\n", "Ended PeerBye"),
        ("", "Ended PeerBye"),
    ] {
        let mut s = Script::new();
        let (_, tag) = s.established("");
        s.within(&tag, 2, "BYE", reason, "");
        assert_eq!(s.told(), [told], "{reason}");
    }
}

#[test]
fn a_refused_offer_leaves_the_session_as_it_was() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", OFFER, "video");
    s.command(leg, LegCommand::RefuseOffer);
    assert_eq!(s.heard(), ["488 INVITE"]);
    s.within(&tag, 3, "UPDATE", OFFER, "audio");
    assert_eq!(s.told(), ["Offer video", "Offer audio"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("fine") });
    assert_eq!(s.heard(), ["200 UPDATE"]);
}

#[test]
fn a_reinvite_without_offer_gets_ours_and_answers_in_the_ack() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", "", "");
    assert_eq!(s.told(), ["Offer"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("offer") });
    s.within(&tag, 2, "ACK", OFFER, "answer");
    assert_eq!(s.told(), ["OfferAnswered answer"]);
}

#[test]
fn nobody_answers_an_offer() {
    let mut s = Script::new();
    let (_, tag) = s.established("");
    s.within(&tag, 2, "UPDATE", OFFER, "x");
    s.heard();
    s.wait(20_000);
    assert_eq!(s.heard(), ["500 UPDATE"]);
}

/// A caller who hung up on our side before the peer's ACK came: nothing of the session but the
/// wait for that ACK may go on, or a deadline that nobody meets would stall everybody.
#[test]
fn what_is_under_way_when_we_hang_up_before_the_ack() {
    let mut s = Script::new();
    s.invite("Supported: timer\nSession-Expires: 90;refresher=uas\n", SDP);
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.within(&tag, 2, "UPDATE", OFFER, "x");
    assert_eq!(s.told(), ["Offer x"]);
    s.heard();
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.heard(), ["487 UPDATE"]);
    assert_eq!(s.told(), ["Ended LocalHangup"]);
    s.within(&tag, 3, "UPDATE", OFFER, "y");
    assert_eq!(s.heard(), ["481 UPDATE"]);
    s.within(&tag, 4, "INVITE", OFFER, "z");
    assert_eq!(s.heard(), ["481 INVITE"]);
    s.wait(40_000);
    let heard = s.heard();
    assert_eq!(heard.last().map(String::as_str), Some("BYE"), "{heard:?}");
    s.ends_empty();
}

#[test]
fn a_reinvite_can_be_cancelled() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", OFFER, "x");
    s.heard();
    let via = "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-w2";
    s.say(&format!(
        "CANCEL sip:zeroline@192.0.2.1:5060 SIP/2.0\nVia: {via}\nMax-Forwards: 70\n\
         From: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
         Call-ID: call-1\nCSeq: 2 CANCEL\nContent-Length: 0\n\n"
    ));
    assert_eq!(s.heard(), ["200 CANCEL", "487 INVITE"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("late") });
    assert!(s.heard().is_empty());
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.heard(), ["BYE"]);
}

#[test]
fn our_offer_is_answered() {
    let mut s = Script::new();
    let (leg, _) = s.established("");
    s.command(leg, LegCommand::Offer { offer: sdp("new") });
    let reinvite = s.last_request();
    assert_eq!(&reinvite.body[..], b"new");
    s.answer(&reinvite, 200, OFFER, "agreed");
    assert_eq!(s.heard(), ["ACK"]);
    assert_eq!(s.told(), ["OfferAnswered agreed"]);
    // The ACK was lost.
    s.answer(&reinvite, 200, OFFER, "agreed");
    assert_eq!(s.heard(), ["ACK"]);
    assert!(s.told().is_empty());
}

#[test]
fn glare_both_ways() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.command(leg, LegCommand::Offer { offer: sdp("new") });
    let reinvite = s.last_request();
    s.within(&tag, 2, "INVITE", OFFER, "theirs");
    assert_eq!(s.heard(), ["491 INVITE"]);
    s.within(&tag, 3, "UPDATE", OFFER, "theirs");
    assert_eq!(s.heard(), ["491 UPDATE"]);
    s.answer(&reinvite, 491, "", "");
    assert_eq!(s.heard(), ["ACK"]);
    assert!(s.told().is_empty());
    // We were called: again within 2 s.
    s.wait(2000);
    let again = s.last_request();
    assert_eq!(&again.body[..], b"new");
    s.answer(&again, 488, "", "");
    assert_eq!(s.told(), ["OfferRefused 488"]);
    assert_eq!(s.heard(), ["ACK"]);
}

#[test]
fn our_offer_waits_until_theirs_is_done() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", OFFER, "theirs");
    s.command(leg, LegCommand::Offer { offer: sdp("ours") });
    assert!(s.heard().is_empty());
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("yes") });
    assert_eq!(s.heard(), ["200 INVITE"]);
    s.within(&tag, 2, "ACK", "", "");
    assert_eq!(s.heard(), ["INVITE"]);
}

#[test]
fn a_dialog_that_the_peer_forgot_is_over() {
    for status in [481, 408] {
        let mut s = Script::new();
        let (leg, _) = s.established("");
        s.command(leg, LegCommand::Offer { offer: sdp("new") });
        let reinvite = s.last_request();
        s.answer(&reinvite, status, "", "");
        assert_eq!(s.heard(), ["ACK", "BYE"]);
        assert_eq!(s.told(), ["Ended PeerGone"]);
        s.ends_empty();
    }
}

#[test]
fn a_refresh_of_the_peer_needs_no_call() {
    let mut s = Script::new();
    let (_, tag) = s.established("Supported: timer\nSession-Expires: 90;refresher=uac\n");
    for cseq in 2..10 {
        s.wait(50_000);
        let terms = "Supported: timer\nSession-Expires: 90;refresher=uac\n";
        s.within(&tag, cseq, "UPDATE", terms, "");
        let ok = s.last_response();
        assert_eq!(ok.status, 200);
        assert!(ok.headers.contains(HeaderName::SessionExpires));
    }
    assert!(s.told().is_empty());
    // Then they fall silent: 90 s less a third.
    s.wait(60_000);
    assert_eq!(s.heard(), ["BYE"]);
    assert_eq!(s.told(), ["Ended PeerGone"]);
    s.ends_empty();
}

#[test]
fn we_refresh_by_update_and_end_it_when_nobody_answers() {
    let mut s = Script::new();
    let (_, _) = s.established("Allow: INVITE, UPDATE\nSupported: timer\n");
    s.wait(900_000);
    let update = s.last_request();
    assert_eq!(update.method.as_str(), "UPDATE");
    assert!(update.body.is_empty());
    let ok = "Session-Expires: 1800;refresher=uac\nRequire: timer\n";
    s.answer(&update, 200, ok, "");
    s.wait(900_000);
    let update = s.requests();
    assert_eq!(update.len(), 1);
    s.wait(32_000);
    assert_eq!(s.told(), ["Ended PeerGone"]);
    assert_eq!(s.heard().last().map(String::as_str), Some("BYE"));
    s.ends_empty();
}

#[test]
fn we_refresh_by_reinvite_where_update_is_unknown() {
    let mut s = Script::new();
    let (_, _) = s.established("Supported: timer\n");
    s.wait(900_000);
    let reinvite = s.last_request();
    assert_eq!(reinvite.method.as_str(), "INVITE");
    assert_eq!(&reinvite.body[..], b"ours");
    let ok = format!("Session-Expires: 1800;refresher=uac\n{OFFER}");
    s.answer(&reinvite, 200, &ok, "same");
    assert_eq!(s.heard(), ["ACK"]);
    assert!(s.told().is_empty());
}

#[test]
fn too_short_a_session_is_refused_with_422() {
    let mut s = Script::new();
    s.invite("Supported: timer\nSession-Expires: 30\n", SDP);
    let refusal = s.last_response();
    assert_eq!(refusal.status, 422);
    assert_eq!(refusal.headers.min_se(), Ok(Some(90)));
    s.ends_empty();
}

#[test]
fn info_by_its_type() {
    let mut s = Script::new();
    let (_, tag) = s.established("");
    let relay = "Content-Type: application/dtmf-relay\n";
    s.within(&tag, 2, "INFO", relay, "Signal=0\r\nDuration=160\r\n");
    s.within(&tag, 3, "INFO", "Content-Type: application/dtmf\n", "0");
    s.within(&tag, 4, "INFO", "", "");
    s.within(&tag, 5, "INFO", "Content-Type: text/plain\n", "x");
    assert_eq!(s.heard(), ["200 INFO", "200 INFO", "200 INFO", "415 INFO"]);
    assert_eq!(
        s.told(),
        ["Info application/dtmf-relay", "Info application/dtmf"]
    );
}

#[test]
fn a_transfer_is_reported_to_its_end() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    let refer = "Refer-To: <sip:200@192.0.2.1>\n";
    s.within(&tag, 2, "REFER", refer, "");
    assert_eq!(s.told(), ["Refer 200"]);
    let notify = match s.sent.as_slice() {
        [_, crate::sip::message::Message::Request(n)] => n.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(&notify.body[..], b"SIP/2.0 100 Trying\r\n");
    assert_eq!(s.heard(), ["202 REFER", "NOTIFY"]);
    s.answer(&notify, 200, "", "");
    s.within(&tag, 3, "REFER", refer, "");
    assert_eq!(s.heard(), ["603 REFER"]);
    s.command(leg, LegCommand::ReferProgress { status: 180 });
    s.command(leg, LegCommand::ReferProgress { status: 200 });
    let notifies = s.requests();
    let states: Vec<_> = notifies
        .iter()
        .map(|n| {
            n.headers
                .get_str(HeaderName::SubscriptionState)
                .unwrap_or("")
        })
        .collect();
    assert_eq!(
        states,
        ["active;expires=180", "terminated;reason=noresource"]
    );
    assert_eq!(
        notifies
            .last()
            .and_then(|n| n.headers.get_str(HeaderName::Event)),
        Some("refer;id=2")
    );
    for n in &notifies {
        s.answer(n, 200, "", "");
    }
    // A new one may follow; nobody wants its NOTIFYs.
    s.within(&tag, 4, "REFER", &format!("{refer}Refer-Sub: false\n"), "");
    s.command(leg, LegCommand::ReferProgress { status: 503 });
    assert_eq!(s.heard(), ["202 REFER"]);
    s.within(&tag, 5, "NOTIFY", "Event: refer\n", "");
    assert_eq!(s.heard(), ["481 NOTIFY"]);
}

#[test]
fn attended_transfer_and_nonsense() {
    let mut s = Script::new();
    let (_, tag) = s.established("");
    s.within(&tag, 2, "REFER", "", "");
    s.within(&tag, 3, "REFER", "Refer-To: <http://example.com>\n", "");
    assert_eq!(s.heard(), ["400 REFER", "416 REFER"]);
    let refer = "Refer-To: <sip:7@192.0.2.1?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\n";
    s.within(&tag, 4, "REFER", refer, "");
    assert_eq!(s.told(), ["Refer 7 replaces nobody"]);
}

#[test]
fn an_attended_transfer_names_another_dialog_of_ours() {
    // Some phones exchange the tags.
    for exchanged in [false, true] {
        let mut s = Script::new();
        let (_, tag) = s.established("");
        let (other, invite) = s.call();
        let header = |name| invite.headers.get_str(name).unwrap_or("").to_owned();
        let from = header(HeaderName::From);
        let ours = from.split_once("tag=").map_or("", |(_, tag)| tag);
        let (to, from) = if exchanged {
            ("peer", ours)
        } else {
            (ours, "peer")
        };
        let call = header(HeaderName::CallId);
        let named = format!("{call}%3Bto-tag%3D{to}%3Bfrom-tag%3D{from}");
        let refer = format!("Refer-To: <sip:7@192.0.2.1?Replaces={named}>\nRefer-Sub: false\n");
        // What only rings is nobody's to hand on.
        s.within(&tag, 2, "REFER", &refer, "");
        assert_eq!(s.told(), ["Refer 7 replaces nobody"]);
        s.command(LegId(2), LegCommand::ReferProgress { status: 481 });
        s.answer(&invite, 200, "Content-Type: application/sdp\n", "v=theirs");
        assert_eq!(s.told(), ["Answered v=theirs"]);
        s.within(&tag, 3, "REFER", &refer, "");
        assert_eq!(s.told(), [format!("Refer 7 replaces leg {}", other.0)]);
    }
}

#[test]
fn numbers_only_rise_and_strangers_have_no_dialog() {
    let mut s = Script::new();
    let (_, tag) = s.established("");
    s.within(&tag, 5, "OPTIONS", "", "");
    s.within(&tag, 4, "OPTIONS", "", "");
    s.within("nonsense", 6, "BYE", "", "");
    s.within(&format!("{tag}0"), 6, "BYE", "", "");
    s.within(&tag, 6, "MESSAGE", "", "");
    s.within(&tag, 7, "OPTIONS", "Require: telepathy\n", "");
    assert_eq!(
        s.heard(),
        [
            "200 OPTIONS",
            "500 OPTIONS",
            "481 BYE",
            "481 BYE",
            "405 MESSAGE",
            "420 OPTIONS"
        ]
    );
    assert!(s.told().is_empty());
}

#[test]
fn the_target_and_the_route_set_are_followed() {
    let mut s = Script::new();
    s.invite(
        "Record-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>\n",
        SDP,
    );
    let leg = s.incoming().leg;
    s.command(leg, LegCommand::Answer { sdp: sdp("ours") });
    let ok = s.last_response();
    assert_eq!(ok.headers.record_routes().map(|r| r.len()), Ok(2));
    let tag = tag_of(&ok);
    s.within(&tag, 1, "ACK", "", "");
    s.within(
        &tag,
        2,
        "UPDATE",
        "Contact: <sip:ann@192.0.2.77:5070>\n",
        "",
    );
    s.heard();
    s.endpoint.handle_command(
        s.now,
        leg,
        LegCommand::Hangup {
            reason: Some("SIP;cause=200".into()),
        },
    );
    let bye = s.endpoint.poll_transmit().expect("BYE");
    // `within` has its own Contact before it: the first counts.
    assert!(
        bye.bytes
            .starts_with(b"BYE sip:ann@192.0.2.9:5060 SIP/2.0\r\n")
    );
    assert_eq!(bye.flow.remote, address("192.0.2.50:5060"));
    let text = String::from_utf8_lossy(&bye.bytes);
    assert!(text.contains("Route: <sip:192.0.2.50;lr>\r\nRoute: <sip:192.0.2.51;lr>\r\n"));
    assert!(text.contains("Reason: SIP;cause=200\r\n"));
}

#[test]
fn target_refresh_moves_our_requests() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.say(&format!(
        "UPDATE sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\nMax-Forwards: 70\n\
         From: \"Ann\" <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
         Call-ID: call-1\nCSeq: 2 UPDATE\nContact: <sip:ann@192.0.2.77:5070>\n\
         Content-Length: 0\n\n"
    ));
    assert_eq!(s.heard(), ["200 UPDATE"]);
    s.endpoint
        .handle_command(s.now, leg, LegCommand::Hangup { reason: None });
    let bye = s.endpoint.poll_transmit().expect("BYE");
    assert!(
        bye.bytes
            .starts_with(b"BYE sip:ann@192.0.2.77:5070 SIP/2.0\r\n")
    );
    assert_eq!(bye.flow.remote, address("192.0.2.77:5070"));
}

#[test]
fn a_peer_that_keeps_our_reinvite_waiting_is_given_up() {
    // While the call goes on, and when it ended meanwhile.
    for hang_up in [false, true] {
        let mut s = Script::new();
        let (leg, _) = s.established("");
        s.command(leg, LegCommand::Offer { offer: sdp("new") });
        let reinvite = s.last_request();
        s.answer(&reinvite, 100, "", "");
        if hang_up {
            s.command(leg, LegCommand::Hangup { reason: None });
            let bye = s.last_request();
            s.answer(&bye, 200, "", "");
            assert_eq!(s.told(), ["Ended LocalHangup"]);
        } else {
            s.wait(179_000);
            assert!(s.told().is_empty());
            s.wait(1_000);
            assert_eq!(s.heard(), ["BYE"]);
            assert_eq!(s.told(), ["Ended PeerGone"]);
        }
        s.ends_empty();
    }
}

#[test]
fn what_a_contact_asks_to_be_added_is_not() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.say(&format!(
        "UPDATE sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\nMax-Forwards: 70\n\
         From: \"Ann\" <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
         Call-ID: call-1\nCSeq: 2 UPDATE\nContact: <sip:ann@192.0.2.9;method=INVITE?Evil=1>\n\
         Content-Length: 0\n\n"
    ));
    s.heard();
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.last_request().uri.to_string(), "sip:ann@192.0.2.9");
}

#[test]
fn a_strict_router_is_called_without_what_only_its_address_may_carry() {
    let mut s = Script::new();
    let route = "Record-Route: <sip:192.0.2.50;lr>, <sip:strict.example;method=INVITE?Subject=x>\n";
    let (leg, _) = s.established(route);
    s.command(leg, LegCommand::Hangup { reason: None });
    let bye = s.last_request();
    assert_eq!(bye.headers.fields(HeaderName::Route).count(), 2);
    // Before loose routing came, the first route was the Request-URI.
    let mut s = Script::new();
    let (leg, _) = s.established("Record-Route: <sip:strict.example;method=INVITE?Subject=x>\n");
    s.command(leg, LegCommand::Hangup { reason: None });
    assert_eq!(s.last_request().uri.to_string(), "sip:strict.example");
}

#[test]
fn our_offer_goes_out_when_theirs_is_withdrawn() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", OFFER, "x");
    s.command(leg, LegCommand::Offer { offer: sdp("ours") });
    s.heard();
    s.say(&format!(
        "CANCEL sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-w2\nMax-Forwards: 70\n\
         From: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
         Call-ID: call-1\nCSeq: 2 CANCEL\nContent-Length: 0\n\n"
    ));
    assert_eq!(s.heard(), ["200 CANCEL", "487 INVITE", "INVITE"]);
}
