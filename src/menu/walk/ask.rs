//! Asking a web service: the question, the wait, and what is taken from the answer. Whatever is
//! wrong with the answer is a fault of ours, and ends with a person (P4).

use std::sync::Arc;

use serde_json::Value as Json;

use super::{Doing, Walk};
use crate::menu::outcome::{AskId, MAX_REPLY, StepKind, WalkAction, WebReply, WebRequest, overdue};
use crate::menu::tree::{Ask, Field, Kind, Line, Method, UrlPart, VariableId};
use crate::menu::value::{Value, ValueKind};
use crate::now::Now;

/// What an answer holds.
#[derive(Debug, PartialEq)]
enum Found {
    All(Vec<(VariableId, Value)>),
    /// The service does not know it.
    Nothing,
}

impl Walk {
    pub(super) fn ask(&mut self, now: Now, ask: &Ask) {
        let Some(request) = self.request(ask) else {
            return self.fault(now, "a value that a web service needs is not known");
        };
        self.asked = AskId(self.asked.0.wrapping_add(1));
        if let Some(meanwhile) = &ask.meanwhile {
            self.play(now, meanwhile);
        }
        self.doing = Doing::Asking;
        self.deadline = now.mono + ask.timeout;
        let (ask, timeout) = (self.asked, ask.timeout);
        debug_assert_eq!(request.timeout, timeout);
        self.actions.push_back(WalkAction::Ask { ask, request });
    }

    fn request(&self, ask: &Ask) -> Option<WebRequest> {
        let value = |id: &VariableId| self.values.get(usize::from(id.0))?.as_ref();
        let mut url = String::new();
        for part in &ask.url {
            match part {
                UrlPart::Text(text) => url.push_str(text),
                UrlPart::Value(id) => encode(&mut url, &value(id)?.reveal()),
            }
        }
        let body = match ask.method {
            Method::Get => None,
            Method::Post => {
                let members = ask.body.iter();
                let members = members.map(|(name, id)| Some((name.clone(), json(value(id)?))));
                let object: Option<serde_json::Map<String, Json>> = members.collect();
                Some(Json::Object(object?).to_string())
            }
        };
        Some(WebRequest {
            method: ask.method,
            url,
            body,
            timeout: ask.timeout,
        })
    }

    /// What came of [`WalkAction::Ask`]: an answer, or in words why there is none. Answers that
    /// nobody waits for any more do nothing.
    pub fn handle_reply(&mut self, now: Now, ask: AskId, reply: Result<WebReply, String>) {
        if self.doing != Doing::Asking || ask != self.asked {
            return;
        }
        let line = Arc::clone(&self.line);
        let Some(Kind::Ask(node)) = line.node(self.at).map(|n| &n.kind) else {
            return self.fault(now, "the menu lost its place");
        };
        let found = reply.and_then(|reply| read(&line, &node.fields, &reply));
        match found {
            Err(what) => {
                self.hush();
                self.fault(now, &format!("the web service {what}"));
            }
            Ok(found) => {
                let all = match found {
                    Found::All(all) => Some(all),
                    Found::Nothing => None,
                };
                self.hush();
                self.step(
                    now,
                    StepKind::Answered {
                        found: all.is_some(),
                    },
                );
                let go = if all.is_some() { node.go } else { node.missing };
                for (id, value) in all.into_iter().flatten() {
                    self.learn(id, value);
                }
                self.follow(now, go);
            }
        }
        self.use_type_ahead(now);
    }

    /// The deadline of the question has passed.
    pub(super) fn no_reply(&mut self, now: Now) {
        self.hush();
        let line = Arc::clone(&self.line);
        let Some(Kind::Ask(node)) = line.node(self.at).map(|n| &n.kind) else {
            return self.fault(now, "the menu lost its place");
        };
        self.fault(now, &format!("the web service {}", overdue(node.timeout)));
    }
}

/// What is wanted from the answer; an error says in words what the service did.
fn read(line: &Line, fields: &[Field], reply: &WebReply) -> Result<Found, String> {
    match reply.status {
        404 => return Ok(Found::Nothing),
        200..=299 => {}
        status => return Err(format!("answered with status {status}")),
    }
    if fields.is_empty() {
        return Ok(Found::All(Vec::new()));
    }
    if reply.body.len() > MAX_REPLY {
        return Err("answered more than we read".to_owned());
    }
    let json: Json =
        serde_json::from_slice(&reply.body).map_err(|_| "did not answer in JSON".to_owned())?;
    let mut all = Vec::new();
    for field in fields {
        let mut at = Some(&json);
        for name in &field.path {
            at = at.and_then(|json| json.get(name));
        }
        let Some(found) = at.filter(|json| !json.is_null()) else {
            if field.required {
                return Ok(Found::Nothing);
            }
            continue;
        };
        let variable = line.variable(field.into);
        let value = variable.and_then(|v| typed(v.kind, found));
        let Some(value) = value else {
            let kind = variable.map(|v| v.kind.word()).unwrap_or_default();
            return Err(format!(
                "gave a `{}` that is no {kind}",
                field.path.join(".")
            ));
        };
        all.push((field.into, value));
    }
    Ok(Found::All(all))
}

fn typed(kind: ValueKind, json: &Json) -> Option<Value> {
    match (kind, json) {
        (_, Json::String(text)) => Value::parse(kind, text),
        (ValueKind::Flag, Json::Bool(flag)) => Some(Value::Flag(*flag)),
        // As it is written, so that 12.50 does not become a binary fraction.
        (ValueKind::Number | ValueKind::Money(_) | ValueKind::Digits, Json::Number(n)) => {
            Value::parse(kind, &n.to_string())
        }
        (_, Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => {
            None
        }
    }
}

pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Number(n) => Json::from(*n),
        Value::Flag(flag) => Json::from(*flag),
        Value::Digits(_) | Value::Text(_) | Value::Money(..) | Value::Date(_) | Value::Time(_) => {
            Json::from(value.reveal())
        }
    }
}

/// Percent-encoding of all but unreserved characters (RFC 3986 §2.3).
pub(super) fn encode(url: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for b in text.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            url.push(char::from(b));
        } else {
            let digit = |n: u8| char::from(HEX[usize::from(n & 15)]);
            url.extend(['%', digit(b >> 4), digit(b)]);
        }
    }
}
