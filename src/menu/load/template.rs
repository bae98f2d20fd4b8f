//! Values within text: `Your balance is {balance}.`

use super::line::Context;
use super::source::Source;
use super::yaml::At;
use crate::ids::{Language, PromptName};
use crate::menu::say::{self, Case, Form, Gender, Grouping};
use crate::menu::tree::VariableId;
use crate::text::nearest;
use std::num::NonZeroU8;

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Value(VariableId, Form),
}

/// The text taken apart; `{{` is a brace.
pub(super) fn parts(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    text: &str,
) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some(i) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(i);
        words.push_str(before);
        if let Some(after) = after.strip_prefix("{{") {
            words.push('{');
            rest = after;
        } else if let Some(after) = after.strip_prefix("}}") {
            words.push('}');
            rest = after;
        } else if let Some((hole, after)) = after.strip_prefix('{').and_then(|a| a.split_once('}'))
        {
            push(&mut parts, &mut words);
            let (variable, form) = value(src, cx, at, hole)?;
            parts.push(Part::Value(variable, form));
            rest = after;
        } else {
            src.error(
                at,
                "a brace without its other half",
                "write `{NAME}`; a brace itself is `{{`",
            );
            return None;
        }
    }
    words.push_str(rest);
    push(&mut parts, &mut words);
    Some(parts)
}

/// Words between values; marks alone are not said.
fn push(parts: &mut Vec<Part>, words: &mut String) {
    let text = std::mem::take(words);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_alphanumeric) {
        parts.push(Part::Text(text));
    }
}

/// `NAME`, or `NAME|how how`.
fn value(src: &mut Source<'_>, cx: &Context<'_>, at: At, hole: &str) -> Option<(VariableId, Form)> {
    let (name, how) = hole.split_once('|').unwrap_or((hole, ""));
    let id = variable(src, cx, at, name.trim(), &[])?;
    let declared = cx.variables.get(usize::from(id.0))?;
    if declared.sensitive || !declared.kind.can_be_said() {
        let what = if declared.sensitive {
            "is sensitive"
        } else {
            "is yes or no"
        };
        src.error(
            at,
            format!("`{name}` {what} and can not be said"),
            "leave it out; by `choose` other words can be said for each of its values",
        );
        return None;
    }
    let mut form = Form::default();
    for word in how.split_whitespace() {
        match word {
            "no-weekday" => form.weekday = false,
            "no-year" => form.year = false,
            "masculine" => form.gender = Gender::Masculine,
            "feminine" => form.gender = Gender::Feminine,
            "neuter" => form.gender = Gender::Neuter,
            "accusative" => form.case = Case::Accusative,
            "dative" => form.case = Case::Dative,
            "unbroken" => form.grouping = Grouping::Unbroken,
            "by-2" | "by-3" | "by-4" => {
                let n = word.bytes().last().map_or(2, |b| b.wrapping_sub(b'0'));
                form.grouping = NonZeroU8::new(n).map_or(Grouping::Written, Grouping::Every);
            }
            other => {
                const HOW: [&str; 11] = [
                    "no-weekday",
                    "no-year",
                    "masculine",
                    "feminine",
                    "neuter",
                    "accusative",
                    "dative",
                    "unbroken",
                    "by-2",
                    "by-3",
                    "by-4",
                ];
                let remedy = match nearest(other, HOW) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known here: {}", HOW.join(", ")),
                };
                src.error(at, format!("a value can not be read `{other}`"), remedy);
                return None;
            }
        }
    }
    Some((id, form))
}

/// A variable by name; `more`: other words that can stand there.
pub(super) fn variable(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    name: &str,
    more: &[&str],
) -> Option<VariableId> {
    if let Some(id) = cx.variable(name) {
        return Some(id);
    }
    if cx.incomplete {
        return None;
    }
    let names = cx.variables.iter().map(|v| v.name.as_str());
    let remedy = match nearest(name, names.chain(more.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None if more.is_empty() => "let a `collect` or an `ask` of this line bring it".to_owned(),
        None => format!(
            "write {}, or a value that a `collect` or an `ask` of this line brings",
            more.join(", ")
        ),
    };
    src.error(
        at,
        format!("nothing on this line is called `{name}`"),
        remedy,
    );
    None
}

/// Whether values can be read in a language: we know its numbers, and their recordings are there.
pub(super) fn can_be_read(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    language: &Language,
    at: At,
) -> Option<()> {
    let Some(known) = say::Language::from_tag(language.as_str()) else {
        src.error(
            at,
            format!("values can not be read in `{language}`"),
            "leave the value out; they can in en, de, da and nb",
        );
        return None;
    };
    src.reads.insert(language.clone());
    if cx.known.voiceless {
        return Some(());
    }
    let missing = |name: &PromptName| cx.known.facts(language, name).is_none();
    let vocabulary = say::vocabulary(known);
    let gone = vocabulary.iter().filter(|f| missing(&f.name)).count();
    let first = vocabulary.iter().find(|f| missing(&f.name));
    if let Some(first) = first {
        // Once per language and file is enough.
        if src.unread.insert(language.clone()) {
            src.error(
                at,
                format!(
                    "{gone} recordings of numbers and names are missing in `{language}`, `{}` among \
                     them",
                    first.name
                ),
                "name a speech engine by prompts.engine, or record them",
            );
        }
        return None;
    }
    Some(())
}
