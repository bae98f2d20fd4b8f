use super::*;

fn addr(s: &str) -> SocketAddr {
    s.parse().unwrap()
}

/// `(ms, source, ssrc, sequence) → verdict`, one after the other.
fn check(lock: &mut SourceLock, steps: &[(u64, &str, u32, u16, Verdict)]) {
    for (i, &(ms, source, ssrc, sequence, want)) in steps.iter().enumerate() {
        let got = lock.receive(Mono::from_millis(ms), addr(source), ssrc, sequence);
        assert_eq!(got, want, "step {i}");
    }
}

const PHONE: &str = "192.0.2.1:4000";
const OTHER_PORT: &str = "192.0.2.1:4002";
const ATTACKER: &str = "203.0.113.9:4000";

use Verdict::{Latched, Stranger, Take};

#[test]
fn the_negotiated_address_is_latched_at_once() {
    let mut l = SourceLock::new(SourcePolicy::NegotiatedIp, Some(addr(PHONE)));
    assert_eq!(l.destination(), Some(addr(PHONE)));
    assert_eq!(l.locked(), None);
    check(
        &mut l,
        &[
            (0, PHONE, 1, 7, Latched),
            (20, PHONE, 1, 8, Take),
            (40, PHONE, 2, 900, Take),
        ],
    );
    assert!(l.is_closed(Mono::from_millis(50)));
}

#[test]
fn another_port_needs_three_packets_in_sequence() {
    let mut l = SourceLock::new(SourcePolicy::NegotiatedIp, Some(addr(PHONE)));
    check(
        &mut l,
        &[
            (0, OTHER_PORT, 1, 65_534, Stranger),
            (20, OTHER_PORT, 1, 65_535, Stranger),
            (40, OTHER_PORT, 1, 5, Stranger), // a gap begins anew
            (60, OTHER_PORT, 1, 6, Stranger),
            (70, OTHER_PORT, 2, 7, Stranger), // and so does another stream
            (80, OTHER_PORT, 2, 8, Stranger),
            (90, OTHER_PORT, 2, 9, Latched),
        ],
    );
    assert_eq!(l.destination(), Some(addr(OTHER_PORT)));
    // The negotiated address might still speak: the socket must hear it.
    assert!(!l.is_closed(Mono::from_millis(91)));
}

#[test]
fn the_negotiated_address_takes_over_from_one_that_was_quicker() {
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr(PHONE)));
    check(
        &mut l,
        &[
            (0, ATTACKER, 1, 1, Stranger),
            (1, ATTACKER, 1, 2, Stranger),
            (2, ATTACKER, 1, 3, Latched),
            (3, ATTACKER, 1, 4, Take),
            (20, PHONE, 9, 1, Latched),
            (21, ATTACKER, 1, 5, Stranger),
            (22, ATTACKER, 1, 6, Stranger),
            (23, ATTACKER, 1, 7, Stranger),
            (40, PHONE, 9, 2, Take),
        ],
    );
    assert_eq!(l.destination(), Some(addr(PHONE)));
    assert!(l.is_closed(Mono::from_millis(41)));
}

#[test]
fn a_stranger_neither_injects_nor_diverts() {
    for policy in [SourcePolicy::NegotiatedIp, SourcePolicy::Nat] {
        let mut l = SourceLock::new(policy, Some(addr(PHONE)));
        check(&mut l, &[(0, PHONE, 1, 1, Latched)]);
        for i in 0..1000u16 {
            let ms = u64::from(i) * 20;
            check(
                &mut l,
                &[
                    (ms, PHONE, 1, i + 2, Take),
                    (ms, ATTACKER, 1, i + 2, Stranger),
                    (ms, OTHER_PORT, 1, i, Stranger),
                ],
            );
        }
        assert_eq!(l.locked(), Some(addr(PHONE)));
    }
}

#[test]
fn before_the_lock_a_stranger_is_believed_behind_nat_only() {
    let steps = |last| {
        [
            (0, ATTACKER, 1, 1, Stranger),
            (20, ATTACKER, 1, 2, Stranger),
            (40, ATTACKER, 1, 3, last),
        ]
    };
    let mut l = SourceLock::new(SourcePolicy::NegotiatedIp, Some(addr(PHONE)));
    check(&mut l, &steps(Stranger));
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr(PHONE)));
    check(&mut l, &steps(Latched));
    // Nothing is taken before there is an agreement at all.
    let mut l = SourceLock::new(SourcePolicy::Nat, None);
    check(&mut l, &steps(Stranger));
}

#[test]
fn the_negotiated_address_wins_over_candidates() {
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr(PHONE)));
    check(
        &mut l,
        &[
            (0, ATTACKER, 1, 1, Stranger),
            (20, ATTACKER, 1, 2, Stranger),
            (30, PHONE, 9, 1, Latched),
            (40, ATTACKER, 1, 3, Stranger),
        ],
    );
}

#[test]
fn many_strangers_do_not_keep_the_phone_out() {
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr("10.0.0.5:4000")));
    let mut sequence = 0;
    let mut latched = false;
    for i in 0..200u16 {
        for port in 0..3 {
            let source = SocketAddr::new("203.0.113.9".parse().unwrap(), 1000 + i * 3 + port);
            l.receive(Mono::ZERO, source, 1, i);
        }
        // Its three packets come in a burst between the others.
        for _ in 0..3 {
            latched |= l.receive(Mono::ZERO, addr(PHONE), 7, sequence) == Latched;
            sequence += 1;
        }
        if latched {
            break;
        }
    }
    assert!(latched);
}

#[test]
fn a_new_address_opens_the_lock_the_same_or_none_does_not() {
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr(PHONE)));
    check(&mut l, &[(0, PHONE, 1, 1, Latched)]);
    assert!(!l.renegotiate(Some(addr(PHONE))));
    assert!(!l.renegotiate(None));
    assert_eq!(l.locked(), Some(addr(PHONE)));
    assert!(l.renegotiate(Some(addr("198.51.100.3:6000"))));
    assert_eq!(l.locked(), None);
    assert_eq!(l.destination(), Some(addr("198.51.100.3:6000")));
    check(
        &mut l,
        &[
            (50, "198.51.100.3:6000", 4, 1, Latched),
            (60, PHONE, 1, 4, Stranger),
        ],
    );
}

#[test]
fn a_renegotiated_address_that_is_already_locked_stays() {
    let mut l = SourceLock::new(SourcePolicy::NegotiatedIp, Some(addr(PHONE)));
    check(
        &mut l,
        &[
            (0, OTHER_PORT, 1, 1, Stranger),
            (20, OTHER_PORT, 1, 2, Stranger),
            (40, OTHER_PORT, 1, 3, Latched),
        ],
    );
    assert!(!l.renegotiate(Some(addr(OTHER_PORT))));
    check(&mut l, &[(60, OTHER_PORT, 1, 4, Take)]);
}

#[test]
fn after_silence_only_the_negotiated_ip_address_takes_over() {
    let mut l = SourceLock::new(SourcePolicy::Nat, Some(addr(PHONE)));
    let nat = "198.51.100.7:1111";
    check(
        &mut l,
        &[
            (0, nat, 1, 1, Stranger),
            (20, nat, 1, 2, Stranger),
            (40, nat, 1, 3, Latched),
            (2960, OTHER_PORT, 5, 1, Stranger), // not silent for long enough
            (2980, OTHER_PORT, 5, 2, Stranger),
            (3000, OTHER_PORT, 5, 3, Stranger),
            (3100, ATTACKER, 6, 1, Stranger),
            (3120, ATTACKER, 6, 2, Stranger),
            (3140, ATTACKER, 6, 3, Stranger),
            (3150, nat, 1, 4, Take), // it may come back itself
            (6200, OTHER_PORT, 5, 4, Stranger),
            (6220, OTHER_PORT, 5, 5, Stranger),
            (6240, OTHER_PORT, 5, 6, Latched),
            (6300, nat, 1, 5, Stranger),
        ],
    );
    assert_eq!(l.poll_timeout(), Some(Mono::from_millis(6240 + 3000)));
}

#[test]
fn ipv4_on_a_dual_stack_socket_is_ipv4() {
    let mut l = SourceLock::new(SourcePolicy::NegotiatedIp, Some(addr(PHONE)));
    check(&mut l, &[(0, "[::ffff:192.0.2.1]:4000", 1, 7, Latched)]);
    assert_eq!(l.locked(), Some(addr(PHONE)));
    assert!(l.takes_rtcp(addr("[::ffff:192.0.2.1]:4001")));
    assert!(!l.takes_rtcp(addr(ATTACKER)));
}
