//! Which way a message takes: streams that close, names for TLS, sizes, ICMP, targets.

use bytes::Bytes;

use super::harness::*;
use crate::ids::LegId;
use crate::sip::endpoint::{EndpointEvent, Listener, ResolvedTarget};
use crate::sip::flow::{Flow, Transmit, Transport};
use crate::sip::leg::{CallTarget, Contact, LegCommand, OutgoingInvite};
use crate::sip::message::Message;

const STREAM: &str = "192.0.2.9:40123";

fn transmits(s: &mut Script) -> Vec<Transmit> {
    std::iter::from_fn(|| s.endpoint.poll_transmit()).collect()
}

fn stream() -> Flow {
    Flow {
        transport: Transport::Tcp,
        local: address(US),
        remote: address(STREAM),
    }
}

fn to(uri: &str, offer: usize) -> OutgoingInvite {
    OutgoingInvite {
        target: CallTarget::Contact(Contact {
            uri: uri.to_owned(),
            path: Vec::new(),
            flow: None,
        }),
        offer: Some(Bytes::from("a".repeat(offer))),
        ..outgoing(LegId(1), stream())
    }
}

fn place(s: &mut Script, invite: OutgoingInvite) -> Vec<Transmit> {
    let invite = LegCommand::Invite(Box::new(invite));
    s.endpoint.handle_command(s.now, LegId(1), invite);
    transmits(s)
}

#[test]
fn a_page_that_connects_anew_is_reached_by_its_new_connection() {
    let page = |port: &str| Flow {
        transport: Transport::Wss,
        remote: address(port),
        ..stream()
    };
    let mut s = Script::new();
    s.flow = page(STREAM);
    let (leg, tag) = s.established("");
    s.endpoint.handle_flow_closed(s.now, page(STREAM));
    s.flow = page("192.0.2.9:40124");
    s.within(
        &tag,
        2,
        "INVITE",
        "Content-Type: application/sdp\n",
        "again",
    );
    s.command(leg, LegCommand::AnswerOffer { sdp: sdp("yes") });
    s.within(&tag, 2, "ACK", "", "");
    transmits(&mut s);
    let hang_up = LegCommand::Hangup { reason: None };
    s.endpoint.handle_command(s.now, leg, hang_up);
    let sent = transmits(&mut s);
    assert_eq!(sent[0].flow, page("192.0.2.9:40124"));
}

#[test]
fn a_dialog_whose_stream_closed_goes_on_by_the_contact() {
    let mut s = Script::new();
    s.flow = stream();
    let (leg, _) = s.established("");
    s.endpoint.handle_flow_closed(s.now, stream());
    assert!(
        s.told().is_empty(),
        "a closed stream is not the end of a call"
    );
    let offer = LegCommand::Offer { offer: sdp("new") };
    s.endpoint.handle_command(s.now, leg, offer);
    let sent = transmits(&mut s);
    // Contact: <sip:ann@192.0.2.9:5060>, by stream as before.
    assert_eq!(sent[0].flow.remote, address(PEER));
    assert_eq!(sent[0].flow.transport, Transport::Tcp);
    // That one is closed as well: nobody is there.
    s.endpoint.handle_flow_closed(s.now, sent[0].flow);
    s.command(LegId(99), LegCommand::Ring);
    assert_eq!(s.told(), ["Ended PeerGone"]);
    s.ends_empty();
}

#[test]
fn the_answer_to_an_invite_whose_stream_closed_goes_where_its_via_points() {
    let mut s = Script::new();
    s.flow = stream();
    s.invite("", SDP);
    let leg = s.incoming().leg;
    s.heard();
    s.endpoint.handle_flow_closed(s.now, stream());
    let answer = LegCommand::Answer { sdp: sdp("ours") };
    s.endpoint.handle_command(s.now, leg, answer);
    assert_eq!(transmits(&mut s)[0].flow.remote, address(PEER));
    s.wait(500);
    s.endpoint.handle_timeout(s.now);
    s.ends_empty();
}

#[test]
fn what_repeats_over_tls_names_the_server_too() {
    let mut s = Script::with(|c| {
        c.listeners.push(Listener {
            transport: Transport::Tls,
            bind: address("192.0.2.1:5061"),
            advertise: address("192.0.2.1:5061"),
        });
    });
    let offer = to("sips:bob@phone.example", 10);
    place(&mut s, offer);
    let query = match s.endpoint.poll_event() {
        Some(EndpointEvent::Resolve { query, secure, .. }) => {
            assert!(secure);
            query
        }
        other => panic!("{other:?}"),
    };
    let target = ResolvedTarget {
        transport: Transport::Tls,
        remote: address("192.0.2.9:5061"),
        server_name: Some("phone.example".into()),
    };
    s.endpoint.handle_resolved(s.now, query, vec![target]);
    let sent = transmits(&mut s);
    let named = |t: &Transmit| t.server_name.as_deref() == Some("phone.example");
    assert!(named(&sent[0]));
    s.flow = sent[0].flow;
    let Message::Request(invite) = parse(&sent[0].bytes) else {
        panic!("no request");
    };
    s.answer(&invite, 180, "", "");
    s.sent.clear();
    let hangup = LegCommand::Hangup { reason: None };
    s.endpoint.handle_command(s.now, LegId(1), hangup);
    assert!(transmits(&mut s).iter().all(named), "CANCEL");
    for _ in 0..2 {
        let refusal = response(&invite, 487);
        s.endpoint.handle_message(s.now, s.flow, refusal);
    }
    let acks = transmits(&mut s);
    assert!(!acks.is_empty() && acks.iter().all(named), "ACK");
}

fn response(invite: &crate::sip::message::Request, status: u16) -> Bytes {
    let get = |name: &str| invite.headers.get_str(name).unwrap_or("").to_owned();
    Bytes::from(format!(
        "SIP/2.0 {status} x\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=peer\r\nCall-ID: {}\r\n\
         CSeq: {}\r\nContact: <sip:bob@192.0.2.9:5060>\r\nContent-Length: 0\r\n\r\n",
        get("Via"),
        get("From"),
        get("To"),
        get("Call-ID"),
        get("CSeq")
    ))
}

#[test]
fn a_large_request_tries_a_stream_and_then_a_datagram() {
    let mut s = Script::new();
    let sent = place(&mut s, to("sip:bob@192.0.2.9", 1200));
    assert_eq!(sent[0].flow.transport, Transport::Tcp);
    assert!(sent[0].bytes.windows(12).any(|w| w == b"SIP/2.0/TCP "));
    s.endpoint.handle_flow_closed(s.now, sent[0].flow);
    let sent = transmits(&mut s);
    assert_eq!(sent[0].flow.transport, Transport::Udp);
    assert!(sent[0].bytes.windows(12).any(|w| w == b"SIP/2.0/UDP "));
    s.endpoint
        .handle_undeliverable(s.now, sent[0].flow.remote, &sent[0].bytes);
    s.command(LegId(99), LegCommand::Ring);
    assert_eq!(s.told(), ["Ended Unreachable"]);
    s.ends_empty();
    // A small one does not, nor one whose URI says UDP.
    for (uri, octets) in [
        ("sip:bob@192.0.2.9", 100),
        ("sip:bob@192.0.2.9;transport=udp", 1200),
    ] {
        let mut s = Script::new();
        let sent = place(&mut s, to(uri, octets));
        assert_eq!(sent[0].flow.transport, Transport::Udp, "{uri} {octets}");
    }
}

#[test]
fn only_who_saw_a_request_can_say_that_it_did_not_arrive() {
    let mut s = Script::new();
    let sent = place(&mut s, to("sip:bob@192.0.2.9", 100));
    let (flow, bytes) = (sent[0].flow, sent[0].bytes.clone());
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let at = text.find(";branch=").expect("a branch") + 12;
    let mut forged = text.clone().into_bytes();
    forged[at + 20] ^= 1;
    let elsewhere = address("192.0.2.77:5060");
    for (to, quoted) in [
        (flow.remote, &forged[..]),
        (flow.remote, &bytes[..at]),
        (flow.remote, b""),
        (elsewhere, &bytes[..]),
    ] {
        s.endpoint.handle_undeliverable(s.now, to, quoted);
    }
    s.command(LegId(99), LegCommand::Ring);
    assert!(s.told().is_empty());
    // Routers may quote the first octets only; then the next target has its turn, or none.
    s.endpoint
        .handle_undeliverable(s.now, flow.remote, &bytes[..at + 80]);
    s.command(LegId(99), LegCommand::Ring);
    assert_eq!(s.told(), ["Ended Unreachable"]);
    s.ends_empty();
}

#[test]
fn a_server_that_is_not_there_is_left_for_the_next() {
    let mut s = Script::new();
    place(&mut s, to("sip:bob@phone.example", 100));
    let query = match s.endpoint.poll_event() {
        Some(EndpointEvent::Resolve { query, .. }) => query,
        other => panic!("{other:?}"),
    };
    let target = |transport, remote: &str| ResolvedTarget {
        transport,
        remote: address(remote),
        server_name: None,
    };
    let targets = vec![
        target(Transport::Tcp, "192.0.2.20:5060"),
        target(Transport::Udp, "192.0.2.21:5060"),
        // Of a family that we do not speak.
        target(Transport::Udp, "[2001:db8::1]:5060"),
        target(Transport::Udp, PEER),
    ];
    s.endpoint.handle_resolved(s.now, query, targets);
    let first = transmits(&mut s);
    assert_eq!(first[0].flow.remote, address("192.0.2.20:5060"));
    // No connection, then ICMP, then an answer.
    s.endpoint.handle_flow_closed(s.now, first[0].flow);
    let second = transmits(&mut s);
    assert_eq!(second[0].flow.remote, address("192.0.2.21:5060"));
    s.endpoint
        .handle_undeliverable(s.now, second[0].flow.remote, &second[0].bytes);
    let third = transmits(&mut s);
    assert_eq!(third[0].flow.remote, address(PEER));
    let Message::Request(invite) = parse(&third[0].bytes) else {
        panic!("no request");
    };
    s.answer(&invite, 200, "Content-Type: application/sdp\n", "theirs");
    assert_eq!(s.told(), ["Answered theirs"]);
    // A late word of the first is not for this call.
    s.endpoint.handle_flow_closed(s.now, first[0].flow);
    s.command(LegId(99), LegCommand::Ring);
    assert!(s.told().is_empty());
}
