//! What is allowed, and likely not meant: told as warnings, each with its reason.

use std::collections::BTreeMap;
use std::time::Duration;

use super::effort::{first_option_at, key_told_at};
use super::said::Said;
use crate::menu::load::Origin;
use crate::menu::mistake::{Mistake, Place, Severity};
use crate::menu::tree::{Kind, Line, Menu, Node, NodeId, Target};

/// Longer before the first option is told, and callers press something, or nothing.
const LONG_BEFORE_OPTIONS: Duration = Duration::from_secs(8);
/// More options are a long wait for whoever needs the last.
const MANY_OPTIONS: usize = 7;
/// More menus one behind the other are deep.
const DEEP: usize = 3;
/// A menu of so few options, which would fit into the one before it.
const FEW: usize = 2;
/// How many options that makes at most.
const TOGETHER: usize = 5;

/// All doubts about a line.
pub(super) fn lints(line: &Line, origin: &Origin, said: &Said<'_>) -> Vec<Mistake> {
    let mut lints = Lints {
        line,
        origin,
        said,
        told: Vec::new(),
    };
    let menus: Vec<(NodeId, &Node, &Menu)> = line
        .nodes()
        .filter_map(|(id, node)| Some((id, node, menu(&node.kind)?)))
        .collect();
    for (id, node, menu) in &menus {
        lints.gaps(*id, node, menu);
        lints.many(*id, node, menu);
        lints.slow_to_the_point(*id, node, menu);
        lints.key_first(*id, node, menu);
        lints.could_be_one(*id, node, menu, &menus);
    }
    lints.deep();
    lints.nine(&menus);
    let mut told = lints.told;
    told.sort_by_key(|m| (m.line, m.column));
    told
}

fn menu(kind: &Kind) -> Option<&Menu> {
    match kind {
        Kind::Menu(menu) => Some(menu),
        // Its options are the languages, each in its own words.
        Kind::Language(_)
        | Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Callback(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => None,
    }
}

/// The keys of a menu, ascending.
fn keys(menu: &Menu) -> Vec<usize> {
    let keys = (1..).zip(&menu.options);
    keys.filter(|(_, o)| o.is_some()).map(|(k, _)| k).collect()
}

struct Lints<'a> {
    line: &'a Line,
    origin: &'a Origin,
    said: &'a Said<'a>,
    told: Vec<Mistake>,
}

impl Lints<'_> {
    fn place(&self, id: NodeId) -> &Place {
        let mut nodes = self.line.nodes().zip(&self.origin.nodes);
        let found = nodes.find(|((n, _), _)| *n == id);
        found.map_or(&self.origin.line, |(_, place)| place)
    }

    fn warn(&mut self, id: NodeId, what: String, reason: &str) {
        let warning = self
            .place(id)
            .mistake(Severity::Warning, what, reason.to_owned());
        self.told.push(warning);
    }

    fn gaps(&mut self, id: NodeId, node: &Node, menu: &Menu) {
        let mut keys = keys(menu);
        keys.retain(|k| *k != 9);
        let last = keys.last().copied().unwrap_or(0);
        let missing: Vec<String> = (1..last)
            .filter(|k| !keys.contains(k))
            .map(|k| k.to_string())
            .collect();
        if !missing.is_empty() {
            let what = format!(
                "`{}` goes on after a gap: no key {}",
                node.name,
                missing.join(", ")
            );
            let reason = "number the options from 1 on: who hears a gap thinks that they missed \
                          an option, and waits to hear it all again";
            self.warn(id, what, reason);
        }
    }

    fn many(&mut self, id: NodeId, node: &Node, menu: &Menu) {
        let keys = keys(menu);
        if keys.len() > MANY_OPTIONS {
            let mut last: Option<Duration> = None;
            for language in 0..self.said.languages() {
                let at = keys
                    .last()
                    .and_then(|k| key_told_at(menu, self.said, language, *k));
                last = last.max(at);
            }
            let listened = last.map_or_else(String::new, |t| {
                format!(", and has listened for {} s", t.as_secs())
            });
            let what = format!("`{}` has {} options", node.name, keys.len());
            let reason = format!(
                "put the rarest together: who wants the last one has heard all others{listened}"
            );
            self.warn(id, what, &reason);
        }
    }

    fn slow_to_the_point(&mut self, id: NodeId, node: &Node, menu: &Menu) {
        for language in 0..self.said.languages() {
            let Some(at) = first_option_at(menu, self.said, language) else {
                continue;
            };
            if at > LONG_BEFORE_OPTIONS {
                let what = format!(
                    "`{}` speaks for {:.1} s before its first option{}",
                    node.name,
                    at.as_secs_f64(),
                    self.in_language(language)
                );
                let reason = "shorten the greeting: callers came for the options, and those who \
                              do not hear any take the line for a recording";
                self.warn(id, what, reason);
            }
        }
    }

    fn in_language(&self, language: u8) -> String {
        match self.said.languages() {
            1 => String::new(),
            _ => format!(" ({})", self.said.language(language)),
        }
    }

    fn key_first(&mut self, id: NodeId, node: &Node, menu: &Menu) {
        for language in 0..self.said.languages() {
            let mut parts = self.said.parts(&menu.first, language);
            let found = parts.find_map(|p| p.key_first());
            if let Some(key) = found {
                let what = format!(
                    "`{}` tells key {key} before what it is for{}",
                    node.name,
                    self.in_language(language)
                );
                let reason = "say \"for billing, press one\": callers listen for their matter, and \
                              have forgotten a number that came before it";
                self.warn(id, what, reason);
            }
        }
    }

    /// A small menu that only one other menu leads to, and would fit into it.
    fn could_be_one(
        &mut self,
        id: NodeId,
        node: &Node,
        small: &Menu,
        menus: &[(NodeId, &Node, &Menu)],
    ) {
        let leads_here = |n: &Node| n.kind.targets().contains(&Target::Node(id));
        let mut before = self.line.nodes().filter(|(b, n)| *b != id && leads_here(n));
        let (Some((parent, _)), None) = (before.next(), before.next()) else {
            return;
        };
        let Some((before_it, parent, large)) = menus.iter().find(|(m, _, _)| *m == parent) else {
            return;
        };
        // The way back to the menu before is none of its own.
        let own = small.options.iter().flatten();
        let few = own.filter(|o| o.go != Target::Node(*before_it)).count();
        let together = (keys(large).len() + few).saturating_sub(1);
        if id != self.line.start && (1..=FEW).contains(&few) && together <= TOGETHER {
            let what = format!(
                "the {few} options of `{}` would fit into `{}`, which would then have {together}",
                node.name, parent.name
            );
            let reason = "one menu more is harder than some options more: each level is listened \
                          to from its beginning, and the way has to be remembered";
            self.warn(id, what, reason);
        }
    }

    fn deep(&mut self) {
        let mut passed: BTreeMap<NodeId, usize> = BTreeMap::new();
        let mut open = std::collections::VecDeque::from([(self.line.start, 0)]);
        let mut deepest: Option<(NodeId, usize)> = None;
        while let Some((id, before)) = open.pop_front() {
            let Some(node) = self.line.node(id) else {
                continue;
            };
            let is_menu = menu(&node.kind).is_some();
            let depth = before + usize::from(is_menu);
            if passed.get(&id).is_some_and(|known| *known <= depth) {
                continue;
            }
            passed.insert(id, depth);
            for target in node.kind.targets() {
                if let Target::Node(to) = target {
                    open.push_back((to, depth));
                }
            }
        }
        for (id, depth) in passed {
            let is_menu = self.line.node(id).is_some_and(|n| menu(&n.kind).is_some());
            if is_menu && depth > DEEP && deepest.is_none_or(|(_, d)| d < depth) {
                deepest = Some((id, depth));
            }
        }
        if let Some((id, depth)) = deepest
            && let Some(node) = self.line.node(id)
        {
            let what = format!(
                "`{}` is the {depth}th menu that its callers hear",
                node.name
            );
            let reason = "make fewer and broader menus: finding something in a deep tree takes \
                          longer and fails more often than in a broad one";
            self.warn(id, what, reason);
        }
    }

    /// 9 repeats, unless a menu says otherwise; then all should say the same.
    fn nine(&mut self, menus: &[(NodeId, &Node, &Menu)]) {
        let meaning = |m: &Menu| m.options.get(8).and_then(|o| o.as_ref()).map(|o| o.go);
        let mut first: Option<(&Node, Option<Target>)> = None;
        let assigned: Vec<_> = menus
            .iter()
            .filter(|(_, _, m)| meaning(m).is_some())
            .collect();
        if assigned.is_empty() {
            return;
        }
        for (id, node, menu) in menus {
            match first {
                None => first = Some((node, meaning(menu))),
                Some((_, other)) if other == meaning(menu) => {}
                Some((other, _)) => {
                    let what = format!(
                        "9 means one thing at `{}` and another at `{}`",
                        other.name, node.name
                    );
                    let reason = "let 9 do the same in all menus (it repeats where nothing is \
                                  written): a key that is learnt once should hold";
                    self.warn(*id, what, reason);
                    return;
                }
            }
        }
    }
}
