//! JSON Schema (2020-12) of the menu files, so that editors complete and check them.
//!
//! The table of fields is in [`fields`]; a test holds it against what the loader really reads. The
//! loader stays the judge: a schema can say what a key looks like, not where a `go` leads.

mod calendar;
mod fields;
mod page;
mod table;

use serde_json::{Map, Value as Json, json};

pub use self::page::page;
use self::table::{Field, Mapping, Shape};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// What callers reach by a number.
    Line,
    /// Opening hours.
    Calendar,
    /// Nodes that lines share.
    Fragment,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [FileKind; 3] = [FileKind::Line, FileKind::Calendar, FileKind::Fragment];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            FileKind::Line => "line",
            FileKind::Calendar => "calendar",
            FileKind::Fragment => "fragment",
        }
    }
}

/// The whole table.
fn mappings() -> impl Iterator<Item = &'static Mapping> {
    fields::ALL.iter().chain(calendar::ALL)
}

/// The schema of one kind of file.
pub fn schema(kind: FileKind) -> Json {
    let mut whole = reference(kind.word());
    let mut defs: Map<String, Json> = mappings()
        .map(|m| (m.name.to_owned(), mapping(m)))
        .collect();
    defs.insert("words".to_owned(), words());
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["title"] = json!(format!("Zeroline: a {}", kind.word()));
    whole["$defs"] = Json::Object(defs);
    whole
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn mapping(m: &Mapping) -> Json {
    let mut properties = Map::new();
    for f in m.fields {
        properties.insert(f.name.to_owned(), field(f));
    }
    let needed: Vec<&str> = m
        .fields
        .iter()
        .filter(|f| f.needed)
        .map(|f| f.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": m.about,
        "properties": properties,
        "additionalProperties": false,
    });
    if !needed.is_empty() {
        schema["required"] = json!(needed);
    }
    if m.says {
        schema["patternProperties"] = languages();
    }
    if !m.one_of.is_empty() {
        let one = m.one_of.iter().map(|name| json!({ "required": [name] }));
        schema["oneOf"] = one.collect();
    }
    if m.open {
        schema["additionalProperties"] = json!(true);
    }
    schema
}

fn field(f: &Field) -> Json {
    let mut schema = shape(&f.shape);
    schema["description"] = json!(f.about);
    schema
}

fn shape(s: &Shape) -> Json {
    match s {
        // What is a number or a flag in YAML is text to the loader.
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Flag => json!({ "enum": [true, false, "yes", "no", "on", "off"] }),
        Shape::Duration => json!({
            "type": ["string", "number"],
            "pattern": "^[0-9]+(\\.[0-9]+)? ?(ms|s|m|min|h|d)?$",
        }),
        Shape::Tries => json!({ "type": "integer", "minimum": 1, "maximum": 3 }),
        Shape::Range => json!({ "type": ["string", "integer"], "pattern": "^[0-9]+(-[0-9]+)?$" }),
        Shape::Words => reference("words"),
        Shape::Some(inner) => {
            let one = shape(inner);
            let many = json!({ "type": "array", "items": one.clone(), "minItems": 1 });
            json!({ "anyOf": [one, many] })
        }
        Shape::List(inner) => json!({ "type": "array", "items": shape(inner) }),
        Shape::Keys(inner) => json!({
            "type": "object",
            "patternProperties": { "^[1-9]$": shape(inner) },
            "additionalProperties": false,
            "minProperties": 1,
        }),
        Shape::Named(inner) => json!({ "type": "object", "additionalProperties": shape(inner) }),
        Shape::Mapping(name) => reference(name),
        Shape::Either(all) => json!({ "anyOf": all.iter().map(shape).collect::<Vec<_>>() }),
    }
}

/// Language tags.
fn languages() -> Json {
    let said = json!({ "anyOf": [
        { "type": ["string", "number"] },
        reference("recording"),
        { "type": "array", "items": { "anyOf": [{ "type": "string" }, reference("recording")] } },
    ] });
    json!({ "^[a-z]{2,3}(-[A-Za-z0-9]+)*$": said })
}

/// What is said: text, a recording, words by language, or several one after the other.
fn words() -> Json {
    let one = json!({ "anyOf": [{ "type": ["string", "number"] }, reference("said")] });
    json!({
        "description": "What is said: text with {values}, a recording, words by language, or a list",
        "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }],
    })
}

#[cfg(test)]
mod tests;
