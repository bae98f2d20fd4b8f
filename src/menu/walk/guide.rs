//! A guide: steps, quiet time, and going on where an earlier call was left.

use std::sync::Arc;

use super::node::Failure;
use super::situation::RECALL;
use super::{Doing, Walk};
use crate::ids::{Key, NodeName};
use crate::menu::outcome::{AskId, StepAnswer, StepKind, WalkAction};
use crate::menu::tree::{Again, Answers, Guide, Kind, Line, Way};
use crate::menu::value::Value;
use crate::now::Now;

/// Steps to go back to; the oldest go first.
const MAX_BACK: usize = 64;
/// Longest list of what was tried, in octets; the oldest go first.
const MAX_TRIED: usize = 400;

/// Where the caller is in a guide.
#[derive(Debug, Default)]
pub(super) struct GuidePlace {
    pub(super) step: usize,
    /// The steps on the way here.
    before: Vec<usize>,
    /// The keys have been told in whole sentences.
    explained: bool,
    /// What was tried, in words for the agent: `lamp no`.
    tried: Vec<String>,
}

fn guide_of(line: &Line, at: super::NodeId) -> Option<(&NodeName, &Guide)> {
    let node = line.node(at)?;
    match &node.kind {
        Kind::Guide(guide) => Some((&node.name, guide)),
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Queue(_)
        | Kind::Callback(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => None,
    }
}

impl Walk {
    pub(super) fn enter_guide(&mut self, now: Now, guide: &Guide) {
        self.guide = GuidePlace::default();
        let node = self.place().cloned();
        match (&guide.resume, &self.caller, node) {
            (Some(_), Some(_), Some(guide)) => {
                self.asked = AskId(self.asked.0.wrapping_add(1));
                self.doing = Doing::Recalling;
                self.deadline = now.mono + RECALL;
                let ask = self.asked;
                self.actions.push_back(WalkAction::Recall { ask, guide });
            }
            (_, _, _) => self.enter_step(now, 0),
        }
    }

    /// What came of [`WalkAction::Recall`]: the step at which the caller was. Answers that nobody
    /// waits for any more do nothing.
    pub fn handle_recalled(&mut self, now: Now, ask: AskId, step: Option<&str>) {
        if self.doing != Doing::Recalling || ask != self.asked {
            return;
        }
        let line = Arc::clone(&self.line);
        let Some((_, guide)) = guide_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        // The first step is where one begins anyway; others may be gone from the file.
        let found = step.and_then(|name| guide.step(name)).filter(|i| *i > 0);
        match (found, &guide.resume) {
            (Some(step), Some(resume)) => {
                self.guide.step = step;
                self.doing = Doing::Resuming;
                self.play(now, &resume.speech);
            }
            (_, _) => self.enter_step(now, 0),
        }
        self.use_type_ahead(now);
    }

    /// The store is slow or gone: the guide begins where it begins.
    pub(super) fn not_recalled(&mut self, now: Now) {
        self.enter_step(now, 0);
    }

    pub(super) fn resuming_key(&mut self, now: Now, key: Key) {
        self.hush();
        let step = match key.as_char() {
            '1' => self.guide.step,
            '2' => 0,
            '9' => {
                self.step(now, StepKind::Pressed { key });
                return self.repeat(now);
            }
            _ => {
                self.step(now, StepKind::Wrong { key });
                return self.fail(now, Failure::Wrong);
            }
        };
        self.step(now, StepKind::Pressed { key });
        self.completed = true;
        self.enter_step(now, step);
    }

    fn enter_step(&mut self, now: Now, step: usize) {
        self.guide.step = step;
        self.failures = 0;
        let line = Arc::clone(&self.line);
        let Some((name, guide)) = guide_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        if let Some(step) = guide.steps.get(step) {
            self.remember(name, guide, Some(&step.name));
        }
        self.say_step(now, false);
    }

    fn remember(&mut self, node: &NodeName, guide: &Guide, step: Option<&str>) {
        let (Some(resume), Some(_)) = (&guide.resume, &self.caller) else {
            return;
        };
        self.actions.push_back(WalkAction::Remember {
            guide: node.clone(),
            step: step.map(|s| (s.to_owned(), resume.keep)),
        });
    }

    /// The step where the caller is; `whole`: with the keys in whole sentences once more.
    fn say_step(&mut self, now: Now, whole: bool) {
        let line = Arc::clone(&self.line);
        let step = guide_of(&line, self.at).and_then(|(_, g)| g.steps.get(self.guide.step));
        let Some(step) = step else {
            return self.fault(now, "the menu lost its place");
        };
        self.doing = Doing::Stepping;
        let short = std::mem::replace(&mut self.guide.explained, true) && !whole;
        self.play(now, if short { &step.speech } else { &step.first });
    }

    /// Say it once more: the question whether to go on there, or the step.
    pub(super) fn repeat_guide(&mut self, now: Now, guide: &Guide) {
        match (&self.doing, &guide.resume) {
            (Doing::Resuming, Some(resume)) => self.play(now, &resume.speech),
            (_, _) => self.say_step(now, true),
        }
    }

    pub(super) fn stepping_key(&mut self, now: Now, key: Key) {
        self.hush();
        let line = Arc::clone(&self.line);
        let Some((name, guide)) = guide_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        let Some(step) = guide.steps.get(self.guide.step) else {
            return self.fault(now, "the menu lost its place");
        };
        let (answer, way) = match (key.as_char(), step.answers) {
            ('1', Answers::YesNo { yes, .. }) => (StepAnswer::Yes, yes),
            ('2', Answers::YesNo { no, .. }) => (StepAnswer::No, no),
            ('1', Answers::Done(way)) => (StepAnswer::Done, way),
            ('3', _) => {
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                let until = now.mono + guide.pause.longest;
                let reminded = 0;
                self.doing = Doing::Pausing { until, reminded };
                return self.play(now, &guide.pause.ready);
            }
            ('9', _) => {
                self.step(now, StepKind::Pressed { key });
                return self.say_step(now, true);
            }
            (_, _) => {
                self.step(now, StepKind::Wrong { key });
                return self.fail(now, Failure::Wrong);
            }
        };
        self.completed = true;
        self.tried(now, name, &step.name, answer);
        match way {
            Way::Step(to) => {
                if self.guide.before.len() == MAX_BACK {
                    self.guide.before.remove(0);
                }
                self.guide.before.push(self.guide.step);
                self.enter_step(now, to);
            }
            Way::Solved => {
                self.remember(name, guide, None);
                self.follow(now, guide.solved);
            }
            Way::Go(target) => self.follow(now, target),
        }
    }

    /// For the path, and for the agent in one line: "router: lamp no, cable yes".
    fn tried(&mut self, now: Now, node: &NodeName, step: &str, answer: StepAnswer) {
        let kind = StepKind::Tried {
            step: step.to_owned(),
            answer,
        };
        self.step(now, kind);
        let tried = &mut self.guide.tried;
        tried.push(format!("{step} {answer}"));
        while tried.len() > 1 && tried.iter().map(|t| t.len() + 2).sum::<usize>() > MAX_TRIED {
            tried.remove(0);
        }
        let value = Value::Text(tried.join(", "));
        self.actions.push_back(WalkAction::Entry {
            name: node.as_str().to_owned(),
            value,
            sensitive: false,
        });
    }

    /// `*`: one step back; from the first step to the menu that led here.
    pub(super) fn guide_back(&mut self, now: Now) {
        match self.guide.before.pop() {
            Some(step) => {
                self.hush();
                self.step(now, StepKind::Pressed { key: Key::STAR });
                self.enter_step(now, step);
            }
            None => self.step_back(now),
        }
    }

    /// Any key ends the quiet time, and the step is said again.
    pub(super) fn pausing_key(&mut self, now: Now, key: Key) {
        self.hush();
        self.step(now, StepKind::Pressed { key });
        self.completed = true;
        self.say_step(now, false);
    }

    /// Nothing was heard for a while: a word, or, when the time is over, a failed try.
    pub(super) fn pause_goes_on(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        match (guide_of(&line, self.at), &mut self.doing) {
            (Some((_, guide)), Doing::Pausing { until, reminded }) if now.mono < *until => {
                *reminded = reminded.saturating_add(1);
                self.play(now, &guide.pause.reminder);
            }
            (Some(_), Doing::Pausing { .. }) => {
                self.doing = Doing::Stepping;
                self.step(now, StepKind::Silent);
                self.fail(now, Failure::Silence);
            }
            (_, _) => self.fault(now, "the menu lost its place"),
        }
    }

    /// What is said after failed tries here.
    pub(super) fn guide_again<'l>(&self, guide: &'l Guide) -> &'l [Again] {
        match (&self.doing, &guide.resume) {
            (Doing::Resuming, Some(resume)) => &resume.again,
            (_, _) => guide.steps.get(self.guide.step).map_or(&[], |s| &s.again),
        }
    }

    /// The prompt has ended: the time for a key begins.
    pub(super) fn guide_waits(&mut self, now: Now, guide: &Guide) {
        self.deadline = match self.doing {
            Doing::Pausing { until, .. } => until.min(now.mono + guide.pause.every),
            Doing::Stepping
            | Doing::Resuming
            | Doing::Recalling
            | Doing::Saying
            | Doing::Choosing
            | Doing::Entering { .. }
            | Doing::Confirming { .. }
            | Doing::Asking
            | Doing::Dialling
            | Doing::Judging { .. }
            | Doing::Offering
            | Doing::Finding
            | Doing::Picking
            | Doing::Storing
            | Doing::Promising
            | Doing::Parting
            | Doing::Left => now.mono + guide.wait,
        };
    }
}
