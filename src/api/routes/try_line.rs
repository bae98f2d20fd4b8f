//! A line is called from a page, which follows its own call.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

use super::line::find;
use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Who, still_holds};
use crate::live::Followed;

/// How often a comment keeps the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is looked whether the session still holds.
const LOOK: Duration = Duration::from_secs(30);
/// Events on their way to the socket, beside those that wait at the hub.
const BETWEEN: usize = 16;

/// How the call is to be made (the event `ready`).
#[derive(Debug, Serialize, ToSchema)]
pub struct TryView {
    /// What to dial.
    pub number: String,
    /// The header `User-to-User` (RFC 7433) that the call brings along, so that it is the one that is
    /// followed. It is good for one call.
    pub header: String,
}

/// Follow a call from a page
///
/// Server-sent events for whoever calls a line from a page. The first is `ready`
/// ([TryView](#tryview)): dial its number with its header. Then come `begun`, `answered`, `playing`
/// (`prompts`, each with `words`, `language` and `length_ms`, one after the other; `repeat`: over and
/// over) and `stopped` as the caller hears it, `step` as the record has it, `queued`, `place`
/// (`position`, and `low_s` and `high_s`, between which the wait will probably be), `offered`,
/// `missed`, `connected` (`agent`: the name), `held`, `resumed`, `message_stored`, `callback_stored`,
/// `ended` and others. The stream ends with the call.
#[utoipa::path(get, path = "/lines/{line}/try", tag = "lines", params(("line" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = TryView),
        (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 503, body = Problem)))]
pub async fn follow(
    State(api): State<Api>,
    who: Who,
    Path(line): Path<String>,
) -> Answer<Response> {
    let line = find(&api, &line)?;
    let Some(number) = line.numbers.first().cloned() else {
        let title = format!("nobody can call `{}`: it has no number", line.line);
        let remedy = "give it one in its file: `numbers: [\"100\"]`";
        return Err(Problem::wrong_state(title).remedy(remedy));
    };
    let key = format!("{:032x}", rand::random::<u128>());
    let events = api.live.follow(key.clone()).await;
    let events = events.ok_or_else(|| {
        Problem::unavailable("too many lines are tried from pages at this moment")
    })?;
    let ready = TryView {
        number,
        header: format!("{key};encoding=hex;purpose=zeroline-try"),
    };
    let (sender, receiver) = mpsc::channel(BETWEEN);
    tokio::spawn(pass_on(api, who, ready, events, sender));
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

type Sender = mpsc::Sender<Result<Event, Infallible>>;

async fn pass_on(
    api: Api,
    who: Who,
    ready: TryView,
    mut events: mpsc::Receiver<Followed>,
    sender: Sender,
) {
    if !told(&sender, "ready", &json!(ready)).await {
        return;
    }
    let mut look = tokio::time::interval(LOOK);
    look.tick().await;
    loop {
        let goes_on = tokio::select! {
            event = events.recv() => match event {
                Some(Followed { kind, data }) => told(&sender, kind, &data).await,
                None => return,
            },
            _ = look.tick() => {
                let holds = still_holds(&api, &who).await;
                if !holds {
                    let why = json!({ "why": "the session is over" });
                    told(&sender, "signed_out", &why).await;
                }
                holds
            }
            () = sender.closed() => return,
        };
        if !goes_on {
            return;
        }
    }
}

/// Whether somebody still reads.
async fn told(sender: &Sender, kind: &str, data: &Value) -> bool {
    let event = Event::default().event(kind).data(data.to_string());
    sender.send(Ok(event)).await.is_ok()
}
