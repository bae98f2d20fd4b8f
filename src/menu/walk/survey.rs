//! A survey: one question after the other, each of which may be left out.

use std::sync::Arc;

use super::{Doing, NodeId, Walk};
use crate::ids::Key;
use crate::menu::outcome::{StepKind, WalkAction};
use crate::menu::tree::{Kind, Line, Survey};
use crate::menu::value::Value;
use crate::now::Now;

use super::speak::LONGEST_PLAY;

fn survey_of(line: &Line, at: NodeId) -> Option<&Survey> {
    match &line.node(at)?.kind {
        Kind::Survey(survey) => Some(survey),
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Queue(_)
        | Kind::Callback(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => None,
    }
}

impl Walk {
    pub(super) fn enter_survey(&mut self, now: Now, survey: &Survey) {
        self.doing = Doing::Judging { question: 0 };
        let mut sounds = survey
            .intro
            .as_ref()
            .map(|s| self.sounds(s))
            .unwrap_or_default();
        if let Some(question) = survey.questions.first() {
            sounds.extend(self.sounds(&question.speech));
        }
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    /// The question once more.
    pub(super) fn repeat_question(&mut self, now: Now, survey: &Survey) {
        let Doing::Judging { question } = self.doing else {
            return self.enter_survey(now, survey);
        };
        self.ask_question(now, survey, question);
    }

    /// A question, or, after the last one, what follows.
    fn ask_question(&mut self, now: Now, survey: &Survey, at: usize) {
        self.failures = 0;
        self.doing = Doing::Judging { question: at };
        match survey.questions.get(at) {
            Some(question) => self.play(now, &question.speech),
            None => self.follow(now, survey.go),
        }
    }

    pub(super) fn judging_key(&mut self, now: Now, key: Key, at: usize) {
        self.hush();
        let line = Arc::clone(&self.line);
        let survey = survey_of(&line, self.at);
        let Some((survey, question)) = survey.and_then(|s| Some((s, s.questions.get(at)?))) else {
            return self.fault(now, "the menu lost its place");
        };
        if let Some(answer) = question.scale.answer(key) {
            self.step(now, StepKind::Pressed { key });
            self.completed = true;
            self.judged(
                question.into,
                answer,
                question.scale.low,
                question.scale.high,
            );
            return self.ask_question(now, survey, at + 1);
        }
        if key.digit() == Some(9) {
            self.step(now, StepKind::Pressed { key });
            return self.play(now, &question.speech);
        }
        self.step(now, StepKind::Wrong { key });
        self.ahead.clear();
        self.failures += 1;
        if self.failures == 1 {
            self.play(now, &question.wrong);
        } else {
            self.ask_question(now, survey, at + 1);
        }
    }

    /// One answer: a value for what follows, and kept with the contact.
    fn judged(&mut self, into: super::VariableId, answer: u8, low: u8, high: u8) {
        let (Some(survey), Some(question)) = (self.place().cloned(), self.line.variable(into))
        else {
            return;
        };
        self.actions.push_back(WalkAction::Judged {
            survey,
            question: question.name.clone(),
            answer,
            low,
            high,
        });
        if let Some(place) = self.values.get_mut(usize::from(into.0)) {
            *place = Some(Value::Number(i64::from(answer)));
        }
    }

    /// Silence leaves a question out.
    pub(super) fn leave_out(&mut self, now: Now, at: usize) {
        let line = Arc::clone(&self.line);
        let Some(survey) = survey_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        self.step(now, StepKind::Silent);
        self.ask_question(now, survey, at + 1);
    }

    /// `*`: one question back; from the first one to the menu that led here.
    pub(super) fn question_back(&mut self, now: Now, at: usize) {
        let line = Arc::clone(&self.line);
        match (at.checked_sub(1), survey_of(&line, self.at)) {
            (Some(before), Some(survey)) => {
                self.hush();
                self.step(now, StepKind::Pressed { key: Key::STAR });
                self.ask_question(now, survey, before);
            }
            (None, _) | (_, None) => self.step_back(now),
        }
    }
}
