//! Faults on purpose: what tests ask of a call, to see that its caller comes to a person (P4).
//! A server that is built for use has none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::ids::NodeName;
use crate::menu::outcome::{Step, WalkAction};
use crate::menu::walk::Walk;

/// Where the machine panics.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// In the menus, at the node of that name, after what has led there.
    pub at_node: Option<NodeName>,
    /// On the way into a queue, so many times.
    pub on_the_way: Arc<AtomicU32>,
}

impl Faults {
    /// The menus wait for the caller, or for an answer.
    ///
    /// # Panics
    /// If that is asked for at the node where they wait.
    pub(super) fn at_rest(&self, walk: &Walk) {
        if let Some(node) = &self.at_node
            && walk.place() == Some(node)
        {
            panic!("a fault on purpose at a node");
        }
    }

    /// Whether it is asked for at the node of this step, where the walk has not come to rest: it
    /// has gone on in an instant, or has left the menus there.
    pub(super) fn is_passing(&self, walk: &Walk, action: &WalkAction) -> bool {
        let (Some(fault), WalkAction::Step(Step { node, .. })) = (&self.at_node, action) else {
            return false;
        };
        let rests = walk.place() == Some(node) && !walk.has_left();
        fault == node && !rests
    }

    /// The node of a step that was passed in an instant, once what has led there is noted.
    ///
    /// # Panics
    /// If that is asked for.
    pub(super) fn at_passing(&self, passing: bool) {
        if passing {
            panic!("a fault on purpose at a node that is passed");
        }
    }

    /// The caller is on the way into a queue.
    ///
    /// # Panics
    /// If that is asked for.
    pub(super) fn on_the_way(&self) {
        let less = |n: u32| n.checked_sub(1);
        let left = self
            .on_the_way
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        if left.is_ok() {
            panic!("a fault on purpose on the way into a queue");
        }
    }
}
