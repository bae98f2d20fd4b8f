//! What is on its way out: follow-ups of menus, and webhooks.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::fields::{Body, Query, flag, limit};
use crate::api::problem::{Answer, Problem};
use crate::api::view::LetterView;
use crate::api::who::{Right, Who};
use crate::record::timeline::OutboxId;
use crate::task::{clock, outbox};

/// Which.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Those that are over as well.
    all: Option<bool>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// What is not sent yet, the oldest first
#[utoipa::path(get, path = "/outbox", tag = "outbox", params(Asked),
    responses((status = 200, body = Vec<LetterView>), (status = 403, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Vec<LetterView>>> {
    who.need(Right::SeeAll)?;
    let all = asked.opt("all", flag).unwrap_or(false);
    let limit = asked.opt("limit", limit).unwrap_or(100);
    asked.finish(Some(()))?;
    let rows = api.reader.outbox(all, limit).await?;
    Ok(Json(rows.into_iter().map(LetterView::from).collect()))
}

/// Try it again at once, also when it was given up
#[utoipa::path(post, path = "/outbox/{letter}/retry", tag = "outbox", params(("letter" = i64, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn retry(
    State(api): State<Api>,
    who: Who,
    Path(letter): Path<String>,
    Body(body): Body,
) -> Answer<StatusCode> {
    who.need(Right::Operate)?;
    body.finish(Some(()))?;
    let id = id(&letter)?;
    api.store
        .audit(who.deed("outbox.retry", format!("letter {id}")))
        .await?;
    let now = clock::now().wall;
    match api.reader.outbox_retry(id, now, outbox::until(now)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown(&letter)),
    }
}

/// Send it never
#[utoipa::path(post, path = "/outbox/{letter}/drop", tag = "outbox", params(("letter" = i64, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn drop(
    State(api): State<Api>,
    who: Who,
    Path(letter): Path<String>,
    Body(body): Body,
) -> Answer<StatusCode> {
    who.need(Right::Operate)?;
    body.finish(Some(()))?;
    let id = id(&letter)?;
    api.store
        .audit(who.deed("outbox.drop", format!("letter {id}")))
        .await?;
    match api.reader.outbox_drop(id, clock::now().wall).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown(&letter)),
    }
}

fn id(letter: &str) -> Answer<OutboxId> {
    letter.parse().map(OutboxId).map_err(|_| unknown(letter))
}

fn unknown(letter: &str) -> Problem {
    Problem::not_found(
        format!(
            "there is no letter `{}` that is not over",
            letter.escape_default()
        ),
        "GET /api/v1/outbox lists those that there are",
    )
}
