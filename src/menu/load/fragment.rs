//! Fragments: nodes that several lines share.
//!
//! ```yaml
//! fragment: account             # its name; lines write `use: { account: { … } }`
//! start: ask                    # where `go: account` leads
//! exits: [known, unknown]       # the ways out, bound by each line
//! nodes:
//!   ask: { collect: { say: …, digits: 8, into: account, go: lookup } }
//! ```
//!
//! On a line its nodes are called `account.ask`, so that they clash with nothing; within the
//! fragment they are called `ask`, and nothing of the line can be named but by an exit.

use std::collections::{BTreeMap, HashMap};

use super::Parsed;
use super::line::{Context, RESERVED, word};
use super::nodes::items;
use super::source::{Fields, Source};
use super::yaml::{At, Data, Yaml};
use crate::menu::mistake::Mistake;
use crate::menu::tree::Target;
use crate::text::nearest;

/// A fragment whose file is well formed.
#[derive(Debug)]
pub(super) struct Fragment<'a> {
    pub file: &'a str,
    pub text: &'a str,
    /// Where its name stands.
    pub at: At,
    pub start: &'a str,
    pub exits: Vec<&'a str>,
    pub nodes: Vec<(&'a str, At, &'a Yaml)>,
}

/// All fragments by name; `None`: there is one, but its file is wrong.
pub(super) type Fragments<'a> = BTreeMap<&'a str, Option<Fragment<'a>>>;

/// Whether a file is a fragment.
pub(super) fn is_fragment(yaml: &Yaml) -> bool {
    match &yaml.data {
        Data::Map(pairs) => pairs.iter().any(|(k, _)| k.text() == Some("fragment")),
        Data::Scalar { .. } | Data::List(_) => false,
    }
}

/// The fragments among the files, and what is wrong in them by themselves. Their nodes are read
/// with the lines that use them.
pub(super) fn all<'a>(files: &'a [Parsed<'a>]) -> (Fragments<'a>, Vec<Mistake>) {
    let mut all: Fragments<'a> = BTreeMap::new();
    let mut files_of: HashMap<&str, &str> = HashMap::new();
    let mut mistakes = Vec::new();
    for parsed in files.iter().filter(|f| f.is_fragment()) {
        let Ok(yaml) = &parsed.yaml else { continue };
        let mut src = Source::new(parsed.file, parsed.text);
        src.is_file(parsed.index);
        if let Some((name, at, fragment)) = read(&mut src, parsed, yaml) {
            match files_of.insert(name, parsed.file) {
                Some(other) => src.error(
                    at,
                    format!("the fragment `{name}` is also in {other}"),
                    "give each fragment a name of its own",
                ),
                None => {
                    all.insert(name, fragment);
                }
            }
        }
        src.mistakes.sort_by_key(|m| (m.line, m.column));
        mistakes.append(&mut src.mistakes);
    }
    (all, mistakes)
}

fn read<'a>(
    src: &mut Source<'_>,
    parsed: &Parsed<'a>,
    yaml: &'a Yaml,
) -> Option<(&'a str, At, Option<Fragment<'a>>)> {
    let mut top = Fields::new(src, yaml, "a fragment", "fragment: account")?;
    let name = top.need(src, "fragment", "account");
    let start = top.need(src, "start", "ask");
    let exits = top.take("exits");
    let nodes = top.need(src, "nodes", "…");
    top.finish(src);
    let at = name?.at;
    let name = src.text(name?, "fragment", "account")?;
    if word(name).is_none() || RESERVED.contains(&name) {
        src.error(
            at,
            format!("a fragment can not be called `{name}`"),
            "use letters, digits, - and _; not human, back or repeat",
        );
    }
    let before = src.mistakes.len();
    let nodes = nodes.and_then(|y| Fields::new(src, y, "`nodes`", "ask: { say: … }"));
    let nodes = nodes.map(|mut n| n.take_all()).unwrap_or_default();
    let is_node = |name: &str| nodes.iter().any(|(n, _, _)| *n == name);
    for (name, at, _) in &nodes {
        if RESERVED.contains(name) || word(name).is_none() {
            src.error(
                *at,
                format!("a node can not be called `{name}`"),
                "use letters, digits, - and _; not human, back or repeat",
            );
        }
    }
    let mut ways: Vec<&str> = Vec::new();
    for y in exits.map(items).unwrap_or_default() {
        let Some(exit) = src.text(y, "exits", "[done, failed]") else {
            continue;
        };
        if ways.contains(&exit) || is_node(exit) || RESERVED.contains(&exit) || word(exit).is_none()
        {
            src.error(
                y.at,
                format!("an exit can not be called `{exit}`"),
                "use letters, digits, - and _, and no other name of this fragment; `human` and \
                 `back` need no exit",
            );
        } else {
            ways.push(exit);
        }
    }
    let start = start.and_then(|y| Some((y.at, src.text(y, "start", "ask")?)));
    if let Some((at, start)) = start
        && !is_node(start)
    {
        let remedy = match nearest(start, nodes.iter().map(|(n, _, _)| *n)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write a node under `nodes` by this name".to_owned(),
        };
        src.error(
            at,
            format!("`{start}` is not a node of this fragment"),
            remedy,
        );
    }
    let good = src.mistakes.len() == before;
    let fragment = start.filter(|_| good).map(|(_, start)| Fragment {
        file: parsed.file,
        text: parsed.text,
        at,
        start,
        exits: ways,
        nodes,
    });
    Some((name, at, fragment))
}

/// A fragment as a line uses it.
pub(super) struct Used<'a> {
    pub name: &'a str,
    pub at: At,
    pub fragment: &'a Fragment<'a>,
    /// Where the line lets the exits lead.
    pub exits: Vec<(&'a str, &'a Yaml)>,
}

/// `use: [account]`, or `use: { account: { known: balance, unknown: human } }`.
pub(super) fn used<'a>(
    src: &mut Source<'_>,
    yaml: &'a Yaml,
    fragments: &'a Fragments<'a>,
    names: &mut Vec<String>,
) -> Vec<Used<'a>> {
    let mut wanted: Vec<(&str, At, Option<&Yaml>)> = Vec::new();
    if let Data::Map(_) = &yaml.data {
        let fields = Fields::new(src, yaml, "`use`", "{ account: { known: NODE } }");
        let pairs = fields.map(|mut f| f.take_all()).unwrap_or_default();
        wanted.extend(pairs.into_iter().map(|(name, at, y)| (name, at, Some(y))));
    } else {
        for y in items(yaml) {
            let name = src.text(y, "use", "[account]");
            wanted.extend(name.map(|name| (name, y.at, None)));
        }
    }
    let mut all: Vec<Used<'a>> = Vec::new();
    for (name, at, bound) in wanted {
        names.push(name.to_owned());
        let fragment = match fragments.get(name) {
            Some(Some(fragment)) => fragment,
            Some(None) => continue, // told in its own file
            None => {
                let remedy = match nearest(name, fragments.keys().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one: a file that begins with `fragment: {name}`"),
                };
                src.error(at, format!("there is no fragment `{name}`"), remedy);
                continue;
            }
        };
        if all.iter().any(|u| u.name == name) {
            src.error(at, format!("`{name}` is used twice"), "remove one");
            continue;
        }
        let exits = bind(src, name, at, bound, fragment);
        all.push(Used {
            name,
            at,
            fragment,
            exits,
        });
    }
    all
}

/// What the line writes for the exits: each exactly once.
fn bind<'a>(
    src: &mut Source<'_>,
    name: &str,
    at: At,
    bound: Option<&'a Yaml>,
    fragment: &Fragment<'a>,
) -> Vec<(&'a str, &'a Yaml)> {
    let mut exits = Vec::new();
    let fields = bound.map(|y| Fields::new(src, y, "the exits", "{ known: NODE }"));
    let Some(pairs) = fields.map(|f| f.map(|mut f| f.take_all())) else {
        missing(src, name, at, &exits, fragment);
        return exits;
    };
    for (exit, at, yaml) in pairs.unwrap_or_default() {
        if fragment.exits.contains(&exit) {
            exits.push((exit, yaml));
            continue;
        }
        let remedy = match nearest(exit, fragment.exits.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if fragment.exits.is_empty() => "it has none".to_owned(),
            None => format!("it has: {}", fragment.exits.join(", ")),
        };
        src.error(
            at,
            format!("the fragment `{name}` has no exit `{exit}`"),
            remedy,
        );
    }
    missing(src, name, at, &exits, fragment);
    exits
}

fn missing(
    src: &mut Source<'_>,
    name: &str,
    at: At,
    bound: &[(&str, &Yaml)],
    fragment: &Fragment<'_>,
) {
    let open = fragment.exits.iter();
    let open = open.filter(|e| !bound.iter().any(|(b, _)| b == *e));
    let open: Vec<String> = open.map(|e| format!("{e}: NODE")).collect();
    if !open.is_empty() {
        src.error(
            at,
            format!("the fragment `{name}` has exits that lead nowhere yet"),
            format!("write `use: {{ {name}: {{ {} }} }}`", open.join(", ")),
        );
    }
}

/// The exits of a fragment, as targets of the line; the context is in the scope of the line.
pub(super) fn exits(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    used: &Used<'_>,
) -> Vec<(String, Target)> {
    let mut all = Vec::new();
    for (exit, yaml) in &used.exits {
        match cx.target(src, Some(yaml)) {
            Some(Target::Repeat) => src.error(
                yaml.at,
                "an exit can not lead to `repeat`",
                "name a node, `human` or `back`",
            ),
            Some(target) => all.push(((*exit).to_owned(), target)),
            // Told; what names the exit is not wrong on top of it.
            None => all.push(((*exit).to_owned(), Target::Human)),
        }
    }
    // Exits that are not bound are told once, where the line uses the fragment.
    for exit in &used.fragment.exits {
        if !all.iter().any(|(e, _)| e == exit) {
            all.push(((*exit).to_owned(), Target::Human));
        }
    }
    all
}
