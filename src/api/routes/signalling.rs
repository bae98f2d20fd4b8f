//! The SIP messages of a contact, where `sip.trace` keeps them.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::problem::{Answer, Problem};
use crate::api::who::{Right, Who};
use crate::ids::ContactId;
use crate::live::stamp;
use crate::store::signalling::SignalRow;

/// So many are told of.
const MOST: u32 = 1_000;

/// The SIP messages of a contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignallingView {
    /// Whether messages are kept at present (`sip.trace`).
    kept: bool,
    /// The oldest first; at most 1000.
    messages: Vec<SignalView>,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalView {
    /// Its number.
    message: i64,
    /// Which of the contact's legs: 1 for the first.
    leg: u32,
    /// Whose leg: the caller's masked number, or an agent; may be empty.
    party: String,
    /// Since the contact's start, milliseconds; messages of before it are negative.
    at_ms: i64,
    /// The same by the clock (RFC 3339).
    at: String,
    /// By us; else by them.
    sent: bool,
    /// Their address and port; for operators.
    peer: Option<String>,
    /// `UDP`, `TCP`, `TLS` or `WSS`.
    transport: String,
    /// `INVITE`, or `180 Ringing`.
    what: String,
    /// The method that it belongs to.
    method: String,
    /// It has a session description.
    sdp: bool,
}

/// The text of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignalText {
    /// Without numbers, proofs, keys and digits.
    text: String,
}

impl SignalView {
    fn of(row: SignalRow, contact: ContactId, peers: bool) -> SignalView {
        SignalView {
            message: row.id,
            leg: row.leg,
            party: row.party,
            at_ms: row.at.unix_millis() - contact.started().unix_millis(),
            at: stamp(row.at),
            sent: row.sent,
            peer: peers.then_some(row.peer),
            transport: row.transport,
            what: row.what,
            method: row.method,
            sdp: row.sdp,
        }
    }
}

fn unknown(contact: &str) -> Problem {
    let what = format!("there is no contact `{}`", contact.escape_default());
    Problem::not_found(what, "GET /api/v1/contacts finds those that there are")
}

/// The SIP messages of a contact
///
/// They are kept where `sip.trace` says for how long, a few seconds after they came or went; without
/// numbers, proofs and keys.
#[utoipa::path(get, path = "/contacts/{contact}/signalling", tag = "contacts",
    params(("contact" = String, Path)),
    responses((status = 200, body = SignallingView), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    who: Who,
    Path(contact): Path<String>,
) -> Answer<Json<SignallingView>> {
    who.need(Right::SeeAll)?;
    let id: ContactId = contact.parse().map_err(|_| unknown(&contact))?;
    let rows = api.reader.signalling(id, MOST).await?;
    if rows.is_empty() && api.reader.contact(id).await?.is_none() {
        return Err(unknown(&contact));
    }
    let peers = who.may(Right::Operate);
    Ok(Json(SignallingView {
        kept: api.config().sip.trace.is_some(),
        messages: rows
            .into_iter()
            .map(|row| SignalView::of(row, id, peers))
            .collect(),
    }))
}

/// The text of a message
#[utoipa::path(get, path = "/contacts/{contact}/signalling/{message}", tag = "contacts",
    params(("contact" = String, Path), ("message" = i64, Path)),
    responses((status = 200, body = SignalText), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn show(
    State(api): State<Api>,
    who: Who,
    Path((contact, message)): Path<(String, String)>,
) -> Answer<Json<SignalText>> {
    who.need(Right::Operate)?;
    let id: ContactId = contact.parse().map_err(|_| unknown(&contact))?;
    let none = || {
        let what = format!(
            "there is no message `{}` of this contact",
            message.escape_default()
        );
        Problem::not_found(what, "it may be older than `sip.trace` keeps them")
    };
    let number = message.parse().map_err(|_| none())?;
    let text = api.reader.signal_text(id, number).await?;
    let text = text.ok_or_else(none)?;
    Ok(Json(SignalText { text }))
}
