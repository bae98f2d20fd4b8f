//! How a phone's messages travel.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use tungstenite::{ClientRequestBuilder, Message, WebSocket, client};

use super::sip::Msg;

/// A phone's connection to its server (or, for UDP, to anybody).
pub enum Wire {
    /// Datagrams.
    Udp(UdpSocket),
    /// A byte stream.
    Tcp(TcpStream, Vec<u8>),
    /// A byte stream under TLS.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>, Vec<u8>),
    /// A WebSocket, as a page has it.
    Web(Box<WebSocket<TcpStream>>),
}

/// The loopback address of the same family.
pub fn loopback_like(peer: SocketAddr) -> IpAddr {
    if peer.is_ipv6() {
        Ipv6Addr::LOCALHOST.into()
    } else {
        Ipv4Addr::LOCALHOST.into()
    }
}

impl Wire {
    /// A UDP socket on a free loopback port of the peer's address family.
    pub fn udp(peer: SocketAddr) -> Wire {
        Wire::Udp(UdpSocket::bind((loopback_like(peer), 0)).expect("a loopback port"))
    }

    /// A TCP connection to the server.
    pub fn tcp(server: SocketAddr) -> Wire {
        Wire::Tcp(connect(server), Vec::new())
    }

    /// A TLS connection; the server must show this certificate.
    pub fn tls(server: SocketAddr, trusted: CertificateDer<'static>) -> Wire {
        let mut roots = RootCertStore::empty();
        roots.add(trusted).expect("a certificate");
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::IpAddress(server.ip().into());
        let connection = ClientConnection::new(Arc::new(config), name).expect("a TLS client");
        let stream = StreamOwned::new(connection, connect(server));
        Wire::Tls(Box::new(stream), Vec::new())
    }

    /// A WebSocket to the API's port; `origin`: whose page it is.
    ///
    /// # Errors
    /// The status of a refusal.
    pub fn web(api: SocketAddr, origin: &str, protocol: &str) -> Result<Wire, u16> {
        let uri = format!("ws://{api}/sip").parse().expect("a URI");
        let mut request = ClientRequestBuilder::new(uri).with_header("Origin", origin);
        if !protocol.is_empty() {
            request = request.with_sub_protocol(protocol);
        }
        match client(request, connect(api)) {
            Ok((socket, _)) => Ok(Wire::Web(Box::new(socket))),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(r))) => {
                Err(r.status().as_u16())
            }
            Err(e) => panic!("{e}"),
        }
    }

    /// Our address.
    pub fn local(&self) -> SocketAddr {
        match self {
            Wire::Udp(s) => s.local_addr(),
            Wire::Tcp(s, _) => s.local_addr(),
            Wire::Tls(s, _) => s.sock.local_addr(),
            Wire::Web(s) => s.get_ref().local_addr(),
        }
        .expect("a bound socket")
    }

    /// The word in Via.
    pub fn via_word(&self) -> &'static str {
        match self {
            Wire::Udp(_) => "UDP",
            Wire::Tcp(..) => "TCP",
            Wire::Tls(..) => "TLS",
            Wire::Web(..) => "WS",
        }
    }

    /// Sends bytes; `to` matters for datagrams only.
    pub fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        let sent = match self {
            Wire::Udp(s) => s.send_to(bytes, to).map(|_| ()),
            Wire::Tcp(s, _) => s.write_all(bytes),
            Wire::Tls(s, _) => s.write_all(bytes).and_then(|()| s.flush()),
            Wire::Web(s) => s
                .send(Message::text(String::from_utf8_lossy(bytes).into_owned()))
                .map_err(io::Error::other),
        };
        // A server that is gone is for the next expectation to find.
        if let Err(e) = sent {
            eprintln!("phone: sending failed: {e}");
        }
    }

    /// The next message and where it came from, or `None` when none comes in time (or the
    /// stream has ended).
    pub fn recv(&mut self, limit: Duration) -> Option<(Msg, SocketAddr)> {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            // Zero would mean "for ever" to the socket.
            let wait = left.max(Duration::from_millis(1));
            match self {
                Wire::Udp(s) => {
                    let mut buf = vec![0; 65536];
                    s.set_read_timeout(Some(wait)).expect("a socket option");
                    match s.recv_from(&mut buf) {
                        Ok((n, from)) => {
                            if let Some((m, _)) = Msg::parse(&buf[..n]) {
                                return Some((m, from));
                            }
                        }
                        Err(e) if again(&e) => {}
                        // ICMP: nobody listens there (any more).
                        Err(_) => std::thread::sleep(Duration::from_millis(5)),
                    }
                }
                Wire::Tcp(s, buffer) => {
                    let from = s.peer_addr().ok()?;
                    s.set_read_timeout(Some(wait)).expect("a socket option");
                    if let Some(m) = from_stream(s, buffer)? {
                        return Some((m, from));
                    }
                }
                Wire::Tls(s, buffer) => {
                    let from = s.sock.peer_addr().ok()?;
                    s.sock
                        .set_read_timeout(Some(wait))
                        .expect("a socket option");
                    if let Some(m) = from_stream(s.as_mut(), buffer)? {
                        return Some((m, from));
                    }
                }
                Wire::Web(s) => {
                    let from = s.get_ref().peer_addr().ok()?;
                    s.get_ref()
                        .set_read_timeout(Some(wait))
                        .expect("a socket option");
                    if let Some(m) = from_page(s)? {
                        return Some((m, from));
                    }
                }
            }
            if left.is_zero() {
                return None;
            }
        }
    }
}

/// As [`from_stream`].
fn from_page(s: &mut WebSocket<TcpStream>) -> Option<Option<Msg>> {
    match s.read() {
        Ok(m) if m.is_text() || m.is_binary() => Some(Msg::parse(&m.into_data()).map(|m| m.0)),
        Ok(m) if m.is_close() => None,
        Ok(_) => Some(None),
        Err(tungstenite::Error::Io(e)) if again(&e) => Some(None),
        Err(_) => None,
    }
}

fn connect(server: SocketAddr) -> TcpStream {
    let s = TcpStream::connect_timeout(&server, Duration::from_secs(5)).expect("a connection");
    s.set_nodelay(true).expect("a socket option");
    s
}

fn again(e: &io::Error) -> bool {
    matches!(
        e.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// `None`: the stream has ended. `Some(None)`: nothing whole yet.
fn from_stream(s: &mut impl Read, buffer: &mut Vec<u8>) -> Option<Option<Msg>> {
    loop {
        // Keep-alives between messages (RFC 5626 §3.5.1).
        while buffer.starts_with(b"\r\n") {
            buffer.drain(..2);
        }
        if let Some((m, n)) = Msg::parse(buffer) {
            buffer.drain(..n);
            return Some(Some(m));
        }
        let mut chunk = [0; 4096];
        match s.read(&mut chunk) {
            Ok(0) => return None,
            Ok(n) => buffer.extend_from_slice(&chunk[..n]),
            Err(e) if again(&e) => return Some(None),
            Err(_) => return None,
        }
    }
}
