//! Reads the steps of a test.

use super::read::{node_named, spot};
use super::{Spot, Step};
use crate::ids::Key;
use crate::menu::load::source::{Fields, Source};
use crate::menu::load::yaml::{Data, Yaml};
use crate::menu::tree::{Kind, Line};
use crate::rehearse::world::Ring;
use crate::text::{either, nearest, parse_duration};

/// What can stand in a list of steps.
const WORDS: [&str; 9] = [
    "hear", "press", "silence", "wait", "speak", "at-node", "dial", "fault", "hang-up",
];
/// What can become of an outside number that is called.
const OUTSIDE: [&str; 5] = ["answered", "busy", "refused", "no-answer", "unreachable"];
const LIKE: &str = "[{ hear: \"Welcome\" }, { press: 1 }, silence]";

pub(super) fn read(src: &mut Source<'_>, yaml: &Yaml, line: &Line) -> Vec<(Step, Spot)> {
    let Data::List(items) = &yaml.data else {
        let what = format!("`steps` must be a list, not {}", yaml.kind());
        src.error(yaml.at, what, format!("write it like `steps: {LIKE}`"));
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| one(src, item, line))
        .collect()
}

fn one(src: &mut Source<'_>, yaml: &Yaml, line: &Line) -> Option<(Step, Spot)> {
    if let Some(word) = yaml.text() {
        let step = match word {
            "silence" => Step::Silence,
            "fault" => Step::Fault,
            "hang-up" => Step::HangUp,
            other => {
                no_step(src, yaml, other);
                return None;
            }
        };
        return Some((step, spot(src, yaml.at)));
    }
    let mut fields = Fields::new(src, yaml, "a step", "press: 1")?;
    let all = fields.take_all();
    let [(word, _, value)] = all.as_slice() else {
        let remedy = "begin each with a dash of its own, like `- press: 1`";
        src.error(yaml.at, "a step does one thing", remedy);
        return None;
    };
    let step = match *word {
        "hear" => Step::Hear(src.text(value, "hear", "\"Welcome\"")?.to_owned()),
        "press" => Step::Press(src.value(value, "press", "\"1234#\"", keys)?),
        "wait" => Step::Wait(src.value(value, "wait", "2s", parse_duration)?),
        "speak" => Step::Speak(src.value(value, "speak", "5s", parse_duration)?),
        "at-node" => {
            let name = src.text(value, "at-node", "welcome")?;
            Step::AtNode(node_named(src, name, value.at, line)?)
        }
        "dial" => {
            let ring = src.value(value, "dial", &either(&OUTSIDE), outside)?;
            if !line.nodes().any(|(_, n)| matches!(n.kind, Kind::Dial(_))) {
                let what = format!("the line `{}` calls no outside number", line.name);
                let remedy = "take the step out, or write a node of the kind `dial`";
                src.error(yaml.at, what, remedy);
                return None;
            }
            Step::Dial(ring)
        }
        other => {
            no_step(src, yaml, other);
            return None;
        }
    };
    Some((step, spot(src, value.at)))
}

fn outside(word: &str) -> Option<Ring> {
    match word {
        "answered" => Some(Ring::usual()),
        "busy" => Some(Ring::Busy),
        "refused" => Some(Ring::Declined),
        "no-answer" => Some(Ring::NotAnswered),
        "unreachable" => Some(Ring::Dead),
        _ => None,
    }
}

fn no_step(src: &mut Source<'_>, yaml: &Yaml, word: &str) {
    let remedy = match nearest(word, WORDS) {
        Some("silence" | "fault" | "hang-up") if yaml.text().is_none() => {
            format!("write `{word}` alone, without a value")
        }
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("a step is {}", either(&WORDS)),
    };
    src.error(yaml.at, format!("`{word}` is no step"), remedy);
}

/// Keys as they are written: `"1234#"`, spaces between them or not.
pub fn keys(text: &str) -> Option<Vec<Key>> {
    let keys: Option<Vec<Key>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(Key::from_char)
        .collect();
    keys.filter(|k| !k.is_empty() && k.len() <= 64)
}
