//! Anything at any time: bytes, messages sound and damaged, commands, answers, time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::harness::*;
use crate::ids::LegId;
use crate::sip::digest::{Credentials, Secret};
use crate::sip::endpoint::{
    Accepting, Endpoint, EndpointEvent, QueryId, ResolvedTarget, TrunkConfig, TrunkCredentials,
};
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{CallTarget, LegCommand, LegEvent};
use crate::sip::message::{Limits, Message, Method, Request};
use crate::sip::registrar::{Registrar, RegistrarConfig};

const LEGS: usize = 12;
const PENDING: usize = 6;
const TRANSACTIONS: usize = 40;

/// One step: what to do, and three choices for it.
pub(super) type Step = (u8, u8, u8, u16);

pub(super) struct Play {
    pub(super) s: Script,
    pub(super) legs: Vec<LegId>,
    /// Our tag by Call-ID, as last seen on the wire.
    pub(super) tags: BTreeMap<String, String>,
    /// The last reliable provisional answer by Call-ID: RSeq and CSeq number.
    pub(super) reliable: BTreeMap<String, (u32, u32)>,
    /// CSeq number of the last INVITE that we accepted, by Call-ID.
    pub(super) accepted: BTreeMap<String, u32>,
    /// Our requests that may be answered.
    pub(super) requests: Vec<Request>,
    queries: Vec<QueryId>,
    placed: u64,
    pub(super) branch: u32,
    /// CSeq number of the peer's last request that fitted its dialog.
    pub(super) last_number: u32,
    /// Calls that were answered: how far into the machine we come.
    pub(super) sessions: usize,
    /// Offers of the peer that a call was asked to answer.
    pub(super) offers: usize,
}

fn trunk() -> TrunkConfig {
    TrunkConfig {
        name: "out".into(),
        host: "sip.example.net".into(),
        port: None,
        transport: None,
        domain: None,
        credentials: Some(TrunkCredentials {
            username: "us".into(),
            password: "secret".into(),
        }),
        register: Some("us".into()),
        peers: Vec::new(),
    }
}

impl Play {
    pub(super) fn new() -> Play {
        let mut s = Script::with(|c| {
            c.limits.legs = LEGS;
            c.limits.pending_invites = PENDING;
            c.limits.transactions = TRANSACTIONS;
            c.trunks = vec![trunk()];
        });
        let mut config = RegistrarConfig::new("zeroline");
        config.auth.users = vec![Credentials {
            username: "ann".into(),
            secret: Secret::Plain("x".into()),
        }];
        s.endpoint.set_registrar(Registrar::new(config, [3; 32]));
        Play {
            s,
            legs: Vec::new(),
            tags: BTreeMap::new(),
            reliable: BTreeMap::new(),
            accepted: BTreeMap::new(),
            requests: Vec::new(),
            queries: Vec::new(),
            placed: 1,
            branch: 0,
            last_number: 100,
            sessions: 0,
            offers: 0,
        }
    }

    fn flow(choice: u8) -> Flow {
        Flow {
            transport: if choice & 1 == 0 {
                Transport::Udp
            } else {
                Transport::Tcp
            },
            local: address(US),
            remote: address(if choice & 2 == 0 {
                PEER
            } else {
                "192.0.2.10:40000"
            }),
        }
    }

    /// Everything that comes out: each message must be one.
    pub(super) fn drain(&mut self) {
        while let Some(t) = self.s.endpoint.poll_transmit() {
            let message = Message::parse(t.bytes.clone(), &Limits::default());
            if message.is_err() && t.bytes.starts_with(b"SIP/2.0 4") {
                // The refusal of a request that lacked, say, From: it repeats what was there.
                continue;
            }
            match message.expect("what we send is sound") {
                Message::Request(r) => {
                    let from = r.headers.from().expect("From");
                    let call = r.headers.call_id().expect("Call-ID").to_owned();
                    self.tags
                        .insert(call, from.tag().expect("our tag").to_owned());
                    self.requests.push(r);
                    if self.requests.len() > 16 {
                        self.requests.remove(0);
                    }
                }
                Message::Response(r) => {
                    if let (Ok(call), Ok(cseq)) = (r.headers.call_id(), r.headers.cseq()) {
                        if let Ok(Some(rseq)) = r.headers.rseq() {
                            self.reliable.insert(call.to_owned(), (rseq, cseq.seq));
                        }
                        if r.status == 200 && cseq.method == Method::Invite {
                            self.accepted.insert(call.to_owned(), cseq.seq);
                        }
                    }
                    if let (Ok(to), Ok(call)) = (r.headers.to(), r.headers.call_id())
                        && let Some(tag) = to.tag()
                        && r.status > 100
                    {
                        self.tags.insert(call.to_owned(), tag.to_owned());
                    }
                }
            }
        }
        while let Some(event) = self.s.endpoint.poll_event() {
            match event {
                EndpointEvent::Incoming(i) => self.legs.push(i.leg),
                EndpointEvent::Resolve { query, .. } => self.queries.push(query),
                EndpointEvent::Leg(_, LegEvent::Confirmed { .. } | LegEvent::Answered { .. }) => {
                    self.sessions += 1;
                }
                EndpointEvent::Leg(_, LegEvent::Offer { .. }) => self.offers += 1,
                EndpointEvent::Leg(..)
                | EndpointEvent::Agent { .. }
                | EndpointEvent::Trunk { .. }
                | EndpointEvent::TrunkRefused { .. } => {}
            }
        }
    }

    fn request(&mut self, a: u8, b: u8, c: u16) -> Vec<u8> {
        const METHODS: [&str; 15] = [
            "INVITE",
            "INVITE",
            "INVITE",
            "ACK",
            "BYE",
            "CANCEL",
            "PRACK",
            "UPDATE",
            "INFO",
            "REFER",
            "NOTIFY",
            "REGISTER",
            "OPTIONS",
            "SUBSCRIBE",
            "DANCE",
        ];
        const EXTRA: [&str; 12] = [
            "",
            "Supported: 100rel, timer\r\nSession-Expires: 90\r\n",
            "Require: 100rel\r\n",
            "RAck: 1 1 INVITE\r\n",
            "Refer-To: <sip:7@192.0.2.1?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n",
            "Record-Route: <sip:192.0.2.50;lr>, <sip:strict.example>\r\n",
            "Expires: 0\r\n",
            "Session-Expires: 30\r\nSupported: timer\r\n",
            "Allow: INVITE, UPDATE\r\nTimestamp: 5\r\n",
            "Privacy: id\r\nP-Asserted-Identity: <tel:+45123>\r\n",
            "Authorization: Digest username=\"ann\", realm=\"zeroline\", nonce=\"00\", \
             uri=\"sip:x\", response=\"00\"\r\n",
            "Content-Encoding: gzip\r\n",
        ];
        let method = METHODS[usize::from(a) % METHODS.len()];
        let call = format!("c{}", c % 5);
        let ours = self.requests.get(usize::from(c) % 8).filter(|_| b & 8 != 0);
        let call = ours.map_or(call, |r| r.headers.call_id().unwrap_or("x").to_owned());
        let from = if ours.is_some() { "peer" } else { "f" };
        let tag = match self.tags.get(&call).filter(|_| b & 1 != 0) {
            Some(tag) => format!(";tag={tag}"),
            None => String::new(),
        };
        self.branch += u32::from(b & 2 != 0);
        let body = match b >> 6 {
            0 | 1 => "",
            2 => "Signal=0\r\n",
            _ => "v=0\r\ns=-\r\n",
        };
        let kind = match b >> 6 {
            2 => "Content-Type: application/dtmf-relay\r\n",
            3 => "Content-Type: application/sdp\r\n",
            _ => "",
        };
        format!(
            "{method} sip:100@192.0.2.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKh{}\r\nMax-Forwards: 70\r\n\
             From: <sip:ann@example.com>;tag={from}\r\nTo: <sip:ann@192.0.2.1>{tag}\r\n\
             Call-ID: {call}\r\nCSeq: {} {method}\r\nContact: <sip:ann@192.0.2.9>\r\n{}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            self.branch,
            1 + c / 2048,
            EXTRA[usize::from(c) / 5 % EXTRA.len()],
            body.len()
        )
        .into_bytes()
    }

    pub(super) fn response(&self, a: u8, b: u8, c: u16) -> Option<Vec<u8>> {
        const STATUS: [u16; 20] = [
            100, 180, 183, 200, 200, 200, 202, 301, 401, 407, 408, 415, 422, 481, 486, 487, 491,
            500, 503, 603,
        ];
        const EXTRA: [&str; 6] = [
            "",
            "Require: 100rel\r\nRSeq: 1\r\n",
            "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n",
            "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
            "Min-SE: 200\r\nRetry-After: 4294967295\r\n",
            "Session-Expires: 90;refresher=uas\r\nRecord-Route: <sip:192.0.2.50;lr>\r\n",
        ];
        let to = self.requests.get(usize::from(a) % 16)?;
        let get = |name: &str| to.headers.get_str(name).unwrap_or("").to_owned();
        let tag = if get("To").contains(";tag=") {
            String::new()
        } else {
            format!(";tag=peer{}", b & 1)
        };
        let body = if b & 2 == 0 { "" } else { "v=0\r\n" };
        let text = format!(
            "SIP/2.0 {} x\r\nVia: {}\r\nFrom: {}\r\nTo: {}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:bob@192.0.2.9:5060>\r\n{}Content-Length: {}\r\n\r\n{body}",
            STATUS[usize::from(c) % STATUS.len()],
            get("Via"),
            get("From"),
            get("To"),
            get("Call-ID"),
            get("CSeq"),
            EXTRA[usize::from(b >> 2) % EXTRA.len()],
            body.len()
        );
        Some(text.into_bytes())
    }

    pub(super) fn command(&mut self, a: u8, b: u8) {
        // Now and then one that is too large for a datagram.
        let sdp = || sdp(&"v=0\r\n".repeat(if b & 0xc0 == 0xc0 { 300 } else { 1 }));
        let leg = match self.legs.get(usize::from(b) % self.legs.len().max(1)) {
            Some(leg) => *leg,
            None => LegId(77),
        };
        let command = match a % 13 {
            0 => LegCommand::Ring,
            1 => LegCommand::Progress { answer: sdp() },
            2 | 3 => LegCommand::Answer { sdp: sdp() },
            4 => LegCommand::Reject {
                status: u16::from(b) * 4,
                retry_after: Some(1),
            },
            5 => LegCommand::Ack { answer: sdp() },
            6 => LegCommand::Offer { offer: sdp() },
            7 => LegCommand::AnswerOffer { sdp: sdp() },
            8 => LegCommand::RefuseOffer,
            9 => LegCommand::ReferProgress {
                status: u16::from(b) * 4,
            },
            10 => LegCommand::Hangup { reason: None },
            12 => LegCommand::Probe,
            _ => {
                self.placed += 2;
                let leg = LegId(self.placed);
                if self.s.endpoint.stats().legs >= LEGS {
                    return; // ours are bounded by the calls that want them
                }
                let mut invite = outgoing(leg, Play::flow(b));
                if b & 4 != 0 {
                    invite.offer = None;
                }
                if b & 8 != 0 {
                    invite.target = CallTarget::Trunk {
                        trunk: "out".into(),
                        number: crate::ids::PhoneNumber::new("+45"),
                    };
                }
                self.legs.push(leg);
                LegCommand::Invite(Box::new(invite))
            }
        };
        let leg = match &command {
            LegCommand::Invite(i) => i.leg,
            _ => leg,
        };
        self.s.endpoint.handle_command(self.s.now, leg, command);
    }

    pub(super) fn hear(&mut self, choice: u8, mut bytes: Vec<u8>, damage: u16) {
        // Three of four arrive as they were sent.
        if damage & 3 == 3 && !bytes.is_empty() {
            let at = usize::from(damage >> 2) % bytes.len();
            bytes[at] = bytes[at].wrapping_add(1 + choice);
        }
        let (now, flow) = (self.s.now, Play::flow(choice));
        let endpoint = &mut self.s.endpoint;
        if flow.transport == Transport::Udp {
            endpoint.handle_datagram(now, flow, Bytes::from(bytes));
        } else {
            endpoint.handle_message(now, flow, Bytes::from(bytes));
        }
    }

    /// Most runs begin with a call, so that damage finds more than refusals.
    fn begin(&mut self, kind: usize) {
        match kind % 4 {
            0 => {}
            1 | 2 => {
                let invite = self.request(0, 0xc2, 5);
                self.hear(0, invite, 0);
                self.drain();
                if kind % 4 == 2 {
                    self.command(2, 0);
                    self.drain();
                    let ack = self.request(3, 3, 5);
                    self.hear(0, ack, 0);
                }
            }
            _ => {
                self.command(11, 0);
                self.drain();
                let ok = self.response(0, 2, 3).expect("our INVITE");
                self.hear(0, ok, 0);
            }
        }
        self.drain();
    }

    pub(super) fn step(&mut self, (what, a, b, c): Step) {
        match what % 16 {
            0 => {
                let bytes = [what, a, b, c as u8, 13, 10, 13, 10];
                self.hear(a, bytes.to_vec(), 0);
            }
            1..=5 => {
                let bytes = self.request(a, b, c);
                self.hear(what >> 4, bytes, u16::from(a).rotate_left(3) ^ c);
            }
            6..=8 => {
                if let Some(bytes) = self.response(a, b, c) {
                    self.hear(what >> 4, bytes, u16::from(b).rotate_left(3) ^ c);
                }
            }
            9..=11 => self.command(a, b),
            12 => self.pass(u64::from(c)),
            13 => {
                let now = self.s.now;
                if a & 1 == 0 {
                    self.s.endpoint.handle_flow_closed(now, Play::flow(b));
                } else if let Some(r) = self.requests.last() {
                    let bytes = Message::Request(r.clone()).to_bytes();
                    let cut = bytes.len().min(usize::from(c % 600));
                    let to = address(PEER);
                    self.s.endpoint.handle_undeliverable(now, to, &bytes[..cut]);
                }
            }
            14 => {
                let query = self.queries.pop().unwrap_or(QueryId(u64::from(c)));
                let target = |transport| ResolvedTarget {
                    transport,
                    remote: address(PEER),
                    server_name: Some("n".into()),
                };
                let targets = match a % 3 {
                    0 => Vec::new(),
                    1 => vec![target(Transport::Udp), target(Transport::Tcp)],
                    _ => vec![target(Transport::Wss)],
                };
                self.s.endpoint.handle_resolved(self.s.now, query, targets);
            }
            _ => match a % 8 {
                0 => self
                    .s
                    .endpoint
                    .set_accepting(Accepting::NoNewCalls { retry_after: 1 }),
                1 => self.s.endpoint.start_registration(self.s.now, "out", 60),
                2 => self.s.endpoint.stop_registrations(self.s.now),
                _ => self.s.endpoint.set_accepting(Accepting::All),
            },
        }
        self.drain();
        bounded(&self.s.endpoint);
    }

    pub(super) fn pass(&mut self, ms: u64) {
        let end = self.s.now.after(std::time::Duration::from_millis(ms));
        let mut turns = 0;
        while let Some(at) = self.s.endpoint.poll_timeout().filter(|at| *at <= end.mono) {
            turns += 1;
            assert!(turns < 20_000, "deadlines that are never met");
            self.s.now = self.s.now.after(at.since(self.s.now.mono));
            self.s.endpoint.handle_timeout(self.s.now);
            self.drain();
        }
        self.s.now = end;
    }

    /// All hang up, and in the end nothing is left.
    pub(super) fn end(mut self) {
        for leg in self.legs.clone() {
            let hangup = LegCommand::Hangup { reason: None };
            self.s.endpoint.handle_command(self.s.now, leg, hangup);
        }
        self.s.endpoint.stop_registrations(self.s.now);
        self.drain();
        for _ in 0..20 {
            // A resolver that has not answered yet.
            for query in std::mem::take(&mut self.queries) {
                self.s
                    .endpoint
                    .handle_resolved(self.s.now, query, Vec::new());
            }
            self.pass(60_000);
        }
        let stats = self.s.endpoint.stats();
        assert_eq!((stats.legs, stats.pending_invites), (0, 0));
        assert_eq!(
            (stats.server_transactions, stats.client_transactions),
            (0, 0)
        );
        assert!(stats.deadlines <= 2, "{stats:?}");
        assert_eq!(stats.neglected, 0, "somebody was never answered");
    }
}

fn bounded(endpoint: &Endpoint) {
    let s = endpoint.stats();
    assert!(s.legs <= LEGS + 1, "{s:?}");
    assert!(s.pending_invites <= PENDING, "{s:?}");
    assert!(s.server_transactions <= 2 * TRANSACTIONS, "{s:?}");
    // Per leg a few requests at a time; those of legs that are gone run out.
    assert!(s.client_transactions <= 400, "{s:?}");
}

#[test]
fn anything_at_any_time() {
    let limits = Limits::default();
    assert!(Message::parse(Bytes::from(Play::new().request(0, 0, 0)), &limits).is_ok());
    let sessions = AtomicUsize::new(0);
    bolero::check!()
        .with_type::<Vec<Step>>()
        .with_iterations(1000)
        .for_each(|steps| {
            let mut play = Play::new();
            play.begin(steps.len());
            for step in steps {
                play.step(*step);
            }
            sessions.fetch_add(play.sessions, Ordering::Relaxed);
            play.end();
        });
    assert!(
        sessions.load(Ordering::Relaxed) > 100,
        "the calls never get anywhere"
    );
}
