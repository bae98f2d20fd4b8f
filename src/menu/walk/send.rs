//! A follow-up: put together from what is known, handed over, and not waited for, unless the menu
//! says that it must be durable.

use std::sync::Arc;

use serde_json::Value as Json;

use super::ask::{encode, json};
use super::situation::STORING;
use super::{Doing, Walk};
use crate::menu::outcome::{AskId, Letter, StepKind, WalkAction};
use crate::menu::tree::{FollowUp, Kind, Member, Send, TextPart, UrlPart, VariableId};
use crate::menu::value::Value;
use crate::now::Now;

/// The caller's number is withheld, and is part of the address.
const NO_VALUE: &str = "a value that a follow-up needs is not known";
const NOT_STORED: &str = "a follow-up could not be stored";

impl Walk {
    pub(super) fn send(&mut self, now: Now, send: &Send) {
        let Some(letter) = self.letter(&send.what) else {
            if send.required {
                return self.fault(now, NO_VALUE);
            }
            let what = NO_VALUE.to_owned();
            self.step(now, StepKind::Failed { what });
            return self.follow(now, send.go);
        };
        self.asked = AskId(self.asked.0.wrapping_add(1));
        let ask = self.asked;
        let Some(node) = self.place().cloned() else {
            return self.fault(now, "the menu lost its place");
        };
        self.actions
            .push_back(WalkAction::Send { ask, node, letter });
        if send.required {
            self.doing = Doing::Storing;
            self.deadline = now.mono + STORING;
        } else {
            self.follow(now, send.go);
        }
    }

    fn letter(&self, what: &FollowUp) -> Option<Letter> {
        Some(match what {
            FollowUp::Webhook { url, body } => {
                let mut address = String::new();
                for part in url {
                    match part {
                        UrlPart::Text(text) => address.push_str(text),
                        UrlPart::Value(id) => encode(&mut address, &self.known(*id)?.reveal()),
                    }
                }
                let members = body.iter().map(|(name, member)| {
                    let value = match member {
                        Member::Value(id) => self.known(*id).map_or(Json::Null, json),
                        Member::Text(parts) => Json::from(self.written(parts)),
                    };
                    (name.clone(), value)
                });
                Letter::Webhook {
                    url: address,
                    body: Json::Object(members.collect()).to_string(),
                }
            }
            FollowUp::Mail { to, subject, text } => Letter::Mail {
                to: to.clone(),
                subject: self.written(subject),
                text: self.written(text),
            },
        })
    }

    fn known(&self, id: VariableId) -> Option<&Value> {
        self.values.get(usize::from(id.0))?.as_ref()
    }

    fn written(&self, parts: &[TextPart]) -> String {
        let mut all = String::new();
        for part in parts {
            match part {
                TextPart::Text(text) => all.push_str(text),
                TextPart::Value(id) => {
                    let value = self.known(*id).map(Value::reveal);
                    all.push_str(value.as_deref().unwrap_or("-"));
                }
            }
        }
        all
    }

    /// What came of [`WalkAction::Send`]. It matters only where the menu waits for it; answers that
    /// nobody waits for any more do nothing.
    pub fn handle_sent(&mut self, now: Now, ask: AskId, stored: bool) {
        if self.doing != Doing::Storing || ask != self.asked {
            return;
        }
        let line = Arc::clone(&self.line);
        let Some(Kind::Send(send)) = line.node(self.at).map(|n| &n.kind) else {
            return;
        };
        if stored {
            self.follow(now, send.go);
        } else {
            self.fault(now, NOT_STORED);
        }
        self.use_type_ahead(now);
    }
}
