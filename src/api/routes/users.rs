//! Who may sign in.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::session::{SHORTEST, user_name};
use super::{etag, tagged, version};
use crate::api::Api;
use crate::api::fields::{Body, Fields, Parsed, choice, flag, name, text};
use crate::api::guard::KeepInstead;
use crate::api::problem::{Answer, Problem};
use crate::api::secret;
use crate::api::view::{UserMade, UserView};
use crate::api::who::{Right, Who};
use crate::ids::AgentId;
use crate::store::people::{Changed, Role, UserChange, UserRow};

/// A new user.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewUser {
    /// What they sign in with.
    user: String,
    /// As others see them; without it the name.
    display: Option<String>,
    /// `agent`, `supervisor`, `operator` or `admin`.
    role: String,
    /// Whose phone is theirs.
    agent: Option<String>,
    /// At least 10 characters; without it one is made and shown once.
    password: Option<String>,
}

/// What is to be changed about a user.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct ChangeUser {
    /// As others see them.
    display: Option<String>,
    /// `agent`, `supervisor`, `operator` or `admin`.
    role: Option<String>,
    /// Whose phone is theirs; `null`: nobody's.
    agent: Option<String>,
    /// May not sign in.
    disabled: Option<bool>,
}

/// A password for somebody.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct GivePassword {
    /// At least 10 characters; without it one is made and shown once.
    password: Option<String>,
}

pub(super) fn role(v: &Value) -> Parsed<Role> {
    choice(&Role::ALL.map(Role::as_str), Role::parse)(v)
}

/// An agent of the settings, or `null`.
pub(super) fn agent(api: &Api, body: &mut Fields) -> Option<Option<AgentId>> {
    let agent = body.opt_or_null("agent", name)?.map(AgentId::new);
    if let Some(agent) = &agent
        && api.agent(agent).is_none()
    {
        body.tell(
            "agent",
            "there is no such agent",
            "look at GET /api/v1/agents",
        );
    }
    Some(agent)
}

/// Users
#[utoipa::path(get, path = "/users", tag = "users",
    responses((status = 200, body = Vec<UserView>), (status = 403, body = Problem)))]
pub async fn list(State(api): State<Api>, who: Who) -> Answer<Json<Vec<UserView>>> {
    who.need(Right::Administer)?;
    let rows = api.reader.users().await?;
    Ok(Json(rows.iter().map(UserView::from).collect()))
}

/// Make a user
#[utoipa::path(post, path = "/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = UserMade), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(State(api): State<Api>, who: Who, Body(mut body): Body) -> Answer<Response> {
    who.need(Right::Administer)?;
    let user = body.need("user", "\"ann\"", name);
    let display = body.opt("display", text(1, 80, false));
    let role = body.need("role", "\"agent\"", role);
    let agent = agent(&api, &mut body).flatten();
    let given = body.opt("password", text(SHORTEST, 256, false));
    let (user, role) = body.finish(user.zip(role))?;
    let (password, shown) = password_or_made(given);
    let deed = who.deed("user.create", format!("user {}", user.to_lowercase()));
    let row = UserRow {
        display: display.unwrap_or_else(|| user.clone()),
        name: user.to_lowercase(),
        role,
        agent,
        password: secret::hash(password).await?,
        disabled: false,
        created: deed.at,
        signed_in: None,
        version: 1,
    };
    let view = UserView::from(&row);
    match api.store.add_user(row, deed).await? {
        Changed::Made(()) => Ok(made(StatusCode::CREATED, view, 1, shown)),
        Changed::Taken | Changed::Unknown | Changed::Meanwhile | Changed::LastAdmin => Err(taken()),
    }
}

/// One user
#[utoipa::path(get, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    responses((status = 200, body = UserView), (status = 404, body = Problem)))]
pub async fn show(State(api): State<Api>, who: Who, Path(user): Path<String>) -> Answer<Response> {
    who.need(Right::Administer)?;
    let row = api.reader.user(&user.to_lowercase()).await?;
    let row = row.ok_or_else(|| unknown(&user))?;
    Ok(tagged(&etag(row.version), Json(UserView::from(&row))))
}

/// Change a user
///
/// A new role, and being disabled, end their sessions. With `If-Match` nothing is changed that
/// somebody else has changed meanwhile.
#[utoipa::path(patch, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    request_body = ChangeUser,
    responses((status = 200, body = UserView), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn change(
    State(api): State<Api>,
    who: Who,
    Path(user): Path<String>,
    headers: HeaderMap,
    Body(mut body): Body,
) -> Answer<Response> {
    who.need(Right::Administer)?;
    let user = user_name(&user)?;
    let change = UserChange {
        display: body.opt("display", text(1, 80, false)),
        role: body.opt("role", role),
        agent: agent(&api, &mut body),
        disabled: body.opt("disabled", flag),
        password: None,
    };
    let change = body.finish(Some(change))?;
    let mut deed = who.deed("user.change", format!("user {user}"));
    deed.detail = change.role.map(|r| format!("role {}", r.as_str()));
    let version = version(&headers)?;
    let done = api
        .store
        .change_user(user.clone(), version, change, deed)
        .await?;
    let row = changed(done, &user)?;
    Ok(tagged(&etag(row.version), Json(UserView::from(&row))))
}

/// Give a user a new password
///
/// Ends their sessions.
#[utoipa::path(post, path = "/users/{user}/password", tag = "users", params(("user" = String, Path)),
    request_body = GivePassword,
    responses((status = 200, body = UserMade), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub async fn password(
    State(api): State<Api>,
    who: Who,
    Path(user): Path<String>,
    Body(mut body): Body,
) -> Answer<Response> {
    who.need(Right::Administer)?;
    let user = user_name(&user)?;
    let given = body.opt("password", text(SHORTEST, 256, false));
    body.finish(Some(()))?;
    let (password, shown) = password_or_made(given);
    let change = UserChange {
        password: Some(secret::hash(password).await?),
        ..UserChange::default()
    };
    let deed = who.deed("user.password", format!("user {user}"));
    let done = api
        .store
        .change_user(user.clone(), None, change, deed)
        .await?;
    let row = changed(done, &user)?;
    Ok(made(
        StatusCode::OK,
        UserView::from(&row),
        row.version,
        shown,
    ))
}

/// Remove a user
#[utoipa::path(delete, path = "/users/{user}", tag = "users", params(("user" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn remove(
    State(api): State<Api>,
    who: Who,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Answer<StatusCode> {
    who.need(Right::Administer)?;
    let user = user_name(&user)?;
    let deed = who.deed("user.remove", format!("user {user}"));
    let done = api
        .store
        .remove_user(user.clone(), version(&headers)?, deed)
        .await?;
    changed(done, &user)?;
    Ok(StatusCode::NO_CONTENT)
}

fn password_or_made(given: Option<String>) -> (String, Option<String>) {
    match given {
        Some(given) => (given, None),
        None => {
            let made = secret::password();
            (made.clone(), Some(made))
        }
    }
}

fn made(status: StatusCode, user: UserView, version: i64, password: Option<String>) -> Response {
    let mut view = UserMade { user, password };
    let shown = (status, Json(&view)).into_response();
    view.password = None;
    let mut response = tagged(&etag(version), shown);
    response.extensions_mut().insert(KeepInstead(json!(view)));
    response
}

fn changed<T>(done: Changed<T>, user: &str) -> Answer<T> {
    match done {
        Changed::Made(made) => Ok(made),
        Changed::Unknown => Err(unknown(user)),
        Changed::Meanwhile => Err(Problem::meanwhile(&format!("user {user}"))),
        Changed::Taken => Err(taken()),
        Changed::LastAdmin => Err(Problem::wrong_state("nobody could administrate any more")
            .remedy("make somebody else an administrator first")),
    }
}

fn taken() -> Problem {
    Problem::wrong_state("another user has this name or this agent").remedy("choose another one")
}

fn unknown(user: &str) -> Problem {
    Problem::not_found(
        format!("there is no user `{}`", user.escape_default()),
        "GET /api/v1/users lists those that there are",
    )
}
