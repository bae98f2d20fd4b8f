//! Messages that callers left: each is a task, and listening to one is in the audit trail.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;
use utoipa::IntoParams;

use super::tasks;
use crate::api::Api;
use crate::api::fields::{Query, limit, name, number};
use crate::api::problem::{Answer, Problem};
use crate::api::view::{MessageView, Page, TaskView};
use crate::api::who::{Right, Who};
use crate::ids::QueueName;
use crate::record::timeline::MessageId;
use crate::store::rows::MessageRow;
use crate::store::tasks::TaskStep;

/// Which messages.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// For this queue.
    queue: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// Messages, the newest first
#[utoipa::path(get, path = "/messages", tag = "messages", params(Asked),
    responses((status = 200, body = Page<MessageView>), (status = 403, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<MessageView>>> {
    let queue = asked.opt("queue", name).map(QueueName::new);
    let cursor = asked.opt("cursor", number(1, i64::MAX));
    let limit = asked.opt("limit", limit).unwrap_or(50);
    asked.finish(Some(()))?;
    let only = who.viewer(&api).agent.map(|(_, queues)| queues);
    let rows = api
        .reader
        .messages_page(queue.as_ref(), only.as_deref(), cursor, limit + 1)
        .await?;
    let mut tasks = Vec::new();
    for row in &rows {
        tasks.push(api.reader.task_of_message(row.id).await?);
    }
    let clear = who.may(Right::Numbers);
    let rows: Vec<_> = rows.into_iter().zip(tasks).collect();
    Ok(Json(Page::of(
        rows,
        limit,
        |(r, _)| r.id.to_string(),
        |(r, task)| MessageView::of(&r, task, clear),
    )))
}

/// One message, with the number to call back
///
/// That somebody saw the number is in the audit trail.
#[utoipa::path(get, path = "/messages/{message}", tag = "messages", params(("message" = i64, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(message): Path<String>,
) -> Answer<Json<MessageView>> {
    let row = find(&api, &who, &message).await?;
    let serves = who.may(Right::Serve);
    if serves {
        let deed = who.deed("message.number", format!("message {}", row.id));
        api.store.audit(deed).await?;
    }
    let task = api.reader.task_of_message(row.id).await?;
    Ok(Json(MessageView::of(&row, task, serves)))
}

/// Listen to a message
///
/// WAV, 8 kHz, 16 bits, mono; parts of it by `Range`. Written down before it is heard.
#[utoipa::path(get, path = "/messages/{message}/audio", tag = "messages",
    params(("message" = i64, Path)),
    responses((status = 200, content_type = "audio/wav"), (status = 206, content_type = "audio/wav"),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 416, body = Problem)))]
pub async fn audio(
    State(api): State<Api>,
    who: Who,
    Path(message): Path<String>,
    request: Request,
) -> Answer<Response> {
    who.need(Right::Serve)?;
    let row = find(&api, &who, &message).await?;
    let deed = who.deed("message.listen", format!("message {}", row.id));
    api.store.message_heard(row.id, deed).await?;
    let file = api.reader.message_file(&row);
    let served = match "audio/wav".parse() {
        Ok(wav) => {
            ServeFile::new_with_mime(&file, &wav)
                .try_call(request)
                .await
        }
        Err(_) => ServeFile::new(&file).try_call(request).await,
    };
    match served {
        Ok(response) => Ok(response.into_response()),
        Err(e) => {
            tracing::error!(error = %e, message = %row.id, "a message can not be read");
            Err(Problem::unavailable("the recording can not be read now"))
        }
    }
}

/// A message is dealt with
#[utoipa::path(post, path = "/messages/{message}/done", tag = "messages",
    params(("message" = i64, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn done(
    State(api): State<Api>,
    who: Who,
    Path(message): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let row = find(&api, &who, &message).await?;
    let task = api.reader.task_of_message(row.id).await?;
    let task = task.ok_or_else(|| unknown(&message))?;
    tasks::step(&api, &who, &headers, task, TaskStep::Done).await
}

async fn find(api: &Api, who: &Who, message: &str) -> Answer<MessageRow> {
    let id: i64 = message.parse().map_err(|_| unknown(message))?;
    let row = api.reader.message(MessageId(id)).await?;
    let row = row.filter(|r| who.sees(api, r.queue.as_ref()));
    row.ok_or_else(|| unknown(message))
}

fn unknown(message: &str) -> Problem {
    Problem::not_found(
        format!("there is no message `{}`", message.escape_default()),
        "GET /api/v1/messages lists those that there are",
    )
}
