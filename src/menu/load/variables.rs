//! The variables of a line: what its nodes bring, found before any text that speaks of them.

use super::callback::NUMBER;
use super::line::word;
use super::source::Source;
use super::yaml::{At, Data, Yaml};
use crate::menu::value::{ValueKind, Variable};

/// The caller's number, unless it is withheld: it is there on every line.
pub(super) const CALLER: &str = "caller";

/// All variables that nodes bring; two of one name must hold the same.
pub(super) fn declared(src: &mut Source<'_>, nodes: &[(&str, At, &Yaml)]) -> Vec<Variable> {
    let mut all = vec![Variable {
        name: CALLER.to_owned(),
        kind: ValueKind::Digits,
        sensitive: false,
    }];
    for (_, _, node) in nodes {
        if let Some(body) = get(node, "collect")
            && let Some(into) = get(body, "into")
            && let Some(name) = into.text().and_then(word)
        {
            let sensitive = get(body, "sensitive").and_then(Yaml::text);
            let sensitive = sensitive.is_some_and(|t| matches!(t, "true" | "yes" | "on"));
            add(src, &mut all, into.at, name, ValueKind::Digits, sensitive);
        }
        if let Some((at, _)) = entry(node, "callback") {
            add(
                src,
                &mut all,
                at,
                NUMBER.to_owned(),
                ValueKind::Digits,
                false,
            );
        }
        let questions = get(node, "survey").and_then(|body| get(body, "questions"));
        if let Some(Data::Map(pairs)) = questions.map(|q| &q.data) {
            for (key, _) in pairs {
                if let Some(name) = key.text().and_then(word) {
                    add(src, &mut all, key.at, name, ValueKind::Number, false);
                }
            }
        }
        if let Some(take) = get(node, "ask").and_then(|body| get(body, "take"))
            && let Data::Map(pairs) = &take.data
        {
            for (key, value) in pairs {
                if let Some(name) = key.text().and_then(word)
                    && let Some(kind) = kind(value)
                {
                    add(src, &mut all, key.at, name, kind, false);
                }
            }
        }
    }
    all
}

/// `balance: money EUR`, or `balance: { from: …, as: money EUR }`. Mistakes are told where the
/// node is read.
fn kind(yaml: &Yaml) -> Option<ValueKind> {
    let word = match &yaml.data {
        Data::Scalar { .. } => yaml.text(),
        Data::Map(_) => get(yaml, "as").and_then(Yaml::text),
        Data::List(_) => None,
    };
    ValueKind::from_word(word?)
}

fn add(
    src: &mut Source<'_>,
    all: &mut Vec<Variable>,
    at: At,
    name: String,
    kind: ValueKind,
    sensitive: bool,
) {
    let Some(known) = all.iter().find(|v| v.name == name) else {
        if all.len() < usize::from(u16::MAX) {
            all.push(Variable {
                name,
                kind,
                sensitive,
            });
        }
        return;
    };
    if name == CALLER {
        src.error(at, "`caller` is the caller's number", "choose another name");
    } else if known.kind != kind {
        src.error(
            at,
            format!(
                "`{name}` holds {} elsewhere on this line, and {} here",
                known.kind.word(),
                kind.word()
            ),
            "give one of them another name",
        );
    } else if known.sensitive != sensitive {
        src.error(
            at,
            format!("`{name}` is sensitive in one place and not in another"),
            "make it sensitive everywhere, or give one another name",
        );
    }
}

/// The value under a key of a mapping.
fn get<'y>(yaml: &'y Yaml, key: &str) -> Option<&'y Yaml> {
    entry(yaml, key).map(|(_, value)| value)
}

/// The same with the place of the key.
fn entry<'y>(yaml: &'y Yaml, key: &str) -> Option<(At, &'y Yaml)> {
    let Data::Map(pairs) = &yaml.data else {
        return None;
    };
    let pair = pairs.iter().find(|(k, _)| k.text() == Some(key));
    pair.map(|(key, value)| (key.at, value))
}
