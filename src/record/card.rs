//! The context card: what the agent knows before answering. It belongs to the contact and
//! goes along through every transfer.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::customer::{Crm, History, Learnt};
use super::timeline::{EntryValue, Event, Timeline};
use crate::ids::{ContactId, LineName, PhoneNumber, QueueName};
use crate::menu::outcome::{Reason, Step, StepKind};
use crate::now::Wall;

/// Steps of the path that are kept; the oldest go first.
pub const MAX_STEPS: usize = 64;
/// Entries and failures that are kept.
pub const MAX_NOTES: usize = 32;
/// Longest display name, in characters: what desk phones show.
pub const MAX_SHORT: usize = 40;
/// Longest user data in `User-to-User`, in octets before encoding (RFC 7434 §4.5: what ISDN
/// and most contact-centre gear carry).
pub const MAX_UUI: usize = 128;

/// What the agent is told about a contact.
///
/// Sensitive entries are in here as counts; the number is in the clear, for it is the agent
/// who sees it. `Debug` shows neither digits nor the number.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextCard {
    /// Whose card.
    pub contact: ContactId,
    /// The line that was called.
    pub line: LineName,
    /// The language that the caller chose or has by default (BCP 47).
    pub language: Option<String>,
    /// Who calls.
    pub caller: PhoneNumber,
    /// When the call came in.
    pub started: Wall,
    /// The queue that the caller waits in.
    pub queue: Option<QueueName>,
    /// Why the caller wants a person.
    pub reason: Option<Reason>,
    /// For how long the caller has waited.
    pub waited: Duration,
    /// What our own record knows of them; `None`: that is not known (yet).
    pub history: Option<History>,
    /// What the operator's books say of them.
    pub crm: Crm,
    path: VecDeque<Step>,
    forgotten_steps: usize,
    entries: Vec<(String, EntryValue)>,
    failures: Vec<String>,
}

impl ContextCard {
    /// The card of a call that has just come in.
    pub fn new(
        contact: ContactId,
        line: LineName,
        caller: PhoneNumber,
        started: Wall,
    ) -> ContextCard {
        ContextCard {
            contact,
            line,
            language: None,
            caller,
            started,
            queue: None,
            reason: None,
            waited: Duration::ZERO,
            history: None,
            crm: Crm::Unasked,
            path: VecDeque::new(),
            forgotten_steps: 0,
            entries: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// The card of a contact that is over, as its timeline tells it.
    pub fn of(
        contact: ContactId,
        line: LineName,
        caller: PhoneNumber,
        timeline: &Timeline,
    ) -> ContextCard {
        let mut card = ContextCard::new(contact, line, caller, timeline.started);
        for entry in timeline.entries() {
            match &entry.event {
                Event::Step { step } => {
                    if let StepKind::Language { language } = &step.what {
                        card.language = Some(language.as_str().to_owned());
                    }
                    card.step(step.clone());
                }
                Event::Entry { name, value } => card.entry(name, value.clone()),
                Event::Queued { queue, reason, .. } => {
                    card.queue = Some(queue.clone());
                    card.reason = Some(reason.clone());
                }
                Event::Fault { what } => card.failure(what.clone()),
                _ => {}
            }
        }
        card
    }

    /// Something more is known of the caller.
    pub fn learn(&mut self, learnt: Learnt) {
        match learnt {
            Learnt::History(history) => self.history = Some(history),
            Learnt::Crm(crm) => self.crm = crm,
        }
    }

    /// One more step through the menu.
    pub fn step(&mut self, step: Step) {
        if let StepKind::Failed { what } = &step.what {
            self.failure(what.clone());
        }
        if self.path.len() == MAX_STEPS {
            self.path.pop_front();
            self.forgotten_steps += 1;
        }
        self.path.push_back(step);
    }

    /// Something that the caller entered; a second value of a name replaces the first.
    pub fn entry(&mut self, name: &str, value: EntryValue) {
        if let Some(e) = self.entries.iter_mut().find(|(n, _)| n == name) {
            e.1 = value;
        } else if self.entries.len() < MAX_NOTES {
            self.entries.push((name.to_owned(), value));
        }
    }

    /// Something of ours that failed.
    pub fn failure(&mut self, what: String) {
        // The menu tells of it, and then the reason for which the caller is queued.
        if self.failures.len() < MAX_NOTES && self.failures.last() != Some(&what) {
            self.failures.push(what);
        }
    }

    /// The steps that are kept, oldest first.
    pub fn path(&self) -> impl Iterator<Item = &Step> {
        self.path.iter()
    }

    /// The entries, in the order of their first coming.
    pub fn entries(&self) -> &[(String, EntryValue)] {
        &self.entries
    }

    /// What failed.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Where in the menu the caller was last, in the agents' words.
    pub fn subject(&self) -> Option<&str> {
        self.path.iter().rev().find_map(|s| match &s.what {
            StepKind::Entered { label } => Some(label.as_str()),
            StepKind::Pressed { .. }
            | StepKind::Wrong { .. }
            | StepKind::Silent
            | StepKind::Collected { .. }
            | StepKind::Language { .. }
            | StepKind::Answered { .. }
            | StepKind::Tried { .. }
            | StepKind::Failed { .. } => None,
        })
    }

    /// For a phone's display: number, subject, reason, time waited, e.g.
    /// `+493090… · billing · asked · 0:42`. At most [`MAX_SHORT`] characters, none of which
    /// needs quoting in a SIP display name (RFC 3261 §25.1).
    pub fn short(&self) -> String {
        self.short_with(" · ", "…", &|c| !c.is_control() && c != '"' && c != '\\')
    }

    /// As [`ContextCard::short`], in ASCII, for phones that can do no more.
    pub fn short_ascii(&self) -> String {
        self.short_with(" - ", "..", &|c| {
            matches!(c, ' '..='~') && c != '"' && c != '\\'
        })
    }

    fn short_with(&self, dot: &str, more: &str, good: &dyn Fn(char) -> bool) -> String {
        let number: String = self.caller.reveal().chars().filter(|&c| good(c)).collect();
        let number = cut(&number, 16, more);
        let reason = self.reason.as_ref().map(word).unwrap_or_default();
        let s = self.waited.as_secs();
        let waited = format!("{}:{:02}", s / 60, s % 60);
        let subject: String = self
            .subject()
            .unwrap_or(self.line.as_str())
            .chars()
            .map(|c| if good(c) { c } else { '?' })
            .collect();
        // The subject gives way, down to a few letters; then the number does.
        let parts = |number: &str, subject: &str| {
            [number, subject, reason, &waited]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect::<Vec<_>>()
                .join(dot)
        };
        let over = |s: &str| s.chars().count().saturating_sub(MAX_SHORT);
        let whole = parts(&number, &subject);
        let room = subject.chars().count().saturating_sub(over(&whole)).max(8);
        let subject = cut(&subject, room, more);
        let whole = parts(&number, &subject);
        let room = number.chars().count().saturating_sub(over(&whole));
        cut(&parts(&cut(&number, room, more), &subject), MAX_SHORT, "")
    }

    /// The value of a `User-to-User` header (RFC 7433 §4): compact JSON, hex-encoded. Keys:
    /// `c` contact, `l` line, `s` subject, `r` reason, `w` seconds waited, `p` the keys
    /// pressed. What does not fit into [`MAX_UUI`] octets is left out, the keys first.
    pub fn user_to_user(&self) -> String {
        let keys: String = self
            .path
            .iter()
            .filter_map(|s| match &s.what {
                StepKind::Pressed { key } | StepKind::Wrong { key } => Some(key.as_char()),
                StepKind::Tried { answer, .. } => Some(answer.key()),
                StepKind::Entered { .. }
                | StepKind::Silent
                | StepKind::Collected { .. }
                | StepKind::Language { .. }
                | StepKind::Answered { .. }
                | StepKind::Failed { .. } => None,
            })
            .collect();
        let all = Uui {
            c: self.contact.to_string(),
            l: Some(self.line.as_str()),
            s: self.subject(),
            r: self.reason.as_ref().map(word),
            w: self.waited.as_secs(),
            p: Some(keys).filter(|k| !k.is_empty()),
        };
        let tries = [
            all.clone(),
            Uui {
                p: None,
                ..all.clone()
            },
            Uui {
                p: None,
                s: None,
                ..all.clone()
            },
            Uui {
                p: None,
                s: None,
                l: None,
                ..all
            },
        ];
        // The last one always fits: an id, a word and a number.
        let data = tries
            .iter()
            .filter_map(|u| serde_json::to_vec(u).ok())
            .find(|d| d.len() <= MAX_UUI)
            .unwrap_or_default();
        let mut value = String::with_capacity(2 * data.len() + 16);
        for b in data {
            // Writing to a String can not fail.
            let _ = write!(value, "{b:02x}");
        }
        // Not `isdn-uui`, which an absent purpose would mean (RFC 7433 §4.1, RFC 7434).
        value.push_str(";encoding=hex;purpose=zeroline");
        value
    }

    /// The whole card, for the agent's screen: the number in the clear, sensitive entries
    /// as dots.
    pub fn to_json(&self) -> serde_json::Value {
        let entries: serde_json::Map<_, _> = self
            .entries
            .iter()
            .map(|(n, v)| (n.clone(), v.for_agent().into()))
            .collect();
        serde_json::json!({
            "contact": self.contact.to_string(),
            "line": self.line,
            "language": self.language,
            "caller": self.caller.reveal(),
            "started": self.started,
            "queue": self.queue,
            "reason": self.reason,
            "waited_s": self.waited.as_secs(),
            "subject": self.subject(),
            "path": self.path,
            "steps_forgotten": self.forgotten_steps,
            "entries": entries,
            "failures": self.failures,
            "history": self.history.as_ref().map(History::past_json),
            "owed": self.history.as_ref().map(History::owed_json),
            "crm": self.crm.to_json(),
        })
    }
}

#[derive(Clone, Serialize)]
struct Uui<'a> {
    c: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    l: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r: Option<&'a str>,
    w: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<String>,
}

/// One or two words: what failed is on the card, not on the display.
fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::Asked => "asked",
        Reason::Silence => "silence",
        Reason::WrongKeys => "wrong keys",
        Reason::Routed => "routed",
        Reason::Fault { .. } => "fault",
        Reason::Transferred => "transferred",
        Reason::Callback => "callback",
    }
}

/// At most `n` characters; what was cut shows as `more`.
fn cut(s: &str, n: usize, more: &str) -> String {
    if s.chars().count() <= n {
        return s.to_owned();
    }
    let keep = n.saturating_sub(more.chars().count());
    let mut cut: String = s.chars().take(keep).collect();
    cut.extend(more.chars().take(n));
    cut
}

#[cfg(test)]
mod tests;
