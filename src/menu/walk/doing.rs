//! What the walk is doing, and what the checker sees of it.

use super::Walk;
use super::situation::{Entered, Phase, Situation};
use crate::ids::{Digits, Key};
use crate::now::Mono;

/// What the walk is doing at its node.
#[derive(Debug, PartialEq)]
pub(super) enum Doing {
    /// Speaking: a `say`.
    Saying,
    /// At a menu.
    Choosing,
    /// Taking digits.
    Entering { digits: Digits },
    /// Digits were read back: 1 right, 2 once more.
    Confirming { digits: Digits },
    /// A web service is asked.
    Asking,
    /// An outside number is called.
    Dialling,
    /// The store is asked where a guide was left.
    Recalling,
    /// Whether to go on there.
    Resuming,
    /// At a step of a guide.
    Stepping,
    /// The caller takes their time, until then.
    Pausing { until: Mono, reminded: u8 },
    /// At a question of a survey.
    Judging { question: usize },
    /// The caller's own number was read out: 1 right, 2 another.
    Offering,
    /// The store is asked which times for a callback are taken.
    Finding,
    /// Times are offered: 1 as soon as possible, 2 and more one of them.
    Picking,
    /// The wish to be called back, or a follow-up, is on its way to the store.
    Storing,
    /// Saying that it is stored.
    Promising,
    /// Saying good-bye.
    Parting,
    /// The menu has been left.
    Left,
}

impl Walk {
    /// What is being done; `None` once the menu has been left.
    pub(super) fn phase(&self) -> Option<Phase> {
        match &self.doing {
            Doing::Saying => Some(Phase::Saying),
            Doing::Choosing => Some(Phase::Choosing),
            Doing::Entering { digits } => {
                let min = self.collect().map_or(0, |c| c.min);
                Some(Phase::Entering(Entered::of(digits, min)))
            }
            Doing::Confirming { .. } => Some(Phase::Confirming),
            Doing::Asking => Some(Phase::Asking),
            Doing::Dialling => Some(Phase::Dialling),
            Doing::Recalling => Some(Phase::Recalling),
            Doing::Resuming => Some(Phase::Resuming),
            Doing::Stepping => Some(Phase::Stepping),
            Doing::Pausing { .. } => Some(Phase::Pausing),
            Doing::Judging { .. } => Some(Phase::Judging),
            Doing::Offering => Some(Phase::Offering),
            Doing::Finding => Some(Phase::Finding),
            Doing::Picking => Some(Phase::Picking),
            Doing::Storing => Some(Phase::Storing),
            Doing::Promising => Some(Phase::Promising),
            Doing::Parting => Some(Phase::Parting),
            Doing::Left => None,
        }
    }

    /// Where the walk stands; `None` once the menu has been left.
    pub fn situation(&self) -> Option<Situation> {
        Some(Situation {
            node: self.at,
            language: self.language,
            phase: self.phase()?,
            part: match &self.doing {
                Doing::Resuming | Doing::Stepping | Doing::Pausing { .. } => self.guide.step,
                Doing::Judging { question } => *question,
                Doing::Picking => self.times_offered(),
                Doing::Storing => usize::from(self.stores_time()),
                Doing::Saying
                | Doing::Choosing
                | Doing::Entering { .. }
                | Doing::Confirming { .. }
                | Doing::Asking
                | Doing::Dialling
                | Doing::Recalling
                | Doing::Offering
                | Doing::Finding
                | Doing::Promising
                | Doing::Parting
                | Doing::Left => 0,
            },
            digits: match &self.doing {
                Doing::Entering { digits } => digits.len(),
                Doing::Pausing { reminded, .. } => usize::from(*reminded),
                Doing::Saying
                | Doing::Choosing
                | Doing::Confirming { .. }
                | Doing::Asking
                | Doing::Dialling
                | Doing::Recalling
                | Doing::Resuming
                | Doing::Stepping
                | Doing::Judging { .. }
                | Doing::Offering
                | Doing::Finding
                | Doing::Picking
                | Doing::Storing
                | Doing::Promising
                | Doing::Parting
                | Doing::Left => 0,
            },
            playing: self.playing,
            failures: self.failures,
            starred: self.last_key == Some(Key::STAR),
            ahead: !self.ahead.is_empty(),
        })
    }
}
