//! Which menus can lie behind a caller. A walk keeps its trail; the states do not, so that
//! `*` and `go: back` have an edge to every menu that can have come before.
//!
//! Two facts of the interpreter make it exact but for loops: the last menu of a trail is the
//! one that was entered last, and what lies before a menu stays as it was when the menu was
//! first put on the trail.

use std::collections::BTreeSet;

use crate::menu::tree::{Kind, Line, Node, NodeId, Target};

/// What can lie behind each node, by its place.
pub(super) struct Trail {
    /// For nodes that are no menus: the menu entered last; `None`: none yet. For menus: the
    /// menu before. In order; none where no call comes to.
    behind: Vec<Vec<Option<NodeId>>>,
    menus: Vec<bool>,
}

impl Trail {
    pub fn of(line: &Line) -> Trail {
        let menu = |(id, n): (NodeId, &Node)| line.is_aside(id).is_none() && is_menu(&n.kind);
        let menus: Vec<bool> = line.all_nodes().map(menu).collect();
        let mut found = Found {
            behind: vec![BTreeSet::new(); menus.len()],
            open: Vec::new(),
            menus,
        };
        for begin in line.beginnings() {
            found.add(begin, None);
        }
        while let Some(node) = found.open.pop() {
            // From a menu on, it is the last itself.
            let last: Vec<Option<NodeId>> = match is(&found.menus, node) {
                true => vec![Some(node)],
                false => {
                    let behind = found.behind.get(node.place());
                    behind.into_iter().flatten().copied().collect()
                }
            };
            let targets = line
                .node(node)
                .map(|n| n.kind.targets())
                .unwrap_or_default();
            for target in targets {
                match target {
                    Target::Node(to) => {
                        for menu in &last {
                            found.add(to, *menu);
                        }
                    }
                    // These lead to menus that were entered before, or to people.
                    Target::Human | Target::Back | Target::Repeat => {}
                }
            }
        }
        let behind = found.behind.into_iter();
        Trail {
            behind: behind.map(|all| all.into_iter().collect()).collect(),
            menus: found.menus,
        }
    }

    /// Whether it is a menu, which is the last on the trail itself.
    pub fn is_menu(&self, node: NodeId) -> bool {
        is(&self.menus, node)
    }

    /// Where `*` and `go: back` lead; `None`: there is no menu to go back to.
    pub fn before(&self, node: NodeId) -> impl Iterator<Item = Option<NodeId>> {
        let behind = self.behind.get(node.place());
        behind.into_iter().flatten().copied()
    }

    /// Every menu of a line that can be reached.
    pub fn menus<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = NodeId> + 'a {
        let menus = line.nodes().map(|(id, _)| id);
        menus.filter(|id| self.is_menu(*id) && self.before(*id).next().is_some())
    }
}

/// What has been found so far.
struct Found {
    behind: Vec<BTreeSet<Option<NodeId>>>,
    menus: Vec<bool>,
    /// What follows these has to be looked at.
    open: Vec<NodeId>,
}

impl Found {
    fn add(&mut self, node: NodeId, menu: Option<NodeId>) {
        let Some(behind) = self.behind.get_mut(node.place()) else {
            return;
        };
        let known = !behind.is_empty();
        // A menu that leads to itself is on the trail already.
        let new = menu != Some(node) && behind.insert(menu);
        // What lies behind a menu is no news to what follows it.
        if !known || (new && !is(&self.menus, node)) {
            self.open.push(node);
        }
    }
}

fn is(all: &[bool], node: NodeId) -> bool {
    all.get(node.place()).copied().unwrap_or_default()
}

fn is_menu(kind: &Kind) -> bool {
    match kind {
        Kind::Menu(_) | Kind::Language(_) => true,
        Kind::Say(_)
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
        | Kind::Goodbye(_) => false,
    }
}
