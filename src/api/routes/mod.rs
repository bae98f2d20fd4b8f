//! The handlers, one file per subject.

mod agents;
mod approvals;
mod audit;
mod callbacks;
mod chat;
mod choices;
mod contacts;
mod drafts;
mod erasure;
mod events;
mod lead;
mod line;
mod lines;
mod messages;
mod outbox;
mod phone;
mod prompts;
mod publish;
mod queues;
mod recordings;
mod reports;
mod session;
mod settings;
mod signalling;
mod statistics;
mod talk;
mod tasks;
mod tokens;
mod try_line;
mod users;
mod walk;
mod wrap_up;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::agents::unknown as unknown_agent;

use super::Api;
use super::problem::Problem;

/// All of them.
pub(super) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(session::show, session::sign_in, session::sign_out))
        .routes(routes!(session::password))
        .routes(routes!(phone::ticket))
        .routes(routes!(queues::list))
        .routes(routes!(queues::calls))
        .routes(routes!(agents::list))
        .routes(routes!(agents::show))
        .routes(routes!(agents::ready))
        .routes(routes!(agents::pause))
        .routes(routes!(agents::wrap_up_done))
        .routes(routes!(choices::show))
        .routes(routes!(wrap_up::write))
        .routes(routes!(talk::show))
        .routes(routes!(talk::hold))
        .routes(routes!(talk::resume))
        .routes(routes!(talk::transfer))
        .routes(routes!(talk::consult))
        .routes(routes!(talk::complete))
        .routes(routes!(talk::cancel))
        .routes(routes!(talk::confer))
        .routes(routes!(talk::hang_up))
        .routes(routes!(talk::dial))
        .routes(routes!(lead::listen))
        .routes(routes!(lead::whisper))
        .routes(routes!(lead::barge))
        .routes(routes!(lead::take_over))
        .routes(routes!(lead::leave))
        .routes(routes!(contacts::search))
        .routes(routes!(contacts::codes))
        .routes(routes!(contacts::show))
        .routes(routes!(signalling::list))
        .routes(routes!(signalling::show))
        .routes(routes!(erasure::erase))
        .routes(routes!(chat::list, chat::say))
        .routes(routes!(chat::read))
        .routes(routes!(approvals::ask))
        .routes(routes!(approvals::list))
        .routes(routes!(approvals::show))
        .routes(routes!(approvals::grant))
        .routes(routes!(approvals::refuse))
        .routes(routes!(approvals::withdraw))
        .routes(routes!(messages::list))
        .routes(routes!(messages::show))
        .routes(routes!(messages::audio))
        .routes(routes!(messages::done))
        .routes(routes!(recordings::list))
        .routes(routes!(recordings::show, recordings::remove))
        .routes(routes!(recordings::audio))
        .routes(routes!(recordings::pause))
        .routes(routes!(recordings::resume))
        .routes(routes!(callbacks::list))
        .routes(routes!(callbacks::show))
        .routes(routes!(callbacks::done))
        .routes(routes!(callbacks::cancel))
        .routes(routes!(tasks::list, tasks::create))
        .routes(routes!(tasks::show))
        .routes(routes!(tasks::take))
        .routes(routes!(tasks::put_back))
        .routes(routes!(tasks::done))
        .routes(routes!(statistics::show))
        .routes(routes!(reports::show))
        .routes(routes!(statistics::states))
        .routes(routes!(outbox::list))
        .routes(routes!(outbox::retry))
        .routes(routes!(outbox::drop))
        .routes(routes!(lines::list))
        .routes(routes!(line::show))
        .routes(routes!(lines::reload))
        .routes(routes!(try_line::follow))
        .routes(routes!(prompts::list))
        .routes(routes!(prompts::audio))
        .merge(drafts::all())
        .merge(publish::all())
        .merge(walk::all())
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::show, users::change, users::remove))
        .routes(routes!(users::password))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(settings::show))
        .merge(settings::change::all())
        .routes(routes!(settings::calendars))
        .routes(routes!(events::stream))
}

/// The `ETag` of a version (RFC 9110 §8.8.3).
fn etag(version: impl std::fmt::Display) -> String {
    format!("\"{version}\"")
}

/// With an `ETag`.
fn tagged(tag: &str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// Whether who asks has this version already (RFC 9110 §13.1.2).
fn has_it(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut given = given
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    given.any(|t| matches!(t.trim(), "*") || t.trim().trim_start_matches("W/") == tag)
}

/// What `If-Match` asks for (RFC 9110 §13.1.1): none, or one version; `*` is none.
fn if_match(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::IF_MATCH)?.to_str().unwrap_or("");
    (value.trim() != "*").then(|| value.trim())
}

/// The same, where versions are numbers.
///
/// # Errors
/// It is not one of ours.
fn version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(tag) = if_match(headers) else {
        return Ok(None);
    };
    let number = tag.trim_matches('"').parse();
    number.map(Some).map_err(|_| {
        Problem::field(
            "If-Match",
            "is no ETag of ours",
            "send the ETag as it was given",
        )
    })
}
