mod server;
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
