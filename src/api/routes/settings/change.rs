//! One agent, queue or webhook of the settings file is changed.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::apply::{Change, apply};
use crate::api::Api;
use crate::api::fields::{Body, Query, flag};
use crate::api::problem::{Answer, Problem};
use crate::api::routes::if_match;
use crate::api::routes::settings::SettingsView;
use crate::api::who::{Right, Who};
use crate::config::edit::Section;

pub(in crate::api::routes) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(put_agent, remove_agent))
        .routes(routes!(put_queue, remove_queue))
        .routes(routes!(put_webhook, remove_webhook))
}

/// How.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct How {
    /// Only says what would be wrong with it.
    check: Option<bool>,
}

/// What is to be changed about an agent, or what a new one is. A field that is left out stays as it
/// is; one that is `null` is taken out of the file, so that its default holds. Each is written as in
/// the file (docs/settings.md).
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct AgentChange {
    /// Their name.
    name: Option<String>,
    /// What their phone proves itself with. It is never shown again.
    password: Option<String>,
    /// The queues that they answer; without any: all.
    queues: Option<Vec<String>>,
    /// What they can do: `["de", "en:2"]`.
    skills: Option<Vec<String>>,
    /// How long their phone rings, in place of the queue's: `20s`.
    ring_for: Option<String>,
    /// Time after a call, in place of the queue's: `30s`.
    wrap_up: Option<String>,
    /// So many tasks they may have taken at once.
    max_tasks: Option<u32>,
    /// In which the server speaks to them.
    language: Option<String>,
    /// May listen to other agents' talks, and speak in them.
    supervisor: Option<bool>,
    /// Their desk phone answers by itself what the queue offers.
    auto_answer: Option<bool>,
}

/// What is to be changed about a queue, or what a new one is. A field that is left out stays as it is;
/// one that is `null` is taken out of the file, so that its default holds. Each is written as in the
/// file (docs/settings.md).
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct QueueChange {
    /// `longest-idle`, `round-robin`, `fewest-contacts` or `ring-all`.
    strategy: Option<String>,
    /// How long a phone rings: `15s`.
    ring_for: Option<String>,
    /// Time after each call.
    wrap_up: Option<String>,
    /// So many may wait.
    max_callers: Option<u32>,
    /// And so long.
    max_wait: Option<String>,
    /// `overflow` or `wait`.
    unstaffed: Option<String>,
    /// Where those go whom it can not keep: `["queue:sales", "message"]`.
    overflow: Option<Vec<String>>,
    /// `80% in 20s`.
    service_level: Option<String>,
    /// Prompt of the music.
    music: Option<String>,
    /// Prompt of the kind word.
    comfort_prompt: Option<String>,
    /// How often it is said, or `never`.
    comfort_every: Option<String>,
    /// How often the place is told, or `never`.
    position_every: Option<String>,
    /// Agents hear who it is before the caller is connected.
    whisper: Option<bool>,
    /// `off`, `announced` or `asked`.
    recording: Option<String>,
    /// What waiting callers can ask for: `["callback", "message", "self-service"]`.
    waiting_keys: Option<Vec<String>>,
    /// Who called within this time is kept for their agent, or `never`.
    affinity: Option<String>,
    /// For so long.
    affinity_hold: Option<String>,
    /// How well an agent should speak the caller's language, 0 to 5.
    language_level: Option<u8>,
    /// The levels that are needed fall by one each time this has passed.
    relax_every: Option<String>,
    /// What agents choose from when they write up a talk.
    wrap_up_codes: Option<Vec<String>>,
    /// To whom messages of its callers go.
    messages_to: Option<Vec<String>>,
    /// Limits for its figures.
    thresholds: Option<Vec<String>>,
    /// Agents are told when a supervisor only listens.
    monitor_notice: Option<bool>,
    /// A survey of the line, asked when an agent has ended the talk.
    survey: Option<String>,
}

/// What is to be changed about a webhook, or what a new one is. A field that is left out stays as it
/// is; one that is `null` is taken out of the file. Each is written as in the file (docs/settings.md).
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct WebhookChange {
    /// Where to.
    url: Option<String>,
    /// Of what; without any: all.
    events: Option<Vec<String>>,
    /// Signs what is sent, at least 16 characters. It is never shown again.
    secret: Option<String>,
    /// With callers' numbers in the clear.
    numbers: Option<bool>,
}

/// Change an agent, or take one on
///
/// The settings file is changed, all else in it stays as it was written, and the server takes it over
/// at once: calls go on. What would be refused at the start changes nothing, and is told at its
/// field. Send the ETag of `GET /settings` as `If-Match`: then nobody's changes are lost.
#[utoipa::path(put, path = "/settings/agents/{agent}", tag = "settings", params(("agent" = String, Path), How),
    request_body = AgentChange,
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub async fn put_agent(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
    Body(body): Body,
) -> Answer<Response> {
    put(api, who, (Section::Agents, agent), &headers, how, body).await
}

/// Let an agent go
///
/// They end the talk that they are in, and are signed out.
#[utoipa::path(delete, path = "/settings/agents/{agent}", tag = "settings", params(("agent" = String, Path), How),
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_agent(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
) -> Answer<Response> {
    remove(api, who, (Section::Agents, agent), &headers, how).await
}

/// Change a queue, or make one
///
/// As with agents. Callers who wait keep their places.
#[utoipa::path(put, path = "/settings/queues/{queue}", tag = "settings", params(("queue" = String, Path), How),
    request_body = QueueChange,
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub async fn put_queue(
    State(api): State<Api>,
    who: Who,
    Path(queue): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
    Body(body): Body,
) -> Answer<Response> {
    put(api, who, (Section::Queues, queue), &headers, how, body).await
}

/// Remove a queue
///
/// While a line, another queue or an agent needs it, or somebody waits or talks there, it is refused,
/// and told where.
#[utoipa::path(delete, path = "/settings/queues/{queue}", tag = "settings", params(("queue" = String, Path), How),
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_queue(
    State(api): State<Api>,
    who: Who,
    Path(queue): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
) -> Answer<Response> {
    remove(api, who, (Section::Queues, queue), &headers, how).await
}

/// Change a webhook, or make one
///
/// As with agents. A new one is told what happens from then on.
#[utoipa::path(put, path = "/settings/webhooks/{name}", tag = "settings", params(("name" = String, Path), How),
    request_body = WebhookChange,
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
pub async fn put_webhook(
    State(api): State<Api>,
    who: Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
    Body(body): Body,
) -> Answer<Response> {
    put(api, who, (Section::Webhooks, name), &headers, how, body).await
}

/// Remove a webhook
///
/// What is in the outbox for it stays there.
#[utoipa::path(delete, path = "/settings/webhooks/{name}", tag = "settings", params(("name" = String, Path), How),
    responses((status = 200, body = SettingsView), (status = 202, body = SettingsView),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_webhook(
    State(api): State<Api>,
    who: Who,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(how): Query,
) -> Answer<Response> {
    remove(api, who, (Section::Webhooks, name), &headers, how).await
}

async fn put(
    api: Api,
    who: Who,
    (section, name): (Section, String),
    headers: &HeaderMap,
    how: crate::api::fields::Fields,
    mut body: crate::api::fields::Fields,
) -> Answer<Response> {
    who.need(Right::Administer)?;
    let mut fields = Map::new();
    for key in section.keys() {
        if let Some(new) = body.opt_or_null(key, |v| Ok(v.clone())) {
            fields.insert((*key).to_owned(), new.unwrap_or(Value::Null));
        }
    }
    let fields = body.finish(Some(fields))?;
    let change = Change {
        section,
        name,
        fields: Some(fields),
        condition: if_match(headers).map(str::to_owned),
        check: check(how)?,
    };
    apply(api, who, change).await
}

async fn remove(
    api: Api,
    who: Who,
    (section, name): (Section, String),
    headers: &HeaderMap,
    how: crate::api::fields::Fields,
) -> Answer<Response> {
    who.need(Right::Administer)?;
    let change = Change {
        section,
        name,
        fields: None,
        condition: if_match(headers).map(str::to_owned),
        check: check(how)?,
    };
    apply(api, who, change).await
}

fn check(mut how: crate::api::fields::Fields) -> Answer<bool> {
    let check = how.opt("check", flag).unwrap_or(false);
    how.finish(Some(check))
}
