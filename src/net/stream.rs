//! One stream connection: a task that cuts what comes into messages and writes what is asked,
//! with a limit on everything that its peer could draw out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::now::Mono;
use crate::sip::flow::Flow;
use crate::sip::framing::{Frame, PONG, StreamFramer};
use crate::sip::message::Limits;
use crate::task::clock;

/// What one connection may take, of time and of memory.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Size of one message in octets.
    pub message_size: usize,
    /// Octets waiting to be written; beyond, the peer is cut off.
    pub write_buffer: usize,
    /// Messages waiting to be written; beyond, the peer is cut off.
    pub write_messages: usize,
    /// A write that gets nowhere for so long is the end.
    pub write: Duration,
    /// A TLS handshake takes at most this.
    pub handshake: Duration,
    /// Opening a connection takes at most this.
    pub connect: Duration,
    /// From its first octet (or the connection's start) a message is complete within this.
    pub message: Duration,
    /// Nothing received for so long is the end. Longer than phones wait between two
    /// registrations, since a binding dies with its connection.
    pub idle: Duration,
    /// Connections at a time.
    pub connections: usize,
    /// Connections at a time from one source.
    pub connections_per_source: usize,
}

impl Default for StreamLimits {
    fn default() -> StreamLimits {
        StreamLimits {
            message_size: 65_535,
            write_buffer: 64 * 1024,
            write_messages: 64,
            write: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            connect: Duration::from_secs(4),
            message: Duration::from_secs(30),
            idle: Duration::from_secs(3_900),
            connections: 4_096,
            connections_per_source: 128,
        }
    }
}

/// Tells one connection from a later one between the same addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionId(pub u64);

/// How long a connection that ends for a malformed message has to take our answer.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What connections tell the task that owns the endpoint.
#[derive(Debug)]
pub enum StreamEvent {
    /// A peer connected to us.
    Opened {
        /// Between whom.
        flow: Flow,
        /// Which connection.
        id: ConnectionId,
        /// The way to write to it; dropping it closes the connection.
        writer: StreamWriter,
    },
    /// A whole message came.
    Message {
        /// Between whom.
        flow: Flow,
        /// Which connection.
        id: ConnectionId,
        /// The message.
        bytes: Bytes,
    },
    /// It is over, or could not be opened.
    Closed {
        /// Between whom.
        flow: Flow,
        /// Which connection.
        id: ConnectionId,
    },
}

/// The writing end of a connection, with a bound.
#[derive(Debug)]
pub struct StreamWriter {
    messages: mpsc::Sender<Bytes>,
    queued: Arc<AtomicUsize>,
    limit: usize,
    /// Dropped with the writer: ends the connection, even one stuck in a write.
    _alive: oneshot::Sender<()>,
}

/// The peer does not read, or is gone: drop the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff;

impl StreamWriter {
    /// Queues a message.
    ///
    /// # Errors
    /// [`CutOff`] when too much is waiting already.
    pub fn send(&self, bytes: Bytes) -> Result<(), CutOff> {
        let len = bytes.len();
        if self.queued.fetch_add(len, Ordering::Relaxed) + len > self.limit {
            return Err(CutOff);
        }
        self.messages.try_send(bytes).map_err(|_| CutOff)
    }
}

/// The connection's end of a [`StreamWriter`].
pub(super) struct WriteQueue {
    pub(super) messages: mpsc::Receiver<Bytes>,
    pub(super) queued: Arc<AtomicUsize>,
    pub(super) alive: oneshot::Receiver<()>,
}

pub(super) fn write_queue(limits: &StreamLimits) -> (StreamWriter, WriteQueue) {
    let (messages, receiver) = mpsc::channel(limits.write_messages.max(1));
    let (alive_tx, alive) = oneshot::channel();
    let queued = Arc::new(AtomicUsize::new(0));
    let writer = StreamWriter {
        messages,
        queued: Arc::clone(&queued),
        limit: limits.write_buffer,
        _alive: alive_tx,
    };
    let queue = WriteQueue {
        messages: receiver,
        queued,
        alive,
    };
    (writer, queue)
}

/// Serves an open connection until either side is done with it.
pub(super) async fn run<S>(
    io: S,
    flow: Flow,
    id: ConnectionId,
    queue: WriteQueue,
    events: &mpsc::Sender<StreamEvent>,
    limits: &StreamLimits,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (reader, writer) = tokio::io::split(io);
    let (replies_tx, replies) = mpsc::channel(2);
    let WriteQueue {
        messages,
        queued,
        alive,
    } = queue;
    tokio::select! {
        _ = alive => {}
        () = read_loop(reader, flow, id, events, limits, replies_tx) => {}
        () = write_loop(writer, messages, replies, &queued, limits) => {}
    }
}

/// Waits for the owner of the [`StreamWriter`] to lose interest.
pub(super) async fn abandoned(queue: &mut WriteQueue) {
    let _ = (&mut queue.alive).await;
}

async fn read_loop(
    mut reader: impl AsyncRead + Unpin,
    flow: Flow,
    id: ConnectionId,
    events: &mpsc::Sender<StreamEvent>,
    limits: &StreamLimits,
    replies: mpsc::Sender<Bytes>,
) {
    let mut framer = StreamFramer::new(Limits {
        message: limits.message_size,
        ..Limits::default()
    });
    let mut buffer = BytesMut::with_capacity(4096);
    // By when the message that is under way, or the connection's first, must be complete.
    let mut complete_by: Option<Mono> = Some(clock::mono() + limits.message);
    loop {
        let wait = match complete_by {
            Some(by) => by.since(clock::mono()),
            None => limits.idle,
        };
        buffer.reserve(4096);
        match timeout(wait, reader.read_buf(&mut buffer)).await {
            Ok(Ok(0)) | Ok(Err(_)) | Err(_) => return,
            Ok(Ok(_)) => {}
        }
        framer.push(&buffer.split());
        let mut progress = false;
        loop {
            match framer.poll_frame() {
                Ok(Some(Frame::Message(bytes))) => {
                    progress = true;
                    let event = StreamEvent::Message { flow, id, bytes };
                    // Waiting here is how a flood on a stream is slowed: by its own window.
                    if events.send(event).await.is_err() {
                        return;
                    }
                }
                // RFC 5626 §4.4.1. When two answers wait already the peer does not read.
                Ok(Some(Frame::Ping)) => {
                    progress = true;
                    let _ = replies.try_send(Bytes::from_static(PONG));
                }
                Ok(None) => break,
                Err(error) => {
                    // Best effort: the peer learns why, then the connection ends.
                    if let Some(response) = error.response() {
                        let _ = replies.try_send(response.to_bytes());
                        tokio::time::sleep(LAST_WORDS).await;
                    }
                    return;
                }
            }
        }
        if framer.pending() == 0 {
            if progress {
                complete_by = None;
            }
        } else if progress || complete_by.is_none() {
            complete_by = Some(clock::mono() + limits.message);
        }
    }
}

async fn write_loop(
    mut writer: impl AsyncWrite + Unpin,
    mut messages: mpsc::Receiver<Bytes>,
    mut replies: mpsc::Receiver<Bytes>,
    queued: &AtomicUsize,
    limits: &StreamLimits,
) {
    loop {
        let (bytes, counted) = tokio::select! {
            biased;
            message = messages.recv() => match message {
                Some(bytes) => (bytes, true),
                None => return,
            },
            Some(reply) = replies.recv() => (reply, false),
        };
        let write = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        match timeout(limits.write, write).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
        if counted {
            queued.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
    }
}
