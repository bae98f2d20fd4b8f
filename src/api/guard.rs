//! What holds for every answer: headers that protect browsers, a time limit, one shape of errors,
//! and the first answer to a command that comes twice.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::Api;
use super::problem::{MEDIA_TYPE, Problem};
use super::secret::digest;
use super::who::{after, is_safe, who_of};
use crate::now::Wall;
use crate::store::audit::KeptAnswer;
use crate::task::clock;

/// A handler that takes longer is given up.
const TIME: Duration = Duration::from_secs(30);
/// Octets of a request's body.
pub const MAX_BODY: usize = 64 << 10;
/// The same, of those that bring menu files.
pub const MAX_FILES_BODY: usize = 1 << 20;
/// How long the first answers are kept.
const ANSWERS: Duration = Duration::from_secs(24 * 3600);
/// Octets of an answer that is kept.
const MAX_ANSWER: usize = 256 << 10;

/// Beside these an answer may have a stricter policy of its own. No scripts, no frames, nothing
/// from elsewhere: what is answered here is data.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Around everything.
pub async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(TIME, next.run(request)).await;
    let mut response = match answered {
        Ok(response) => in_shape(response),
        Err(_) => Problem::unavailable("this took too long and was given up")
            .remedy("look whether it was done before you try again")
            .into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if api.config().api.is_secure() {
        // Two years, as browsers' lists ask for.
        let value = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// The framework's own refusals are text.
fn in_shape(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let ours = kind.is_some_and(|k| k == MEDIA_TYPE || k == "application/json");
    // Probes ask for a status and take any text.
    let probe = kind.is_some_and(|k| k.as_bytes().starts_with(b"text/plain"))
        && status == StatusCode::SERVICE_UNAVAILABLE;
    if !(status.is_client_error() || status.is_server_error()) || ours || probe {
        return response;
    }
    let mut shaped = Problem::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        shaped.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if let Some(range) = response.headers().get(header::CONTENT_RANGE) {
        shaped
            .headers_mut()
            .insert(header::CONTENT_RANGE, range.clone());
    }
    shaped
}

/// The commands with a key that are under way.
#[derive(Clone, Debug, Default)]
pub struct UnderWay(Arc<Mutex<HashSet<String>>>);

struct Entered {
    all: UnderWay,
    key: String,
}

impl UnderWay {
    fn enter(&self, key: &str) -> Option<Entered> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key.to_owned()).then(|| Entered {
            all: self.clone(),
            key: key.to_owned(),
        })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.key);
    }
}

/// Put beside an answer that shows something once: this is kept in its place.
#[derive(Clone, Debug)]
pub struct KeepInstead(pub Value);

/// A command whose `Idempotency-Key` came before gets the first answer, and nothing is done.
pub async fn once(State(api): State<Api>, request: Request, next: Next) -> Response {
    match once_or_why(&api, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once_or_why(api: &Api, request: Request, next: Next) -> Result<Response, Problem> {
    let key = request.headers().get("idempotency-key").cloned();
    let (Some(key), false) = (key, is_safe(request.method())) else {
        return Ok(next.run(request).await);
    };
    let Some(who) = who_of(&request) else {
        return Ok(next.run(request).await);
    };
    let text = key.to_str().unwrap_or_default().trim_matches('"');
    if !(1..=128).contains(&text.len()) {
        let remedy = "send 1 to 128 visible ASCII characters";
        return Err(Problem::field("Idempotency-Key", "does not fit", remedy));
    }
    let key = digest(format!("{} {text}", who.name));
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, most(parts.uri.path())).await;
    let body = body.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let condition = parts.headers.get(header::IF_MATCH);
    let asked = digest(format!(
        "{} {} {:?} {}",
        parts.method,
        parts.uri,
        condition,
        String::from_utf8_lossy(&body)
    ));
    let Some(_entered) = api.under_way.enter(&key) else {
        let title = "the same command is under way";
        return Err(Problem::wrong_state(title).retry_after(1));
    };
    let now = clock::now().wall;
    let forget = before(now, ANSWERS);
    if let Some(kept) = api.reader.answer(&key, forget).await? {
        if kept.request != asked {
            let remedy = "use a new key for each command";
            let what = "was used for another command";
            return Err(Problem::field("Idempotency-Key", what, remedy));
        }
        return Ok(again(kept));
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let status = response.status();
    // What failed on our side may be tried again with the same key; so may who was too early.
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_ANSWER).await;
    let body = body.map_err(|_| Problem::internal())?;
    let kept = match parts.extensions.get::<KeepInstead>() {
        Some(KeepInstead(value)) => value.to_string(),
        None => String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = KeptAnswer {
        request: asked,
        status: status.as_u16(),
        body: kept,
    };
    if let Err(e) = api.store.keep_answer(key, answer, now, forget).await {
        tracing::error!(error = %e, "the answer to a command could not be kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn again(kept: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let kind = match status.is_client_error() {
        true => MEDIA_TYPE,
        false => "application/json",
    };
    let mut response = (status, kept.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

/// Octets that a command may bring.
fn most(path: &str) -> usize {
    let files = path
        .strip_prefix(super::BASE)
        .is_some_and(|p| p == "/menus" || p.starts_with("/menus/"));
    if files { MAX_FILES_BODY } else { MAX_BODY }
}

fn before(now: Wall, time: Duration) -> Wall {
    let later = after(now, time).unix_millis() - now.unix_millis();
    Wall::from_unix_millis(now.unix_millis() - later)
}
