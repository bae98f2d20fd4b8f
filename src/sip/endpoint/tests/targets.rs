//! Where requests of a session go: REFER, targets, route sets, numbers.

use super::harness::*;
use crate::ids::LegId;
use crate::sip::leg::LegCommand;
use crate::sip::message::HeaderName;

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
