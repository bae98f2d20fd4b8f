//! Faults on purpose: what tests ask of a call, to see that its caller comes to a person (P4).
//! A server that is built for use has none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::ids::NodeName;

/// Where the machine panics.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// In the menus, at the node of that name, after what has led there.
    pub at_node: Option<NodeName>,
    /// On the way into a queue, so many times.
    pub on_the_way: Arc<AtomicU32>,
}

impl Faults {
    /// The caller is at a node of the menus.
    ///
    /// # Panics
    /// If that is asked for.
    pub(super) fn at(&self, node: Option<&NodeName>) {
        if self.at_node.is_some() && self.at_node.as_ref() == node {
            panic!("a fault on purpose at a node");
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
