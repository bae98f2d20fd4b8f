//! What came of an import, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::flow::{At, StepId, Unmapped};
use super::plan::Plan;

/// Everything that came of an import.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// One per place where calls come in.
    pub lines: Vec<Line>,
    /// Opening hours that lines refer to.
    pub calendars: Vec<Calendar>,
    /// What belongs to no line.
    pub unmapped: Vec<Unmapped>,
}

/// A line and what is to be known about it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its file.
    pub file: String,
    /// The text of the file.
    pub text: String,
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Where it comes from.
    pub from: At,
    /// What was dialled.
    pub numbers: Vec<String>,
    /// The queue behind 0.
    pub human: String,
    /// What the original did to its callers.
    pub findings: Findings,
    /// What has no counterpart.
    pub unmapped: Vec<Unmapped>,
    /// What the operator has to do.
    pub todo: Todo,
}

/// Opening hours.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Their file.
    pub file: String,
    /// The text of the file.
    pub text: String,
    /// Their name.
    pub name: String,
    /// Whether the original told whose clock decides.
    pub zone_told: bool,
    /// What of them has no counterpart.
    pub lost: Vec<String>,
    /// Where they come from.
    pub at: At,
}

/// What the original did to its callers.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// In the order of the files.
    pub found: Vec<Finding>,
    /// The steps that callers could come to.
    pub met: BTreeSet<StepId>,
}

/// One thing that the original did to a caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub fault: Fault,
    /// In which step.
    pub node: String,
    /// Where that is written.
    pub at: At,
    /// The shortest call that shows it.
    pub call: String,
    /// What happened.
    pub what: String,
    /// What happens on the line that was made of it.
    pub instead: String,
}

/// How a caller was left without a person, or what can not stay as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The call ended although nothing was asked.
    HangUp,
    /// The call ended after silence.
    SilenceHangsUp,
    /// The call ended after wrong keys.
    WrongHangsUp,
    /// The call ended behind something that was said.
    WordsHangUp,
    /// The call ended when nobody answered.
    UnansweredHangsUp,
    /// The call ended when a web service failed.
    FailureHangsUp,
    /// A machine took a message, and that was all.
    Voicemail,
    /// It went on for ever.
    Loop,
    /// A way led nowhere.
    Missing,
    /// No key led to a person.
    NoPerson,
    /// 0 did nothing.
    ZeroUnassigned,
    /// 0 was for something else.
    ZeroElsewhere,
    /// `*` or `#` was an option.
    KeyKept,
    /// An option had several keys.
    SeveralKeys,
    /// More options than keys.
    TooManyOptions,
}

/// What is to be done before the line is used.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Todo {
    /// Queues to configure, and what they were.
    pub queues: BTreeMap<String, BTreeSet<String>>,
    /// Numbers that a trunk must be able to call, and what they were.
    pub outside: BTreeMap<String, BTreeSet<String>>,
    /// Prompts to import, and the recordings of the original.
    pub prompts: BTreeMap<String, String>,
    /// Whether the number is to be written.
    pub numbers: bool,
    /// What is to be looked at, and where it comes from.
    pub look: Vec<String>,
}

impl Todo {
    /// Of a line.
    pub fn of(plan: &Plan) -> Todo {
        let prompts = plan.prompts.iter();
        Todo {
            queues: plan.queues.clone(),
            outside: plan.outside.clone(),
            prompts: prompts
                .map(|(path, name)| (name.clone(), path.clone()))
                .collect(),
            numbers: !plan.numbers_told,
            look: plan
                .hints
                .iter()
                .map(|(at, what)| format!("{at}: {what}"))
                .collect(),
        }
    }
}

/// For people. What the files hold goes to a terminal: nothing in it may steer one.
pub fn text(imported: &Imported) -> String {
    let plain = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    whole(imported).chars().map(plain).collect()
}

fn whole(imported: &Imported) -> String {
    let mut out = String::new();
    for line in &imported.lines {
        line_text(&mut out, line);
    }
    for c in &imported.calendars {
        let _ = writeln!(out, "{}: opening hours, from {}", c.file, c.at);
        if !c.zone_told {
            let _ = writeln!(out, "    to do: write whose clock decides under `zone`");
        }
        for lost in &c.lost {
            let _ = writeln!(out, "    not mapped: {lost}");
        }
    }
    if !imported.unmapped.is_empty() {
        out.push_str("not mapped, and of no line\n");
        unmapped_text(&mut out, &imported.unmapped);
    }
    out
}

fn unmapped_text(out: &mut String, all: &[Unmapped]) {
    for u in all {
        let _ = writeln!(out, "    {}: {}\n        now: {}", u.at, u.what, u.instead);
    }
}

fn line_text(out: &mut String, line: &Line) {
    let _ = writeln!(out, "{}: \"{}\", from {}", line.file, line.label, line.from);
    match line.findings.found.len() {
        0 => out.push_str("  no dead end was found in the original\n"),
        n => {
            let things = if n == 1 { "thing" } else { "things" };
            let _ = writeln!(out, "  what the original did to its callers: {n} {things}");
        }
    }
    for f in &line.findings.found {
        let _ = writeln!(out, "    {}: {}: {}", f.at, f.node, f.what);
        let _ = writeln!(out, "        call: {}\n        now: {}", f.call, f.instead);
    }
    if !line.unmapped.is_empty() {
        out.push_str("  not mapped\n");
        unmapped_text(out, &line.unmapped);
    }
    out.push_str("  to do before it is used\n");
    if line.todo.numbers {
        out.push_str("    write what is dialled under `numbers`\n");
    }
    for (queue, was) in &line.todo.queues {
        let was: Vec<&str> = was.iter().map(String::as_str).collect();
        let _ = writeln!(out, "    configure the queue `{queue}`: {}", was.join(", "));
    }
    for (number, was) in &line.todo.outside {
        let was: Vec<&str> = was.iter().map(String::as_str).collect();
        let _ = writeln!(
            out,
            "    configure a trunk that takes {number}: {}",
            was.join(", ")
        );
    }
    for (name, path) in &line.todo.prompts {
        let _ = writeln!(
            out,
            "    import the recording {path} as `{name}`: `zeroline prompts import`"
        );
    }
    for look in &line.todo.look {
        let _ = writeln!(out, "    look at {look}");
    }
}

/// For machines: one object.
pub fn json(imported: &Imported) -> Value {
    let lines = imported.lines.iter().map(|l| {
        json!({
            "file": l.file,
            "line": l.name,
            "label": l.label,
            "from": l.from,
            "numbers": l.numbers,
            "human": l.human,
            "findings": l.findings.found,
            "steps": l.findings.met.len(),
            "unmapped": l.unmapped,
            "todo": l.todo,
        })
    });
    let calendars = imported.calendars.iter().map(|c| {
        json!({
            "file": c.file,
            "calendar": c.name,
            "from": c.at,
            "zone_told": c.zone_told,
            "unmapped": c.lost,
        })
    });
    json!({
        "lines": lines.collect::<Vec<_>>(),
        "calendars": calendars.collect::<Vec<_>>(),
        "unmapped": imported.unmapped,
    })
}
