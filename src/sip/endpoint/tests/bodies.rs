//! Bodies of several parts, as trunks send them (RFC 5621): in every place where a session
//! description may stand.

use super::harness::*;
use crate::sip::endpoint::EndpointEvent;
use crate::sip::leg::LegCommand;
use crate::sip::message::HeaderName;

const MIXED: &str = "MIME-Version: 1.0\nContent-Type: multipart/mixed;boundary=\"=-x\"\n";

fn with_isup(sdp: &str, handling: &str) -> String {
    format!(
        "--=-x\r\nContent-Type: application/isup;version=nxv3;base=etsi121\r\n\
         Content-Disposition: signal{handling}\r\n\r\n\u{1}\u{0}\u{9}\r\n\
         --=-x\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--=-x--\r\n"
    )
}

/// An INVITE with this body of several parts.
fn invite(s: &mut Script, cseq: u32, body: &str) {
    let text = format!(
        "INVITE sip:100@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-m{cseq}\n\
         Max-Forwards: 70\nFrom: <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>\n\
         Call-ID: call-1\nCSeq: {cseq} INVITE\nContact: <sip:ann@192.0.2.9:5060>\n{MIXED}\
         Content-Length: {}\n\n",
        body.len()
    )
    .replace('\n', "\r\n");
    s.raw(format!("{text}{body}").into());
}

#[test]
fn the_offer_beside_isup() {
    for handling in [";handling=optional", ""] {
        let mut s = Script::new();
        invite(&mut s, 1, &with_isup("their offer", handling));
        let incoming = s.incoming();
        assert_eq!(incoming.offer.as_deref(), Some(&b"their offer"[..]));
        s.command(incoming.leg, LegCommand::Answer { sdp: sdp("ours") });
        assert_eq!(&s.last_response().body[..], b"ours");
    }
}

#[test]
fn a_part_that_has_to_be_understood() {
    let mut s = Script::new();
    invite(&mut s, 1, &with_isup("offer", ";handling=required"));
    let refusal = s.last_response();
    assert_eq!(refusal.status, 415);
    let accept = refusal.headers.get_str(HeaderName::Accept).unwrap_or("");
    assert!(accept.contains("application/sdp"), "{accept}");
    assert!(accept.contains("multipart/mixed"), "{accept}");
    assert!(s.events.is_empty());
    // Without the boundary that ends it: damaged.
    let cut = with_isup("offer", "").replace("--=-x--\r\n", "");
    invite(&mut s, 2, &cut);
    assert_eq!(s.last_response().status, 400);
    assert!(s.events.is_empty());
    assert_empty(&s.endpoint);
}

#[test]
fn without_an_offer_among_the_parts_ours_goes_out() {
    let mut s = Script::new();
    let isup = "--=-x\r\nContent-Type: application/isup\r\n\
                Content-Disposition: signal;handling=optional\r\n\r\nx\r\n--=-x--\r\n";
    invite(&mut s, 1, isup);
    let incoming = s.incoming();
    assert_eq!(incoming.offer, None);
    s.command(incoming.leg, LegCommand::Answer { sdp: sdp("ours") });
    let tag = tag_of(&s.last_response());
    s.within(&tag, 1, "ACK", MIXED, &with_isup("their answer", ""));
    assert_eq!(s.told(), ["Confirmed their answer"]);
}

#[test]
fn within_a_call() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.within(&tag, 2, "INVITE", MIXED, &with_isup("hold", ""));
    assert_eq!(s.told(), ["Offer hold"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("held") });
    s.within(&tag, 2, "ACK", "", "");
    s.within(&tag, 3, "UPDATE", MIXED, &with_isup("talk", ""));
    assert_eq!(s.told(), ["Offer talk"]);
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("yes") });
    s.heard();
    let required = with_isup("x", ";handling=required");
    s.within(&tag, 4, "INVITE", MIXED, &required);
    s.within(&tag, 5, "UPDATE", MIXED, &required);
    assert_eq!(s.heard(), ["415 INVITE", "415 UPDATE"]);
    assert!(s.told().is_empty());
    // An UPDATE that offers nothing is a refresh, whatever may be ignored in it.
    let isup = "Content-Type: application/isup\nContent-Disposition: signal;handling=optional\n";
    s.within(&tag, 6, "UPDATE", isup, "x");
    assert_eq!(s.heard(), ["200 UPDATE"]);
    assert!(s.told().is_empty());
}

#[test]
fn in_a_prack() {
    let mut s = Script::new();
    s.invite("Require: 100rel\n", b"");
    let leg = s.incoming().leg;
    s.command(
        leg,
        LegCommand::Progress {
            answer: sdp("ours"),
        },
    );
    let progress = s.last_response();
    let tag = tag_of(&progress);
    let rseq = progress.headers.rseq().ok().flatten().expect("RSeq");
    let rack = |kind: &str| format!("RAck: {rseq} 1 INVITE\n{kind}");
    s.within(&tag, 2, "PRACK", &rack("Content-Type: text/plain\n"), "x");
    assert_eq!(s.heard(), ["415 PRACK"]);
    s.within(&tag, 3, "PRACK", &rack(MIXED), &with_isup("theirs", ""));
    assert_eq!(s.heard(), ["200 PRACK"]);
    assert_eq!(s.told(), ["OfferAnswered theirs"]);
}

#[test]
fn in_their_answers() {
    let mut s = Script::new();
    let (leg, invite) = s.call();
    s.answer(
        &invite,
        183,
        MIXED,
        &with_isup("early", ";handling=required"),
    );
    assert_eq!(s.told(), ["Progress 183 early"]);
    s.answer(&invite, 200, MIXED, &with_isup("answer", ""));
    assert_eq!(s.told(), ["Answered answer"]);
    s.heard();
    s.command(leg, LegCommand::Offer { offer: sdp("new") });
    let reinvite = s.last_request();
    s.answer(&reinvite, 200, MIXED, &with_isup("agreed", ""));
    assert_eq!(s.told(), ["OfferAnswered agreed"]);
    // Only ISUP: nothing was agreed.
    s.command(leg, LegCommand::Offer { offer: sdp("more") });
    let reinvite = s.last_request();
    s.answer(&reinvite, 200, "Content-Type: application/isup\n", "x");
    assert_eq!(s.told(), ["OfferRefused 488"]);
    assert!(!s.events.iter().any(|e| matches!(e, EndpointEvent::Leg(..))));
}
