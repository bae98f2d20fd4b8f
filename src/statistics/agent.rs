//! What an agent came to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::mean;
use super::path::Talk;
use super::queue::whole;
use crate::now::Wall;
use crate::queue::action::AgentState;

/// So much later than the end of a talk its wrap-up may begin, by the clock of another task.
pub(super) const CLOSE: Duration = Duration::from_secs(1);

/// From this time on an agent did this.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Wall,
    /// What.
    pub state: AgentState,
}

/// What an agent did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentFigures {
    /// Talks.
    pub talks: u64,
    /// Offers that they did not take.
    pub missed: u64,
    /// All talks together, holds included.
    pub talked: Duration,
    /// Callers on hold.
    pub held: Duration,
    /// Waited for a caller, the phone not ringing.
    pub ready: Duration,
    /// Their phone rang.
    pub offered: Duration,
    /// At work on a talk, by their state.
    pub talking: Duration,
    /// On calls that the queue did not give.
    pub engaged: Duration,
    /// Wrote up talks.
    pub wrapped: Duration,
    /// Set aside after an offer that they did not take.
    pub set_aside: Duration,
    /// On a break, by reason.
    pub paused: BTreeMap<String, Duration>,
}

impl AgentFigures {
    pub(super) fn talk(&mut self, talk: &Talk) {
        self.talks += 1;
        self.talked += talk.lasted;
        self.held += talk.held;
    }

    /// Adds the time in each state between the two points; returns each stretch of writing up: from
    /// when, how long.
    pub(super) fn states(
        &mut self,
        changes: &[Change],
        since: Wall,
        until: Wall,
    ) -> Vec<(Wall, Duration)> {
        let mut wrapped = Vec::new();
        for (i, change) in changes.iter().enumerate() {
            let from = change.at.max(since);
            let to = changes.get(i + 1).map_or(until, |next| next.at).min(until);
            let ms = to.unix_millis().saturating_sub(from.unix_millis());
            let Ok(ms) = u64::try_from(ms) else {
                continue;
            };
            let lasted = Duration::from_millis(ms);
            match &change.state {
                AgentState::Offline => {}
                AgentState::Ready => self.ready += lasted,
                AgentState::Paused { reason } => {
                    *self.paused.entry(reason.clone()).or_default() += lasted;
                }
                AgentState::Offered => self.offered += lasted,
                AgentState::Talking => self.talking += lasted,
                AgentState::Engaged => self.engaged += lasted,
                AgentState::WrapUp => {
                    self.wrapped += lasted;
                    wrapped.push((change.at, lasted));
                }
                AgentState::Missed => self.set_aside += lasted,
            }
        }
        wrapped
    }

    /// Signed in.
    pub fn signed_in(&self) -> Duration {
        let paused: Duration = self.paused.values().sum();
        self.available() + self.engaged + self.set_aside + paused
    }

    /// There for callers: at work on one, or ready for one.
    fn available(&self) -> Duration {
        self.ready + self.offered + self.talking + self.wrapped
    }

    /// The share of the time there for callers that was spent on one (ringing is not).
    pub fn occupancy(&self) -> Option<f64> {
        let busy = self.talking + self.wrapped;
        super::share(whole(busy), whole(self.available()))
    }

    /// What a talk cost on average, holds and writing up included (AHT).
    pub fn handling(&self) -> Option<Duration> {
        mean(self.talked + self.wrapped, self.talks)
    }
}

impl Serialize for AgentFigures {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let paused: BTreeMap<&str, u64> = self
            .paused
            .iter()
            .map(|(reason, lasted)| (reason.as_str(), whole(*lasted)))
            .collect();
        let mut o = s.serialize_struct("AgentFigures", 14)?;
        o.serialize_field("talks", &self.talks)?;
        o.serialize_field("missed_offers", &self.missed)?;
        o.serialize_field("talked_ms", &whole(self.talked))?;
        o.serialize_field("held_ms", &whole(self.held))?;
        o.serialize_field("handling_ms", &self.handling().map(whole))?;
        o.serialize_field("signed_in_ms", &whole(self.signed_in()))?;
        o.serialize_field("ready_ms", &whole(self.ready))?;
        o.serialize_field("offered_ms", &whole(self.offered))?;
        o.serialize_field("talking_ms", &whole(self.talking))?;
        o.serialize_field("engaged_ms", &whole(self.engaged))?;
        o.serialize_field("wrap_up_ms", &whole(self.wrapped))?;
        o.serialize_field("set_aside_ms", &whole(self.set_aside))?;
        o.serialize_field("paused_ms", &paused)?;
        o.serialize_field("occupancy", &self.occupancy())?;
        o.end()
    }
}
