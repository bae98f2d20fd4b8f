//! `choose`: ways on by what is known.

use std::sync::Arc;

use super::known::Known;
use super::line::Context;
use super::nodes::items;
use super::source::{Fields, Source};
use super::template::variable;
use super::yaml::{At, Data, Yaml};
use crate::ids::CalendarName;
use crate::menu::calendar::Calendar;
use crate::menu::tree::{Case, Choose, Condition, NumberPattern, Target, Test};
use crate::menu::value::{Value, ValueKind, minor};
use crate::text::nearest;

pub(super) fn choose(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Choose> {
    let Data::List(list) = &yaml.data else {
        src.error(
            yaml.at,
            format!("`choose` must be a list, not {}", yaml.kind()),
            "write it like `- { when: { closed: office }, go: closed }`, one per line",
        );
        return None;
    };
    let mut choose = Choose {
        cases: Vec::new(),
        otherwise: Target::Human,
    };
    let mut last: Option<At> = None;
    let mut good = true;
    for item in list {
        let like = "{ when: { closed: office }, go: closed }";
        let Some(mut fields) = Fields::new(src, item, "a case", like) else {
            good = false;
            continue;
        };
        let when = fields.take("when");
        let go = fields.need(src, "go", "NODE");
        let go = go.and_then(|y| cx.target(src, Some(y)));
        fields.finish(src);
        if let Some(at) = last {
            src.error(
                item.at,
                "this case is never reached",
                format!(
                    "the one in line {} has no `when`: move it to the end",
                    at.line
                ),
            );
            good = false;
            break;
        }
        match (when, go) {
            (Some(when), Some(go)) => match conditions(src, cx, when) {
                Some(when) => choose.cases.push(Case { when, go }),
                None => good = false,
            },
            (None, Some(go)) => {
                choose.otherwise = go;
                last = Some(item.at);
            }
            (_, None) => good = false,
        }
    }
    if good && choose.cases.is_empty() {
        src.error(
            yaml.at,
            "there is nothing to choose by",
            "add a case with `when`",
        );
        return None;
    }
    good.then_some(choose)
}

fn conditions(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Vec<Condition>> {
    let mut fields = Fields::new(src, yaml, "`when`", "{ closed: office }")?;
    let mut all = Vec::new();
    let mut good = true;
    let pairs = fields.take_all();
    if pairs.is_empty() {
        src.error(
            yaml.at,
            "nothing is asked for here",
            "write `when: { closed: office }`",
        );
        return None;
    }
    for (key, at, yaml) in pairs {
        let condition = match key {
            "open" => hours(src, cx, yaml, key).map(|c| Condition::Open(c, true)),
            "closed" => hours(src, cx, yaml, key).map(|c| Condition::Open(c, false)),
            "language" => languages(src, cx, yaml),
            "caller" if !matches!(yaml.data, Data::Map(_)) => callers(src, yaml),
            name => test(src, cx, at, name, yaml),
        };
        match condition {
            Some(condition) => all.push(condition),
            None => good = false,
        }
    }
    good.then_some(all)
}

/// A calendar by name, or the line's own: `open: yes`.
pub(super) fn hours(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: &str,
) -> Option<Arc<Calendar>> {
    if !matches!(yaml.text(), Some("yes" | "true" | "on")) {
        return calendar(src, yaml, key, cx.known);
    }
    if cx.calendar.is_none() && !cx.calendar_named {
        src.error(
            yaml.at,
            "this line has no calendar of its own",
            format!("write `calendar: NAME` at the top, or name one here: `{key}: NAME`"),
        );
    }
    cx.calendar.clone()
}

/// A calendar by name.
pub(super) fn calendar(
    src: &mut Source<'_>,
    yaml: &Yaml,
    key: &str,
    known: &Known,
) -> Option<Arc<Calendar>> {
    let name = src.text(yaml, key, "office")?;
    let found = known.calendars.get(&CalendarName::new(name)).cloned();
    if found.is_none() {
        let names = known.calendars.keys().map(CalendarName::as_str);
        let remedy = match nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.calendars.is_empty() => {
                "write one: a file beside this that begins with `calendar: NAME`".to_owned()
            }
            None => format!("there are: {}", names.collect::<Vec<_>>().join(", ")),
        };
        src.error(yaml.at, format!("`{name}` is not a calendar"), remedy);
    }
    found
}

fn languages(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Condition> {
    let mut all = Vec::new();
    for y in items(yaml) {
        let tag = src.text(y, "language", "de")?;
        match cx.language(tag) {
            Some(id) => all.push(id),
            None => {
                let there: Vec<&str> = cx.languages.iter().map(|l| l.as_str()).collect();
                src.error(
                    y.at,
                    format!("this line does not speak `{tag}`"),
                    format!("it speaks: {}", there.join(", ")),
                );
                return None;
            }
        }
    }
    Some(Condition::Language(all))
}

fn callers(src: &mut Source<'_>, yaml: &Yaml) -> Option<Condition> {
    patterns(src, yaml, "caller").map(Condition::Caller)
}

/// Telephone numbers, or the beginnings of some.
pub(super) fn patterns(src: &mut Source<'_>, yaml: &Yaml, key: &str) -> Option<Vec<NumberPattern>> {
    let parse = |text: &str| {
        let (digits, open) = match text.strip_suffix('*') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        let bare = digits.strip_prefix('+').unwrap_or(digits);
        let good = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
        good.then(|| NumberPattern {
            digits: digits.to_owned(),
            open,
        })
    };
    let patterns = items(yaml)
        .into_iter()
        .map(|y| src.value(y, key, "\"+45*\"", parse));
    patterns.collect::<Vec<_>>().into_iter().collect()
}

fn test(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    name: &str,
    yaml: &Yaml,
) -> Option<Condition> {
    let id = variable(src, cx, at, name, &["open", "closed", "language", "caller"])?;
    let kind = cx.variables.get(usize::from(id.0))?.kind;
    let test = match &yaml.data {
        Data::Map(_) => compare(src, kind, yaml)?,
        Data::Scalar { .. } | Data::List(_) => {
            let values = items(yaml).into_iter().map(|y| {
                let like = example(kind);
                src.value(y, name, like, |text| Value::parse(kind, text))
            });
            let values: Option<Vec<Value>> = values.collect::<Vec<_>>().into_iter().collect();
            Test::Is(values?)
        }
    };
    Some(Condition::Value(id, test))
}

fn compare(src: &mut Source<'_>, kind: ValueKind, yaml: &Yaml) -> Option<Test> {
    let mut fields = Fields::new(src, yaml, "a test", "{ over: 0 }")?;
    let at = fields.at;
    let known = fields
        .take("known")
        .map(|y| src.flag(Some(y), "known", true));
    let amount = |src: &mut Source<'_>, y: &Yaml, key: &str| {
        src.value(y, key, "100", |text| match kind {
            ValueKind::Money(_) => minor(text),
            ValueKind::Number => text.parse().ok(),
            ValueKind::Digits
            | ValueKind::Text
            | ValueKind::Date
            | ValueKind::Time
            | ValueKind::Flag => None,
        })
    };
    let amount = |src: &mut Source<'_>, y: &Yaml, key: &str| {
        if let ValueKind::Money(_) | ValueKind::Number = kind {
            return amount(src, y, key);
        }
        src.error(
            y.at,
            format!(
                "`{key}` is for numbers and money, and this is {}",
                kind.word()
            ),
            format!("write a value that it can have, like {}", example(kind)),
        );
        None
    };
    let over = fields.take("over").map(|y| amount(src, y, "over"));
    let under = fields.take("under").map(|y| amount(src, y, "under"));
    fields.finish(src);
    match (known, over, under) {
        (Some(known), None, None) => Some(Test::Known(known)),
        (None, Some(over), None) => over.map(Test::Over),
        (None, None, Some(under)) => under.map(Test::Under),
        (_, _, _) => {
            src.error(
                at,
                "a test asks for one thing",
                "write one of `known`, `over` and `under`",
            );
            None
        }
    }
}

fn example(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Digits => "\"1234\"",
        ValueKind::Text => "gold",
        ValueKind::Number => "3",
        ValueKind::Money(_) => "12.50",
        ValueKind::Date => "2026-12-24",
        ValueKind::Time => "\"17:59\"",
        ValueKind::Flag => "yes",
    }
}
