//! The prompts: what is said where, how it sounds, and what is missing.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::{etag, has_it, tagged};
use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::secret::digest;
use crate::api::who::{Right, Who};
use crate::observe::prompts::PromptsView;

/// The prompts
///
/// Of every language that the lines speak: the words, the length, where the sound comes from, how loud
/// it is, who plays it, and what has to be done. As they are in the folder now, which may not be what is
/// in use: `POST /lines/reload` reads them. What is missing comes first.
#[utoipa::path(get, path = "/prompts", tag = "lines",
    responses((status = 200, body = PromptsView), (status = 403, body = Problem)))]
pub async fn list(State(api): State<Api>, who: Who) -> Answer<Json<PromptsView>> {
    who.need(Right::Operate)?;
    let shelf = api.prompts.clone();
    let view = tokio::task::spawn_blocking(move || shelf.0.list());
    let view = view.await.map_err(|_| Problem::internal())?;
    Ok(Json(Arc::unwrap_or_clone(view)))
}

/// Listen to a prompt
///
/// WAV, 8 or 16 kHz, mono, 16 bits: as calls hear it before it is encoded. A name with `/` in it is
/// written with `%2F`. With an `ETag`: who has that sound already (`If-None-Match`) is not sent it again.
#[utoipa::path(get, path = "/prompts/{language}/{prompt}/audio", tag = "lines",
    params(("language" = String, Path), ("prompt" = String, Path)),
    responses((status = 200, content_type = "audio/wav"), (status = 304), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn audio(
    State(api): State<Api>,
    who: Who,
    headers: HeaderMap,
    Path((language, prompt)): Path<(String, String)>,
) -> Answer<Response> {
    who.need(Right::Operate)?;
    let shelf = api.prompts.clone();
    let asked = (language.clone(), prompt.clone());
    let found = tokio::task::spawn_blocking(move || shelf.0.audio(&asked.0, &asked.1));
    match found.await.map_err(|_| Problem::internal())? {
        Ok(Some(wav)) => {
            let tag = etag(&digest(&wav)[..32]);
            let mut response = match has_it(&headers, &tag) {
                true => tagged(&tag, StatusCode::NOT_MODIFIED),
                false => {
                    let mut response = tagged(&tag, wav);
                    let kind = HeaderValue::from_static("audio/wav");
                    response.headers_mut().insert(header::CONTENT_TYPE, kind);
                    response
                }
            };
            // It is asked for each time: a file may have changed.
            let keep = HeaderValue::from_static("private, no-cache");
            response.headers_mut().insert(header::CACHE_CONTROL, keep);
            Ok(response)
        }
        Ok(None) => Err(Problem::not_found(
            format!(
                "there is no sound of the prompt `{}/{}`",
                language.escape_default(),
                prompt.escape_default()
            ),
            "GET /api/v1/prompts lists those that there are; `audio` says which can be heard",
        )),
        Err((what, remedy)) => Err(Problem::wrong_state(what).remedy(remedy)),
    }
}
