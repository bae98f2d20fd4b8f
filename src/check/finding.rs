//! A violation at its place in the menu file, with the call that shows it.

use std::fmt;

use super::calls::{self, Steps};
use super::gist::Gist;
use super::graph::{Graph, State};
use super::property::{Property, violations};
use crate::menu::load::Origin;
use crate::menu::mistake::{Mistake, Severity};
use crate::menu::tree::Line;

/// Something that breaks the promise.
///
/// `Display` is that of a [`Mistake`], and one line more: the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which part of the promise.
    pub property: Property,
    /// The node, if it is at one.
    pub node: Option<String>,
    /// What, where, and what to do about it.
    pub mistake: Mistake,
    /// The shortest call that shows it: `answer → 2 → silence → hang-up`.
    pub call: String,
    /// The line.
    pub line: String,
    /// The nodes that this call comes to, in order; `None`: the people, or a message for them.
    pub path: Vec<Option<String>>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n      = the call: {}", self.mistake, self.call)
    }
}

/// Everything that breaks the promise on a line.
pub(super) fn findings(line: &Line, origin: &Origin, graph: &Graph, gist: &Gist) -> Vec<Finding> {
    let found = violations(graph, gist).into_iter().map(|v| {
        let node = v.node.and_then(|id| {
            let mut nodes = line.nodes().zip(&origin.nodes);
            nodes
                .find(|((n, _), _)| *n == id)
                .map(|((_, n), place)| (n, place))
        });
        let place = node.map_or(&origin.line, |(_, place)| place);
        let at = match node {
            Some((node, _)) => format!("at `{}`", node.name),
            None => "at the people".to_owned(),
        };
        let what = format!("{}: {} {at}", v.property, v.what);
        Finding {
            property: v.property,
            node: node.map(|(n, _)| n.name.as_str().to_owned()),
            mistake: place.mistake(Severity::Error, what, v.remedy.to_owned()),
            call: calls::words(graph, &v.call),
            line: line.name.to_string(),
            path: path(line, graph, &v.call),
        }
    });
    found.collect()
}

/// Where a call comes to, each stay told once.
fn path(line: &Line, graph: &Graph, call: &Steps) -> Vec<Option<String>> {
    let begins = call.first().map(|(state, _)| *state);
    let states = begins.into_iter().chain(call.iter().map(|(_, e)| e.to));
    let mut path = Vec::new();
    for state in states {
        let here = match graph.state(state) {
            State::Menu(at) => {
                let found = line.nodes().find(|(id, _)| *id == at.node);
                found.map(|(_, n)| Some(n.name.to_string()))
            }
            State::Waiting { .. } | State::Outside { .. } | State::Message { .. } => Some(None),
            State::Answered | State::Resuming | State::End(_) => None,
        };
        if let Some(here) = here
            && path.last() != Some(&here)
        {
            path.push(here);
        }
    }
    path
}
