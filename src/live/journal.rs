//! The last events, numbered, and who may see which.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use super::Stored;
use super::more::more;
use super::picture::CallNow;
use crate::ids::{AgentId, QueueName};
use crate::record::timeline::Event;

/// A place in the journal of one run of the server. Prints as `1f3a-42`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which run.
    pub epoch: u32,
    /// From 1.
    pub number: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.epoch, self.number)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(s: &str) -> Result<Place, ()> {
        let (epoch, number) = s.trim().split_once('-').ok_or(())?;
        Ok(Place {
            epoch: u32::from_str_radix(epoch, 16).map_err(drop)?,
            number: number.parse().map_err(drop)?,
        })
    }
}

/// Who looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// An agent sees their own calls, and what is for their queues; `None`: everything.
    pub agent: Option<(AgentId, Vec<QueueName>)>,
    /// May see callers' numbers. An agent sees those of their own calls.
    pub numbers: bool,
}

/// Whom an event concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody.
    All,
    /// Those who answer this queue, and these agents.
    Some(Option<QueueName>, Vec<AgentId>),
    /// One agent and nobody else.
    Only(AgentId),
    /// Those who see everything.
    Leads,
}

/// Something that happened, as it is told.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    /// Where it is in the journal.
    pub place: Place,
    /// What kind: `agent`, `queue`, `contact.queued`, `card`, `picture` …
    pub kind: &'static str,
    pub(super) scope: Scope,
    body: Body,
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
enum Body {
    /// Numbers masked, and with numbers for those who may see them.
    Made { masked: Value, clear: Option<Value> },
    /// Put into words when somebody looks: most calls begin and end with nobody looking on.
    Call(Box<Happened>),
}

#[derive(Clone, Debug, PartialEq)]
struct Happened {
    call: CallNow,
    event: Box<Event>,
    masked: OnceLock<Value>,
    clear: OnceLock<Value>,
}

impl Happened {
    fn told(&self, numbers: bool) -> &Value {
        let place = if numbers { &self.clear } else { &self.masked };
        place.get_or_init(|| {
            let mut data = json!(self.call.seen(numbers));
            for (key, value) in more(&self.event, numbers) {
                data[key] = value;
            }
            data
        })
    }
}

impl LiveEvent {
    pub(super) fn new(kind: &'static str, scope: Scope, masked: Value) -> LiveEvent {
        LiveEvent::both(kind, scope, masked, None)
    }

    /// With what those are told who may see numbers.
    pub(super) fn both(
        kind: &'static str,
        scope: Scope,
        masked: Value,
        clear: Option<Value>,
    ) -> LiveEvent {
        LiveEvent {
            place: Place::default(),
            kind,
            scope,
            body: Body::Made { masked, clear },
        }
    }

    /// How a call looks after this event.
    pub(super) fn call(
        kind: &'static str,
        scope: Scope,
        call: CallNow,
        event: Box<Event>,
    ) -> LiveEvent {
        let happened = Happened {
            call,
            event,
            masked: OnceLock::new(),
            clear: OnceLock::new(),
        };
        LiveEvent {
            place: Place::default(),
            kind,
            scope,
            body: Body::Call(Box::new(happened)),
        }
    }

    pub(super) fn stored(stored: Stored) -> LiveEvent {
        let scope = match (stored.only, stored.queue) {
            (Some(agents), _) => Scope::Some(None, agents),
            (None, Some(queue)) => Scope::Some(Some(queue), Vec::new()),
            (None, None) => Scope::All,
        };
        LiveEvent::new(stored.kind, scope, stored.data)
    }

    pub(super) fn picture(place: Place, data: Value) -> LiveEvent {
        LiveEvent {
            place,
            ..LiveEvent::new("picture", Scope::All, data)
        }
    }

    pub(super) fn is_for(&self, viewer: &Viewer) -> bool {
        match (&self.scope, &viewer.agent) {
            (Scope::All, _) => true,
            (Scope::Leads, viewer) => viewer.is_none(),
            (Scope::Only(agent), Some((who, _))) => agent == who,
            (Scope::Only(_), None) => false,
            (Scope::Some(..), None) => true,
            (Scope::Some(queue, agents), Some((who, queues))) => {
                agents.contains(who) || queue.as_ref().is_some_and(|q| queues.contains(q))
            }
        }
    }

    /// What this viewer is told.
    pub fn data(&self, viewer: &Viewer) -> &Value {
        let theirs = match (&self.scope, &viewer.agent) {
            (Scope::Some(_, agents), Some((who, _))) => agents.contains(who),
            (Scope::Only(_), _) => true,
            (Scope::Some(..) | Scope::All | Scope::Leads, _) => false,
        };
        let numbers = viewer.numbers || theirs;
        match &self.body {
            Body::Made {
                clear: Some(clear), ..
            } if numbers => clear,
            Body::Made { masked, .. } => masked,
            Body::Call(happened) => happened.told(numbers),
        }
    }
}

/// The last events.
pub(super) struct Journal {
    epoch: u32,
    kept: usize,
    events: VecDeque<Arc<LiveEvent>>,
    newest: u64,
}

impl Journal {
    pub fn new(epoch: u32, kept: usize) -> Journal {
        Journal {
            epoch,
            kept,
            events: VecDeque::new(),
            newest: 0,
        }
    }

    pub fn newest(&self) -> Place {
        Place {
            epoch: self.epoch,
            number: self.newest,
        }
    }

    /// Numbers an event and keeps it.
    pub fn push(&mut self, mut event: LiveEvent) -> Arc<LiveEvent> {
        self.newest += 1;
        event.place = self.newest();
        let event = Arc::new(event);
        if self.events.len() == self.kept {
            self.events.pop_front();
        }
        self.events.push_back(Arc::clone(&event));
        event
    }

    /// What came after this place; `None`: that is not known any more.
    pub fn since(&self, after: Place) -> Option<Vec<Arc<LiveEvent>>> {
        let oldest = self.newest - self.events.len() as u64;
        let known = after.epoch == self.epoch && (oldest..=self.newest).contains(&after.number);
        let missed = self.events.iter().filter(|e| e.place.number > after.number);
        known.then(|| missed.cloned().collect())
    }
}
