//! Values in Liquid: `{{widgets.account.Digits}}`.

use super::super::flow::Said;
use super::super::name;

/// What stands between braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// What was entered in a widget: the name of the value here.
    Entry(String),
    /// The caller's number.
    Caller,
    /// Something that we do not know.
    Other(String),
}

/// What `{{…}}` (or its inside) means.
pub fn value(text: &str) -> Value {
    let inside = text.trim().trim_start_matches('{').trim_end_matches('}');
    // `{{-` and `-}}` take spaces away, which nobody hears.
    let inside = inside.trim().trim_matches('-').trim();
    let mut parts = inside.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("widgets"), Some(widget), Some("Digits"), None) => Value::Entry(name::value(widget)),
        (Some("contact"), Some("channel"), Some("address"), None)
        | (Some("trigger"), Some("call"), Some("From"), None) => Value::Caller,
        _ => Value::Other(inside.to_owned()),
    }
}

/// Text with values in it: words, and where they stand.
pub fn parts(text: &str) -> Vec<Result<String, Value>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, after)) = after.split_once("}}") else {
            break;
        };
        all.push(Ok(before.to_owned()));
        all.push(Err(value(inside)));
        rest = after;
    }
    all.push(Ok(rest.to_owned()));
    all
}

/// What begins a block whose words are said to some callers, more than once, or not at all.
const BLOCKS: [&str; 7] = [
    "if", "unless", "case", "for", "tablerow", "capture", "comment",
];

/// As what is said; what is left out is told: values, tags, and the words that stand under them,
/// since nothing here decides which of them are said.
pub fn said(text: &str, lost: &mut Vec<String>) -> Vec<Said> {
    let mut all = Vec::new();
    let mut under: Option<Block> = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{%") {
        match &mut under {
            Some(block) => block.words.push_str(before),
            None => spoken(before, &mut all, lost),
        }
        let Some((tag, behind)) = after.split_once("%}") else {
            lost.push(format!("`{{% {}` in what is said", in_line(after)));
            rest = "";
            break;
        };
        rest = behind;
        under = tagged(under, &in_line(tag.trim_matches('-')), lost);
    }
    match under {
        Some(mut block) => {
            block.words.push_str(rest);
            lost.push(block.told());
        }
        None => spoken(rest, &mut all, lost),
    }
    all
}

/// A block that is left out.
struct Block {
    tag: String,
    depth: usize,
    words: String,
}

impl Block {
    fn told(&self) -> String {
        let words = in_line(&self.words);
        match words.is_empty() {
            true => format!("the tag `{}` in what is said", self.tag),
            false => format!("what is said under the tag `{}`: {words}", self.tag),
        }
    }
}

/// What a tag makes of the block that it stands in.
fn tagged(under: Option<Block>, tag: &str, lost: &mut Vec<String>) -> Option<Block> {
    let word = tag.split(' ').next().unwrap_or_default();
    let opens = BLOCKS.contains(&word);
    match under {
        None if opens => Some(Block {
            tag: tag.to_owned(),
            depth: 1,
            words: String::new(),
        }),
        None => {
            lost.push(format!("the tag `{tag}` in what is said"));
            None
        }
        Some(mut block) => {
            if opens {
                block.depth += 1;
            } else if word
                .strip_prefix("end")
                .is_some_and(|w| BLOCKS.contains(&w))
            {
                block.depth -= 1;
            }
            if block.depth == 0 {
                lost.push(block.told());
                return None;
            }
            // The words of another way, perhaps.
            block.words.push_str(" / ");
            Some(block)
        }
    }
}

/// Words and values.
fn spoken(text: &str, all: &mut Vec<Said>, lost: &mut Vec<String>) {
    for part in parts(text) {
        match part {
            Ok(words) => {
                let (words, open) = match words.split_once("{{") {
                    Some((words, open)) => (words.to_owned(), Some(in_line(open))),
                    None => (words, None),
                };
                if words.chars().any(char::is_alphanumeric) {
                    all.push(Said::Text(words));
                }
                lost.extend(open.map(|open| format!("`{{{{ {open}` in what is said")));
            }
            Err(Value::Entry(name)) => all.push(Said::Value(name)),
            Err(Value::Caller) => lost.push("the caller's number in what is said".to_owned()),
            Err(Value::Other(what)) => lost.push(format!("the value `{what}` in what is said")),
        }
    }
}

/// On one line.
fn in_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As a web address with values of ours; nothing when it has others.
pub fn address(text: &str) -> Option<String> {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Ok(words) if words.contains(['{', '}']) => return None,
            Ok(words) => out.push_str(&words),
            Err(Value::Entry(name)) => out.push_str(&format!("{{{name}}}")),
            Err(Value::Caller) => out.push_str("{caller}"),
            Err(Value::Other(_)) => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(text: &str, words: &[&str], told: &[&str]) {
        let mut lost = Vec::new();
        let all = said(text, &mut lost);
        let all: Vec<String> = all
            .into_iter()
            .map(|one| match one {
                Said::Text(text) => text.trim().to_owned(),
                Said::Value(name) => format!("{{{name}}}"),
                Said::Recording(path, _) => path,
            })
            .collect();
        assert_eq!(all, words, "{text}");
        assert_eq!(lost, told, "{text}");
    }

    #[test]
    fn values_are_said_and_tags_are_told() {
        read(
            "You typed {{- widgets.account.Digits -}}.",
            &["You typed", "{account}"],
            &[],
        );
        read(
            "Good {% if hour < 12 %}morning{% else %}day{% endif %}, {{flow.data.name}}!",
            &["Good"],
            &[
                "what is said under the tag `if hour < 12`: morning / day",
                "the value `flow.data.name` in what is said",
            ],
        );
        read(
            "{%- assign x = 1 -%}Hello {% for i in (1..3) %}{% if i %}a{% endif %}b{% endfor %}you",
            &["Hello", "you"],
            &[
                "the tag `assign x = 1` in what is said",
                "what is said under the tag `for i in (1..3)`: / a / b",
            ],
        );
        // What is never closed.
        read("Hello {% if", &["Hello"], &["`{% if` in what is said"]);
        read("Hello {{ name", &["Hello"], &["`{{ name` in what is said"]);
        read(
            "Hello {% if a %}you {{widgets.a.Digits}}",
            &["Hello"],
            &["what is said under the tag `if a`: you {{widgets.a.Digits}}"],
        );
        read(
            "{% endif %}{% %}",
            &[],
            &[
                "the tag `endif` in what is said",
                "the tag `` in what is said",
            ],
        );
    }
}
