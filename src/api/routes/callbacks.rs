//! Promises to call back.

use axum::Json;
use axum::extract::{Path, State};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::api::fields::{Body, Query, flag, limit, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::CallbackView;
use crate::api::who::{Right, Who};
use crate::live::Stored;
use crate::record::timeline::CallbackId;
use crate::store::CallbackRow;

/// Which callbacks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Those that are over as well.
    all: Option<bool>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// Why nobody needs to call.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Cancel {
    /// In words.
    reason: String,
}

/// Callbacks, the one to be called first first
#[utoipa::path(get, path = "/callbacks", tag = "callbacks", params(Asked),
    responses((status = 200, body = Vec<CallbackView>), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Vec<CallbackView>>> {
    let all = asked.opt("all", flag).unwrap_or(false);
    let limit = asked.opt("limit", limit).unwrap_or(100);
    asked.finish(Some(()))?;
    let mut rows = api.reader.callbacks(all, 2_000).await?;
    rows.retain(|r| who.sees(&api, Some(&r.queue)));
    rows.truncate(limit as usize);
    let clear = who.may(Right::Numbers);
    Ok(Json(
        rows.iter().map(|r| CallbackView::of(r, clear)).collect(),
    ))
}

/// One callback, with the number to be called
///
/// That somebody saw the number is in the audit trail.
#[utoipa::path(get, path = "/callbacks/{callback}", tag = "callbacks",
    params(("callback" = i64, Path)),
    responses((status = 200, body = CallbackView), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(callback): Path<String>,
) -> Answer<Json<CallbackView>> {
    let row = find(&api, &who, &callback).await?;
    let serves = who.may(Right::Serve);
    if serves {
        let deed = who.deed("callback.number", format!("callback {}", row.id));
        api.store.audit(deed).await?;
    }
    Ok(Json(CallbackView::of(&row, serves)))
}

/// Somebody has called back
#[utoipa::path(post, path = "/callbacks/{callback}/done", tag = "callbacks",
    params(("callback" = i64, Path)),
    responses((status = 200, body = CallbackView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn done(
    State(api): State<Api>,
    who: Who,
    Path(callback): Path<String>,
    Body(body): Body,
) -> Answer<Json<CallbackView>> {
    body.finish(Some(()))?;
    end(&api, &who, &callback, None).await
}

/// Nobody needs to call back
#[utoipa::path(post, path = "/callbacks/{callback}/cancel", tag = "callbacks",
    params(("callback" = i64, Path)), request_body = Cancel,
    responses((status = 200, body = CallbackView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn cancel(
    State(api): State<Api>,
    who: Who,
    Path(callback): Path<String>,
    Body(mut body): Body,
) -> Answer<Json<CallbackView>> {
    let reason = body.need("reason", "\"called in again\"", text(1, 200, false));
    let reason = body.finish(reason)?;
    end(&api, &who, &callback, Some(reason)).await
}

async fn end(
    api: &Api,
    who: &Who,
    callback: &str,
    cancelled: Option<String>,
) -> Answer<Json<CallbackView>> {
    who.need(Right::Serve)?;
    let row = find(api, who, callback).await?;
    let (word, kind) = match cancelled {
        Some(_) => ("callback.cancel", "callback.cancelled"),
        None => ("callback.done", "callback.done"),
    };
    let mut deed = who.deed(word, format!("callback {}", row.id));
    deed.detail.clone_from(&cancelled);
    let called = cancelled.is_none();
    let outcome = cancelled.map(|why| format!("cancelled: {why}"));
    if !api
        .store
        .end_callback(row.id, called, outcome, deed)
        .await?
    {
        let title = format!("callback {} is over already ({})", row.id, row.state);
        return Err(Problem::wrong_state(title));
    }
    // Whoever stands in line for it leaves.
    api.callbacks.changed();
    let row = find(api, who, callback).await?;
    let view = CallbackView::of(&row, false);
    api.live.stored(Stored {
        kind,
        queue: Some(row.queue.clone()),
        only: None,
        data: serde_json::json!(view),
    });
    Ok(Json(view))
}

async fn find(api: &Api, who: &Who, callback: &str) -> Answer<CallbackRow> {
    let unknown = || {
        let what = format!("there is no callback `{}`", callback.escape_default());
        Problem::not_found(what, "GET /api/v1/callbacks lists those that there are")
    };
    let id: i64 = callback.parse().map_err(|_| unknown())?;
    let row = api.reader.callback(CallbackId(id)).await?;
    let row = row.filter(|r| who.sees(api, Some(&r.queue)));
    row.ok_or_else(unknown)
}
