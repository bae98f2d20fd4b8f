//! Places within a node, written behind a stroke: the steps of a guide and the time that it gives,
//! the questions of a survey, and the two questions with which a number is taken.

use std::collections::BTreeSet;

use zeroline::menu::tree::{
    Answers, Callback, Collect, Confirm, Guide, GuideStep, Kind, Question, Speech, Survey, Way,
};

use super::line::{Demo, Group, Values};
use super::{CLOSED, ELSEWHERE, NODES, PLACES, WAYS};

/// Time that a guide gives.
const TIME: &str = "time";
/// A number is asked for, at a node that knows one already.
const NUMBER: &str = "number";
/// A number is read back.
const CONFIRM: &str = "confirm";

/// The node, and the place within it.
pub fn parted(place: &str) -> (&str, Option<&str>) {
    match place.split_once('/') {
        Some((node, within)) => (node, Some(within)),
        None => (place, None),
    }
}

/// The keys that ask for a person there: numbers may begin with 0.
pub fn asks_for_person(place: &str) -> &'static str {
    match parted(place) {
        (_, Some(NUMBER)) => "0#",
        _ => "0",
    }
}

pub fn confirm(collect: &Collect) -> &Confirm {
    collect.confirm.as_ref().expect("read back")
}

fn step_of<'g>(guide: &'g Guide, name: &str) -> &'g GuideStep {
    let found = guide.steps.iter().find(|s| s.name == name);
    found.unwrap_or_else(|| panic!("no step {name}"))
}

impl Demo {
    pub fn guide(&self) -> &Guide {
        match &self.node("router").kind {
            Kind::Guide(guide) => guide,
            other => panic!("a {}", other.word()),
        }
    }

    pub fn callback(&self, node: &str) -> &Callback {
        match &self.node(node).kind {
            Kind::Callback(callback) => callback,
            other => panic!("a {}", other.word()),
        }
    }

    pub fn step(&self, name: &str) -> &GuideStep {
        step_of(self.guide(), name)
    }

    fn question_name(&self, question: &Question) -> &str {
        let variable = self.line().variable(question.into);
        &variable.expect("a variable").name
    }

    fn question_of<'s>(&self, survey: &'s Survey, name: &str) -> &'s Question {
        let mut all = survey.questions.iter();
        let found = all.find(|q| self.question_name(q) == name);
        found.unwrap_or_else(|| panic!("no question {name}"))
    }

    /// What is said there.
    pub fn said_within(&self, node: &str, within: &str, language: usize) -> Group {
        let speech = |s: &Speech| self.speech(s, language, &Values::new());
        match (&self.node(node).kind, within) {
            (Kind::Guide(guide), TIME) => speech(&guide.pause.ready),
            (Kind::Guide(guide), step) => speech(&step_of(guide, step).speech),
            (Kind::Survey(survey), question) => speech(&self.question_of(survey, question).speech),
            (Kind::Collect(collect), CONFIRM) => speech(&confirm(collect).before),
            (Kind::Callback(callback), NUMBER) => speech(&callback.number.speech),
            (Kind::Callback(callback), CONFIRM) => speech(&confirm(&callback.number).before),
            (other, _) => panic!("a {} has no {within}", other.word()),
        }
    }

    /// What is said after that to somebody who does not react.
    pub fn said_on_within(&self, node: &str, within: &str, language: usize) -> Vec<Group> {
        let speech = |s: &Speech| self.speech(s, language, &Values::new());
        match (&self.node(node).kind, within) {
            (Kind::Guide(guide), step) => {
                let agains = step_of(guide, step).again.iter();
                agains.map(|a| speech(&a.silent)).collect()
            }
            (Kind::Survey(survey), question) => {
                let mut left = survey.questions.iter();
                left.find(|q| self.question_name(q) == question);
                let later = left.map(|q| speech(&q.speech));
                later
                    .chain(self.said_to_the_silent("goodbye", language))
                    .collect()
            }
            (Kind::Callback(callback), NUMBER) => {
                let agains = callback.number.again.iter();
                agains.map(|a| speech(&a.silent)).collect()
            }
            // 1 and 2 mean something only with the number before: it is read back again.
            (_, _) => vec![self.said_within(node, within, language)],
        }
    }
}

/// All places that are visited, and the keys that lead there.
fn visited() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = NODES.iter().chain(PLACES).chain(WAYS);
    all.map(|(place, keys, _)| (*place, *keys))
}

/// The demo line grows: what is called above is held against it.
#[test]
fn every_node_of_the_line_is_called_and_every_step_and_question() {
    let demo = Demo::new();
    let mut called: BTreeSet<&str> = visited().map(|(place, _)| place).collect();
    called.extend(CLOSED.iter().map(|(node, ..)| *node));
    called.extend(ELSEWHERE);
    let mut missing = Vec::new();
    let mut need = |place: String| {
        if !called.contains(place.as_str()) {
            missing.push(place);
        }
    };
    for (_, node) in demo.line().nodes() {
        let within = |what: &str| format!("{}/{what}", node.name);
        match &node.kind {
            // They say nothing of their own.
            Kind::Choose(_) | Kind::Send(_) => continue,
            Kind::Guide(guide) => {
                let later = guide.steps.iter().skip(1);
                later.for_each(|step| need(within(&step.name)));
                need(within(TIME));
            }
            Kind::Survey(survey) => {
                let later = survey.questions.iter().skip(1);
                later.for_each(|q| need(within(demo.question_name(q))));
            }
            Kind::Collect(collect) => {
                if collect.confirm.is_some() {
                    need(within(CONFIRM));
                }
            }
            Kind::Callback(_) => [NUMBER, CONFIRM].iter().for_each(|q| need(within(q))),
            Kind::Menu(_)
            | Kind::Language(_)
            | Kind::Say(_)
            | Kind::Ask(_)
            | Kind::Dial(_)
            | Kind::Queue(_)
            | Kind::Message(_)
            | Kind::Goodbye(_) => {}
        }
        need(node.name.as_str().to_owned());
    }
    assert_eq!(missing, Vec::<String>::new(), "not called by any test");
}

/// Every answer of every step of the guide.
#[test]
fn every_way_of_the_guide_is_taken() {
    let demo = Demo::new();
    let guide = demo.guide();
    let mut taken = BTreeSet::new();
    for (_, keys) in visited() {
        let Some(keys) = keys.strip_prefix('3') else {
            continue;
        };
        let mut at = 0;
        for key in keys.chars().filter(|c| *c != ' ') {
            let Some(step) = guide.steps.get(at) else {
                break;
            };
            let way = match (key, step.answers) {
                ('1', Answers::YesNo { yes, .. }) => yes,
                ('2', Answers::YesNo { no, .. }) => no,
                ('1', Answers::Done(next)) => next,
                _ => break,
            };
            taken.insert((step.name.as_str(), key));
            match way {
                Way::Step(next) => at = next,
                Way::Solved | Way::Go(_) => break,
            }
        }
    }
    for step in &guide.steps {
        for (key, _) in ['1', '2'].into_iter().zip(step.ways()) {
            let way = (step.name.as_str(), key);
            assert!(taken.contains(&way), "{way:?} is not taken");
        }
    }
}
