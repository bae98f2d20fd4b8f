//! A line as a picture: its nodes, where they lead, what each costs a caller. As Mermaid and
//! DOT text, and as SVG.
//!
//! 0, silence, wrong keys and faults lead to the people from everywhere and are told in words
//! once, not drawn from each node; so are ways back.

mod svg;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

pub use self::svg::svg;
pub use self::text::{dot, mermaid};
use super::Said;
use super::effort::arrivals;
use crate::menu::tree::{Answers, Condition, FollowUp, Kind, Line, NodeId, Target, Test, Way};
use crate::menu::value::Value;

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The line's name and what holds for all of it.
    pub title: String,
    /// In the order of the file; the people behind 0 are the last.
    pub boxes: Vec<Box>,
    /// Who leads where.
    pub ways: Vec<Lead>,
}

/// A node, or the people behind 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Box {
    /// Letters and digits, unique in the drawing.
    pub id: String,
    /// Label, kind and figures; ways that are not drawn.
    pub rows: Vec<String>,
    /// How it looks.
    pub shape: Shape,
}

/// How a box looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Keys are chosen from.
    Menu,
    /// Something else of self-service.
    Step,
    /// People, or a promise of theirs.
    People,
    /// The call ends.
    End,
}

/// From one box to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// By its place in [`Drawing::boxes`].
    pub from: usize,
    /// The same.
    pub to: usize,
    /// The key, or what is the case.
    pub label: String,
}

/// Draws a line with the figures of one language (by its place among the line's).
pub fn drawing(line: &Line, said: &Said<'_>, language: u8) -> Drawing {
    let arrivals = arrivals(line, said, language);
    let people = line.nodes().count();
    let places: BTreeMap<NodeId, usize> = line.nodes().map(|(id, _)| id).zip(0..).collect();
    let (mut boxes, mut ways) = (Vec::new(), Vec::new());
    for (from, (id, node)) in line.nodes().enumerate() {
        let mut rows = vec![node.label.clone(), kind(&node.kind)];
        rows.extend(figures(&node.kind, said, language, arrivals.get(&id)));
        for (label, go) in leads(line, &node.kind) {
            let to = match go {
                Target::Node(to) => places.get(&to).copied(),
                Target::Human => Some(people),
                Target::Back | Target::Repeat => None,
            };
            match to {
                Some(to) => ways.push(Lead { from, to, label }),
                None => {
                    let where_to = match go {
                        Target::Repeat => "once more",
                        Target::Back | Target::Node(_) | Target::Human => "back",
                    };
                    let label = if label.is_empty() { "then" } else { &label };
                    rows.push(format!("{label}: {where_to}"));
                }
            }
        }
        boxes.push(Box {
            id: format!("n{from}"),
            rows,
            shape: shape(&node.kind),
        });
    }
    boxes.push(Box {
        id: "people".to_owned(),
        rows: vec![line.human.to_string(), "the people behind 0".to_owned()],
        shape: Shape::People,
    });
    Drawing {
        title: format!(
            "{}: 0, silence, wrong keys and faults lead to {} from everywhere",
            line.label, line.human
        ),
        boxes,
        ways,
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Queue(queue) => format!("queue {queue}"),
        Kind::Message(queue) => format!("message for {queue}"),
        Kind::Callback(callback) => match &callback.slots {
            Some(slots) => format!(
                "callback by {}, at times of {}",
                callback.queue, slots.hours.name
            ),
            None => format!("callback by {}", callback.queue),
        },
        Kind::Guide(guide) => format!("guide of {}", counted(guide.steps.len(), "step")),
        Kind::Survey(survey) => {
            format!("survey of {}", counted(survey.questions.len(), "question"))
        }
        Kind::Dial(_) => "call to an outside number".to_owned(),
        Kind::Send(send) => match send.what {
            FollowUp::Webhook { .. } => "send by webhook".to_owned(),
            FollowUp::Mail { .. } => "send by mail".to_owned(),
        },
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Goodbye(_) => kind.word().to_owned(),
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn shape(kind: &Kind) -> Shape {
    match kind {
        Kind::Menu(_) | Kind::Language(_) => Shape::Menu,
        Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_) => Shape::Step,
        Kind::Queue(_) | Kind::Callback(_) | Kind::Message(_) | Kind::Dial(_) => Shape::People,
        Kind::Goodbye(_) => Shape::End,
    }
}

/// How long it speaks, and when a caller who does not know the line is there.
fn figures(
    kind: &Kind,
    said: &Said<'_>,
    language: u8,
    arrival: Option<&Duration>,
) -> Option<String> {
    let lengths = kind
        .speeches()
        .into_iter()
        .filter_map(|s| said.length(s, language));
    let longest = lengths.max().filter(|l| !l.is_zero());
    let seconds = |d: &Duration| format!("{:.1} s", d.as_secs_f64());
    let parts = [
        longest.map(|l| format!("speaks {}", seconds(&l))),
        arrival.map(|a| format!("reached after {}", seconds(a))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Where a node leads by itself, each with its key or what is the case.
fn leads(line: &Line, kind: &Kind) -> Vec<(String, Target)> {
    match kind {
        Kind::Menu(menu) | Kind::Language(menu) => {
            let options = menu.options.iter().zip(1..);
            let options = options.filter_map(|(option, key)| Some((option.as_ref()?, key)));
            let language = |option: &crate::menu::tree::Choice| {
                let language = option.language.and_then(|l| line.language(l));
                language.map(|l| format!(" {l}")).unwrap_or_default()
            };
            options
                .map(|(option, key)| (format!("{key}{}", language(option)), option.go))
                .collect()
        }
        Kind::Say(say) => vec![(String::new(), say.go)],
        Kind::Collect(collect) => {
            let into = line.variable(collect.into).map(|v| v.name.clone());
            vec![(into.unwrap_or_default(), collect.go)]
        }
        Kind::Choose(choose) => {
            let when = |all: &[Condition]| {
                let words: Vec<String> = all.iter().map(|c| condition(line, c)).collect();
                words.join(", ")
            };
            let cases = choose.cases.iter().map(|c| (when(&c.when), c.go));
            cases
                .chain([("else".to_owned(), choose.otherwise)])
                .collect()
        }
        Kind::Ask(ask) => vec![
            ("answered".to_owned(), ask.go),
            ("not known".to_owned(), ask.missing),
        ],
        Kind::Guide(guide) => {
            let out = guide.steps.iter().flat_map(|step| {
                let answers = match step.answers {
                    Answers::YesNo { yes, no } => vec![("yes", yes), ("no", no)],
                    Answers::Done(way) => vec![("done", way)],
                };
                answers.into_iter().filter_map(|(answer, way)| match way {
                    Way::Go(target) => Some((format!("{} {answer}", step.name), target)),
                    Way::Step(_) | Way::Solved => None,
                })
            });
            out.chain([("solved".to_owned(), guide.solved)]).collect()
        }
        Kind::Survey(survey) => vec![(String::new(), survey.go)],
        Kind::Send(send) => vec![(String::new(), send.go)],
        Kind::Dial(dial) => vec![("not reached".to_owned(), dial.missing)],
        Kind::Queue(_) | Kind::Callback(_) | Kind::Message(_) | Kind::Goodbye(_) => Vec::new(),
    }
}

fn condition(line: &Line, condition: &Condition) -> String {
    match condition {
        Condition::Open(calendar, true) => format!("{} open", calendar.name),
        Condition::Open(calendar, false) => format!("{} closed", calendar.name),
        Condition::Language(languages) => {
            let all: Vec<&str> = languages
                .iter()
                .filter_map(|l| Some(line.language(*l)?.as_str()))
                .collect();
            all.join(" or ")
        }
        Condition::Caller(patterns) => {
            let all: Vec<String> = patterns
                .iter()
                .map(|p| format!("{}{}", p.digits, if p.open { "*" } else { "" }))
                .collect();
            format!("caller {}", all.join(" or "))
        }
        Condition::Value(id, test) => {
            let variable = line.variable(*id);
            let name = variable.map_or("", |v| v.name.as_str());
            match test {
                Test::Known(true) => format!("{name} known"),
                Test::Known(false) => format!("{name} not known"),
                Test::Is(values) => {
                    let all: Vec<String> = values.iter().map(Value::reveal).collect();
                    format!("{name} {}", all.join(" or "))
                }
                Test::Over(n) => format!("{name} over {n}"),
                Test::Under(n) => format!("{name} under {n}"),
            }
        }
    }
}

#[cfg(test)]
mod tests;
