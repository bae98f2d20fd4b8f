//! Menu files are put to use, and what was there before is kept.

mod apply;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::apply::Wanted;
use super::drafts::{LIKE, menu_files_of, read, tag};
use super::if_match;
use crate::api::Api;
use crate::api::fields::{Body, Query, limit, number, text};
use crate::api::guard::MAX_FILES_BODY;
use crate::api::problem::{Answer, Problem};
use crate::api::view::Page;
use crate::api::who::{Right, Who};
use crate::live::stamp;
use crate::observe::drafts::MenuFile;
use crate::observe::menus::Told;
use crate::store::menus::MenuVersionRow;

pub(super) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(publish))
        .routes(routes!(versions))
        .routes(routes!(version))
        .layer(DefaultBodyLimit::max(MAX_FILES_BODY))
}

/// What is to be put to use.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Publish {
    /// All menu files: what is not among them is removed.
    files: Vec<MenuFile>,
    /// Why, in a few words.
    note: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedView {
    /// The version that was kept.
    version: i64,
    /// The lines in use.
    menus: Told,
}

/// Publish menu files
///
/// They are checked, written into the folder (`lines.dir`), each whole or not at all, and read by the
/// server; new calls are answered by them, calls in progress keep theirs. What does not load or is not
/// proven is refused, and nothing has changed. What was there before is kept as a version. Send the
/// ETag of `GET /menus` as `If-Match`: then nobody's changes are lost.
#[utoipa::path(post, path = "/menus", tag = "lines", request_body = Publish,
    responses((status = 200, body = PublishedView), (status = 202, body = PublishedView),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub async fn publish(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Body(mut body): Body,
) -> Answer<Response> {
    who.need(Right::Operate)?;
    let files = body.need("files", LIKE, menu_files_of);
    let note = body.opt("note", text(0, 200, false)).unwrap_or_default();
    let files = body.finish(files)?;
    let condition = if_match(&headers).map(str::to_owned);
    let wanted = Wanted {
        files,
        note,
        condition,
    };
    apply::apply(api, who, wanted).await
}

/// Which versions.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// A version of the menu files.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// Its number.
    version: i64,
    /// When (RFC 3339).
    at: String,
    /// Who published it; none: it was found in the folder.
    who: Option<String>,
    /// Why, in their words.
    note: String,
    /// The files that it changed.
    changed: Vec<String>,
    /// It is what the folder has now.
    current: bool,
}

/// A version with its files.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionWhole {
    /// Which.
    version: VersionView,
    /// All of them.
    files: Vec<MenuFile>,
}

impl VersionView {
    fn of(row: MenuVersionRow, now: &str) -> VersionView {
        VersionView {
            version: row.id,
            at: stamp(row.at),
            who: Some(row.who).filter(|w| !w.is_empty()),
            note: row.note,
            changed: row.changed,
            current: row.hash == now,
        }
    }
}

/// Versions of the menu files, the newest first
///
/// As they were published from here, and as they were found before that. To go back to one, publish
/// its files.
#[utoipa::path(get, path = "/menus/versions", tag = "lines", params(Asked),
    responses((status = 200, body = Page<VersionView>), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn versions(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<VersionView>>> {
    who.need(Right::Operate)?;
    let cursor = asked.opt("cursor", number(1, i64::MAX));
    let limit = asked.opt("limit", limit).unwrap_or(50);
    asked.finish(Some(()))?;
    let now = tag(&read(&api).await?.files);
    let rows = api.reader.menu_versions(cursor, limit + 1).await?;
    let page = Page::of(
        rows,
        limit,
        |r| r.id.to_string(),
        |r| VersionView::of(r, &now),
    );
    Ok(Json(page))
}

/// One version with its files
#[utoipa::path(get, path = "/menus/versions/{version}", tag = "lines",
    params(("version" = i64, Path)),
    responses((status = 200, body = VersionWhole), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn version(
    State(api): State<Api>,
    who: Who,
    Path(version): Path<String>,
) -> Answer<Json<VersionWhole>> {
    who.need(Right::Operate)?;
    let unknown = || {
        let what = format!("there is no version {}", version.escape_default());
        Problem::not_found(
            what,
            "GET /api/v1/menus/versions lists those that there are",
        )
    };
    let id = version.parse().map_err(|_| unknown())?;
    let found = api.reader.menu_version(id).await?;
    let (row, files) = found.ok_or_else(unknown)?;
    let now = tag(&read(&api).await?.files);
    Ok(Json(VersionWhole {
        version: VersionView::of(row, &now),
        files: serde_json::from_str(&files).unwrap_or_default(),
    }))
}
