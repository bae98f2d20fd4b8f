//! A server that takes `POST /v1/audio/speech` as OpenAI's does; most engines that run on one's
//! own machine do as well.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http_body_util::Full;

use super::{EngineError, MAX_SOUND};
use crate::config::{Secret, SpeechEngine};
use crate::ids::Language;
use crate::menu::spoken::words;
use crate::net::http::{HttpClient, HttpError, Limits};

/// Characters of an error's text that are shown.
const MAX_COMPLAINT: usize = 200;

pub(super) struct At<'a> {
    pub client: &'a HttpClient,
    pub url: &'a str,
    pub model: &'a str,
    pub key: Option<&'a Secret>,
}

pub(super) fn voice<'e>(engine: &'e SpeechEngine, language: &Language) -> &'e str {
    engine.voices.get(language).map_or("alloy", String::as_str)
}

pub(super) async fn speak(
    engine: &SpeechEngine,
    at: At<'_>,
    language: &Language,
    text: &str,
) -> Result<Vec<u8>, EngineError> {
    let mut asked = serde_json::json!({
        "model": at.model,
        "input": text,
        "voice": voice(engine, language),
        "response_format": "wav",
    });
    if engine.speed != 100 {
        asked["speed"] = (f64::from(engine.speed) / 100.0).into();
    }
    let mut request = http::Request::post(at.url)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "audio/wav, audio/flac, audio/mpeg")
        .header(USER_AGENT, concat!("zeroline/", env!("CARGO_PKG_VERSION")));
    if let Some(key) = at.key {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", key.reveal()));
        let mut bearer = bearer.map_err(|_| EngineError::Failed("odd key".to_owned()))?;
        bearer.set_sensitive(true);
        request = request.header(AUTHORIZATION, bearer);
    }
    let request = request
        .body(Full::new(Bytes::from(asked.to_string())))
        .map_err(|e| EngineError::Failed(format!("{}: {e}", at.url)))?;
    let limits = Limits {
        time: engine.timeout,
        body: MAX_SOUND,
    };
    let response = at.client.send(request, limits).await.map_err(|e| match e {
        HttpError::Connect(cause) => EngineError::NotThere {
            url: at.url.to_owned(),
            cause,
        },
        HttpError::Slow(limit) => EngineError::Slow(limit),
        HttpError::Large(most) => EngineError::Large(most),
        e @ HttpError::Broken(_) => EngineError::Failed(e.to_string()),
    })?;
    if !response.status().is_success() {
        let said = words(&String::from_utf8_lossy(response.body()));
        let said: String = said.chars().take(MAX_COMPLAINT).collect();
        let status = response.status();
        return Err(EngineError::Failed(format!(
            "{} says {status}: {said}",
            at.url
        )));
    }
    Ok(response.into_body().into())
}
