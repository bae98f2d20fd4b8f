//! What is answered: types that are JSON here and schemas in the OpenAPI document.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Api;
use super::who::{Right, Who};
use crate::ids::PhoneNumber;
use crate::live::stamp;
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::queue::snapshot::AgentSnapshot;
use crate::record::verdict::Verdict;
use crate::store::people::UserRow;
use crate::store::rows::{ContactRow, MessageRow};
use crate::store::tasks::TaskRow;
use crate::store::tokens::TokenRow;
use crate::store::{CallbackRow, OutboxRow};

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The newest first.
    pub items: Vec<T>,
    /// Give this as `cursor` for the next page; none: this is the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Of one more than are asked for, if there are as many.
    pub fn of<R>(
        mut rows: Vec<R>,
        limit: u32,
        cursor: impl Fn(&R) -> String,
        view: impl FnMut(R) -> T,
    ) -> Page<T> {
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(cursor);
        Page {
            items: rows.into_iter().map(view).collect(),
            next,
        }
    }
}

/// A number as this viewer may see it.
pub fn number(n: &PhoneNumber, clear: bool) -> String {
    match clear {
        true => n.reveal().to_owned(),
        false => n.to_string(),
    }
}

fn ms(d: std::time::Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}

/// An agent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgentView {
    /// Their name at the phone.
    pub agent: String,
    /// Their name.
    pub name: String,
    /// `offline`, `ready`, `paused`, `offered`, `talking`, `engaged`, `wrap_up` or `missed`.
    pub state: String,
    /// Why they pause.
    pub reason: Option<String>,
    /// Since when (RFC 3339).
    pub since: String,
    /// The queues that they answer.
    pub queues: Vec<String>,
}

/// The word of a state, and the reason of a pause.
pub fn state_of(state: &AgentState) -> (&'static str, Option<String>) {
    match state {
        AgentState::Offline => ("offline", None),
        AgentState::Ready => ("ready", None),
        AgentState::Paused { reason } => ("paused", Some(reason.clone())),
        AgentState::Offered => ("offered", None),
        AgentState::Talking => ("talking", None),
        AgentState::Engaged => ("engaged", None),
        AgentState::WrapUp => ("wrap_up", None),
        AgentState::Missed => ("missed", None),
    }
}

impl AgentView {
    /// As they are at this moment.
    pub fn of(api: &Api, a: &AgentSnapshot, now: Wall) -> AgentView {
        let (state, reason) = state_of(&a.state);
        let since = now.unix_millis() - i64::try_from(a.since.as_millis()).unwrap_or(0);
        let known = api.agent(&a.id);
        AgentView {
            agent: a.id.to_string(),
            name: known
                .as_ref()
                .map_or_else(|| a.id.to_string(), |k| k.name.clone()),
            state: state.to_owned(),
            reason,
            since: stamp(Wall::from_unix_millis(since)),
            queues: known
                .iter()
                .flat_map(|k| &k.queues)
                .map(ToString::to_string)
                .collect(),
        }
    }
}

/// A contact.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// Its id.
    pub contact: String,
    /// The line that was called.
    pub line: String,
    /// Our number that was dialled.
    pub dialled: String,
    /// Who called; the last two digits, where the whole is not to be seen.
    pub caller: String,
    /// When (RFC 3339).
    pub started: String,
    /// How long it was; none: it goes on.
    pub ended_ms: Option<u64>,
    /// The queue that they came to last.
    pub queue: Option<String>,
    /// The agent that they talked to last.
    pub agent: Option<String>,
    /// With which code an agent wrote the talk up last.
    pub code: Option<String>,
    /// Waited for agents.
    pub waited_ms: u64,
    /// Talked to agents.
    pub talked_ms: u64,
    /// The message that they left.
    pub message: Option<i64>,
    /// How it ended.
    pub verdict: Option<String>,
    /// Whether self-service was enough.
    pub containment: Option<String>,
}

impl ContactView {
    /// With its number in the clear or not.
    pub fn of(c: &ContactRow, clear: bool) -> ContactView {
        ContactView {
            contact: c.id.to_string(),
            line: c.line.to_string(),
            dialled: c.dialled.clone(),
            caller: number(&c.caller, clear),
            started: stamp(c.started),
            ended_ms: c.ended.map(ms),
            queue: c.queue.as_ref().map(ToString::to_string),
            agent: c.agent.as_ref().map(ToString::to_string),
            code: c.code.clone(),
            waited_ms: ms(c.waited),
            talked_ms: ms(c.talked),
            message: c.message.map(|m| m.0),
            verdict: c.verdict.as_ref().map(|v| Verdict::as_str(v).to_owned()),
            containment: c.containment.clone(),
        }
    }
}

/// A contact with all that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactDetail {
    /// The contact.
    #[serde(flatten)]
    pub contact: ContactView,
    /// What happened, oldest first: `at_ms` since the start, `event`, and what belongs to it.
    #[schema(value_type = Vec<Object>)]
    pub timeline: Vec<Value>,
    /// The context card: path, entries, failures, reason.
    #[schema(value_type = Object)]
    pub card: Value,
}

/// A task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// Its number.
    pub task: i64,
    /// `follow_up` or `message`.
    pub kind: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub note: Option<String>,
    /// `open`, `taken` or `done`.
    pub state: String,
    /// Who does it.
    pub taken_by: Option<String>,
    /// Who did it.
    pub done_by: Option<String>,
    /// Of this contact.
    pub contact: Option<String>,
    /// Where it is a message: which.
    pub message: Option<i64>,
    /// The line that was called.
    pub line: Option<String>,
    /// Whose people do it.
    pub queue: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When (RFC 3339).
    pub created: String,
    /// Until when.
    pub due: Option<String>,
    /// The last change.
    pub changed: String,
}

impl From<TaskRow> for TaskView {
    fn from(t: TaskRow) -> TaskView {
        TaskView {
            task: t.id,
            kind: t.kind,
            title: t.title,
            note: t.note,
            state: t.state,
            taken_by: t.taken_by,
            done_by: t.done_by,
            contact: t.contact.map(|c| c.to_string()),
            message: t.message.map(|m| m.0),
            line: t.line.map(|l| l.to_string()),
            queue: t.queue.map(|q| q.to_string()),
            created_by: t.created_by,
            created: stamp(t.created),
            due: t.due.map(stamp),
            changed: stamp(t.changed),
        }
    }
}

/// A message that a caller left.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Its number.
    pub message: i64,
    /// Who left it.
    pub contact: String,
    /// On this line.
    pub line: Option<String>,
    /// For this queue.
    pub queue: Option<String>,
    /// Who called.
    pub caller: Option<String>,
    /// When (RFC 3339).
    pub taken: String,
    /// How long it is.
    pub length_ms: u64,
    /// Found after a crash: its caller was never told that it is kept.
    pub recovered: bool,
    /// The task that it is.
    pub task: Option<TaskView>,
}

impl MessageView {
    /// With its number in the clear or not.
    pub fn of(m: &MessageRow, task: Option<TaskRow>, clear: bool) -> MessageView {
        MessageView {
            message: m.id.0,
            contact: m.contact.to_string(),
            line: m.line.as_ref().map(ToString::to_string),
            queue: m.queue.as_ref().map(ToString::to_string),
            caller: m.caller.as_ref().map(|c| number(c, clear)),
            taken: stamp(m.taken),
            length_ms: ms(m.length),
            recovered: m.recovered,
            task: task.map(TaskView::from),
        }
    }
}

/// A promise to call back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallbackView {
    /// Its number.
    pub callback: i64,
    /// The contact that asked for it last.
    pub contact: String,
    /// On this line.
    pub line: String,
    /// Whose people call.
    pub queue: String,
    /// To be called.
    pub number: String,
    /// In which language the caller was served.
    pub language: String,
    /// When it was asked for (RFC 3339).
    pub asked: String,
    /// Not to be called before.
    pub due: String,
    /// The end of the time that the caller chose; without it: as soon as somebody is free.
    pub until: Option<String>,
    /// `open`, `calling`, `done` or `given_up`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl CallbackView {
    /// With its number in the clear or not.
    pub fn of(c: &CallbackRow, clear: bool) -> CallbackView {
        CallbackView {
            callback: c.id.0,
            contact: c.contact.to_string(),
            line: c.line.to_string(),
            queue: c.queue.to_string(),
            number: number(&c.number, clear),
            language: c.language.to_string(),
            asked: stamp(c.asked),
            due: stamp(c.due),
            until: c.until.map(stamp),
            state: c.state.clone(),
            attempts: c.attempts,
        }
    }
}

/// Something on its way out: a follow-up of a menu, or a webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LetterView {
    /// Its number.
    pub letter: i64,
    /// Of this contact.
    pub contact: String,
    /// On this line.
    pub line: String,
    /// The menu's node, or the webhook's name.
    pub node: String,
    /// To whom: a host or a mail address.
    pub receiver: String,
    /// `open`, `sent`, `given_up` or `dropped`.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What came of the last attempt.
    pub outcome: Option<String>,
    /// When it was handed over (RFC 3339).
    pub created: String,
    /// Not to be tried before.
    pub due: String,
    /// Given up then.
    pub until: String,
}

impl From<OutboxRow> for LetterView {
    fn from(o: OutboxRow) -> LetterView {
        LetterView {
            letter: o.id.0,
            contact: o.contact.to_string(),
            line: o.line.to_string(),
            node: o.node.to_string(),
            receiver: o.receiver,
            state: o.state,
            attempts: o.attempts,
            outcome: o.outcome,
            created: stamp(o.created),
            due: stamp(o.due),
            until: stamp(o.until),
        }
    }
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserView {
    /// Their name.
    pub user: String,
    /// As others see them.
    pub display: String,
    /// `agent`, `supervisor`, `operator` or `admin`.
    pub role: String,
    /// Whose phone is theirs.
    pub agent: Option<String>,
    /// May not sign in.
    pub disabled: bool,
    /// When they were made (RFC 3339).
    pub created: String,
    /// The last time that they signed in.
    pub signed_in: Option<String>,
}

impl From<&UserRow> for UserView {
    fn from(u: &UserRow) -> UserView {
        UserView {
            user: u.name.clone(),
            display: u.display.clone(),
            role: u.role.as_str().to_owned(),
            agent: u.agent.as_ref().map(ToString::to_string),
            disabled: u.disabled,
            created: stamp(u.created),
            signed_in: u.signed_in.map(stamp),
        }
    }
}

/// A user, with a password that was made for them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserMade {
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
    /// Shown once; none: it was given, or this answer is a repetition.
    pub password: Option<String>,
}

/// A token.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// For whom, where it is for one agent.
    pub agent: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When (RFC 3339).
    pub created: String,
    /// Over then; none: when it is taken back.
    pub until: Option<String>,
    /// Last used, to a minute.
    pub used: Option<String>,
    /// Taken back.
    pub revoked: Option<String>,
}

impl From<&TokenRow> for TokenView {
    fn from(t: &TokenRow) -> TokenView {
        TokenView {
            id: t.id,
            name: t.meta.name.clone(),
            role: t.meta.role.as_str().to_owned(),
            agent: t.meta.agent.as_ref().map(ToString::to_string),
            created_by: t.meta.created_by.clone(),
            created: stamp(t.meta.created),
            until: t.meta.until.map(stamp),
            used: t.used.map(stamp),
            revoked: t.revoked.map(stamp),
        }
    }
}

/// A token, and itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TokenMade {
    /// What is kept of it.
    #[serde(flatten)]
    pub meta: TokenView,
    /// Shown once; none: this answer is a repetition.
    pub token: Option<String>,
}

/// Something that somebody did.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeedView {
    /// When (RFC 3339).
    pub at: String,
    /// A user, `token NAME`, or `local`.
    pub who: String,
    /// Their role at that time.
    pub role: String,
    /// Where they came from.
    pub source: String,
    /// What: `agent.pause`.
    pub deed: String,
    /// With whom or what.
    pub target: String,
    /// More about it.
    pub detail: Option<String>,
}

/// Whether this viewer may see the number of a contact whose last agent is this one.
pub fn sees_number(who: &Who, agent: Option<&crate::ids::AgentId>) -> bool {
    who.may(Right::Numbers) || (who.agent.is_some() && who.agent.as_ref() == agent)
}
