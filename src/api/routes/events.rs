//! What happens, as it happens: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::fields::{Parsed, Query};
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Who, still_holds};
use crate::live::{LiveEvent, Place, Viewer};

/// How often a comment keeps the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is looked whether the session still holds.
const LOOK: Duration = Duration::from_secs(30);
/// Events between the hub and the socket, beside those that wait at the hub.
const BETWEEN: usize = 16;

/// Which events.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Kinds, or beginnings of them: `agent,contact,card`; without it all. The picture always comes.
    topics: Option<String>,
    /// In place of the header `Last-Event-ID`.
    last_event_id: Option<String>,
}

/// Live events
///
/// Server-sent events. The first is `picture`: agents, queues and calls as they are; further ones
/// say what changes. Who comes back with `Last-Event-ID` gets what was missed, or a new picture
/// where that is not known any more; so does who reads too slowly. Agents see their own calls, what
/// is for their queues, and `card`: the context card, before their phone rings.
#[utoipa::path(get, path = "/events", tag = "now", params(Asked,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event")),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = Problem)))]
pub async fn stream(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Query(mut asked): Query,
) -> Answer<Response> {
    let topics = asked.opt("topics", topics).unwrap_or_default();
    let given = asked.opt("last_event_id", |v| {
        Ok(v.as_str().unwrap_or_default().to_owned())
    });
    asked.finish(Some(()))?;
    let last = headers.get("last-event-id").and_then(|h| h.to_str().ok());
    let last = last.or(given.as_deref()).map(str::parse::<Place>);
    // One that is none of ours is one that is not known any more.
    let after = last.map(|place| place.unwrap_or_default());
    let viewer = who.viewer(&api);
    let events = api.live.watch(viewer.clone(), after).await;
    let events = events.ok_or_else(|| Problem::unavailable("the server stops"))?;
    let (sender, receiver) = mpsc::channel(BETWEEN);
    tokio::spawn(pass_on(api, who, viewer, topics, events, sender));
    let stream = Sse::new(ReceiverStream::new(receiver))
        .keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here"));
    // Proxies that gather would hold back what is live.
    Ok((
        [
            ("x-accel-buffering", "no"),
            (header::CACHE_CONTROL.as_str(), "no-store"),
        ],
        stream,
    )
        .into_response())
}

fn topics(v: &serde_json::Value) -> Parsed<Vec<String>> {
    let words = v.as_str().unwrap_or_default().split(',').map(str::trim);
    let words: Vec<String> = words.filter(|w| !w.is_empty()).map(str::to_owned).collect();
    match words.len() {
        1..=32 => Ok(words),
        _ => Err("write kinds with commas between: `agent,contact,card`".to_owned()),
    }
}

async fn pass_on(
    api: Api,
    who: Who,
    viewer: Viewer,
    topics: Vec<String>,
    mut events: mpsc::Receiver<Arc<LiveEvent>>,
    sender: mpsc::Sender<Result<Event, Infallible>>,
) {
    let mut look = tokio::time::interval(LOOK);
    look.tick().await;
    loop {
        let event = tokio::select! {
            event = events.recv() => match event {
                Some(event) if !wanted(&topics, event.kind) => continue,
                Some(event) => told(&event, &viewer),
                None => return,
            },
            _ = look.tick() => {
                if still_holds(&api, &who).await {
                    continue;
                }
                let over = json!({ "why": "the session is over" });
                let over = Event::default().event("signed_out").data(over.to_string());
                let _ = sender.send(Ok(over)).await;
                return;
            }
            () = sender.closed() => return,
        };
        if sender.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

fn wanted(topics: &[String], kind: &str) -> bool {
    let of = |topic: &String| {
        kind.strip_prefix(topic.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    topics.is_empty() || kind == "picture" || topics.iter().any(of)
}

fn told(event: &LiveEvent, viewer: &Viewer) -> Event {
    Event::default()
        .id(event.place.to_string())
        .event(event.kind)
        .data(event.data(viewer).to_string())
}
