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
mod aside;
mod ask;
mod calendar;
mod callback;
mod choose;
mod compose;
mod dial;
mod flow;
pub mod format;
mod fragment;
mod guide;
mod known;
mod line;
mod nodes;
mod reach;
pub mod schema;
mod scope;
mod send;
mod slots;
pub(crate) mod source;
mod survey;
mod template;
mod variables;
mod words;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub use self::announce::{ZeroForm, announces};
pub use self::known::{Known, PromptFacts, Text};

use self::fragment::Fragments;
use self::source::Source;
use self::yaml::{At, Yaml};
use super::calendar::Calendar;
use super::mistake::{Mistake, Place, Severity};
use super::tree::Line;
use crate::ids::{CalendarName, Language, PromptName};

/// What of a file is kept beside its line, for whoever looks at the line later.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Where the line begins.
    pub line: Place,
    /// Where the nodes stand, in their order.
    pub nodes: Vec<Place>,
    /// What the file itself says is said in recordings, over their transcripts.
    pub texts: BTreeMap<(Language, PromptName), Vec<String>>,
}

/// All lines, none of which shares a number with another.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    lines: Vec<Arc<Line>>,
    origins: Vec<Origin>,
    by_number: HashMap<String, usize>,
    calendars: BTreeMap<CalendarName, Arc<Calendar>>,
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

    /// The calendars by name.
    pub fn calendars(&self) -> &BTreeMap<CalendarName, Arc<Calendar>> {
        &self.calendars
    }

    /// All of them with where they come from.
    pub fn with_origins(&self) -> impl Iterator<Item = (&Arc<Line>, &Origin)> {
        self.lines.iter().zip(&self.origins)
    }
}

/// Loads one line; `file` is what mistakes call it. Gives the line and warnings; calendars come by
/// [`load_all`].
pub fn load(file: &str, text: &str, known: &Known) -> Result<(Line, Vec<Mistake>), Vec<Mistake>> {
    let parsed = parse(0, file, text);
    if let (true, Ok(yaml)) = (parsed.is_calendar(), &parsed.yaml) {
        let mut src = Source::new(file, parsed.text);
        src.error(
            yaml.at,
            "this is a calendar, not a line",
            "begin the file with `line: NAME`",
        );
        return Err(src.mistakes);
    }
    let none = Fragments::new();
    let read = read(&parsed, known, &none);
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

/// Loads all lines and calendars: pairs of file name and text. The mistakes of all files come
/// together.
pub fn load_all<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    known: &Known,
) -> Result<Lines, Vec<Mistake>> {
    let files = parse_all(files);
    let (calendars, mut mistakes) = calendars(&files);
    let (fragments, mut wrong) = fragment::all(&files);
    mistakes.append(&mut wrong);
    let mut used: BTreeSet<String> = BTreeSet::new();
    let known = Known {
        calendars,
        ..known.clone()
    };
    let mut lines = Lines::default();
    let mut numbers: HashMap<String, (&str, usize)> = HashMap::new();
    let mut names: HashMap<String, &str> = HashMap::new();
    for parsed in files.iter().filter(|f| f.is_line()) {
        let file = parsed.file;
        let mut read = read(parsed, &known, &fragments);
        mistakes.append(&mut read.mistakes);
        used.append(&mut read.uses);
        for (number, mut place) in read.numbers {
            if let Some((other, line)) = numbers.get(&number) {
                place.what = format!("`{number}` already reaches the line of {other}:{line}");
                place.remedy = "each number reaches one line; remove it here or there".to_owned();
                mistakes.push(place);
            } else {
                numbers.insert(number, (file, place.line));
            }
        }
        if let Some((name, mut place)) = read.name {
            if let Some(other) = names.get(&name) {
                place.what = format!("the line `{name}` is also in {other}");
                place.remedy = "give each line a name of its own".to_owned();
                mistakes.push(place);
            } else {
                names.insert(name, file);
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
        return Err(once(mistakes));
    }
    for (name, fragment) in &fragments {
        if let Some(fragment) = fragment.as_ref().filter(|_| !used.contains(*name)) {
            mistakes.push(unused(name, fragment));
        }
    }
    let mistakes = once(mistakes);
    lines.calendars = known.calendars;
    lines.warnings = mistakes;
    Ok(lines)
}

/// What is wrong in a fragment is told for the first line that uses it only.
fn once(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    let mut told = BTreeSet::new();
    mistakes.retain(|m| match m.what.rsplit_once(" (used by ") {
        Some((what, _)) => told.insert((m.file.clone(), m.line, m.column, what.to_owned())),
        None => true,
    });
    mistakes
}

fn unused(name: &str, fragment: &fragment::Fragment<'_>) -> Mistake {
    let mut src = Source::new(fragment.file, fragment.text);
    src.is_file(fragment.at.file);
    src.mistake(
        Severity::Warning,
        fragment.at,
        format!("no line uses the fragment `{name}`"),
        format!("write `use: [{name}]` in one, or remove the file"),
    )
}

/// The calendars among the files: lines refer to them, so they are read first.
fn calendars(files: &[Parsed<'_>]) -> (BTreeMap<CalendarName, Arc<Calendar>>, Vec<Mistake>) {
    let mut calendars = BTreeMap::new();
    let mut mistakes = Vec::new();
    let mut names: HashMap<CalendarName, &str> = HashMap::new();
    for parsed in files.iter().filter(|f| f.is_calendar()) {
        let Ok(yaml) = &parsed.yaml else { continue };
        let mut src = Source::new(parsed.file, parsed.text);
        if let Some((calendar, mut place)) = calendar::read(&mut src, yaml) {
            let name = calendar.name.clone();
            if let Some(other) = names.insert(name.clone(), parsed.file) {
                place.what = format!("the calendar `{name}` is also in {other}");
                place.remedy = "give each calendar a name of its own".to_owned();
                src.mistakes.push(place);
            }
            calendars.insert(name, Arc::new(calendar));
        }
        src.mistakes.sort_by_key(|m| (m.line, m.column));
        mistakes.append(&mut src.mistakes);
    }
    (calendars, mistakes)
}

/// The languages that lines name at their top, whether there are prompts of them or not.
pub fn languages<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeSet<Language> {
    let mut all = BTreeSet::new();
    for (file, text) in files {
        if let Ok(yaml) = &parse(0, file, text).yaml {
            all.extend(line::named_languages(yaml));
        }
    }
    all
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
    let files = parse_all(files);
    let (fragments, _) = fragment::all(&files);
    for parsed in files.iter().filter(|f| f.is_line()) {
        let read = read(parsed, &known, &fragments);
        reads.extend(read.reads);
        let new = |t: &Text| seen.insert((t.language.clone(), t.text.clone()));
        all.extend(read.texts.into_iter().filter(new));
    }
    (all, reads)
}

/// One file, taken apart.
struct Parsed<'a> {
    /// The place among the files, from 1, of a fragment; else 0.
    index: u16,
    file: &'a str,
    text: &'a str,
    yaml: Result<Yaml, (At, String)>,
}

impl Parsed<'_> {
    fn is_calendar(&self) -> bool {
        self.yaml.as_ref().is_ok_and(calendar::is_calendar)
    }

    fn is_fragment(&self) -> bool {
        self.yaml.as_ref().is_ok_and(fragment::is_fragment)
    }

    /// What can not be read counts as a line, so that it is told.
    fn is_line(&self) -> bool {
        !self.is_calendar() && !self.is_fragment()
    }
}

fn parse_all<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Parsed<'a>> {
    let files = (1u16..).zip(files);
    files.map(|(i, (f, t))| parse(i, f, t)).collect()
}

fn parse<'a>(index: u16, file: &'a str, text: &'a str) -> Parsed<'a> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut yaml = yaml::parse(text);
    let fragment = yaml.as_ref().is_ok_and(fragment::is_fragment);
    let index = if fragment { index } else { 0 };
    if let Ok(yaml) = &mut yaml {
        yaml.stamp(index);
    }
    Parsed {
        index,
        file,
        text,
        yaml,
    }
}

/// What came of the file of a line. Without errors among the mistakes, the line is there.
struct Read {
    line: Option<Line>,
    mistakes: Vec<Mistake>,
    numbers: Vec<(String, Mistake)>,
    name: Option<(String, Mistake)>,
    texts: Vec<Text>,
    /// Languages in which values are read.
    reads: BTreeSet<Language>,
    origin: Origin,
    /// Fragments that it uses.
    uses: BTreeSet<String>,
}

fn read<'a>(parsed: &'a Parsed<'a>, known: &'a Known, fragments: &'a Fragments<'a>) -> Read {
    let mut src = Source::new(parsed.file, parsed.text);
    let mut out = Read {
        line: None,
        mistakes: Vec::new(),
        numbers: Vec::new(),
        name: None,
        texts: Vec::new(),
        reads: BTreeSet::new(),
        origin: Origin::default(),
        uses: BTreeSet::new(),
    };
    match &parsed.yaml {
        Ok(yaml) => out.line = line::read(&mut src, yaml, known, fragments, &mut out),
        Err((at, what)) => src.error(*at, what, yaml::hint(what, parsed.text, *at)),
    }
    out.mistakes = src.mistakes;
    (out.texts, out.reads) = (src.texts, src.reads);
    for (language, prompt, text) in src.said {
        let of = out.origin.texts.entry((language, prompt)).or_default();
        of.push(text);
    }
    let place = |m: &Mistake| (m.file != parsed.file, m.file.clone(), m.line, m.column);
    out.mistakes.sort_by_key(place);
    out
}

#[cfg(test)]
mod tests;
