//! Which menus can lie behind a caller. A walk keeps its trail; the states do not, so that
//! `*` and `go: back` have an edge to every menu that can have come before.
//!
//! Two facts of the interpreter make it exact but for loops: the last menu of a trail is the
//! one that was entered last, and what lies before a menu stays as it was when the menu was
//! first put on the trail.

use std::collections::{BTreeSet, HashMap};

use crate::menu::tree::{Kind, Line, NodeId, Target};

/// What can lie behind each node.
pub(super) struct Trail {
    /// For nodes that are no menus: the menu entered last; `None`: none yet. For menus: the
    /// menu before.
    behind: HashMap<NodeId, BTreeSet<Option<NodeId>>>,
    menus: BTreeSet<NodeId>,
}

impl Trail {
    pub fn of(line: &Line) -> Trail {
        let menus = line.nodes().filter(|(_, n)| is_menu(&n.kind));
        let mut trail = Trail {
            menus: menus.map(|(id, _)| id).collect(),
            behind: HashMap::new(),
        };
        let mut open: Vec<NodeId> = Vec::new();
        trail.add(line.start, None, &mut open);
        while let Some(node) = open.pop() {
            // From a menu on, it is the last itself.
            let last: Vec<Option<NodeId>> = match trail.menus.contains(&node) {
                true => vec![Some(node)],
                false => trail
                    .behind
                    .get(&node)
                    .into_iter()
                    .flatten()
                    .copied()
                    .collect(),
            };
            let targets = line
                .node(node)
                .map(|n| n.kind.targets())
                .unwrap_or_default();
            for target in targets {
                match target {
                    Target::Node(to) => {
                        for menu in &last {
                            trail.add(to, *menu, &mut open);
                        }
                    }
                    // These lead to menus that were entered before, or to people.
                    Target::Human | Target::Back | Target::Repeat => {}
                }
            }
        }
        trail
    }

    fn add(&mut self, node: NodeId, menu: Option<NodeId>, open: &mut Vec<NodeId>) {
        let known = self.behind.contains_key(&node);
        let new = self.behind.entry(node).or_default();
        // A menu that leads to itself is on the trail already.
        let new = menu != Some(node) && new.insert(menu);
        // What lies behind a menu is no news to what follows it.
        if !known || (new && !self.menus.contains(&node)) {
            open.push(node);
        }
    }

    /// Whether it is a menu, which is the last on the trail itself.
    pub fn is_menu(&self, node: NodeId) -> bool {
        self.menus.contains(&node)
    }

    /// Where `*` and `go: back` lead; `None`: there is no menu to go back to.
    pub fn before(&self, node: NodeId) -> impl Iterator<Item = Option<NodeId>> {
        self.behind.get(&node).into_iter().flatten().copied()
    }

    /// Every menu that can be reached.
    pub fn menus(&self) -> impl Iterator<Item = NodeId> {
        let reached = self.menus.iter().copied();
        reached.filter(|m| self.behind.contains_key(m))
    }
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
