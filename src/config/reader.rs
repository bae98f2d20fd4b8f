//! Reads values out of tables, noting every mistake and going on with the default.

use std::cell::RefCell;

use ::config::{Map, Value, ValueKind};

use super::locate::line_of;
use super::{Mistake, Place};
use crate::text::{either, nearest};

/// The mistakes so far.
pub(super) struct Told {
    file: Option<(String, String)>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl Told {
    pub fn new(file: Option<(String, String)>) -> Told {
        Told {
            file,
            mistakes: RefCell::new(Vec::new()),
        }
    }

    pub fn tell(&self, origin: Option<&str>, key: &str, what: String, remedy: String) {
        let mistake = self.mistake(origin, key, what, remedy);
        self.mistakes.borrow_mut().push(mistake);
    }

    fn mistake(&self, origin: Option<&str>, key: &str, what: String, remedy: String) -> Mistake {
        let place = match (origin, &self.file) {
            (Some(o), Some((name, text))) if o == name => Place::File {
                name: name.clone(),
                line: line_of(text, key),
            },
            (Some("the environment"), _) => {
                let name = key.to_uppercase().replace('.', "__");
                Place::Environment(format!("ZEROLINE__{name}"))
            }
            (Some(o), _) => Place::Flag(o.to_owned()),
            // Empty tables carry no origin.
            (None, Some((name, text))) if line_of(text, key).is_some() => Place::File {
                name: name.clone(),
                line: line_of(text, key),
            },
            (None, _) => Place::Nowhere,
        };
        Mistake {
            place,
            key: key.to_owned(),
            what,
            remedy,
        }
    }

    pub fn finish(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }
}

/// A table being read. What is left at the end was not known.
pub(super) struct Table<'t> {
    told: &'t Told,
    path: String,
    origin: Option<String>,
    left: Map<String, Value>,
    known: Vec<&'static str>,
    /// Where what has been taken came from.
    origins: Map<&'static str, String>,
}

/// What a parser gives: the value, or what it would have taken.
pub(super) type Parsed<T> = Result<T, String>;

impl<'t> Table<'t> {
    pub fn root(told: &'t Told, left: Map<String, Value>) -> Table<'t> {
        Table {
            told,
            path: String::new(),
            origin: None,
            left,
            known: Vec::new(),
            origins: Map::new(),
        }
    }

    /// The full path of a key in this table.
    pub fn key(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    /// Notes a mistake about a key that has been taken or is missing.
    pub fn tell(&self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let mistake = self.mistake(key, what, remedy);
        self.told.mistakes.borrow_mut().push(mistake);
    }

    /// A mistake about such a key that is seen only when more than the settings is read.
    pub fn mistake(
        &self,
        key: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Mistake {
        let origin = self.origins.get(key).or(self.origin.as_ref());
        let origin = origin.map(String::as_str);
        let key = self.key(key);
        self.told.mistake(origin, &key, what.into(), remedy.into())
    }

    pub fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        let value = self.left.remove(key)?;
        if let Some(origin) = value.origin() {
            self.origins.insert(key, origin.to_owned());
        }
        Some(value)
    }

    /// An optional value.
    pub fn opt<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        let value = self.take(key)?;
        let path = self.key(key);
        one(self.told, &path, &value, true, parse)
    }

    /// An optional value that is not repeated in messages.
    pub fn secret<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        let value = self.take(key)?;
        let path = self.key(key);
        one(self.told, &path, &value, false, parse)
    }

    /// A value with a default.
    pub fn get<T>(
        &mut self,
        key: &'static str,
        default: T,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> T {
        self.opt(key, parse).unwrap_or(default)
    }

    /// A value that must be there.
    pub fn need<T>(
        &mut self,
        key: &'static str,
        like: &str,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<T> {
        let misspelled = self.left.keys().any(|k| nearest(k, [key]).is_some());
        if !self.has(key) && !misspelled {
            self.tell(key, "is missing", format!("write `{key} = {like}`"));
        }
        self.opt(key, parse)
    }

    /// A list; text is split at commas. `None` as well where one of it does not fit.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<Vec<T>> {
        self.items(key, parse)?.into_iter().collect()
    }

    /// The same, with what does not fit as `None` in its place: the others can be looked at all the
    /// same.
    pub fn items<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<Vec<Option<T>>> {
        let value = self.take(key)?;
        let path = self.key(key);
        let items: Vec<Value> = match value.kind {
            ValueKind::Array(items) => items,
            ValueKind::String(ref text) => {
                let origin = value.origin().map(str::to_owned);
                let parts = text.split(',').map(str::trim).filter(|t| !t.is_empty());
                parts.map(|t| Value::new(origin.as_ref(), t)).collect()
            }
            _ => vec![value],
        };
        let parsed = items.iter().zip(0..);
        let parsed = parsed.map(|(v, i)| one(self.told, &format!("{path}[{i}]"), v, true, &parse));
        Some(parsed.collect())
    }

    /// A table within; empty when it is not there.
    pub fn table(&mut self, key: &'static str) -> Table<'t> {
        let value = self.take(key);
        let path = self.key(key);
        self.within(path, value)
    }

    /// A list of tables (`[[key]]`); `None` when there is no such key.
    pub fn tables(&mut self, key: &'static str) -> Option<Vec<Table<'t>>> {
        let value = self.take(key)?;
        let path = self.key(key);
        let origin = value.origin().map(str::to_owned);
        match value.kind {
            ValueKind::Array(items) => Some(
                items
                    .into_iter()
                    .zip(0..)
                    .map(|(v, i)| self.within(format!("{path}[{i}]"), Some(v)))
                    .collect(),
            ),
            _ => {
                let remedy = format!("write each as a section [[{path}]] in the file");
                let what = "must be a list of tables".to_owned();
                self.told.tell(origin.as_deref(), &path, what, remedy);
                None
            }
        }
    }

    fn within(&self, path: String, value: Option<Value>) -> Table<'t> {
        let mut origin = None;
        let mut left = Map::new();
        if let Some(value) = value {
            origin = value.origin().map(str::to_owned);
            match value.kind {
                // Tables carry no origin; that of any value in them will do.
                ValueKind::Table(values) => {
                    origin = origin.or(values.values().find_map(self::origin).map(str::to_owned));
                    left = values;
                }
                _ => {
                    let what = format!("must be a table, not {}", kind(&value.kind));
                    let remedy = format!("write it as a section [{path}]");
                    self.told.tell(origin.as_deref(), &path, what, remedy);
                }
            }
        }
        Table {
            told: self.told,
            path,
            origin: origin.or(self.origin.clone()),
            left,
            known: Vec::new(),
            origins: Map::new(),
        }
    }

    /// What is left is unknown.
    pub fn finish(self) {
        let mut left: Vec<(&String, &Value)> = self.left.iter().collect();
        left.sort_by_key(|(name, _)| *name);
        for (name, value) in left {
            let remedy = match nearest(name, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", either(&self.known)),
            };
            let origin = origin(value).or(self.origin.as_deref());
            let what = "there is no such setting".to_owned();
            self.told.tell(origin, &self.key(name), what, remedy);
        }
    }
}

/// Where a value came from; tables do not tell it themselves.
fn origin(value: &Value) -> Option<&str> {
    value.origin().or_else(|| match &value.kind {
        ValueKind::Table(values) => values.values().find_map(origin),
        _ => None,
    })
}

fn kind(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Nil => "nothing",
        ValueKind::Table(_) => "a table",
        ValueKind::Array(_) => "a list",
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::String(_) => "one value",
    }
}

fn one<T>(
    told: &Told,
    path: &str,
    value: &Value,
    show: bool,
    parse: impl Fn(&str) -> Parsed<T>,
) -> Option<T> {
    let text = match &value.kind {
        ValueKind::Nil | ValueKind::Table(_) | ValueKind::Array(_) => {
            let what = format!("must be one value, not {}", kind(&value.kind));
            told.tell(value.origin(), path, what, String::new());
            return None;
        }
        ValueKind::Boolean(b) => b.to_string(),
        ValueKind::I64(n) => n.to_string(),
        ValueKind::I128(n) => n.to_string(),
        ValueKind::U64(n) => n.to_string(),
        ValueKind::U128(n) => n.to_string(),
        ValueKind::Float(x) => x.to_string(),
        ValueKind::String(s) => s.trim().to_owned(),
    };
    match parse(&text) {
        Ok(value) => Some(value),
        Err(remedy) => {
            let what = if show {
                format!("`{text}` does not fit")
            } else {
                "the value does not fit".to_owned()
            };
            told.tell(value.origin(), path, what, remedy);
            None
        }
    }
}

// Parsers that several sections use. The error is what they would have taken.

pub(super) fn text(t: &str) -> Parsed<String> {
    match t {
        "" => Err("write some text".to_owned()),
        t if t.len() > 1024 || t.chars().any(char::is_control) => {
            Err("at most 1024 bytes, no control characters".to_owned())
        }
        t => Ok(t.to_owned()),
    }
}

/// A name that menus, URIs and file names can carry.
pub(super) fn name(t: &str) -> Parsed<String> {
    let good = (1..=64).contains(&t.len())
        && t.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if good {
        Ok(t.to_owned())
    } else {
        Err("use letters, digits, - _ and . (at most 64)".to_owned())
    }
}

pub(super) fn flag(t: &str) -> Parsed<bool> {
    match t {
        "true" | "yes" | "on" => Ok(true),
        "false" | "no" | "off" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

/// A number within bounds.
pub(super) fn number(min: usize, max: usize) -> impl Fn(&str) -> Parsed<usize> {
    move |t| match t.parse() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        Ok(_) | Err(_) => Err(format!("write a whole number from {min} to {max}")),
    }
}

/// A duration within bounds.
pub(super) fn duration(
    min: &'static str,
    max: &'static str,
) -> impl Fn(&str) -> Parsed<std::time::Duration> {
    use crate::text::parse_duration;
    move |t| match (parse_duration(t), parse_duration(min), parse_duration(max)) {
        (Some(d), Some(low), Some(high)) if (low..=high).contains(&d) => Ok(d),
        _ => Err(format!(
            "write a time from {min} to {max}, like `30s` or `2m`"
        )),
    }
}

/// One of a few words.
pub(super) fn choice<T: Copy>(options: &'static [(&'static str, T)]) -> impl Fn(&str) -> Parsed<T> {
    move |t| {
        let found = options.iter().find(|(word, _)| *word == t);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<&str> = options.iter().map(|(word, _)| *word).collect();
            format!("write {}", either(&words))
        })
    }
}
