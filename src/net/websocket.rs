//! SIP over WebSocket (RFC 7118): one message per WebSocket message, over a connection that a
//! browser opened on the console's port.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use tokio::time::{interval, timeout};

use super::stream::{StreamEvent, WriteQueue, write_queue};
use super::tcp::StreamContext;
use crate::sip::flow::Flow;
use crate::task::clock;

/// A browser whose network is gone says nothing of it: it is asked (RFC 6455 §5.5.2) ...
const ASK: Duration = Duration::from_secs(20);
/// ... and when nothing came for so long its agent's phone is gone as well.
const GONE: Duration = Duration::from_secs(50);
/// Keep-alive of RFC 5626 §3.5.1, which some pages send.
const PING: &[u8] = b"\r\n\r\n";
const PONG: &[u8] = b"\r\n";

/// The largest message that is taken.
pub fn max_message(context: &StreamContext) -> usize {
    context.limits.message_size
}

/// Serves a connection until either side is done with it.
pub async fn serve(context: Arc<StreamContext>, socket: WebSocket, flow: Flow) {
    let Some(_permit) = context.admission.admit(flow.remote.ip()) else {
        tracing::debug!(remote = %flow.remote, "too many connections: closed");
        return;
    };
    let id = context.next_id();
    let (writer, queue) = write_queue(&context.limits);
    let opened = StreamEvent::Opened { flow, id, writer };
    if context.events.send(opened).await.is_err() {
        return;
    }
    let heard = |bytes| StreamEvent::Message { flow, id, bytes };
    run(&context, socket, queue, heard).await;
    let _ = context.events.send(StreamEvent::Closed { flow, id }).await;
}

async fn run(
    context: &StreamContext,
    mut socket: WebSocket,
    queue: WriteQueue,
    heard: impl Fn(Bytes) -> StreamEvent,
) {
    let WriteQueue {
        mut messages,
        queued,
        mut alive,
    } = queue;
    let mut ask = interval(ASK);
    let mut last = clock::mono();
    loop {
        let send = tokio::select! {
            _ = &mut alive => return,
            message = messages.recv() => match message {
                Some(bytes) => {
                    queued.fetch_sub(bytes.len(), Ordering::Relaxed);
                    frame(bytes)
                }
                None => return,
            },
            _ = ask.tick() => {
                if clock::mono().since(last) > GONE {
                    return;
                }
                Message::Ping(Bytes::new())
            }
            received = socket.recv() => {
                last = clock::mono();
                let bytes = match received {
                    Some(Ok(Message::Text(text))) => Bytes::from(text),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    // The library answers a ping itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                };
                if bytes.as_ref() != PING {
                    // Waiting here slows down who floods.
                    if context.events.send(heard(bytes)).await.is_err() {
                        return;
                    }
                    continue;
                }
                frame(Bytes::from_static(PONG))
            }
        };
        match timeout(context.limits.write, socket.send(send)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// Text where it is text: pages read that more easily (RFC 7118 §4.2 allows both).
fn frame(bytes: Bytes) -> Message {
    match axum::extract::ws::Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) => Message::Text(text),
        Err(_) => Message::Binary(bytes),
    }
}
