//! From the text of menu files to checked lines, all mistakes at once.
//!
//! ```yaml
//! line: support                 # its name
//! label: Northwind support      # what agents and reports show
//! numbers: ["100"]              # what is dialled to reach it
//! human: support                # the queue behind 0
//! start: welcome                # where a call begins
//! wait: 5s                      # silence after a prompt that counts as a failed try
//! tries: 2                      # failed tries, then a person (1–3)
//! nodes:
//!   welcome:
//!     menu:
//!       greeting: { prompt: northwind-welcome }
//!       options:
//!         1: { say: { prompt: northwind-opt-hours }, go: hours }
//!   hours:
//!     say: { prompt: northwind-hours, go: back }
//! ```
//!
//! `go` takes a node, or `human`, `back` or `repeat`; without it the way leads to a person.

mod nodes;
mod reach;
mod source;
mod speech;
mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use self::nodes::Defaults;
use self::source::{Fields, Source};
pub use self::speech::{ZeroForm, announces};
use self::yaml::{At, Data, Yaml};
use super::mistake::{Mistake, Place, Severity};
use super::tree::{Line, NodeId, Target};
use crate::ids::{LineName, NodeName, PromptName, QueueName};
use crate::text::{nearest, parse_duration};

/// Words that `go` knows; no node can be called like that.
const RESERVED: [&str; 3] = ["human", "back", "repeat"];
/// More nodes are refused.
const MAX_NODES: usize = 10_000;

/// What menu files may refer to.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The language whose prompts are loaded.
    pub language: String,
    /// Recorded prompts.
    pub prompts: BTreeMap<PromptName, PromptFacts>,
    /// Queues.
    pub queues: BTreeSet<QueueName>,
}

/// What is known about a recorded prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromptFacts {
    /// What is said in it.
    pub transcript: Option<String>,
    /// How long it is.
    pub length: Option<Duration>,
}

/// What of a file is kept beside its line, for whoever looks at the line later.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Where the line begins.
    pub line: Place,
    /// Where the nodes stand, in their order.
    pub nodes: Vec<Place>,
    /// What the file itself says is said in recordings, over their transcripts.
    pub texts: BTreeMap<PromptName, Vec<String>>,
}

/// All lines, none of which shares a number with another.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    lines: Vec<Arc<Line>>,
    origins: Vec<Origin>,
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

    /// All of them with where they come from.
    pub fn with_origins(&self) -> impl Iterator<Item = (&Arc<Line>, &Origin)> {
        self.lines.iter().zip(&self.origins)
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
            lines.origins.push(read.origin);
        }
    }
    if mistakes.iter().any(|m| m.severity == Severity::Error) {
        return Err(mistakes);
    }
    lines.warnings = mistakes;
    Ok(lines)
}

/// What came of one file. Without errors among the mistakes, the line is there.
struct Read {
    line: Option<Line>,
    mistakes: Vec<Mistake>,
    numbers: Vec<(String, Mistake)>,
    name: Option<(String, Mistake)>,
    origin: Origin,
}

/// What the nodes refer to.
struct Context<'k> {
    known: &'k Known,
    names: HashMap<&'k str, NodeId>,
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
        origin: Origin::default(),
    };
    match yaml::parse(text) {
        Ok(yaml) => out.line = read_line(&mut src, &yaml, known, &mut out),
        Err((at, what)) => src.error(at, what, "mend this first; what follows was not read"),
    }
    out.mistakes = src.mistakes;
    for (prompt, text) in src.texts {
        out.origin.texts.entry(prompt).or_default().push(text);
    }
    out.mistakes.sort_by_key(|m| (m.line, m.column));
    out
}

fn read_line(src: &mut Source<'_>, yaml: &Yaml, known: &Known, out: &mut Read) -> Option<Line> {
    let mut top = Fields::new(src, yaml, "the file", "line: support")?;
    let name = top.need(src, "line", "support");
    let name = name.and_then(|y| {
        let name = src.value(y, "line", "support", word)?;
        let place = src.mistake(Severity::Error, y.at, String::new(), String::new());
        out.origin.line = src.place(y.at);
        out.name = Some((name.clone(), place));
        Some(name)
    });
    let label = top.take("label");
    let label = label.and_then(|y| src.text(y, "label", "Northwind support"));
    if let Some(y) = top.take("language") {
        let language = src.text(y, "language", &known.language);
        if language.is_some_and(|l| l != known.language) {
            let (l, remedy) = (language.unwrap_or_default(), &known.language);
            src.error(
                y.at,
                format!("no prompts of the language `{l}` are loaded"),
                format!("write `language: {remedy}`, or set prompts.language"),
            );
        }
    }
    let numbers = top.need(src, "numbers", "[\"100\"]");
    let numbers = numbers
        .map(|y| read_numbers(src, y, out))
        .unwrap_or_default();
    let human = top.need(src, "human", "support");
    let human = human.and_then(|y| queue(src, y, "human", known));
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
    for (name, at, yaml) in &nodes {
        if RESERVED.contains(name) || word(name).is_none() {
            src.error(
                *at,
                format!("a node can not be called `{name}`"),
                "use letters, digits, - and _; not human, back or repeat",
            );
        }
        read.push(nodes::node(src, &cx, NodeName::new(name), *at, yaml));
    }
    let complete: Option<Vec<_>> = read.into_iter().collect();
    let (name, start, human) = (name?, start?, human?);
    let line = Line {
        label: label.map_or_else(|| name.clone(), str::to_owned),
        name: LineName::new(name),
        numbers,
        language: known.language.clone(),
        human,
        start,
        nodes: complete?,
    };
    let places: Vec<At> = nodes.iter().map(|(_, at, _)| *at).collect();
    reach::check(src, &line, &places);
    out.origin.nodes = places.iter().map(|at| src.place(*at)).collect();
    Some(line)
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
