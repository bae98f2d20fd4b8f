//! Stream listeners and the table of stream connections (RFC 3261 §18, RFC 5626).

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::admission::{Admission, Permit};
use super::stream::{
    ConnectionId, StreamEvent, StreamLimits, StreamWriter, WriteQueue, abandoned, run, write_queue,
};
use super::tls::TlsClient;
use crate::sip::flow::{Flow, Transmit, Transport};

/// What all connections share.
#[derive(Debug)]
pub struct StreamContext {
    pub(super) events: mpsc::Sender<StreamEvent>,
    pub(super) admission: Arc<Admission>,
    pub(super) limits: StreamLimits,
    ids: AtomicU64,
    tls: Option<TlsClient>,
}

impl StreamContext {
    /// `events` goes to the task that owns the [`Streams`]. Without `tls` no TLS connection
    /// can be opened by us.
    pub fn new(
        events: mpsc::Sender<StreamEvent>,
        limits: StreamLimits,
        tls: Option<TlsClient>,
    ) -> Arc<StreamContext> {
        Arc::new(StreamContext {
            events,
            admission: Admission::new(limits.connections, limits.connections_per_source),
            limits,
            ids: AtomicU64::new(0),
            tls,
        })
    }

    pub(super) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// Connections that were accepted and live.
    pub fn accepted(&self) -> usize {
        self.admission.len()
    }
}

/// A bound TCP socket, for SIP in the clear or under TLS.
pub struct StreamListener {
    socket: TcpListener,
    local: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl StreamListener {
    /// Binds; port 0 takes any free one. With `tls` it speaks TLS.
    ///
    /// # Errors
    /// What the system says: the address is in use or not ours.
    pub fn bind(address: SocketAddr, tls: Option<TlsAcceptor>) -> io::Result<StreamListener> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM.nonblocking(),
            Some(Protocol::TCP),
        )?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        // Connections of an earlier run that linger must not keep us from starting.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(1024)?;
        let socket = TcpListener::from_std(socket.into())?;
        let local = socket.local_addr()?;
        Ok(StreamListener { socket, local, tls })
    }

    /// The bound address.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// TCP or TLS.
    pub fn transport(&self) -> Transport {
        match self.tls {
            Some(_) => Transport::Tls,
            None => Transport::Tcp,
        }
    }

    /// Accepts for ever. Each connection is a task; those beyond the limits are closed.
    pub async fn accept_all(self, context: Arc<StreamContext>) {
        let transport = self.transport();
        loop {
            let (stream, remote) = match self.socket.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: waiting is all that helps.
                    tracing::warn!(%error, local = %self.local, "can not accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let Some(permit) = context.admission.admit(remote.ip()) else {
                tracing::debug!(%remote, "too many connections: closed");
                continue;
            };
            let flow = Flow {
                transport,
                local: self.local,
                remote,
            };
            let (tls, context) = (self.tls.clone(), Arc::clone(&context));
            tokio::spawn(serve_accepted(stream, flow, tls, context, permit));
        }
    }
}

async fn serve_accepted(
    stream: TcpStream,
    flow: Flow,
    tls: Option<TlsAcceptor>,
    context: Arc<StreamContext>,
    _permit: Permit,
) {
    let _ = stream.set_nodelay(true);
    let id = context.next_id();
    let limits = &context.limits;
    let (writer, queue) = write_queue(limits);
    let opened = StreamEvent::Opened { flow, id, writer };
    match tls {
        None => {
            if context.events.send(opened).await.is_err() {
                return;
            }
            run(stream, flow, id, queue, &context.events, limits).await;
        }
        Some(acceptor) => {
            let stream = match timeout(limits.handshake, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    tracing::debug!(remote = %flow.remote, %error, "TLS handshake failed");
                    return;
                }
                Err(_) => return,
            };
            if context.events.send(opened).await.is_err() {
                return;
            }
            run(stream, flow, id, queue, &context.events, limits).await;
        }
    }
    let _ = context.events.send(StreamEvent::Closed { flow, id }).await;
}

async fn serve_opened(
    flow: Flow,
    server_name: Option<String>,
    id: ConnectionId,
    mut queue: WriteQueue,
    context: Arc<StreamContext>,
) {
    let opened = tokio::select! {
        // The owner lost interest while we were connecting.
        () = abandoned(&mut queue) => return,
        opened = open(flow, server_name.as_deref(), &context) => opened,
    };
    let (events, limits) = (&context.events, &context.limits);
    match opened {
        Ok(Opened::Clear(stream)) => run(stream, flow, id, queue, events, limits).await,
        Ok(Opened::Tls(stream)) => run(stream, flow, id, queue, events, limits).await,
        Err(error) => tracing::debug!(remote = %flow.remote, %error, "can not connect"),
    }
    let _ = events.send(StreamEvent::Closed { flow, id }).await;
}

enum Opened {
    Clear(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

async fn open(
    flow: Flow,
    server_name: Option<&str>,
    context: &StreamContext,
) -> io::Result<Opened> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let stream = timeout(context.limits.connect, connect(flow))
        .await
        .map_err(late)??;
    if flow.transport != Transport::Tls {
        return Ok(Opened::Clear(stream));
    }
    let (connector, name) = context
        .tls
        .as_ref()
        .and_then(|tls| tls.connector(server_name, flow.remote.ip()))
        .ok_or(io::ErrorKind::Unsupported)?;
    let stream = timeout(context.limits.handshake, connector.connect(name, stream))
        .await
        .map_err(late)??;
    Ok(Opened::Tls(Box::new(stream)))
}

async fn connect(flow: Flow) -> io::Result<TcpStream> {
    let socket = if flow.remote.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if !flow.local.ip().is_unspecified() {
        socket.bind(SocketAddr::new(flow.local.ip(), 0))?;
    }
    let stream = socket.connect(flow.remote).await?;
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// The connections of one endpoint, by flow. Owned by the endpoint's task; nothing here waits.
#[derive(Debug)]
pub struct Streams {
    context: Arc<StreamContext>,
    table: HashMap<Flow, (ConnectionId, StreamWriter)>,
}

/// The flow is no more (or could not be): tell the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowGone;

impl Streams {
    /// No connections yet.
    pub fn new(context: Arc<StreamContext>) -> Streams {
        Streams {
            context,
            table: HashMap::new(),
        }
    }

    /// Connections in the table.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Takes in a connection that was accepted.
    pub fn opened(&mut self, flow: Flow, id: ConnectionId, writer: StreamWriter) {
        self.table.insert(flow, (id, writer));
    }

    /// Whether the connection is one that we still know under this flow.
    pub fn is_current(&self, flow: &Flow, id: ConnectionId) -> bool {
        self.table.get(flow).is_some_and(|(known, _)| *known == id)
    }

    /// Takes out a connection that ended; whether the endpoint must hear of it (not when the
    /// flow has a newer one, or is gone already).
    pub fn closed(&mut self, flow: &Flow, id: ConnectionId) -> bool {
        let current = self.is_current(flow, id);
        if current {
            self.table.remove(flow);
        }
        current
    }

    /// Queues bytes on their flow's connection; opens one where there is none.
    ///
    /// # Errors
    /// [`FlowGone`] when the peer does not read (its connection is closed now), or no
    /// connection can be opened for such a flow.
    pub fn send(&mut self, transmit: Transmit) -> Result<(), FlowGone> {
        let flow = transmit.flow;
        if let Some((_, writer)) = self.table.get(&flow) {
            return writer.send(transmit.bytes).map_err(|_| {
                tracing::debug!(remote = %flow.remote, "peer does not read: cut off");
                self.table.remove(&flow);
                FlowGone
            });
        }
        match flow.transport {
            Transport::Tcp | Transport::Tls => self.open(transmit),
            // Browsers connect to us; we can not connect to them.
            Transport::Udp | Transport::Wss => Err(FlowGone),
        }
    }

    fn open(&mut self, transmit: Transmit) -> Result<(), FlowGone> {
        // Ours count too: a peer that has us open connections must not exhaust us.
        if self.table.len() >= self.context.limits.connections.saturating_mul(2) {
            return Err(FlowGone);
        }
        let flow = transmit.flow;
        let id = self.context.next_id();
        let (writer, queue) = write_queue(&self.context.limits);
        writer.send(transmit.bytes).map_err(|_| FlowGone)?;
        self.table.insert(flow, (id, writer));
        let context = Arc::clone(&self.context);
        tokio::spawn(serve_opened(flow, transmit.server_name, id, queue, context));
        Ok(())
    }
}
