//! Menu files, and menus that are being written.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{etag, tagged};
use crate::api::Api;
use crate::api::fields::{Body, Parsed};
use crate::api::guard::MAX_FILES_BODY;
use crate::api::problem::{Answer, Problem};
use crate::api::secret::digest;
use crate::api::who::{Right, Who};
use crate::observe::drafts::{DraftView, MenuFile};
use crate::task::menu_files::{self, Fixed, MenuFiles};

/// So many files are taken.
const MOST: usize = 200;

pub(super) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(files))
        .routes(routes!(check))
        .routes(routes!(schemas))
        .layer(DefaultBodyLimit::max(MAX_FILES_BODY))
}

/// The menu files that are there.
#[derive(Debug, Serialize, ToSchema)]
pub struct FilesView {
    /// By name.
    pub files: Vec<MenuFile>,
    /// Why they can not be changed from here, if so: `built_in`, there is no folder of them
    /// (`lines.dir`), or `read_only`, the server may not write there.
    pub fixed: Option<&'static str>,
}

/// The menu files
///
/// As they are in the folder now, which may not be what is in use: see `GET /lines`. The ETag stands
/// for all of them.
#[utoipa::path(get, path = "/menus", tag = "lines",
    responses((status = 200, body = FilesView), (status = 403, body = Problem)))]
pub async fn files(State(api): State<Api>, who: Who) -> Answer<Response> {
    who.need(Right::Operate)?;
    let MenuFiles { files, fixed } = read(&api).await?;
    let tag = tag(&files);
    let view = FilesView {
        files,
        fixed: fixed.map(|f| match f {
            Fixed::BuiltIn => "built_in",
            Fixed::ReadOnly => "read_only",
        }),
    };
    Ok(tagged(&tag, Json(view)))
}

/// Check a draft
///
/// Loads and proves these files, all that there would be, as the start and a reload do; nothing is
/// put to use. Each mistake has its place, and what breaks the promise has the shortest call that
/// shows it.
#[utoipa::path(post, path = "/menus/check", tag = "lines", request_body = Draft,
    responses((status = 200, body = DraftView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn check(
    State(api): State<Api>,
    who: Who,
    Body(mut body): Body,
) -> Answer<Json<DraftView>> {
    who.need(Right::Operate)?;
    let files = body.need("files", LIKE, menu_files_of);
    let files = body.finish(files)?;
    Ok(Json(checked(&api, files).await?))
}

/// JSON Schema of menu files
///
/// By kind: `line`, `calendar` and `fragment`; as `zeroline schema` tells them.
#[utoipa::path(get, path = "/menus/schemas", tag = "lines",
    responses((status = 200, body = Object), (status = 401, body = Problem)))]
pub async fn schemas(State(api): State<Api>, _who: Who) -> Json<Value> {
    Json(api.drafts.schemas.as_ref().clone())
}

/// All the files that there would be.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Draft {
    /// All of them: what is not among them is gone.
    files: Vec<MenuFile>,
}

pub(super) const LIKE: &str = "`[{\"file\": \"main.yaml\", \"text\": \"line: …\"}]`";

/// What is said of files.
pub(super) async fn checked(api: &Api, files: Vec<MenuFile>) -> Answer<DraftView> {
    let judge = std::sync::Arc::clone(&api.drafts.judge);
    let checked = tokio::task::spawn_blocking(move || judge.check(&files));
    checked.await.map_err(|_| Problem::internal())
}

pub(super) async fn read(api: &Api) -> Answer<MenuFiles> {
    let config = api.config();
    let read = tokio::task::spawn_blocking(move || menu_files::read(&config));
    let read = read.await.map_err(|_| Problem::internal())?;
    read.map_err(|e| {
        tracing::error!(error = %e, "the menu files could not be read");
        Problem::unavailable("the menu files can not be read now")
            .remedy("look at lines.dir; the server's log tells what is wrong")
    })
}

/// Stands for all that is in the files.
pub(super) fn tag(files: &[MenuFile]) -> String {
    let mut text = String::new();
    for MenuFile { file, text: t } in files {
        text.push_str(&format!("{file}\0{}\0{t}", t.len()));
    }
    etag(digest(&text))
}

pub(super) fn menu_files_of(v: &Value) -> Parsed<Vec<MenuFile>> {
    let mut files: Vec<MenuFile> =
        serde_json::from_value(v.clone()).map_err(|_| format!("write {LIKE}"))?;
    if !(1..=MOST).contains(&files.len()) {
        return Err(format!("send 1 to {MOST} files"));
    }
    for (i, file) in files.iter().enumerate() {
        if !menu_files::is_name(&file.file) {
            let name = file.file.escape_default();
            return Err(format!(
                "name files with letters, digits, - and _, and then .yaml: `{name}` is none"
            ));
        }
        if files.iter().skip(i + 1).any(|f| f.file == file.file) {
            return Err(format!(
                "send each file once; `{}` is there twice",
                file.file
            ));
        }
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}
