//! What callers answered to the questions of a survey.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::path::Path;
use crate::ids::{AgentId, NodeName, QueueName};
use crate::record::timeline::{Event, Timeline};

/// Answers by survey, and question of it.
pub type Surveys = BTreeMap<NodeName, BTreeMap<String, SurveyFigures>>;

/// The answers to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurveyFigures {
    /// How often each was given.
    pub answers: BTreeMap<u8, u64>,
    /// The lowest that there is.
    pub low: u8,
    /// The highest.
    pub high: u8,
}

impl SurveyFigures {
    /// How many answered.
    pub fn count(&self) -> u64 {
        self.answers.values().sum()
    }

    /// On average.
    pub fn mean(&self) -> Option<f64> {
        let total: u64 = self.answers.iter().map(|(a, n)| u64::from(*a) * n).sum();
        super::share(total, self.count())
    }
}

impl Serialize for SurveyFigures {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut o = s.serialize_struct("SurveyFigures", 5)?;
        o.serialize_field("count", &self.count())?;
        o.serialize_field("mean", &self.mean())?;
        o.serialize_field("low", &self.low)?;
        o.serialize_field("high", &self.high)?;
        o.serialize_field("answers", &self.answers)?;
        o.end()
    }
}

/// What callers said after a talk, of whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Who talked with them last before they answered.
    pub agent: AgentId,
    /// Through which queue they had come.
    pub queue: Option<QueueName>,
    /// Which survey.
    pub survey: NodeName,
    /// Which question of it.
    pub question: String,
    /// The answers.
    #[serde(flatten)]
    pub figures: SurveyFigures,
}

/// Of whom, and to which question.
type About = (AgentId, Option<QueueName>, NodeName, String);

/// All answers, contact by contact.
#[derive(Debug, Default)]
pub(super) struct Answers {
    all: Surveys,
    judged: BTreeMap<About, SurveyFigures>,
}

impl Answers {
    /// Adds what one contact answered; of a question that was answered twice the last. Whoever
    /// answered twice about two people has said something of both.
    pub fn add(&mut self, timeline: &Timeline, path: &Path) {
        let mut last = BTreeMap::new();
        let mut of_talks = BTreeMap::new();
        for entry in timeline.entries() {
            if let Event::Judged {
                survey,
                question,
                answer,
                low,
                high,
            } = &entry.event
            {
                let answer = (*answer, *low, *high);
                last.insert((survey, question), answer);
                let talk = path.talks.iter().rfind(|talk| talk.began <= entry.at);
                if let Some(talk) = talk {
                    let about = (&talk.agent, &talk.queue, survey, question);
                    of_talks.insert(about, answer);
                }
            }
        }
        for ((survey, question), answer) in last {
            let questions = self.all.entry(survey.clone()).or_default();
            questions.entry(question.clone()).or_default().add(answer);
        }
        for ((agent, queue, survey, question), answer) in of_talks {
            let about = (
                agent.clone(),
                queue.clone(),
                survey.clone(),
                question.clone(),
            );
            self.judged.entry(about).or_default().add(answer);
        }
    }

    /// Those to each question, and those of each agent, by name.
    pub fn told(self) -> (Surveys, Vec<Judged>) {
        let judged = self.judged.into_iter();
        let judged = judged.map(|((agent, queue, survey, question), figures)| Judged {
            agent,
            queue,
            survey,
            question,
            figures,
        });
        (self.all, judged.collect())
    }
}

impl SurveyFigures {
    fn add(&mut self, (answer, low, high): (u8, u8, u8)) {
        *self.answers.entry(answer).or_default() += 1;
        (self.low, self.high) = (low, high);
    }
}
