//! A browser, played by the same libraries in its role, on a network that loses what it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dimpl::{Dtls, Output};
use is::stun::{StunMessage, StunPacket};
use is::{Candidate, IceAgent, IceCreds, Protocol};

use super::*;
use crate::media::srtp::key_lengths;
use crate::sdp::plan::{Fingerprint, IceCredentials, WebPlan};
use crate::task::clock;

const OURS: &str = "127.0.0.1:9";
const THEIRS: &str = "192.0.2.7:40000";

fn identity() -> Identity {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Identity::new(certificate.der().to_vec(), key.serialize_der()).unwrap()
}

fn credentials(name: &str) -> IceCredentials {
    IceCredentials {
        ufrag: format!("{name}0123"),
        password: format!("{name}-0123456789-0123456789"),
    }
}

fn of(c: &IceCredentials) -> IceCreds {
    IceCreds {
        ufrag: c.ufrag.clone(),
        pass: c.password.clone(),
    }
}

fn plan(theirs: Fingerprint) -> WebPlan {
    WebPlan {
        ours: credentials("server"),
        theirs: credentials("page"),
        fingerprint: theirs,
        active: false,
    }
}

/// The page's side.
struct Page {
    ice: IceAgent,
    dtls: Dtls,
    at: SocketAddr,
    material: Option<Vec<u8>>,
}

impl Page {
    fn new(identity: &Identity, now: Instant) -> Page {
        let at = THEIRS.parse().unwrap();
        let mut ice = IceAgent::new(of(&credentials("page")));
        ice.set_controlling(true);
        ice.set_remote_credentials(of(&credentials("server")));
        ice.add_local_candidate(Candidate::host(at, Protocol::Udp).unwrap());
        ice.add_remote_candidate(Candidate::host(OURS.parse().unwrap(), Protocol::Udp).unwrap());
        let mut dtls = Dtls::new_12(
            Arc::clone(&identity.config),
            identity.certificate.clone(),
            now,
        );
        dtls.set_active(true);
        Page {
            ice,
            dtls,
            at,
            material: None,
        }
    }

    fn receive(&mut self, datagram: &[u8], now: Instant) {
        if datagram[0] < 4 {
            let message = StunMessage::parse(datagram).unwrap();
            let packet = StunPacket {
                proto: Protocol::Udp,
                source: OURS.parse().unwrap(),
                destination: self.at,
                message,
            };
            self.ice.handle_packet(now, packet);
        } else {
            self.dtls.handle_timeout(now).unwrap();
            self.dtls.handle_packet(datagram).unwrap();
        }
    }

    /// What it sends now.
    fn turn(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        self.ice.handle_timeout(now);
        while self.ice.poll_event().is_some() {}
        while let Some(t) = self.ice.poll_transmit() {
            out.push(t.contents.into());
        }
        if !self.ice.state().is_connected() {
            return out;
        }
        self.dtls.handle_timeout(now).unwrap();
        let mut buffer = vec![0; 4096];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(p) => out.push(p.to_vec()),
                Output::KeyingMaterial(m, _) => self.material = Some(m.to_vec()),
                Output::Timeout(_) => return out,
                _ => {}
            }
        }
    }
}

/// Lets both talk for `ms` milliseconds, 10 at a time. `lost` is asked of each datagram by its number.
fn talk(
    server: &mut Peer,
    page: &mut Page,
    start: Instant,
    ms: u64,
    lost: impl Fn(usize) -> bool,
) -> Option<u64> {
    let mut sent = 0;
    let mut arrives = |_: &[u8]| {
        sent += 1;
        !lost(sent - 1)
    };
    let mut settled = None;
    for at in (0..ms).step_by(10) {
        let now = start + Duration::from_millis(at);
        for _ in 0..4 {
            for datagram in page.turn(now) {
                if arrives(&datagram) {
                    server.receive(&datagram, page.at, now);
                }
            }
            server.tick(now);
            while let Some((to, datagram)) = server.poll_transmit() {
                assert_eq!(to, page.at);
                if arrives(&datagram) {
                    page.receive(&datagram, now);
                }
            }
        }
        if settled.is_none() && server.secured().is_some() && page.material.is_some() {
            settled = Some(at);
        }
    }
    settled
}

fn both() -> (Peer, Page, Instant) {
    let now = clock::instant_of(clock::mono());
    let (server, page) = (identity(), identity());
    let peer = Peer::new(&server, plan(page.fingerprint()), false, now);
    (peer, Page::new(&page, now), now)
}

#[test]
fn a_browser_finds_us_and_both_have_the_same_keys() {
    let (mut server, mut page, now) = both();
    let at = talk(&mut server, &mut page, now, 2000, |_| false).expect("secured");
    assert!(at <= 300, "{at} ms without any loss");
    let secured = server.secured().unwrap();
    assert_eq!(secured.to, THEIRS.parse::<SocketAddr>().unwrap());
    // RFC 5764 §4.2: the page is the client, whose keys come first.
    let material = page.material.unwrap();
    let (key, _) = key_lengths(secured.srtp.suite);
    assert_eq!(secured.srtp.remote_key[..key], material[..key]);
    assert_eq!(secured.srtp.local_key[..key], material[key..2 * key]);
    assert!(server.is_settled() && !server.is_over() && !server.has_failed());
}

#[test]
fn whatever_is_lost_on_the_way_is_sent_again() {
    for first in 0..12 {
        let (mut server, mut page, now) = both();
        let lost = |n: usize| n == first || n == first + 3;
        let at = talk(&mut server, &mut page, now, 6000, lost);
        assert!(at.is_some(), "datagrams {first} and {} lost", first + 3);
    }
}

#[test]
fn another_certificate_than_the_announced_one_gets_nothing() {
    let now = clock::instant_of(clock::mono());
    let (server, page, other) = (identity(), identity(), identity());
    let mut server = Peer::new(&server, plan(other.fingerprint()), false, now);
    let mut page = Page::new(&page, now);
    assert_eq!(talk(&mut server, &mut page, now, 2000, |_| false), None);
    assert!(server.is_over() && server.secured().is_none());
    assert!(server.has_failed(), "nothing comes of it any more");
}

#[test]
fn who_does_not_know_the_password_is_not_spoken_with() {
    let (mut server, mut page, now) = both();
    let later = now + Duration::from_millis(50);
    page.dtls.handle_timeout(later).unwrap();
    let mut buffer = vec![0; 4096];
    let Output::Packet(hello) = page.dtls.poll_output(&mut buffer) else {
        panic!("no hello");
    };
    let stranger = "198.51.100.66:666".parse().unwrap();
    assert_eq!(server.receive(hello, stranger, later), Taken::Here);
    assert_eq!(server.poll_transmit(), None);
    // SRTP is none of its business.
    assert_eq!(
        server.receive(&[0x80, 0, 0, 1], stranger, later),
        Taken::Not
    );
}

#[test]
fn a_browser_that_changes_its_network_is_followed_and_keeps_its_keys() {
    let (mut server, mut page, now) = both();
    talk(&mut server, &mut page, now, 1000, |_| false).expect("secured");
    let before = server.secured().unwrap();
    let moved: SocketAddr = "203.0.113.9:50000".parse().unwrap();
    let (ours, theirs) = (credentials("later"), credentials("again"));
    let anew = WebPlan {
        ours: ours.clone(),
        theirs: theirs.clone(),
        ..plan(Fingerprint([0; 32]))
    };
    let at = now + Duration::from_secs(1);
    server.renegotiate(anew, at);
    assert_eq!(
        server.secured().unwrap(),
        before,
        "the old path until there is a new one"
    );
    page.at = moved;
    page.ice.ice_restart(of(&theirs), false);
    page.ice.set_remote_credentials(of(&ours));
    page.ice
        .add_local_candidate(Candidate::host(moved, Protocol::Udp).unwrap());
    page.ice
        .add_remote_candidate(Candidate::host(OURS.parse().unwrap(), Protocol::Udp).unwrap());
    talk(&mut server, &mut page, at, 2000, |_| false);
    let after = server.secured().unwrap();
    assert_eq!(after.to, moved);
    assert_eq!(after.srtp, before.srtp);
}

#[test]
fn nothing_that_comes_can_make_it_panic() {
    let now = clock::instant_of(clock::mono());
    let server = identity();
    bolero::check!().with_iterations(2000).for_each(|junk| {
        let mut peer = Peer::new(&server, plan(Fingerprint([1; 32])), false, now);
        let from = THEIRS.parse().unwrap();
        for piece in junk.chunks(97) {
            peer.receive(piece, from, now);
        }
        // As far as the handshake: somebody who knows the password may send anything.
        peer.known.push(from);
        for piece in junk.chunks(41) {
            let mut record = vec![22, 254, 253];
            record.extend_from_slice(piece);
            peer.receive(&record, from, now);
        }
    });
}
