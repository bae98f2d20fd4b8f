//! Who did what.

use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::fields::{Query, limit, number, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::{DeedView, Page};
use crate::api::who::{Right, Who};
use crate::live::stamp;
use crate::store::audit::DeedFilter;

/// Which deeds.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Of this one.
    who: Option<String>,
    /// This, or all that begin so: `agent` or `agent.pause`.
    deed: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// Who did what, when, from where; the newest first
#[utoipa::path(get, path = "/audit", tag = "audit", params(Asked),
    responses((status = 200, body = Page<DeedView>), (status = 403, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<DeedView>>> {
    who.need(Right::Administer)?;
    let filter = DeedFilter {
        who: asked.opt("who", text(1, 80, false)),
        deed: asked.opt("deed", text(1, 80, false)),
        before: asked.opt("cursor", number(1, i64::MAX)),
    };
    let limit = asked.opt("limit", limit).unwrap_or(50);
    let filter = asked.finish(Some(filter))?;
    let rows = api.reader.deeds(&filter, limit + 1).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |r| r.id.to_string(),
        |r| DeedView {
            at: stamp(r.deed.at),
            who: r.deed.who,
            role: r.deed.role,
            source: r.deed.source,
            deed: r.deed.deed,
            target: r.deed.target,
            detail: r.deed.detail,
        },
    )))
}
