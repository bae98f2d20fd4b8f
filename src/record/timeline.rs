//! What happened to a contact, event by event.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use super::figures::MediaFigures;
pub(super) use super::millis;
pub use super::parties::{ApprovalStep, ConsultStep, Party, Presence, TransferTo};
use super::taping::Taping;
use super::verdict::{LostSign, Verdict};
pub use crate::ids::CallbackId;
use crate::ids::{AgentId, ContactId, Language, LineName, NodeName, PhoneNumber, QueueName};
use crate::menu::outcome::{Reason, Step};
use crate::menu::value::Value;
use crate::now::Wall;
use crate::queue::acd::NotAnswered;
use crate::queue::action::{OverflowCause, OverflowStep};

/// Names a stored message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Names a stored follow-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutboxId(pub i64);

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Something that happened to a contact.
///
/// `Debug` and logs show no numbers and no digits; the store keeps what is in here, so a
/// sensitive entry must have become a count before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The call came in.
    Started {
        /// The line that it reached.
        line: LineName,
        /// Our number that was dialled.
        dialled: String,
        /// Who calls.
        caller: PhoneNumber,
    },
    /// We took the call.
    Answered,
    /// A step through the menu.
    Step {
        /// Which.
        step: Step,
    },
    /// The caller entered something.
    Entry {
        /// The variable's name.
        name: String,
        /// What.
        value: EntryValue,
    },
    /// Answered a question of a survey.
    Judged {
        /// Of which survey.
        survey: NodeName,
        /// To which question.
        question: String,
        /// What.
        answer: u8,
        /// The lowest answer that there was.
        low: u8,
        /// The highest.
        high: u8,
    },
    /// Came to a queue.
    Queued {
        /// Which.
        queue: QueueName,
        /// Why.
        reason: Reason,
        /// The language that the people should speak; `None` in records of before it was kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<Language>,
    },
    /// The queue could not keep them.
    Overflowed {
        /// Which queue.
        queue: QueueName,
        /// Why.
        cause: OverflowCause,
        /// Where to.
        to: OverflowStep,
    },
    /// Went back to self-service, the place in the queue kept.
    LookedBack,
    /// An agent's phone rings.
    Offered {
        /// Whose.
        agent: AgentId,
    },
    /// An agent did not take the offer.
    Missed {
        /// Who.
        agent: AgentId,
        /// Why.
        cause: NotAnswered,
    },
    /// Caller and agent talk.
    Connected {
        /// Who.
        agent: AgentId,
    },
    /// One put the other on hold.
    Held {
        /// Who did.
        by: Party,
    },
    /// The hold is over.
    Resumed {
        /// Who ended it.
        by: Party,
    },
    /// The agent's phone or connection was lost during the talk.
    AgentLost {
        /// Who.
        agent: AgentId,
        /// By what it was noticed.
        sign: LostSign,
    },
    /// The agent ended the talk; the caller is still there, and is asked how it was.
    TalkEnded {
        /// Who.
        agent: AgentId,
    },
    /// The agent hands the caller on.
    TransferStarted {
        /// Who.
        agent: AgentId,
        /// To whom.
        to: TransferTo,
    },
    /// The transfer failed; the caller is back at their place.
    TransferFailed {
        /// To whom it would have been.
        to: TransferTo,
        /// The SIP status, if there was one.
        status: Option<u16>,
    },
    /// The transfer came about.
    Transferred {
        /// To whom.
        to: TransferTo,
    },
    /// The agent asks somebody while the caller waits.
    Consulted {
        /// Who asks.
        agent: AgentId,
        /// Whom.
        to: TransferTo,
        /// How far it is.
        step: ConsultStep,
        /// The SIP status, where it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Somebody has a part in the talk beside caller and agent.
    Joined {
        /// Who.
        who: TransferTo,
        /// Which part.
        presence: Presence,
    },
    /// They left.
    Parted {
        /// Who.
        who: TransferTo,
    },
    /// About the recording of the talk.
    Recording {
        /// What.
        #[serde(flatten)]
        step: Taping,
    },
    /// A message was stored.
    MessageStored {
        /// Which.
        message: MessageId,
        /// How long it is.
        #[serde(with = "millis")]
        length: Duration,
    },
    /// The wish to be called back was stored.
    CallbackStored {
        /// Which.
        callback: CallbackId,
        /// It was open before.
        before: bool,
    },
    /// We call: somebody is called back.
    CallingBack {
        /// Which wish.
        callback: CallbackId,
        /// The contact that asked for it.
        first: ContactId,
        /// Whose people call.
        queue: QueueName,
    },
    /// Whom we called was not reached.
    CalledInVain {
        /// The number to which a queue sent the caller; `None`: whom this call calls back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<PhoneNumber>,
        /// Why.
        cause: NotAnswered,
    },
    /// The wish to be called back was taken back by the caller.
    CallbackCancelled {
        /// Which.
        callback: CallbackId,
    },
    /// A follow-up was stored, and will be sent.
    LetterStored {
        /// Which.
        letter: OutboxId,
    },
    /// An agent or a supervisor said something of it to the other.
    Said {
        /// A user or a token.
        by: String,
        /// Whose phone is theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// What.
        text: String,
    },
    /// An agent asks a supervisor whether they may do something, or is answered.
    Approval {
        /// Its number.
        approval: i64,
        /// How far it is.
        step: ApprovalStep,
        /// Who asked or decided: a user or a token; empty: nobody did.
        by: String,
        /// What is asked for, in words.
        what: String,
        /// How much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<f64>,
        /// Of what: `EUR`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// Granted up to this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most: Option<f64>,
        /// In the words of who decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// How long the agent waited for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited_ms: Option<u64>,
    },
    /// An agent wrote up the talk.
    WrappedUp {
        /// Who.
        agent: AgentId,
        /// One of the queue's codes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// In the agent's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Something of ours failed; the caller went on to a person.
    Fault {
        /// What, in words.
        what: String,
    },
    /// What the media of one leg came to.
    Media {
        /// Whose leg.
        leg: Party,
        /// The figures.
        figures: MediaFigures,
    },
    /// The call ended.
    Ended {
        /// How.
        #[serde(flatten)]
        verdict: Verdict,
    },
}

impl Event {
    /// One word, as the store spells it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Event::Started { .. } => "started",
            Event::Answered => "answered",
            Event::Step { .. } => "step",
            Event::Entry { .. } => "entry",
            Event::Judged { .. } => "judged",
            Event::Queued { .. } => "queued",
            Event::Overflowed { .. } => "overflowed",
            Event::LookedBack => "looked_back",
            Event::Offered { .. } => "offered",
            Event::Missed { .. } => "missed",
            Event::Connected { .. } => "connected",
            Event::Held { .. } => "held",
            Event::Resumed { .. } => "resumed",
            Event::AgentLost { .. } => "agent_lost",
            Event::TalkEnded { .. } => "talk_ended",
            Event::TransferStarted { .. } => "transfer_started",
            Event::TransferFailed { .. } => "transfer_failed",
            Event::Transferred { .. } => "transferred",
            Event::Consulted { .. } => "consulted",
            Event::Joined { .. } => "joined",
            Event::Parted { .. } => "parted",
            Event::Recording { .. } => "recording",
            Event::MessageStored { .. } => "message_stored",
            Event::CallbackStored { .. } => "callback_stored",
            Event::LetterStored { .. } => "letter_stored",
            Event::WrappedUp { .. } => "wrapped_up",
            Event::Said { .. } => "said",
            Event::Approval { .. } => "approval",
            Event::CallingBack { .. } => "calling_back",
            Event::CalledInVain { .. } => "called_in_vain",
            Event::CallbackCancelled { .. } => "callback_cancelled",
            Event::Fault { .. } => "fault",
            Event::Media { .. } => "media",
            Event::Ended { .. } => "ended",
        }
    }
}

/// What a caller entered or a look-up brought, as it may be kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryValue {
    /// In the clear.
    Clear(String),
    /// Sensitive: the count of its characters only.
    Masked(usize),
}

impl EntryValue {
    /// What may be kept of a value: nothing but the length of a sensitive one.
    pub fn of(value: &Value, sensitive: bool) -> EntryValue {
        let clear = value.reveal();
        if sensitive {
            EntryValue::Masked(clear.chars().count())
        } else {
            EntryValue::Clear(clear)
        }
    }

    /// For the agent's screen.
    pub fn for_agent(&self) -> String {
        match self {
            EntryValue::Clear(text) => text.clone(),
            EntryValue::Masked(n) => "•".repeat((*n).min(32)),
        }
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        match self {
            EntryValue::Clear(text) => text.chars().count(),
            EntryValue::Masked(n) => *n,
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for EntryValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} characters>", self.len())
    }
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Since the call's start.
    #[serde(rename = "at_ms", with = "millis")]
    pub at: Duration,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Everything that happened to one contact, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// When the call came in.
    pub started: Wall,
    entries: Vec<Entry>,
    /// Events that found no room.
    #[serde(default)]
    dropped: usize,
}

/// No call of good faith has as many events; the verdict always finds room.
pub const MAX_EVENTS: usize = 2_000;

impl Timeline {
    /// Nothing has happened yet.
    pub fn new(started: Wall) -> Timeline {
        Timeline {
            started,
            entries: Vec::new(),
            dropped: 0,
        }
    }

    /// Adds what happened `at` this time since the start. Beyond [`MAX_EVENTS`] all but the
    /// end is dropped and counted.
    pub fn push(&mut self, at: Duration, event: Event) {
        if self.entries.len() < MAX_EVENTS || matches!(event, Event::Ended { .. }) {
            self.entries.push(Entry { at, event });
        } else {
            self.dropped += 1;
        }
    }

    /// All lines, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many events found no room.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// How the call ended, once it has.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.entries.iter().rev().find_map(|e| match &e.event {
            Event::Ended { verdict } => Some(verdict),
            Event::Started { .. }
            | Event::Answered
            | Event::Step { .. }
            | Event::Entry { .. }
            | Event::Judged { .. }
            | Event::Queued { .. }
            | Event::Overflowed { .. }
            | Event::LookedBack
            | Event::Consulted { .. }
            | Event::Joined { .. }
            | Event::Parted { .. }
            | Event::Recording { .. }
            | Event::Offered { .. }
            | Event::Missed { .. }
            | Event::Connected { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::AgentLost { .. }
            | Event::TalkEnded { .. }
            | Event::TransferStarted { .. }
            | Event::TransferFailed { .. }
            | Event::Transferred { .. }
            | Event::MessageStored { .. }
            | Event::CallbackStored { .. }
            | Event::CallingBack { .. }
            | Event::CalledInVain { .. }
            | Event::CallbackCancelled { .. }
            | Event::LetterStored { .. }
            | Event::WrappedUp { .. }
            | Event::Said { .. }
            | Event::Approval { .. }
            | Event::Fault { .. }
            | Event::Media { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Digits, Key};

    #[test]
    fn a_sensitive_entry_leaves_its_count_only() {
        let mut pin = Digits::new();
        for c in "4711".chars() {
            pin.push(Key::from_char(c).unwrap());
        }
        let event = Event::Entry {
            name: "pin".into(),
            value: EntryValue::of(&Value::Digits(pin), true),
        };
        let json = serde_json::to_string(&event).unwrap();
        assert!(!json.contains("4711"), "{json}");
        assert!(json.contains("4"), "{json}");
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
    }

    #[test]
    fn events_go_through_json_and_the_tag_is_the_name() {
        let ended = Event::Ended {
            verdict: Verdict::AgentEnded { agent: "a".into() },
        };
        let moved = Event::Transferred {
            to: TransferTo::Number {
                number: PhoneNumber::new("+491"),
            },
        };
        for event in [ended, moved, Event::Answered, Event::LookedBack] {
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["event"], event.as_str());
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        }
    }

    #[test]
    fn bounded_but_the_end_is_kept() {
        let mut t = Timeline::new(Wall::default());
        for _ in 0..MAX_EVENTS + 5 {
            t.push(Duration::ZERO, Event::LookedBack);
        }
        t.push(
            Duration::ZERO,
            Event::Ended {
                verdict: Verdict::ServerLost,
            },
        );
        assert_eq!(t.dropped(), 5);
        assert_eq!(t.verdict(), Some(&Verdict::ServerLost));
    }
}
