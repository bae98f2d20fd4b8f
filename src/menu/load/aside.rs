//! The asides of a line: made of the server's own words, so that each needs them in every language.

use super::callback::{self, NUMBER};
use super::compose;
use super::line::Context;
use super::source::Source;
use super::words::system;
use super::yaml::At;
use crate::ids::{NodeName, PromptName, QueueName};
use crate::menu::system as names;
use crate::menu::tree::{Aside, Choice, Kind, Menu, Node, NodeId, Say, Target};
use crate::menu::value::{ValueKind, Variable};

/// All that can be said in every language of the line.
pub(super) fn asides(
    src: &mut Source<'_>,
    cx: &mut Context<'_>,
    at: At,
    human: &QueueName,
    start: NodeId,
    nodes: usize,
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
    let own = names::all();
    if !own.iter().all(there) {
        return Vec::new();
    }
    let (wait, tries) = (cx.defaults.wait, cx.defaults.tries);
    let numbers = Vec::new();
    // Who waits has a place, which such a callback keeps: no time is chosen.
    let callback = callback::compose(src, cx, at, human.clone(), numbers, None, None, wait, tries);
    let callback = callback.map(|c| Kind::Callback(Box::new(c)));
    let at_place = |n: usize| u16::try_from(nodes + n).ok().map(NodeId);
    let again = at_place(CLAIM).zip(at_place(CANCELLED));
    let again =
        again.and_then(|(claim, cancelled)| again_menu(src, cx, at, claim, start, cancelled));
    let cancelled = system(src, cx, at, names::CALLBACK_CANCELLED).map(|words| {
        Kind::Say(Say {
            speech: words.speech(),
            interrupt: true,
            go: Target::Node(start),
        })
    });
    let claim = Some(Kind::Queue(human.clone()));
    // In this order: see the places above.
    let all = [
        (Aside::Callback, "waiting-callback", "Call back", callback),
        (Aside::Again, "callback-again", "To be called back", again),
        (Aside::Claim, "callback-claimed", "Called instead", claim),
        (
            Aside::Cancelled,
            "callback-cancelled",
            "Callback cancelled",
            cancelled,
        ),
    ];
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
    let all: Option<Vec<_>> = all.into_iter().map(node).collect();
    all.unwrap_or_default()
}

/// Which aside stands where.
const CLAIM: usize = 2;
const CANCELLED: usize = 3;

fn again_menu(
    src: &mut Source<'_>,
    cx: &Context<'_>,
    at: At,
    claim: NodeId,
    start: NodeId,
    cancelled: NodeId,
) -> Option<Kind> {
    let words = system(src, cx, at, names::CALLBACK_AGAIN)?;
    let first = compose::with_zero(src, cx, at, words, compose::ZeroForm::Plain)?;
    let again = compose::again(src, cx, at, None, cx.defaults.tries, &first, &first)?;
    let mut options: [Option<Choice>; 9] = Default::default();
    for (option, to) in options.iter_mut().zip([claim, start, cancelled]) {
        *option = Some(Choice {
            go: Target::Node(to),
            language: None,
        });
    }
    Some(Kind::Menu(Menu {
        body: first.clone(),
        first,
        again,
        options,
        wait: cx.defaults.wait,
    }))
}
