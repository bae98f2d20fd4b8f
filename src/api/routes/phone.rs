//! What a page needs to be the phone of who signed in there.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::problem::{Answer, Problem};
use crate::api::who::{Way, Who, after};
use crate::api::{Api, phone};
use crate::live::stamp;
use crate::sip::digest::Ticket;
use crate::task::clock;

/// Long enough to be asked for anew in time, and short for whoever should find one.
const HOLDS: Duration = Duration::from_secs(15 * 60);

/// How a page registers (RFC 3261 §10, by SIP over WebSocket).
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneView {
    /// Where SIP over WebSocket is spoken.
    pub path: String,
    /// The user part of the address: the agent.
    pub user: String,
    /// The name for the digest, which is not the user part.
    pub authorization_user: String,
    /// The password for it.
    pub password: String,
    /// It holds until then (RFC 3339). Ask anew before each registration after that.
    pub until: String,
}

/// A password for the phone in this page
///
/// For an agent who signed in by browser: it holds for a quarter of an hour, and registers the page
/// as a phone of theirs.
#[utoipa::path(post, path = "/session/phone", tag = "session",
    responses((status = 200, body = PhoneView), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn ticket(State(api): State<Api>, who: Who) -> Answer<Json<PhoneView>> {
    let Way::Session { .. } = who.way else {
        return Err(
            Problem::not_allowed("this is for people who signed in by browser")
                .remedy("register a program's phone with the agent's own password"),
        );
    };
    let Some(agent) = who.agent.filter(|a| api.agent(a).is_some()) else {
        return Err(Problem::not_allowed("no agent's phone is yours")
            .remedy("an administrator can give this user one: `zeroline users change`"));
    };
    let until = after(clock::now().wall, HOLDS);
    let Ticket { username, password } = api.tickets.issue(agent.as_str(), until);
    Ok(Json(PhoneView {
        path: phone::PATH.to_owned(),
        user: agent.to_string(),
        authorization_user: username,
        password,
        until: stamp(until),
    }))
}
