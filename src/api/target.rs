//! Whom somebody is to be handed to, asked, or called: an agent, a queue or a number, and whether
//! that can be done now.

use axum::http::StatusCode;
use serde_json::Value;
use utoipa::ToSchema;

use super::Api;
use super::fields::{Fields, Parsed, name};
use super::problem::{Answer, Problem};
use super::view::state_of;
use crate::ids::{AgentId, PhoneNumber, QueueName};
use crate::queue::action::AgentState;
use crate::task::desk::Location;
use crate::text::nearest;

/// Whom. Exactly one of the three.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Target {
    /// An agent, by their name at the phone.
    agent: Option<String>,
    /// A queue.
    queue: Option<String>,
    /// A number outside, or one of our lines.
    number: Option<String>,
}

/// What was written, before it is looked up.
#[derive(Debug)]
pub(super) enum Named {
    Agent(AgentId),
    Queue(QueueName),
    Number(PhoneNumber),
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Named::Agent(agent) => write!(f, "to agent {agent}"),
            Named::Queue(queue) => write!(f, "to queue {queue}"),
            // Its last digits only.
            Named::Number(number) => write!(f, "to number {number}"),
        }
    }
}

fn dialable(v: &Value) -> Parsed<PhoneNumber> {
    let text = v.as_str().unwrap_or_default();
    let kept: String = text.chars().filter(|c| !" -/()".contains(*c)).collect();
    let number = PhoneNumber::new(kept);
    match number.is_dialable() {
        true => Ok(number),
        false => Err("write 3 to 20 digits, a + before them perhaps".to_owned()),
    }
}

/// Reads the three fields; what is wrong with them is noted there.
pub(super) fn read(api: &Api, body: &mut Fields) -> Option<Named> {
    let agent = body.opt("agent", name).map(AgentId::new);
    let queue = body.opt("queue", name);
    let number = body.opt("number", dialable);
    if let Some(agent) = &agent
        && api.agent(agent).is_none()
    {
        let config = api.config();
        let all = config.agents.iter().map(|a| a.id.as_str());
        body.tell("agent", "is no agent", meant(agent.as_str(), all));
    }
    if let Some(queue) = &queue
        && api.queue(queue).is_none()
    {
        let config = api.config();
        let all = config.queues.iter().map(|q| q.name.as_str());
        body.tell("queue", "is no queue", meant(queue, all));
    }
    match (agent, queue, number) {
        (Some(agent), None, None) => Some(Named::Agent(agent)),
        (None, Some(queue), None) => Some(Named::Queue(QueueName::new(queue))),
        (None, None, Some(number)) => Some(Named::Number(number)),
        (None, None, None) => {
            if !body.is_wrong() {
                body.tell(
                    "agent",
                    "nobody is named",
                    "give `agent`, `queue` or `number`",
                );
            }
            None
        }
        _ => {
            body.tell(
                "agent",
                "more than one is named",
                "give one of `agent`, `queue` and `number`",
            );
            None
        }
    }
}

fn meant<'a>(word: &str, all: impl Iterator<Item = &'a str>) -> String {
    match nearest(word, all) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "see GET /api/v1/agents and GET /api/v1/queues".to_owned(),
    }
}

/// Where they are. `by`: whoever asks for them.
///
/// # Errors
/// They can not be had now.
pub(super) async fn locate(api: &Api, by: &AgentId, named: Named) -> Answer<Location> {
    match named {
        Named::Agent(agent) => {
            is_free(api, by, &agent).await?;
            phones(api, &agent).await
        }
        Named::Queue(queue) => Ok(Location::Queue(queue)),
        Named::Number(number) => {
            let found = api.queue.dialled(by.clone(), number).await;
            let (to, _) = found.ok_or_else(|| Problem::unavailable("the server stops"))?;
            match to {
                Location::Unknown => Err(Problem::wrong_state(
                    "numbers outside can not be called: there is no trunk",
                )
                .remedy("add [[trunks]] to the settings, or name an agent or a queue")),
                Location::NotAllowed { .. } => Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "number-not-allowed",
                    "this number may not be called",
                )
                .remedy(
                    "the section [outside] of the settings says which may; an operator can allow it",
                )),
                Location::Agent(agent, contacts) => {
                    is_free(api, by, &agent).await?;
                    Ok(Location::Agent(agent, contacts))
                }
                Location::Busy(agent) => Err(rings(&agent)),
                Location::Queue(_) | Location::Line(_) | Location::Outside { .. } => Ok(to),
            }
        }
    }
}

/// The agent's phones.
///
/// # Errors
/// There are none, or they ring for a caller.
pub(super) async fn phones(api: &Api, agent: &AgentId) -> Answer<Location> {
    let name = PhoneNumber::new(agent.as_str());
    let found = api.queue.dialled(agent.clone(), name).await;
    match found.ok_or_else(|| Problem::unavailable("the server stops"))? {
        (Location::Agent(agent, contacts), _) if !contacts.is_empty() => {
            Ok(Location::Agent(agent, contacts))
        }
        (Location::Busy(agent), _) => Err(rings(&agent)),
        _ => Err(no_phone(agent)),
    }
}

fn no_phone(agent: &AgentId) -> Problem {
    Problem::wrong_state(format!("no phone of {agent} is registered"))
        .remedy("it has to sign in first; or choose somebody else")
}

fn rings(agent: &AgentId) -> Problem {
    Problem::wrong_state(format!("the phone of {agent} rings for a caller"))
        .remedy("try again when that caller is answered; or choose somebody else")
}

/// # Errors
/// They talk, pause or are away.
async fn is_free(api: &Api, by: &AgentId, agent: &AgentId) -> Answer<()> {
    if by == agent {
        return Err(
            Problem::wrong_state(format!("{agent} is who asks")).remedy("name somebody else")
        );
    }
    let state = api.queue.state(agent.clone()).await;
    let state = state.ok_or_else(|| super::routes::unknown_agent(agent))?;
    match &state {
        AgentState::Ready | AgentState::WrapUp => Ok(()),
        AgentState::Offline => Err(no_phone(agent)),
        AgentState::Paused { .. }
        | AgentState::Offered
        | AgentState::Talking
        | AgentState::Engaged
        | AgentState::Missed => {
            let (word, reason) = state_of(&state);
            let reason = reason.map(|r| format!(" ({r})")).unwrap_or_default();
            Err(
                Problem::wrong_state(format!("{agent} is not free: {word}{reason}"))
                    .remedy("choose somebody who is ready, or a queue"),
            )
        }
    }
}
