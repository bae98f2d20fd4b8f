//! The whole SIP side over real sockets on loopback: two of them talk to each other.

mod trouble;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::*;
use crate::net::dns::{DnsLimits, Locator, SystemRecords};
use crate::net::stream::StreamLimits;
use crate::sip::digest::{Credentials, Secret};
use crate::sip::endpoint::{Endpoint, EndpointConfig, Listener, TrunkConfig, TrunkCredentials};
use crate::sip::flow::Transport;
use crate::sip::leg::{CallTarget, LegEnd};
use crate::sip::registrar::{Registrar, RegistrarConfig};
use crate::task::clock;
use crate::task::ladder::LadderHandle;

const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    handle: SipHandle,
    udp: SocketAddr,
    tcp: SocketAddr,
    calls: mpsc::Receiver<IncomingCall>,
    notices: mpsc::Receiver<SipNotice>,
}

#[derive(Default)]
struct Options {
    /// Who may register.
    users: Vec<(&'static str, &'static str)>,
    /// Where to register.
    trunk: Option<TrunkConfig>,
    locator: Option<Locator<SystemRecords>>,
    /// Calls that may wait to be taken.
    room: Option<usize>,
}

impl Server {
    fn start(options: Options) -> Server {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut sockets = Sockets::new();
        let listeners: Vec<Listener> = [Transport::Udp, Transport::Tcp]
            .into_iter()
            .map(|transport| {
                let bound = sockets.bind(transport, any, None).expect("bind");
                Listener {
                    transport,
                    bind: bound.address,
                    advertise: bound.address,
                }
            })
            .collect();
        let (udp, tcp) = (listeners[0].bind, listeners[1].bind);
        let mut config = EndpointConfig::new(listeners);
        let trunk = options.trunk.as_ref().map(|t| t.name.clone());
        config.trunks.extend(options.trunk);
        let mut endpoint = Endpoint::new(config, [udp.port() as u8; 32]);
        if !options.users.is_empty() {
            let mut config = RegistrarConfig::new("zeroline");
            config.auth.users = options
                .users
                .iter()
                .map(|(user, password)| Credentials {
                    username: (*user).into(),
                    secret: Secret::Plain((*password).into()),
                })
                .collect();
            endpoint.set_registrar(Registrar::new(config, [9; 32]));
        }
        if let Some(trunk) = trunk {
            endpoint.start_registration(clock::now(), &trunk, 600);
        }
        let (incoming, calls) = mpsc::channel(options.room.unwrap_or(16));
        let (notice_tx, notices) = mpsc::channel(1);
        let (handle, _) = start(SipSetup {
            endpoint,
            sockets,
            limits: StreamLimits::default(),
            tls: None,
            locator: options.locator,
            incoming,
            notices: notice_tx,
            ladder: LadderHandle::default(),
        });
        Server {
            handle,
            udp,
            tcp,
            calls,
            notices,
        }
    }

    async fn notice(&mut self) -> SipNotice {
        let notice = timeout(PATIENCE, self.notices.recv()).await;
        notice.expect("in time").expect("a notice")
    }

    async fn call(&mut self) -> IncomingCall {
        let call = timeout(PATIENCE, self.calls.recv()).await;
        call.expect("in time").expect("a call")
    }
}

fn trunk(at: SocketAddr, transport: Transport, password: &str) -> TrunkConfig {
    TrunkConfig {
        name: "carrier".into(),
        host: at.ip().to_string(),
        port: Some(at.port()),
        transport: Some(transport),
        domain: Some("carrier.example".into()),
        credentials: Some(TrunkCredentials {
            username: "anna".into(),
            password: password.into(),
        }),
        register: Some("anna".into()),
        peers: Vec::new(),
    }
}

fn invite(leg: LegId, target: CallTarget) -> OutgoingInvite {
    OutgoingInvite {
        leg,
        target,
        from: None,
        from_name: String::new(),
        user_to_user: None,
        call_info: None,
        auto_answer: false,
        offer: Some(bytes::Bytes::from_static(b"v=0\r\n")),
        instead: None,
        ring_for: Duration::from_secs(10),
    }
}

async fn leg_event(events: &mut mpsc::Receiver<(LegId, LegEvent)>) -> LegEvent {
    let event = timeout(PATIENCE, events.recv()).await;
    event.expect("in time").expect("an event").1
}

/// The next event that is not a provisional answer.
async fn verdict(events: &mut mpsc::Receiver<(LegId, LegEvent)>) -> LegEvent {
    loop {
        let event = leg_event(events).await;
        if !matches!(event, LegEvent::Progress { .. }) {
            return event;
        }
    }
}

#[tokio::test]
async fn a_phone_registers_is_called_answers_and_hangs_up() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut office = Server::start(Options {
            users: vec![("anna", "secret")],
            ..Options::default()
        });
        let at = match transport {
            Transport::Tcp => office.tcp,
            Transport::Udp | Transport::Tls | Transport::Wss => office.udp,
        };
        let mut phone = Server::start(Options {
            trunk: Some(trunk(at, transport, "secret")),
            ..Options::default()
        });
        let SipNotice::Agent { agent, contacts } = office.notice().await else {
            panic!("no agent")
        };
        assert_eq!(agent.as_str(), "anna");
        assert_eq!(contacts[0].flow.map(|f| f.transport), Some(transport));
        let SipNotice::Trunk {
            registered, status, ..
        } = phone.notice().await
        else {
            panic!("no trunk")
        };
        assert_eq!((registered, status), (true, 200));

        let leg = LegId(1);
        let (tx, mut events) = mpsc::channel(LEG_EVENTS);
        let target = CallTarget::Contact(contacts[0].clone());
        office
            .handle
            .place(invite(leg, target), tx)
            .await
            .expect("placed");
        let mut call = phone.call().await;
        assert_eq!(call.invite.dialled.reveal(), "anna");
        phone
            .handle
            .command(call.invite.leg, LegCommand::Ring)
            .await
            .expect("alive");
        let sdp = bytes::Bytes::from_static(b"v=0\r\n");
        phone
            .handle
            .command(call.invite.leg, LegCommand::Answer { sdp })
            .await
            .expect("alive");
        assert!(matches!(
            verdict(&mut events).await,
            LegEvent::Answered { .. }
        ));
        assert!(matches!(
            leg_event(&mut call.events).await,
            LegEvent::Confirmed { .. }
        ));
        let hangup = LegCommand::Hangup { reason: None };
        office.handle.command(leg, hangup).await.expect("alive");
        let over = leg_event(&mut call.events).await;
        assert!(matches!(over, LegEvent::Ended(LegEnd::PeerBye)), "{over:?}");
        assert!(matches!(
            leg_event(&mut events).await,
            LegEvent::Ended(LegEnd::LocalHangup)
        ));

        // A stream's bindings end with the stream.
        if transport == Transport::Tcp {
            drop(phone);
            let SipNotice::Agent { contacts, .. } = office.notice().await else {
                panic!("no agent")
            };
            assert!(contacts.is_empty());
        } else {
            phone.handle.stop_registrations().await.expect("alive");
            let SipNotice::Agent { contacts, .. } = office.notice().await else {
                panic!("no agent")
            };
            assert!(contacts.is_empty());
        }
    }
}

#[tokio::test]
async fn a_wrong_password_does_not_register() {
    let mut office = Server::start(Options {
        users: vec![("anna", "secret")],
        ..Options::default()
    });
    let mut phone = Server::start(Options {
        trunk: Some(trunk(office.udp, Transport::Udp, "guess")),
        ..Options::default()
    });
    let SipNotice::Trunk {
        registered, status, ..
    } = phone.notice().await
    else {
        panic!("no trunk")
    };
    assert_eq!((registered, status), (false, 401));
    assert!(office.notices.try_recv().is_err());
}

#[tokio::test]
async fn a_resolver_that_never_answers_stalls_nothing() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    let limits = DnsLimits {
        overall: Duration::from_millis(800),
        each: Duration::from_millis(200),
        in_flight: 4,
    };
    let records = SystemRecords::by_servers(&[silent.local_addr().expect("address")], limits);
    let server = Server::start(Options {
        locator: Some(Locator::new(records.expect("resolver"), limits)),
        ..Options::default()
    });
    let (tx, mut events) = mpsc::channel(LEG_EVENTS);
    for i in 0..8 {
        let contact = Contact {
            uri: format!("sip:anna@phone{i}.example"),
            path: Vec::new(),
            flow: None,
        };
        let call = invite(LegId(2 * i + 1), CallTarget::Contact(contact));
        server.handle.place(call, tx.clone()).await.expect("placed");
    }
    // Meanwhile everybody else is answered at once.
    let peer = Peer::new(server.udp).await;
    for i in 0..20 {
        peer.options(i).await;
    }
    assert!(events.try_recv().is_err(), "the resolver is still asked");
    for _ in 0..8 {
        let event = leg_event(&mut events).await;
        assert!(
            matches!(event, LegEvent::Ended(LegEnd::Unreachable)),
            "{event:?}"
        );
    }
}

/// Speaks UDP by hand.
struct Peer {
    socket: UdpSocket,
    own: SocketAddr,
}

impl Peer {
    async fn new(server: SocketAddr) -> Peer {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
        socket.connect(server).await.expect("connect");
        let own = socket.local_addr().expect("address");
        Peer { socket, own }
    }

    async fn options(&self, n: u64) {
        self.socket
            .send(request("OPTIONS", "UDP", self.own, n).as_bytes())
            .await
            .expect("send");
        let answer = self.answer().await;
        assert!(
            answer.contains(&format!("Call-ID: call{n}\r\n")),
            "{answer}"
        );
    }

    async fn answer(&self) -> String {
        let mut buffer = [0; 4096];
        // Far below T1: not answered at once is a failure.
        let n = timeout(Duration::from_millis(400), self.socket.recv(&mut buffer)).await;
        String::from_utf8_lossy(&buffer[..n.expect("at once").expect("read")]).into_owned()
    }
}

fn request(method: &str, transport: &str, own: SocketAddr, n: u64) -> String {
    format!(
        "{method} sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} {own};branch=z9hG4bK{n};rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@{own}>;tag=t{n}\r\nTo: <sip:100@127.0.0.1>\r\nCall-ID: call{n}\r\nCSeq: 1 {method}\r\nContact: <sip:a@{own}>\r\nContent-Length: 0\r\n\r\n"
    )
}

#[tokio::test]
async fn a_stream_peer_that_does_not_read_does_not_disturb_datagrams() {
    let server = Server::start(Options::default());
    let mut deaf = TcpStream::connect(server.tcp).await.expect("connect");
    let own = deaf.local_addr().expect("address");
    let flood = tokio::spawn(async move {
        // Until our side is cut off.
        for n in 0.. {
            if deaf
                .write_all(request("OPTIONS", "TCP", own, n).as_bytes())
                .await
                .is_err()
            {
                return deaf;
            }
        }
        deaf
    });
    let peer = Peer::new(server.udp).await;
    let mut n = 0;
    let cut_off = timeout(PATIENCE, async {
        loop {
            peer.options(n).await;
            n += 1;
            if server.handle.stats().await.expect("alive").cut_off > 0 {
                return;
            }
        }
    });
    cut_off.await.expect("cut off in the end");
    let mut deaf = timeout(PATIENCE, flood)
        .await
        .expect("ends")
        .expect("no panic");
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, deaf.read_to_end(&mut rest))
        .await
        .expect("closed");
    peer.options(n).await;
}
