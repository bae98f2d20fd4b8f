use bytes::Bytes;

use super::*;
use crate::sip::digest::Secret;
use crate::sip::message::{Limits, Message};

const CONTACT: &str = "sip:us@192.0.2.1:5060";

struct World {
    registration: Registration,
    now: Now,
}

impl World {
    fn new() -> World {
        let config = RegistrationConfig {
            request_uri: "sip:trunk.example".into(),
            credentials: Some(Credentials {
                username: "us".into(),
                secret: Secret::Plain("secret".into()),
            }),
            expires: 600,
        };
        let mut world = World {
            registration: Registration::new(config, 42),
            now: Now::default(),
        };
        world.registration.start(world.now);
        world
    }

    fn sent(&mut self) -> RegisterRequest {
        let request = self.registration.poll_request().expect("a request");
        assert_eq!(self.registration.poll_request(), None);
        request
    }

    fn answer(&mut self, status: u16, lines: &str) {
        let text = format!(
            "SIP/2.0 {status} X\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:us@trunk.example>;tag=1\r\nTo: <sip:us@trunk.example>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n{lines}\r\n"
        );
        match Message::parse(Bytes::from(text), &Limits::default()) {
            Ok(Message::Response(r)) => self.registration.handle_response(self.now, &r, CONTACT),
            other => panic!("{other:?}"),
        }
    }

    fn challenge(&mut self, more: &str) {
        self.answer(
            401,
            &format!("WWW-Authenticate: Digest realm=\"trunk\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256{more}\r\n"),
        );
    }

    /// Moves to the next deadline; how far that was, in seconds.
    fn wait(&mut self) -> u64 {
        let at = self.registration.poll_timeout().expect("a deadline");
        let by = at.since(self.now.mono);
        self.now = self.now.after(by);
        self.registration.handle_timeout(self.now);
        by.as_secs()
    }

    fn events(&mut self) -> Vec<(bool, u16)> {
        std::iter::from_fn(|| self.registration.poll_event())
            .map(|e| (e.registered, e.status))
            .collect()
    }
}

#[test]
fn registers_with_digest_and_refreshes_in_time() {
    let mut w = World::new();
    let first = w.sent();
    assert_eq!((first.expires, &first.authorization), (600, &None));
    w.challenge("");
    let second = w.sent();
    assert_eq!(second.cseq, first.cseq + 1);
    assert_eq!(second.call_id, first.call_id);
    let auth = second.authorization.expect("answered");
    assert_eq!(auth.name, "Authorization");
    assert!(auth.value.contains("nc=00000001") && auth.value.contains("SHA-256"));
    // The trunk grants less, and lists another phone too.
    w.answer(
        200,
        &format!("Contact: <sip:other@h>;expires=9, <{CONTACT}>;expires=100\r\n"),
    );
    assert_eq!(w.events(), [(true, 200)]);
    let after = w.wait();
    assert!((75..=85).contains(&after), "{after}");
    // With the old nonce, counted; no news when it goes well.
    let refresh = w.sent();
    assert!(
        refresh
            .authorization
            .expect("kept")
            .value
            .contains("nc=00000002")
    );
    w.answer(200, "Expires: 1000\r\n");
    assert_eq!(w.events(), []);
    let after = w.wait();
    assert!((750..=850).contains(&after), "{after}");
    // The nonce grew old meanwhile.
    w.sent();
    w.challenge(", stale=true");
    assert!(
        w.sent()
            .authorization
            .expect("again")
            .value
            .contains("nc=00000001")
    );
    w.answer(200, "");
    assert!(w.registration.is_registered());
}

#[test]
fn too_brief_is_asked_for_longer() {
    let mut w = World::new();
    w.sent();
    w.answer(423, "Min-Expires: 1800\r\n");
    assert_eq!(w.sent().expires, 1800);
    w.answer(423, "Min-Expires: 4000000000\r\n");
    assert_eq!(w.registration.poll_request(), None, "not for ever");
    assert_eq!(w.events(), [(false, 423)]);
    // Nor does a trunk that never has enough keep us busy.
    let mut w = World::new();
    for min in 700..702 {
        w.sent();
        w.answer(423, &format!("Min-Expires: {min}\r\n"));
    }
    w.sent();
    w.answer(423, "Min-Expires: 800\r\n");
    assert_eq!(w.registration.poll_request(), None);
}

#[test]
fn wrong_credentials_are_not_hammered() {
    let mut w = World::new();
    let mut asked = 0;
    let mut passed = 0;
    while passed < 3600 {
        while w.registration.poll_request().is_some() {
            asked += 1;
            w.challenge("");
        }
        passed += w.wait();
    }
    assert!(asked < 50, "{asked} requests in an hour");
    assert_eq!(w.events(), [(false, 401)]);
}

#[test]
fn failures_back_off_and_success_resets() {
    let mut w = World::new();
    let mut waits = Vec::new();
    for _ in 0..10 {
        w.sent();
        w.registration.handle_failure(w.now);
        waits.push(w.wait());
    }
    for (i, wait) in waits.iter().enumerate() {
        let most = (5u64 << i).min(300);
        assert!(*wait >= most / 2 && *wait <= most, "{waits:?}");
    }
    w.sent();
    w.answer(200, "");
    assert_eq!(w.events(), [(false, 0), (true, 200)]);
    // A refresh that fails: still registered until the interval is over.
    w.wait();
    w.sent();
    w.answer(503, "Retry-After: 60\r\n");
    assert_eq!(w.events(), [(true, 503)]);
    let wait = w.wait();
    assert!((59..=61).contains(&wait), "{wait}");
    while w.registration.is_registered() {
        let _ = w.registration.poll_request();
        w.registration.handle_failure(w.now);
        w.wait();
    }
    assert_eq!(w.events().last(), Some(&(false, 0)));
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for() {
    let mut w = World::new();
    w.sent();
    assert_eq!(w.wait(), 45);
    assert_eq!(w.events(), [(false, 0)]);
    w.wait();
    w.sent();
}

#[test]
fn a_lost_connection_is_made_anew_soon() {
    let mut w = World::new();
    w.sent();
    w.answer(200, "");
    w.events();
    w.registration.handle_flow_lost(w.now);
    assert_eq!(w.events(), [(false, 0)]);
    assert!(w.wait() <= 2);
    w.sent();
    // While asking there is nothing to lose: the transaction will say so.
    w.registration.handle_flow_lost(w.now);
    assert_eq!(w.registration.poll_request(), None);
}

#[test]
fn it_is_taken_back_at_the_end() {
    let mut w = World::new();
    w.sent();
    w.answer(200, "");
    w.registration.stop(w.now);
    assert_eq!(w.sent().expires, 0);
    w.challenge("");
    assert_eq!(w.sent().expires, 0);
    w.answer(200, "");
    assert_eq!(w.events(), [(true, 200), (false, 200)]);
    assert_eq!(w.registration.poll_timeout(), None);
    // One that waits after failures has nothing to take back.
    let mut w = World::new();
    w.sent();
    w.registration.handle_failure(w.now);
    w.registration.stop(w.now);
    assert_eq!(w.registration.poll_request(), None);
    assert_eq!(w.registration.poll_timeout(), None);
}

#[test]
fn without_an_account_a_challenge_is_a_refusal() {
    let mut config = World::new().registration.config;
    config.credentials = None;
    let mut w = World {
        registration: Registration::new(config, 1),
        now: Now::default(),
    };
    w.registration.start(w.now);
    w.sent();
    w.challenge("");
    assert_eq!(w.events(), [(false, 401)]);
}
