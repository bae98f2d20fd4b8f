//! Who else has to do with a talk: whom the agent asks, and who has a part in it.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::journal::{LiveEvent, Scope};
use super::picture::{CallNow, Picture};
use crate::ids::{AgentId, ContactId, PhoneNumber, QueueName};
use crate::record::timeline::{ConsultStep, Event, Presence, TransferTo};

/// An agent, a queue, or a number outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartyNow {
    /// `agent`, `queue` or `number`.
    pub kind: &'static str,
    /// Its name; of a number the last two digits, where the whole is not to be seen.
    pub name: String,
    /// The whole number; never serialized.
    #[serde(skip)]
    number: Option<PhoneNumber>,
}

impl From<&TransferTo> for PartyNow {
    fn from(to: &TransferTo) -> PartyNow {
        let (kind, name, number) = match to {
            TransferTo::Agent { agent } => ("agent", agent.to_string(), None),
            TransferTo::Queue { queue } => ("queue", queue.to_string(), None),
            TransferTo::Number { number } => ("number", number.to_string(), Some(number.clone())),
        };
        PartyNow { kind, name, number }
    }
}

impl PartyNow {
    /// With the number as it may be seen.
    pub fn seen(mut self, numbers: bool) -> PartyNow {
        if let (true, Some(number)) = (numbers, &self.number) {
            self.name = number.reveal().to_owned();
        }
        self
    }
}

/// Whom the agent asks while the caller waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsultNow {
    /// Whom.
    pub to: PartyNow,
    /// `rings` or `talks`.
    #[serde(serialize_with = "word")]
    #[schema(value_type = String)]
    pub step: ConsultStep,
}

/// Somebody who has a part in the talk beside caller and agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OtherNow {
    /// Who.
    pub who: PartyNow,
    /// `talks`, `whispers` or `listens`.
    #[serde(serialize_with = "word")]
    #[schema(value_type = String)]
    pub part: Presence,
}

impl OtherNow {
    pub(super) fn seen(&self, numbers: bool) -> OtherNow {
        OtherNow {
            who: self.who.clone().seen(numbers),
            part: self.part,
        }
    }
}

fn word<T: Serialize, S: Serializer>(word: &T, s: S) -> Result<S::Ok, S::Error> {
    word.serialize(s)
}

impl CallNow {
    /// Whom the agent asks now.
    pub(super) fn consulted(&mut self, to: &TransferTo, step: ConsultStep) {
        self.consult = match step {
            ConsultStep::Rings | ConsultStep::Talks => Some(ConsultNow {
                to: to.into(),
                step,
            }),
            ConsultStep::Failed | ConsultStep::Over => None,
        };
    }

    /// The talk is theirs: they do not have a part beside it any more.
    pub(super) fn is_with(&mut self, agent: &AgentId) {
        self.consult = None;
        self.parted(&TransferTo::Agent {
            agent: agent.clone(),
        });
    }

    /// The call goes on without those who were with it.
    pub(super) fn alone(&mut self) {
        self.consult = None;
        self.others.clear();
    }

    /// Somebody has a part from now on. Whether that is to be seen.
    fn joined(&mut self, who: &TransferTo, part: Presence, hidden: bool) -> bool {
        let was = self.parted(who);
        if hidden {
            return was;
        }
        self.others.push(OtherNow {
            who: who.into(),
            part,
        });
        true
    }

    fn parted(&mut self, who: &TransferTo) -> bool {
        let (who, before) = (PartyNow::from(who), self.others.len());
        self.others.retain(|o| o.who != who);
        self.others.len() != before
    }
}

impl Picture {
    /// Whether those who talk are told that somebody listens to calls of this queue.
    pub(super) fn tells_of_listeners(&self, queue: Option<&QueueName>) -> bool {
        queue.is_none_or(|q| !self.quiet.contains(q))
    }

    /// What is told of somebody who joins or leaves a talk; `None`: the event is about nothing of
    /// that kind. Who only listens is told to those who lead, and to the talk where its queue says
    /// so.
    pub(super) fn beside(&mut self, contact: ContactId, event: &Event) -> Option<Vec<LiveEvent>> {
        let queue = self.known(contact).and_then(|c| c.queue.clone());
        let quiet = !self.tells_of_listeners(queue.as_ref());
        let call = self.known_mut(contact);
        let (who, more) = match event {
            Event::Joined { who, presence } => (who, vec![("part", json!(presence))]),
            Event::Parted { who } => (who, Vec::new()),
            _ => return None,
        };
        let Some(call) = call else {
            return Some(Vec::new());
        };
        let seen = match event {
            Event::Joined { who, presence } => {
                call.joined(who, *presence, quiet && *presence == Presence::Listens)
            }
            _ => call.parted(who),
        };
        let open = match event {
            Event::Joined { presence, .. } => !(quiet && *presence == Presence::Listens),
            _ => seen,
        };
        let call = call.clone();
        let kind = match event {
            Event::Joined { .. } => "contact.joined",
            _ => "contact.parted",
        };
        let mut events = Vec::new();
        if open {
            events.push(told(&call, kind, who, &more, false));
        } else {
            if seen {
                // They do not speak any more: for the talk they have left.
                events.push(told(&call, "contact.parted", who, &[], false));
            }
            events.push(told(&call, kind, who, &more, true));
        }
        Some(events)
    }
}

fn told(
    call: &CallNow,
    kind: &'static str,
    who: &TransferTo,
    more: &[(&'static str, Value)],
    leads_only: bool,
) -> LiveEvent {
    let data = |numbers: bool| {
        let mut data = json!(call.seen(numbers));
        data["who"] = json!(PartyNow::from(who).seen(numbers));
        for (key, value) in more {
            data[*key] = value.clone();
        }
        data
    };
    let scope = match leads_only {
        true => Scope::Leads,
        false => Scope::Some(call.queue.clone(), call.agents.clone()),
    };
    LiveEvent::both(kind, scope, data(false), Some(data(true)))
}
