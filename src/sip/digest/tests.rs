mod ticket;

use std::net::SocketAddr;
use std::time::Duration;

use super::*;
use crate::now::Now;

fn mufasa(password: &str) -> Credentials {
    Credentials {
        username: "Mufasa".into(),
        secret: Secret::Plain(password.into()),
    }
}

fn part<'a>(value: &'a str, name: &str) -> &'a str {
    let at = value.find(&format!(" {name}=")).expect(name) + name.len() + 2;
    let rest = &value[at..];
    match rest.strip_prefix('"') {
        Some(q) => &q[..q.find('"').expect("end quote")],
        None => rest.split(',').next().expect("value"),
    }
}

#[test]
fn rfc_2617_section_3_5() {
    let challenge = r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
    let header = answer(
        401,
        &[challenge],
        &mufasa("Circle Of Life"),
        "GET",
        "/dir/index.html",
        b"",
        "0a4f113b",
        1,
    )
    .expect("answerable");
    assert_eq!(header.name, "Authorization");
    assert_eq!(
        part(&header.value, "response"),
        "6629fae49393a05397450978507c4ef1"
    );
    assert_eq!(
        part(&header.value, "opaque"),
        "5ccc069c403ebaf9f0171e9517f40e41"
    );
    assert_eq!(part(&header.value, "nc"), "00000001");
}

#[test]
fn rfc_7616_section_3_9_1_both_algorithms_and_the_better_one_is_taken() {
    let sha = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
    let md5 = sha.replace("SHA-256", "MD5");
    let run = |challenges: &[&str]| {
        let header = answer(
            407,
            challenges,
            &mufasa("Circle of Life"),
            "GET",
            "/dir/index.html",
            b"",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            1,
        )
        .expect("answerable");
        assert_eq!(header.name, "Proxy-Authorization");
        part(&header.value, "response").to_owned()
    };
    let by_md5 = "8ca523f5e9506fed4657c9700eebdbec";
    let by_sha = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    assert_eq!(run(&[&md5]), by_md5);
    assert_eq!(run(&[sha]), by_sha);
    assert_eq!(run(&[&md5, "Basic realm=\"x\"", sha]), by_sha);
}

#[test]
fn ha1_secrets_choose_the_algorithm_and_sess_is_answered() {
    let plain = Secret::Plain("Circle Of Life".into());
    let ha1 = plain.ha1(Algorithm::Md5, "Mufasa", "r").expect("plain");
    let known = Credentials {
        username: "Mufasa".into(),
        secret: Secret::Ha1 {
            sha256: None,
            md5: Some(ha1.to_uppercase()),
        },
    };
    let sha = r#"Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth""#;
    let md5 = r#"Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth""#;
    let run =
        |c: &Credentials, list: &[&str]| answer(401, list, c, "REGISTER", "sip:r", b"", "c", 1);
    let header = run(&known, &[sha, md5]).expect("md5");
    assert_eq!(header, run(&mufasa("Circle Of Life"), &[md5]).expect("md5"));
    assert!(header.value.contains("algorithm=MD5-sess"));
    assert_eq!(run(&known, &[sha]), Err(AnswerError::NoSecretForAlgorithm));
    assert_eq!(
        run(&known, &["Basic realm=\"r\""]),
        Err(AnswerError::NoUsableChallenge)
    );
    // The body counts when only auth-int is offered, and old servers offer nothing.
    let int = r#"Digest realm="r", nonce="n", qop="auth-int""#;
    let of = |body: &[u8]| answer(401, &[int], &mufasa("x"), "INVITE", "sip:r", body, "c", 1);
    assert_ne!(of(b"a"), of(b"b"));
    let old = run(&mufasa("x"), &[r#"Digest realm="r", nonce="n""#]).expect("old");
    assert!(!old.value.contains("qop") && !old.value.contains("nc="));
}

#[test]
fn quotes_and_escapes_survive_the_way_there_and_back() {
    let challenge = r#"Digest realm="a \"b\" \\ c", nonce="n", qop=auth, algorithm=MD5"#;
    let c = Credentials {
        username: r#"o"hara\x"#.into(),
        secret: Secret::Plain("p".into()),
    };
    let header = answer(401, &[challenge], &c, "REGISTER", "sip:x", b"", "c\"", 7).expect("ok");
    let back = DigestResponse::parse(&header.value).expect("reads its own");
    assert_eq!(back.username, c.username);
    assert_eq!(back.realm, r#"a "b" \ c"#);
    assert_eq!(back.cnonce, "c\"");
    assert_eq!(back.count(), 7);
}

#[test]
fn malformed_headers_are_refused() {
    for bad in [
        "",
        "Digest",
        "Basic QWxhZGRpbg==",
        "Digest realm",
        "Digest realm=\"x",
        "Digest realm=\"x\\",
        "Digest realm=\"x\" nonce=\"y\"",
        "Digest realm=\"x\", realm=\"y\", nonce=\"n\"",
        "Digest =x",
        "Digest realm=\"x\", nonce=\"n\", algorithm=ROT13",
        "Digest realm=\"x\", nonce=\"n\", qop=\"other\"",
        "Digest realm=\"x\"",
    ] {
        assert!(Challenge::parse(bad).is_err(), "{bad}");
    }
    let long = format!("Digest realm=\"{}\", nonce=\"n\"", "x".repeat(5000));
    assert!(Challenge::parse(&long).is_err());
    let good = "Digest username=\"u\",realm=\"r\",nonce=\"n\",uri=sip:r,response=\"0\"";
    assert!(DigestResponse::parse(good).is_ok());
    for bad in [
        "qop=auth",
        "qop=auth,cnonce=c,nc=1",
        "qop=auth,cnonce=c,nc=0000000g",
    ] {
        assert!(
            DigestResponse::parse(&format!("{good},{bad}")).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn a_client_session_counts_and_gives_up() {
    let md5 = |nonce: &str, more: &str| {
        format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\"{more}")
    };
    let mut session = ClientSession::new(mufasa("x"));
    assert_eq!(session.authorize("REGISTER", "sip:r", b"", "c"), None);
    session
        .handle_challenge(401, &[&md5("1", "")])
        .expect("first");
    let first = session
        .authorize("REGISTER", "sip:r", b"", "c")
        .expect("header");
    assert_eq!(part(&first.value, "nc"), "00000001");
    session.handle_success();
    let second = session
        .authorize("REGISTER", "sip:r", b"", "c")
        .expect("header");
    assert_eq!(part(&second.value, "nc"), "00000002");
    // The nonce grew old: not a refusal.
    session
        .handle_challenge(401, &[&md5("2", "")])
        .expect("after success");
    let third = session
        .authorize("REGISTER", "sip:r", b"", "c")
        .expect("header");
    assert_eq!(part(&third.value, "nc"), "00000001");
    session
        .handle_challenge(401, &[&md5("3", ", stale=TRUE")])
        .expect("stale");
    assert_eq!(
        session.handle_challenge(401, &[&md5("4", "")]),
        Err(AnswerError::Refused)
    );
    // A server that calls everything stale is not asked for ever.
    let mut session = ClientSession::new(mufasa("x"));
    let tries = (0..100)
        .take_while(|i| {
            session
                .handle_challenge(401, &[&md5(&i.to_string(), ", stale=true")])
                .is_ok()
        })
        .count();
    assert!(tries < 10, "{tries}");
}

struct Server {
    auth: Authenticator,
    now: Now,
    user_agent: Option<&'static str>,
}

const HOME: &str = "192.0.2.7:5060";

impl Server {
    fn new() -> Server {
        let mut config = AuthenticatorConfig::new("zeroline");
        for (user, password) in [("anna", "right"), ("ben", "other")] {
            config.users.push(Credentials {
                username: user.into(),
                secret: Secret::Plain(password.into()),
            });
        }
        Server::with(config)
    }

    fn with(config: AuthenticatorConfig) -> Server {
        Server {
            auth: Authenticator::new(config, [7; 32]),
            now: Now::default(),
            user_agent: None,
        }
    }

    fn check(&mut self, from: &str, authorizations: &[&str]) -> Verdict {
        self.check_uri("sip:zeroline", from, authorizations)
    }

    fn check_uri(&mut self, uri: &str, from: &str, authorizations: &[&str]) -> Verdict {
        let request = AuthRequest {
            method: "REGISTER",
            request_uri: uri,
            body: b"",
            authorizations,
            source: from.parse::<SocketAddr>().expect("address"),
            user_agent: self.user_agent,
        };
        self.auth.check(self.now, &request)
    }

    fn challenges(&mut self, from: &str) -> Vec<String> {
        match self.check(from, &[]) {
            Verdict::Challenge { challenges, .. } => challenges,
            other => panic!("{other:?}"),
        }
    }

    /// One whole try: fetch a challenge, answer it.
    fn log_in(&mut self, from: &str, user: &str, password: &str) -> Verdict {
        let challenges = self.challenges(from);
        let value = respond(&challenges, user, password, 1);
        self.check(from, &[&value])
    }
}

fn respond(challenges: &[String], user: &str, password: &str, nc: u32) -> String {
    let list: Vec<&str> = challenges.iter().map(String::as_str).collect();
    let c = Credentials {
        username: user.into(),
        secret: Secret::Plain(password.into()),
    };
    answer(401, &list, &c, "REGISTER", "sip:zeroline", b"", "cn", nc)
        .expect("answerable")
        .value
}

fn accepted(user: &str) -> Verdict {
    Verdict::Accepted {
        username: user.into(),
    }
}

fn is_stale(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Challenge { challenges, wrong } => {
            assert!(!wrong);
            challenges.iter().all(|c| c.ends_with("stale=true"))
        }
        Verdict::Accepted { .. } | Verdict::SlowDown { .. } => false,
    }
}

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
