//! A leg under virtual time.

use super::*;
use crate::media::codec::encode_prompt;
use crate::media::rtp::{RtpHeader, RtpPacket};
use crate::sdp::plan::{Codec, Direction, DtmfPlan, SrtpPlan, SrtpSuite};

fn config() -> LegConfig {
    LegConfig {
        ssrc: 7,
        sequence: 1,
        timestamp: 2,
        seed: 3,
        source: SourcePolicy::Nat,
        silent_after: Duration::from_secs(10),
        cname: Arc::from("here"),
    }
}

fn peer() -> SocketAddr {
    "10.0.0.1:4000".parse().unwrap()
}

fn plan(codec: Codec) -> MediaPlan {
    MediaPlan {
        remote_rtp: Some(peer()),
        remote_rtcp: None,
        rtcp_mux: true,
        codec,
        send_payload_type: 0,
        recv: vec![(0, codec)],
        dtmf: None,
        comfort_noise: None,
        direction: Direction::SendRecv,
        srtp: None,
        web: None,
    }
}

fn packet(sequence: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let header = RtpHeader {
        sequence,
        timestamp: u32::from(sequence) * 160,
        ssrc: 99,
        ..RtpHeader::default()
    };
    header.write(&[0xff; 160], &mut out);
    out
}

#[test]
fn silence_is_told_once_and_only_where_sound_is_due() {
    let at = Mono::from_millis;
    let mut leg = Leg::new(LegId(1), config(), at(0));
    let mut events = Vec::new();
    leg.housekeep(at(60_000), &mut events);
    assert_eq!(events, []); // nothing agreed yet
    let mut held = plan(Codec::Pcmu);
    held.direction = Direction::SendOnly;
    leg.apply(held, at(60_000));
    leg.housekeep(at(120_000), &mut events);
    assert_eq!(events, []); // held: the peer is silent rightly
    leg.apply(plan(Codec::Pcmu), at(120_000));
    leg.housekeep(at(129_999), &mut events);
    assert_eq!(events, []);
    leg.housekeep(at(130_100), &mut events);
    leg.housekeep(at(140_000), &mut events);
    assert_eq!(
        events,
        [MediaEvent::RtpSilent {
            leg: LegId(1),
            since: Duration::from_millis(10_100)
        }]
    );
}

#[test]
fn a_voice_that_comes_back_is_told() {
    let at = Mono::from_millis;
    let mut leg = Leg::new(LegId(1), config(), at(0));
    leg.apply(plan(Codec::Pcmu), at(0));
    let mut events = Vec::new();
    leg.housekeep(at(10_100), &mut events);
    assert_eq!(events.len(), 1);
    events.clear();
    let mut clear = Vec::new();
    leg.receive(&packet(0), &mut clear, peer(), at(10_200), &mut events);
    assert!(
        events.contains(&MediaEvent::RtpBack { leg: LegId(1) }),
        "{events:?}"
    );
}

#[test]
fn a_key_held_beside_the_voice_does_not_show_as_jitter() {
    let mut leg = Leg::new(LegId(1), config(), Mono::ZERO);
    let mut keys = plan(Codec::Pcmu);
    keys.dtmf = Some(DtmfPlan {
        send_payload_type: 101,
        recv_payload_type: 101,
        clock_rate: 8000,
    });
    leg.apply(keys, Mono::ZERO);
    let (mut clear, mut events) = (Vec::new(), Vec::new());
    for n in 0..200u16 {
        let at = Mono::from_millis(u64::from(n) * 20);
        let mut both = [packet(2 * n), Vec::new()];
        let header = RtpHeader {
            payload_type: 101,
            sequence: 2 * n + 1,
            timestamp: 9_000,
            ssrc: 99,
            marker: n == 0,
        };
        header.write(&[5, 10, 1, 0], &mut both[1]);
        // The voice goes on by 20 ms; `packet` counts on by one for each number.
        both[0][4..8].copy_from_slice(&(u32::from(n) * 160).to_be_bytes());
        for datagram in &both {
            leg.receive(datagram, &mut clear, peer(), at, &mut events);
        }
    }
    let stats = leg.stats();
    assert_eq!((stats.received, stats.lost), (400, 0));
    assert!(stats.jitter_ms < 0.01, "{}", stats.jitter_ms);
}

#[test]
fn keys_that_do_not_fit_are_never_replaced_by_speaking_in_the_clear() {
    let mut leg = Leg::new(LegId(1), config(), Mono::ZERO);
    let mut secure = plan(Codec::Pcmu);
    secure.srtp = Some(SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: vec![1; 5],
        remote_key: vec![2; 30],
    });
    leg.apply(secure, Mono::ZERO);
    let all = encode_prompt(&[0; 1600], 8000, &[Codec::Pcmu]).unwrap();
    let prompt = crate::media::prompt::Prompt::new("p".into(), Duration::from_millis(200), all);
    let list = Playlist {
        prompts: vec![Arc::new(prompt)],
        repeat: false,
    };
    leg.play(PlayToken(1), list);
    let (mut out, mut events) = (Vec::new(), Vec::new());
    for ms in 0..9 {
        assert!(!leg.tick(20 * ms, &mut out, &mut events));
    }
    // Nor is anything taken that is not protected.
    let mut clear = Vec::new();
    let datagram = packet(1);
    let received = leg.receive(&datagram, &mut clear, peer(), Mono::ZERO, &mut events);
    assert!(received.packet.is_none());
    assert_eq!(events, []);
}

#[test]
fn srtp_on_one_side_of_a_bridge_only() {
    let at = Mono::ZERO;
    let suite = SrtpSuite::AesCm128HmacSha1_80;
    let keys = |local: u8, remote: u8| SrtpPlan {
        suite,
        local_key: vec![local; 30],
        remote_key: vec![remote; 30],
    };
    let (mut inner, mut outer) = (
        Leg::new(LegId(1), config(), at),
        Leg::new(LegId(2), config(), at),
    );
    let mut phone = super::secure::Secure::new(Some(&keys(2, 1)));
    let mut secure = plan(Codec::Pcmu);
    secure.srtp = Some(keys(1, 2));
    outer.apply(secure.clone(), at);
    inner.apply(plan(Codec::Pcmu), at);
    let (mut clear, mut events, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for sequence in 1..50 {
        let datagram = packet(sequence);
        let received = inner.receive(&datagram, &mut clear, peer(), at, &mut events);
        let passed = outer.pass_on(&received.packet.unwrap(), 20, &mut out);
        assert_eq!(passed, Passed::Ready);
        assert_ne!(out.len(), datagram.len());
        let mut opened = Vec::new();
        let there = phone.open(&out, &mut opened).unwrap();
        assert_eq!(RtpPacket::parse(there).unwrap().payload, [0xff; 160]);
        // A re-INVITE with the same keys must not begin the counters anew.
        outer.apply(secure.clone(), at);
    }
}

#[test]
fn a_browser_is_heard_from_whichever_of_its_networks_it_chose() {
    let mut s = Secured::new();
    let mut of_page = plan(Codec::Pcmu);
    of_page.srtp = Some(keys(1, 2));
    let credentials = |of: &str| crate::sdp::plan::IceCredentials {
        ufrag: of.to_owned(),
        password: of.to_owned(),
    };
    of_page.web = Some(Box::new(crate::sdp::plan::WebPlan {
        ours: credentials("ours"),
        theirs: credentials("theirs"),
        fingerprint: crate::sdp::plan::Fingerprint([0; 32]),
        active: false,
    }));
    let plain = s.leg.plan().cloned().unwrap();
    let elsewhere: SocketAddr = "10.9.9.9:5000".parse().unwrap();
    let (mut clear, mut events) = (Vec::new(), Vec::new());
    let at = Mono::from_millis(1000);
    let mut hears = |s: &mut Secured, from| {
        let sealed = s.sealed();
        let received = s.leg.receive(&sealed, &mut clear, from, at, &mut events);
        received.packet.is_some()
    };
    // Any other peer is heard from one place only.
    assert!(hears(&mut s, peer()) && !hears(&mut s, elsewhere));
    s.leg.apply(of_page, at);
    assert!(hears(&mut s, peer()));
    for _ in 0..5 {
        assert!(hears(&mut s, elsewhere) && hears(&mut s, peer()));
    }
    assert_eq!(s.leg.destination(), Some(peer()), "as ICE found out");
    assert_eq!(s.leg.stats().lost, 1, "the one before it was a page's");
    // Without the keys it is nobody.
    let junk = packet(9);
    let (mut clear, mut events) = (Vec::new(), Vec::new());
    let heard = s.leg.receive(&junk, &mut clear, elsewhere, at, &mut events);
    assert!(heard.packet.is_none());
    s.leg.apply(plain, at);
    let sealed = s.sealed();
    let heard = s
        .leg
        .receive(&sealed, &mut clear, elsewhere, at, &mut events);
    assert!(heard.packet.is_none());
}

#[test]
fn the_rollover_that_no_packet_carries_is_counted_by_both_sides() {
    // Ours begin at 32,732 and wrap within the loop; each third comes late.
    let mut s = Secured::new();
    for n in 1..450u16 {
        // As a network would that loses most of it.
        let at = n * 90;
        let late = (n % 3 == 0).then_some(at - 40);
        for sequence in [at].into_iter().chain(late) {
            assert_eq!(s.passes(sequence), (Passed::Ready, true), "{sequence}");
        }
    }
    // Ours of now would be the number of something else that was sent.
    s.leg.change_partner();
    assert_eq!(s.passes(45_000), (Passed::Ready, true));
    assert_eq!(s.passes(44_999), (Passed::Late, false));
    assert_eq!(s.passes(45_001), (Passed::Ready, true));
}

/// A secured leg and the phone at its other end, with sequence numbers about to wrap.
struct Secured {
    leg: Leg,
    /// Who is talked to through it, in the clear.
    partner: Leg,
    phone: super::secure::Secure,
    from_phone: u16,
    sent: u16,
}

fn keys(local: u8, remote: u8) -> SrtpPlan {
    SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: vec![local; 30],
        remote_key: vec![remote; 30],
    }
}

impl Secured {
    fn new() -> Secured {
        let config = LegConfig {
            sequence: 65_500,
            ..config()
        };
        let mut secured = Secured {
            leg: Leg::new(LegId(2), config, Mono::ZERO),
            partner: Leg::new(LegId(1), super::tests::config(), Mono::ZERO),
            phone: super::secure::Secure::new(Some(&keys(2, 1))),
            from_phone: 65_500,
            sent: 0,
        };
        secured.partner.apply(plan(Codec::Pcmu), Mono::ZERO);
        secured.agree(1, 2);
        secured
    }

    fn agree(&mut self, local: u8, remote: u8) {
        let mut secure = plan(Codec::Pcmu);
        secure.srtp = Some(keys(local, remote));
        self.leg.apply(secure, Mono::ZERO);
    }

    /// One packet to the phone; whether it can open it.
    fn reaches_phone(&mut self) -> bool {
        self.sent += 1;
        let datagram = packet(self.sent);
        let (mut clear, mut events, mut out) = (Vec::new(), Vec::new(), Vec::new());
        let said = self
            .partner
            .receive(&datagram, &mut clear, peer(), Mono::ZERO, &mut events);
        let passed = self.leg.pass_on(&said.packet.unwrap(), 20, &mut out);
        assert_eq!(passed, Passed::Ready);
        let mut opened = Vec::new();
        let there = self.phone.open(&out, &mut opened);
        there.is_some_and(|p| RtpPacket::parse(p).unwrap().payload == [0xff; 160])
    }

    /// A packet of the partner by its number.
    fn passes(&mut self, sequence: u16) -> (Passed, bool) {
        let (mut clear, mut events, mut out) = (Vec::new(), Vec::new(), Vec::new());
        let (datagram, at) = (packet(sequence), Mono::ZERO);
        let said = self
            .partner
            .receive(&datagram, &mut clear, peer(), at, &mut events);
        let passed = self.leg.pass_on(&said.packet.unwrap(), 20, &mut out);
        let opened = passed == Passed::Ready && self.phone.open(&out, &mut clear).is_some();
        (passed, opened)
    }

    /// The next packet of the phone.
    fn sealed(&mut self) -> Vec<u8> {
        let header = RtpHeader {
            sequence: self.from_phone,
            timestamp: u32::from(self.from_phone) * 160,
            ssrc: 99,
            ..RtpHeader::default()
        };
        self.from_phone = self.from_phone.wrapping_add(1);
        let mut out = Vec::new();
        assert!(self.phone.write(&header, &[0xee; 160], &mut out));
        out
    }

    /// Whether the leg takes a packet of the phone.
    fn takes(&mut self, sealed: &[u8]) -> bool {
        let (mut clear, mut events) = (Vec::new(), Vec::new());
        let received = self
            .leg
            .receive(sealed, &mut clear, peer(), Mono::ZERO, &mut events);
        received.packet.is_some()
    }
}

#[test]
fn the_same_keys_agreed_again_past_the_wrap_of_the_sequence_number() {
    let mut s = Secured::new();
    let mut kept = Vec::new();
    for n in 0..100 {
        assert!(s.reaches_phone(), "packet {n} to the phone");
        let sealed = s.sealed();
        assert!(s.takes(&sealed), "packet {n} of the phone");
        kept.push(sealed);
        // A hold and its end, or a session refresh.
        if n % 10 == 5 {
            s.agree(1, 2);
        }
    }
    // Nor is anything taken twice that came before.
    s.agree(1, 2);
    for (n, sealed) in kept.iter().enumerate() {
        assert!(!s.takes(sealed), "packet {n} again");
    }
}

#[test]
fn a_new_key_of_one_side_leaves_the_other_direction_as_it_was() {
    let mut s = Secured::new();
    for _ in 0..60 {
        assert!(s.reaches_phone());
    }
    // The phone speaks with a new key; ours is the same, and has wrapped.
    s.agree(1, 3);
    assert!(s.reaches_phone());
    let mut anew = super::secure::Secure::new(Some(&keys(3, 1)));
    std::mem::swap(&mut s.phone, &mut anew);
    let sealed = s.sealed();
    assert!(s.takes(&sealed));
    // And the other way round.
    for _ in 0..60 {
        let sealed = s.sealed();
        assert!(s.takes(&sealed));
    }
    s.agree(4, 3);
    let sealed = s.sealed();
    assert!(s.takes(&sealed));
    assert!(!s.takes(&sealed), "taken twice");
    s.phone = super::secure::Secure::new(Some(&keys(3, 4)));
    assert!(s.reaches_phone());
}

#[test]
fn a_round_trip_is_known_from_the_peers_report() {
    use crate::media::rtcp::{Compound, Packet, ReportBlock, write_report};
    use crate::now::{Now, Wall};
    let mut leg = Leg::new(LegId(1), config(), Mono::ZERO);
    leg.apply(plan(Codec::Pcmu), Mono::ZERO);
    let all = encode_prompt(&[0; 1600], 8000, &[Codec::Pcmu]).unwrap();
    let prompt = crate::media::prompt::Prompt::new("p".into(), Duration::from_millis(200), all);
    let list = Playlist {
        prompts: vec![Arc::new(prompt)],
        repeat: true,
    };
    leg.play(PlayToken(1), list);
    let (mut out, mut events, mut clear) = (Vec::new(), Vec::new(), Vec::new());
    assert!(leg.tick(0, &mut out, &mut events));
    let now = Now {
        mono: Mono::from_millis(8000),
        wall: Wall::from_unix_millis(1_795_000_000_000),
    };
    assert!(leg.report(now, &mut out).is_some());
    let Some(Packet::SenderReport { ssrc, info, .. }) = Compound::parse(&out).next() else {
        panic!("no sender report");
    };
    let block = |ssrc, last_sender_report| ReportBlock {
        ssrc,
        last_sender_report,
        // It took its time to answer: half a second.
        delay_since_last: 0x8000,
        ..ReportBlock::default()
    };
    let report = (info.ntp >> 16) as u32;
    let mut told = |ssrc, report, ms| {
        write_report(55, None, Some(&block(ssrc, report)), "peer", &mut out);
        leg.receive_rtcp(&out, &mut clear, peer(), Mono::from_millis(ms));
        leg.stats().round_trip.map(|d| d.as_millis())
    };
    // About somebody else, about no report of ours, from before it was asked.
    assert_eq!(told(ssrc ^ 1, report, 8540), None);
    assert_eq!(told(ssrc, 0, 8540), None);
    assert_eq!(told(ssrc, report, 8400), None);
    assert!((39..=41).contains(&told(ssrc, report, 8540).unwrap()));
    assert!((89..=91).contains(&told(ssrc, report, 8590).unwrap()));
}

#[test]
fn junk_is_survived() {
    bolero::check!().with_iterations(2000).for_each(|junk| {
        let mut leg = Leg::new(LegId(1), config(), Mono::ZERO);
        leg.apply(plan(Codec::Pcmu), Mono::ZERO);
        let (mut clear, mut events) = (Vec::new(), Vec::new());
        leg.receive(junk, &mut clear, peer(), Mono::ZERO, &mut events);
        leg.receive_rtcp(junk, &mut clear, peer(), Mono::ZERO);
    });
}
