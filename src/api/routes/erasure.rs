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
use crate::store::erase::Erasure;

/// Whose traces are removed.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct Wanted {
    /// Their number, exactly as it is kept.
    number: String,
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
    fn of(e: Erasure, done: bool) -> ErasureView {
        ErasureView {
            done,
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
#[utoipa::path(post, path = "/callers/erase", tag = "contacts", request_body = Wanted,
    responses((status = 200, body = ErasureView), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn erase(
    State(api): State<Api>,
    who: Who,
    Body(mut asked): Body,
) -> Answer<Json<ErasureView>> {
    who.need(Right::Administer)?;
    let number = |v: &Value| match v.as_str() {
        Some(n) if (1..=64).contains(&n.len()) => Ok(PhoneNumber::new(n)),
        Some(_) | None => Err("write it as text, as it is kept".to_owned()),
    };
    let number = asked.need("number", "\"+4930901820\"", number);
    let confirm = asked.opt("confirm", flag).unwrap_or(false);
    let owed = asked.opt("owed", flag).unwrap_or(false);
    let number = asked.finish(number)?;
    let deed = who.deed("caller.erase", String::new());
    let erased = api
        .store
        .erase_caller(&number, owed, !confirm, deed)
        .await?;
    Ok(Json(ErasureView::of(erased, confirm)))
}
