//! The loop.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::legs::{Delivery, Legs};
use super::notices::Notices;
use super::{IncomingCall, LEG_EVENTS, SipHandle, SipNotice, Sockets, ToSip};
use crate::net::dns::{Locator, Question, Reach, Records, literal};
use crate::net::icmp::{ErrorQueue, Undeliverable};
use crate::net::stream::{StreamEvent, StreamLimits};
use crate::net::tcp::{StreamContext, Streams};
use crate::net::tls::TlsClient;
use crate::net::udp::UdpListener;
use crate::now::{Mono, Now};
use crate::sip::endpoint::{Endpoint, EndpointEvent, EndpointStats, QueryId, ResolvedTarget};
use crate::sip::flow::{Flow, Transport};
use crate::sip::leg::{IncomingInvite, LegCommand};
use crate::task::clock;
use crate::task::ladder::LadderHandle;

/// Commands that may wait; more make their calls wait.
const COMMANDS: usize = 1024;
/// Commands handled in one turn.
const COMMAND_BATCH: usize = 256;
/// Stream messages that may wait; more make their connections wait.
const STREAM_EVENTS: usize = 512;
/// Stream messages handled in one turn.
const STREAM_BATCH: usize = 128;
/// Datagrams handled in one turn, per socket. The kernel holds the others.
const DATAGRAM_BATCH: usize = 64;
/// Questions to the resolver that may be under way or wait.
const QUERIES: usize = 256;
/// Datagrams that came back and may wait; further ones are forgotten, and time out.
const RETURNED: usize = 64;
/// Retry-After for calls that nobody takes.
const RETRY_AFTER: u32 = 5;

/// What [`start`] needs.
pub struct SipSetup<R> {
    /// The machine, made with the listeners that were bound.
    pub endpoint: Endpoint,
    /// The sockets.
    pub sockets: Sockets,
    /// Bounds of connections.
    pub limits: StreamLimits,
    /// For TLS connections that we open.
    pub tls: Option<TlsClient>,
    /// Locates servers by name. `None`: only literal addresses are reached.
    pub locator: Option<Locator<R>>,
    /// Where calls go. Keep it bounded: a call that does not fit is answered 503.
    pub incoming: mpsc::Sender<IncomingCall>,
    /// Where news of agents and trunks go; only the latest of each waits.
    pub notices: mpsc::Sender<SipNotice>,
    /// Keeps what is said, where it is to be kept.
    pub ladder: LadderHandle,
}

/// A snapshot of the whole SIP side.
#[derive(Clone, Debug, Default)]
pub struct SipStats {
    /// The machine's.
    pub endpoint: EndpointStats,
    /// Stream connections, accepted and opened.
    pub connections: usize,
    /// Datagrams received.
    pub datagrams_in: u64,
    /// Datagrams that the kernel did not take; their senders repeat them.
    pub datagrams_lost: u64,
    /// Connections cut off because their peer did not read.
    pub cut_off: u64,
    /// Calls refused because nobody took them.
    pub not_taken: u64,
}

/// Starts the task. It ends when all handles are dropped.
pub fn start<R: Records + 'static>(setup: SipSetup<R>) -> (SipHandle, JoinHandle<()>) {
    let (commands_tx, commands) = mpsc::channel(COMMANDS);
    let (stream_tx, stream_events) = mpsc::channel(STREAM_EVENTS);
    let (resolved_tx, resolved) = mpsc::channel(QUERIES);
    let context = StreamContext::new(stream_tx, setup.limits, setup.tls);
    let reach = reach(&setup.sockets);
    // Listeners end with the task: dropping the set aborts them.
    let mut listeners = JoinSet::new();
    for listener in setup.sockets.streams {
        listeners.spawn(listener.accept_all(Arc::clone(&context)));
    }
    let (returned_tx, returned) = mpsc::channel(RETURNED);
    for socket in &setup.sockets.udp {
        match socket.errors() {
            Ok(errors) => {
                listeners.spawn(pass_on(errors, returned_tx.clone()));
            }
            Err(error) => tracing::warn!(%error, "ICMP errors are not seen: dead phones time out"),
        }
    }
    let handle = SipHandle {
        commands: commands_tx,
        streams: Arc::clone(&context),
        ladder: setup.ladder.clone(),
    };
    let task = SipTask {
        endpoint: setup.endpoint,
        udp: setup.sockets.udp,
        streams: Streams::new(context),
        locator: setup.locator,
        reach,
        queries: JoinSet::new(),
        resolved_tx,
        legs: Legs::default(),
        incoming: setup.incoming,
        ladder: setup.ladder,
        notices: Notices::default(),
        stats: SipStats::default(),
        buffer: vec![0; 65_536],
    };
    let inbox = Inbox {
        commands,
        stream_events,
        resolved,
        returned,
        notices: setup.notices,
    };
    let run = task.run(inbox, listeners);
    (handle, tokio::spawn(run))
}

fn reach(sockets: &Sockets) -> Reach {
    let streams = |transport| {
        let found = sockets.streams.iter();
        found.filter(|s| s.transport() == transport).count() > 0
    };
    let udp = sockets.udp.iter().map(UdpListener::local);
    let locals: Vec<SocketAddr> = udp
        .chain(sockets.streams.iter().map(|s| s.local()))
        .collect();
    Reach {
        udp: !sockets.udp.is_empty(),
        tcp: streams(Transport::Tcp),
        tls: streams(Transport::Tls),
        v4: locals.iter().any(SocketAddr::is_ipv4),
        v6: locals.iter().any(SocketAddr::is_ipv6),
    }
}

type Answer = (QueryId, Vec<ResolvedTarget>);

/// Everything that the loop waits for, besides datagrams and deadlines.
struct Inbox {
    commands: mpsc::Receiver<ToSip>,
    stream_events: mpsc::Receiver<StreamEvent>,
    resolved: mpsc::Receiver<Answer>,
    returned: mpsc::Receiver<Undeliverable>,
    /// Not waited for when there is no news.
    notices: mpsc::Sender<SipNotice>,
}

struct SipTask<R> {
    endpoint: Endpoint,
    udp: Vec<UdpListener>,
    streams: Streams,
    locator: Option<Locator<R>>,
    reach: Reach,
    queries: JoinSet<()>,
    resolved_tx: mpsc::Sender<Answer>,
    legs: Legs,
    incoming: mpsc::Sender<IncomingCall>,
    ladder: LadderHandle,
    notices: Notices,
    stats: SipStats,
    buffer: Vec<u8>,
}

impl<R: Records + 'static> SipTask<R> {
    async fn run(mut self, inbox: Inbox, _listeners: JoinSet<()>) {
        let Inbox {
            mut commands,
            mut stream_events,
            mut resolved,
            mut returned,
            notices,
        } = inbox;
        let mut command_batch = Vec::with_capacity(COMMAND_BATCH);
        let mut stream_batch = Vec::with_capacity(STREAM_BATCH);
        self.flush(clock::now());
        loop {
            let deadline = self.endpoint.poll_timeout();
            // Wait for anything. Whoever wakes us, each input below has its turn.
            tokio::select! {
                biased;
                n = commands.recv_many(&mut command_batch, COMMAND_BATCH) => {
                    if n == 0 {
                        return;
                    }
                }
                Some((query, targets)) = resolved.recv() => {
                    self.endpoint.handle_resolved(clock::now(), query, targets);
                }
                _ = stream_events.recv_many(&mut stream_batch, STREAM_BATCH) => {}
                Some(back) = returned.recv() => {
                    self.endpoint.handle_undeliverable(clock::now(), back.to, &back.quoted);
                }
                () = readable(&self.udp) => {}
                Ok(permit) = notices.reserve(), if !self.notices.is_empty() => {
                    if let Some(notice) = self.notices.pop() {
                        permit.send(notice);
                    }
                }
                () = sleep(deadline) => {}
            }
            let now = clock::now();
            while command_batch.len() < COMMAND_BATCH
                && let Ok(command) = commands.try_recv()
            {
                command_batch.push(command);
            }
            for command in command_batch.drain(..) {
                self.command(now, command);
            }
            while stream_batch.len() < STREAM_BATCH
                && let Ok(event) = stream_events.try_recv()
            {
                stream_batch.push(event);
            }
            for event in stream_batch.drain(..) {
                self.stream_event(now, event);
            }
            self.datagrams(now);
            // The sleep is not trusted: the clock says what is due.
            let now = clock::now();
            if self
                .endpoint
                .poll_timeout()
                .is_some_and(|at| at <= now.mono)
            {
                self.endpoint.handle_timeout(now);
            }
            self.flush(now);
        }
    }

    fn command(&mut self, now: Now, command: ToSip) {
        match command {
            ToSip::Leg(leg, command) => self.endpoint.handle_command(now, leg, command),
            ToSip::Register(leg, events) => self.legs.insert(leg, events),
            ToSip::Place(invite, events) => {
                let leg = invite.leg;
                self.legs.insert(leg, events);
                let invite = LegCommand::Invite(invite);
                self.endpoint.handle_command(now, leg, invite);
                if let Some(call_id) = self.endpoint.call_id(leg) {
                    self.ladder.leg(leg, call_id);
                }
            }
            ToSip::Accepting(accepting) => self.endpoint.set_accepting(accepting),
            ToSip::Unregister => self.endpoint.stop_registrations(now),
            ToSip::Users(users) => self.endpoint.set_users(&users),
            ToSip::Stats(reply) => {
                let mut stats = self.stats.clone();
                stats.endpoint = self.endpoint.stats();
                stats.connections = self.streams.len();
                let _ = reply.send(stats);
            }
        }
    }

    fn stream_event(&mut self, now: Now, event: StreamEvent) {
        match event {
            StreamEvent::Opened { flow, id, writer } => self.streams.opened(flow, id, writer),
            StreamEvent::Message { flow, id, bytes } => {
                // What a connection said before it was cut off is not heard any more.
                if self.streams.is_current(&flow, id) {
                    self.ladder.came(now, flow, &bytes);
                    self.endpoint.handle_message(now, flow, bytes);
                }
            }
            StreamEvent::Closed { flow, id } => {
                if self.streams.closed(&flow, id) {
                    self.endpoint.handle_flow_closed(now, flow);
                }
            }
        }
    }

    fn datagrams(&mut self, now: Now) {
        for socket in &self.udp {
            for _ in 0..DATAGRAM_BATCH {
                let (len, remote) = match socket.try_recv(&mut self.buffer) {
                    Ok(received) => received,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // An ICMP error of something sent earlier: the next may be a datagram.
                    Err(_) => continue,
                };
                self.stats.datagrams_in += 1;
                let flow = Flow {
                    transport: Transport::Udp,
                    local: socket.local(),
                    remote,
                };
                let bytes = Bytes::copy_from_slice(self.buffer.get(..len).unwrap_or_default());
                self.ladder.came(now, flow, &bytes);
                self.endpoint.handle_datagram(now, flow, bytes);
            }
        }
    }

    /// Sends and tells everything that the machine has for us, until it has nothing more.
    fn flush(&mut self, now: Now) {
        loop {
            let mut idle = true;
            while let Some(transmit) = self.endpoint.poll_transmit() {
                idle = false;
                let flow = transmit.flow;
                self.ladder.went(now, flow, &transmit.bytes);
                if flow.transport == Transport::Udp {
                    self.send_datagram(now, &flow, &transmit.bytes);
                } else if self.streams.send(transmit).is_err() {
                    self.stats.cut_off += 1;
                    self.endpoint.handle_flow_closed(now, flow);
                }
            }
            while let Some(event) = self.endpoint.poll_event() {
                idle = false;
                self.event(now, event);
            }
            if idle {
                return;
            }
        }
    }

    fn send_datagram(&mut self, now: Now, flow: &Flow, bytes: &[u8]) {
        let socket = self.udp.iter().find(|s| s.local() == flow.local);
        let sent = socket.map(|s| s.try_send(bytes, flow.remote));
        match sent {
            Some(Ok(())) => {}
            // As good as lost on the way: the transaction sends it again.
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                self.stats.datagrams_lost += 1;
            }
            // No way leads there.
            Some(Err(_)) | None => {
                self.stats.datagrams_lost += 1;
                self.endpoint.handle_undeliverable(now, flow.remote, bytes);
            }
        }
    }

    fn event(&mut self, now: Now, event: EndpointEvent) {
        match event {
            EndpointEvent::Incoming(invite) => self.call(now, invite),
            EndpointEvent::Leg(leg, event) => match self.legs.deliver(leg, event) {
                Delivery::Done => {}
                Delivery::HangUp => {
                    let hangup = LegCommand::Hangup { reason: None };
                    self.endpoint.handle_command(now, leg, hangup);
                }
            },
            EndpointEvent::Agent { agent, contacts } => {
                self.notices.push(SipNotice::Agent { agent, contacts });
            }
            EndpointEvent::Trunk {
                trunk,
                registered,
                status,
            } => self.notices.push(SipNotice::Trunk {
                trunk,
                registered,
                status,
            }),
            EndpointEvent::TrunkRefused { trunk, status } => {
                self.notices.push(SipNotice::TrunkRefused { trunk, status });
            }
            EndpointEvent::Resolve {
                query,
                host,
                port,
                transport,
                secure,
            } => {
                let question = Question {
                    host,
                    port,
                    transport,
                    secure,
                };
                self.resolve(now, query, question);
            }
        }
    }

    fn call(&mut self, now: Now, invite: IncomingInvite) {
        let leg = invite.leg;
        self.ladder.leg(leg, &invite.call_id);
        let (sender, events) = mpsc::channel(LEG_EVENTS);
        self.legs.insert(leg, sender.clone());
        let call = IncomingCall {
            invite,
            events,
            sender,
        };
        if self.incoming.try_send(call).is_err() {
            self.stats.not_taken += 1;
            let refuse = LegCommand::Reject {
                status: 503,
                retry_after: Some(RETRY_AFTER),
            };
            self.endpoint.handle_command(now, leg, refuse);
        }
    }

    fn resolve(&mut self, now: Now, query: QueryId, question: Question) {
        if let Some(target) = literal(&question) {
            return self.endpoint.handle_resolved(now, query, vec![target]);
        }
        while self.queries.try_join_next().is_some() {}
        let locator = match &self.locator {
            Some(locator) if self.queries.len() < QUERIES => locator.clone(),
            // Too many wait already: a call that can not be placed beats one that waits.
            Some(_) | None => return self.endpoint.handle_resolved(now, query, Vec::new()),
        };
        let (reach, answers) = (self.reach, self.resolved_tx.clone());
        self.queries.spawn(async move {
            let targets = locator.locate(&question, reach, rand::random()).await;
            let _ = answers.send((query, targets)).await;
        });
    }
}

/// Until the socket is of no use any more, or the task is gone.
async fn pass_on(mut errors: ErrorQueue, to: mpsc::Sender<Undeliverable>) {
    while let Ok(undeliverable) = errors.next().await {
        // One that finds no room times out instead.
        if let Err(mpsc::error::TrySendError::Closed(_)) = to.try_send(undeliverable) {
            return;
        }
    }
}

/// Some socket has a datagram. Without sockets it never does.
async fn readable(sockets: &[UdpListener]) {
    poll_fn(|cx| {
        let mut ready = false;
        // All are polled, so that each wakes us.
        for socket in sockets {
            ready |= socket.poll_readable(cx).is_ready();
        }
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

async fn sleep(deadline: Option<Mono>) {
    clock::sleep_until_some(deadline).await;
}
