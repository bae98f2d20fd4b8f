//! The file being read, its mistakes so far, and mappings whose keys are all accounted for.

use std::collections::BTreeSet;

use super::known::Text;
use super::yaml::{At, Data, Yaml};
use crate::ids::{Language, PromptName};
use crate::menu::mistake::{Mistake, Place, Severity};
use crate::menu::tree::{Piece, VariableId};
use crate::text::{either, nearest};

/// One file and what was found wrong in it.
pub(crate) struct Source<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    /// What [`At::file`] is here.
    index: u16,
    /// Files of fragments that this one uses.
    brought: Vec<Brought<'a>>,
    pub mistakes: Vec<Mistake>,
    /// Texts that a speech engine has to say.
    pub texts: Vec<Text>,
    /// Values that are needed, and where.
    pub uses: Vec<(VariableId, At)>,
    /// Languages whose numbers can not be read: told once.
    pub unread: BTreeSet<Language>,
    /// Languages in which values are read.
    pub reads: BTreeSet<Language>,
    /// What the file itself says is said in a recording.
    pub said: Vec<(Language, PromptName, String)>,
}

/// The file of a fragment.
struct Brought<'a> {
    index: u16,
    file: &'a str,
    lines: Vec<&'a str>,
    /// Where it is used.
    by: usize,
}

impl<'a> Source<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Source<'a> {
        Source {
            file,
            lines: text.lines().collect(),
            index: 0,
            brought: Vec::new(),
            mistakes: Vec::new(),
            texts: Vec::new(),
            uses: Vec::new(),
            unread: BTreeSet::new(),
            reads: BTreeSet::new(),
            said: Vec::new(),
        }
    }

    /// This is the file of a fragment.
    pub fn is_file(&mut self, index: u16) {
        self.index = index;
    }

    /// From here on places in the file of a fragment may be spoken of, which is used at `by`.
    pub fn brings(&mut self, index: u16, file: &'a str, text: &'a str, by: At) {
        self.brought.push(Brought {
            index,
            file,
            lines: text.lines().collect(),
            by: by.line,
        });
    }

    fn brought(&self, at: At) -> Option<&Brought<'a>> {
        let all = self.brought.iter();
        all.filter(|_| at.file != self.index)
            .find(|b| b.index == at.file)
    }

    /// A speech engine has to say this.
    pub fn wants_voice(&mut self, language: &Language, text: &str, at: At) {
        let file = self.brought(at).map_or(self.file, |b| b.file);
        self.texts.push(Text {
            language: language.clone(),
            text: text.to_owned(),
            file: file.to_owned(),
            line: at.line,
        });
    }

    /// The file says what is said in a recording.
    pub fn says(&mut self, language: &Language, piece: &Piece, text: &str) {
        if let Piece::Prompt(name) = piece {
            let said = (language.clone(), name.clone(), text.to_owned());
            self.said.push(said);
        }
    }

    pub fn place(&self, at: At) -> Place {
        let brought = self.brought(at);
        let (file, lines) = brought.map_or((self.file, &self.lines), |b| (b.file, &b.lines));
        let source = at.line.checked_sub(1).and_then(|i| lines.get(i));
        Place {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            width: at.width,
            source: source.copied().unwrap_or_default().to_owned(),
        }
    }

    pub fn mistake(&self, severity: Severity, at: At, what: String, remedy: String) -> Mistake {
        let what = match self.brought(at) {
            Some(b) => format!("{what} (used by {}:{})", self.file, b.by),
            None => what,
        };
        self.place(at).mistake(severity, what, remedy)
    }

    pub fn error(&mut self, at: At, what: impl Into<String>, remedy: impl Into<String>) {
        let m = self.mistake(Severity::Error, at, what.into(), remedy.into());
        self.mistakes.push(m);
    }

    pub fn warn(&mut self, at: At, what: impl Into<String>, remedy: impl Into<String>) {
        let m = self.mistake(Severity::Warning, at, what.into(), remedy.into());
        self.mistakes.push(m);
    }

    /// The text of a scalar, or a mistake.
    pub fn text<'y>(&mut self, yaml: &'y Yaml, key: &str, like: &str) -> Option<&'y str> {
        let text = yaml.text();
        if text.is_none() {
            self.error(
                yaml.at,
                format!("`{key}` must be text, not {}", yaml.kind()),
                format!("write it like `{key}: {like}`"),
            );
        }
        text
    }

    /// A scalar read by `parse`, or a mistake.
    pub fn value<T>(
        &mut self,
        yaml: &Yaml,
        key: &str,
        like: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(yaml, key, like)?;
        let value = parse(text);
        if value.is_none() {
            self.error(
                yaml.at,
                format!("`{text}` does not fit `{key}`"),
                format!("write it like `{key}: {like}`"),
            );
        }
        value
    }

    /// `yes`/`no`.
    pub fn flag(&mut self, yaml: Option<&Yaml>, key: &str, default: bool) -> bool {
        let parse = |t: &str| match t {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        };
        yaml.and_then(|y| self.value(y, key, "true", parse))
            .unwrap_or(default)
    }
}

/// A mapping, key by key. What is left at the end was not known.
pub(crate) struct Fields<'y> {
    pub at: At,
    of: String,
    left: Vec<(&'y str, At, &'y Yaml)>,
    known: Vec<String>,
}

impl<'y> Fields<'y> {
    /// The mapping called `of`; keys given twice are mistakes.
    pub fn new(src: &mut Source<'_>, yaml: &'y Yaml, of: &str, like: &str) -> Option<Fields<'y>> {
        let Data::Map(pairs) = &yaml.data else {
            src.error(
                yaml.at,
                format!("{of} must be a mapping, not {}", yaml.kind()),
                format!("write it like `{like}`"),
            );
            return None;
        };
        let mut left: Vec<(&'y str, At, &'y Yaml)> = Vec::new();
        for (key, value) in pairs {
            let Some(name) = key.text() else {
                src.error(key.at, format!("a key of {of} must be text"), "");
                continue;
            };
            match left.iter().find(|(n, _, _)| *n == name) {
                Some((_, first, _)) => {
                    let line = first.line;
                    src.error(
                        key.at,
                        format!("`{name}` is there twice"),
                        format!("the first is in line {line}; remove one"),
                    );
                }
                None => left.push((name, key.at, value)),
            }
        }
        Some(Fields {
            at: yaml.at,
            of: of.to_owned(),
            left,
            known: Vec::new(),
        })
    }

    /// The value under a key, and from now on the key is known.
    pub fn take(&mut self, key: &'static str) -> Option<&'y Yaml> {
        self.take_with_key(key).map(|(_, value)| value)
    }

    /// The same for a key that the file itself made one: a language.
    pub fn take_named(&mut self, key: &str) -> Option<&'y Yaml> {
        self.take_with_key(key).map(|(_, value)| value)
    }

    /// The same with the place of the key.
    pub fn take_with_key(&mut self, key: &str) -> Option<(At, &'y Yaml)> {
        self.known.push(key.to_owned());
        let i = self.left.iter().position(|(n, _, _)| *n == key)?;
        let (_, at, value) = self.left.remove(i);
        Some((at, value))
    }

    /// The value under a key that must be there.
    pub fn need(
        &mut self,
        src: &mut Source<'_>,
        key: &'static str,
        like: &str,
    ) -> Option<&'y Yaml> {
        let value = self.take(key);
        if value.is_none() {
            // A misspelled key is told as such by `finish`.
            let misspelled = self
                .left
                .iter()
                .any(|(n, _, _)| nearest(n, [key]).is_some());
            if !misspelled {
                src.error(
                    self.at,
                    format!("{} has no `{key}`", self.of),
                    format!("add `{key}: {like}`"),
                );
            }
        }
        value
    }

    /// All keys, in the order of the file, when they are names of the operator's.
    pub fn take_all(&mut self) -> Vec<(&'y str, At, &'y Yaml)> {
        std::mem::take(&mut self.left)
    }

    /// What is left is unknown.
    pub fn finish(self, src: &mut Source<'_>) {
        #[cfg(test)]
        asked(&self.of, &self.known);
        for (name, at, _) in &self.left {
            let remedy = match nearest(name, self.known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "known here: {}",
                    either(&self.known.iter().map(String::as_str).collect::<Vec<_>>())
                ),
            };
            src.error(
                at.to_owned(),
                format!("{} has no key `{name}`", self.of),
                remedy,
            );
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Every key that was asked for, by what mistakes call its mapping: for the test of the schema.
    pub(super) static ASKED: std::cell::RefCell<std::collections::BTreeMap<String, BTreeSet<String>>> =
        const { std::cell::RefCell::new(std::collections::BTreeMap::new()) };
}

#[cfg(test)]
fn asked(of: &str, known: &[String]) {
    ASKED.with_borrow_mut(|all| {
        all.entry(of.to_owned())
            .or_default()
            .extend(known.iter().cloned());
    });
}
