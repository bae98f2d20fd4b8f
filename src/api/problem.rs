//! What went wrong, in one shape: problem details (RFC 9457), with the field and the remedy.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::error;
use utoipa::ToSchema;

use crate::store::StoreError;

/// The media type (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong. Nothing was changed, unless it says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind: `urn:zeroline:wrong-fields`. Stays the same, for programs.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is wrong, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Seconds after which to try again; also in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its name; empty: the whole.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

/// What a handler gives.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// Any kind.
    pub fn new(status: StatusCode, kind: &str, title: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:zeroline:{kind}"),
            title: title.into(),
            status: status.as_u16(),
            remedy: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// With what to do about it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Problem {
        self.remedy = Some(remedy.into());
        self
    }

    /// Try again after so many seconds.
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// Fields are wrong: all of them at once.
    pub fn fields(errors: Vec<FieldProblem>) -> Problem {
        let n = errors.len();
        let s = if n == 1 { "" } else { "s" };
        Problem {
            errors,
            ..Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "wrong-fields",
                format!("{n} mistake{s} in what was sent"),
            )
        }
    }

    /// One field is wrong.
    pub fn field(field: &str, what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem::fields(vec![FieldProblem {
            field: field.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        }])
    }

    /// Nobody is signed in, or not any more.
    pub fn not_signed_in(title: &str) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", title)
            .remedy("sign in by POST /api/v1/session, or send a token as `Authorization: Bearer …`")
    }

    /// They may not do this.
    pub fn not_allowed(title: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "not-allowed", title)
    }

    /// There is no such thing.
    pub fn not_found(what: impl Into<String>, remedy: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", what).remedy(remedy)
    }

    /// It can not be done as things stand.
    pub fn wrong_state(title: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, "wrong-state", title)
    }

    /// Somebody else was faster.
    pub fn meanwhile(what: &str) -> Problem {
        Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "changed-meanwhile",
            format!("{what} was changed meanwhile"),
        )
        .remedy("look at it again, and send the new ETag as If-Match")
    }

    /// The server can not do it now.
    pub fn unavailable(title: &str) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title).retry_after(5)
    }

    /// Something of ours.
    pub fn internal() -> Problem {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something failed here",
        )
        .remedy("the server's log tells what")
    }

    /// By a status alone, for what the framework refuses.
    pub fn of_status(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::not_found(
                "there is nothing at this address",
                "see /api/v1/openapi.json",
            ),
            StatusCode::METHOD_NOT_ALLOWED => {
                Problem::new(status, "method", "this can not be done with this address")
                    .remedy("see /api/v1/openapi.json")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(status, "too-large", "more was sent than is taken")
                    .remedy("send at most 64 KiB")
            }
            status => Problem::new(
                status,
                "refused",
                status
                    .canonical_reason()
                    .unwrap_or("refused")
                    .to_lowercase(),
            ),
        }
    }

    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default(); // text and numbers only
        let mut response = (self.status_code(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == 401 {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"zeroline\""),
            );
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Problem {
        error!(error = %e, "the API could not use the store");
        Problem::unavailable("the store can not be used now; nothing was changed")
            .remedy("try again; the server's log tells what is wrong")
    }
}
