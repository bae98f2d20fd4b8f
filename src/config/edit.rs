//! The settings file with one entry changed: an agent, a queue or a webhook. All else in it stays as
//! it was written, with its comments and in its order.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// A list of entries that is changed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `[[agents]]`.
    Agents,
    /// `[[queues]]`.
    Queues,
    /// `[[webhooks]]`.
    Webhooks,
}

impl Section {
    /// As the file has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Section::Agents => "agents",
            Section::Queues => "queues",
            Section::Webhooks => "webhooks",
        }
    }

    /// What an entry is called by.
    fn name(self) -> &'static str {
        match self {
            Section::Agents => "id",
            Section::Queues | Section::Webhooks => "name",
        }
    }

    /// What an entry of it is, in words.
    pub fn one(self) -> &'static str {
        match self {
            Section::Agents => "agent",
            Section::Queues => "queue",
            Section::Webhooks => "webhook",
        }
    }

    /// What may be changed of it; in this order it is written.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Section::Agents => &[
                "name",
                "password",
                "queues",
                "skills",
                "ring_for",
                "wrap_up",
                "max_tasks",
                "language",
                "supervisor",
                "auto_answer",
            ],
            Section::Queues => &[
                "strategy",
                "ring_for",
                "wrap_up",
                "max_callers",
                "max_wait",
                "unstaffed",
                "overflow",
                "service_level",
                "music",
                "comfort_prompt",
                "comfort_every",
                "position_every",
                "whisper",
                "recording",
                "waiting_keys",
                "affinity",
                "affinity_hold",
                "language_level",
                "relax_every",
                "wrap_up_codes",
                "messages_to",
                "thresholds",
                "monitor_notice",
                "survey",
            ],
            Section::Webhooks => &["url", "events", "secret", "numbers"],
        }
    }
}

/// Why a file can not be changed here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no TOML.
    #[error("the settings file is not well-formed: {0}")]
    Syntax(String),
    /// There is no such entry.
    #[error("the settings file has no such entry")]
    Unknown,
    /// It is one of a range, which stands in one entry.
    #[error("is one of the range `{0}`, which is one entry of the settings file")]
    Range(String),
    /// The section is written in a form that is none of ours.
    #[error("`{0}` is not written as a list of [[{0}]] in the settings file")]
    Form(&'static str),
}

/// A file that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// All of it.
    pub text: String,
    /// The place of the entry among those of its section.
    pub at: usize,
    /// It was not there before.
    pub new: bool,
}

/// Changes the entry of this name, or adds it at the end of its section. A field that is `null` is
/// taken out, so that its default holds; one that is not given stays as it is.
///
/// # Errors
/// [`EditError`].
pub fn put(
    text: &str,
    section: Section,
    name: &str,
    fields: &Map<String, Json>,
) -> Result<Edited, EditError> {
    let mut doc = parse(text)?;
    let found = find(&doc, section, name)?;
    if found.is_none() && section == Section::Queues && doc.get("queues").is_none() {
        // Without any there is one, on which lines may stand; with another one it would be gone.
        add(&mut doc, section, "support")?;
    }
    let found = match found {
        Some(at) => Some(at),
        None => find(&doc, section, name)?,
    };
    let (at, new) = match found {
        Some(at) => (at, false),
        None => (add(&mut doc, section, name)?, true),
    };
    let table = tables(&mut doc, section)?.get_mut(at);
    let table = table.ok_or(EditError::Unknown)?;
    let known = section
        .keys()
        .iter()
        .filter(|key| fields.contains_key(**key));
    for key in known {
        let new = fields.get(*key).unwrap_or(&Json::Null);
        match written(new) {
            Some(new) => set(table, key, new),
            None => drop(table.remove(key)),
        }
    }
    let password = fields.get("password").is_some_and(Json::is_string);
    if section == Section::Agents && password {
        // What they proved themselves with before.
        table.remove("ha1_md5");
        table.remove("ha1_sha256");
    }
    Ok(Edited {
        text: doc.to_string(),
        at,
        new,
    })
}

/// Takes the entry of this name out.
///
/// # Errors
/// [`EditError`].
pub fn remove(text: &str, section: Section, name: &str) -> Result<String, EditError> {
    let mut doc = parse(text)?;
    let at = find(&doc, section, name)?.ok_or(EditError::Unknown)?;
    let all = tables(&mut doc, section)?;
    all.remove(at);
    if all.is_empty() {
        // No entry at all would stand for those that are there for trying out.
        doc.insert(section.as_str(), value(Array::new()));
    }
    Ok(doc.to_string())
}

/// Which of these entries can not be changed here, and why.
pub fn fixed<'n>(
    text: &str,
    section: Section,
    names: impl IntoIterator<Item = &'n str>,
) -> Vec<(&'n str, EditError)> {
    let Ok(doc) = parse(text) else {
        return Vec::new();
    };
    let why = |name: &'n str| Some((name, find(&doc, section, name).err()?));
    names.into_iter().filter_map(why).collect()
}

/// A key like `agents[1].queues[0]` by the name of its entry: `agent ann: queues`.
pub fn by_name(text: &str, key: &str) -> Option<String> {
    let doc = parse(text).ok()?;
    let sections = [Section::Agents, Section::Queues, Section::Webhooks];
    sections.into_iter().find_map(|section| {
        let rest = key.strip_prefix(section.as_str())?.strip_prefix('[')?;
        let (at, field) = rest.split_once("].")?;
        let table = doc.get(section.as_str())?.as_array_of_tables()?;
        let name = table.get(at.parse().ok()?)?.get(section.name())?.as_str()?;
        let field = field.split('[').next().unwrap_or(field);
        Some(format!("{} {name}: {field}", section.one()))
    })
}

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    text.parse()
        .map_err(|e: toml_edit::TomlError| EditError::Syntax(e.message().to_owned()))
}

/// The place of an entry.
fn find(doc: &DocumentMut, section: Section, name: &str) -> Result<Option<usize>, EditError> {
    let all = match doc.get(section.as_str()) {
        None => return Ok(None),
        Some(Item::ArrayOfTables(all)) => all,
        Some(Item::Value(Value::Array(list))) if list.is_empty() => return Ok(None),
        Some(_) => return Err(EditError::Form(section.as_str())),
    };
    for (table, at) in all.iter().zip(0..) {
        let named = table.get(section.name()).and_then(Item::as_str);
        match named {
            Some(named) if named == name => return Ok(Some(at)),
            Some(range) if section == Section::Agents && is_in(range, name) => {
                return Err(EditError::Range(range.to_owned()));
            }
            Some(_) | None => {}
        }
    }
    Ok(None)
}

/// Whether a range like `agent01..agent20` has this one.
fn is_in(range: &str, name: &str) -> bool {
    let digits = |c: char| c.is_ascii_digit();
    let Some((first, last)) = range.split_once("..") else {
        return false;
    };
    let prefix = first.trim_end_matches(digits);
    let number = |t: &str| {
        let rest = t.strip_prefix(prefix)?;
        rest.chars().all(digits).then(|| rest.parse::<u32>().ok())?
    };
    let width = first.len() - prefix.len();
    match (number(first), number(last), number(name)) {
        (Some(low), Some(high), Some(n)) => {
            (low..=high).contains(&n) && name == format!("{prefix}{n:0width$}")
        }
        _ => false,
    }
}

fn tables(doc: &mut DocumentMut, section: Section) -> Result<&mut ArrayOfTables, EditError> {
    let empty = |item: &Item| item.as_array().is_some_and(Array::is_empty);
    if doc.get(section.as_str()).is_some_and(empty) {
        doc.remove(section.as_str());
    }
    let item = doc.entry(section.as_str());
    let item = item.or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    item.as_array_of_tables_mut()
        .ok_or(EditError::Form(section.as_str()))
}

/// Adds an entry that only has its name; its place.
fn add(doc: &mut DocumentMut, section: Section, name: &str) -> Result<usize, EditError> {
    let all = tables(doc, section)?;
    let mut table = Table::new();
    table.insert(section.name(), value(name));
    if !all.is_empty() {
        table.decor_mut().set_prefix("\n");
    }
    all.push(table);
    Ok(all.len() - 1)
}

/// In place of what was there, with the comment behind it.
fn set(table: &mut Table, key: &str, new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => drop(table.insert(key, value(new))),
    }
}

/// As TOML; `None`: nothing is written.
fn written(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(b) => Value::from(*b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::from(n),
            None => Value::from(n.as_f64().unwrap_or_default()),
        },
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(all) => Value::Array(all.iter().filter_map(written).collect()),
        // Nothing of ours has one; what is wrong with its text is told.
        Json::Object(_) => Value::from(json.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = "# Ours.\n[sip]\nrealm = \"x\" # as before\n\n[[queues]]\nname = \"support\"\nring_for = \"9s\" # short\n\n\
                        # The early shift\n[[agents]]\nid = \"ann\"   # Ann\npassword = \"one\"\nskills = [\"de\"]\n\n\
                        [[agents]]\nid = \"a01..a03\"\npassword = \"two\"\n\n[log]\nfilter = \"info\"\n";

    fn fields(json: Json) -> Map<String, Json> {
        json.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn one_entry_changes_and_all_else_stays_as_it_was_written() {
        let new = fields(json!({ "password": "three", "skills": null, "queues": ["support"] }));
        let edited = put(FILE, Section::Agents, "ann", &new).unwrap();
        assert_eq!((edited.at, edited.new), (0, false));
        let expected = FILE
            .replace("\"one\"", "\"three\"")
            .replace("skills = [\"de\"]", "queues = [\"support\"]");
        assert_eq!(edited.text, expected);
        let short = put(
            FILE,
            Section::Queues,
            "support",
            &fields(json!({ "ring_for": "20s" })),
        );
        let expected = FILE.replace("\"9s\" # short", "\"20s\" # short");
        assert_eq!(short.unwrap().text, expected);
    }

    #[test]
    fn a_new_one_comes_after_the_others_of_its_kind() {
        let new = fields(json!({ "password": "p", "supervisor": true, "shoe": 1 }));
        let edited = put(FILE, Section::Agents, "eve", &new).unwrap();
        assert_eq!((edited.at, edited.new), (2, true));
        let entry = "[[agents]]\nid = \"eve\"\npassword = \"p\"\nsupervisor = true\n";
        assert!(edited.text.contains(entry), "{}", edited.text);
        let (agents, log) = (edited.text.find(entry), edited.text.find("[log]"));
        assert!(agents < log, "{}", edited.text);
        assert!(edited.text.parse::<DocumentMut>().is_ok());
    }

    #[test]
    fn with_the_first_queue_the_one_that_was_there_without_is_written_down() {
        let edited = put("", Section::Queues, "sales", &Map::new()).unwrap();
        let expected = "[[queues]]\nname = \"support\"\n\n[[queues]]\nname = \"sales\"\n";
        assert_eq!((edited.text.as_str(), edited.at), (expected, 1));
        let new = fields(json!({ "ring_for": "9s" }));
        let edited = put("", Section::Queues, "support", &new).unwrap();
        assert_eq!(
            edited.text,
            "[[queues]]\nname = \"support\"\nring_for = \"9s\"\n"
        );
    }

    #[test]
    fn the_last_one_goes_without_those_for_trying_out_coming_back() {
        let file = "[[agents]]\nid = \"ann\"\npassword = \"p\"\n\n[log]\nfilter = \"info\"\n";
        let none = remove(file, Section::Agents, "ann").unwrap();
        let doc: DocumentMut = none.parse().unwrap();
        assert!(
            doc["agents"].as_array().is_some_and(Array::is_empty),
            "{none}"
        );
        assert_eq!(doc["log"]["filter"].as_str(), Some("info"));
        let again = put(&none, Section::Agents, "eve", &Map::new()).unwrap();
        assert!(
            again.text.contains("[[agents]]\nid = \"eve\""),
            "{}",
            again.text
        );
        let unknown = remove(FILE, Section::Webhooks, "crm");
        assert_eq!(unknown, Err(EditError::Unknown));
    }

    #[test]
    fn what_is_written_in_another_form_is_left_alone() {
        let range = put(FILE, Section::Agents, "a02", &Map::new());
        assert_eq!(range, Err(EditError::Range("a01..a03".to_owned())));
        for (name, there) in [("a01", true), ("a3", false), ("a04", false), ("b02", false)] {
            assert_eq!(is_in("a01..a03", name), there, "{name}");
        }
        let why = fixed(FILE, Section::Agents, ["ann", "a03"]);
        assert_eq!(why.len(), 1, "{why:?}");
        assert_eq!(why[0].0, "a03");
        let named = by_name(FILE, "agents[0].queues[2]");
        assert_eq!(named.as_deref(), Some("agent ann: queues"));
        assert_eq!(by_name(FILE, "sip.realm"), None);
        let inline = "agents = [{ id = \"ann\" }]\n";
        let form = put(inline, Section::Agents, "ann", &Map::new());
        assert_eq!(form, Err(EditError::Form("agents")));
        assert!(matches!(
            remove("a = ", Section::Agents, "ann"),
            Err(EditError::Syntax(_))
        ));
    }
}
