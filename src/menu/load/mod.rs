//! From the text of menu files to checked lines, all mistakes at once.
//!
//! ```yaml
//! line: support                 # its name
//! label: Northwind support      # what agents and reports show
//! languages: [en, de]           # the first is the one that calls begin with
//! numbers: ["100"]              # what is dialled to reach it
//! human: support                # the queue behind 0
//! start: welcome                # where a call begins
//! wait: 5s                      # silence after a prompt that counts as a failed try
//! tries: 2                      # failed tries, then a person (1–3)
//! nodes:
//!   welcome:
//!     menu:
//!       greeting: { en: "Welcome to Northwind.", de: "Willkommen bei Northwind." }
//!       options:
//!         1: { say: { en: "our opening hours", de: "unsere Öffnungszeiten" }, go: hours }
//!   hours:
//!     say: { prompt: northwind-hours, go: back }
//! ```
//!
//! `go` takes a node, or `human`, `back` or `repeat`; without it the way leads to a person.

mod announce;
mod ask;
mod choose;
mod compose;
mod flow;
mod nodes;
mod reach;
mod source;
mod template;
mod variables;
mod words;
mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use self::nodes::Defaults;
use self::source::{Fields, Source};
use self::yaml::{At, Data, Yaml};
use super::calendar::Calendar;
use super::mistake::{Mistake, Severity};
use super::tree::{LanguageId, Line, NodeId, Target, VariableId};
use super::value::Variable;
use crate::ids::{CalendarName, Language, LineName, NodeName, PromptName, QueueName};
use crate::text::{nearest, parse_duration};

/// Words that `go` knows; no node can be called like that.
const RESERVED: [&str; 3] = ["human", "back", "repeat"];
/// More nodes are refused.
const MAX_NODES: usize = 10_000;

/// Most languages of a line.
const MAX_LANGUAGES: usize = 16;

/// What menu files may refer to.
#[derive(Clone, Debug)]
pub struct Known {
    /// The language of lines that do not say theirs.
    pub language: Language,
    /// Prompts by language, those that speech engines made included.
    pub prompts: BTreeMap<Language, BTreeMap<PromptName, PromptFacts>>,
    /// Queues.
    pub queues: BTreeSet<QueueName>,
    /// Opening hours.
    pub calendars: BTreeMap<CalendarName, Arc<Calendar>>,
    /// Text that nobody has said yet is taken: its voice comes later. See [`texts`].
    pub voiceless: bool,
}

impl Default for Known {
    fn default() -> Known {
        Known {
            language: Language::new("en"),
            prompts: BTreeMap::new(),
            queues: BTreeSet::new(),
            calendars: BTreeMap::new(),
            voiceless: false,
        }
    }
}

impl Known {
    fn facts(&self, language: &Language, name: &PromptName) -> Option<&PromptFacts> {
        self.prompts.get(language)?.get(name)
    }

    /// Whether some language has a recording of that name.
    fn has_prompt(&self, name: &str) -> bool {
        let name = PromptName::new(name);
        self.prompts.values().any(|all| all.contains_key(&name))
    }
}

/// A text of a menu file that a speech engine has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In which language.
    pub language: Language,
    /// What.
    pub text: String,
    /// Where it stands.
    pub file: String,
    /// In which line, from 1.
    pub line: usize,
}

/// What is known about a recorded prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromptFacts {
    /// What is said in it.
    pub transcript: Option<String>,
    /// How long it is.
    pub length: Option<Duration>,
}

/// All lines, none of which shares a number with another.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    lines: Vec<Arc<Line>>,
    by_number: HashMap<String, usize>,
    /// What the operator should know, although everything loads.
    pub warnings: Vec<Mistake>,
}

impl Lines {
    /// The line behind a dialled number.
    pub fn by_number(&self, number: &str) -> Option<&Arc<Line>> {
        self.lines.get(*self.by_number.get(number)?)
    }

    /// All of them, in the order of loading.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Line>> {
        self.lines.iter()
    }
}

/// Loads one line; `file` is what mistakes call it. Gives the line and warnings.
pub fn load(file: &str, text: &str, known: &Known) -> Result<(Line, Vec<Mistake>), Vec<Mistake>> {
    let read = read(file, text, known);
    match read.line {
        Some(line)
            if read
                .mistakes
                .iter()
                .all(|m| m.severity == Severity::Warning) =>
        {
            Ok((line, read.mistakes))
        }
        Some(_) | None => Err(read.mistakes),
    }
}

/// Loads all lines: pairs of file name and text. The mistakes of all files come together.
pub fn load_all<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    known: &Known,
) -> Result<Lines, Vec<Mistake>> {
    let mut lines = Lines::default();
    let mut mistakes = Vec::new();
    let mut numbers: HashMap<String, (String, usize)> = HashMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for (file, text) in files {
        let mut read = read(file, text, known);
        mistakes.append(&mut read.mistakes);
        for (number, mut place) in read.numbers {
            if let Some((other, line)) = numbers.get(&number) {
                place.what = format!("`{number}` already reaches the line of {other}:{line}");
                place.remedy = "each number reaches one line; remove it here or there".to_owned();
                mistakes.push(place);
            } else {
                numbers.insert(number, (file.to_owned(), place.line));
            }
        }
        if let Some((name, mut place)) = read.name {
            if let Some(other) = names.get(&name) {
                place.what = format!("the line `{name}` is also in {other}");
                place.remedy = "give each line a name of its own".to_owned();
                mistakes.push(place);
            } else {
                names.insert(name, file.to_owned());
            }
        }
        if let Some(line) = read.line {
            let index = lines.lines.len();
            let numbers = line.numbers.iter().cloned();
            lines.by_number.extend(numbers.map(|n| (n, index)));
            lines.lines.push(Arc::new(line));
        }
    }
    if mistakes.iter().any(|m| m.severity == Severity::Error) {
        return Err(mistakes);
    }
    lines.warnings = mistakes;
    Ok(lines)
}

/// The texts of menu files that need a voice, each once per language, and the languages in which
/// values are read: their vocabulary ([`super::say::vocabulary`]) is needed as well. Mistakes are
/// left to [`load_all`].
pub fn texts<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    known: &Known,
) -> (Vec<Text>, BTreeSet<Language>) {
    let known = Known {
        voiceless: true,
        ..known.clone()
    };
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    let mut reads = BTreeSet::new();
    for (file, text) in files {
        let read = read(file, text, &known);
        reads.extend(read.reads);
        let new = |t: &Text| seen.insert((t.language.clone(), t.text.clone()));
        all.extend(read.texts.into_iter().filter(new));
    }
    (all, reads)
}

/// What came of one file. Without errors among the mistakes, the line is there.
struct Read {
    line: Option<Line>,
    mistakes: Vec<Mistake>,
    numbers: Vec<(String, Mistake)>,
    name: Option<(String, Mistake)>,
    texts: Vec<Text>,
    /// Languages in which values are read.
    reads: BTreeSet<Language>,
}

/// What the nodes refer to.
struct Context<'k> {
    known: &'k Known,
    names: HashMap<&'k str, NodeId>,
    languages: Vec<Language>,
    variables: Vec<Variable>,
    /// The line's own opening hours.
    calendar: Option<Arc<Calendar>>,
    defaults: Defaults,
}

fn read(file: &str, text: &str, known: &Known) -> Read {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut src = Source::new(file, text);
    let mut out = Read {
        line: None,
        mistakes: Vec::new(),
        numbers: Vec::new(),
        name: None,
        texts: Vec::new(),
        reads: BTreeSet::new(),
    };
    match yaml::parse(text) {
        Ok(yaml) => out.line = read_line(&mut src, &yaml, known, &mut out),
        Err((at, what)) => src.error(at, what, "mend this first; what follows was not read"),
    }
    out.mistakes = src.mistakes;
    (out.texts, out.reads) = (src.texts, src.reads);
    out.mistakes.sort_by_key(|m| (m.line, m.column));
    out
}

fn read_line(src: &mut Source<'_>, yaml: &Yaml, known: &Known, out: &mut Read) -> Option<Line> {
    let mut top = Fields::new(src, yaml, "the file", "line: support")?;
    let name = top.need(src, "line", "support");
    let name = name.and_then(|y| {
        let name = src.value(y, "line", "support", word)?;
        let place = src.mistake(Severity::Error, y.at, String::new(), String::new());
        out.name = Some((name.clone(), place));
        Some(name)
    });
    let label = top.take("label");
    let label = label.and_then(|y| src.text(y, "label", "Northwind support"));
    let languages = read_languages(src, top.take("languages"), known);
    let numbers = top.need(src, "numbers", "[\"100\"]");
    let numbers = numbers
        .map(|y| read_numbers(src, y, out))
        .unwrap_or_default();
    let human = top.need(src, "human", "support");
    let human = human.and_then(|y| queue(src, y, "human", known));
    let calendar = top.take("calendar");
    let calendar = calendar.and_then(|y| choose::calendar(src, y, "calendar", known));
    let defaults = Defaults {
        wait: nodes::wait(src, top.take("wait"), "wait", Duration::from_secs(5)),
        tries: nodes::tries(src, top.take("tries"), 2),
    };
    let start = top.need(src, "start", "welcome");
    let nodes = top.need(src, "nodes", "…");
    top.finish(src);

    let mut nodes = Fields::new(src, nodes?, "`nodes`", "welcome: { menu: … }")?;
    let nodes = nodes.take_all();
    if nodes.len() > MAX_NODES {
        src.error(
            yaml.at,
            format!("more than {MAX_NODES} nodes"),
            "split the line",
        );
        return None;
    }
    let names = nodes.iter().zip(0u16..);
    let cx = Context {
        known,
        languages,
        variables: variables::declared(src, &nodes),
        calendar,
        names: names.map(|((name, _, _), i)| (*name, NodeId(i))).collect(),
        defaults,
    };
    let start = start.and_then(|y| {
        let name = src.text(y, "start", "welcome")?;
        let found = cx.names.get(name).copied();
        if found.is_none() {
            src.error(y.at, no_node(name), cx.other_node(name, &[]));
        }
        found
    });
    let mut read = Vec::with_capacity(nodes.len());
    let mut uses = Vec::with_capacity(nodes.len());
    for (name, at, yaml) in &nodes {
        if RESERVED.contains(name) || word(name).is_none() {
            src.error(
                *at,
                format!("a node can not be called `{name}`"),
                "use letters, digits, - and _; not human, back or repeat",
            );
        }
        read.push(nodes::node(src, &cx, NodeName::new(name), *at, yaml));
        uses.push(std::mem::take(&mut src.uses));
    }
    let complete: Option<Vec<_>> = read.into_iter().collect();
    let (name, start, human) = (name?, start?, human?);
    let line = Line {
        label: label.map_or_else(|| name.clone(), str::to_owned),
        name: LineName::new(name),
        numbers,
        languages: cx.languages,
        human,
        start,
        nodes: complete?,
        variables: cx.variables,
    };
    let places: Vec<At> = nodes.iter().map(|(_, at, _)| *at).collect();
    reach::check(src, &line, &places);
    flow::check(src, &line, &uses);
    Some(line)
}

fn read_languages(src: &mut Source<'_>, yaml: Option<&Yaml>, known: &Known) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    for y in yaml.map(nodes::items).unwrap_or_default() {
        let Some(tag) = src.text(y, "languages", "[en, de]") else {
            continue;
        };
        let language = Language::new(tag);
        let there = known.prompts.keys().map(Language::as_str);
        if !known.prompts.contains_key(&language) {
            let remedy = match nearest(tag, there.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "there are: {}; make the folder `{tag}` in the prompt folder for another",
                    there.collect::<Vec<_>>().join(", ")
                ),
            };
            src.error(y.at, format!("no prompts of the language `{tag}` are there"), remedy);
        } else if languages.contains(&language) {
            src.error(y.at, format!("`{tag}` is there twice"), "remove one");
        } else if languages.len() == MAX_LANGUAGES {
            src.error(y.at, format!("more than {MAX_LANGUAGES} languages"), "split the line");
            break;
        } else {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        if let Some(y) = yaml.filter(|y| nodes::items(y).is_empty()) {
            src.error(y.at, "a line without a language", "write `languages: [en]`");
        }
        languages.push(known.language.clone());
    }
    languages
}

fn read_numbers(src: &mut Source<'_>, yaml: &Yaml, out: &mut Read) -> Vec<String> {
    let items: Vec<&Yaml> = match &yaml.data {
        Data::List(items) => items.iter().collect(),
        Data::Scalar { .. } | Data::Map(_) => vec![yaml],
    };
    if items.is_empty() {
        src.error(
            yaml.at,
            "nothing can be dialled to reach this line",
            "add a number",
        );
    }
    let mut numbers = Vec::new();
    for y in items {
        let Some(n) = src.value(y, "numbers", "[\"100\", \"+4930901820\"]", dialled) else {
            continue;
        };
        if numbers.contains(&n) {
            src.error(y.at, format!("`{n}` is there twice"), "remove one");
            continue;
        }
        let place = src.mistake(Severity::Error, y.at, String::new(), String::new());
        out.numbers.push((n.clone(), place));
        numbers.push(n);
    }
    numbers
}

/// The user part of a SIP address: digits, letters and the marks of RFC 3261 §25.1 in use.
fn dialled(text: &str) -> Option<String> {
    let good = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-_.*#".contains(c));
    good.then(|| text.to_owned())
}

/// A name: letters, digits, `-`, `_`.
fn word(text: &str) -> Option<String> {
    let good = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_".contains(c));
    good.then(|| text.to_owned())
}

fn no_node(name: &str) -> String {
    format!("`{name}` is not a node of this line")
}

impl Context<'_> {
    fn languages(&self) -> impl Iterator<Item = (LanguageId, &Language)> {
        (0u8..).map(LanguageId).zip(&self.languages)
    }

    fn language(&self, tag: &str) -> Option<LanguageId> {
        self.languages().find(|(_, l)| l.as_str() == tag).map(|(id, _)| id)
    }

    fn variable(&self, name: &str) -> Option<VariableId> {
        let ids = (0u16..).map(VariableId);
        let mut found = ids.zip(&self.variables).filter(|(_, v)| v.name == name);
        found.next().map(|(id, _)| id)
    }

    fn other_node(&self, name: &str, more: &[&str]) -> String {
        let mut names: Vec<&str> = self
            .names
            .keys()
            .copied()
            .chain(more.iter().copied())
            .collect();
        names.sort_unstable();
        match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.len() <= 12 => format!("there are: {}", names.join(", ")),
            None => "write a node under `nodes` by this name, or another name here".to_owned(),
        }
    }

    /// What `go` leads to; nothing written leads to a person.
    fn target(&self, src: &mut Source<'_>, yaml: Option<&Yaml>) -> Option<Target> {
        let Some(yaml) = yaml else {
            return Some(Target::Human);
        };
        match src.text(yaml, "go", "welcome")? {
            "human" => Some(Target::Human),
            "back" => Some(Target::Back),
            "repeat" => Some(Target::Repeat),
            name => {
                let found = self.names.get(name).map(|id| Target::Node(*id));
                if found.is_none() {
                    src.error(yaml.at, no_node(name), self.other_node(name, &RESERVED));
                }
                found
            }
        }
    }
}

fn queue(src: &mut Source<'_>, yaml: &Yaml, key: &str, known: &Known) -> Option<QueueName> {
    let name = src.text(yaml, key, "support")?;
    let found = known.queues.get(&QueueName::new(name)).cloned();
    if found.is_none() {
        let names: Vec<&str> = known.queues.iter().map(QueueName::as_str).collect();
        let remedy = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "configure one under [[queues]]".to_owned(),
            None => format!(
                "there are: {}; more come under [[queues]]",
                names.join(", ")
            ),
        };
        src.error(yaml.at, format!("`{name}` is not a queue"), remedy);
    }
    found
}

fn duration(text: &str) -> Option<Duration> {
    parse_duration(text)
}

#[cfg(test)]
mod tests;
