use super::inbound::MAX_STREAMS;
use super::*;
use crate::media::{rtcp, rtp};

const SUITES: [SrtpSuite; 4] = [
    SrtpSuite::AesCm128HmacSha1_80,
    SrtpSuite::AesCm128HmacSha1_32,
    SrtpSuite::AeadAes128Gcm,
    SrtpSuite::AeadAes256Gcm,
];

fn hex(s: &str) -> Vec<u8> {
    let s: Vec<u8> = s.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    s.chunks(2)
        .map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap())
        .collect()
}

fn key(suite: SrtpSuite, seed: u8) -> Vec<u8> {
    let (k, s) = key_lengths(suite);
    (0..k + s)
        .map(|i| (i as u8).wrapping_mul(7) ^ seed)
        .collect()
}

fn pair(suite: SrtpSuite) -> (SrtpSession, SrtpSession) {
    let plan = |local: u8, remote: u8| SrtpPlan {
        suite,
        local_key: key(suite, local),
        remote_key: key(suite, remote),
    };
    (
        SrtpSession::new(&plan(1, 2)).unwrap(),
        SrtpSession::new(&plan(2, 1)).unwrap(),
    )
}

fn header(ssrc: u32, sequence: u16) -> RtpHeader {
    RtpHeader {
        payload_type: 8,
        sequence,
        timestamp: u32::from(sequence) * 160,
        ssrc,
        marker: false,
    }
}

fn seal(s: &mut SrtpSession, ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut out = Vec::new();
    s.protect_rtp(&header(ssrc, sequence), &[0xd5; 160], &mut out)
        .unwrap();
    out
}

/// Session keys are those of RFC 3711 §B.3 (this master key and salt); the packets are those
/// by which implementations compare themselves.
#[test]
fn known_packets_come_out_as_known() {
    let plan = SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: hex("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6"),
        remote_key: hex("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6"),
    };
    let mut s = SrtpSession::new(&plan).unwrap();
    let h = RtpHeader {
        payload_type: 15,
        marker: false,
        sequence: 0x1234,
        timestamp: 0xdeca_fbad,
        ssrc: 0xcafe_babe,
    };
    let mut out = Vec::new();
    s.protect_rtp(&h, &[0xab; 16], &mut out).unwrap();
    let want = hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
    assert_eq!(out, want);
    let mut rtcp = hex("81c8000bcafebabe");
    rtcp.extend_from_slice(&[0xab; 16]);
    s.protect_rtcp(&rtcp, &mut out).unwrap();
    let want = hex("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
    assert_eq!(out, want);
    let mut back = Vec::new();
    s.unprotect_rtcp(&out, &mut back).unwrap();
    assert_eq!(back, rtcp);
}

#[test]
fn what_one_side_seals_the_other_opens() {
    for suite in SUITES {
        let (mut a, mut b) = pair(suite);
        let mut out = Vec::new();
        // Past the wrap of the sequence number, with every 50th lost.
        for i in 0..3000u16 {
            let sealed = seal(&mut a, 5, 64_000u16.wrapping_add(i));
            if i % 50 == 7 {
                continue;
            }
            b.unprotect_rtp(&sealed, &mut out)
                .unwrap_or_else(|e| panic!("{suite:?} {i}: {e}"));
            assert_eq!(out[rtp::HEADER_LEN..], [0xd5; 160]);
        }
        let mut compound = Vec::new();
        rtcp::write_report(5, None, None, "x", &mut compound);
        for _ in 0..3 {
            let mut sealed = Vec::new();
            b.protect_rtcp(&compound, &mut sealed).unwrap();
            assert_ne!(sealed[8..compound.len()], compound[8..]);
            a.unprotect_rtcp(&sealed, &mut out).unwrap();
            assert_eq!(out, compound);
        }
        assert_eq!(b.counters(), SrtpCounters::default());
    }
}

#[test]
fn a_changed_bit_anywhere_is_noticed() {
    for suite in SUITES {
        let (mut a, mut b) = pair(suite);
        let mut out = Vec::new();
        let sealed = seal(&mut a, 5, 1);
        for i in 1..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 4;
            assert!(
                b.unprotect_rtp(&bad, &mut out).is_err(),
                "{suite:?} byte {i}"
            );
            assert!(out.is_empty());
        }
        b.unprotect_rtp(&sealed, &mut out).unwrap();
        let mut compound = Vec::new();
        rtcp::write_report(5, None, None, "x", &mut compound);
        let mut sealed = Vec::new();
        a.protect_rtcp(&compound, &mut sealed).unwrap();
        for i in 1..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 0x80; // clears the E flag, among others
            assert!(
                b.unprotect_rtcp(&bad, &mut out).is_err(),
                "{suite:?} RTCP byte {i}"
            );
        }
        b.unprotect_rtcp(&sealed, &mut out).unwrap();
    }
}

#[test]
fn plain_rtcp_in_srtcp_clothes_is_refused() {
    for suite in SUITES {
        let (_, mut b) = pair(suite);
        let mut forged = Vec::new();
        rtcp::write_bye(5, None, None, "x", &mut forged);
        forged.extend_from_slice(&[0, 0, 0, 1]); // E flag clear, index 1
        forged.extend_from_slice(&[0; 10]);
        let mut out = Vec::new();
        assert!(b.unprotect_rtcp(&forged, &mut out).is_err());
        assert!(out.is_empty());
    }
}

#[test]
fn a_replayed_packet_is_dropped_and_counted() {
    for suite in SUITES {
        let (mut a, mut b) = pair(suite);
        let mut out = Vec::new();
        let sealed: Vec<_> = (0..200).map(|i| seal(&mut a, 5, i)).collect();
        for i in [1, 0, 3, 2, 100] {
            b.unprotect_rtp(&sealed[i], &mut out).unwrap();
        }
        for i in [1, 0, 3, 2, 100, 5] {
            // 5 is new, but too old to tell.
            assert_eq!(
                b.unprotect_rtp(&sealed[i], &mut out),
                Err(SrtpError::Replayed)
            );
        }
        b.unprotect_rtp(&sealed[99], &mut out).unwrap();
        assert_eq!(b.counters().replayed, 6);
        let mut compound = Vec::new();
        rtcp::write_report(5, None, None, "x", &mut compound);
        let mut sealed = Vec::new();
        a.protect_rtcp(&compound, &mut sealed).unwrap();
        b.unprotect_rtcp(&sealed, &mut out).unwrap();
        assert_eq!(
            b.unprotect_rtcp(&sealed, &mut out),
            Err(SrtpError::Replayed)
        );
    }
}

#[test]
fn a_forged_packet_first_does_not_shut_out_the_peer() {
    let (mut a, mut b) = pair(SrtpSuite::AesCm128HmacSha1_80);
    let mut out = Vec::new();
    let mut forged = seal(&mut a, 5, 30_000);
    let n = forged.len();
    forged[n - 1] ^= 1;
    assert_eq!(
        b.unprotect_rtp(&forged, &mut out),
        Err(SrtpError::NotAuthentic)
    );
    let (mut a, _) = pair(SrtpSuite::AesCm128HmacSha1_80);
    b.unprotect_rtp(&seal(&mut a, 5, 1), &mut out).unwrap();
    assert_eq!(b.counters().not_authentic, 1);
}

#[test]
fn the_wrong_key_opens_nothing_and_keeps_nothing() {
    let (_, mut b) = pair(SrtpSuite::AesCm128HmacSha1_80);
    let mut stranger = SrtpSession::new(&SrtpPlan {
        suite: SrtpSuite::AesCm128HmacSha1_80,
        local_key: key(SrtpSuite::AesCm128HmacSha1_80, 99),
        remote_key: key(SrtpSuite::AesCm128HmacSha1_80, 99),
    })
    .unwrap();
    let mut out = Vec::new();
    for ssrc in 0..500 {
        let sealed = seal(&mut stranger, ssrc, 1);
        assert_eq!(
            b.unprotect_rtp(&sealed, &mut out),
            Err(SrtpError::NotAuthentic)
        );
    }
    assert!(b.inbound.streams.is_empty());
    assert_eq!(b.counters().not_authentic, 500);
}

#[test]
fn a_peer_may_change_its_stream_but_not_go_back_or_on_for_ever() {
    let (mut a, mut b) = pair(SrtpSuite::AeadAes128Gcm);
    let mut out = Vec::new();
    let first = seal(&mut a, 0, 1);
    b.unprotect_rtp(&first, &mut out).unwrap();
    for ssrc in 1..256 {
        b.unprotect_rtp(&seal(&mut a, ssrc, 1), &mut out).unwrap();
        assert!(b.inbound.streams.len() <= MAX_STREAMS);
    }
    assert_eq!(b.unprotect_rtp(&first, &mut out), Err(SrtpError::Replayed));
    let more = seal(&mut a, 999, 1);
    assert_eq!(
        b.unprotect_rtp(&more, &mut out),
        Err(SrtpError::TooManyStreams)
    );
}

#[test]
fn header_extensions_and_csrcs_of_the_peer_are_stepped_over() {
    for suite in SUITES {
        let (mut a, mut b) = pair(suite);
        // As a peer would: two CSRCs and a one-byte extension with padding inside.
        let mut plain =
            hex("92080001 00000000 00000005 00000001 00000002 bede0002 1001ff00 00000000");
        plain.extend_from_slice(&[0x55; 40]);
        let mut h = CrateHeader {
            ssrc: 5,
            sequence_number: 1,
            ..CrateHeader::default()
        };
        h.csrc.resize(5, 0);
        let sealed = a.outbound.encrypt_rtp_with_header(&plain, &h).unwrap();
        let mut out = Vec::new();
        b.unprotect_rtp(&sealed, &mut out).unwrap();
        assert_eq!(out, plain);
        assert_eq!(rtp::RtpPacket::parse(&out).unwrap().payload, [0x55; 40]);
    }
}

#[test]
fn rekeying_touches_only_what_changed() {
    let suite = SrtpSuite::AesCm128HmacSha1_80;
    let (mut a, mut b) = pair(suite);
    let mut out = Vec::new();
    let first = seal(&mut a, 5, 1);
    b.unprotect_rtp(&first, &mut out).unwrap();
    let mut plan = SrtpPlan {
        suite,
        local_key: key(suite, 2),
        remote_key: key(suite, 1),
    };
    // The same again: the replay window is still there.
    b.rekey(&plan).unwrap();
    assert_eq!(b.unprotect_rtp(&first, &mut out), Err(SrtpError::Replayed));
    // The peer changes its key: ours goes on, theirs is new.
    plan.remote_key = key(suite, 3);
    b.rekey(&plan).unwrap();
    assert_eq!(
        b.unprotect_rtp(&seal(&mut a, 5, 2), &mut out),
        Err(SrtpError::NotAuthentic)
    );
    a.unprotect_rtp(&seal(&mut b, 6, 1), &mut out).unwrap();
    plan.local_key = key(suite, 4);
    b.rekey(&plan).unwrap();
    assert!(a.unprotect_rtp(&seal(&mut b, 6, 2), &mut out).is_err());
    // Another suite changes both.
    plan.suite = SrtpSuite::AeadAes128Gcm;
    assert_eq!(b.rekey(&plan), Err(SrtpError::BadKey));
}

#[test]
fn keys_of_the_wrong_length_are_refused() {
    for suite in SUITES {
        let plan = SrtpPlan {
            suite,
            local_key: key(suite, 1),
            remote_key: vec![0; 5],
        };
        assert!(SrtpSession::new(&plan).is_err());
    }
}

#[test]
fn any_bytes() {
    for suite in SUITES {
        let sessions = std::cell::RefCell::new(pair(suite).1);
        let sessions = std::panic::AssertUnwindSafe(sessions);
        bolero::check!()
            .with_iterations(1_000)
            .for_each(|bytes: &[u8]| {
                let mut out = Vec::new();
                let mut s = sessions.borrow_mut();
                assert!(s.unprotect_rtp(bytes, &mut out).is_err());
                assert!(s.unprotect_rtcp(bytes, &mut out).is_err());
            });
    }
}
