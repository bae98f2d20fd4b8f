//! The asides of a line: made of the server's own words, so that each needs them in every language.

use super::callback::{NUMBER, compose};
use super::line::Context;
use super::source::Source;
use super::yaml::At;
use crate::ids::{NodeName, PromptName, QueueName};
use crate::menu::system;
use crate::menu::tree::{Aside, Kind, Node};
use crate::menu::value::{ValueKind, Variable};

/// All that can be said in every language of the line.
pub(super) fn asides(
    src: &mut Source<'_>,
    cx: &mut Context<'_>,
    at: At,
    human: &QueueName,
) -> Vec<(Aside, Node)> {
    let number = Variable {
        name: NUMBER.to_owned(),
        kind: ValueKind::Digits,
        sensitive: false,
    };
    let mut known = cx.variables.iter().filter(|v| v.name == NUMBER);
    match known.next() {
        None => cx.variables.push(number),
        Some(same) if *same == number => {}
        // The operator calls something else so.
        Some(_) => return Vec::new(),
    }
    let there = |name: &String| {
        let name = PromptName::new(name);
        let mut languages = cx.languages.iter();
        languages.all(|l| cx.known.facts(l, &name).is_some())
    };
    let own = system::all();
    if !own.iter().all(there) {
        return Vec::new();
    }
    let (wait, tries) = (cx.defaults.wait, cx.defaults.tries);
    let callback = compose(src, cx, at, human.clone(), Vec::new(), None, wait, tries);
    let callback = callback.map(|c| Kind::Callback(Box::new(c)));
    let all = [(Aside::Callback, "waiting-callback", "Call back", callback)];
    let node = |(what, name, label, kind): (Aside, &str, &str, Option<Kind>)| {
        let node = Node {
            name: NodeName::new(name),
            label: label.to_owned(),
            needs: None,
            priority: None,
            kind: kind?,
        };
        Some((what, node))
    };
    all.into_iter().filter_map(node).collect()
}
