//! Reads what is sent, a JSON object or the query of an address, and notes every mistake in it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::problem::{FieldProblem, Problem};
use crate::now::Wall;
use crate::text::{either, nearest};

/// What a parser gives: the value, or what it would have taken.
pub type Parsed<T> = Result<T, String>;

/// Fields that are being read.
#[derive(Debug, Default)]
pub struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
    wrong: Vec<FieldProblem>,
}

/// The fields of a JSON object in a request's body; an empty body is an empty object.
#[derive(Debug)]
pub struct Body(pub Fields);

/// The fields of an address's query.
#[derive(Debug)]
pub struct Query(pub Fields);

impl Fields {
    fn of(left: Map<String, Value>) -> Fields {
        Fields {
            left,
            ..Fields::default()
        }
    }

    /// Of a JSON object.
    pub fn of_json(bytes: &[u8]) -> Result<Fields, Problem> {
        if bytes.is_empty() {
            return Ok(Fields::default());
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Fields::of(fields)),
            Ok(_) => Err(Problem::field("", "is no JSON object", "send `{ … }`")),
            Err(e) => Err(Problem::field(
                "",
                format!("is no JSON: {e}"),
                "send `{ … }`",
            )),
        }
    }

    /// Of a query; of a field that is there twice the last one.
    pub fn of_query(query: &str) -> Fields {
        let pairs = form_urlencoded::parse(query.as_bytes());
        Fields::of(
            pairs
                .map(|(k, v)| (k.into_owned(), Value::String(v.into_owned())))
                .collect(),
        )
    }

    /// An optional field; `null` is the same as none.
    pub fn opt<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&Value) -> Parsed<T>,
    ) -> Option<T> {
        self.known.push(field);
        match self.left.remove(field) {
            None | Some(Value::Null) => None,
            Some(value) => match parse(&value) {
                Ok(value) => Some(value),
                Err(remedy) => {
                    self.tell(field, "does not fit", remedy);
                    None
                }
            },
        }
    }

    /// An optional field that may be emptied by `null`.
    pub fn opt_or_null<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&Value) -> Parsed<T>,
    ) -> Option<Option<T>> {
        match self.left.get(field) {
            Some(Value::Null) => {
                self.known.push(field);
                self.left.remove(field);
                Some(None)
            }
            Some(_) | None => self.opt(field, parse).map(Some),
        }
    }

    /// A field that must be there.
    pub fn need<T>(
        &mut self,
        field: &'static str,
        like: &str,
        parse: impl FnOnce(&Value) -> Parsed<T>,
    ) -> Option<T> {
        if matches!(self.left.get(field), None | Some(Value::Null)) {
            self.tell(field, "is missing", format!("like {like}"));
        }
        self.opt(field, parse)
    }

    /// Whether a mistake was noted.
    pub fn is_wrong(&self) -> bool {
        !self.wrong.is_empty()
    }

    /// Notes a mistake.
    pub fn tell(&mut self, field: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.wrong.push(FieldProblem {
            field: field.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// What is left is not known. The value, unless something was wrong.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Problem> {
        for (field, _) in std::mem::take(&mut self.left) {
            let remedy = match nearest(&field, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.known.is_empty() => "leave it out".to_owned(),
                None => format!("known here: {}", either(&self.known)),
            };
            self.tell(&field, "is not known", remedy);
        }
        match value {
            Some(value) if self.wrong.is_empty() => Ok(value),
            Some(_) | None => Err(Problem::fields(self.wrong)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
        let kind = kind.as_ref().and_then(|k| k.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !bytes.is_empty() && !kind.eq_ignore_ascii_case("application/json") {
            // A form of another site can send anything but this.
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                "the body is not JSON",
            )
            .remedy("send `Content-Type: application/json`"));
        }
        Fields::of_json(&bytes).map(Body)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Problem> {
        Ok(Query(Fields::of_query(
            parts.uri.query().unwrap_or_default(),
        )))
    }
}

// Parsers. The error is what they would have taken.

/// Text of so many characters, without control characters but line ends where `lines`.
pub fn text(min: usize, max: usize, lines: bool) -> impl FnOnce(&Value) -> Parsed<String> {
    move |v| {
        let text = v.as_str().map(str::trim).unwrap_or_default();
        let good = |c: char| !c.is_control() || (lines && matches!(c, '\n' | '\t'));
        match (min..=max).contains(&text.chars().count()) && text.chars().all(good) && v.is_string()
        {
            true => Ok(text.to_owned()),
            false => Err(format!("write {min} to {max} characters")),
        }
    }
}

/// A name as users, agents and queues have them.
pub fn name(v: &Value) -> Parsed<String> {
    let text = v.as_str().unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    match (1..=64).contains(&text.len()) && text.chars().all(good) {
        true => Ok(text.to_owned()),
        false => Err("write letters, digits, - _ . and @ (at most 64)".to_owned()),
    }
}

/// A whole number within bounds, also as text.
pub fn number(min: i64, max: i64) -> impl FnOnce(&Value) -> Parsed<i64> {
    move |v| {
        let n = match v {
            Value::String(s) => s.parse().ok(),
            v => v.as_i64(),
        };
        n.filter(|n| (min..=max).contains(n))
            .ok_or_else(|| format!("write a whole number from {min} to {max}"))
    }
}

/// How many of a list.
pub fn limit(v: &Value) -> Parsed<u32> {
    let n = number(1, 200)(v)?;
    u32::try_from(n).map_err(|e| e.to_string())
}

/// Yes or no, also as text.
pub fn flag(v: &Value) -> Parsed<bool> {
    match v {
        Value::Bool(b) => Ok(*b),
        Value::String(s) if s == "true" => Ok(true),
        Value::String(s) if s == "false" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

/// A moment (RFC 3339).
pub fn moment(v: &Value) -> Parsed<Wall> {
    let at: Option<Timestamp> = v.as_str().and_then(|s| s.parse().ok());
    at.map(|t| Wall::from_unix_millis(t.as_millisecond()))
        .ok_or_else(|| "write a time like `2026-11-29T18:00:00Z`".to_owned())
}

/// One of a few words.
pub fn choice<T>(
    words: &[&str],
    parse: impl FnOnce(&str) -> Option<T>,
) -> impl FnOnce(&Value) -> Parsed<T> {
    let like = format!("write {}", either(words));
    move |v| v.as_str().and_then(parse).ok_or(like)
}

/// Something that is written as text of its own kind.
pub fn parsed<T: std::str::FromStr>(like: &'static str) -> impl FnOnce(&Value) -> Parsed<T> {
    move |v| {
        let parsed = v.as_str().and_then(|s| s.parse().ok());
        parsed.ok_or_else(|| format!("write {like}"))
    }
}
