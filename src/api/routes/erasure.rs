//! Removing what is kept of one caller, when they ask for it.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::fields::{Body, flag};
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::ids::PhoneNumber;
use crate::store::erase::{Erasure, Writings};

/// Whose traces are removed.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Wanted {
    /// Their number, however it is written: with its country or as the trunk gives it, with `+` or
    /// `00`, with spaces.
    number: String,
    /// Only as it is written here.
    exact: Option<bool>,
    /// `false` (the default): only tell what would be removed.
    confirm: Option<bool>,
    /// Also what is owed to them: open callbacks, messages and tasks that are not done.
    owed: Option<bool>,
}

/// What there is of a caller, or was removed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErasureView {
    /// It was done.
    done: bool,
    /// How the number is written in what is kept, or was.
    numbers: Vec<String>,
    /// Contacts.
    contacts: u64,
    /// Recordings of talks.
    recordings: u64,
    /// Messages.
    messages: u64,
    /// Wishes to be called back.
    callbacks: u64,
    /// Tasks, besides messages.
    tasks: u64,
    /// Follow-ups.
    follow_ups: u64,
    /// Places in guides.
    guides: u64,
    /// Contacts that stay: something is owed, or they go on.
    kept: u64,
    /// The same in words.
    summary: String,
}

impl ErasureView {
    fn of(e: Erasure, numbers: &[PhoneNumber], done: bool) -> ErasureView {
        ErasureView {
            done,
            numbers: numbers.iter().map(|n| n.reveal().to_owned()).collect(),
            contacts: e.contacts,
            recordings: e.recordings,
            messages: e.messages,
            callbacks: e.callbacks,
            tasks: e.tasks,
            follow_ups: e.letters,
            guides: e.guides,
            kept: e.kept,
            summary: e.words(),
        }
    }
}

/// Remove what is kept of a caller
///
/// Without `confirm` it is only told what that would be. It can not be taken back. What is owed to
/// them stays, unless `owed` says otherwise, and so does what goes on. The audit trail keeps who did
/// it and how much it was, with the last two digits of the number.
///
/// A number is found however it is written: marks between the digits do not count, `00` is `+`, and
/// a number with its country is the same as one without, where a 0 may stand in place of the
/// country's code and six digits or more are left. One without its country that is kept of several
/// countries is refused: 409.
#[utoipa::path(post, path = "/callers/erase", tag = "contacts", request_body = Wanted,
    responses((status = 200, body = ErasureView), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn erase(
    State(api): State<Api>,
    who: Who,
    Body(mut asked): Body,
) -> Answer<Json<ErasureView>> {
    who.need(Right::Administer)?;
    let number = |v: &Value| match v.as_str() {
        Some(n) if (1..=64).contains(&n.len()) => Ok(PhoneNumber::new(n)),
        Some(_) | None => Err("write it as text, like `+4930901820`".to_owned()),
    };
    let number = asked.need("number", "\"+4930901820\"", number);
    let confirm = asked.opt("confirm", flag).unwrap_or(false);
    let owed = asked.opt("owed", flag).unwrap_or(false);
    let exact = asked.opt("exact", flag).unwrap_or(false);
    let number = asked.finish(number)?;
    let deed = who.deed("caller.erase", String::new());
    let found = match exact {
        true => Writings::Found(vec![number.clone()]),
        false => api.reader.writings(&number).await?,
    };
    let numbers = match found {
        // That nothing was found is written down as well.
        Writings::Found(found) if found.is_empty() => vec![number],
        Writings::Found(found) => found,
        Writings::Several(several) => {
            let all: Vec<&str> = several.iter().map(PhoneNumber::reveal).collect();
            let title = format!("this may be one of several numbers: {}", all.join(", "));
            let remedy = "write it with its country, like `+4930901820`, or set `exact`";
            return Err(Problem::wrong_state(title).remedy(remedy));
        }
    };
    let erased = api.store.erase_written(&numbers, owed, !confirm, &deed);
    Ok(Json(ErasureView::of(erased.await?, &numbers, confirm)))
}
