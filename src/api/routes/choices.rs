//! What agents can choose from at their desk.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::agents::unknown;
use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::who::Who;
use crate::ids::AgentId;

/// What an agent can choose from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentChoices {
    /// Reasons to pause that have a digit at the phone; others are taken as well.
    pub pause_reasons: Vec<String>,
    /// The codes of each queue that has some: callers come to an agent from other queues, too.
    pub wrap_up_codes: Vec<QueueCodes>,
}

/// The codes by which talks of a queue are written up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QueueCodes {
    /// The queue.
    pub queue: String,
    /// Its `wrap_up_codes`.
    pub codes: Vec<String>,
}

/// What an agent can choose from
#[utoipa::path(get, path = "/agents/{agent}/choices", tag = "agents", params(("agent" = String, Path)),
    responses((status = 200, body = AgentChoices), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    _who: Who,
    Path(agent): Path<String>,
) -> Answer<Json<AgentChoices>> {
    let agent = AgentId::new(agent);
    if api.agent(&agent).is_none() {
        return Err(unknown(&agent));
    }
    let config = api.config();
    let queues = config.queues.iter();
    let codes = queues.filter(|q| !q.wrap_up_codes.is_empty());
    Ok(Json(AgentChoices {
        pause_reasons: config.features.reasons.clone(),
        wrap_up_codes: codes
            .map(|q| QueueCodes {
                queue: q.name.to_string(),
                codes: q.wrap_up_codes.clone(),
            })
            .collect(),
    }))
}
