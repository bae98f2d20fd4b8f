//! `ask`: a question to a web service.

use std::time::Duration;

use super::line::{Context, duration, word};
use super::source::{Fields, Source};
use super::template::variable;
use super::words;
use super::yaml::{Data, Yaml};
use crate::menu::tree::{Ask, Field, Method, Target, UrlPart, VariableId};
use crate::menu::value::ValueKind;

/// A caller does not wait longer for a machine.
const LONGEST: Duration = Duration::from_secs(10);

pub(super) fn ask(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Ask> {
    let like = "ask: { get: \"http://crm.local/accounts/{account}\", take: { name: text }, go: … }";
    let mut fields = Fields::new(src, yaml, "an ask", like)?;
    let (get, post) = (fields.take("get"), fields.take("post"));
    let body = fields.take("body").map(|y| read_body(src, cx, y));
    let timeout = fields
        .take("timeout")
        .map(|y| (y.at, src.value(y, "timeout", "2s", duration)));
    let meanwhile = fields.take("say").map(|y| words::read(src, cx, y));
    let taken = fields.take("take").map(|y| read_take(src, cx, y));
    let go = fields.take("go");
    let go = cx.target(src, go);
    let missing = fields.take("missing");
    let missing = match missing {
        Some(y) => cx.target(src, Some(y)),
        None => Some(Target::Human),
    };
    let at = fields.at;
    fields.finish(src);
    let (method, key, url) = match (get, post) {
        (Some(url), None) => (Method::Get, "get", url),
        (None, Some(url)) => (Method::Post, "post", url),
        (_, _) => {
            src.error(
                at,
                "an ask has one address",
                "write `get: \"http://…\"` or `post: \"http://…\"`",
            );
            return None;
        }
    };
    if method == Method::Get && body.is_some() {
        src.error(
            at,
            "nothing is sent by `get`",
            "write `post:`, or leave `body` out",
        );
    }
    let timeout = match timeout {
        None => Duration::from_secs(2),
        Some((at, given)) => {
            let given = given?;
            if !(Duration::from_millis(100)..=LONGEST).contains(&given) {
                src.error(
                    at,
                    "`timeout` must be from 100ms to 10s",
                    "a caller is waiting: `2s`",
                );
            }
            given
        }
    };
    let url = read_url(src, cx, url, key)?;
    let (body, fields) = (
        body.unwrap_or(Some(Vec::new())),
        taken.unwrap_or(Some(Vec::new())),
    );
    Some(Ask {
        method,
        url,
        body: body?,
        timeout,
        meanwhile: match meanwhile {
            Some(words) => Some(words?.speech()),
            None => None,
        },
        fields: fields?,
        go: go?,
        missing: missing?,
    })
}

/// `http://host/path/{account}`: values go behind the host only, so that no entry can choose
/// whom we ask.
pub(super) fn read_url(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: &str,
) -> Option<Vec<UrlPart>> {
    let text = src.text(yaml, key, "\"http://crm.local/accounts/{account}\"")?;
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let host = rest.and_then(|r| r.split_once('/')).map(|(host, _)| host);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    if !host.is_some_and(|h| !h.is_empty() && h.chars().all(plain)) {
        src.error(
            yaml.at,
            "this is not a web address with a path",
            "write it like `http://crm.local/accounts/{account}`: http or https, a host without \
             values, and a path",
        );
        return None;
    }
    let mut parts = Vec::new();
    let mut left = text;
    while let Some((before, after)) = left.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            src.error(yaml.at, "a brace without its other half", "write `{NAME}`");
            return None;
        };
        parts.push(UrlPart::Text(before.to_owned()));
        let id = variable(src, cx, yaml.at, name.trim(), &[])?;
        src.uses.push((id, yaml.at));
        parts.push(UrlPart::Value(id));
        left = after;
    }
    parts.push(UrlPart::Text(left.to_owned()));
    let bad = |c: char| c.is_whitespace() || c.is_control() || "}\"<>\\^`|".contains(c);
    let odd = |part: &UrlPart| matches!(part, UrlPart::Text(text) if text.contains(bad));
    if parts.iter().any(odd) {
        src.error(
            yaml.at,
            "a character that no web address has",
            "percent-encode it",
        );
        return None;
    }
    Some(parts)
}

fn read_body(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
) -> Option<Vec<(String, VariableId)>> {
    let mut all = Vec::new();
    let mut good = true;
    for (name, _, value) in Fields::new(src, yaml, "`body`", "{ account: account }")?.take_all() {
        let id = src.text(value, name, "account");
        match id.and_then(|text| variable(src, cx, value.at, text, &[])) {
            Some(id) => {
                src.uses.push((id, value.at));
                all.push((name.to_owned(), id));
            }
            None => good = false,
        }
    }
    good.then_some(all)
}

/// `balance: money EUR`, or `balance: { from: account.balance, as: money EUR, optional: yes }`.
fn read_take(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Vec<Field>> {
    let mut all = Vec::new();
    let mut good = true;
    for (name, at, value) in Fields::new(src, yaml, "`take`", "{ name: text }")?.take_all() {
        if word(name).is_none() {
            src.error(
                at,
                format!("a value can not be called `{name}`"),
                "use letters, digits, - and _",
            );
            good = false;
            continue;
        }
        let mut from = vec![name.to_owned()];
        let mut required = true;
        let kind = if let Data::Map(_) = &value.data {
            let mut fields =
                Fields::new(src, value, "a value", "{ from: balance, as: money EUR }")?;
            if let Some(path) = fields
                .take("from")
                .and_then(|y| src.text(y, "from", "account.balance"))
            {
                from = path.split('.').map(str::to_owned).collect();
            }
            required = !src.flag(fields.take("optional"), "optional", false);
            let kind = fields.need(src, "as", "text");
            fields.finish(src);
            kind
        } else {
            Some(value)
        };
        let like = "text`, `digits`, `number`, `money EUR`, `date`, `time` or `flag";
        let kind = kind.and_then(|y| src.value(y, "as", like, ValueKind::from_word));
        match (kind, cx.variable(name)) {
            (Some(_), Some(into)) => all.push(Field {
                path: from,
                into,
                required,
            }),
            (_, _) => good = false,
        }
    }
    good.then_some(all)
}
