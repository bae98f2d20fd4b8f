//! What an agent says of a talk: a code of the queue, and a note.

use axum::Json;
use axum::extract::{Path, State};
use utoipa::ToSchema;

use super::agents::{speaks_for, unknown};
use crate::api::Api;
use crate::api::fields::{Body, parsed, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::ContactView;
use crate::api::who::Who;
use crate::ids::{AgentId, ContactId};
use crate::record::timeline::Event;
use crate::store::rows::ContactRow;
use crate::store::search::Search;
use crate::text::{either, nearest};

/// What an agent says of a talk. At least one of code and note.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct WrapUp {
    /// The contact; without it the agent's last one.
    contact: Option<String>,
    /// One of the queue's `wrap_up_codes`.
    code: Option<String>,
    /// In the agent's words.
    note: Option<String>,
}

/// Write up a talk
///
/// Of the agent's last contact, or of one that they talked to. It goes into the contact's record;
/// writing up again adds to it.
#[utoipa::path(post, path = "/agents/{agent}/wrap-up", tag = "agents", params(("agent" = String, Path)),
    request_body = WrapUp,
    responses((status = 200, body = ContactView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn write(
    State(api): State<Api>,
    who: Who,
    Path(agent): Path<String>,
    Body(mut body): Body,
) -> Answer<Json<ContactView>> {
    let agent = AgentId::new(agent);
    speaks_for(&who, &agent)?;
    if api.agent(&agent).is_none() {
        return Err(unknown(&agent));
    }
    let contact = body.opt("contact", parsed::<ContactId>("a contact's id"));
    let code = body.opt("code", text(1, 40, false));
    let note = body.opt("note", text(1, 4000, true));
    if code.is_none() && note.is_none() {
        body.tell(
            "code",
            "code and note are both missing",
            "give at least one",
        );
    }
    // The record is written behind the calls.
    api.store.flush().await?;
    let row = talk(&api, &agent, contact).await?;
    if let Some(code) = &code {
        check(&api, &row, code, &mut body);
    }
    body.finish(Some(()))?;
    let deed = who.deed("agent.wrap_up", format!("contact {}", row.id));
    let event = Event::WrappedUp { agent, code, note };
    api.store.write_up(row.id, event, deed).await?;
    let theirs = who.agent.is_some() && who.agent == row.agent;
    let clear = theirs || who.may(crate::api::who::Right::Numbers);
    Ok(Json(ContactView::of(&row, clear)))
}

async fn talk(api: &Api, agent: &AgentId, contact: Option<ContactId>) -> Answer<ContactRow> {
    let none = |what: String| Problem::not_found(what, "name a contact that they talked to");
    match contact {
        Some(id) => {
            let found = api.reader.contact(id).await?;
            let theirs = found.filter(|(_, timeline)| {
                timeline
                    .entries()
                    .iter()
                    .any(|e| matches!(&e.event, Event::Connected { agent: a } if a == agent))
            });
            let theirs = theirs.map(|(row, _)| row);
            theirs.ok_or_else(|| none(format!("{agent} did not talk to contact {id}")))
        }
        None => {
            let search = Search {
                agent: Some(agent.clone()),
                ..Search::default()
            };
            let last = api.reader.search(&search, 1).await?;
            let last = last.into_iter().next();
            last.ok_or_else(|| none(format!("{agent} has talked to nobody yet")))
        }
    }
}

fn check(api: &Api, row: &ContactRow, code: &str, body: &mut crate::api::fields::Fields) {
    let queue = row.queue.as_ref().and_then(|q| api.queue(q.as_str()));
    let codes = queue.map(|q| q.wrap_up_codes).unwrap_or_default();
    if codes.iter().any(|c| c == code) {
        return;
    }
    let all: Vec<&str> = codes.iter().map(String::as_str).collect();
    let remedy = match nearest(code, all.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if all.is_empty() => "the queue has no `wrap_up_codes`: write a note".to_owned(),
        None => format!("write {}", either(&all)),
    };
    body.tell("code", "is none of the queue's codes", remedy);
}
