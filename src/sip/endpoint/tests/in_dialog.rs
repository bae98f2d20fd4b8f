//! Sessions: offers both ways, timers, INFO.

use super::harness::*;
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
