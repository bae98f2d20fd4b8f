//! What every line has besides its nodes: where callers come to who ask for something in the
//! queue, or who call while they are to be called back. For whoever walks it is a node like the others; no file leads there, and `*` leads back.

use super::{Line, Node, NodeId};

/// A place besides the nodes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aside {
    /// To be called back instead of waiting.
    Callback,
    /// Who calls while they are to be called back: whether that is to stay.
    Again,
    /// They are connected in place of it.
    Claim,
    /// They do not want it any more.
    Cancelled,
}

impl Line {
    /// Where such an aside is; `None`: a language of the line lacks its words.
    pub fn aside(&self, what: Aside) -> Option<NodeId> {
        let at = self.asides.iter().position(|(a, _)| *a == what)?;
        u16::try_from(self.nodes.len() + at).ok().map(NodeId)
    }

    /// Whether it is one, and which.
    pub fn is_aside(&self, id: NodeId) -> Option<Aside> {
        let at = usize::from(id.0).checked_sub(self.nodes.len())?;
        self.asides.get(at).map(|(what, _)| *what)
    }

    /// The nodes of the file, and the asides.
    pub fn all_nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        let asides = self.asides.iter().map(|(_, node)| node);
        (0u16..).map(NodeId).zip(self.nodes.iter().chain(asides))
    }
}
