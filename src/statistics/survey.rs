//! What callers answered to the questions of a survey.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::ids::NodeName;
use crate::record::timeline::{Event, Timeline};

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

/// Adds what one contact answered; of a question that was answered twice the last.
pub(super) fn add(
    surveys: &mut BTreeMap<NodeName, BTreeMap<String, SurveyFigures>>,
    timeline: &Timeline,
) {
    let mut last = BTreeMap::new();
    for entry in timeline.entries() {
        if let Event::Judged {
            survey,
            question,
            answer,
            low,
            high,
        } = &entry.event
        {
            last.insert((survey, question), (*answer, *low, *high));
        }
    }
    for ((survey, question), (answer, low, high)) in last {
        let questions = surveys.entry(survey.clone()).or_default();
        let figures = questions.entry(question.clone()).or_default();
        *figures.answers.entry(answer).or_default() += 1;
        (figures.low, figures.high) = (low, high);
    }
}
