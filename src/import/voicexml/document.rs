//! One document as a tree that knows its lines.

use roxmltree::{Node, ParsingOptions};

use super::super::flow::At;
use super::super::name;
use super::super::{File, Unreadable};
use super::tag;

/// More nodes are refused.
const MAX_NODES: u32 = 200_000;
/// What is nested deeper is left out.
pub const MAX_DEPTH: usize = 64;

/// One document.
pub struct Document<'d> {
    /// Its name.
    pub file: String,
    /// What people call it.
    pub label: String,
    /// The language that is spoken.
    pub language: Option<String>,
    /// The element `vxml`.
    pub root: Node<'d, 'd>,
    /// Menus and forms.
    pub dialogs: Vec<Node<'d, 'd>>,
    /// Where lines begin.
    lines: Vec<usize>,
}

/// The text of a file without its document type. One with definitions of its own is refused, since
/// what it defines would have to be put in.
pub fn text(file: &File) -> Result<String, Unreadable> {
    let text = &file.text;
    let Some(start) = text.find("<!DOCTYPE") else {
        return Ok(text.clone());
    };
    let (before, rest) = text.split_at(start);
    let end = rest.find('>').map_or(rest.len(), |i| i + 1);
    let (kind, after) = rest.split_at(end);
    if kind.contains('[') {
        let line = before.matches('\n').count() + 1;
        return Err(Unreadable::new(
            At::new(&file.name, line),
            "a document type with definitions of its own",
            "remove them, and write what they stand for",
        ));
    }
    // Lines stay where they are.
    let blank: String = kind.chars().filter(|c| *c == '\n').collect();
    Ok(format!("{before}{blank}{after}"))
}

/// The tree of a text.
pub fn tree<'t>(file: &File, text: &'t str) -> Result<roxmltree::Document<'t>, Unreadable> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(text, options).map_err(|e| {
        let line = usize::try_from(e.pos().row).unwrap_or(1).max(1);
        Unreadable::new(
            At::new(&file.name, line),
            format!("not well-formed XML: {e}"),
            "mend it, or export it once more",
        )
    })
}

/// The document of a tree.
pub fn parse<'d>(
    file: &File,
    tree: &'d roxmltree::Document<'d>,
) -> Result<Document<'d>, Unreadable> {
    let root = tree.root_element();
    if tag(root) != "vxml" {
        return Err(Unreadable::new(
            At::new(&file.name, 1),
            format!("no VoiceXML: it begins with <{}>", tag(root)),
            "give documents that begin with <vxml>",
        ));
    }
    let lines = tree.input_text().match_indices('\n').map(|(i, _)| i + 1);
    let dialogs = root
        .children()
        .filter(|n| matches!(tag(*n), "menu" | "form"));
    let lang = root.attributes().find(|a| a.name() == "lang");
    let title = root.children().find(|n| {
        tag(*n) == "meta"
            && n.attribute("name")
                .is_some_and(|n| n.eq_ignore_ascii_case("title"))
    });
    let title = title.and_then(|n| n.attribute("content"));
    let stem = last(&file.name);
    let stem = stem.split('.').next().unwrap_or(stem);
    Ok(Document {
        file: file.name.clone(),
        label: title.unwrap_or(stem).to_owned(),
        language: lang.and_then(|a| name::language(a.value())),
        root,
        dialogs: dialogs.collect(),
        lines: lines.collect(),
    })
}

/// The last part of a path or address.
pub fn last(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

impl Document<'_> {
    /// Where a node begins.
    pub fn at(&self, node: Node<'_, '_>) -> At {
        let start = node.range().start;
        At::new(&self.file, self.lines.partition_point(|l| *l <= start) + 1)
    }

    /// What people call a dialog.
    pub fn name_of(&self, dialog: Node<'_, '_>, n: usize) -> String {
        match dialog.attribute("id") {
            Some(id) => id.replace(['_', '-'], " ").trim().to_owned(),
            None => format!("{} {}", dialog.tag_name().name(), n + 1),
        }
    }

    /// Whether it leads to another document.
    pub fn names(&self, other: &Document<'_>) -> bool {
        let wanted = last(&other.file);
        let mut all = self.root.descendants().flat_map(|n| n.attributes());
        all.any(|a| matches!(a.name(), "next" | "src" | "application") && last(a.value()) == wanted)
    }
}
