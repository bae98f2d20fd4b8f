//! What a menu and its call say to each other.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::tree::Method;
use super::value::Value;
use crate::ids::{
    ContactId, Key, Language, NodeName, PhoneNumber, PromptName, QueueName, SkillName,
};
use crate::now::Wall;

/// What the interpreter asks of the call.
#[derive(Clone, Debug, PartialEq)]
pub enum WalkAction {
    /// Play this, in place of whatever is playing; tell `handle_played` at the end.
    Play {
        /// In this order.
        sounds: Vec<Sound>,
    },
    /// Fall silent (barge-in).
    Stop,
    /// A step for the caller's path, the context card and the record.
    Step(Step),
    /// A value for the context card.
    Entry {
        /// The variable's name.
        name: String,
        /// What was entered or found.
        value: Value,
        /// Never to be shown or stored in the clear.
        sensitive: bool,
    },
    /// The call goes on in this language.
    Language(Language),
    /// From now on this is what the caller needs of the people, and how urgent they are; `None`:
    /// as before.
    Needs {
        /// Skills with the level that is needed.
        skills: Option<BTreeMap<SkillName, u8>>,
        /// Higher is more urgent; 0 by default.
        priority: Option<u8>,
    },
    /// Ask a web service; tell `handle_reply` what came of it.
    Ask {
        /// Goes with the reply.
        ask: AskId,
        /// What to ask.
        request: WebRequest,
    },
    /// Find the step of a guide at which this caller's last call on this line was; tell
    /// `handle_recalled`.
    Recall {
        /// Goes with the answer.
        ask: AskId,
        /// Which guide.
        guide: NodeName,
    },
    /// Keep the step of a guide at which the caller is, for their next call, or forget it.
    Remember {
        /// Which guide.
        guide: NodeName,
        /// The step and for how long; `None`: forget.
        step: Option<(String, Duration)>,
    },
    /// Find out for when people of this queue have promised to call; tell `handle_times`.
    Times {
        /// Goes with the answer.
        ask: AskId,
        /// Whose people.
        queue: QueueName,
        /// The first moment that matters.
        from: Wall,
        /// The first that does not any more.
        to: Wall,
    },
    /// Store the wish to be called back; tell `handle_stored` what came of it, or `handle_taken`.
    CallBack {
        /// Goes with the answer.
        ask: AskId,
        /// Whose people call back.
        queue: QueueName,
        /// Where.
        number: PhoneNumber,
        /// When; `None`: as soon as somebody is free.
        slot: Option<Slot>,
    },
    /// The caller does not want to be called back any more.
    CancelCallback,
    /// Send a follow-up; tell `handle_sent` whether it is durable. The menu goes on meanwhile.
    Send {
        /// Goes with the answer.
        ask: AskId,
        /// Where the caller was.
        node: NodeName,
        /// What.
        letter: Letter,
    },
    /// Call an outside number, and connect the caller with whoever answers, which ends the walk;
    /// tell `handle_not_reached` when nobody does. Once the walk has gone on, it is to ring no more.
    Dial {
        /// Goes with the answer.
        ask: AskId,
        /// Which number.
        number: PhoneNumber,
        /// How long it may ring.
        ring: Duration,
    },
    /// Play the music of those who wait, until something else is played.
    Music,
    /// An answer to a question of a survey, for the context card and the record.
    Judged {
        /// Of which survey.
        survey: NodeName,
        /// To which question.
        question: String,
        /// What.
        answer: u8,
        /// The lowest answer that there is.
        low: u8,
        /// The highest.
        high: u8,
    },
    /// The menu is left. Nothing follows.
    Leave(Outcome),
}

/// A recording of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// In which.
    pub language: Language,
    /// Its name.
    pub prompt: PromptName,
}

/// A time at which people call back, and how many calls there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its first moment.
    pub due: Wall,
    /// How long it is.
    pub length: Duration,
    /// How many callbacks may be due in it.
    pub each: u32,
}

impl Slot {
    /// The first moment after it.
    pub fn end(&self) -> Wall {
        self.due.after(self.length)
    }
}

/// One question to a web service or to the store; unique within a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AskId(pub u32);

/// What a web service is asked. `Debug` shows neither address nor body: entries are in them.
#[derive(Clone, PartialEq, Eq)]
pub struct WebRequest {
    /// GET or POST.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// A JSON object.
    pub body: Option<String>,
    /// After this long without the whole answer it has failed.
    pub timeout: Duration,
}

impl fmt::Debug for WebRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} within {:?}", self.method, self.timeout)
    }
}

/// A follow-up, ready to be sent. `Debug` shows neither address nor words: entries are in them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Letter {
    /// A JSON object, to be posted.
    Webhook {
        /// The whole address.
        url: String,
        /// A JSON object.
        body: String,
    },
    /// An e-mail.
    Mail {
        /// The address that it is for.
        to: String,
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
    },
}

impl Letter {
    /// With the contact that it comes from, so that whoever gets it finds the call: a member
    /// `contact`, unless the operator gave that name to something, and a last line of a mail.
    pub fn about(mut self, contact: ContactId) -> Letter {
        match &mut self {
            Letter::Webhook { body, .. } => {
                if let Ok(mut members) = serde_json::from_str::<Map<String, Json>>(body) {
                    let member = members.entry("contact");
                    member.or_insert_with(|| contact.to_string().into());
                    *body = Json::Object(members).to_string();
                }
            }
            Letter::Mail { text, .. } => {
                let end = if text.ends_with('\n') { "" } else { "\n" };
                *text = format!("{text}{end}\nContact {contact}\n");
            }
        }
        self
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Letter::Webhook { .. } => "a webhook",
            Letter::Mail { .. } => "a mail",
        })
    }
}

/// What a web service answered.
#[derive(Clone, PartialEq, Eq)]
pub struct WebReply {
    /// The status (RFC 9110 §15).
    pub status: u16,
    /// The body: at most [`MAX_REPLY`] octets.
    pub body: Vec<u8>,
}

/// What is said of a web service whose time is over, by whoever notices it first: it who asks and
/// the menu that waits have the same deadline.
pub fn overdue(time: Duration) -> String {
    format!("gave no whole answer within {time:?}")
}

/// Longer answers of web services are refused by whoever reads them.
pub const MAX_REPLY: usize = 64 << 10;

impl fmt::Debug for WebReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} octets", self.status, self.body.len())
    }
}

/// How a menu is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To the people.
    Queue {
        /// Which queue.
        queue: QueueName,
        /// Why.
        reason: Reason,
    },
    /// To a message for the people.
    Message {
        /// Of which queue.
        queue: QueueName,
    },
    /// The wish to be called back is stored, and the caller was told so.
    Callback,
    /// The caller chose an end; its words have been played.
    Goodbye,
}

/// Why a caller goes to a person; shown to the agent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Pressed 0.
    Asked,
    /// Said nothing, as often as the menu allows.
    Silence,
    /// Pressed wrong keys, as often as the menu allows.
    WrongKeys,
    /// The tree leads there (a `queue` node).
    Routed,
    /// Something of ours failed.
    Fault {
        /// What, in words for the agent.
        what: String,
    },
    /// An agent or operator transferred the caller here.
    Transferred,
    /// They asked to be called back.
    Callback,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked => f.write_str("asked"),
            Reason::Silence => f.write_str("silence"),
            Reason::WrongKeys => f.write_str("wrong keys"),
            Reason::Routed => f.write_str("routed"),
            Reason::Fault { what } => write!(f, "fault: {what}"),
            Reason::Transferred => f.write_str("transferred"),
            Reason::Callback => f.write_str("callback"),
        }
    }
}

/// One step on the caller's path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Since the call's start.
    pub at: Duration,
    /// Where the caller was.
    pub node: NodeName,
    /// What happened there.
    pub what: StepKind,
}

/// What happened at a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepKind {
    /// The caller came here.
    Entered {
        /// The label that agents and reports show.
        label: String,
    },
    /// Pressed a key that means something here.
    Pressed {
        /// Which.
        #[serde(with = "key_as_char")]
        key: Key,
    },
    /// Pressed a key that means nothing here.
    Wrong {
        /// Which.
        #[serde(with = "key_as_char")]
        key: Key,
    },
    /// Said nothing in time.
    Silent,
    /// Entered digits; the value is in the entries.
    Collected {
        /// How many.
        digits: usize,
    },
    /// Chose a language.
    Language {
        /// Which.
        language: Language,
    },
    /// A web service answered.
    Answered {
        /// Whether it knew what it was asked.
        found: bool,
    },
    /// Answered a step of a guide.
    Tried {
        /// Which step.
        step: String,
        /// What.
        answer: StepAnswer,
    },
    /// Something of ours failed here.
    Failed {
        /// What, in words.
        what: String,
    },
}

/// What a caller says to a step of a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAnswer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// It is done.
    Done,
}

impl StepAnswer {
    /// The key that says so.
    pub const fn key(self) -> char {
        match self {
            StepAnswer::Yes | StepAnswer::Done => '1',
            StepAnswer::No => '2',
        }
    }
}

impl fmt::Display for StepAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepAnswer::Yes => "yes",
            StepAnswer::No => "no",
            StepAnswer::Done => "done",
        })
    }
}

mod key_as_char {
    use super::Key;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(k: &Key, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_char(k.as_char())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Key, D::Error> {
        let c = char::deserialize(d)?;
        Key::from_char(c).ok_or_else(|| D::Error::custom("not a telephone key"))
    }
}
