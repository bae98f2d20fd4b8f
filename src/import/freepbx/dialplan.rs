//! The contexts of an Asterisk dialplan (extensions.conf).

use std::collections::BTreeMap;

use super::super::File;
use super::super::flow::At;

/// Contexts by name.
pub type Contexts = BTreeMap<String, Context>;

/// One context.
#[derive(Debug, Default)]
pub struct Context {
    /// Where it begins.
    pub at: At,
    /// The comment behind its name.
    pub title: String,
    /// Contexts that belong to it as well.
    pub includes: Vec<String>,
    /// Extensions in the order of the file.
    pub extensions: Vec<Extension>,
}

/// One extension: what is done one after the other.
#[derive(Debug)]
pub struct Extension {
    /// What was dialled, or a word.
    pub name: String,
    /// Where it begins.
    pub at: At,
    /// What is done.
    pub steps: Vec<Step>,
}

/// One thing that is done.
#[derive(Debug)]
pub struct Step {
    /// The mark that others go to.
    pub label: String,
    /// In lower case.
    pub app: String,
    /// Between its brackets.
    pub args: String,
}

impl Context {
    /// An extension by name.
    pub fn extension(&self, name: &str) -> Option<&Extension> {
        self.extensions.iter().find(|e| e.name == name)
    }
}

/// Reads a file; what is no dialplan in it is passed over, as Asterisk does.
pub fn read(file: &File, contexts: &mut Contexts) {
    let mut now = String::new();
    for (text, n) in file.text.lines().zip(1..) {
        let at = At::new(&file.name, n);
        let line = text.trim();
        if let Some(rest) = line.strip_prefix('[') {
            let Some((name, rest)) = rest.split_once(']') else {
                continue;
            };
            now = name.trim().to_owned();
            let title = rest.split_once(';').map_or("", |(_, t)| t.trim());
            let context = contexts.entry(now.clone()).or_default();
            if context.at == At::default() {
                context.at = at;
                context.title = title.to_owned();
            }
            continue;
        }
        let Some(context) = contexts.get_mut(&now) else {
            continue;
        };
        let Some((word, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim_start_matches('>').trim();
        match word.trim() {
            "include" => context.includes.push(value.to_owned()),
            "exten" => {
                if let Some((name, rest)) = value.split_once(',') {
                    step(context, Some(name.trim()), rest, at);
                }
            }
            "same" => step(context, None, value, at),
            _ => {}
        }
    }
}

fn step(context: &mut Context, name: Option<&str>, rest: &str, at: At) {
    let Some((priority, rest)) = rest.split_once(',') else {
        return;
    };
    let label = priority.split_once('(').map_or("", |(_, l)| l);
    let rest = without_comment(rest.trim());
    let (app, args) = rest.split_once('(').unwrap_or((rest, ""));
    let args = args.rsplit_once(')').map_or(args, |(a, _)| a);
    let step = Step {
        label: label.trim_end_matches(')').trim().to_owned(),
        app: app.trim().to_ascii_lowercase(),
        args: args.trim().to_owned(),
    };
    let found = match name {
        None => context.extensions.last_mut(),
        Some(name) => {
            // What belongs together stands together; only then is a long file read quickly.
            let known = context.extensions.last().is_some_and(|e| e.name == name);
            if !known {
                context.extensions.push(Extension {
                    name: name.to_owned(),
                    at,
                    steps: Vec::new(),
                });
            }
            context.extensions.last_mut()
        }
    };
    if let Some(extension) = found {
        extension.steps.push(step);
    }
}

/// A `;` begins a comment unless `\` stands before it.
fn without_comment(text: &str) -> &str {
    let mut before = ' ';
    for (i, c) in text.char_indices() {
        if c == ';' && before != '\\' {
            return text.get(..i).unwrap_or(text).trim_end();
        }
        before = c;
    }
    text
}
