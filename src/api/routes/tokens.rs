//! Tokens for programs.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use utoipa::ToSchema;

use super::users::{agent, role};
use crate::api::Api;
use crate::api::fields::{Body, number, text};
use crate::api::guard::KeepInstead;
use crate::api::problem::{Answer, Problem};
use crate::api::secret::{TOKEN_PREFIX, digest, random};
use crate::api::view::{TokenMade, TokenView};
use crate::api::who::{Right, Who, after};
use crate::store::people::Role;
use crate::store::tokens::TokenMeta;

/// What a token is for.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewToken {
    /// In words: `wallboard`.
    name: String,
    /// `agent`, `supervisor`, `operator` or `admin`.
    role: String,
    /// With the role `agent`: for whom.
    agent: Option<String>,
    /// Over after so many days, 1 to 3650; none: when it is taken back.
    days: Option<i64>,
}

/// Tokens, the newest first
#[utoipa::path(get, path = "/tokens", tag = "tokens",
    responses((status = 200, body = Vec<TokenView>), (status = 403, body = Problem)))]
pub async fn list(State(api): State<Api>, who: Who) -> Answer<Json<Vec<TokenView>>> {
    who.need(Right::Administer)?;
    let rows = api.reader.tokens().await?;
    Ok(Json(rows.iter().map(TokenView::from).collect()))
}

/// Make a token
///
/// It is shown once, and kept as a hash. A repetition with the same `Idempotency-Key` does not show
/// it again.
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, body = TokenMade), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub async fn create(State(api): State<Api>, who: Who, Body(mut body): Body) -> Answer<Response> {
    who.need(Right::Administer)?;
    let name = body.need("name", "\"wallboard\"", text(1, 64, false));
    let role = body.need("role", "\"supervisor\"", role);
    let agent = agent(&api, &mut body).flatten();
    let days = body.opt("days", number(1, 3650));
    if role == Some(Role::Agent) && agent.is_none() {
        body.tell("agent", "is missing", "say for which agent it is");
    }
    let (name, role) = body.finish(name.zip(role))?;
    let deed = who.deed("token.create", format!("token {name}"));
    let token = format!("{TOKEN_PREFIX}{}", random());
    let days = days.and_then(|d| u64::try_from(d).ok());
    let meta = TokenMeta {
        name,
        hash: digest(&token),
        role,
        agent,
        created_by: who.name,
        created: deed.at,
        until: days.map(|d| after(deed.at, Duration::from_secs(d * 86_400))),
    };
    let row = api.store.add_token(meta, deed).await?;
    let mut made = TokenMade {
        meta: TokenView::from(&row),
        token: Some(token),
    };
    let shown = Json(&made).into_response();
    made.token = None;
    let mut response = (StatusCode::CREATED, shown).into_response();
    response.extensions_mut().insert(KeepInstead(json!(made)));
    Ok(response)
}

/// Take a token back
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = i64, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn revoke(
    State(api): State<Api>,
    who: Who,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    who.need(Right::Administer)?;
    let unknown = || {
        let what = format!("there is no token `{}` that holds", id.escape_default());
        Problem::not_found(what, "GET /api/v1/tokens lists those that there are")
    };
    let number: i64 = id.parse().map_err(|_| unknown())?;
    let deed = who.deed("token.revoke", format!("token {number}"));
    match api.store.revoke_token(number, deed).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}
