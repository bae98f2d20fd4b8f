//! Lines are walked through in the page, and their own tests run.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::drafts::{menu_files_of, read};
use crate::api::Api;
use crate::api::fields::{Body, Fields, Parsed, flag, name, text};
use crate::api::guard::MAX_FILES_BODY;
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::observe::drafts::MenuFile;
use crate::observe::walks::{Move, TestsView, WalkAsked, WalkView};

/// So many moves are made.
const MOST: usize = 200;

pub(super) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(walk))
        .routes(routes!(tests))
        .layer(DefaultBodyLimit::max(MAX_FILES_BODY))
}

/// What is to be walked through.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Walk {
    /// Menu files in place of those in the folder.
    files: Option<Vec<MenuFile>>,
    /// The line; the first without it.
    line: Option<String>,
    /// At this time of the line's calendar, like `2026-12-24T17:59`; now without it.
    at: Option<String>,
    /// The language that the caller is known to speak.
    language: Option<String>,
    /// Nobody is signed in.
    nobody: Option<bool>,
    /// What happens, one after the other.
    moves: Option<Vec<Move>>,
}

/// The menus that tests are run on.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Tested {
    /// Menu files in place of those in the folder.
    files: Option<Vec<MenuFile>>,
}

/// Walk through a line
///
/// A call that nobody makes, by the code that answers calls, as `zeroline call` does it: all moves
/// from the beginning, in no time. Web services are not asked: their answers are moves.
#[utoipa::path(post, path = "/menus/walk", tag = "lines", request_body = Walk,
    responses((status = 200, body = WalkView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn walk(
    State(api): State<Api>,
    who: Who,
    Body(mut body): Body,
) -> Answer<Json<WalkView>> {
    who.need(Right::Operate)?;
    let files = body.opt("files", menu_files_of);
    let asked = WalkAsked {
        line: body.opt("line", name),
        at: body.opt("at", text(1, 40, false)),
        language: body.opt("language", text(1, 20, false)),
        nobody: body.opt("nobody", flag).unwrap_or(false),
        moves: body.opt("moves", moves).unwrap_or_default(),
    };
    let files = files_of(&api, body, files).await?;
    let judge = std::sync::Arc::clone(&api.drafts.judge);
    let walked = tokio::task::spawn_blocking(move || judge.walk(&files, &asked)).await;
    let walked = walked.map_err(|_| Problem::internal())?;
    let wrong = |(field, what): (&str, String)| Problem::field(field, "does not fit", what);
    Ok(Json(walked.map_err(wrong)?))
}

fn moves(v: &Value) -> Parsed<Vec<Move>> {
    let moves: Vec<Move> = serde_json::from_value(v.clone())
        .map_err(|_| "write moves like `[{\"keys\": \"1\"}, \"silence\"]`".to_owned())?;
    let fits = |m: &Move| match m {
        Move::Keys(keys) => {
            let key = |c: char| c.is_ascii_digit() || c == '*' || c == '#';
            (1..=64).contains(&keys.len()) && keys.chars().all(key)
        }
        Move::Found(json) => json.len() <= MAX_FOUND,
        Move::Silence | Move::HangUp | Move::Missing | Move::Fails => true,
    };
    match moves.len() <= MOST && moves.iter().all(fits) {
        true => Ok(moves),
        false => Err(format!("make at most {MOST} moves; keys are 0-9, * and #")),
    }
}

/// Octets that a web service may be said to answer.
const MAX_FOUND: usize = 16 << 10;

/// Run the tests beside the menus
///
/// Those of `tests/` in the folder, as `zeroline test` does it.
#[utoipa::path(post, path = "/menus/tests", tag = "lines", request_body = Tested,
    responses((status = 200, body = TestsView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn tests(
    State(api): State<Api>,
    who: Who,
    Body(mut body): Body,
) -> Answer<Json<TestsView>> {
    who.need(Right::Operate)?;
    let files = body.opt("files", menu_files_of);
    let files = files_of(&api, body, files).await?;
    let judge = std::sync::Arc::clone(&api.drafts.judge);
    let run = tokio::task::spawn_blocking(move || judge.tests(&files)).await;
    Ok(Json(run.map_err(|_| Problem::internal())?))
}

/// Those that were sent, or those in the folder.
async fn files_of(api: &Api, body: Fields, files: Option<Vec<MenuFile>>) -> Answer<Vec<MenuFile>> {
    body.finish(Some(()))?;
    match files {
        Some(files) => Ok(files),
        None => Ok(read(api).await?.files),
    }
}
