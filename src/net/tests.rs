//! Stream connections over real sockets on loopback.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::stream::{StreamEvent, StreamLimits};
use super::tcp::{StreamContext, StreamListener, Streams};
use super::tls::{TlsClient, acceptor};
use crate::sip::flow::{Flow, Transmit, Transport};

const PATIENCE: Duration = Duration::from_secs(10);

fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn options(call: &str, body: &str) -> String {
    format!(
        "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:x>\r\nCall-ID: {call}\r\nCSeq: 1 OPTIONS\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Our side: listeners and the table, with the events applied as the task does.
struct Edge {
    address: SocketAddr,
    context: Arc<StreamContext>,
    streams: Streams,
    events: mpsc::Receiver<StreamEvent>,
}

#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Opened(SocketAddr),
    Message(SocketAddr, Bytes),
    Closed(SocketAddr),
}

impl Edge {
    fn new(limits: StreamLimits) -> Edge {
        Edge::with(limits, None, None)
    }

    fn with(
        limits: StreamLimits,
        server: Option<tokio_rustls::TlsAcceptor>,
        client: Option<TlsClient>,
    ) -> Edge {
        let (tx, events) = mpsc::channel(64);
        let context = StreamContext::new(tx, limits, client);
        let listener = StreamListener::bind(any(), server).expect("bind");
        let address = listener.local();
        tokio::spawn(listener.accept_all(Arc::clone(&context)));
        Edge {
            address,
            streams: Streams::new(Arc::clone(&context)),
            context,
            events,
        }
    }

    async fn next(&mut self) -> Seen {
        match timeout(PATIENCE, self.events.recv()).await.expect("event") {
            Some(StreamEvent::Opened { flow, id, writer }) => {
                self.streams.opened(flow, id, writer);
                Seen::Opened(flow.remote)
            }
            Some(StreamEvent::Message { flow, bytes, .. }) => Seen::Message(flow.remote, bytes),
            Some(StreamEvent::Closed { flow, id }) => {
                self.streams.closed(&flow, id);
                Seen::Closed(flow.remote)
            }
            None => panic!("no more events"),
        }
    }

    async fn connect(&mut self) -> (TcpStream, SocketAddr) {
        let stream = TcpStream::connect(self.address).await.expect("connect");
        let remote = stream.local_addr().expect("address");
        assert_eq!(self.next().await, Seen::Opened(remote));
        (stream, remote)
    }

    fn send(&mut self, transport: Transport, remote: SocketAddr, bytes: Bytes) -> bool {
        self.send_named(transport, remote, bytes, None)
    }

    fn send_named(
        &mut self,
        transport: Transport,
        remote: SocketAddr,
        bytes: Bytes,
        name: Option<&str>,
    ) -> bool {
        let flow = Flow {
            transport,
            local: self.address,
            remote,
        };
        let transmit = Transmit {
            flow,
            bytes,
            server_name: name.map(str::to_owned),
        };
        self.streams.send(transmit).is_ok()
    }
}

/// Reads until the other side closes.
async fn read_to_end(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .expect("end")
        {
            Ok(0) | Err(_) => return all,
            Ok(n) => all.extend_from_slice(&buffer[..n]),
        }
    }
}

#[tokio::test]
async fn messages_are_cut_out_wherever_the_stream_is_split() {
    let mut edge = Edge::new(StreamLimits::default());
    let (mut peer, remote) = edge.connect().await;
    let (one, two) = (options("1", "hello"), options("2", ""));
    for byte in one.as_bytes() {
        peer.write_all(&[*byte]).await.expect("write");
        tokio::task::yield_now().await;
    }
    assert_eq!(edge.next().await, Seen::Message(remote, one.clone().into()));
    peer.write_all(format!("{two}\r\n{one}").as_bytes())
        .await
        .expect("write");
    assert_eq!(edge.next().await, Seen::Message(remote, two.into()));
    assert_eq!(edge.next().await, Seen::Message(remote, one.into()));
    // Keep-alive (RFC 5626 §4.4.1).
    peer.write_all(b"\r\n\r\n").await.expect("write");
    let mut pong = [0; 2];
    timeout(PATIENCE, peer.read_exact(&mut pong))
        .await
        .expect("pong")
        .expect("read");
    assert_eq!(&pong, b"\r\n");
    assert!(edge.send(Transport::Tcp, remote, "answer".into()));
    let mut answer = [0; 6];
    timeout(PATIENCE, peer.read_exact(&mut answer))
        .await
        .expect("answer")
        .expect("read");
    assert_eq!(&answer, b"answer");
    drop(peer);
    assert_eq!(edge.next().await, Seen::Closed(remote));
    assert!(edge.streams.is_empty());
}

#[tokio::test]
async fn a_content_length_beyond_reason_ends_that_connection_only() {
    let mut edge = Edge::new(StreamLimits::default());
    let (mut bad, bad_remote) = edge.connect().await;
    let (mut good, good_remote) = edge.connect().await;
    let huge =
        options("1", "").replace("Content-Length: 0", "Content-Length: 18446744073709551615");
    bad.write_all(huge.as_bytes()).await.expect("write");
    assert_eq!(edge.next().await, Seen::Closed(bad_remote));
    read_to_end(&mut bad).await;
    good.write_all(options("2", "").as_bytes())
        .await
        .expect("write");
    assert_eq!(
        edge.next().await,
        Seen::Message(good_remote, options("2", "").into())
    );
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_cut_off_and_nobody_else_notices() {
    let mut edge = Edge::new(StreamLimits::default());
    let (mut deaf, deaf_remote) = edge.connect().await;
    let (mut good, good_remote) = edge.connect().await;
    let message = Bytes::from(vec![b'x'; 1400]);
    // The kernel's buffers take some megabytes, then ours is full.
    let mut sent = 0;
    while edge.send(Transport::Tcp, deaf_remote, message.clone()) {
        sent += 1;
        assert!(sent < 1_000_000, "never cut off");
        if sent % 32 == 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        assert!(edge.send(Transport::Tcp, good_remote, "y".into()) || sent % 32 != 0);
        if sent % 32 == 0 {
            let mut buffer = [0; 4096];
            timeout(PATIENCE, good.read(&mut buffer))
                .await
                .expect("read")
                .expect("alive");
        }
    }
    assert_eq!(edge.streams.len(), 1);
    good.write_all(options("2", "").as_bytes())
        .await
        .expect("write");
    loop {
        match edge.next().await {
            Seen::Closed(remote) => assert_eq!(remote, deaf_remote),
            Seen::Message(remote, _) => {
                assert_eq!(remote, good_remote);
                break;
            }
            Seen::Opened(_) => panic!("nobody connected"),
        }
    }
    // It is closed for the deaf one too, although a write was stuck.
    read_to_end(&mut deaf).await;
}

#[tokio::test]
async fn connections_from_one_source_are_bounded() {
    let limits = StreamLimits {
        connections_per_source: 4,
        ..StreamLimits::default()
    };
    let mut edge = Edge::new(limits);
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push(edge.connect().await);
    }
    for _ in 0..50 {
        let mut more = TcpStream::connect(edge.address).await.expect("connect");
        assert_eq!(read_to_end(&mut more).await, b"");
    }
    assert_eq!(edge.context.accepted(), 4);
    let (_, remote) = taken.pop().expect("one");
    assert_eq!(edge.next().await, Seen::Closed(remote));
    // Its place is free again, as soon as its task is gone.
    while edge.context.accepted() == 4 {
        tokio::task::yield_now().await;
    }
    edge.connect().await;
}

#[tokio::test]
async fn a_message_that_dribbles_ends_its_connection() {
    let limits = StreamLimits {
        message: Duration::from_millis(150),
        ..StreamLimits::default()
    };
    let mut edge = Edge::new(limits);
    let (mut slow, slow_remote) = edge.connect().await;
    // Says nothing at all.
    let (_silent, silent_remote) = edge.connect().await;
    let dribble = tokio::spawn(async move {
        for byte in options("1", "").bytes().cycle() {
            if slow.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut closed = Vec::new();
    while closed.len() < 2 {
        match edge.next().await {
            Seen::Closed(remote) => closed.push(remote),
            other => panic!("{other:?}"),
        }
    }
    assert!(closed.contains(&slow_remote) && closed.contains(&silent_remote));
    dribble.await.expect("ends");
}

#[tokio::test]
async fn we_open_connections_and_hear_when_that_fails() {
    let mut edge = Edge::new(StreamLimits::default());
    let peer = TcpListener::bind(any()).await.expect("bind");
    let remote = peer.local_addr().expect("address");
    assert!(edge.send(Transport::Tcp, remote, "one".into()));
    assert!(edge.send(Transport::Tcp, remote, "two".into()));
    let (mut stream, _) = timeout(PATIENCE, peer.accept())
        .await
        .expect("accept")
        .expect("ok");
    let mut both = [0; 6];
    timeout(PATIENCE, stream.read_exact(&mut both))
        .await
        .expect("read")
        .expect("ok");
    assert_eq!(&both, b"onetwo");
    stream
        .write_all(options("1", "").as_bytes())
        .await
        .expect("write");
    assert!(matches!(edge.next().await, Seen::Message(r, _) if r == remote));
    drop((stream, peer));
    assert_eq!(edge.next().await, Seen::Closed(remote));
    // Nobody listens there any more.
    assert!(edge.send(Transport::Tcp, remote, "three".into()));
    assert_eq!(edge.next().await, Seen::Closed(remote));
    assert!(!edge.send(Transport::Wss, remote, "four".into()));
}

/// A certificate for `localhost`, as PEM files.
struct Certificate {
    _folder: tempfile::TempDir,
    cert: PathBuf,
    key: PathBuf,
}

fn certificate() -> Certificate {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("certificate");
    let folder = tempfile::tempdir().expect("folder");
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&cert, made.cert.pem()).expect("write");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("write");
    Certificate {
        _folder: folder,
        cert,
        key,
    }
}

#[tokio::test]
async fn tls_both_ways_and_only_with_the_right_name() {
    let files = certificate();
    let server = || acceptor(&files.cert, &files.key).expect("acceptor");
    let client = TlsClient::new(Some(&files.cert), &["trunk.example".into()]).expect("client");
    let mut listening = Edge::with(StreamLimits::default(), Some(server()), None);
    let mut calling = Edge::with(StreamLimits::default(), None, Some(client));
    let to = listening.address;
    let message = Bytes::from(options("1", ""));

    calling.send_named(Transport::Tls, to, message.clone(), Some("localhost"));
    let Seen::Opened(remote) = listening.next().await else {
        panic!("not opened")
    };
    assert_eq!(
        listening.next().await,
        Seen::Message(remote, message.clone())
    );
    listening.send(Transport::Tls, remote, message.clone());
    assert_eq!(calling.next().await, Seen::Message(to, message.clone()));

    // Another name, or none that the certificate bears: not believed.
    for name in [Some("elsewhere.example"), None] {
        let mut other = Edge::with(StreamLimits::default(), Some(server()), None);
        calling.send_named(Transport::Tls, other.address, message.clone(), name);
        assert_eq!(calling.next().await, Seen::Closed(other.address));
        assert!(other.events.try_recv().is_err());
    }
    // Believed without proof, as configured.
    let mut other = Edge::with(StreamLimits::default(), Some(server()), None);
    calling.send_named(
        Transport::Tls,
        other.address,
        message.clone(),
        Some("Trunk.example"),
    );
    assert!(matches!(other.next().await, Seen::Opened(_)));
}

#[tokio::test]
async fn a_slow_handshake_ends_and_holds_nobody_up() {
    let files = certificate();
    let limits = StreamLimits {
        handshake: Duration::from_millis(300),
        connections_per_source: 64,
        ..StreamLimits::default()
    };
    let server = acceptor(&files.cert, &files.key).expect("acceptor");
    let mut edge = Edge::with(limits, Some(server), None);
    let mut slow = Vec::new();
    for _ in 0..30 {
        let mut stream = TcpStream::connect(edge.address).await.expect("connect");
        // The first bytes of a ClientHello, and no more.
        stream.write_all(&[0x16, 3, 1, 2, 0]).await.expect("write");
        slow.push(stream);
    }
    let client = TlsClient::new(Some(&files.cert), &[]).expect("client");
    let mut calling = Edge::with(StreamLimits::default(), None, Some(client));
    let to = edge.address;
    let message = Bytes::from(options("1", ""));
    calling.send_named(Transport::Tls, to, message.clone(), Some("localhost"));
    assert!(matches!(edge.next().await, Seen::Opened(_)));
    assert!(matches!(edge.next().await, Seen::Message(..)));
    for stream in &mut slow {
        read_to_end(stream).await;
    }
    assert!(
        edge.events.try_recv().is_err(),
        "the endpoint never hears of them"
    );
}

#[test]
fn files_that_are_no_certificates_are_named() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("nonsense.pem");
    std::fs::write(&file, "nonsense").expect("write");
    for error in [
        acceptor(&file, &file)
            .err()
            .expect("no certificate")
            .to_string(),
        TlsClient::new(Some(&file), &[])
            .expect_err("no certificate")
            .to_string(),
        TlsClient::new(Some(&folder.path().join("absent")), &[])
            .expect_err("absent")
            .to_string(),
    ] {
        assert!(
            error.contains(folder.path().to_str().expect("text")),
            "{error}"
        );
    }
}
