//! What a server asks for and takes.

use super::*;

#[test]
fn sha_256_is_offered_first_and_both_are_taken() {
    let mut s = Server::new();
    let challenges = s.challenges(HOME);
    assert!(challenges[0].contains("algorithm=SHA-256, qop=\"auth\""));
    assert!(challenges[1].contains("algorithm=MD5, qop=\"auth\""));
    for one in challenges {
        let value = respond(&[one], "anna", "right", 1);
        assert_eq!(s.check(HOME, &[&value]), accepted("anna"));
    }
    let mut config = AuthenticatorConfig::new("zeroline");
    config.allow_md5 = false;
    assert_eq!(Server::with(config).challenges(HOME).len(), 1);
}

#[test]
fn an_md5_response_is_wrong_where_md5_is_not_offered() {
    let mut config = AuthenticatorConfig::new("zeroline");
    config.allow_md5 = false;
    config.users.push(Credentials {
        username: "anna".into(),
        secret: Secret::Plain("right".into()),
    });
    let mut s = Server::with(config);
    let md5 = s.challenges(HOME)[0].replace("SHA-256", "MD5");
    let value = respond(&[md5], "anna", "right", 1);
    assert!(matches!(
        s.check(HOME, &[&value]),
        Verdict::Challenge { wrong: true, .. }
    ));
}

#[test]
fn known_and_unknown_users_get_the_same_answer() {
    let mut s = Server::new();
    for user in ["anna", "nobody"] {
        match s.log_in(HOME, user, "wrong") {
            Verdict::Challenge { challenges, wrong } => {
                assert!(wrong);
                assert_eq!(challenges.len(), 2);
                assert!(challenges.iter().all(|c| !c.contains("stale")));
            }
            other => panic!("{other:?}"),
        }
    }
    // The stand-in of an unknown user can not be guessed from its being empty.
    assert!(matches!(
        s.log_in(HOME, "nobody", ""),
        Verdict::Challenge { wrong: true, .. }
    ));
}

#[test]
fn a_response_can_not_be_replayed_but_its_nonce_be_used_again() {
    let mut s = Server::new();
    let challenges = s.challenges(HOME);
    let with = |nc| respond(&challenges, "anna", "right", nc);
    assert_eq!(s.check(HOME, &[&with(1)]), accepted("anna"));
    assert!(is_stale(&s.check(HOME, &[&with(1)])));
    assert_eq!(s.check(HOME, &[&with(3)]), accepted("anna"));
    // Datagrams overtake each other.
    assert_eq!(s.check(HOME, &[&with(2)]), accepted("anna"));
    assert!(is_stale(&s.check(HOME, &[&with(2)])));
    assert_eq!(s.check(HOME, &[&with(500)]), accepted("anna"));
    assert!(is_stale(&s.check(HOME, &[&with(4)])));
}

#[test]
fn without_qop_a_nonce_is_good_once() {
    let mut s = Server::new();
    let challenges: Vec<String> = s
        .challenges(HOME)
        .iter()
        .map(|c| c.replace(", qop=\"auth\"", ""))
        .collect();
    let value = respond(&challenges, "anna", "right", 1);
    assert_eq!(s.check(HOME, &[&value]), accepted("anna"));
    assert!(is_stale(&s.check(HOME, &[&value])));
}

#[test]
fn old_foreign_and_forged_nonces_are_stale_and_cost_no_guess() {
    let mut s = Server::new();
    let value = respond(&s.challenges(HOME), "anna", "right", 1);
    assert!(is_stale(&s.check("192.0.2.8:5060", &[&value])));
    s.now = s.now.after(Duration::from_secs(301));
    assert!(is_stale(&s.check(HOME, &[&value])));
    for nonce in ["", "x", "====", &"A".repeat(43), &"A".repeat(4000)] {
        let forged = vec![format!(
            "Digest realm=\"zeroline\", nonce=\"{nonce}\", qop=\"auth\""
        )];
        for _ in 0..30 {
            assert!(!matches!(
                s.check(HOME, &[&respond(&forged, "anna", "right", 1)]),
                Verdict::Accepted { .. } | Verdict::SlowDown { .. }
            ));
        }
    }
    assert_eq!(s.log_in(HOME, "anna", "right"), accepted("anna"));
}

#[test]
fn what_was_signed_for_one_uri_does_not_serve_another() {
    let mut s = Server::new();
    let value = respond(&s.challenges(HOME), "anna", "right", 1);
    let other = s.check_uri("sip:0900123@zeroline", HOME, &[&value]);
    assert!(matches!(other, Verdict::Challenge { wrong: true, .. }));
    // A rewritten host is the same place.
    assert_eq!(
        s.check_uri("sip:192.0.2.1:5060", HOME, &[&value]),
        accepted("anna")
    );
}

#[test]
fn credentials_for_other_realms_are_passed_over() {
    let mut s = Server::new();
    let value = respond(&s.challenges(HOME), "anna", "right", 1);
    let other = value.replace("realm=\"zeroline\"", "realm=\"proxy\"");
    assert_eq!(
        s.check(HOME, &["Basic x", &other, &value]),
        accepted("anna")
    );
}

#[test]
fn guessing_is_slowed_and_the_owner_gets_in() {
    let mut s = Server::new();
    let attacker = "203.0.113.9";
    let mut looked_at = 0;
    let mut answer_after = 0;
    for port in 0..1000 {
        let from = format!("{attacker}:{}", 1024 + port);
        match s.log_in(&from, "anna", &format!("guess{port}")) {
            Verdict::Challenge { .. } => looked_at += 1,
            Verdict::SlowDown { retry_after } => answer_after = retry_after,
            Verdict::Accepted { .. } => panic!("guessed"),
        }
    }
    assert_eq!(looked_at, 10);
    assert!((1..=7).contains(&answer_after), "{answer_after}");
    // The right password is not told apart while the source must wait: no oracle.
    let from = format!("{attacker}:99");
    assert!(matches!(
        s.log_in(&from, "anna", "right"),
        Verdict::SlowDown { .. }
    ));
    // Her phone elsewhere is not held up, however long the guessing went on.
    assert_eq!(s.log_in(HOME, "anna", "right"), accepted("anna"));
    // After a minute at peace ten more guesses are heard.
    s.now = s.now.after(Duration::from_secs(60));
    assert_eq!(s.log_in(&from, "anna", "right"), accepted("anna"));
}

#[test]
fn a_phone_already_known_is_not_held_up_by_a_guesser_behind_the_same_router() {
    let mut s = Server::new();
    assert_eq!(
        s.log_in("203.0.113.9:4000", "anna", "right"),
        accepted("anna")
    );
    for _ in 0..50 {
        s.log_in("203.0.113.9:5000", "anna", "guess");
    }
    assert!(matches!(
        s.log_in("203.0.113.9:5001", "anna", "right"),
        Verdict::SlowDown { .. }
    ));
    assert_eq!(
        s.log_in("203.0.113.9:4000", "anna", "right"),
        accepted("anna")
    );
    // The same port does not help to guess somebody else's.
    assert!(matches!(
        s.log_in("203.0.113.9:4000", "ben", "guess"),
        Verdict::SlowDown { .. }
    ));
}

#[test]
fn an_ipv6_network_is_one_source() {
    let mut s = Server::new();
    let slowed = (0..100)
        .filter(|i| {
            let from = format!("[2001:db8:1:2::{i:x}]:5060");
            matches!(s.log_in(&from, "anna", "guess"), Verdict::SlowDown { .. })
        })
        .count();
    assert_eq!(slowed, 90);
    assert_eq!(
        s.log_in("[2001:db8:1:3::1]:5060", "anna", "right"),
        accepted("anna")
    );
}

#[test]
fn what_was_forgotten_for_space_can_not_be_replayed() {
    let mut config = AuthenticatorConfig::new("zeroline");
    config.counted_nonces = 4;
    config.users.push(Credentials {
        username: "anna".into(),
        secret: Secret::Plain("right".into()),
    });
    let mut s = Server::with(config);
    let first = respond(&s.challenges(HOME), "anna", "right", 1);
    assert_eq!(s.check(HOME, &[&first]), accepted("anna"));
    for _ in 0..50 {
        s.now = s.now.after(Duration::from_millis(1));
        assert_eq!(s.log_in(HOME, "anna", "right"), accepted("anna"));
        assert!(is_stale(&s.check(HOME, &[&first])));
    }
}

#[test]
fn secrets_do_not_print_themselves() {
    let text = format!("{:?}", mufasa("Circle of Life"));
    assert!(!text.contains("Circle"), "{text}");
}

#[test]
fn any_bytes_as_header() {
    let mut s = Server::new();
    let good = respond(&s.challenges(HOME), "anna", "right", 1);
    bolero::check!()
        .with_type::<(Vec<u8>, u16)>()
        .with_iterations(2000)
        .for_each(|(bytes, at)| {
            let text = String::from_utf8_lossy(bytes);
            let _ = Challenge::parse(&format!("Digest {text}"));
            let _ = DigestResponse::parse(&format!("Digest {text}"));
            // A good one with something strange in the middle.
            let mut mixed = good.clone();
            let at = usize::from(*at) % mixed.len();
            if mixed.is_char_boundary(at) {
                mixed.insert_str(at, &text);
            }
            if let Ok(r) = DigestResponse::parse(&mixed) {
                r.count();
            }
        });
}

#[test]
fn a_phone_that_does_not_understand_the_question_is_asked_more_simply() {
    let mut server = Server::new();
    assert_eq!(server.challenges("192.0.2.1:5060").len(), 2);
    // It comes again without an answer: MD5 alone, and only for this phone.
    let again = server.challenges("192.0.2.1:5060");
    assert_eq!(again.len(), 1, "{again:?}");
    assert!(again[0].contains("algorithm=MD5,"), "{again:?}");
    assert_eq!(server.challenges("192.0.2.2:5060").len(), 2);
    // Later, or after an answer, the whole question is asked again.
    server.now = server.now.after(Duration::from_secs(121));
    assert_eq!(server.challenges("192.0.2.1:5060").len(), 2);
    assert!(matches!(
        server.log_in("192.0.2.1:5060", "anna", "right"),
        Verdict::Accepted { .. }
    ));
    assert_eq!(server.challenges("192.0.2.1:5060").len(), 2);
    // Some are known to give up at once.
    server.user_agent = Some("baresip v1.0.0 (x86_64/linux)");
    assert_eq!(server.challenges("192.0.2.3:5060").len(), 1);
    server.user_agent = Some("baresip v3.1.0 (x86_64/linux)");
    assert_eq!(server.challenges("192.0.2.4:5060").len(), 2);
}
