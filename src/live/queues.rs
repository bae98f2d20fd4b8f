//! How a queue looks to those who watch.

use serde::Serialize;
use utoipa::ToSchema;

use super::picture::{stamp, stamped_some};
use crate::ids::QueueName;
use crate::now::Wall;
use crate::queue::action::AgentState;
use crate::queue::snapshot::QueueCounts;
use crate::statistics::threshold::{Level, Standing};

/// A queue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct QueueNow {
    /// Which.
    #[schema(value_type = String)]
    pub queue: QueueName,
    /// Callers in line, those whose offer rings included.
    pub waiting: usize,
    /// Since when the one at the front waits.
    #[serde(serialize_with = "stamped_some")]
    #[schema(value_type = Option<String>)]
    pub waiting_since: Option<Wall>,
    /// The contact at the front.
    pub front: Option<String>,
    /// Agents signed in.
    pub staffed: usize,
    /// Agents ready.
    pub ready: usize,
    /// Its agents by what they do.
    pub agents: AgentsNow,
    /// What happened since the server's start.
    pub counts: Counts,
    /// What it has come to today.
    pub today: TodayNow,
    /// The limits that are set for its figures.
    pub thresholds: Vec<ThresholdNow>,
}

/// The agents of a queue by what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentsNow {
    /// Not signed in.
    pub offline: usize,
    /// Ready for a caller.
    pub ready: usize,
    /// Their phone rings.
    pub offered: usize,
    /// With a caller, of this queue or another.
    pub talking: usize,
    /// On a call that the queue did not give.
    pub engaged: usize,
    /// Writing up.
    pub wrap_up: usize,
    /// In a pause.
    pub paused: usize,
    /// Set aside: they did not answer.
    pub missed: usize,
}

impl AgentsNow {
    /// One more who does this.
    pub fn add(&mut self, state: &AgentState) {
        *match state {
            AgentState::Offline => &mut self.offline,
            AgentState::Ready => &mut self.ready,
            AgentState::Offered => &mut self.offered,
            AgentState::Talking => &mut self.talking,
            AgentState::Engaged => &mut self.engaged,
            AgentState::WrapUp => &mut self.wrap_up,
            AgentState::Paused { .. } => &mut self.paused,
            AgentState::Missed => &mut self.missed,
        } += 1;
    }
}

impl AgentsNow {
    /// Each state with how many there are.
    pub fn by_state(&self) -> [(&'static str, usize); 8] {
        [
            ("offline", self.offline),
            ("ready", self.ready),
            ("offered", self.offered),
            ("talking", self.talking),
            ("engaged", self.engaged),
            ("wrap_up", self.wrap_up),
            ("paused", self.paused),
            ("missed", self.missed),
        ]
    }
}

/// What a queue has come to today, by the clock of the server's machine. Shares are from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct TodayNow {
    /// Came to it, and have left it.
    pub entered: u64,
    /// Talked to a person.
    pub answered: u64,
    /// Did so as soon as the queue aims at.
    pub answered_in_time: u64,
    /// How soon that is.
    pub in_time_ms: u64,
    /// The share that talked to a person in time, of those who wanted one.
    pub service_level: Option<f64>,
    /// The same of the last half hour.
    pub service_level_now: Option<f64>,
    /// What the queue aims at.
    pub service_level_aim: f64,
    /// Hung up.
    pub abandoned: u64,
    /// Hung up at once.
    pub abandoned_short: u64,
    /// The share that hung up, of those who wanted a person.
    pub abandon_rate: Option<f64>,
    /// The queue could not keep them.
    pub overflowed: u64,
    /// Hung up with a promise: a callback or a message.
    pub promised: u64,
    /// How long those who were answered had waited on average.
    pub mean_wait_ms: Option<u64>,
    /// And at most.
    pub longest_wait_ms: Option<u64>,
    /// Talks.
    pub talks: u64,
    /// What a talk cost an agent on average, holds and writing up included (AHT).
    pub handling_ms: Option<u64>,
}

/// A limit that is set for a figure of a queue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ThresholdNow {
    /// As the settings have it: `waiting > 5`.
    pub threshold: String,
    /// `warning` or `critical`.
    #[schema(value_type = String)]
    pub level: Level,
    /// Crossed since then (RFC 3339); none: it is not.
    pub since: Option<String>,
}

impl From<Standing> for ThresholdNow {
    fn from(s: Standing) -> ThresholdNow {
        ThresholdNow {
            threshold: s.threshold.to_string(),
            level: s.threshold.level,
            since: s.since.map(stamp),
        }
    }
}

/// What happened in a queue since the server's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Entries.
    pub entered: u64,
    /// Ended with an agent.
    pub answered: u64,
    /// The caller left.
    pub abandoned: u64,
    /// The queue could not keep them.
    pub overflowed: u64,
    /// Went to another queue.
    pub moved: u64,
    /// Offers made.
    pub offers: u64,
    /// Offers not taken.
    pub missed: u64,
    /// Answered, of those who were told how long they are likely to wait.
    pub estimated: u64,
    /// Of these, those whose wait was as they had been told.
    pub estimated_rightly: u64,
}

impl From<QueueCounts> for Counts {
    fn from(c: QueueCounts) -> Counts {
        Counts {
            entered: c.entered,
            answered: c.answered,
            abandoned: c.abandoned,
            overflowed: c.overflowed,
            moved: c.moved,
            offers: c.offers,
            missed: c.missed,
            estimated: c.estimated,
            estimated_rightly: c.estimated_rightly,
        }
    }
}

impl QueueNow {
    /// Whether somebody who looks would see a difference. The front's wait is counted anew each
    /// time, to some milliseconds.
    pub(super) fn differs(&self, other: &QueueNow) -> bool {
        let front = |q: &QueueNow| q.waiting_since.map(Wall::unix_millis);
        let same_front = match (front(self), front(other)) {
            (Some(a), Some(b)) => (a - b).abs() < 1_500,
            (a, b) => a == b,
        };
        let rest = |q: &QueueNow| QueueNow {
            waiting_since: None,
            ..q.clone()
        };
        !same_front || rest(self) != rest(other)
    }
}
