//! The top of a line's file, and what its nodes refer to.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::fragment::{self, Fragments};
use super::known::Known;
use super::nodes::{self, Defaults};
use super::scope::{Gathered, Scope, gather, within};
use super::source::{Fields, Source};
use super::yaml::{At, Data, Yaml};
use super::{Read, aside, choose, flow, reach, survey, variables};
use crate::ids::{Language, LineName, NodeName, QueueName};
use crate::menu::calendar::Calendar;
use crate::menu::mistake::Severity;
use crate::menu::tree::{LanguageId, Line, Target, VariableId};
use crate::menu::value::Variable;
use crate::text::{nearest, parse_duration};

/// Words that `go` knows; no node can be called like that.
pub(super) const RESERVED: [&str; 3] = ["human", "back", "repeat"];
/// More nodes are refused.
const MAX_NODES: usize = 10_000;
/// Most languages of a line.
const MAX_LANGUAGES: usize = 16;

/// What the nodes refer to.
pub(super) struct Context<'k> {
    pub known: &'k Known,
    /// What can be named where: on the line itself first, then in each fragment.
    pub scopes: Vec<Scope>,
    /// Which of them holds for what is being read.
    pub scope: usize,
    /// A fragment is missing or wrong, and told to be: what it would bring is not missed as well.
    pub incomplete: bool,
    pub languages: Vec<Language>,
    pub variables: Vec<Variable>,
    /// The line's own opening hours.
    pub calendar: Option<Arc<Calendar>>,
    /// One was named, whether it is there or not.
    pub calendar_named: bool,
    pub defaults: Defaults,
}

pub(super) fn read<'a>(
    src: &mut Source<'a>,
    yaml: &'a Yaml,
    known: &'a Known,
    fragments: &'a Fragments<'a>,
    out: &mut Read,
) -> Option<Line> {
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
    let languages = read_languages(src, top.take("languages"), known);
    let numbers = top.need(src, "numbers", "[\"100\"]");
    let numbers = numbers
        .map(|y| read_numbers(src, y, out))
        .unwrap_or_default();
    let human = top.need(src, "human", "support");
    let human = human.and_then(|y| queue(src, y, "human", known));
    let calendar = top.take("calendar");
    let calendar_named = calendar.is_some();
    let calendar = calendar.and_then(|y| choose::calendar(src, y, "calendar", known));
    let defaults = Defaults {
        wait: nodes::wait(src, top.take("wait"), "wait", Duration::from_secs(5)),
        tries: nodes::tries(src, top.take("tries"), 2),
    };
    let uses = top.take("use");
    let start = top.need(src, "start", "welcome");
    let nodes = top.need(src, "nodes", "…");
    top.finish(src);

    let mut nodes = Fields::new(src, nodes?, "`nodes`", "welcome: { menu: … }")?;
    let own = nodes.take_all();
    let mut wanted = Vec::new();
    let used = uses.map(|y| fragment::used(src, y, fragments, &mut wanted));
    let used = used.unwrap_or_default();
    let (nodes, scope) = gather(src, &own, &used, &wanted);
    let bound = |u: &fragment::Used<'_>| u.exits.len() == u.fragment.exits.len();
    let incomplete = used.len() < wanted.len() || !used.iter().all(bound);
    out.uses.extend(wanted);
    if nodes.len() > MAX_NODES {
        src.error(
            yaml.at,
            format!("more than {MAX_NODES} nodes"),
            "split the line",
        );
        return None;
    }
    let declared: Vec<(&str, At, &Yaml)> = nodes
        .iter()
        .map(|n| (n.name.as_str(), n.at, n.yaml))
        .collect();
    let mut cx = Context {
        known,
        languages,
        variables: variables::declared(src, &declared),
        calendar,
        calendar_named,
        scopes: vec![scope],
        scope: 0,
        incomplete,
        defaults,
    };
    for used in &used {
        let exits = fragment::exits(src, &cx, used);
        let scope = within(used, &nodes, exits);
        cx.scopes.push(scope);
    }
    let start = start.and_then(|y| {
        let name = src.text(y, "start", "welcome")?;
        match cx.named(name) {
            Some(Target::Node(id)) => Some(id),
            // The start of a fragment that is told to be wrong.
            Some(Target::Human | Target::Back | Target::Repeat) => None,
            None => {
                src.error(y.at, cx.no_node(name), cx.other_node(name, &[]));
                None
            }
        }
    });
    let mut read = Vec::with_capacity(nodes.len());
    let mut uses = Vec::with_capacity(nodes.len());
    for node in &nodes {
        let Gathered {
            name,
            at,
            yaml,
            scope,
        } = node;
        cx.scope = *scope;
        let name = name.as_str();
        if *scope == 0 && (RESERVED.contains(&name) || word(name).is_none()) {
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
    cx.scope = 0;
    let asides = aside::asides(src, &mut cx, yaml.at, &human, start, nodes.len());
    let asked = survey::named(&cx);
    let mut line = Line {
        label: label.map_or_else(|| name.clone(), str::to_owned),
        name: LineName::new(name),
        numbers,
        languages: cx.languages,
        human,
        start,
        nodes: complete?,
        asides,
        surveys: Default::default(),
        variables: cx.variables,
    };
    let places: Vec<At> = nodes.iter().map(|n| n.at).collect();
    line.surveys = survey::after_talks(src, asked, &line, &places);
    if !incomplete {
        reach::check(src, &line, &places);
        flow::check(src, &line, &uses);
    }
    out.origin.nodes = places.iter().map(|at| src.place(*at)).collect();
    Some(line)
}

/// What stands under `languages`.
pub(super) fn named_languages(yaml: &Yaml) -> Vec<Language> {
    let Data::Map(pairs) = &yaml.data else {
        return Vec::new();
    };
    let named = pairs.iter().filter(|(k, _)| k.text() == Some("languages"));
    let tags = named
        .flat_map(|(_, y)| nodes::items(y))
        .filter_map(Yaml::text);
    tags.map(Language::new).collect()
}

fn read_languages(src: &mut Source<'_>, yaml: Option<&Yaml>, known: &Known) -> Vec<Language> {
    let mut languages: Vec<Language> = Vec::new();
    for y in yaml.map(nodes::items).unwrap_or_default() {
        let Some(tag) = src.text(y, "languages", "[en, de]") else {
            continue;
        };
        let language = Language::new(tag);
        if !known.prompts.contains_key(&language) {
            src.error(
                y.at,
                format!("no prompts of the language `{tag}` are there"),
                languages_there(tag, known),
            );
        } else if languages.contains(&language) {
            src.error(y.at, format!("`{tag}` is there twice"), "remove one");
        } else if languages.len() == MAX_LANGUAGES {
            src.error(
                y.at,
                format!("more than {MAX_LANGUAGES} languages"),
                "split the line",
            );
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

/// What to write in place of a language that is not there, or how to add it.
fn languages_there(tag: &str, known: &Known) -> String {
    let all: BTreeSet<&str> = known
        .languages
        .iter()
        .chain(known.prompts.keys())
        .map(Language::as_str)
        .collect();
    let meant = nearest(tag, all.iter().copied());
    let meant = meant.map(|near| format!("did you mean `{near}`? "));
    format!(
        "{}there are: {}; for another make the folder `{tag}` in the prompt folder (prompts.dir in \
         the settings): `zeroline prompts` tells what belongs into it",
        meant.unwrap_or_default(),
        all.into_iter().collect::<Vec<_>>().join(", "),
    )
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
pub(super) fn word(text: &str) -> Option<String> {
    let good = (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_".contains(c));
    good.then(|| text.to_owned())
}

impl Context<'_> {
    pub fn languages(&self) -> impl Iterator<Item = (LanguageId, &Language)> {
        (0u8..).map(LanguageId).zip(&self.languages)
    }

    pub fn language(&self, tag: &str) -> Option<LanguageId> {
        self.languages()
            .find(|(_, l)| l.as_str() == tag)
            .map(|(id, _)| id)
    }

    pub fn variable(&self, name: &str) -> Option<VariableId> {
        let ids = (0u16..).map(VariableId);
        let mut found = ids.zip(&self.variables).filter(|(_, v)| v.name == name);
        found.next().map(|(id, _)| id)
    }

    pub fn other_node(&self, name: &str, more: &[&str]) -> String {
        let mut names: Vec<&str> = self
            .scopes
            .get(self.scope)
            .into_iter()
            .flat_map(|s| s.names.keys().map(String::as_str))
            .chain(more.iter().copied())
            .collect();
        names.sort_unstable();
        match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.len() <= 12 => format!("there are: {}", names.join(", ")),
            None => "write a node under `nodes` by this name, or another name here".to_owned(),
        }
    }

    /// Whether `go` knows this word.
    pub fn leads(&self, name: &str) -> bool {
        RESERVED.contains(&name) || self.named(name).is_some()
    }

    /// Where a name leads, in the scope of what is being read.
    pub fn named(&self, name: &str) -> Option<Target> {
        let scope = self.scopes.get(self.scope)?;
        scope.names.get(name).copied()
    }

    fn no_node(&self, name: &str) -> String {
        let scope = self.scopes.get(self.scope);
        scope.map(|s| s.no_node(name)).unwrap_or_default()
    }

    /// What `go` leads to; nothing written leads to a person.
    pub fn target(&self, src: &mut Source<'_>, yaml: Option<&Yaml>) -> Option<Target> {
        let Some(yaml) = yaml else {
            return Some(Target::Human);
        };
        match src.text(yaml, "go", "welcome")? {
            "human" => Some(Target::Human),
            "back" => Some(Target::Back),
            "repeat" => Some(Target::Repeat),
            name => {
                let found = self.named(name);
                if found.is_none() {
                    let remedy = self.other_node(name, &RESERVED);
                    src.error(yaml.at, self.no_node(name), remedy);
                }
                found
            }
        }
    }
}

pub(super) fn queue(
    src: &mut Source<'_>,
    yaml: &Yaml,
    key: &str,
    known: &Known,
) -> Option<QueueName> {
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

pub(super) fn duration(text: &str) -> Option<Duration> {
    parse_duration(text)
}
