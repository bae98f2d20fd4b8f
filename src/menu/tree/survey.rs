//! Questions that the caller may answer or leave.

use std::time::Duration;

use super::{Line, NodeId, Speech, Target, VariableId};
use crate::ids::{Key, QueueName};

/// Asks questions one after the other; each answer is one key. Silence leaves a question out, and
/// so does a second wrong key: nobody is punished for not wanting to judge.
#[derive(Debug, PartialEq)]
pub struct Survey {
    /// Said before the first question.
    pub intro: Option<Speech>,
    /// In this order. Never empty.
    pub questions: Vec<Question>,
    /// How long to wait for a key after a question.
    pub wait: Duration,
    /// Where to, afterwards.
    pub go: Target,
}

/// One question of a survey.
#[derive(Debug, PartialEq)]
pub struct Question {
    /// Where the answer goes; its name is the question's.
    pub into: VariableId,
    /// The question, the keys, and how to reach a person.
    pub speech: Speech,
    /// Said after a wrong key.
    pub wrong: Speech,
    /// The keys that are answers, 1 to 9.
    pub scale: Scale,
}

/// The lowest and the highest answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// At least 1.
    pub low: u8,
    /// At most 9, and more than the lowest.
    pub high: u8,
}

impl Scale {
    /// The answer that a key is.
    pub fn answer(self, key: Key) -> Option<u8> {
        key.digit().filter(|d| (self.low..=self.high).contains(d))
    }
}

impl Survey {
    pub(super) fn speeches(&self) -> Vec<&Speech> {
        let questions = self.questions.iter();
        let said = questions.flat_map(|q| [&q.speech, &q.wrong]);
        self.intro.iter().chain(said).collect()
    }
}

impl Line {
    /// What callers are asked when an agent of this queue has ended the talk: a survey.
    pub fn survey_after(&self, queue: &QueueName) -> Option<NodeId> {
        self.surveys.get(queue).copied()
    }

    /// The surveys after talks, with the queues that ask them.
    pub fn surveys_after(&self) -> impl Iterator<Item = (&QueueName, NodeId)> {
        self.surveys.iter().map(|(queue, id)| (queue, *id))
    }

    /// Where callers can begin to be in the nodes: after the answer, and after a talk.
    pub fn beginnings(&self) -> impl Iterator<Item = NodeId> {
        [self.start]
            .into_iter()
            .chain(self.surveys.values().copied())
    }
}
