//! The states of a flow, as they stand in the file.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::flow::At;
use super::super::{File, Unreadable};

/// A flow.
#[derive(Debug)]
pub struct Definition {
    /// What people call it.
    pub label: String,
    /// Where a flow begins.
    pub initial: String,
    /// All of it.
    pub states: Vec<State>,
    /// Where it is written.
    pub at: At,
    by_name: BTreeMap<String, usize>,
}

/// A widget.
#[derive(Debug)]
pub struct State {
    /// Its name.
    pub name: String,
    /// What it does: `say-play`, `gather-input-on-call` …
    pub kind: String,
    /// Where it leads.
    pub transitions: Vec<Transition>,
    /// How.
    pub properties: Value,
    /// Where it is written.
    pub at: At,
}

/// A way out of a widget.
#[derive(Debug)]
pub struct Transition {
    /// When.
    pub event: String,
    /// Where to; nowhere: the flow ends.
    pub next: Option<String>,
    /// With `match`: all must hold.
    pub conditions: Vec<Condition>,
}

/// What a split asks.
#[derive(Debug)]
pub struct Condition {
    /// `equal_to`, `matches_any_of` …
    pub kind: String,
    /// What is asked about, in Liquid.
    pub argument: String,
    /// What it must be.
    pub value: String,
    /// What people call it.
    pub label: String,
}

/// Reads a file.
pub fn read(file: &File) -> Result<Definition, Unreadable> {
    let whole: Value = serde_json::from_str(&file.text).map_err(|e| {
        let at = At::new(&file.name, e.line().max(1));
        let remedy = "export the flow's JSON in Studio once more";
        Unreadable::new(at, format!("not well-formed JSON: {e}"), remedy)
    })?;
    // As the REST API gives it, the definition is within.
    let definition = whole.get("definition").unwrap_or(&whole);
    let states = definition.get("states").and_then(Value::as_array);
    let Some(states) = states else {
        return Err(Unreadable::new(
            At::new(&file.name, 1),
            "no flow of Twilio Studio: `states` is not there",
            "export the flow's JSON in Studio (Trigger, Show Flow JSON)",
        ));
    };
    let lines = lines_of_names(&file.text);
    let states: Vec<State> = states.iter().map(|s| state(s, file, &lines)).collect();
    let mut by_name = BTreeMap::new();
    for (i, state) in states.iter().enumerate() {
        by_name.entry(state.name.clone()).or_insert(i);
    }
    let friendly = text(&whole, "friendly_name");
    let label = [friendly, text(definition, "description")];
    let label = label.into_iter().find(|l| !l.trim().is_empty());
    Ok(Definition {
        label: label.unwrap_or_else(|| stem(&file.name)),
        initial: text(definition, "initial_state"),
        states,
        at: At::new(&file.name, 1),
        by_name,
    })
}

fn stem(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    let stem = last.split('.').next().unwrap_or(last);
    stem.to_owned()
}

/// A member that is text or a number.
pub fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(s)) => s.clone(),
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            String::new()
        }
    }
}

fn state(value: &Value, file: &File, lines: &BTreeMap<String, usize>) -> State {
    let name = text(value, "name");
    let transitions = value.get("transitions").and_then(Value::as_array);
    let transitions = transitions.map(Vec::as_slice).unwrap_or_default();
    State {
        kind: text(value, "type"),
        transitions: transitions.iter().map(transition).collect(),
        properties: value.get("properties").cloned().unwrap_or(Value::Null),
        at: At::new(&file.name, lines.get(&name).copied().unwrap_or(1)),
        name,
    }
}

fn transition(value: &Value) -> Transition {
    let conditions = value.get("conditions").and_then(Value::as_array);
    let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
    Transition {
        event: text(value, "event"),
        next: Some(text(value, "next")).filter(|n| !n.is_empty()),
        conditions: conditions
            .iter()
            .map(|c| Condition {
                kind: text(c, "type"),
                argument: match c.get("arguments").and_then(|a| a.get(0)) {
                    Some(Value::String(s)) => s.clone(),
                    Some(_) | None => String::new(),
                },
                value: text(c, "value"),
                label: text(c, "friendly_name"),
            })
            .collect(),
    }
}

/// In which line each name is written first: places are not in the tree.
fn lines_of_names(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for (line, n) in text.lines().zip(1..) {
        for after in line.split("\"name\"").skip(1) {
            let value = after.trim_start().strip_prefix(':').map(str::trim_start);
            let value = value.and_then(|v| v.strip_prefix('"')?.split('"').next());
            if let Some(value) = value {
                lines.entry(value.to_owned()).or_insert(n);
            }
        }
    }
    lines
}

impl Definition {
    /// Where a flow begins.
    pub fn start(&self) -> Option<&State> {
        let trigger = || self.states.iter().find(|s| s.is_trigger());
        self.state(&self.initial).or_else(trigger)
    }

    /// A state by name.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.get(*self.by_name.get(name)?)
    }

    /// The first language that a widget speaks: the tag if we can speak it, and as it is written.
    pub fn language(&self) -> (Option<String>, Option<String>) {
        let tags = self.states.iter().map(|s| text(&s.properties, "language"));
        let Some(tag) = tags.into_iter().find(|t| !t.is_empty()) else {
            return (None, None);
        };
        (super::super::name::language(&tag), Some(tag))
    }
}

impl State {
    /// Whether flows begin here.
    pub fn is_trigger(&self) -> bool {
        self.kind == "trigger" || self.kind == "InitialState"
    }

    /// Where an event leads.
    pub fn next(&self, event: &str) -> Option<&str> {
        let found = self.transitions.iter().find(|t| t.event == event);
        found.and_then(|t| t.next.as_deref())
    }

    /// The name as words.
    pub fn label(&self) -> String {
        self.name.replace('_', " ").trim().to_owned()
    }
}
