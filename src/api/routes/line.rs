//! One line, to be drawn.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};

use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::who::Who;
use crate::observe::lines::LineView;
use crate::text::nearest;

/// One line with its nodes and what was proven of it
///
/// It is drawn with the figures of its first language.
#[utoipa::path(get, path = "/lines/{line}", tag = "lines", params(("line" = String, Path)),
    responses((status = 200, body = LineView), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    _who: Who,
    Path(line): Path<String>,
) -> Answer<Json<LineView>> {
    Ok(Json(Arc::unwrap_or_clone(find(&api, &line)?)))
}

/// A line in use.
///
/// # Errors
/// There is no such line.
pub(super) fn find(api: &Api, line: &str) -> Answer<Arc<LineView>> {
    api.menus.line(line).ok_or_else(|| {
        let what = format!("there is no line `{}`", line.escape_default());
        let told = api.menus.told();
        let near = nearest(line, told.lines.iter().map(|l| l.line.as_str()));
        Problem::not_found(
            what,
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "GET /api/v1/lines lists those that there are".to_owned(),
            },
        )
    })
}
