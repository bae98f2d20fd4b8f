mod users;

use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::sip::digest::{ClientSession, Credentials, Secret};
use crate::sip::flow::Transport;
use crate::sip::message::{Limits, Message};

struct World {
    registrar: Registrar,
    now: Now,
}

fn credentials(user: &str) -> Credentials {
    Credentials {
        username: user.into(),
        secret: Secret::Plain(format!("{user}-secret")),
    }
}

fn flow(transport: Transport, remote: &str) -> Flow {
    Flow {
        transport,
        local: "127.0.0.1:5060".parse().expect("address"),
        remote: remote.parse().expect("address"),
    }
}

fn udp() -> Flow {
    flow(Transport::Udp, "192.0.2.7:5060")
}

/// A phone: keeps its challenge, Call-ID and CSeq.
struct Phone {
    user: &'static str,
    flow: Flow,
    session: ClientSession,
    call_id: String,
    cseq: u32,
    /// Header lines of every request.
    more: String,
}

impl Phone {
    fn new(user: &'static str, flow: Flow) -> Phone {
        Phone {
            user,
            flow,
            session: ClientSession::new(credentials(user)),
            call_id: format!("{user}-{}", flow.remote),
            cseq: 0,
            more: String::new(),
        }
    }

    fn request(&mut self, lines: &str) -> Request {
        self.cseq += 1;
        let auth = self
            .session
            .authorize("REGISTER", "sip:zeroline.example", b"", "c")
            .map(|h| format!("{}: {}\r\n", h.name, h.value))
            .unwrap_or_default();
        request(&format!(
            "REGISTER sip:zeroline.example SIP/2.0\r\n\
             Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{}\r\n\
             From: <sip:{user}@zeroline.example>;tag=1\r\n\
             To: <sip:{user}@zeroline.example>\r\n\
             Call-ID: {}\r\nCSeq: {} REGISTER\r\n{}{auth}{lines}\r\n",
            self.cseq,
            self.call_id,
            self.cseq,
            self.more,
            user = self.user,
        ))
    }

    /// Registers; answers one challenge.
    fn register(&mut self, world: &mut World, lines: &str) -> Response {
        let request = self.request(lines);
        let response = world.handle(&request, &self.flow);
        if response.status != 401 {
            return response;
        }
        let values: Vec<&str> = response
            .headers
            .fields(HeaderName::WwwAuthenticate)
            .map(|v| std::str::from_utf8(v).expect("text"))
            .collect();
        if self.session.handle_challenge(401, &values).is_err() {
            return response;
        }
        let request = self.request(lines);
        let response = world.handle(&request, &self.flow);
        if response.is_success() {
            self.session.handle_success();
        }
        response
    }
}

fn request(text: &str) -> Request {
    match Message::parse(Bytes::from(text.to_owned()), &Limits::default()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}\n{text}"),
    }
}

impl World {
    fn new() -> World {
        let mut config = RegistrarConfig::new("zeroline");
        config.domains = vec!["zeroline.example".into()];
        config.max_contacts = 3;
        for user in ["anna", "ben"] {
            config.auth.users.push(credentials(user));
        }
        World {
            registrar: Registrar::new(config, [3; 32]),
            now: Now::default().after(Duration::from_secs(1000)),
        }
    }

    fn handle(&mut self, request: &Request, flow: &Flow) -> Response {
        self.registrar.handle_register(self.now, request, flow)
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now.after(Duration::from_secs(seconds));
        self.registrar.handle_timeout(self.now);
    }

    /// Events since the last look, as `agent: uri uri`.
    fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.registrar.poll_event())
            .map(|e| {
                let uris: Vec<String> = e.contacts.into_iter().map(|c| c.uri).collect();
                format!("{}: {}", e.agent, uris.join(" "))
            })
            .collect()
    }
}

fn contacts(response: &Response) -> Vec<String> {
    response
        .headers
        .fields(HeaderName::Contact)
        .map(|v| String::from_utf8_lossy(v).into_owned())
        .collect()
}

const A: &str = "Contact: <sip:anna@10.0.0.1:5060>\r\n";

#[test]
fn a_phone_registers_refreshes_and_expires() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    let ok = phone.register(&mut w, &format!("{A}Expires: 120\r\n"));
    assert_eq!(ok.status, 200);
    assert_eq!(contacts(&ok), ["<sip:anna@10.0.0.1:5060>;expires=120"]);
    assert!(ok.headers.to().expect("to").tag().is_some());
    assert_eq!(w.events(), ["anna: sip:anna@10.0.0.1:5060"]);
    let anna = AgentId::new("anna");
    assert_eq!(w.registrar.contacts(&anna)[0].flow, Some(udp()));

    w.pass(100);
    let ok = phone.register(&mut w, &format!("{A}Expires: 120\r\n"));
    assert_eq!(contacts(&ok), ["<sip:anna@10.0.0.1:5060>;expires=120"]);
    assert_eq!(w.events(), [""; 0], "nothing changed");
    // Asking changes nothing.
    w.pass(30);
    assert_eq!(
        contacts(&phone.register(&mut w, "")),
        ["<sip:anna@10.0.0.1:5060>;expires=90"]
    );
    assert_eq!(
        w.registrar.poll_timeout(),
        Some(w.now.mono + Duration::from_secs(90))
    );
    w.pass(89);
    assert_eq!(w.events(), [""; 0]);
    w.pass(1);
    assert_eq!(w.events(), ["anna: "]);
    assert_eq!(w.registrar.poll_timeout(), None);
    assert_eq!(w.registrar.registered(), 0);
}

#[test]
fn expiry_by_contact_header_and_default_within_bounds() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    let lines = "Contact: <sip:a@10.0.0.1>;expires=60, <sip:b@10.0.0.1>\r\nExpires: 999999\r\n";
    let ok = phone.register(&mut w, lines);
    assert_eq!(
        contacts(&ok),
        [
            "<sip:a@10.0.0.1>;expires=60",
            "<sip:b@10.0.0.1>;expires=3600"
        ]
    );
    let brief = phone.register(&mut w, "Contact: <sip:c@10.0.0.1>;expires=59\r\n");
    assert_eq!(brief.status, 423);
    assert_eq!(brief.headers.get_str("Min-Expires"), Some("60"));
    let ok = phone.register(&mut w, "Contact: <sip:c@10.0.0.1>\r\n");
    assert_eq!(contacts(&ok)[2], "<sip:c@10.0.0.1>;expires=3600");
}

#[test]
fn several_contacts_by_preference_and_the_oldest_makes_room() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    for (i, q) in ["0.5", "1.0", "0.5"].iter().enumerate() {
        w.pass(1);
        let ok = phone.register(&mut w, &format!("Contact: <sip:p{i}@10.0.0.1>;q={q}\r\n"));
        assert_eq!(ok.status, 200);
    }
    let last = w.events().pop().expect("event");
    assert_eq!(
        last,
        "anna: sip:p1@10.0.0.1 sip:p2@10.0.0.1 sip:p0@10.0.0.1"
    );
    w.pass(1);
    phone.register(&mut w, "Contact: <sip:p0@10.0.0.1>;q=0.5\r\n");
    let ok = phone.register(&mut w, "Contact: <sip:new@10.0.0.1>;q=0.1\r\n");
    let now: String = contacts(&ok).concat();
    assert!(
        !now.contains("p1") && now.contains("p0") && now.contains("new"),
        "{now}"
    );
    assert!(now.contains("q=0.500"), "{now}");
    // One of them leaves.
    let ok = phone.register(&mut w, "Contact: <sip:p0@10.0.0.1>;expires=0\r\n");
    assert_eq!(contacts(&ok).len(), 2);
    // All leave.
    assert_eq!(phone.register(&mut w, "Contact: *\r\n").status, 400);
    assert_eq!(
        phone
            .register(&mut w, "Contact: *\r\nExpires: 60\r\n")
            .status,
        400
    );
    assert_eq!(w.registrar.contacts(&AgentId::new("anna")).len(), 2);
    let ok = phone.register(&mut w, "Contact: *\r\nExpires: 0\r\n");
    assert_eq!((ok.status, contacts(&ok).len()), (200, 0));
    assert_eq!(w.events().pop().expect("event"), "anna: ");
}

#[test]
fn an_update_is_whole_or_not_at_all() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    phone.register(&mut w, A);
    w.events();
    let lines = "Contact: <sip:x@10.0.0.1>, <sip:y@10.0.0.1>;expires=1\r\n";
    assert_eq!(phone.register(&mut w, lines).status, 423);
    let lines = "Contact: <sip:x@10.0.0.1>, <tel:+4912345>\r\n";
    assert_eq!(phone.register(&mut w, lines).status, 400);
    assert_eq!(w.events(), [""; 0]);
    // An older request of the same phone that arrives late changes nothing.
    phone.cseq = 0;
    let late = phone.register(
        &mut w,
        "Contact: <sip:x@10.0.0.1>, <sip:anna@10.0.0.1:5060>;expires=0\r\n",
    );
    assert_eq!(late.status, 500);
    assert_eq!(w.events(), [""; 0]);
    phone.cseq = 0;
    assert_eq!(
        phone
            .register(&mut w, "Contact: *\r\nExpires: 0\r\n")
            .status,
        500
    );
    // A phone that restarted has a new Call-ID and may begin anew.
    phone.call_id = "after the restart".replace(' ', "-");
    assert_eq!(
        phone
            .register(&mut w, "Contact: *\r\nExpires: 0\r\n")
            .status,
        200
    );
    assert_eq!(w.events(), ["anna: "]);
}

#[test]
fn an_instance_that_comes_back_replaces_itself() {
    let mut w = World::new();
    let tcp = |port: u16| flow(Transport::Tcp, &format!("192.0.2.7:{port}"));
    let contact = |port: u16| {
        format!(
            "Contact: <sip:anna@192.0.2.7:{port};transport=tcp>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"\r\nSupported: path, outbound\r\n"
        )
    };
    let ok = Phone::new("anna", tcp(4000)).register(&mut w, &contact(4000));
    assert_eq!(ok.headers.get_str("Require"), Some("outbound"));
    assert!(contacts(&ok)[0].contains("reg-id=1"), "{:?}", contacts(&ok));
    let ok = Phone::new("anna", tcp(4001)).register(&mut w, &contact(4001));
    assert_eq!(contacts(&ok).len(), 1);
    let now = w.registrar.contacts(&AgentId::new("anna"));
    assert_eq!(now[0].flow, Some(tcp(4001)));
    // The old connection's end is not the new one's.
    w.registrar.handle_flow_closed(w.now, &tcp(4000));
    assert_eq!(w.registrar.contacts(&AgentId::new("anna")).len(), 1);
    w.events();
    w.registrar.handle_flow_closed(w.now, &tcp(4001));
    assert_eq!(w.events(), ["anna: "]);
}

#[test]
fn bindings_end_with_their_stream_but_not_with_udp() {
    let mut w = World::new();
    let tls = flow(Transport::Tls, "192.0.2.7:40000");
    Phone::new("anna", tls).register(&mut w, "Contact: <sip:anna@10.0.0.1;transport=tls>\r\n");
    Phone::new("anna", udp()).register(&mut w, A);
    Phone::new("ben", tls).register(&mut w, "Contact: <sip:ben@10.0.0.1;transport=tls>\r\n");
    w.events();
    w.registrar.handle_flow_closed(w.now, &udp());
    assert_eq!(w.events(), [""; 0]);
    w.registrar.handle_flow_closed(w.now, &tls);
    assert_eq!(w.events(), ["anna: sip:anna@10.0.0.1:5060", "ben: "]);
}

#[test]
fn the_path_is_kept_and_given_back() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    phone.more = "Path: <sip:p2.example;lr>, <sip:p1.example;lr>\r\nRequire: path\r\n".into();
    let ok = phone.register(&mut w, A);
    assert_eq!(ok.status, 200);
    assert_eq!(ok.headers.paths().expect("paths").len(), 2);
    let contact = &w.registrar.contacts(&AgentId::new("anna"))[0];
    assert_eq!(contact.path, ["sip:p2.example;lr", "sip:p1.example;lr"]);
    phone.more = "Path: <sip:p.example;lr>\r\n".repeat(9);
    assert_eq!(phone.register(&mut w, A).status, 400);
    phone.more = "Require: path, teleport\r\n".into();
    let bad = phone.register(&mut w, A);
    assert_eq!(bad.status, 420);
    assert_eq!(bad.headers.get_str("Unsupported"), Some("teleport"));
}

#[test]
fn nobody_registers_for_another_or_elsewhere() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    phone.register(&mut w, A);
    let mut request = phone.request(A);
    request.headers.set("To", "<sip:ben@zeroline.example>");
    assert_eq!(w.handle(&request, &phone.flow).status, 403);
    let mut request = phone.request(A);
    request.headers.set("To", "<sip:anna@elsewhere.example>");
    assert_eq!(w.handle(&request, &phone.flow).status, 404);
    let mut request = phone.request(A);
    request.uri = Uri::parse(b"sip:elsewhere.example").expect("uri");
    assert_eq!(w.handle(&request, &phone.flow).status, 404);
    assert!(w.registrar.contacts(&AgentId::new("ben")).is_empty());
}

#[test]
fn known_and_unknown_agents_are_answered_alike() {
    let mut w = World::new();
    let mut shapes = Vec::new();
    for user in ["anna", "nobody"] {
        let mut phone = Phone::new(user, udp());
        phone.session = ClientSession::new(Credentials {
            username: user.into(),
            secret: Secret::Plain("guess".into()),
        });
        let answer = phone.register(&mut w, A);
        let names: Vec<String> = answer
            .headers
            .iter()
            .map(|h| h.name.as_str().to_owned())
            .collect();
        let challenges: Vec<usize> = answer
            .headers
            .fields(HeaderName::WwwAuthenticate)
            .map(|v| v.len())
            .collect();
        shapes.push((answer.status, names, challenges));
    }
    assert_eq!(shapes[0].0, 401);
    assert_eq!(shapes[0], shapes[1]);
}

#[test]
fn guessing_is_slowed_and_the_owner_registers() {
    let mut w = World::new();
    let mut answers = std::collections::BTreeMap::<u16, u32>::new();
    for i in 0..200u16 {
        let from = flow(Transport::Udp, &format!("203.0.113.5:{}", 2000 + i));
        let mut phone = Phone::new("anna", from);
        phone.session = ClientSession::new(Credentials {
            username: "anna".into(),
            secret: Secret::Plain(format!("guess{i}")),
        });
        let answer = phone.register(&mut w, A);
        assert_eq!(answer.headers.contains("Retry-After"), answer.status == 503);
        *answers.entry(answer.status).or_default() += 1;
    }
    assert_eq!(answers.get(&401), Some(&10));
    assert_eq!(answers.get(&503), Some(&190));
    assert_eq!(Phone::new("anna", udp()).register(&mut w, A).status, 200);
}

#[test]
fn an_old_nonce_is_stale_and_a_replay_does_not_register() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    phone.register(&mut w, A);
    let good = phone.request(A);
    assert_eq!(w.handle(&good, &phone.flow).status, 200);
    // The same, sent again by somebody who heard it.
    let again = w.handle(&good, &phone.flow);
    assert_eq!(again.status, 401);
    let challenge = again
        .headers
        .get_str("WWW-Authenticate")
        .expect("challenge");
    assert!(challenge.contains("stale=true"), "{challenge}");
    // After its time the phone is told so, and answers without asking its user.
    w.pass(301);
    let late = phone.request(A);
    let late = w.handle(&late, &phone.flow);
    assert!(
        late.headers
            .get_str("WWW-Authenticate")
            .expect("c")
            .contains("stale=true")
    );
    assert_eq!(phone.register(&mut w, A).status, 200);
}

#[test]
fn calls_may_say_who_they_are() {
    let mut w = World::new();
    let mut phone = Phone::new("anna", udp());
    phone.register(&mut w, A);
    let invite = |auth: String| {
        request(&format!(
            "INVITE sip:100@zeroline.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nFrom: <sip:anna@zeroline.example>;tag=1\r\nTo: <sip:100@zeroline.example>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n{auth}\r\n"
        ))
    };
    let plain = invite(String::new());
    assert!(matches!(
        w.registrar.identify(w.now, &plain, &udp()),
        Caller::Anybody
    ));
    let auth = phone
        .session
        .authorize("INVITE", "sip:100@zeroline.example", b"", "c")
        .expect("challenged before");
    let with = invite(format!("{}: {}\r\n", auth.name, auth.value));
    match w.registrar.identify(w.now, &with, &udp()) {
        Caller::Agent(agent) => assert_eq!(agent, AgentId::new("anna")),
        other => panic!("{other:?}"),
    }
    // Heard and sent again.
    match w.registrar.identify(w.now, &with, &udp()) {
        Caller::Refused(response) => assert_eq!(response.status, 401),
        other => panic!("{other:?}"),
    }
    let elsewhere =
        invite("Proxy-Authorization: Digest realm=\"other\", username=\"x\"\r\n".into());
    assert!(matches!(
        w.registrar.identify(w.now, &elsewhere, &udp()),
        Caller::Anybody
    ));
}

#[test]
fn a_static_contact_is_there_without_registration() {
    let mut w = World::new();
    let desk = Contact {
        uri: "sip:desk@192.0.2.50".into(),
        path: Vec::new(),
        flow: None,
    };
    w.registrar.set_static(AgentId::new("anna"), desk.clone());
    w.registrar.set_static(AgentId::new("anna"), desk);
    assert_eq!(w.events(), ["anna: sip:desk@192.0.2.50"]);
    Phone::new("anna", udp()).register(&mut w, A);
    assert_eq!(
        w.events(),
        ["anna: sip:anna@10.0.0.1:5060 sip:desk@192.0.2.50"]
    );
}
