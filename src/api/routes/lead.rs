//! Supervisors at a talk: their own phone rings, and has its part when it is answered. Who has a part
//! already changes it without a ring.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::ToSchema;

use super::talk::{TalkView, find, give};
use crate::api::Api;
use crate::api::fields::{Body, name};
use crate::api::problem::{Answer, Problem};
use crate::api::target::phones;
use crate::api::who::{Right, Who};
use crate::ids::AgentId;
use crate::queue::action::AgentState;
use crate::record::timeline::Presence;
use crate::task::desk::{Lead, Location, Order};

/// At which phone a supervisor is.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct At {
    /// The agent whose phone rings, one with `supervisor = true`; without it one's own.
    phone: Option<String>,
}

async fn lead(
    api: &Api,
    who: &Who,
    headers: &HeaderMap,
    contact: &str,
    body: Body,
    (word, order): (&'static str, impl FnOnce(Lead) -> Order),
) -> Answer<Response> {
    let lead = lead_of(api, who, body)?;
    let call = find(api, who, contact).await?;
    if let Some(AgentState::Talking) = api.queue.state(lead.clone()).await
        && !call.agents.contains(&lead)
    {
        return Err(Problem::wrong_state(format!("{lead} talks with a caller"))
            .remedy("end that talk first"));
    }
    let contacts = match phones(api, &lead).await? {
        Location::Agent(_, contacts) => contacts,
        Location::Busy(_)
        | Location::Queue(_)
        | Location::Line(_)
        | Location::Outside { .. }
        | Location::NotAllowed { .. }
        | Location::Unknown => Vec::new(),
    };
    let detail = Some(format!("at the phone of {lead}"));
    let lead = Lead {
        agent: lead,
        contacts,
    };
    give(api, who, headers, &call, (word, detail), order(lead)).await
}

/// Whose phone it is about.
fn lead_of(api: &Api, who: &Who, body: Body) -> Answer<AgentId> {
    who.need(Right::Lead)?;
    let Body(mut body) = body;
    let phone = body.opt("phone", name).map(AgentId::new);
    if let Some(phone) = &phone
        && who.agent.as_ref() != Some(phone)
        && !api.agent(phone).is_some_and(|a| a.supervisor)
    {
        body.tell(
            "phone",
            "is no supervisor's",
            "name an agent with `supervisor = true`, or leave it out",
        );
    }
    body.finish(Some(()))?;
    phone.or_else(|| who.agent.clone()).ok_or_else(|| {
        Problem::wrong_state("no phone is yours")
            .remedy("give `phone`, or have an administrator set `agent` of your user")
    })
}

/// Listen to a talk
///
/// The supervisor hears both, and nobody hears them.
#[utoipa::path(post, path = "/calls/{contact}/listen", tag = "talk",
    params(("contact" = String, Path)), request_body = At,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn listen(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.listen", |lead| Order::Join(lead, Presence::Listens));
    lead(&api, &who, &headers, &contact, body, order).await
}

/// Whisper to the agent
///
/// The supervisor hears both, and the agent hears them.
#[utoipa::path(post, path = "/calls/{contact}/whisper", tag = "talk",
    params(("contact" = String, Path)), request_body = At,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn whisper(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.whisper", |lead| Order::Join(lead, Presence::Whispers));
    lead(&api, &who, &headers, &contact, body, order).await
}

/// Join a talk
///
/// All three hear each other.
#[utoipa::path(post, path = "/calls/{contact}/barge", tag = "talk",
    params(("contact" = String, Path)), request_body = At,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn barge(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.barge", |lead| Order::Join(lead, Presence::Talks));
    lead(&api, &who, &headers, &contact, body, order).await
}

/// Take the caller over
///
/// The supervisor is the caller's agent from then on; who was goes to wrap-up.
#[utoipa::path(post, path = "/calls/{contact}/take-over", tag = "talk",
    params(("contact" = String, Path)), request_body = At,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn take_over(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let order = ("call.take_over", Order::TakeOver);
    lead(&api, &who, &headers, &contact, body, order).await
}

/// Leave a talk
///
/// Ends the part that the supervisor has, or the ringing of their phone.
#[utoipa::path(post, path = "/calls/{contact}/leave", tag = "talk",
    params(("contact" = String, Path)), request_body = At,
    responses((status = 200, body = TalkView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn leave(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let lead = lead_of(&api, &who, body)?;
    let call = find(&api, &who, &contact).await?;
    let detail = Some(format!("at the phone of {lead}"));
    let word = ("call.leave", detail);
    give(&api, &who, &headers, &call, word, Order::Part(lead)).await
}
