//! `send`: a follow-up by webhook or e-mail.

use super::ask::read_url;
use super::line::Context;
use super::source::{Fields, Source};
use super::template::variable;
use super::yaml::{At, Data, Yaml};
use crate::menu::tree::{FollowUp, Member, Send, TextPart, UrlPart, VariableId};

pub(super) fn send(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Send> {
    let like = "send: { webhook: \"https://crm.local/calls\", body: { account: account }, go: … }";
    let mut fields = Fields::new(src, yaml, "a send", like)?;
    let at = fields.at;
    let (webhook, mail) = (fields.take("webhook"), fields.take("mail"));
    let body = fields.take_with_key("body");
    let subject = fields.take_with_key("subject");
    let text = fields.take_with_key("text");
    let required = src.flag(fields.take("required"), "required", false);
    let go = fields.take("go");
    let go = cx.target(src, go);
    fields.finish(src);
    let what = match (webhook, mail) {
        (Some(url), None) => {
            no_part(src, &[("subject", subject), ("text", text)], "mail");
            let body = body.map(|(_, y)| read_body(src, cx, y));
            let address = read_url(src, cx, url, "webhook");
            not_sensitive(src, cx, &address, url.at);
            FollowUp::Webhook {
                url: address?,
                body: body.unwrap_or(Some(Vec::new()))?,
            }
        }
        (None, Some(to)) => {
            no_part(src, &[("body", body)], "webhook");
            mail_to(src, cx, at, to, subject, text)?
        }
        (_, _) => {
            src.error(
                at,
                "a send has one way to go",
                "write `webhook: \"https://…\"` (for an SMS too: the address of your gateway) or \
                 `mail: \"office@…\"`",
            );
            return None;
        }
    };
    Some(Send {
        what,
        required,
        go: go?,
    })
}

/// Keys that belong to the other way.
fn no_part(src: &mut Source<'_>, parts: &[(&str, Option<(At, &Yaml)>)], of: &str) {
    for (key, found) in parts {
        if let Some((at, _)) = found {
            src.error(
                *at,
                format!("`{key}` is part of a `{of}`"),
                format!("remove it, or write `{of}`"),
            );
        }
    }
}

fn mail_to(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    to: &Yaml,
    subject: Option<(At, &Yaml)>,
    text: Option<(At, &Yaml)>,
) -> Option<FollowUp> {
    if !cx.known.mail {
        src.error(
            to.at,
            "mail can not be sent: the settings do not say through which server",
            "add a section [mail] with `smtp` and `from` to the settings (docs/settings.md)",
        );
    }
    // No value can be in it: nobody but the operator chooses to whom we write.
    let to = src.value(to, "mail", "\"office@northwind.example\"", address);
    let mut need = |key: &str, found: Option<(At, &Yaml)>| match found {
        Some((_, yaml)) => written(src, cx, yaml, key),
        None => {
            src.error(
                at,
                format!("a mail has no `{key}`"),
                format!("add `{key}: \"… {{account}} …\"`"),
            );
            None
        }
    };
    let (subject, text) = (need("subject", subject), need("text", text));
    Some(FollowUp::Mail {
        to: to?,
        subject: subject?,
        text: text?,
    })
}

/// An addr-spec in its usual form (RFC 5322 §3.4.1): a dot-atom at a domain.
fn address(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let atom = |s: &str, more: &str| {
        !s.is_empty()
            && s.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
            })
    };
    let good = text.len() <= 254 && atom(local, "!#$%&'*+/=?^_`{|}~-") && atom(domain, "-");
    (good && !text.contains(['{', '}'])).then(|| text.to_owned())
}

/// `{ account: account, note: { text: "Order {order}" } }`.
fn read_body(src: &mut Source<'_>, cx: &Context<'_>, yaml: &Yaml) -> Option<Vec<(String, Member)>> {
    let mut all = Vec::new();
    let mut good = true;
    for (name, _, value) in Fields::new(src, yaml, "`body`", "{ account: account }")?.take_all() {
        let member = if let Data::Map(_) = &value.data {
            Fields::new(src, value, "a member", "{ text: \"Order {order}\" }").and_then(|mut m| {
                let text = m.need(src, "text", "\"Order {order}\"");
                m.finish(src);
                written(src, cx, text?, "text").map(Member::Text)
            })
        } else {
            let id = src.text(value, name, "account");
            let id = id.and_then(|text| sendable(src, cx, value.at, text));
            id.map(Member::Value)
        };
        match member {
            Some(member) => all.push((name.to_owned(), member)),
            None => good = false,
        }
    }
    good.then_some(all)
}

/// Text with values in it; `{{` is a brace.
fn written(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    yaml: &Yaml,
    key: &str,
) -> Option<Vec<TextPart>> {
    let text = src.text(yaml, key, "\"Account {account} has called.\"")?;
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
        } else if let Some((name, after)) = after.strip_prefix('{').and_then(|a| a.split_once('}'))
        {
            if !words.is_empty() {
                parts.push(TextPart::Text(std::mem::take(&mut words)));
            }
            parts.push(TextPart::Value(sendable(src, cx, yaml.at, name.trim())?));
            rest = after;
        } else {
            src.error(
                yaml.at,
                "a brace without its other half",
                "write `{NAME}`; a brace itself is `{{`",
            );
            return None;
        }
    }
    words.push_str(rest);
    if !words.is_empty() {
        parts.push(TextPart::Text(words));
    }
    Some(parts)
}

/// A value that may leave the house.
fn sendable(src: &mut Source<'_>, cx: &Context<'_>, at: At, name: &str) -> Option<VariableId> {
    let id = variable(src, cx, at, name, &[])?;
    if refuse_sensitive(src, cx, at, id) {
        return None;
    }
    src.uses.push((id, at));
    Some(id)
}

fn not_sensitive(src: &mut Source<'_>, cx: &Context<'_>, url: &Option<Vec<UrlPart>>, at: At) {
    for part in url.iter().flatten() {
        match part {
            UrlPart::Value(id) => {
                refuse_sensitive(src, cx, at, *id);
            }
            UrlPart::Text(_) => {}
        }
    }
}

/// Whether it is sensitive, and told to be: what is kept to be sent would be stored.
fn refuse_sensitive(src: &mut Source<'_>, cx: &Context<'_>, at: At, id: VariableId) -> bool {
    let found = cx.variables.get(usize::from(id.0));
    let sensitive = found.filter(|v| v.sensitive);
    if let Some(v) = sensitive {
        src.error(
            at,
            format!("`{}` is sensitive and can not be sent", v.name),
            "leave it out: what is sensitive is never stored, and what is sent waits in the store; \
             an `ask` may use it",
        );
    }
    sensitive.is_some()
}
