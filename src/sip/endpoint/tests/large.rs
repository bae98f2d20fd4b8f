//! Requests within a dialog that are too large for a datagram (RFC 3261 §18.1.1).

use super::harness::*;
use crate::sip::endpoint::Listener;
use crate::sip::flow::{Flow, Transmit, Transport};
use crate::sip::leg::LegCommand;
use crate::sip::message::{Message, Request};

const ANSWER: &str = "Content-Type: application/sdp\n";

fn large() -> LegCommand {
    LegCommand::Offer {
        offer: sdp(&"v=0\r\n".repeat(250)),
    }
}

/// What leaves, and by which transport.
fn leaving(s: &mut Script) -> Vec<(Transport, Request)> {
    std::iter::from_fn(|| s.endpoint.poll_transmit())
        .filter_map(|Transmit { flow, bytes, .. }| match parse(&bytes) {
            Message::Request(r) => Some((flow.transport, r)),
            Message::Response(_) => None,
        })
        .collect()
}

/// A command, and the one request that leaves because of it.
fn sent(s: &mut Script, leg: crate::ids::LegId, command: LegCommand) -> (Transport, Request) {
    s.endpoint.handle_command(s.now, leg, command);
    let mut requests = leaving(s);
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn stream() -> Flow {
    Flow {
        transport: Transport::Tcp,
        local: address(US),
        remote: address(PEER),
    }
}

fn top_via(r: &Request) -> (String, String) {
    let via = r.headers.top_via().expect("Via");
    let branch = via.params.get("branch").expect("a branch").to_owned();
    (via.transport.to_string(), branch)
}

#[test]
fn by_stream_and_the_dialog_stays_where_it_is() {
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    let (transport, reinvite) = sent(&mut s, leg, large());
    assert_eq!(transport, Transport::Tcp);
    assert_eq!(top_via(&reinvite).0, "TCP");
    let contact = reinvite.headers.get_str("Contact").unwrap_or("");
    assert!(!contact.contains("transport"), "{contact}");
    // Their answer comes by the stream, with a Contact that is new to us.
    let udp = std::mem::replace(&mut s.flow, stream());
    s.answer(&reinvite, 200, ANSWER, "agreed");
    assert_eq!(s.told(), ["OfferAnswered agreed"]);
    s.flow = udp;
    s.sent.clear();
    // What is small goes on by datagram, to where they are.
    s.within(&tag, 2, "OPTIONS", "", "");
    let (transport, bye) = sent(&mut s, leg, LegCommand::Hangup { reason: None });
    assert_eq!(
        (transport, top_via(&bye).0.as_str()),
        (Transport::Udp, "UDP")
    );
}

#[test]
fn by_datagram_where_nobody_takes_a_stream() {
    let mut s = Script::new();
    let (leg, _) = s.established("");
    let (_, by_stream) = sent(&mut s, leg, large());
    s.endpoint.handle_flow_closed(s.now, stream());
    let again = leaving(&mut s);
    let [(Transport::Udp, reinvite)] = again.as_slice() else {
        panic!("{again:?}")
    };
    assert_eq!(reinvite.body, by_stream.body);
    assert_ne!(top_via(reinvite).1, top_via(&by_stream).1);
    let number = |r: &Request| r.headers.cseq().expect("CSeq").seq;
    assert!(number(reinvite) > number(&by_stream));
    let reinvite = reinvite.clone();
    s.answer(&reinvite, 200, ANSWER, "agreed");
    assert_eq!(s.told(), ["OfferAnswered agreed"]);
    // It is not tried a second time.
    assert_eq!(sent(&mut s, leg, large()).0, Transport::Udp);
}

#[test]
fn a_large_bye_after_which_the_leg_is_gone() {
    let mut s = Script::new();
    let (leg, _) = s.established("");
    let hangup = LegCommand::Hangup {
        reason: Some("x".repeat(1300)),
    };
    assert_eq!(sent(&mut s, leg, hangup).0, Transport::Tcp);
    s.endpoint.handle_flow_closed(s.now, stream());
    let again = leaving(&mut s);
    let [(Transport::Udp, bye)] = again.as_slice() else {
        panic!("{again:?}")
    };
    let bye = bye.clone();
    s.answer(&bye, 200, "", "");
    s.ends_empty();
}

#[test]
fn an_offer_that_ends_with_its_call_is_not_repeated() {
    let mut s = Script::new();
    let (leg, _) = s.established("");
    sent(&mut s, leg, large());
    let (_, bye) = sent(&mut s, leg, LegCommand::Hangup { reason: None });
    s.answer(&bye, 200, "", "");
    s.endpoint.handle_flow_closed(s.now, stream());
    assert!(leaving(&mut s).iter().all(|(_, r)| r.body.is_empty()));
    s.ends_empty();
}

#[test]
fn where_no_stream_leads_to_the_peer() {
    // It asks for UDP.
    let mut s = Script::new();
    let (leg, tag) = s.established("");
    s.say(&format!(
        "UPDATE sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.9:5060;branch={{branch}}\nMax-Forwards: 70\n\
         From: \"Ann\" <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
         Call-ID: call-1\nCSeq: 2 UPDATE\nContact: <sip:ann@192.0.2.9:5060;transport=udp>\n\
         Content-Length: 0\n\n"
    ));
    assert_eq!(sent(&mut s, leg, large()).0, Transport::Udp);
    // It is behind a NAT.
    let mut s = Script::new();
    s.flow.remote = address("198.51.100.7:40000");
    let (leg, _) = s.established("");
    assert_eq!(sent(&mut s, leg, large()).0, Transport::Udp);
    // It is a phone on the path on which it registered.
    let mut s = Script::new();
    let (leg, invite) = s.call();
    s.answer(&invite, 200, ANSWER, "theirs");
    s.heard();
    assert_eq!(sent(&mut s, leg, large()).0, Transport::Udp);
    // We have no TCP.
    let mut s = Script::with(|c| {
        c.listeners
            .retain(|l: &Listener| l.transport == Transport::Udp)
    });
    let (leg, _) = s.established("");
    assert_eq!(sent(&mut s, leg, large()).0, Transport::Udp);
}
