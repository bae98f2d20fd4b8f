//! Agents, and what they say of themselves: the same wishes as by their phones.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::ToSchema;

use super::{etag, if_match, tagged};
use crate::api::Api;
use crate::api::fields::{Body, text};
use crate::api::problem::{Answer, Problem};
use crate::api::secret::digest;
use crate::api::view::{AgentView, state_of};
use crate::api::who::{Right, Who};
use crate::ids::AgentId;
use crate::queue::action::{AgentState, AgentWish};
use crate::queue::snapshot::AgentSnapshot;
use crate::task::clock;

/// Why somebody pauses.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Pause {
    /// In a word: `lunch`.
    reason: String,
}

/// All agents
#[utoipa::path(get, path = "/agents", tag = "now",
    responses((status = 200, body = Vec<AgentView>), (status = 401, body = Problem)))]
pub async fn list(State(api): State<Api>, _who: Who) -> Answer<Json<Vec<AgentView>>> {
    let all = snapshot(&api).await?;
    let now = clock::now().wall;
    Ok(Json(
        all.iter().map(|a| AgentView::of(&api, a, now)).collect(),
    ))
}

/// One agent
///
/// The ETag stands for their state: send it as `If-Match` with a command, and the command is
/// refused if somebody else has changed the state meanwhile.
#[utoipa::path(get, path = "/agents/{agent}", tag = "now", params(("agent" = String, Path)),
    responses((status = 200, body = AgentView), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    _who: Who,
    Path(agent): Path<String>,
) -> Answer<Response> {
    let agent = find(&api, &AgentId::new(agent)).await?;
    Ok(told(&api, &agent))
}

/// Ready for callers
///
/// Ends a pause, wrap-up, and being set aside after a missed call.
#[utoipa::path(post, path = "/agents/{agent}/ready", tag = "agents", params(("agent" = String, Path)),
    responses((status = 200, body = AgentView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn ready(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Response> {
    body.finish(Some(()))?;
    steer(&api, &who, &headers, &agent, AgentWish::Ready).await
}

/// Pause
///
/// While the phone rings, and during a talk and its wrap-up, it holds from the end of that on.
#[utoipa::path(post, path = "/agents/{agent}/pause", tag = "agents", params(("agent" = String, Path)),
    request_body = Pause,
    responses((status = 200, body = AgentView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn pause(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Body(mut body): Body,
) -> Answer<Response> {
    let reason = body.need("reason", "\"lunch\"", text(1, 64, false));
    let reason = body.finish(reason)?;
    steer(&api, &who, &headers, &agent, AgentWish::Pause { reason }).await
}

/// The last talk is written up
#[utoipa::path(post, path = "/agents/{agent}/wrap-up-done", tag = "agents",
    params(("agent" = String, Path)),
    responses((status = 200, body = AgentView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn wrap_up_done(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer<Response> {
    body.finish(Some(()))?;
    steer(&api, &who, &headers, &agent, AgentWish::WrapUpDone).await
}

/// The agent themself, or who leads them.
///
/// # Errors
/// Neither.
pub(super) fn speaks_for(who: &Who, agent: &AgentId) -> Answer<()> {
    match who.agent.as_ref() == Some(agent) {
        true => Ok(()),
        false => who.need(Right::Lead),
    }
}

async fn steer(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    agent: &str,
    wish: AgentWish,
) -> Answer<Response> {
    let agent = AgentId::new(agent);
    speaks_for(who, &agent)?;
    // Nobody else changes it from here between the look and the change.
    let _steering = api.steering.lock().await;
    let before = find(api, &agent).await?;
    let meanwhile = || Problem::meanwhile(&format!("the state of {agent}"));
    let condition = if_match(headers);
    if condition.is_some_and(|tag| tag != tag_of(&before.state)) {
        return Err(meanwhile());
    }
    fits(&agent, &before.state, &wish)?;
    let (word, detail) = match &wish {
        AgentWish::Ready => ("agent.ready", None),
        AgentWish::Pause { reason } => ("agent.pause", Some(reason.clone())),
        AgentWish::WrapUpDone => ("agent.wrap_up_done", None),
    };
    // Written down first: nothing is done that is not.
    let deed = who.deed(word, format!("agent {agent}"));
    api.store
        .audit(crate::store::audit::Deed { detail, ..deed })
        .await?;
    match condition {
        // Their phone, and the queue itself, change it as well.
        Some(_) => {
            let done = api.queue.wish_if(before.state, agent.clone(), wish);
            done.await.ok_or_else(meanwhile)?;
        }
        None => {
            let done = api.queue.wish(agent.clone(), wish).await;
            done.ok_or_else(|| Problem::unavailable("the server stops"))?;
        }
    }
    let after = find(api, &agent).await?;
    Ok(told(api, &after))
}

/// # Errors
/// The wish makes no sense in this state.
fn fits(agent: &AgentId, state: &AgentState, wish: &AgentWish) -> Answer<()> {
    match (wish, state) {
        (_, AgentState::Offline) => Err(Problem::wrong_state(format!(
            "no phone of {agent} is registered"
        ))
        .remedy("sign the phone in first")),
        (AgentWish::Ready, AgentState::Ready) => {
            Err(Problem::wrong_state(format!("{agent} is ready already")))
        }
        (AgentWish::Pause { reason }, AgentState::Paused { reason: old }) if reason == old => Err(
            Problem::wrong_state(format!("{agent} pauses already for this reason")),
        ),
        (AgentWish::WrapUpDone, AgentState::WrapUp) => Ok(()),
        (AgentWish::WrapUpDone, state) => {
            let (word, _) = state_of(state);
            Err(Problem::wrong_state(format!(
                "{agent} is not in wrap-up but {word}"
            )))
        }
        (AgentWish::Ready | AgentWish::Pause { .. }, _) => Ok(()),
    }
}

fn tag_of(state: &AgentState) -> String {
    let (word, reason) = state_of(state);
    match reason {
        None => etag(word),
        // A reason may hold anything.
        Some(reason) => etag(format!("{word}-{}", &digest(&reason)[..12])),
    }
}

fn told(api: &Api, agent: &AgentSnapshot) -> Response {
    let view = AgentView::of(api, agent, clock::now().wall);
    tagged(&tag_of(&agent.state), Json(view))
}

async fn snapshot(api: &Api) -> Answer<Vec<AgentSnapshot>> {
    let snapshot = api.queue.snapshot().await;
    let snapshot = snapshot.ok_or_else(|| Problem::unavailable("the server stops"))?;
    Ok(snapshot.agents)
}

async fn find(api: &Api, agent: &AgentId) -> Answer<AgentSnapshot> {
    let all = snapshot(api).await?;
    let found = all.into_iter().find(|a| a.id == *agent);
    found.ok_or_else(|| unknown(agent))
}

/// There is no such agent.
pub(in crate::api) fn unknown(agent: &AgentId) -> Problem {
    Problem::not_found(
        format!("there is no agent `{}`", agent.as_str().escape_default()),
        "GET /api/v1/agents lists those that there are",
    )
}
