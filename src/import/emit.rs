//! A planned line as the text of a menu file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::flow::{Condition, Entry, Hours, Said};
use super::plan::{Kind, Node, Plan, Target};
use super::report::Calendar;

/// What is said and shown may be this long; the rest is cut off.
const LONGEST_TEXT: usize = 2_000;
/// Comments may be this long.
const LONGEST_COMMENT: usize = 300;

/// The file of a line.
pub fn line(entry: &Entry, plan: &Plan) -> String {
    let mut out = String::new();
    comment(&mut out, 0, &format!("Imported from {}.", entry.at));
    comment(
        &mut out,
        0,
        "0 is a person in every menu, and silence and wrong keys end there as well.",
    );
    let _ = writeln!(out, "line: {}", word(&plan.name));
    let _ = writeln!(out, "label: {}", quoted(&entry.label));
    if !plan.numbers_told {
        comment(
            &mut out,
            0,
            "the files do not tell what is dialled: write it here",
        );
    }
    let numbers: Vec<String> = plan.numbers.iter().map(|n| quoted(n)).collect();
    let _ = writeln!(out, "numbers: [{}]", numbers.join(", "));
    if let Some(language) = &plan.language {
        let _ = writeln!(out, "languages: [{}]", word(language));
    }
    let _ = writeln!(out, "human: {}", word(&plan.human));
    let start = plan.nodes.first().map_or("people", |n| &n.name);
    let _ = writeln!(out, "start: {}\nnodes:", word(start));
    for n in &plan.nodes {
        node(&mut out, n, plan);
    }
    out
}

/// What is dialled and leads nowhere else; a word that says which line it is, where that is
/// nothing. With it: whether all is as the files tell.
pub fn numbers(entry: &Entry, name: &str, taken: &mut BTreeSet<String>) -> (Vec<String>, bool) {
    let good = |n: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "+-_.*#".contains(c);
        (1..=64).contains(&n.len()) && n.chars().all(known)
    };
    let mut all = Vec::new();
    for number in &entry.numbers {
        if good(number) && taken.insert(number.clone()) {
            all.push(number.clone());
        }
    }
    let told = !all.is_empty() && all.len() == entry.numbers.len();
    if all.is_empty() {
        let ascii: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut word = format!("line-{ascii}");
        while !taken.insert(word.clone()) {
            word.push('x');
        }
        all.push(word);
    }
    (all, told)
}

/// The file of opening hours.
pub fn calendar(hours: &Hours) -> Calendar {
    let mut out = String::new();
    comment(&mut out, 0, &format!("Imported from {}.", hours.at));
    let _ = writeln!(out, "calendar: {}", word(&hours.name));
    let _ = writeln!(out, "label: {}", quoted(&hours.label));
    // One that nobody knows is as good as none.
    let zone = hours.zone.as_deref();
    let zone = zone.filter(|z| z.contains('/') && TimeZone::get(z).is_ok());
    if zone.is_none() {
        comment(
            &mut out,
            0,
            "whose clock? the files do not tell: write it here",
        );
    }
    let _ = writeln!(out, "zone: {}", quoted(zone.unwrap_or("UTC")));
    for lost in &hours.lost {
        comment(&mut out, 0, &format!("not mapped: {lost}"));
    }
    out.push_str("hours:\n");
    for (days, spans) in &hours.week {
        let _ = writeln!(out, "  {days}: [{}]", spans.join(", "));
    }
    Calendar {
        file: format!("{}.yaml", hours.name),
        name: hours.name.clone(),
        zone_told: zone.is_some(),
        lost: hours.lost.clone(),
        at: hours.at.clone(),
        text: out,
    }
}

fn node(out: &mut String, node: &Node, plan: &Plan) {
    for c in &node.comments {
        comment(out, 2, c);
    }
    let _ = writeln!(out, "  {}:", word(&node.name));
    if !node.label.trim().is_empty() && node.label != node.name {
        let _ = writeln!(out, "    label: {}", quoted(&node.label));
    }
    let to = |t: &Target| target(t, plan);
    match &node.kind {
        Kind::Empty => {
            let _ = writeln!(out, "    queue: {}", word(&plan.human));
        }
        Kind::Menu {
            greeting,
            options,
            tries,
            wait,
        } => {
            out.push_str("    menu:\n");
            if !greeting.is_empty() {
                let _ = writeln!(out, "      greeting: {}", said(greeting, plan));
            }
            out.push_str("      options:\n");
            for (key, say, go) in options {
                let say = say.as_ref().map(|s| format!("say: {}, ", text(s)));
                let say = say.unwrap_or_default();
                let _ = writeln!(out, "        {key}: {{ {say}go: {} }}", to(go));
            }
            extras(out, *tries, *wait);
        }
        Kind::Collect {
            said: s,
            digits: (min, max),
            into,
            tries,
            go,
        } => {
            let _ = writeln!(out, "    collect:\n      say: {}", said(s, plan));
            let digits = if min == max {
                min.to_string()
            } else {
                format!("{min}-{max}")
            };
            let _ = writeln!(out, "      digits: {digits}\n      into: {}", word(into));
            extras(out, *tries, None);
            let _ = writeln!(out, "      go: {}", to(go));
        }
        Kind::Say { said: s, go } => {
            let s = match s.as_slice() {
                [one] => one_said(one, plan),
                _ => said(s, plan),
            };
            let s = match s.strip_prefix("{ ").and_then(|s| s.strip_suffix(" }")) {
                Some(fields) => fields.to_owned(),
                None => format!("text: {s}"),
            };
            let _ = writeln!(out, "    say: {{ {s}, go: {} }}", to(go));
        }
        Kind::Choose { cases, otherwise } => {
            out.push_str("    choose:\n");
            for (when, go) in cases {
                let when = match when {
                    Condition::Open(name) => format!("open: {}", word(name)),
                    Condition::Caller(number) => format!("caller: {}", quoted(number)),
                    Condition::Is(name, value) => format!("{}: {}", word(name), quoted(value)),
                    // Left out before; nothing is asked by it.
                    Condition::Other(_) => continue,
                };
                let _ = writeln!(out, "      - {{ when: {{ {when} }}, go: {} }}", to(go));
            }
            let _ = writeln!(out, "      - {{ go: {} }}", to(otherwise));
        }
        Kind::Ask {
            url,
            post,
            body,
            go,
        } => {
            let verb = if *post { "post" } else { "get" };
            let _ = writeln!(out, "    ask:\n      {verb}: {}", quoted(url));
            if *post && !body.is_empty() {
                let body: Vec<String> = body
                    .iter()
                    .map(|n| format!("{}: {}", word(n), word(n)))
                    .collect();
                let _ = writeln!(out, "      body: {{ {} }}", body.join(", "));
            }
            let _ = writeln!(out, "      go: {}", to(go));
        }
        Kind::Dial {
            number,
            ring,
            missing,
        } => {
            let _ = writeln!(out, "    dial:\n      number: {}", quoted(number));
            if let Some(seconds) = ring {
                let _ = writeln!(out, "      ring: {seconds}s");
            }
            let _ = writeln!(out, "      missing: {}", to(missing));
        }
        Kind::Callback(queue) => {
            let _ = writeln!(out, "    callback: {}", word(queue));
        }
        Kind::Queue(queue) => {
            let _ = writeln!(out, "    queue: {}", word(queue));
        }
        Kind::Message(queue) => {
            let _ = writeln!(out, "    message: {}", word(queue));
        }
        Kind::Goodbye => {
            let words = match plan.language.as_deref() {
                Some("de") => "Auf Wiederhören.",
                Some("da") => "Farvel.",
                Some("nb") => "Ha det bra.",
                Some(_) | None => "Good-bye.",
            };
            let _ = writeln!(out, "    goodbye: {}", quoted(words));
        }
    }
}

fn extras(out: &mut String, tries: Option<usize>, wait: Option<u64>) {
    if let Some(n) = tries {
        let _ = writeln!(out, "      tries: {n}");
    }
    if let Some(n) = wait {
        let _ = writeln!(out, "      wait: {n}s");
    }
}

fn target(target: &Target, plan: &Plan) -> String {
    match target {
        Target::Node(i) => plan
            .nodes
            .get(*i)
            .map_or_else(|| "human".to_owned(), |n| word(&n.name)),
        Target::Human => "human".to_owned(),
        Target::Back => "back".to_owned(),
    }
}

/// A list of what is said; words and values that follow each other are one text.
fn said(all: &[Said], plan: &Plan) -> String {
    let mut items: Vec<String> = Vec::new();
    let mut words = String::new();
    let close = |words: &mut String, items: &mut Vec<String>| {
        if words.chars().any(char::is_alphanumeric) {
            items.push(quoted(words));
        }
        words.clear();
    };
    for one in all {
        match one {
            Said::Text(text) => {
                // Behind a value may stand no more than the end of its sentence.
                if text.starts_with(['.', ',', ';', '!', '?']) && words.ends_with(' ') {
                    words.pop();
                }
                words.push_str(&braces(text.trim()));
                words.push(' ');
            }
            Said::Value(name) => {
                let _ = write!(words, "{{{name}}} ");
            }
            Said::Recording(..) => {
                close(&mut words, &mut items);
                items.push(one_said(one, plan));
            }
        }
    }
    close(&mut words, &mut items);
    match items.as_slice() {
        [] => quoted("…"),
        [one] => one.clone(),
        _ => format!("[{}]", items.join(", ")),
    }
}

fn one_said(said: &Said, plan: &Plan) -> String {
    match said {
        Said::Text(t) => text(t),
        Said::Value(name) => quoted(&format!("{{{name}}}")),
        Said::Recording(path, words) => {
            let name = plan.prompts.get(path).map_or("recording", String::as_str);
            match words {
                Some(words) => format!("{{ prompt: {}, text: {} }}", word(name), quoted(words)),
                None => format!("{{ prompt: {} }}", word(name)),
            }
        }
    }
}

fn text(text: &str) -> String {
    quoted(&braces(text))
}

fn braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// A name: as it is where YAML can not take it for anything else.
fn word(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if plain && !["null", "yes", "no", "true", "false"].contains(&text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// In double quotes, on one line.
fn quoted(text: &str) -> String {
    let one_line = one_line(text, LONGEST_TEXT);
    let mut out = String::from("\"");
    for c in one_line.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

fn comment(out: &mut String, indent: usize, text: &str) {
    let text = one_line(text, LONGEST_COMMENT);
    let _ = writeln!(out, "{:indent$}# {text}", "");
}

/// Without line ends and other control characters, and not longer than this.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let breaks = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    let words = text.split(breaks).filter(|w| !w.is_empty());
    let whole = words.collect::<Vec<_>>().join(" ");
    if whole.chars().count() <= longest {
        return whole;
    }
    let mut cut: String = whole.chars().take(longest).collect();
    cut.push('…');
    cut
}
