//! What agents and supervisors say to each other of a contact.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::contacts::took_part;
use crate::api::Api;
use crate::api::fields::{Body, number, text};
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::ids::{AgentId, ContactId};
use crate::live::{Stored, stamp};
use crate::record::timeline::Timeline;
use crate::store::chat::ChatRow;
use crate::store::rows::ContactRow;

/// Something that was said.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatView {
    /// Its number; later ones are larger.
    message: i64,
    /// Of this contact.
    contact: String,
    /// When (RFC 3339).
    at: String,
    /// Who: a user or a token.
    who: String,
    /// Whose phone is theirs.
    agent: Option<String>,
    /// What.
    text: String,
}

/// What was said of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatPage {
    /// The oldest first.
    items: Vec<ChatView>,
    /// How many of them the viewer has not read.
    unread: usize,
}

/// Something to be said.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewChat {
    /// What: at most 2000 characters.
    text: String,
}

/// How far somebody has read.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct ReadTo {
    /// The last message that they have read.
    message: i64,
}

impl ChatView {
    fn of(contact: ContactId, row: ChatRow) -> ChatView {
        ChatView {
            message: row.id,
            contact: contact.to_string(),
            at: stamp(row.at),
            who: row.who,
            agent: row.agent.map(|a| a.to_string()),
            text: row.text,
        }
    }
}

/// What was said of a contact
///
/// By the agents who talked with the caller, and supervisors.
#[utoipa::path(get, path = "/contacts/{contact}/chat", tag = "chat",
    params(("contact" = String, Path)),
    responses((status = 200, body = ChatPage), (status = 404, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Json<ChatPage>> {
    let Part { id, .. } = part(&api, &who, &contact).await?;
    page(&api, &who, id).await.map(Json)
}

async fn page(api: &Api, who: &Who, id: ContactId) -> Answer<ChatPage> {
    let (said, upto) = api.reader.chat(id, &who.name).await?;
    let unread = said.iter().filter(|c| c.id > upto).count();
    Ok(ChatPage {
        items: said.into_iter().map(|c| ChatView::of(id, c)).collect(),
        unread,
    })
}

/// Say something of a contact
///
/// Its agents and the supervisors are told (`chat.said`). It stays in the contact's record.
#[utoipa::path(post, path = "/contacts/{contact}/chat", tag = "chat",
    params(("contact" = String, Path)), request_body = NewChat,
    responses((status = 201, body = ChatView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub async fn say(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    Body(mut body): Body,
) -> Answer<(StatusCode, Json<ChatView>)> {
    let words = body.need("text", "\"may I?\"", text(1, 2000, true));
    let words = body.finish(words)?;
    let Part { id, agents, .. } = part(&api, &who, &contact).await?;
    let deed = who.deed("chat.say", format!("contact {id}"));
    let row = api.store.say(id, who.agent.clone(), words, deed).await?;
    let view = ChatView::of(id, row);
    api.live.stored(Stored {
        kind: "chat.said",
        queue: None,
        only: Some(agents),
        data: json!(view),
    });
    Ok((StatusCode::CREATED, Json(view)))
}

/// What one has read
#[utoipa::path(post, path = "/contacts/{contact}/chat/read", tag = "chat",
    params(("contact" = String, Path)), request_body = ReadTo,
    responses((status = 200, body = ChatPage), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub async fn read(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
    Body(mut body): Body,
) -> Answer<Json<ChatPage>> {
    let upto = body.need("message", "12", number(1, i64::MAX));
    let upto = body.finish(upto)?;
    let Part { id, .. } = part(&api, &who, &contact).await?;
    api.store.chat_read(id, who.name.clone(), upto).await?;
    page(&api, &who, id).await.map(Json)
}

/// A contact that somebody has a part in.
pub(super) struct Part {
    pub id: ContactId,
    pub row: ContactRow,
    /// Who talked, or talks, with the caller.
    pub agents: Vec<AgentId>,
    /// Who talks with the caller now.
    pub now: Option<AgentId>,
}

/// The contact, for its agents and those who lead; for others there is none.
pub(super) async fn part(api: &Api, who: &Who, contact: &str) -> Answer<Part> {
    let unknown = || {
        let what = format!("there is no contact `{}`", contact.escape_default());
        Problem::not_found(what, "GET /api/v1/contacts finds those that there are")
    };
    let id: ContactId = contact.parse().map_err(|_| unknown())?;
    // The record is written behind the calls.
    api.store.flush().await?;
    let (row, timeline) = api.reader.contact(id).await?.ok_or_else(unknown)?;
    let theirs = who
        .agent
        .as_ref()
        .is_some_and(|a| took_part(&row, &timeline, a));
    if !theirs && !who.may(Right::Lead) {
        return Err(unknown());
    }
    let agents: Vec<AgentId> = api
        .config()
        .agents
        .iter()
        .map(|a| a.id.clone())
        .filter(|a| took_part(&row, &timeline, a))
        .collect();
    let now = match row.verdict.is_some() {
        true => None,
        false => last_agent(&timeline),
    };
    Ok(Part {
        id,
        row,
        agents,
        now,
    })
}

fn last_agent(timeline: &Timeline) -> Option<AgentId> {
    use crate::record::timeline::Event;
    let mut there = None;
    for entry in timeline.entries() {
        match &entry.event {
            Event::Connected { agent } => there = Some(agent.clone()),
            Event::Queued { .. } | Event::Ended { .. } => there = None,
            _ => {}
        }
    }
    there
}
