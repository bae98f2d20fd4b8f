//! What all legs of an endpoint share: configuration, transactions, deadlines, and the
//! queues to the outside.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::client::ClientTx;
use super::config::EndpointConfig;
use super::server::ServerTx;
use super::stats::EndpointStats;
use super::text::Writer;
use super::timers::TimerQueue;
use super::tokens::{ClientKey, ServerKey, Tokens};
use super::{Accepting, EndpointEvent, ResolvedTarget};
use crate::ids::LegId;
use crate::sip::dialog::Dialog;
use crate::sip::flow::{Flow, Transmit, Transport};
use crate::sip::leg::LegEvent;
use crate::sip::message::multipart::BodyError;
use crate::sip::message::{HeaderName, Host, Limits, NameAddr, Request, Uri, Via};

/// Who waits for a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerKey {
    Server(ServerKey),
    Client(ClientKey),
    Leg(LegId),
    /// The registrar's.
    Register,
    /// The registration at a trunk, by its number.
    Trunk(usize),
}

#[derive(Debug)]
pub(super) struct Core {
    pub(super) config: EndpointConfig,
    pub(super) limits: Limits,
    pub(super) accepting: Accepting,
    pub(super) tokens: Tokens,
    pub(super) timers: TimerQueue<TimerKey>,
    pub(super) servers: HashMap<ServerKey, ServerTx>,
    /// INVITEs under way by what RFC 3261 §8.2.2.2 compares.
    pub(super) merged: HashMap<u128, ServerKey>,
    pub(super) clients: HashMap<ClientKey, ClientTx>,
    /// INVITEs from outside without final answer.
    pub(super) pending_invites: usize,
    pub(super) transmits: VecDeque<Transmit>,
    pub(super) events: VecDeque<EndpointEvent>,
    pub(super) stats: EndpointStats,
}

/// The name under which a leg's events leave; silent once the leg has ended.
#[derive(Debug)]
pub(super) struct Voice {
    pub(super) leg: LegId,
    pub(super) ended: bool,
}

impl Voice {
    pub(super) fn emit(&mut self, core: &mut Core, event: LegEvent) {
        if self.ended {
            return;
        }
        self.ended = matches!(event, LegEvent::Ended(_));
        core.events.push_back(EndpointEvent::Leg(self.leg, event));
    }
}

/// A request with what every handler reads of it.
#[derive(Debug)]
pub(super) struct Inbound {
    pub(super) request: Request,
    /// The session description in it, or why it can not be taken.
    pub(super) body: Result<Option<Bytes>, BodyError>,
    pub(super) flow: Flow,
    pub(super) key: ServerKey,
    pub(super) via: Via,
    pub(super) from: NameAddr,
    pub(super) to: NameAddr,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
}

impl Inbound {
    /// The SDP offer or answer in it.
    pub(super) fn sdp(&self) -> Option<Bytes> {
        self.body.as_ref().ok().cloned().flatten()
    }
}

impl Core {
    pub(super) fn new(config: EndpointConfig, seed: [u8; 32]) -> Core {
        Core {
            limits: Limits {
                message: config.limits.message_size,
                ..Limits::default()
            },
            config,
            accepting: Accepting::All,
            tokens: Tokens::new(seed),
            timers: TimerQueue::new(),
            servers: HashMap::new(),
            merged: HashMap::new(),
            clients: HashMap::new(),
            pending_invites: 0,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            stats: EndpointStats::default(),
        }
    }

    pub(super) fn transmit(&mut self, flow: Flow, bytes: Bytes, server_name: Option<&str>) {
        self.transmits.push_back(Transmit {
            flow,
            bytes,
            server_name: server_name.map(str::to_owned),
        });
    }

    /// Host and port by which others reach this end of a flow.
    pub(super) fn advertised(&self, flow: Flow) -> String {
        let listener = self
            .config
            .listeners
            .iter()
            .find(|l| l.transport == flow.transport && l.bind == flow.local)
            .or_else(|| {
                self.config.listeners.iter().find(|l| {
                    l.transport == flow.transport && l.bind.is_ipv4() == flow.local.is_ipv4()
                })
            });
        let address = match listener {
            Some(l) if !l.advertise.ip().is_unspecified() => l.advertise,
            Some(l) if !flow.local.ip().is_unspecified() => {
                (flow.local.ip(), l.advertise.port()).into()
            }
            Some(l) => {
                let loopback: std::net::IpAddr = if l.bind.is_ipv4() {
                    std::net::Ipv4Addr::LOCALHOST.into()
                } else {
                    std::net::Ipv6Addr::LOCALHOST.into()
                };
                (loopback, l.advertise.port()).into()
            }
            None => flow.local,
        };
        address.to_string()
    }

    /// Our Via on requests that leave by `flow`.
    pub(super) fn via(&self, flow: Flow, branch: &str) -> String {
        format!(
            "SIP/2.0/{} {};rport;branch={branch}",
            flow.transport.via_word(),
            self.advertised(flow)
        )
    }

    /// Our Contact on messages that leave by `flow`.
    pub(super) fn contact(&self, flow: Flow, secure: bool) -> String {
        let scheme = if secure { "sips" } else { "sip" };
        let transport = match flow.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls if secure => "",
            Transport::Tls => ";transport=tls",
            Transport::Wss => ";transport=ws",
        };
        format!("<{scheme}:zeroline@{}{transport}>", self.advertised(flow))
    }

    /// Where packets for `next_hop` go. `arrival` is the path on which the peer's message
    /// came; `behind_nat`: what the peer says of its own address is not where it is.
    pub(super) fn flow_for(&self, next_hop: &str, arrival: Flow, behind_nat: bool) -> Flow {
        let Ok(uri) = Uri::parse(next_hop.as_bytes()) else {
            return arrival;
        };
        let Some(ip) = uri.maddr().unwrap_or_else(|| uri.host.clone()).ip() else {
            // Names are not looked up within a dialog: the peer is where it just was.
            return arrival;
        };
        let transport = transport_of(&uri).unwrap_or(if uri.is_secure() {
            Transport::Tls
        } else {
            arrival_default(arrival.transport)
        });
        let same_stream = arrival.transport.is_reliable()
            && (transport == arrival.transport || transport_of(&uri).is_none())
            && (ip == arrival.remote.ip() || behind_nat);
        if behind_nat || same_stream || arrival.transport == Transport::Wss {
            return arrival;
        }
        let remote = (ip, port_of(&uri, transport)).into();
        if transport == arrival.transport && remote == arrival.remote {
            return arrival;
        }
        let target = ResolvedTarget {
            transport,
            remote,
            server_name: None,
        };
        self.config.flow_to(&target).unwrap_or(arrival)
    }

    /// Where packets for `next_hop` go now that the stream `gone` is closed. Browsers can not
    /// be called back, and names are not looked up within a dialog.
    pub(super) fn flow_anew(&self, next_hop: &str, gone: Flow) -> Flow {
        let found = (|| {
            let uri = Uri::parse(next_hop.as_bytes()).ok()?;
            let ip = uri.maddr().unwrap_or_else(|| uri.host.clone()).ip()?;
            let transport = match (transport_of(&uri), uri.is_secure()) {
                (Some(transport), _) => transport,
                (None, true) => Transport::Tls,
                (None, false) => arrival_default(gone.transport),
            };
            self.config.flow_to(&ResolvedTarget {
                transport,
                remote: (ip, port_of(&uri, transport)).into(),
                server_name: None,
            })
        })();
        found
            .filter(|_| gone.transport != Transport::Wss)
            .unwrap_or(gone)
    }

    /// Begins a request within a dialog: everything but method-specific headers and body.
    pub(super) fn dialog_request(
        &mut self,
        dialog: &Dialog,
        method: &'static str,
        cseq: u32,
    ) -> (u64, String, Writer) {
        let (id, branch) = self.tokens.branch();
        let (uri, routes) = dialog.request_uri_and_routes();
        let mut w = Writer::request(method, uri);
        w.header("Via", self.via(dialog.flow, &branch));
        w.header("Max-Forwards", 70);
        for route in routes {
            w.header("Route", format_args!("<{route}>"));
        }
        w.header("From", &dialog.local);
        w.lines(b"To: ").lines(&dialog.remote).lines(b"\r\n");
        w.header("Call-ID", &dialog.call_id);
        w.header("CSeq", format_args!("{cseq} {method}"));
        w.header("User-Agent", &self.config.user_agent);
        (id, branch, w)
    }

    /// Our Contact within `dialog`.
    pub(super) fn dialog_contact(&self, dialog: &Dialog) -> String {
        self.contact(dialog.flow, dialog.target.starts_with("sips:"))
    }
}

/// The `transport` parameter of a URI, if it is one that we know.
pub(super) fn transport_of(uri: &Uri) -> Option<Transport> {
    let word = uri.param("transport")?;
    if word.eq_ignore_ascii_case("udp") {
        Some(Transport::Udp)
    } else if word.eq_ignore_ascii_case("tcp") {
        Some(if uri.is_secure() {
            Transport::Tls
        } else {
            Transport::Tcp
        })
    } else if word.eq_ignore_ascii_case("tls") {
        Some(Transport::Tls)
    } else if word.eq_ignore_ascii_case("ws") || word.eq_ignore_ascii_case("wss") {
        Some(Transport::Wss)
    } else {
        None
    }
}

pub(super) fn port_of(uri: &Uri, transport: Transport) -> u16 {
    let usual = if transport == Transport::Tls {
        5061
    } else {
        5060
    };
    uri.port.unwrap_or(usual)
}

/// Without a `transport` parameter a literal address means UDP (RFC 3263 §4.1), but a peer
/// that talks to us by stream is left on streams.
fn arrival_default(arrival: Transport) -> Transport {
    match arrival {
        Transport::Udp => Transport::Udp,
        Transport::Tcp => Transport::Tcp,
        Transport::Tls | Transport::Wss => Transport::Tls,
    }
}

/// Whether a request came from elsewhere than its sender believes to be: then its Contact is
/// of no use, unless a proxy in between recorded itself.
pub(super) fn is_behind_nat(via: &Via, contact: &Uri, source: Flow) -> bool {
    let Some(contact_ip) = contact.host.ip() else {
        return false;
    };
    contact_ip != source.remote.ip() && via.host.same(&contact.host)
}

/// Record-Route values as the route set: as they stand for the side that was called,
/// reversed for the side that called (RFC 3261 §12.1.1, §12.1.2).
pub(super) fn route_set(
    headers: &crate::sip::message::Headers,
    is_caller: bool,
) -> Option<Box<[Box<str>]>> {
    let mut routes: Vec<Box<str>> = Vec::new();
    for route in headers.record_routes().ok()? {
        // A strict router among them becomes a Request-URI (§12.2.1.1).
        routes.push(route.uri.for_request().to_string().into());
    }
    if is_caller {
        routes.reverse();
    }
    Some(routes.into())
}

/// The single Contact URI of a dialog-forming or target-refreshing message.
pub(super) fn contact_uri(headers: &crate::sip::message::Headers) -> Option<Uri> {
    let contacts = headers.contacts().ok()?;
    let uri = contacts.first()?.uri.clone();
    // It becomes a Request-URI, which has no headers (§19.1.1).
    uri.is_sip().then(|| uri.for_request())
}

/// A value of the message as bytes, empty when absent.
pub(super) fn raw(headers: &crate::sip::message::Headers, name: HeaderName) -> &[u8] {
    headers.get(name).unwrap_or(b"")
}

/// `host` of a URI without what IPv6 brackets add.
pub(super) fn host_text(host: &Host) -> String {
    match host.ip() {
        Some(ip) => ip.to_string(),
        None => host.to_string(),
    }
}
