//! Contacts: found by what is remembered of them, and each with all that happened.

use axum::Json;
use axum::extract::{Path, State};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::fields::{Query, limit, moment, name, parsed, text};
use crate::api::problem::{Answer, Problem};
use crate::api::view::{ContactDetail, ContactView, Page, sees_number};
use crate::api::who::{Right, Who};
use crate::ids::{AgentId, ContactId, LineName, QueueName};
use crate::record::card::ContextCard;
use crate::record::customer::History;
use crate::record::timeline::{EntryValue, Event, Timeline};
use crate::store::report::{self, View};
use crate::store::rows::ContactRow;
use crate::store::search::Search;

/// What is remembered of a contact.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Asked {
    /// Started at or after (RFC 3339).
    since: Option<String>,
    /// Started before.
    until: Option<String>,
    /// Called this line.
    line: Option<String>,
    /// Came to this queue last.
    queue: Option<String>,
    /// Talked to this agent last.
    agent: Option<String>,
    /// Written up with this code last.
    code: Option<String>,
    /// Ended so: a verdict (`agent_ended`) or a containment (`gave_up`).
    outcome: Option<String>,
    /// The caller's number ends so: 2 to 20 digits.
    digits: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200.
    limit: Option<u32>,
}

/// Search contacts
///
/// The newest first. Agents find those that they talked to, and those of their queues.
#[utoipa::path(get, path = "/contacts", tag = "contacts", params(Asked),
    responses((status = 200, body = Page<ContactView>), (status = 422, body = Problem)))]
pub async fn search(
    State(api): State<Api>,
    who: Who,
    Query(mut asked): Query,
) -> Answer<Json<Page<ContactView>>> {
    let digits = |v: &Value| match v.as_str() {
        Some(d) if (2..=20).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()) => {
            Ok(d.to_owned())
        }
        Some(_) | None => Err("write the last 2 to 20 digits".to_owned()),
    };
    let search = Search {
        since: asked.opt("since", moment),
        until: asked.opt("until", moment),
        line: asked.opt("line", text(1, 64, false)).map(LineName::new),
        queue: asked.opt("queue", name).map(QueueName::new),
        agent: asked.opt("agent", name).map(AgentId::new),
        code: asked.opt("code", text(1, 64, false)),
        outcome: asked.opt("outcome", name),
        digits: asked.opt("digits", digits),
        before: asked.opt("cursor", parsed::<ContactId>("`next` of the page before")),
        only: None,
    };
    let limit = asked.opt("limit", limit).unwrap_or(50);
    // With few digits and many tries a masked number could be found out.
    if search.digits.as_ref().is_some_and(|d| d.len() > 2) && !who.may(Right::Numbers) {
        asked.tell("digits", "are more than you may see", "write the last 2");
    }
    let search = asked.finish(Some(search))?;
    let viewer = who.viewer(&api);
    let search = Search {
        only: viewer.agent,
        ..search
    };
    let rows = api.reader.search(&search, limit + 1).await?;
    Ok(Json(Page::of(
        rows,
        limit,
        |r| r.id.to_string(),
        |r| ContactView::of(&r, sees_number(&who, r.agent.as_ref())),
    )))
}

/// The codes with which contacts were written up
///
/// By name, also those that are not among the settings any more. Agents see those of the contacts that they
/// find.
#[utoipa::path(get, path = "/contacts/codes", tag = "contacts",
    responses((status = 200, body = Vec<String>), (status = 401, body = Problem)))]
pub async fn codes(State(api): State<Api>, who: Who) -> Answer<Json<Vec<String>>> {
    let viewer = who.viewer(&api);
    Ok(Json(api.reader.codes(viewer.agent.as_ref()).await?))
}

/// One contact with its timeline and its context card
#[utoipa::path(get, path = "/contacts/{contact}", tag = "contacts",
    params(("contact" = String, Path)),
    responses((status = 200, body = ContactDetail), (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Json<ContactDetail>> {
    let unknown = || {
        let what = format!("there is no contact `{}`", contact.escape_default());
        Problem::not_found(what, "GET /api/v1/contacts finds those that there are")
    };
    let id: ContactId = contact.parse().map_err(|_| unknown())?;
    let (row, timeline) = api.reader.contact(id).await?.ok_or_else(unknown)?;
    let own = who
        .agent
        .as_ref()
        .is_some_and(|a| took_part(&row, &timeline, a));
    if !own && !who.sees(&api, row.queue.as_ref()) {
        // Whether there is one is not told either.
        return Err(unknown());
    }
    let clear = own || who.may(Right::Numbers);
    let view = View {
        reveal: clear,
        zone: TimeZone::UTC,
    };
    // What was wanted before tells who it is, as the number does.
    let history = match clear && row.caller.is_dialable() {
        true => Some(api.reader.history(&row.caller, row.id).await?),
        false => None,
    };
    let told = report::contact_json(&row, Some(&timeline), &view);
    let events = told.get("timeline").and_then(Value::as_array).cloned();
    Ok(Json(ContactDetail {
        contact: ContactView::of(&row, clear),
        timeline: events.unwrap_or_default(),
        card: card(&row, &timeline, history, clear),
    }))
}

pub(super) fn took_part(row: &ContactRow, timeline: &Timeline, agent: &AgentId) -> bool {
    let theirs = |e: &Event| matches!(e, Event::Offered { agent: a } | Event::Connected { agent: a } if a == agent);
    row.agent.as_ref() == Some(agent) || timeline.entries().iter().any(|e| theirs(&e.event))
}

/// The card as an agent would be shown it now, drawn from the record.
fn card(row: &ContactRow, timeline: &Timeline, history: Option<History>, clear: bool) -> Value {
    let mut card = ContextCard::new(row.id, row.line.clone(), row.caller.clone(), row.started);
    card.history = history;
    card.waited = row.waited;
    for e in timeline.entries() {
        match &e.event {
            Event::Step { step } => card.step(step.clone()),
            Event::Entry { name, value } => {
                let shown = match value {
                    EntryValue::Clear(text) if !clear => EntryValue::Masked(text.chars().count()),
                    value => value.clone(),
                };
                card.entry(name, shown);
            }
            Event::Queued {
                queue,
                reason,
                language,
            } => {
                card.queue = Some(queue.clone());
                card.reason = Some(reason.clone());
                card.language = language.as_ref().map(ToString::to_string);
            }
            Event::Fault { what } => card.failure(what.clone()),
            Event::Started { .. }
            | Event::Answered
            | Event::Judged { .. }
            | Event::Overflowed { .. }
            | Event::LookedBack
            | Event::Offered { .. }
            | Event::Missed { .. }
            | Event::Connected { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::AgentLost { .. }
            | Event::TalkEnded { .. }
            | Event::TransferStarted { .. }
            | Event::TransferFailed { .. }
            | Event::Transferred { .. }
            | Event::MessageStored { .. }
            | Event::CallbackStored { .. }
            | Event::LetterStored { .. }
            | Event::CallingBack { .. }
            | Event::CalledInVain { .. }
            | Event::CallbackCancelled { .. }
            | Event::Consulted { .. }
            | Event::Said { .. }
            | Event::Approval { .. }
            | Event::Joined { .. }
            | Event::Parted { .. }
            | Event::Recording { .. }
            | Event::WrappedUp { .. }
            | Event::Media { .. }
            | Event::Ended { .. } => {}
        }
    }
    let mut told = card.to_json();
    told["started"] = json!(crate::live::stamp(row.started));
    if !clear {
        told["caller"] = json!(row.caller.to_string());
    }
    told
}
