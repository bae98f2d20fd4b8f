//! What a queue came to.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::path::{CalledBack, Stay, StayEnd, Talk};
use super::{mean, share};
use crate::queue::action::OverflowCause;
use crate::queue::settings::ServiceLevel;

/// What came of those who came to a queue.
///
/// `entered` = `answered` + `abandoned` + `abandoned_short` + `overflowed` + `promised` + `left` +
/// `cut_off` + `waiting`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueFigures {
    /// Came to it.
    pub entered: u64,
    /// Talked to a person.
    pub answered: u64,
    /// Did so as soon as the queue aims at.
    pub in_time: u64,
    /// Hung up.
    pub abandoned: u64,
    /// Hung up before they had begun to wait.
    pub abandoned_short: u64,
    /// The queue could not keep them, by cause.
    pub overflowed: BTreeMap<OverflowCause, u64>,
    /// Hung up with a promise: a callback or a message.
    pub promised: u64,
    /// Went elsewhere by choice.
    pub left: u64,
    /// Cut off, by us or by the network.
    pub cut_off: u64,
    /// Wait now.
    pub waiting: u64,
    /// Phones that rang in vain.
    pub missed: u64,
    /// Callbacks that reached the customer.
    pub called_back: u64,
    /// Callbacks that did not.
    pub called_in_vain: u64,
    /// The waits of those who were answered.
    pub waits: Waits,
    /// The waits of those who hung up; short ones are not in it.
    pub patience: Waits,
    /// The longest wait of all, however it ended.
    pub longest: Duration,
    /// Talks of people with those who came by this queue, also after a transfer.
    pub talks: u64,
    /// All talks together, holds included.
    pub talked: Duration,
    /// On hold by an agent.
    pub held: Duration,
    /// Writing up.
    pub wrapped: Duration,
    /// What it aims at.
    pub aim: ServiceLevel,
}

impl QueueFigures {
    pub(super) fn stay(&mut self, stay: &Stay, aim: ServiceLevel, short: Duration) {
        self.aim = aim;
        self.entered += 1;
        self.missed += stay.missed.len() as u64;
        self.longest = self.longest.max(stay.waited);
        match &stay.end {
            StayEnd::Answered(_) => {
                self.answered += 1;
                self.in_time += u64::from(stay.waited <= aim.within);
                self.waits.0.push(stay.waited);
            }
            StayEnd::Abandoned if stay.waited < short => self.abandoned_short += 1,
            StayEnd::Abandoned => {
                self.abandoned += 1;
                self.patience.0.push(stay.waited);
            }
            StayEnd::Overflowed(cause, _) => *self.overflowed.entry(*cause).or_default() += 1,
            StayEnd::Promised => self.promised += 1,
            StayEnd::Left => self.left += 1,
            StayEnd::CutOff => self.cut_off += 1,
            StayEnd::Waiting => self.waiting += 1,
        }
    }

    pub(super) fn called(&mut self, called: &CalledBack) {
        self.missed += called.missed.len() as u64;
        match called.reached {
            true => self.called_back += 1,
            false => self.called_in_vain += 1,
        }
    }

    pub(super) fn talk(&mut self, talk: &Talk) {
        self.talks += 1;
        self.talked += talk.lasted;
        self.held += talk.held;
    }

    /// How many the queue could not keep.
    pub fn overflows(&self) -> u64 {
        self.overflowed.values().sum()
    }

    /// The share that talked to a person as soon as the queue aims at, of all who wanted one: those
    /// who hung up at once, went elsewhere by choice or were cut off apart.
    pub fn service_level(&self) -> Option<f64> {
        share(self.in_time, self.wanted())
    }

    /// Those who wanted a person: of these the shares are.
    pub fn wanted(&self) -> u64 {
        self.answered + self.abandoned + self.overflows() + self.promised
    }

    /// The share of those who wanted a person that had one within this time.
    pub fn answered_within(&self, time: Duration) -> Option<f64> {
        share(self.waits.within(time), self.wanted())
    }

    /// The share that hung up, of the same.
    pub fn abandon_rate(&self) -> Option<f64> {
        share(self.abandoned, self.wanted())
    }

    /// What a talk cost an agent on average, holds and writing up included (AHT).
    pub fn handling(&self) -> Option<Duration> {
        mean(self.talked + self.wrapped, self.talks)
    }
}

impl Serialize for QueueFigures {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut o = s.serialize_struct("QueueFigures", 25)?;
        o.serialize_field("entered", &self.entered)?;
        o.serialize_field("answered", &self.answered)?;
        o.serialize_field("answered_in_time", &self.in_time)?;
        o.serialize_field("in_time_ms", &whole(self.aim.within))?;
        o.serialize_field("service_level", &self.service_level())?;
        o.serialize_field("service_level_aim", &self.aim.share())?;
        o.serialize_field("abandoned", &self.abandoned)?;
        o.serialize_field("abandoned_short", &self.abandoned_short)?;
        o.serialize_field("abandon_rate", &self.abandon_rate())?;
        o.serialize_field("overflowed", &self.overflowed)?;
        o.serialize_field("promised", &self.promised)?;
        o.serialize_field("left", &self.left)?;
        o.serialize_field("cut_off", &self.cut_off)?;
        o.serialize_field("waiting", &self.waiting)?;
        o.serialize_field("missed_offers", &self.missed)?;
        o.serialize_field("called_back", &self.called_back)?;
        o.serialize_field("called_in_vain", &self.called_in_vain)?;
        o.serialize_field("wait", &self.waits)?;
        o.serialize_field("patience", &self.patience)?;
        o.serialize_field("longest_wait_ms", &whole(self.longest))?;
        o.serialize_field("talks", &self.talks)?;
        o.serialize_field("talked_ms", &whole(self.talked))?;
        o.serialize_field("held_ms", &whole(self.held))?;
        o.serialize_field("wrap_up_ms", &whole(self.wrapped))?;
        o.serialize_field("handling_ms", &self.handling().map(whole))?;
        o.end()
    }
}

/// How long callers waited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waits(Vec<Duration>);

impl Waits {
    /// On average (ASA, of those who were answered).
    pub fn mean(&self) -> Option<Duration> {
        mean(self.0.iter().sum(), self.0.len() as u64)
    }

    /// So long that this share waited no longer: the smallest such wait there was.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied()
    }

    /// So many waited no longer than this.
    pub fn within(&self, time: Duration) -> u64 {
        self.0.iter().filter(|wait| **wait <= time).count() as u64
    }

    pub(super) fn merge(&mut self, other: &Waits) {
        self.0.extend_from_slice(&other.0);
    }

    /// The longest.
    pub fn longest(&self) -> Option<Duration> {
        self.0.iter().max().copied()
    }
}

impl Serialize for Waits {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut o = s.serialize_struct("Waits", 4)?;
        o.serialize_field("mean_ms", &self.mean().map(whole))?;
        o.serialize_field("median_ms", &self.quantile(0.5).map(whole))?;
        o.serialize_field("p90_ms", &self.quantile(0.9).map(whole))?;
        o.serialize_field("longest_ms", &self.longest().map(whole))?;
        o.end()
    }
}

pub(super) fn whole(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX)
}
