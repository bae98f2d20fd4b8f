//! A scripted peer opposite of one endpoint, and two endpoints over a simulated network.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::ids::{LegId, PhoneNumber};
use crate::now::{Mono, Now};
use crate::sip::endpoint::{Endpoint, EndpointConfig, EndpointEvent, Listener};
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{
    CallTarget, Contact, IncomingInvite, LegCommand, LegEvent, OutgoingInvite, Replaced,
};
use crate::sip::message::{Limits, Message, Request, Response};

pub(super) const US: &str = "192.0.2.1:5060";
pub(super) const PEER: &str = "192.0.2.9:5060";
pub(super) const SDP: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n";

pub(super) fn address(s: &str) -> SocketAddr {
    s.parse().expect("an address")
}

pub(super) fn config(address: SocketAddr) -> EndpointConfig {
    let listener = |transport| Listener {
        transport,
        bind: address,
        advertise: address,
    };
    EndpointConfig::new(vec![listener(Transport::Udp), listener(Transport::Tcp)])
}

pub(super) fn sdp(text: &str) -> Bytes {
    Bytes::from(text.to_owned())
}

pub(super) fn parse(bytes: &Bytes) -> Message {
    Message::parse(bytes.clone(), &Limits::default()).expect("what we send is sound")
}

/// One endpoint, and a test that plays the other side word by word.
pub(super) struct Script {
    pub(super) endpoint: Endpoint,
    pub(super) now: Now,
    pub(super) flow: Flow,
    pub(super) sent: Vec<Message>,
    pub(super) events: Vec<EndpointEvent>,
    branch: u32,
}

impl Script {
    pub(super) fn new() -> Script {
        Script::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut EndpointConfig)) -> Script {
        let mut config = config(address(US));
        change(&mut config);
        Script {
            endpoint: Endpoint::new(config, [7; 32]),
            now: Now::default(),
            flow: Flow {
                transport: Transport::Udp,
                local: address(US),
                remote: address(PEER),
            },
            sent: Vec::new(),
            events: Vec::new(),
            branch: 0,
        }
    }

    fn drain(&mut self) {
        while let Some(t) = self.endpoint.poll_transmit() {
            self.sent.push(parse(&t.bytes));
        }
        while let Some(e) = self.endpoint.poll_event() {
            self.events.push(e);
        }
    }

    /// The peer says this; line ends are made CRLF, `{branch}` is made fresh.
    pub(super) fn say(&mut self, text: &str) {
        self.branch += 1;
        let text = text
            .trim_start()
            .replace("{branch}", &format!("z9hG4bK-t{}", self.branch))
            .replace('\n', "\r\n");
        self.raw(Bytes::from(text));
    }

    pub(super) fn raw(&mut self, bytes: Bytes) {
        self.endpoint.handle_datagram(self.now, self.flow, bytes);
        self.drain();
    }

    pub(super) fn command(&mut self, leg: LegId, command: LegCommand) {
        self.endpoint.handle_command(self.now, leg, command);
        self.drain();
    }

    /// Time passes; everything that becomes due happens at its time.
    pub(super) fn wait(&mut self, ms: u64) {
        let end = self.now.after(Duration::from_millis(ms));
        while let Some(at) = self.endpoint.poll_timeout().filter(|at| *at <= end.mono) {
            self.now = self.now.after(at.since(self.now.mono));
            self.endpoint.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// What was sent since the last look, as `100`, `200 INVITE`, `BYE` …
    pub(super) fn heard(&mut self) -> Vec<String> {
        self.sent.drain(..).map(|m| brief(&m)).collect()
    }

    pub(super) fn responses(&mut self) -> Vec<Response> {
        self.sent
            .drain(..)
            .filter_map(|m| match m {
                Message::Response(r) => Some(r),
                Message::Request(_) => None,
            })
            .collect()
    }

    pub(super) fn requests(&mut self) -> Vec<Request> {
        self.sent
            .drain(..)
            .filter_map(|m| match m {
                Message::Request(r) => Some(r),
                Message::Response(_) => None,
            })
            .collect()
    }

    pub(super) fn last_response(&mut self) -> Response {
        self.responses().pop().expect("a response")
    }

    pub(super) fn last_request(&mut self) -> Request {
        self.requests().pop().expect("a request")
    }

    /// Events since the last look, by the names of their variants.
    pub(super) fn told(&mut self) -> Vec<String> {
        self.events.drain(..).map(|e| name_of(&e)).collect()
    }

    pub(super) fn incoming(&mut self) -> IncomingInvite {
        let at = self
            .events
            .iter()
            .position(|e| matches!(e, EndpointEvent::Incoming(_)))
            .expect("an incoming call");
        match self.events.remove(at) {
            EndpointEvent::Incoming(i) => i,
            other => panic!("{other:?}"),
        }
    }

    /// An INVITE with these further headers and this body.
    pub(super) fn invite(&mut self, headers: &str, body: &[u8]) {
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\n"
        };
        let body = String::from_utf8_lossy(body);
        let text = format!(
            "INVITE sip:100@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-inv\n\
             Max-Forwards: 70\nFrom: \"Ann\" <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>\n\
             Call-ID: call-1\nCSeq: 1 INVITE\nContact: <sip:ann@192.0.2.9:5060>\n{headers}{kind}\
             Content-Length: {}\n\n",
            body.len()
        )
        .replace('\n', "\r\n");
        self.raw(Bytes::from(format!("{text}{body}")));
    }

    /// A request of the peer within the dialog of call-1, made to fit the answer that the
    /// endpoint gave.
    pub(super) fn within(&mut self, tag: &str, cseq: u32, method: &str, headers: &str, body: &str) {
        self.branch += 1;
        let text = format!(
            "{method} sip:zeroline@192.0.2.1:5060 SIP/2.0\n\
             Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-w{}\nMax-Forwards: 70\n\
             From: \"Ann\" <sip:ann@example.com>;tag=ann\nTo: <sip:100@192.0.2.1>;tag={tag}\n\
             Call-ID: call-1\nCSeq: {cseq} {method}\nContact: <sip:ann@192.0.2.9:5060>\n{headers}\
             Content-Length: {}\n\n",
            self.branch,
            body.len()
        )
        .replace('\n', "\r\n");
        self.raw(Bytes::from(format!("{text}{body}")));
    }

    /// A call that came in, was answered and confirmed. Gives the leg and our tag.
    pub(super) fn established(&mut self, headers: &str) -> (LegId, String) {
        self.invite(headers, SDP);
        let leg = self.incoming().leg;
        self.command(leg, LegCommand::Answer { sdp: sdp("ours") });
        let tag = tag_of(&self.last_response());
        self.within(&tag, 1, "ACK", "", "");
        assert_eq!(self.told(), ["Confirmed"]);
        (leg, tag)
    }

    /// Places a call to the peer and gives the INVITE that arrives there.
    pub(super) fn call(&mut self) -> (LegId, Request) {
        let leg = LegId(1);
        let invite = outgoing(leg, self.flow);
        self.command(leg, LegCommand::Invite(Box::new(invite)));
        (leg, self.last_request())
    }

    /// The peer answers one of our requests.
    pub(super) fn answer(&mut self, to: &Request, status: u16, headers: &str, body: &str) {
        self.answer_as(to, status, "peer", headers, body);
    }

    pub(super) fn answer_as(
        &mut self,
        to: &Request,
        status: u16,
        tag: &str,
        headers: &str,
        body: &str,
    ) {
        let get = |name: &str| to.headers.get_str(name).unwrap_or("").to_owned();
        let to_value = get("To");
        let to_value = if to_value.contains(";tag=") {
            to_value
        } else {
            format!("{to_value};tag={tag}")
        };
        let text = format!(
            "SIP/2.0 {status} x\nVia: {}\nFrom: {}\nTo: {to_value}\nCall-ID: {}\nCSeq: {}\n\
             Contact: <sip:bob@192.0.2.9:5060>\n{headers}Content-Length: {}\n\n",
            get("Via"),
            get("From"),
            get("Call-ID"),
            get("CSeq"),
            body.len()
        )
        .replace('\n', "\r\n");
        self.raw(Bytes::from(format!("{text}{body}")));
    }

    /// After every timer has run out, nothing may be left.
    pub(super) fn ends_empty(&mut self) {
        self.wait(400_000);
        assert_empty(&self.endpoint);
    }
}

pub(super) fn assert_empty(endpoint: &Endpoint) {
    let s = endpoint.stats();
    let sizes = (
        s.legs,
        s.pending_invites,
        s.server_transactions,
        s.client_transactions,
        s.deadlines,
    );
    assert_eq!(sizes, (0, 0, 0, 0, 0));
    assert_eq!(s.neglected, 0, "somebody was never answered");
    assert!(endpoint.core.merged.is_empty());
    assert!(endpoint.queries.is_empty());
}

pub(super) fn outgoing(leg: LegId, flow: Flow) -> OutgoingInvite {
    OutgoingInvite {
        leg,
        target: CallTarget::Contact(Contact {
            uri: format!("sip:bob@{}", flow.remote),
            path: Vec::new(),
            flow: Some(flow),
        }),
        from: Some(PhoneNumber::new("+4512345678")),
        from_name: "support".to_owned(),
        user_to_user: None,
        call_info: None,
        auto_answer: false,
        offer: Some(sdp("our offer")),
        instead: None,
        ring_for: Duration::from_secs(20),
    }
}

pub(super) fn tag_of(response: &Response) -> String {
    let to = response.headers.to().expect("To");
    to.tag().expect("a tag").to_owned()
}

fn brief(message: &Message) -> String {
    match message {
        Message::Request(r) => r.method.to_string(),
        Message::Response(r) => {
            let cseq = r.headers.cseq().expect("CSeq");
            format!("{} {}", r.status, cseq.method)
        }
    }
}

pub(super) fn name_of(event: &EndpointEvent) -> String {
    match event {
        EndpointEvent::Incoming(_) => "Incoming".to_owned(),
        EndpointEvent::Leg(_, event) => leg_event(event),
        EndpointEvent::Agent { .. } => "Agent".to_owned(),
        EndpointEvent::Trunk { .. } => "Trunk".to_owned(),
        EndpointEvent::TrunkRefused { status, .. } => format!("TrunkRefused {status}"),
        EndpointEvent::Resolve { .. } => "Resolve".to_owned(),
    }
}

fn text(body: Option<&Bytes>) -> String {
    body.map_or(String::new(), |b| {
        format!(" {}", String::from_utf8_lossy(b))
    })
}

fn leg_event(event: &LegEvent) -> String {
    match event {
        LegEvent::Confirmed { answer } => format!("Confirmed{}", text(answer.as_ref())),
        LegEvent::Progress { status, answer } => {
            format!("Progress {status}{}", text(answer.as_ref()))
        }
        LegEvent::Answered { answer, offer } => match offer {
            Some(offer) => format!("Answered, offers{}", text(Some(offer))),
            None => format!("Answered{}", text(answer.as_ref())),
        },
        LegEvent::Offer { offer } => format!("Offer{}", text(offer.as_ref())),
        LegEvent::OfferAnswered { answer } => format!("OfferAnswered{}", text(Some(answer))),
        LegEvent::OfferRefused { status } => format!("OfferRefused {status}"),
        LegEvent::Info { content_type, .. } => format!("Info {content_type}"),
        LegEvent::Refer { to, replaces, .. } => format!(
            "Refer {}{}",
            to.reveal(),
            match replaces {
                Some(Replaced::Leg(leg)) => format!(" replaces leg {}", leg.0),
                Some(Replaced::Unknown) => " replaces nobody".to_owned(),
                None => String::new(),
            }
        ),
        LegEvent::Ended(end) => format!("Ended {end:?}"),
    }
}

/// What the simulated network does to datagrams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// Per cent.
    pub(super) loss: u32,
    /// Per cent.
    pub(super) duplicated: u32,
    /// Each datagram takes between one and this many milliseconds: reorders.
    pub(super) delay_ms: u64,
}

/// Two endpoints that call each other.
pub(super) struct Pair {
    pub(super) now: Now,
    pub(super) sides: [Endpoint; 2],
    addresses: [SocketAddr; 2],
    air: BTreeMap<(Mono, u64), (usize, Bytes)>,
    count: u64,
    weather: Weather,
    rng: StdRng,
    /// Events by side, with the time.
    pub(super) log: Vec<(Mono, usize, EndpointEvent)>,
    /// Datagrams given to the network.
    pub(super) datagrams: u64,
}

impl Pair {
    pub(super) fn new(seed: u64, weather: Weather) -> Pair {
        let addresses = [address("192.0.2.1:5060"), address("192.0.2.2:5060")];
        let side = |i: usize| {
            let at = addresses.get(i).copied().expect("two sides");
            Endpoint::new(config(at), [i as u8 + 1; 32])
        };
        Pair {
            now: Now::default(),
            sides: [side(0), side(1)],
            addresses,
            air: BTreeMap::new(),
            count: 0,
            weather,
            rng: StdRng::seed_from_u64(seed),
            log: Vec::new(),
            datagrams: 0,
        }
    }

    pub(super) fn flow(&self, from: usize) -> Flow {
        Flow {
            transport: Transport::Udp,
            local: self.addresses[from],
            remote: self.addresses[1 - from],
        }
    }

    pub(super) fn command(&mut self, side: usize, leg: LegId, command: LegCommand) {
        let now = self.now;
        self.sides[side].handle_command(now, leg, command);
        self.drain();
    }

    fn drain(&mut self) {
        for side in 0..2 {
            while let Some(t) = self.sides[side].poll_transmit() {
                self.datagrams += 1;
                let copies = if self.rng.random_range(0..100) < self.weather.loss {
                    0
                } else if self.rng.random_range(0..100) < self.weather.duplicated {
                    2
                } else {
                    1
                };
                for _ in 0..copies {
                    let delay = self.rng.random_range(1..=self.weather.delay_ms);
                    self.count += 1;
                    let at = self.now.mono + Duration::from_millis(delay);
                    self.air
                        .insert((at, self.count), (1 - side, t.bytes.clone()));
                }
            }
            while let Some(e) = self.sides[side].poll_event() {
                self.log.push((self.now.mono, side, e));
            }
        }
    }

    /// One thing happens; `false` when nothing is left to happen before `until`.
    pub(super) fn step(&mut self, until: Mono) -> bool {
        let datagram = self.air.first_key_value().map(|((at, _), _)| *at);
        let next = [
            datagram,
            self.sides[0].poll_timeout(),
            self.sides[1].poll_timeout(),
        ];
        let Some(at) = next.into_iter().flatten().min().filter(|at| *at <= until) else {
            self.now = self.now.after(until.since(self.now.mono));
            return false;
        };
        self.now = self.now.after(at.since(self.now.mono));
        let now = self.now;
        if datagram == Some(at) {
            let (_, (to, bytes)) = self.air.pop_first().expect("just seen");
            let flow = self.flow(to);
            self.sides[to].handle_datagram(now, flow, bytes);
        } else {
            for side in &mut self.sides {
                side.handle_timeout(now);
            }
        }
        self.drain();
        true
    }
}
