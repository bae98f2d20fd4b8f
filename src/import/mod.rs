//! Menus of other telephone systems: what maps becomes files of lines, what does not is listed,
//! and what the original did to its callers is told.
//!
//! Each format is read into one [`flow`]; [`plan`](self) makes nodes of it, `judge` follows its
//! callers.

pub mod flow;
pub mod report;

mod emit;
mod freepbx;
mod judge;
mod name;
mod plan;
mod prune;
mod studio;
mod values;
mod voicexml;

use std::collections::BTreeSet;

use self::flow::{At, Flow, Unmapped, What};
use self::report::{Findings, Imported, Todo};

/// Larger files are refused.
pub const MAX_BYTES: usize = 64 << 20;
/// More steps are refused: no line could hold them.
const MAX_STEPS: usize = 5_000;
/// What the loader of menus takes.
const MAX_YAML: usize = 4 << 20;

/// Why a step of the original is not on the line.
const UNREACHED: &str = "left out: only silence, wrong keys, faults or nobody answering led there, \
                         and that is a person now";

/// Whose files they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// FreePBX: an SQL dump of its tables, or the dialplan that it generates.
    FreePbx,
    /// Twilio Studio: the JSON of a flow.
    Studio,
    /// VoiceXML 2.0 and 2.1.
    VoiceXml,
}

/// One file to import.
#[derive(Clone, Debug)]
pub struct File {
    /// What reports call it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What the operator decides.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The queue behind 0 of every line; without it the one that the original used most openly.
    pub human: Option<String>,
    /// The language that is spoken; without it the one that the files name, if any.
    pub language: Option<String>,
}

/// A file can not be read; `Display` names it, the line and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{}: {what}; {remedy}", at.file, at.line)]
pub struct Unreadable {
    /// Where.
    pub at: At,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Unreadable {
    pub(crate) fn new(at: At, what: impl Into<String>, remedy: impl Into<String>) -> Unreadable {
        Unreadable {
            at,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// Imports files that belong together: they may refer to each other.
///
/// # Errors
/// Every file that can not be read, all at once. What can be read but has no counterpart is no
/// error: it is listed in the result.
pub fn import(
    format: Format,
    files: &[File],
    wishes: &Wishes,
) -> Result<Imported, Vec<Unreadable>> {
    let large = |f: &&File| f.text.len() > MAX_BYTES;
    let too_large: Vec<Unreadable> = files.iter().filter(large).map(over_size).collect();
    if !too_large.is_empty() {
        return Err(too_large);
    }
    let mut flow = match format {
        Format::FreePbx => freepbx::read(files),
        Format::Studio => studio::read(files),
        Format::VoiceXml => voicexml::read(files),
    }?;
    flow.find_endless();
    if flow.steps.len() > MAX_STEPS {
        return Err(vec![Unreadable::new(
            At::new(files.first().map_or("", |f| &f.name), 1),
            format!("more than {MAX_STEPS} steps"),
            "import fewer files at a time",
        )]);
    }
    lines(&flow, wishes)
}

fn over_size(file: &File) -> Unreadable {
    Unreadable::new(
        At::new(&file.name, 1),
        format!("the file is larger than {} MiB", MAX_BYTES >> 20),
        "give the tables of the menus only",
    )
}

fn lines(flow: &Flow, wishes: &Wishes) -> Result<Imported, Vec<Unreadable>> {
    let mut imported = Imported::default();
    // Calendars are files of the same folder.
    let mut names: BTreeSet<String> = flow.hours.iter().map(|h| h.name.clone()).collect();
    let mut taken = BTreeSet::new();
    let mut too_large = Vec::new();
    for entry in &flow.entries {
        let name = name::fresh(&entry.label, "line", &mut names);
        let mut plan = plan::plan(flow, entry, &name, wishes);
        (plan.numbers, plan.numbers_told) = emit::numbers(entry, &name, &mut taken);
        let text = emit::line(entry, &plan);
        if text.len() > MAX_YAML {
            too_large.push(Unreadable::new(
                entry.at.clone(),
                format!("the line `{name}` becomes larger than a menu file may be"),
                "import a part of it",
            ));
            continue;
        }
        let findings: Findings = judge::judge(flow, entry, &plan);
        let mut unmapped = plan.unmapped.clone();
        for id in findings.met.difference(&plan.seen) {
            let Some(step) = flow.step(*id) else { continue };
            let told = match &step.what {
                What::People { queue, .. } => *queue != plan.human,
                What::Say { said, .. } => !said.is_empty(),
                What::Menu(_)
                | What::Entry(_)
                | What::Choose { .. }
                | What::Ask { .. }
                | What::Outside { .. }
                | What::Callback { .. }
                | What::Voicemail { .. }
                | What::Other { .. } => true,
            };
            let left = Unmapped {
                at: step.at.clone(),
                what: format!("\"{}\"", step.label),
                instead: UNREACHED.to_owned(),
            };
            if told && !unmapped.contains(&left) {
                unmapped.push(left);
            }
        }
        imported.lines.push(report::Line {
            file: format!("{name}.yaml"),
            name,
            label: entry.label.clone(),
            from: entry.at.clone(),
            numbers: entry.numbers.clone(),
            human: plan.human.clone(),
            text,
            findings,
            unmapped,
            todo: Todo::of(&plan),
        });
    }
    if !too_large.is_empty() {
        return Err(too_large);
    }
    for hours in &flow.hours {
        imported.calendars.push(emit::calendar(hours));
    }
    imported.unmapped = flow.unmapped.clone();
    Ok(imported)
}
