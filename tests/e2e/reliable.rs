//! Reliable provisional answers (RFC 3262) with phones that others wrote, on real sockets; and
//! one call that arrives by two ways (RFC 3261 §8.2.2.2).

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::Bytes;
use zeroline::now::{Mono, Now, Wall};
use zeroline::sip::endpoint::{Endpoint, EndpointConfig, EndpointEvent, Listener};
use zeroline::sip::flow::{Flow, Transport};
use zeroline::sip::leg::{LegCommand, LegEvent};

use crate::support::media::KeyWay;
use crate::support::phone::SOON;
use crate::support::ports;
use crate::support::server::server;
use crate::support::sipp::Sipp;

fn free_port() -> SocketAddr {
    ports::free(Ipv4Addr::LOCALHOST.into())
}

#[test]
fn an_agents_phone_that_rings_reliably() {
    let phone = free_port();
    let server = server().static_agents(1, phone).start();
    let agent = Sipp::answer("reliable_answer", phone.port(), 1);
    std::thread::sleep(Duration::from_millis(300));
    let mut caller = server.phone("5550520");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    caller.media.press('0', KeyWay::Event, 100);
    // The phone rings for 300 ms and answers; then the caller has been put through.
    caller.idle(Duration::from_millis(1500));
    assert!(!caller.ended, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
    agent.done();
}

#[test]
fn a_caller_who_insists_on_reliable_ringing_is_answered() {
    let server = server().start();
    let mut caller = server.phone("5550521");
    let offer = caller.ours.text();
    caller.invite_with("100", Some(&offer), &[("Require", "100rel")]);
    assert_eq!(caller.wait_answer(SOON), 200, "{}", caller.transcript());
    assert_eq!(caller.hang_up(), 200);
}

/// The endpoint on a socket, with a call that sends early media, answers and hangs up: our
/// lines answer at once, so that no call of the program itself does.
fn answer_with_early_media(socket: &UdpSocket) {
    let local = socket.local_addr().expect("a bound socket");
    let listener = Listener {
        transport: Transport::Udp,
        bind: local,
        advertise: local,
    };
    let mut endpoint = Endpoint::new(EndpointConfig::new(vec![listener]), [9; 32]);
    let began = Instant::now();
    let sdp = Bytes::from(format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {} RTP/AVP 0\r\n",
        free_port().port()
    ));
    let mut buf = [0; 4096];
    let mut over = None;
    while over.is_none_or(|at: Instant| at.elapsed() < Duration::from_millis(500)) {
        assert!(began.elapsed() < Duration::from_secs(20), "it never ends");
        let now = Now {
            mono: Mono::ZERO + began.elapsed(),
            wall: Wall::default(),
        };
        if let Ok((len, remote)) = socket.recv_from(&mut buf) {
            let flow = Flow {
                transport: Transport::Udp,
                local,
                remote,
            };
            let bytes = buf.get(..len).unwrap_or_default();
            endpoint.handle_datagram(now, flow, Bytes::copy_from_slice(bytes));
        }
        endpoint.handle_timeout(now);
        while let Some(event) = endpoint.poll_event() {
            match event {
                EndpointEvent::Incoming(call) => {
                    let answer = sdp.clone();
                    endpoint.handle_command(now, call.leg, LegCommand::Progress { answer });
                    // Waits for the PRACK by itself.
                    let sdp = sdp.clone();
                    endpoint.handle_command(now, call.leg, LegCommand::Answer { sdp });
                }
                EndpointEvent::Leg(leg, LegEvent::Confirmed { .. }) => {
                    let reason = None;
                    endpoint.handle_command(now, leg, LegCommand::Hangup { reason });
                    over = Some(Instant::now());
                }
                EndpointEvent::Leg(..)
                | EndpointEvent::Agent { .. }
                | EndpointEvent::Trunk { .. }
                | EndpointEvent::TrunkRefused { .. }
                | EndpointEvent::Resolve { .. } => {}
            }
        }
        while let Some(transmit) = endpoint.poll_transmit() {
            let sent = socket.send_to(&transmit.bytes, transmit.flow.remote);
            sent.expect("loopback");
        }
    }
}

#[test]
fn our_reliable_ringing_is_acknowledged_by_others() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    socket
        .set_read_timeout(Some(Duration::from_millis(20)))
        .expect("a socket option");
    let local = socket.local_addr().expect("a bound socket");
    let caller = Sipp::call("reliable_call", local, "100", 1, 1);
    answer_with_early_media(&socket);
    caller.done();
}

/// A proxy forked the call, and both branches lead here: it is taken once.
#[test]
fn a_call_that_arrives_by_two_ways_is_taken_once() {
    let server = server().start();
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    udp.set_read_timeout(Some(Duration::from_millis(500)))
        .expect("a socket option");
    let from = udp.local_addr().expect("a bound socket");
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
               m=audio 40000 RTP/AVP 0\r\n";
    let invite = |branch: &str| {
        format!(
            "INVITE sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:5550522@{from}>;tag=one\r\nTo: <sip:100@{to}>\r\n\
             Call-ID: merged@{from}\r\nCSeq: 1 INVITE\r\nContact: <sip:5550522@{from}>\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
            sdp.len(),
            to = server.sip
        )
    };
    for branch in ["left", "right", "left"] {
        udp.send_to(invite(branch).as_bytes(), server.sip)
            .expect("loopback");
    }
    let mut finals = Vec::new();
    let mut buf = [0; 4096];
    while let Ok(len) = udp.recv(&mut buf) {
        let text = String::from_utf8_lossy(buf.get(..len).unwrap_or_default()).into_owned();
        let branch = if text.contains("z9hG4bKleft") {
            "left"
        } else {
            "right"
        };
        match text.get(8..11) {
            Some("100") => {}
            Some(status) if finals.len() < 2 => finals.push(format!("{branch} {status}")),
            // The 200 again, as long as there is no ACK.
            Some("200") if branch == "left" && finals.len() < 4 => finals.push(String::new()),
            Some("200") if branch == "left" => break,
            other => panic!("{other:?} {branch}"),
        }
    }
    finals.truncate(2);
    finals.sort();
    assert_eq!(finals, ["left 200", "right 482"]);
}
