//! Nothing that arrives can panic, stall or starve the server.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use crate::support::media::KeyWay;
use crate::support::server::{Server, server};

/// A caller is served as if nothing were the matter.
#[track_caller]
fn still_serves(server: &Server) {
    let began = Instant::now();
    let mut caller = server.phone("5550600");
    caller.call("100");
    std::thread::sleep(Duration::from_millis(300));
    caller.media.press('1', KeyWay::Event, 100);
    caller.media.hears(500.0);
    assert_eq!(caller.hang_up(), 200);
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
}

fn invite(n: u32, from: std::net::SocketAddr, to: std::net::SocketAddr) -> String {
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\n",
        40000 + n % 1000 * 2
    );
    format!(
        "INVITE sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKflood{n};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:f{n}@{from}>;tag=f{n}\r\nTo: <sip:100@{to}>\r\n\
         Call-ID: flood{n}@{from}\r\nCSeq: 1 INVITE\r\nContact: <sip:f{n}@{from}>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

#[test]
fn twenty_thousand_unanswered_invites() {
    let server = server().with("[sip.limits]\nmax_calls = 100").start();
    let flood = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    flood.set_nonblocking(true).expect("a socket option");
    let from = flood.local_addr().expect("a bound socket");
    // A call that stands before the flood and must be served through it.
    let mut before = server.phone("5550601");
    before.call("100");
    let (mut refused, mut answered) = (0, HashSet::new());
    let mut buf = [0; 4096];
    let sent = 20_000;
    for n in 0..sent + 300 {
        if n < sent {
            flood
                .send_to(invite(n, from, server.sip).as_bytes(), server.sip)
                .expect("loopback");
        }
        // What the last ones are answered may take a moment.
        if n % 100 == 99 || n >= sent {
            std::thread::sleep(Duration::from_millis(10));
        }
        while let Ok(len) = flood.recv(&mut buf) {
            let text = String::from_utf8_lossy(&buf[..len]).into_owned();
            refused += u32::from(text.starts_with("SIP/2.0 503"));
            if text.starts_with("SIP/2.0 200") {
                answered.extend(
                    text.lines()
                        .find(|l| l.starts_with("Call-ID"))
                        .map(str::to_owned),
                );
            }
        }
    }
    // How many it sees at all is the machine's affair; what it sees is answered rightly.
    assert!(refused > 500, "only {refused} were refused by 503");
    assert!(
        (50..100).contains(&answered.len()),
        "{} were taken",
        answered.len()
    );
    let heard = before.media.count();
    before.media.press('1', KeyWay::Event, 100);
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        before.media.count() > heard + 20,
        "the voice of the call in progress goes on"
    );
    assert_eq!(before.hang_up(), 200);
    assert!(server.memory() < 400 * 1024, "{} KiB", server.memory());
    // Unacknowledged calls end after 64 × T1, then there is room again.
    std::thread::sleep(Duration::from_secs(34));
    still_serves(&server);
}

#[test]
fn a_tcp_peer_that_does_not_read() {
    let server = server().start();
    let mut deaf = TcpStream::connect(server.sip).expect("a connection");
    deaf.set_write_timeout(Some(Duration::from_millis(200)))
        .expect("a socket option");
    let local = deaf.local_addr().expect("a bound socket");
    let started = Instant::now();
    let mut n = 0;
    while started.elapsed() < Duration::from_secs(3) {
        let m = format!(
            "OPTIONS sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bKd{n}\r\nMax-Forwards: 70\r\n\
             From: <sip:d@{local}>;tag=d\r\nTo: <sip:100@{to}>\r\nCall-ID: d{n}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
            to = server.sip
        );
        n += 1;
        // Blocked or cut off: both are as it should be.
        if deaf.write_all(m.as_bytes()).is_err() {
            break;
        }
    }
    assert!(n > 100, "the peer got its requests in: {n}");
    still_serves(&server);
    let mut other = crate::support::phone::Phone::tcp("5550602", server.sip);
    other.call("100");
    other.hang_up();
}

#[test]
fn lengths_that_do_not_fit() {
    let server = server().start();
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    for length in [
        "18446744073709551615",
        "18446744073709551616",
        "-1",
        "4294967296",
        "99999",
    ] {
        let m = invite(1, udp.local_addr().expect("a bound socket"), server.sip);
        let head = m.split("Content-Length").next().unwrap_or_default();
        let bad = format!("{head}Content-Length: {length}\r\n\r\nv=0\r\n");
        udp.send_to(bad.as_bytes(), server.sip).expect("loopback");
        let mut tcp = TcpStream::connect(server.sip).expect("a connection");
        let _ = tcp.write_all(bad.replace("/UDP", "/TCP").as_bytes());
        tcp.set_read_timeout(Some(Duration::from_millis(100)))
            .expect("a socket option");
        let _ = tcp.read(&mut [0; 1000]);
    }
    still_serves(&server);
}

#[test]
fn a_flood_of_broken_messages() {
    let server = server().start();
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    let good = invite(7, udp.local_addr().expect("a bound socket"), server.sip).into_bytes();
    let mut seed = 1u64;
    for n in 0..20_000usize {
        let mut m = good.clone();
        for _ in 0..1 + n % 8 {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let at = (seed >> 33) as usize % m.len();
            match (seed >> 20) % 3 {
                0 => m[at] = (seed >> 40) as u8,
                1 => m.truncate(at.max(1)),
                _ => m.insert(at, (seed >> 48) as u8),
            }
        }
        udp.send_to(&m, server.sip).expect("loopback");
        if n % 200 == 199 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    // What was good enough became calls that nobody acknowledges; the rest is forgotten.
    still_serves(&server);
}

#[test]
fn a_slow_tls_handshake_holds_up_nobody() {
    let server = server().tls().start();
    let slow: Vec<TcpStream> = (0..50)
        .map(|_| TcpStream::connect(server.sips).expect("a connection"))
        .collect();
    let mut caller = server.tls_phone("5550603");
    caller.call("100");
    caller.hang_up();
    drop(slow);
}
