//! What people have to do.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa::{IntoParams, ToSchema};

use super::{etag, tagged, version};
use crate::api::Api;
use crate::api::fields::{
    Body, Fields, Query, choice, flag, limit, moment, name, number, parsed, text,
};
use crate::api::problem::{Answer, Problem};
use crate::api::view::{Page, TaskView};
use crate::api::who::{Right, Who};
use crate::ids::{ContactId, QueueName};
use crate::live::Stored;
use crate::store::people::Changed;
use crate::store::tasks::{TaskFilter, TaskHand, TaskMeta, TaskRefusal, TaskRow, TaskStep};

/// Which tasks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Those that are done as well.
    all: Option<bool>,
    /// `follow_up` or `message`.
    kind: Option<String>,
    /// Of this queue.
    queue: Option<String>,
    /// Of this contact.
    contact: Option<String>,
    /// Those that I have taken.
    mine: Option<bool>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// A follow-up.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewTask {
    /// What is to be done.
    title: String,
    /// More about it.
    note: Option<String>,
    /// Of this contact.
    contact: Option<String>,
    /// Whose people do it; none: only you, and those who lead.
    queue: Option<String>,
    /// Until when (RFC 3339).
    due: Option<String>,
}

/// Tasks, the newest first
#[utoipa::path(get, path = "/tasks", tag = "tasks", params(Asked),
    responses((status = 200, body = Page<TaskView>), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<TaskView>>> {
    let kinds = ["follow_up", "message"];
    let word = |w: &str| kinds.contains(&w).then(|| w.to_owned());
    let mine = asked.opt("mine", flag).unwrap_or(false);
    let filter = TaskFilter {
        all: asked.opt("all", flag).unwrap_or(false),
        kind: asked.opt("kind", choice(&kinds, word)),
        queue: asked.opt("queue", name).map(QueueName::new),
        contact: asked.opt("contact", parsed::<ContactId>("a contact's id")),
        taken_by: mine.then(|| who.name.clone()),
        before: asked.opt("cursor", number(1, i64::MAX)),
        only: who
            .viewer(&api)
            .agent
            .map(|(_, queues)| (queues, who.name.clone())),
    };
    let limit = asked.opt("limit", limit).unwrap_or(50);
    let filter = asked.finish(Some(filter))?;
    let rows = api.reader.tasks(&filter, limit + 1).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |t| t.id.to_string(),
        TaskView::from,
    )))
}

/// Note something that is to be done
#[utoipa::path(post, path = "/tasks", tag = "tasks", request_body = NewTask,
    responses((status = 201, body = TaskView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn create(State(api): State<Api>, who: Who, Body(mut body): Body) -> Answer<Response> {
    who.need(Right::Serve)?;
    let title = body.need("title", "\"send the manual\"", text(1, 120, false));
    let note = body.opt("note", text(1, 4000, true));
    let contact = body.opt("contact", parsed::<ContactId>("a contact's id"));
    let queue = body.opt("queue", name);
    let due = body.opt("due", moment);
    if let Some(queue) = &queue {
        known_queue(&api, queue, &mut body);
    }
    if let Some(id) = contact
        && api.reader.contact(id).await?.is_none()
    {
        body.tell(
            "contact",
            "there is no such contact",
            "look it up by GET /api/v1/contacts",
        );
    }
    let title = body.finish(title)?;
    let task = TaskMeta {
        contact,
        queue: queue.map(QueueName::new),
        title,
        note,
        due,
    };
    let row = api
        .store
        .add_task(task, who.deed("task.create", ""))
        .await?;
    tell(&api, "task.created", &row);
    let tag = etag(row.version);
    Ok(tagged(
        &tag,
        (StatusCode::CREATED, Json(TaskView::from(row))),
    ))
}

/// # Errors
/// There is no such queue.
pub(super) fn known_queue(api: &Api, queue: &str, body: &mut Fields) {
    if api.queue(queue).is_none() {
        let config = api.config();
        let all: Vec<&str> = config.queues.iter().map(|q| q.name.as_str()).collect();
        body.tell(
            "queue",
            "there is no such queue",
            format!("there are: {}", all.join(", ")),
        );
    }
}

/// One task
#[utoipa::path(get, path = "/tasks/{task}", tag = "tasks", params(("task" = i64, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem)))]
pub async fn show(State(api): State<Api>, who: Who, Path(task): Path<String>) -> Answer<Response> {
    let row = find(&api, &who, &task).await?;
    let tag = etag(row.version);
    Ok(tagged(&tag, Json(TaskView::from(row))))
}

/// Take a task
///
/// Of two who take it at once one has it; those who lead may take what others have. Whose agent has a
/// `max_tasks` and as many taken gets `too-many-tasks` (409).
#[utoipa::path(post, path = "/tasks/{task}/take", tag = "tasks", params(("task" = i64, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn take(
    State(api): State<Api>,
    who: Who,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let row = find(&api, &who, &task).await?;
    step(&api, &who, &headers, row, TaskStep::Take).await
}

/// Somebody else may do it
#[utoipa::path(post, path = "/tasks/{task}/put-back", tag = "tasks", params(("task" = i64, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn put_back(
    State(api): State<Api>,
    who: Who,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let row = find(&api, &who, &task).await?;
    step(&api, &who, &headers, row, TaskStep::PutBack).await
}

/// It is done
#[utoipa::path(post, path = "/tasks/{task}/done", tag = "tasks", params(("task" = i64, Path)),
    responses((status = 200, body = TaskView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn done(
    State(api): State<Api>,
    who: Who,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let row = find(&api, &who, &task).await?;
    step(&api, &who, &headers, row, TaskStep::Done).await
}

/// Goes on with a task that they see.
pub(super) async fn step(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    task: TaskRow,
    step: TaskStep,
) -> Answer<Response> {
    who.need(Right::Serve)?;
    let version = version(headers)?;
    let (word, kind) = match step {
        TaskStep::Take => ("task.take", "task.taken"),
        TaskStep::PutBack => ("task.put_back", "task.put_back"),
        TaskStep::Done => ("task.done", "task.done"),
    };
    let deed = who.deed(word, format!("task {}", task.id));
    let own = who.agent.as_ref().and_then(|agent| api.agent(agent));
    let hand = TaskHand {
        lead: who.may(Right::Lead),
        most: own.and_then(|agent| agent.max_tasks),
    };
    let id = task.id;
    match api.store.step_task(id, version, step, hand, deed).await? {
        Changed::Made(Ok(row)) => {
            tell(api, kind, &row);
            let tag = etag(row.version);
            Ok(tagged(&tag, Json(TaskView::from(row)).into_response()))
        }
        Changed::Made(Err(TaskRefusal::Done)) => {
            Err(Problem::wrong_state(format!("task {id} is done already")))
        }
        Changed::Made(Err(TaskRefusal::TakenBy(by))) if by == who.name => {
            Err(Problem::wrong_state(format!("you have task {id} already")))
        }
        Changed::Made(Err(TaskRefusal::TakenBy(by))) => {
            Err(Problem::wrong_state(format!("task {id} is taken by {by}"))
                .remedy("ask them, or whoever leads"))
        }
        Changed::Made(Err(TaskRefusal::NotTaken)) => {
            Err(Problem::wrong_state(format!("nobody has taken task {id}")))
        }
        Changed::Made(Err(TaskRefusal::TooMany(most))) => Err(Problem::new(
            StatusCode::CONFLICT,
            "too-many-tasks",
            format!("you have taken as many tasks as you may have at once: {most}"),
        )
        .remedy("finish one or put one back; GET /api/v1/tasks?mine=true lists yours")),
        Changed::Meanwhile => Err(Problem::meanwhile(&format!("task {id}"))),
        Changed::Unknown | Changed::LastAdmin | Changed::Taken => Err(unknown(&id.to_string())),
    }
}

fn tell(api: &Api, kind: &'static str, row: &TaskRow) {
    api.live.stored(Stored {
        kind,
        queue: row.queue.clone(),
        only: None,
        data: serde_json::json!(TaskView::from(row.clone())),
    });
}

async fn find(api: &Api, who: &Who, task: &str) -> Answer<TaskRow> {
    let id: i64 = task.parse().map_err(|_| unknown(task))?;
    let row = api.reader.task(id).await?;
    let row = row.filter(|r| {
        let own = r.created_by == who.name || r.taken_by.as_ref() == Some(&who.name);
        own || who.may(Right::SeeAll) || (r.queue.is_some() && who.sees(api, r.queue.as_ref()))
    });
    row.ok_or_else(|| unknown(task))
}

fn unknown(task: &str) -> Problem {
    Problem::not_found(
        format!("there is no task `{}`", task.escape_default()),
        "GET /api/v1/tasks lists those that there are",
    )
}
