//! The proof of the promise: expands every line to its state graph, proves P1 to P6 on all of
//! it, and reports what a line is like to call.
//!
//! A violation is told at its place in the menu file, with the shortest call that shows it.
//! `zeroline check`, the start of the server and a reload use the same [`check`].

mod build;
mod calls;
pub mod draw;
mod edges;
mod effort;
mod finding;
mod gist;
pub mod graph;
pub mod law;
mod lint;
mod property;
pub mod report;
mod said;
mod words;

use std::collections::BTreeMap;

pub use self::build::graph as expand;
pub use self::finding::Finding;
use self::law::{Profile, Ruling};
pub use self::property::Property;
use self::report::Report;
pub use self::said::Said;
use crate::ids::{Language, PhoneNumber, PromptName, QueueName};
use crate::menu::load::{Lines, PromptFacts};
use crate::menu::mistake::Mistake;

/// What the proof needs to know about a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: QueueName,
    /// Where those go whom it can not keep, in this order.
    pub overflow: Vec<Overflow>,
    /// How long one may wait.
    pub max_wait: std::time::Duration,
}

/// One overflow step of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Another queue.
    Queue(QueueName),
    /// A number outside.
    Outside(PhoneNumber),
    /// A callback: a stored promise.
    Callback,
    /// A message: a stored promise.
    Message,
}

/// What is known about recordings, by language.
pub type Facts = BTreeMap<Language, BTreeMap<PromptName, PromptFacts>>;

/// What came of checking all lines.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What breaks the promise. With any of these the lines do not load.
    pub findings: Vec<Finding>,
    /// What each line is like that keeps it.
    pub reports: Vec<Report>,
    /// What is allowed, and likely not meant.
    pub warnings: Vec<Mistake>,
}

/// Proves and measures all lines.
pub fn check(lines: &Lines, facts: &Facts, queues: &[Queue]) -> Checked {
    let mut checked = Checked::default();
    for (line, origin) in lines.with_origins() {
        let said = Said::new(line, facts, &origin.texts);
        let graph = expand(line, &said, queues);
        let gist = gist::Gist::of(&graph);
        let findings = finding::findings(line, origin, &graph, &gist);
        if findings.is_empty() {
            let file = &origin.line.file;
            checked
                .reports
                .push(report::report(line, file, &said, &graph, &gist));
        }
        checked.findings.extend(findings);
        checked.warnings.extend(lint::lints(line, origin, &said));
    }
    checked
}

/// Judges all lines by the laws of a profile. They must have been proven.
pub fn judge(profile: Profile, lines: &Lines, facts: &Facts, queues: &[Queue]) -> Vec<Ruling> {
    let judged = lines.with_origins().flat_map(|(line, origin)| {
        let said = Said::new(line, facts, &origin.texts);
        law::judge(profile, line, &said, queues)
    });
    judged.collect()
}

#[cfg(test)]
mod tests;
