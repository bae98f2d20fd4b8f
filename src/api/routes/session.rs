//! Signing in and out.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::fields::{Body, name, text};
use crate::api::problem::{Answer, Problem};
use crate::api::secret::{self, digest, random, same, sign};
use crate::api::who::{Peer, Way, Who, after, cookie, cookie_name, csrf_of, own_page, source};
use crate::live::stamp;
use crate::store::audit::Deed;
use crate::store::people::{Changed, SessionRow, UserChange};
use crate::task::clock;

/// The least that a password has.
pub const SHORTEST: usize = 10;
/// How long a browser is known.
const KNOWN: Duration = Duration::from_secs(180 * 86_400);

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// A user's name, `token NAME`, or `local`.
    pub who: String,
    /// `agent`, `supervisor`, `operator` or `admin`.
    pub role: String,
    /// Whose phone is theirs.
    pub agent: Option<String>,
    /// To be sent as `X-CSRF-Token` with every command; only for sessions.
    pub csrf: Option<String>,
    /// The session is over then (RFC 3339), or sooner when it is not used.
    pub until: Option<String>,
}

/// A name and a password.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct SignIn {
    /// The user.
    user: String,
    /// Their password.
    password: String,
}

/// A new password for oneself.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "it is read field by field; this is its schema")]
pub struct NewPassword {
    /// The one until now.
    old: String,
    /// At least 10 characters.
    new: String,
}

impl From<&Who> for SessionView {
    fn from(who: &Who) -> SessionView {
        let (csrf, until) = match &who.way {
            Way::Session { csrf, until, .. } => (Some(csrf.clone()), Some(stamp(*until))),
            Way::Token(_) | Way::Local => (None, None),
        };
        SessionView {
            who: who.name.clone(),
            role: who.role.as_str().to_owned(),
            agent: who.agent.as_ref().map(ToString::to_string),
            csrf,
            until,
        }
    }
}

/// Who is signed in
#[utoipa::path(get, path = "/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub async fn show(who: Who) -> Json<SessionView> {
    Json(SessionView::from(&who))
}

/// Sign in
///
/// Answers with a cookie that scripts can not read. Who guesses is slowed down; the answer is the
/// same whether there is such a user or not.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 200, body = SessionView), (status = 401, body = Problem),
        (status = 429, body = Problem)))]
pub async fn sign_in(
    State(api): State<Api>,
    peer: Peer,
    headers: HeaderMap,
    Body(mut body): Body,
) -> Answer<Response> {
    own_page(&api, &headers)?;
    let user = body.need("user", "\"ann\"", text(1, 64, false));
    let password = body.need("password", "\"…\"", text(1, 256, false));
    let (user, password) = body.finish(user.zip(password))?;
    let user = user.to_lowercase();
    let secure = api.config().api.is_secure();
    let known = known_browser(&api, &headers, &user, secure);
    let from = source(&api, peer, &headers);
    let attempt = api
        .throttle
        .attempt(clock::mono(), from, &user, known.as_deref())
        .map_err(|wait| {
            let title = "too many wrong passwords";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "slow-down", title)
                .remedy("wait a moment; an administrator of this machine can set a new password")
                .retry_after(wait.as_secs() + 1)
        })?;
    let found = api.reader.user(&user).await?;
    let hash = found.as_ref().map(|u| u.password.clone());
    let right = secret::verify(password, hash).await?;
    let source = from.map_or_else(|| "this machine".to_owned(), |ip| ip.to_string());
    let now = clock::now().wall;
    let deed = |deed: &str, role: &str| Deed {
        at: now,
        who: user.clone(),
        role: role.to_owned(),
        source: source.clone(),
        deed: deed.to_owned(),
        target: String::new(),
        detail: None,
    };
    let Some(row) = found.filter(|u| right && !u.disabled) else {
        // In the background: what is written takes time that could be measured.
        let (store, deed) = (api.store.clone(), deed("session.refused", "-"));
        tokio::spawn(async move { store.audit(deed).await });
        return Err(Problem::not_signed_in("user or password is wrong").remedy(
            "`zeroline users reset-password NAME` on the server's machine sets a new one",
        ));
    };
    api.throttle.right(&attempt);
    let secret = random();
    let until = after(now, api.config().api.session_max);
    let session = SessionRow {
        id: digest(&secret),
        user: row.clone(),
        created: now,
        seen: now,
        until,
    };
    let role = row.role.as_str();
    api.store
        .begin_session(session, deed("session.begin", role))
        .await?;
    let view = SessionView {
        who: row.name,
        role: role.to_owned(),
        agent: row.agent.as_ref().map(ToString::to_string),
        csrf: Some(csrf_of(&secret)),
        until: Some(stamp(until)),
    };
    let cookies = [
        set(cookie_name(secure), &secret, secure, "/", None),
        browser_cookie(&api, &user, secure),
    ];
    let cookies = cookies.map(|value| (header::SET_COOKIE, value));
    Ok((AppendHeaders(cookies), Json(view)).into_response())
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
pub async fn sign_out(State(api): State<Api>, who: Who) -> Answer<Response> {
    if let Way::Session { id, .. } = &who.way {
        let deed = who.deed("session.end", "");
        api.store.end_session(id.clone(), deed).await?;
    }
    let secure = api.config().api.is_secure();
    let gone = set(cookie_name(secure), "", secure, "/", Some(Duration::ZERO));
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// A new password for oneself
///
/// Ends all sessions of this user, this one as well.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = NewPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn password(
    State(api): State<Api>,
    who: Who,
    Body(mut body): Body,
) -> Answer<StatusCode> {
    let old = body.need("old", "\"…\"", text(1, 256, false));
    let new = body.need("new", "\"…\"", text(SHORTEST, 256, false));
    let (old, new) = body.finish(old.zip(new))?;
    let Way::Session { .. } = who.way else {
        return Err(Problem::not_allowed(
            "only somebody who signed in has a password",
        ));
    };
    let browser = format!("password {}", who.name);
    let attempt = api
        .throttle
        .attempt(clock::mono(), None, &who.name, Some(&browser));
    let attempt = attempt.map_err(|wait| {
        let title = "too many wrong passwords";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "slow-down", title)
            .retry_after(wait.as_secs() + 1)
    })?;
    let user = api.reader.user(&who.name).await?;
    if !secret::verify(old, user.map(|u| u.password)).await? {
        return Err(Problem::field(
            "old",
            "is not the password",
            "write the one until now",
        ));
    }
    api.throttle.right(&attempt);
    let change = UserChange {
        password: Some(secret::hash(new).await?),
        ..UserChange::default()
    };
    let deed = who.deed("user.password", format!("user {}", who.name));
    match api.store.change_user(who.name, None, change, deed).await? {
        Changed::Made(_) => Ok(StatusCode::NO_CONTENT),
        Changed::Unknown | Changed::Meanwhile | Changed::LastAdmin | Changed::Taken => {
            Err(Problem::not_signed_in("this user is not there any more"))
        }
    }
}

fn set(name: &str, value: &str, secure: bool, path: &str, age: Option<Duration>) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let age = age
        .map(|a| format!("; Max-Age={}", a.as_secs()))
        .unwrap_or_default();
    let cookie = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}{age}");
    // Our own letters only.
    HeaderValue::from_str(&cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn browser_name(secure: bool) -> &'static str {
    match secure {
        true => "__Secure-zeroline-known",
        false => "zeroline-known",
    }
}

/// Says that this browser signed in as this user: who guesses at them elsewhere does not slow them
/// down here. It opens nothing.
fn browser_cookie(api: &Api, user: &str, secure: bool) -> HeaderValue {
    let browser = random();
    let signed = sign(&api.key, &format!("{user} {browser}"));
    let value = format!("{browser}.{signed}");
    set(
        browser_name(secure),
        &value,
        secure,
        "/api/v1/session",
        Some(KNOWN),
    )
}

fn known_browser(api: &Api, headers: &HeaderMap, user: &str, secure: bool) -> Option<String> {
    let (browser, signed) = cookie(headers, browser_name(secure))?.split_once('.')?;
    let ours = same(signed, &sign(&api.key, &format!("{user} {browser}")));
    ours.then(|| browser.to_owned())
}

/// A user's name in a path.
pub(super) fn user_name(text: &str) -> Answer<String> {
    name(&serde_json::Value::String(text.to_owned()))
        .map(|n| n.to_lowercase())
        .map_err(|remedy| Problem::field("user", "does not fit", remedy))
}
