//! How everything looks now, drawn from what happens.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::beside::{ConsultNow, OtherNow};
use super::journal::{LiveEvent, Scope, Viewer};
use super::queues::QueueNow;
use crate::ids::{AgentId, ContactId, LineName, NodeName, PhoneNumber, QueueName};
use crate::menu::outcome::{Reason, StepKind};
use crate::now::Wall;
use crate::queue::action::{AgentState, OverflowStep};
use crate::record::timeline::Event;

/// Calls that are known of. Beyond it the oldest is forgotten.
const CALLS: usize = 20_000;

/// A moment as others read it (RFC 3339, UTC).
pub fn stamp(at: Wall) -> String {
    let at = Timestamp::from_millisecond(at.unix_millis());
    at.map(|t| t.to_string()).unwrap_or_default()
}

fn stamped<S: Serializer>(at: &Wall, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&stamp(*at))
}

pub(super) fn stamped_some<S: Serializer>(at: &Option<Wall>, s: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => stamped(at, s),
        None => s.serialize_none(),
    }
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallStage {
    /// In the menu, or not answered yet.
    Menu,
    /// Waits for an agent.
    Waiting,
    /// An agent's phone rings.
    Offered,
    /// With an agent.
    Talking,
    /// On hold.
    Held,
    /// On the way to somebody else.
    Transferring,
    /// Leaves a message.
    Message,
}

/// A call in progress.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CallNow {
    /// Whose.
    #[schema(value_type = String)]
    pub contact: ContactText,
    /// The line; none: its beginning was missed.
    #[schema(value_type = Option<String>)]
    pub line: Option<LineName>,
    /// Who calls, as the viewer may see it.
    pub caller: Option<String>,
    /// How far it is.
    pub stage: CallStage,
    /// Where in the menu it was last.
    #[schema(value_type = Option<String>)]
    pub node: Option<NodeName>,
    /// The queue.
    #[schema(value_type = Option<String>)]
    pub queue: Option<QueueName>,
    /// The agents whose phone rings, or who talks.
    #[schema(value_type = Vec<String>)]
    pub agents: Vec<AgentId>,
    /// When it came in.
    #[serde(serialize_with = "stamped")]
    #[schema(value_type = String)]
    pub started: Wall,
    /// Since when it is at that stage.
    #[serde(serialize_with = "stamped")]
    #[schema(value_type = String)]
    pub since: Wall,
    /// Why it came to a queue last.
    #[schema(value_type = Option<Object>)]
    pub reason: Option<Reason>,
    /// Since when it waits for a person, where it does.
    #[serde(serialize_with = "stamped_some")]
    #[schema(value_type = Option<String>)]
    pub waiting_since: Option<Wall>,
    /// Whom the agent asks meanwhile.
    pub consult: Option<ConsultNow>,
    /// Who has a part in the talk beside caller and agent.
    pub others: Vec<OtherNow>,
    /// The whole number; never serialized.
    #[serde(skip)]
    number: Option<PhoneNumber>,
}

/// A contact's id as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactText(pub ContactId);

impl Serialize for ContactText {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentNow {
    /// Who.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// Does this.
    #[serde(flatten)]
    pub state: AgentState,
    /// Since then.
    #[serde(serialize_with = "stamped")]
    pub since: Wall,
}

/// How everything looks now.
pub(super) struct Picture {
    pub(super) agents: BTreeMap<AgentId, AgentNow>,
    /// Those among them whom the settings have; who was removed may end a talk yet.
    pub(super) listed: BTreeSet<AgentId>,
    pub(super) queues: BTreeMap<QueueName, QueueNow>,
    calls: HashMap<ContactId, CallNow>,
    /// Where nobody is told of those who only listen.
    pub(super) quiet: Vec<QueueName>,
}

impl Picture {
    pub fn new(agents: Vec<(AgentId, String)>, quiet: Vec<QueueName>, now: Wall) -> Picture {
        let offline = |(agent, name): (AgentId, String)| {
            let now = AgentNow {
                agent: agent.clone(),
                name,
                state: AgentState::Offline,
                since: now,
            };
            (agent, now)
        };
        let agents: BTreeMap<_, _> = agents.into_iter().map(offline).collect();
        Picture {
            listed: agents.keys().cloned().collect(),
            agents,
            queues: BTreeMap::new(),
            calls: HashMap::new(),
            quiet,
        }
    }

    pub(super) fn known(&self, contact: ContactId) -> Option<&CallNow> {
        self.calls.get(&contact)
    }

    /// An agent's name; where none is known, their id.
    pub(super) fn name_of(&self, agent: &AgentId) -> String {
        let known = self.agents.get(agent);
        known.map_or_else(|| agent.to_string(), |a| a.name.clone())
    }

    pub(super) fn known_mut(&mut self, contact: ContactId) -> Option<&mut CallNow> {
        self.calls.get_mut(&contact)
    }

    pub fn agent(&mut self, agent: AgentId, state: AgentState, at: Wall) -> LiveEvent {
        let name = self.agents.get(&agent).map(|a| a.name.clone());
        let now = AgentNow {
            name: name.unwrap_or_else(|| agent.to_string()),
            agent: agent.clone(),
            state,
            since: at,
        };
        let event = LiveEvent::new("agent", Scope::All, json!(now));
        if now.state == AgentState::Offline && !self.listed.contains(&agent) {
            self.agents.remove(&agent);
        } else {
            self.agents.insert(agent, now);
        }
        event
    }

    /// The card as it is at the ring, with the wait until then.
    pub fn card(
        &mut self,
        agent: AgentId,
        contact: ContactId,
        at: Duration,
        mut card: Value,
    ) -> LiveEvent {
        let asked = self.calls.get(&contact).and_then(|c| c.waiting_since);
        // Told once more during the talk, it says how long they had waited.
        if let Some(asked) = asked {
            let now = moment(contact, at).unix_millis();
            let waited = (now - asked.unix_millis()).max(0);
            card["waited_s"] = json!(waited / 1000);
        }
        card["started"] = json!(stamp(contact.started()));
        LiveEvent::new("card", Scope::Only(agent), card)
    }

    pub fn queues(&mut self, queues: Vec<QueueNow>) -> Vec<LiveEvent> {
        let mut events = Vec::new();
        for queue in queues {
            let known = self.queues.get(&queue.queue);
            if known.is_none_or(|known| known.differs(&queue)) {
                let scope = Scope::Some(Some(queue.queue.clone()), Vec::new());
                events.push(LiveEvent::new("queue", scope, json!(queue)));
                self.queues.insert(queue.queue.clone(), queue);
            }
        }
        events
    }

    /// Something happened to a contact: what is told of it.
    pub fn record(
        &mut self,
        contact: ContactId,
        at: Duration,
        event: Box<Event>,
    ) -> Vec<LiveEvent> {
        if let Some(events) = self.beside(contact, &event) {
            return events;
        }
        let before = self
            .calls
            .get(&contact)
            .map_or(Vec::new(), |c| c.agents.clone());
        let call = self.call(contact);
        let Some(kind) = apply(call, moment(contact, at), &event) else {
            return Vec::new();
        };
        // Whose phone rang until now hears that it does not any more.
        let mut agents = call.agents.clone();
        agents.extend(before);
        agents.dedup();
        let scope = Scope::Some(call.queue.clone(), agents);
        let over = matches!(*event, Event::Ended { .. });
        let told = LiveEvent::call(kind, scope, call.clone(), event);
        if over {
            self.calls.remove(&contact);
        }
        vec![told]
    }

    fn call(&mut self, contact: ContactId) -> &mut CallNow {
        if self.calls.len() >= CALLS
            && !self.calls.contains_key(&contact)
            && let Some(oldest) = self.calls.keys().min().copied()
        {
            self.calls.remove(&oldest);
        }
        self.calls.entry(contact).or_insert_with(|| CallNow {
            contact: ContactText(contact),
            line: None,
            caller: None,
            stage: CallStage::Menu,
            node: None,
            queue: None,
            agents: Vec::new(),
            started: contact.started(),
            since: contact.started(),
            reason: None,
            waiting_since: None,
            consult: None,
            others: Vec::new(),
            number: None,
        })
    }

    pub fn known_queues(&self) -> Vec<QueueNow> {
        self.queues.values().cloned().collect()
    }

    pub fn agents(&self) -> Vec<AgentNow> {
        self.agents.values().cloned().collect()
    }

    pub fn calls(&self, viewer: &Viewer) -> Vec<CallNow> {
        let seen = self.calls.values().filter_map(|call| {
            let theirs = match &viewer.agent {
                None => false,
                Some((who, queues)) => {
                    let theirs = call.agents.contains(who);
                    let near = call.queue.as_ref().is_some_and(|q| queues.contains(q));
                    if !theirs && !near {
                        return None;
                    }
                    theirs
                }
            };
            Some(call.seen(viewer.numbers || theirs))
        });
        let mut calls: Vec<CallNow> = seen.collect();
        calls.sort_by_key(|c| c.contact.0);
        calls
    }

    /// All of it, as this viewer may see it.
    pub fn seen_by(&self, viewer: &Viewer) -> Value {
        let queues = self.queues.values().filter(|q| match &viewer.agent {
            Some((_, queues)) => queues.contains(&q.queue),
            None => true,
        });
        json!({
            "agents": self.agents(),
            "queues": queues.collect::<Vec<_>>(),
            "calls": self.calls(viewer),
        })
    }
}

impl CallNow {
    pub(super) fn seen(&self, numbers: bool) -> CallNow {
        let shown = |n: &PhoneNumber| match numbers {
            true => n.reveal().to_owned(),
            false => n.to_string(),
        };
        CallNow {
            caller: self.number.as_ref().map(shown),
            consult: self.consult.clone().map(|c| ConsultNow {
                to: c.to.seen(numbers),
                ..c
            }),
            others: self.others.iter().map(|o| o.seen(numbers)).collect(),
            ..self.clone()
        }
    }
}

fn moment(contact: ContactId, at: Duration) -> Wall {
    let at = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    Wall::from_unix_millis(contact.started().unix_millis().saturating_add(at))
}

/// How the call goes on, and what that is called; `None`: nothing that others see.
fn apply(call: &mut CallNow, at: Wall, event: &Event) -> Option<&'static str> {
    let to = |call: &mut CallNow, stage| {
        call.stage = stage;
        call.since = at;
    };
    Some(match event {
        Event::Started { line, caller, .. } => {
            call.line = Some(line.clone());
            call.number = Some(caller.clone());
            "contact.begun"
        }
        Event::Step { step } => {
            if !matches!(step.what, StepKind::Entered { .. }) {
                return None;
            }
            call.node = Some(step.node.clone());
            "contact.step"
        }
        Event::Queued { queue, reason, .. } => {
            call.queue = Some(queue.clone());
            call.reason = Some(reason.clone());
            call.agents.clear();
            call.alone();
            call.waiting_since = Some(at);
            to(call, CallStage::Waiting);
            "contact.queued"
        }
        Event::Overflowed { to: step, .. } => {
            match step {
                OverflowStep::Queue(queue) => call.queue = Some(queue.clone()),
                OverflowStep::Outside(_) => call.agents.clear(),
                OverflowStep::Callback => {
                    call.agents.clear();
                    to(call, CallStage::Menu);
                }
                OverflowStep::Message => {
                    call.agents.clear();
                    call.waiting_since = None;
                    to(call, CallStage::Message);
                }
            }
            "contact.overflowed"
        }
        Event::LookedBack => {
            to(call, CallStage::Menu);
            "contact.looked_back"
        }
        Event::Offered { agent } => {
            if !call.agents.contains(agent) {
                call.agents.push(agent.clone());
            }
            to(call, CallStage::Offered);
            "contact.offered"
        }
        Event::Missed { agent, .. } => {
            call.agents.retain(|a| a != agent);
            if call.agents.is_empty() {
                to(call, CallStage::Waiting);
            }
            "contact.missed"
        }
        Event::Connected { agent } => {
            call.agents = vec![agent.clone()];
            call.is_with(agent);
            call.waiting_since = None;
            to(call, CallStage::Talking);
            "contact.connected"
        }
        Event::Held { .. } => {
            to(call, CallStage::Held);
            "contact.held"
        }
        Event::Resumed { .. } => {
            to(call, CallStage::Talking);
            "contact.resumed"
        }
        Event::AgentLost { .. } => {
            call.agents.clear();
            call.waiting_since = Some(at);
            to(call, CallStage::Waiting);
            "contact.agent_lost"
        }
        Event::TalkEnded { .. } => {
            call.agents.clear();
            to(call, CallStage::Menu);
            "contact.talk_ended"
        }
        Event::TransferStarted { .. } => {
            to(call, CallStage::Transferring);
            "contact.transfer_started"
        }
        Event::TransferFailed { .. } => "contact.transfer_failed",
        Event::Transferred { .. } => "contact.transferred",
        Event::MessageStored { .. } => "message.stored",
        Event::CallbackStored { .. } => "callback.stored",
        Event::Fault { .. } => "contact.fault",
        Event::CallingBack { queue, .. } => {
            call.queue = Some(queue.clone());
            call.waiting_since = Some(at);
            to(call, CallStage::Waiting);
            "contact.calling_back"
        }
        Event::CalledInVain { .. } => "contact.called_in_vain",
        Event::CallbackCancelled { .. } => "callback.cancelled",
        Event::Recording { .. } => "contact.recording",
        // These are told by whoever writes them.
        Event::WrappedUp { .. } | Event::Said { .. } | Event::Approval { .. } => return None,
        Event::Consulted { to, step, .. } => {
            call.consulted(to, *step);
            "contact.consult"
        }
        // Told apart: not all may see who listens.
        Event::Joined { .. } | Event::Parted { .. } => return None,
        Event::Ended { .. } => "contact.ended",
        Event::Answered
        | Event::Entry { .. }
        | Event::Judged { .. }
        | Event::LetterStored { .. }
        | Event::Media { .. } => return None,
    })
}
