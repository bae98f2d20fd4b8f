//! A caller in a page follows their own call: what is said to them, where they are, who answers.
//!
//! The page asks first and is given a key; its call brings the key along. So nobody follows a call
//! that they did not make, and a call that nobody follows costs nothing.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::picture::Picture;
use crate::ids::{AgentId, ContactId};
use crate::queue::action::OverflowStep;
use crate::record::timeline::Event;

/// Pages that may follow their calls at once.
const MOST: usize = 200;
/// What may wait for one of them; who reads more slowly is told no more.
const WAITING: usize = 256;

/// Something that a caller is told of their own call.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// What: `playing`, `step`, `queued` …
    pub kind: &'static str,
    /// What of it.
    pub data: Value,
}

/// A prompt that is played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HeardPrompt {
    /// Its name.
    pub name: String,
    /// What is said in it; none: it has no words, or they are not known.
    pub words: Option<String>,
    /// In which language.
    pub language: Option<String>,
    /// How long it is.
    pub length_ms: u64,
}

/// Pages that follow their calls.
#[derive(Default)]
pub(super) struct Followers {
    /// By key: the call has not come yet.
    waiting: HashMap<String, mpsc::Sender<Followed>>,
    calls: HashMap<ContactId, mpsc::Sender<Followed>>,
}

impl Followers {
    /// Whoever calls with this key is followed; `None`: too many are.
    pub fn open(&mut self, key: String) -> Option<mpsc::Receiver<Followed>> {
        self.waiting.retain(|_, s| !s.is_closed());
        self.calls.retain(|_, s| !s.is_closed());
        if self.waiting.len() + self.calls.len() >= MOST {
            return None;
        }
        let (sender, receiver) = mpsc::channel(WAITING);
        self.waiting.insert(key, sender);
        Some(receiver)
    }

    /// The call with this key came. A key is good for one call.
    pub fn called(&mut self, key: &str, contact: ContactId) {
        if let Some(sender) = self.waiting.remove(key) {
            self.calls.insert(contact, sender);
            let data = json!({ "contact": contact.to_string() });
            self.tell(
                contact,
                Followed {
                    kind: "begun",
                    data,
                },
            );
        }
    }

    /// Tells whoever follows this call.
    pub fn tell(&mut self, contact: ContactId, told: Followed) {
        if let Some(sender) = self.calls.get(&contact)
            && sender.try_send(told).is_err()
        {
            self.calls.remove(&contact);
        }
    }

    /// Something happened to a call.
    pub fn record(&mut self, contact: ContactId, event: &Event, picture: &Picture) {
        if !self.calls.contains_key(&contact) {
            return;
        }
        if let Some(told) = told_to_caller(event, |agent| picture.name_of(agent)) {
            self.tell(contact, told);
        }
        if matches!(event, Event::Ended { .. }) {
            self.calls.remove(&contact);
        }
    }
}

/// What a caller learns of an event; nothing of other callers, and of agents their names.
pub fn told_to_caller(event: &Event, name_of: impl Fn(&AgentId) -> String) -> Option<Followed> {
    let (kind, data) = match event {
        Event::Answered => ("answered", json!({})),
        Event::Step { step } => ("step", json!(step)),
        Event::Queued { queue, reason, .. } => {
            ("queued", json!({ "queue": queue, "reason": reason }))
        }
        Event::Overflowed { cause, to, .. } => {
            let to = match to {
                // The number is nothing to them.
                OverflowStep::Outside(_) => json!("outside"),
                OverflowStep::Queue(_) | OverflowStep::Callback | OverflowStep::Message => {
                    json!(to)
                }
            };
            ("overflowed", json!({ "cause": cause, "to": to }))
        }
        Event::LookedBack => ("looked_back", json!({})),
        Event::Offered { .. } => ("offered", json!({})),
        Event::Missed { .. } => ("missed", json!({})),
        Event::Connected { agent } => ("connected", json!({ "agent": name_of(agent) })),
        Event::Held { .. } => ("held", json!({})),
        Event::Resumed { .. } => ("resumed", json!({})),
        Event::AgentLost { .. } => ("agent_lost", json!({})),
        Event::TalkEnded { .. } => ("talk_ended", json!({})),
        Event::MessageStored { length, .. } => {
            let ms = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
            ("message_stored", json!({ "length_ms": ms }))
        }
        Event::CallbackStored { .. } => ("callback_stored", json!({})),
        Event::Fault { .. } => ("fault", json!({})),
        Event::Ended { verdict } => ("ended", json!({ "verdict": verdict.as_str() })),
        Event::Started { .. }
        | Event::Entry { .. }
        | Event::Judged { .. }
        | Event::CallbackCancelled { .. }
        | Event::CallingBack { .. }
        | Event::CalledInVain { .. }
        | Event::TransferStarted { .. }
        | Event::TransferFailed { .. }
        | Event::Transferred { .. }
        | Event::Consulted { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::LetterStored { .. }
        | Event::Said { .. }
        | Event::Approval { .. }
        | Event::Recording { .. }
        | Event::WrappedUp { .. }
        | Event::Media { .. } => return None,
    };
    Some(Followed { kind, data })
}
