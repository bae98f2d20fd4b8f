//! What can be named where: the nodes of a line, and those of the fragments that it uses.

use std::collections::HashMap;

use super::fragment::Used;
use super::source::Source;
use super::yaml::{At, Yaml};
use crate::menu::tree::{NodeId, Target};

/// What can be named in a place: nodes and exits, and where they lead.
pub(super) struct Scope {
    pub names: HashMap<String, Target>,
    /// The fragment; `None`: the line itself.
    pub fragment: Option<String>,
}

impl Scope {
    /// That a name means nothing here.
    pub fn no_node(&self, name: &str) -> String {
        match &self.fragment {
            None => format!("`{name}` is not a node of this line"),
            Some(fragment) => {
                format!("`{name}` is neither a node nor an exit of the fragment `{fragment}`")
            }
        }
    }
}

/// A node of the line or of a fragment that it uses.
pub(super) struct Gathered<'a> {
    /// As the line calls it.
    pub name: String,
    pub at: At,
    pub yaml: &'a Yaml,
    /// Where its names are looked up.
    pub scope: usize,
}

/// All nodes of the line, and what it can name.
pub(super) fn gather<'a>(
    src: &mut Source<'a>,
    own: &[(&'a str, At, &'a Yaml)],
    used: &[Used<'a>],
    wanted: &[String],
) -> (Vec<Gathered<'a>>, Scope) {
    let mut nodes: Vec<Gathered<'a>> = Vec::new();
    for (name, at, yaml) in own {
        nodes.push(Gathered {
            name: (*name).to_owned(),
            at: *at,
            yaml,
            scope: 0,
        });
    }
    for (i, used) in used.iter().enumerate() {
        let fragment = used.fragment;
        src.brings(fragment.at.file, fragment.file, fragment.text, used.at);
        if let Some((_, at, _)) = own.iter().find(|(name, _, _)| *name == used.name) {
            src.error(
                used.at,
                format!("`{}` is a fragment here and a node as well", used.name),
                format!("the node is in line {}; call it something else", at.line),
            );
        }
        nodes.extend(fragment.nodes.iter().map(|(name, at, yaml)| Gathered {
            name: format!("{}.{name}", used.name),
            at: *at,
            yaml,
            scope: i + 1,
        }));
    }
    let places = || (0u16..).map(NodeId).zip(&nodes);
    let mut names: HashMap<String, Target> = HashMap::new();
    // What is told to be missing or wrong is not told again where it is named.
    names.extend(wanted.iter().map(|name| (name.clone(), Target::Human)));
    for used in used {
        let start = format!("{}.{}", used.name, used.fragment.start);
        let found = places().find(|(_, n)| n.name == start);
        names.extend(found.map(|(id, _)| (used.name.to_owned(), Target::Node(id))));
    }
    let of_line = places().filter(|(_, n)| n.scope == 0);
    names.extend(of_line.map(|(id, n)| (n.name.clone(), Target::Node(id))));
    let scope = Scope {
        names,
        fragment: None,
    };
    (nodes, scope)
}

/// What the nodes of a fragment can name.
pub(super) fn within(
    used: &Used<'_>,
    nodes: &[Gathered<'_>],
    exits: Vec<(String, Target)>,
) -> Scope {
    let mut names: HashMap<String, Target> = exits.into_iter().collect();
    for (id, node) in (0u16..).map(NodeId).zip(nodes) {
        let inside = node.name.strip_prefix(used.name);
        if let Some(name) = inside.and_then(|rest| rest.strip_prefix('.')) {
            names.insert(name.to_owned(), Target::Node(id));
        }
    }
    Scope {
        names,
        fragment: Some(used.name.to_owned()),
    }
}
