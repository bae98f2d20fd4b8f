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
    let inside = inside.trim();
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

/// As what is said; values that are left out are told.
pub fn said(text: &str, lost: &mut Vec<String>) -> Vec<Said> {
    let mut all = Vec::new();
    for part in parts(text) {
        match part {
            Ok(words) if words.chars().any(char::is_alphanumeric) => all.push(Said::Text(words)),
            Ok(_) => {}
            Err(Value::Entry(name)) => all.push(Said::Value(name)),
            Err(Value::Caller) => lost.push("the caller's number in what is said".to_owned()),
            Err(Value::Other(what)) => lost.push(format!("the value `{what}` in what is said")),
        }
    }
    all
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
