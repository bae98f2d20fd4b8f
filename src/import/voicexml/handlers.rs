//! What happens when nothing, or something else, is entered.

use roxmltree::Node;

use super::super::flow::{After, Way};
use super::{Builder, Scope, tag};

impl<'d> Builder<'d> {
    /// After `noinput` or `nomatch` at an item. The platform's own answer is to ask again, without
    /// end (VoiceXML 2.0, 5.2.5).
    pub(super) fn after(&mut self, scope: Scope<'d>, item: Node<'d, 'd>, event: &str) -> After {
        let mut all: Vec<(usize, (usize, Node<'d, 'd>))> = Vec::new();
        for (document, place) in self.places(scope, item) {
            let here = place.children().filter(|n| handles(*n, event));
            let here: Vec<_> = here
                .map(|n| {
                    let count = n.attribute("count").and_then(|c| c.trim().parse().ok());
                    (count.unwrap_or(1).max(1), (document, n))
                })
                .collect();
            // The nearest that handle a count are taken.
            for (count, n) in here {
                if !all.iter().any(|(c, _)| *c == count) {
                    all.push((count, n));
                }
            }
        }
        all.sort_by_key(|(count, _)| *count);
        let last = all.into_iter().find(|(_, (_, n))| leaves(*n));
        let Some((count, (document, handler))) = last else {
            return After::never();
        };
        let nodes: Vec<_> = handler.children().collect();
        // What it names is relative to where it stands.
        let scope = Scope { document, ..scope };
        let way = self.content(scope, &nodes, Way::HangUp);
        After::tries(count, way)
    }

    /// The item, its dialog, the document and the root document of the application.
    fn places(&self, scope: Scope<'d>, item: Node<'d, 'd>) -> Vec<(usize, Node<'d, 'd>)> {
        let mut all = vec![(scope.document, item)];
        if item != scope.dialog {
            all.push((scope.document, scope.dialog));
        }
        all.extend(self.roots(scope));
        all
    }

    /// The document, and the root document of its application.
    pub(super) fn roots(&self, scope: Scope<'d>) -> Vec<(usize, Node<'d, 'd>)> {
        let Some(document) = self.documents.get(scope.document) else {
            return Vec::new();
        };
        let mut all = vec![(scope.document, document.root)];
        if let Some(of) = document.root.attribute("application") {
            let of = super::document::last(of);
            let found = self.documents.iter().enumerate();
            let mut found = found.filter(|(_, d)| super::document::last(&d.file) == of);
            all.extend(found.next().map(|(i, d)| (i, d.root)));
        }
        all
    }

    /// Links that hold here: keys, and where they lead.
    pub(super) fn links(&mut self, scope: Scope<'d>) -> Vec<(String, Way)> {
        let mut places = vec![(scope.document, scope.dialog)];
        places.extend(self.roots(scope));
        let links = places
            .into_iter()
            .flat_map(|(i, p)| p.children().map(move |n| (i, n)));
        let links: Vec<_> = links.filter(|(_, n)| tag(*n) == "link").collect();
        let mut all = Vec::new();
        for (document, link) in links {
            let scope = Scope { document, ..scope };
            match link.attribute("dtmf") {
                Some(key) if link.has_attribute("next") => {
                    let key = key.split_whitespace().collect();
                    all.push((key, self.next(scope, link)));
                }
                Some(_) | None => self.lose("a <link> by words or events".to_owned()),
            }
        }
        all
    }
}

fn handles(node: Node<'_, '_>, event: &str) -> bool {
    let name = node.tag_name().name();
    let caught = || node.attribute("event").unwrap_or_default();
    name == event || (name == "catch" && caught().split_whitespace().any(|e| e == event))
}

/// Whether a handler does more than to ask again.
fn leaves(node: Node<'_, '_>) -> bool {
    node.descendants().any(|n| {
        matches!(
            n.tag_name().name(),
            "goto" | "exit" | "disconnect" | "submit" | "return"
        )
    })
}
