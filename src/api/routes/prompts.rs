//! The prompts: what is said where, how it sounds, and what is missing.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::api::Api;
use crate::api::problem::{Answer, Problem};
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
/// written with `%2F`.
#[utoipa::path(get, path = "/prompts/{language}/{prompt}/audio", tag = "lines",
    params(("language" = String, Path), ("prompt" = String, Path)),
    responses((status = 200, content_type = "audio/wav"), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn audio(
    State(api): State<Api>,
    who: Who,
    Path((language, prompt)): Path<(String, String)>,
) -> Answer<Response> {
    who.need(Right::Operate)?;
    let shelf = api.prompts.clone();
    let asked = (language.clone(), prompt.clone());
    let found = tokio::task::spawn_blocking(move || shelf.0.audio(&asked.0, &asked.1));
    match found.await.map_err(|_| Problem::internal())? {
        Ok(Some(wav)) => {
            let mut response = wav.into_response();
            let kind = HeaderValue::from_static("audio/wav");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
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
