//! A guide: one step at a time, as long as the caller needs.

use std::time::Duration;

use super::{Again, Speech, Target};

/// Leads the caller through steps: each asks a question (1 yes, 2 no) or tells what to do
/// (1 done). 3 gives time, `*` is one step back.
#[derive(Debug, PartialEq)]
pub struct Guide {
    /// In the order of the file; the first is where it begins. Never empty.
    pub steps: Vec<GuideStep>,
    /// Where to when it is solved.
    pub solved: Target,
    /// Who calls again within some time may go on at their step.
    pub resume: Option<GuideResume>,
    /// How long to wait for a key after a step.
    pub wait: Duration,
    /// What 3 gives.
    pub pause: Pause,
}

/// One step of a guide.
#[derive(Debug, PartialEq)]
pub struct GuideStep {
    /// The operator's name for it, unique within the guide.
    pub name: String,
    /// What to do or the question, with the keys in whole sentences: for the first step heard.
    pub first: Speech,
    /// The same with the keys in short.
    pub speech: Speech,
    /// Said after each failed try but the last.
    pub again: Vec<Again>,
    /// What the keys 1 and 2 mean.
    pub answers: Answers,
}

/// What can be answered to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// It was a question.
    YesNo {
        /// 1.
        yes: Way,
        /// 2.
        no: Way,
    },
    /// It told what to do: 1 is done.
    Done(Way),
}

/// Where an answer leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To another step, by its place in [`Guide::steps`].
    Step(usize),
    /// It is solved.
    Solved,
    /// Out of the guide.
    Go(Target),
}

/// Quiet time for the caller to do something.
#[derive(Debug, PartialEq)]
pub struct Pause {
    /// Said at its beginning: which key ends it, and how to reach a person.
    pub ready: Speech,
    /// Said now and then.
    pub reminder: Speech,
    /// How often.
    pub every: Duration,
    /// After this long it counts as a failed try.
    pub longest: Duration,
}

/// Going on where an earlier call was left.
#[derive(Debug, PartialEq)]
pub struct GuideResume {
    /// For how long a step is kept.
    pub keep: Duration,
    /// 1 goes on there, 2 begins again.
    pub speech: Speech,
    /// Said after each failed try but the last.
    pub again: Vec<Again>,
}

impl Pause {
    /// How many reminders there can be at most.
    pub fn reminders(&self) -> u8 {
        let many = self.longest.as_millis() / self.every.as_millis().max(1);
        u8::try_from(many).unwrap_or(u8::MAX)
    }
}

impl GuideStep {
    /// Where its answers lead.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        let (first, second) = match self.answers {
            Answers::YesNo { yes, no } => (yes, Some(no)),
            Answers::Done(way) => (way, None),
        };
        [first].into_iter().chain(second)
    }
}

impl Guide {
    /// The step of that name.
    pub fn step(&self, name: &str) -> Option<usize> {
        self.steps.iter().position(|s| s.name == name)
    }

    pub(super) fn speeches(&self) -> Vec<&Speech> {
        let steps = self.steps.iter().flat_map(|s| {
            let again = s.again.iter().flat_map(Again::both);
            [&s.first, &s.speech].into_iter().chain(again)
        });
        let resume = self.resume.iter().flat_map(|r| {
            let again = r.again.iter().flat_map(Again::both);
            [&r.speech].into_iter().chain(again)
        });
        let pause = [&self.pause.ready, &self.pause.reminder];
        steps.chain(resume).chain(pause).collect()
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        let ways = self.steps.iter().flat_map(GuideStep::ways);
        let out = ways.filter_map(|way| match way {
            Way::Go(target) => Some(target),
            Way::Step(_) | Way::Solved => None,
        });
        out.chain([self.solved]).collect()
    }
}
