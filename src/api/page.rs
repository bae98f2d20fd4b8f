//! The OpenAPI document, and the page for people that is made of it (docs/api.md).

use std::fmt::Write as _;

use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

const ABOUT: &str = "\
Everything is JSON. Times are RFC 3339 in UTC, durations milliseconds where the name says so.

**Who asks.** People sign in by `POST /api/v1/session` and are known by a cookie; their pages send \
`csrf` of that answer as `X-CSRF-Token` with every command. Programs send a token: `Authorization: \
Bearer zl_…`. Roles are `agent`, `supervisor`, `operator` and `admin`; callers' numbers are masked \
to their last two digits for whoever does not need them.

**Errors** are problem details (RFC 9457, `application/problem+json`): `type` stays the same for \
programs, `title` says what is wrong, `remedy` what to do, `errors` names every wrong field at once. \
A refused command has changed nothing.

**Commands twice.** With `Idempotency-Key` a command is done once: whoever sends it again within \
24 hours gets the first answer, with `Idempotent-Replayed: true`. **Two at once.** Where an answer has \
an `ETag`, send it as `If-Match`: the command is refused (412) if somebody else was faster.

Bodies have at most 64 KiB (those with menu files 1 MiB), and commands 30 seconds.";

/// The document without its paths.
#[derive(OpenApi)]
#[openapi(
    info(title = "Zeroline", version = "1", description = ABOUT, license(name = "MIT OR Apache-2.0")),
    tags(
        (name = "session", description = "Signing in and out"),
        (name = "now", description = "What goes on at this moment"),
        (name = "agents", description = "What agents say of themselves, and supervisors for them"),
        (name = "talk", description = "Orders to a call in progress"),
        (name = "chat", description = "What agents and supervisors say to each other, and approvals"),
        (name = "contacts", description = "Who called, and what became of it"),
        (name = "messages", description = "What callers left"),
        (name = "recordings", description = "Talks that are recorded, where a queue says so"),
        (name = "callbacks", description = "Who is to be called back"),
        (name = "tasks", description = "What people have to do; messages are tasks as well"),
        (name = "statistics", description = "What it came to"),
        (name = "outbox", description = "Follow-ups and webhooks on their way"),
        (name = "lines", description = "The menus in use"),
        (name = "users", description = "Who may sign in"),
        (name = "tokens", description = "What programs may do"),
        (name = "audit", description = "Who did what"),
        (name = "settings", description = "What files say, to be looked at"),
    ),
    security(("session" = []), ("token" = [])),
    modifiers(&Schemes)
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKeyValue::with_description(
            "zeroline",
            "`__Host-zeroline` where browsers come by HTTPS",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

pub(super) fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Each operation has a name of its own, for generated clients: `post_agents_agent_pause`.
pub(super) fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let path = path.strip_prefix(super::BASE).unwrap_or(path);
        let words: Vec<&str> = path
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        let words = words.join("_");
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{words}"));
            }
        }
    }
}

/// The reference as Markdown.
pub fn page() -> String {
    let all = serde_json::to_value(super::openapi()).unwrap_or_default();
    let mut page = String::from("# The HTTP API\n\n");
    page.push_str("This page is made of the OpenAPI document, `/api/v1/openapi.json`. ");
    page.push_str("Who uses the API how is in [live-api.md](live-api.md).\n\n");
    let about = all["info"]["description"].as_str().unwrap_or_default();
    let _ = writeln!(page, "{about}"); // Writing to a String can not fail.
    for tag in list(&all["tags"]) {
        let name = text(&tag["name"]);
        let _ = writeln!(page, "\n## {}\n", text(&tag["description"]));
        for (path, methods) in entries(&all["paths"]) {
            for (method, op) in entries(methods) {
                if list(&op["tags"]).any(|t| t == name) {
                    operation(&mut page, path, method, op);
                }
            }
        }
    }
    page.push_str("\n## Types\n");
    for (name, schema) in entries(&all["components"]["schemas"]) {
        // Pages are lists of something that has its own type.
        if !name.starts_with("Page_") {
            type_of(&mut page, name, schema);
        }
    }
    page
}

fn operation(page: &mut String, path: &str, method: &str, op: &Value) {
    let _ = writeln!(page, "### `{} {path}`\n", method.to_uppercase());
    let _ = writeln!(page, "{}.", text(&op["summary"]).trim_end_matches('.'));
    if let Some(more) = op["description"].as_str() {
        let _ = writeln!(page, "\n{more}");
    }
    let params: Vec<&Value> = list(&op["parameters"])
        .filter(|p| p["in"] != "path")
        .collect();
    if !params.is_empty() {
        page.push('\n');
    }
    for p in params {
        let place = if p["in"] == "header" { " (header)" } else { "" };
        let about = p["description"].as_str().map(|d| format!(": {d}"));
        let _ = writeln!(
            page,
            "- `{}`{place}{}",
            text(&p["name"]),
            about.unwrap_or_default()
        );
    }
    let body = &op["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let _ = writeln!(page, "\nBody: {}.", kind(body));
    }
    let answers: Vec<String> = entries(&op["responses"])
        .map(
            |(status, answer)| match entries(&answer["content"]).next() {
                Some(("application/json", content)) => match kind(&content["schema"]) {
                    k if k == "[Problem](#problem)" => status.to_owned(),
                    k => format!("{status} {k}"),
                },
                Some((media, _)) => format!("{status} `{media}`"),
                None => status.to_owned(),
            },
        )
        .collect();
    let _ = writeln!(page, "\nAnswers: {}.\n", answers.join(", "));
}

fn type_of(page: &mut String, name: &str, schema: &Value) {
    let _ = writeln!(page, "\n### {name}\n");
    if let Some(about) = schema["description"].as_str() {
        let _ = writeln!(page, "{about}\n");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|w| format!("`{}`", text(w))).collect();
        let _ = writeln!(page, "One of {}.", words.join(", "));
    }
    let parts: Vec<&Value> = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().collect(),
        None => vec![schema],
    };
    for part in &parts {
        if part["$ref"].is_string() {
            let _ = writeln!(page, "All of {}, and:\n", kind(part));
        }
    }
    let mut head = false;
    for part in parts {
        let needed: Vec<&str> = list(&part["required"]).filter_map(Value::as_str).collect();
        for (field, about) in entries(&part["properties"]) {
            if !head {
                page.push_str("| field | type | meaning |\n|---|---|---|\n");
                head = true;
            }
            let maybe = if needed.contains(&field) {
                ""
            } else {
                ", may be missing"
            };
            let meaning = about["description"].as_str().or_else(|| {
                let either = about["oneOf"].as_array()?;
                either.iter().find_map(|o| o["description"].as_str())
            });
            let meaning = meaning.unwrap_or_default().replace('|', "\\|");
            let _ = writeln!(page, "| `{field}` | {}{maybe} | {meaning} |", kind(about));
        }
    }
}

/// What a schema is, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        return match name.strip_prefix("Page_") {
            Some(of) => format!("page of [{of}](#{})", of.to_lowercase()),
            None => format!("[{name}](#{})", name.to_lowercase()),
        };
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let some = either.iter().find(|s| s["type"] != "null");
        return some.map(kind).unwrap_or_default();
    }
    let word = match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|t| *t != "null"),
        one => one.as_str(),
    };
    match word {
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some("string") => "text".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("object") | None => "object".to_owned(),
        Some(other) => other.to_owned(),
    }
}

fn text(v: &Value) -> &str {
    v.as_str().unwrap_or_default()
}

fn list(v: &Value) -> impl Iterator<Item = &Value> {
    v.as_array().into_iter().flatten()
}

fn entries(v: &Value) -> impl Iterator<Item = (&str, &Value)> {
    v.as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.as_str(), v))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written anew with `ZEROLINE_RETELL=1`.
    #[test]
    fn the_reference_is_the_document() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md");
        let page = page();
        if std::env::var_os("ZEROLINE_RETELL").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            there == page,
            "docs/api.md is not the document: run with ZEROLINE_RETELL=1"
        );
    }

    /// Of it the console's client is made: what that asks for and is not there does not compile.
    #[test]
    fn the_document_of_the_console_is_the_document() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
        let mut text = serde_json::to_string_pretty(&crate::api::openapi()).unwrap();
        text.push('\n');
        if std::env::var_os("ZEROLINE_RETELL").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            there == text,
            "web/openapi.json is not the document: run with ZEROLINE_RETELL=1"
        );
    }

    #[test]
    fn the_document_is_whole() {
        let all = serde_json::to_value(crate::api::openapi()).unwrap();
        assert_eq!(all["openapi"], "3.1.0");
        let mut operations = 0;
        let mut names = std::collections::BTreeSet::new();
        for (path, methods) in entries(&all["paths"]) {
            assert!(path.starts_with("/api/v1/"), "{path}");
            for (method, op) in entries(methods) {
                operations += 1;
                assert!(op["summary"].is_string(), "{method} {path}: no summary");
                let name = text(&op["operationId"]);
                assert!(names.insert(name.to_owned()), "{name} is there twice");
                assert_eq!(list(&op["tags"]).count(), 1, "{method} {path}");
                let named = path.matches('{').count();
                let given = list(&op["parameters"]).filter(|p| p["in"] == "path");
                assert_eq!(given.count(), named, "{method} {path}: parameters");
            }
        }
        assert!(operations > 40, "{operations}");
        // Every reference leads to a schema.
        let text = all.to_string();
        for name in text.split("#/components/schemas/").skip(1) {
            let name = name.split('"').next().unwrap();
            assert!(all["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
