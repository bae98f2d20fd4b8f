//! VoiceXML 2.0 and 2.1: documents of menus and forms.

mod content;
mod document;
mod fields;
mod handlers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use roxmltree::Node;

use super::flow::{Entry, Flow, Said, Step, StepId, Unmapped, Way, What};
use super::{File, MAX_STEPS, Unreadable, name};
use document::Document;

/// Reads documents; they may lead to each other. Those that no other leads to become lines.
pub fn read(files: &[File]) -> Result<Flow, Vec<Unreadable>> {
    let mut wrong = Vec::new();
    let mut texts = Vec::new();
    for file in files {
        match document::text(file) {
            Ok(text) => texts.push((file, text)),
            Err(e) => wrong.push(e),
        }
    }
    let mut trees = Vec::new();
    for (file, text) in &texts {
        match document::tree(file, text) {
            Ok(tree) => trees.push((*file, tree)),
            Err(e) => wrong.push(e),
        }
    }
    let mut documents = Vec::new();
    for (file, tree) in &trees {
        match document::parse(file, tree) {
            Ok(document) => documents.push(document),
            Err(e) => wrong.push(e),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut builder = Builder {
        documents: &documents,
        flow: Flow::default(),
        placed: BTreeMap::new(),
        open: VecDeque::new(),
        lost: Vec::new(),
        told: BTreeSet::new(),
    };
    builder.entries();
    Ok(builder.flow)
}

/// Makes steps of the dialogs that calls come to.
struct Builder<'d> {
    documents: &'d [Document<'d>],
    flow: Flow,
    placed: BTreeMap<(usize, usize), StepId>,
    open: VecDeque<(StepId, Scope<'d>)>,
    /// What of the dialog that is read has no counterpart.
    lost: Vec<String>,
    /// The same, to be looked up.
    told: BTreeSet<String>,
}

/// Where something stands.
#[derive(Clone, Copy)]
struct Scope<'d> {
    /// Which document.
    document: usize,
    /// Which menu or form.
    dialog: Node<'d, 'd>,
    /// The question that is asked, for what leads back to it.
    asked: Option<StepId>,
    /// How deep content is nested.
    depth: usize,
}

impl<'d> Builder<'d> {
    fn entries(&mut self) {
        let documents = self.documents;
        let named: BTreeSet<usize> = (0..documents.len())
            .flat_map(|i| {
                let all = documents.iter().enumerate().filter(move |(j, _)| *j != i);
                all.filter_map(move |(j, d)| d.names(documents.get(i)?).then_some((i, j)))
            })
            .map(|(i, _)| i)
            .collect();
        for rooted in [true, false] {
            for (i, document) in documents.iter().enumerate() {
                let met = self.placed.keys().any(|(d, _)| *d == i);
                if document.dialogs.is_empty() || met || (rooted && named.contains(&i)) {
                    continue;
                }
                let start = self.dialog(i, 0);
                self.flow.entries.push(Entry {
                    label: document.label.clone(),
                    numbers: Vec::new(),
                    language: document.language.clone(),
                    start,
                    at: document.at(document.root),
                });
                self.work();
            }
        }
        for (i, document) in documents.iter().enumerate() {
            for (n, dialog) in document.dialogs.iter().enumerate() {
                if !self.placed.contains_key(&(i, n)) {
                    self.flow.unmapped.push(Unmapped {
                        at: document.at(*dialog),
                        what: format!("the dialog \"{}\"", document.name_of(*dialog, n)),
                        instead: "left out: no call comes there".to_owned(),
                    });
                }
            }
        }
    }

    fn work(&mut self) {
        while let Some((id, scope)) = self.open.pop_front() {
            if self.flow.steps.len() > MAX_STEPS {
                break;
            }
            self.lost.clear();
            self.told.clear();
            let way = if tag(scope.dialog) == "menu" {
                self.menu(scope)
            } else {
                self.form(scope)
            };
            let lost = std::mem::take(&mut self.lost);
            if let Some(step) = self.flow.steps.get_mut(id.0) {
                step.lost = lost;
                step.what = What::Say {
                    said: Vec::new(),
                    go: way,
                };
            }
        }
    }

    /// The way into a dialog of a document.
    fn dialog(&mut self, document: usize, n: usize) -> Way {
        if let Some(id) = self.placed.get(&(document, n)) {
            return Way::Step(*id);
        }
        let found = self.documents.get(document);
        let Some((d, dialog)) = found.and_then(|d| Some((d, *d.dialogs.get(n)?))) else {
            return Way::Missing("a dialog".to_owned());
        };
        let label = d.name_of(dialog, n);
        let scope = Scope {
            document,
            dialog,
            asked: None,
            depth: 0,
        };
        let what = What::Say {
            said: Vec::new(),
            go: Way::HangUp,
        };
        let id = self.step(scope, dialog, &label, what);
        self.placed.insert((document, n), id);
        self.open.push_back((id, scope));
        Way::Step(id)
    }

    fn step(&mut self, scope: Scope<'d>, node: Node<'d, 'd>, label: &str, what: What) -> StepId {
        let document = self.documents.get(scope.document);
        let at = document.map(|d| d.at(node)).unwrap_or_default();
        let own = node.attribute("id").or_else(|| node.attribute("name"));
        self.flow.push(Step {
            id: own.unwrap_or(tag(node)).to_owned(),
            label: label.to_owned(),
            at,
            what,
            lost: Vec::new(),
        })
    }

    /// Where a URI leads.
    fn to(&mut self, scope: Scope<'d>, uri: &str) -> Way {
        let (file, fragment) = uri.split_once('#').unwrap_or((uri, ""));
        let documents = self.documents;
        let document = if file.is_empty() {
            Some(scope.document)
        } else {
            let wanted = document::last(file);
            documents
                .iter()
                .position(|d| document::last(&d.file) == wanted)
        };
        let found = document.and_then(|i| {
            let dialogs = &documents.get(i)?.dialogs;
            let n = if fragment.is_empty() {
                0
            } else {
                dialogs
                    .iter()
                    .position(|d| d.attribute("id") == Some(fragment))?
            };
            (n < dialogs.len()).then_some((i, n))
        });
        match found {
            Some((i, n)) => self.dialog(i, n),
            None => Way::Missing(uri.to_owned()),
        }
    }

    /// The way of an element with `next` or `expr`.
    fn next(&mut self, scope: Scope<'d>, node: Node<'d, 'd>) -> Way {
        match node.attribute("next") {
            Some(uri) => self.to(scope, uri),
            None => self.other(scope, node, "a way that is computed in", None),
        }
    }

    fn other(&mut self, scope: Scope<'d>, node: Node<'d, 'd>, what: &str, go: Option<Way>) -> Way {
        let label = node.attribute("name").unwrap_or(tag(node)).to_owned();
        let what = What::Other {
            what: what.to_owned(),
            go,
        };
        Way::Step(self.step(scope, node, &label, what))
    }

    fn lose(&mut self, what: String) {
        if self.told.insert(what.clone()) {
            self.lost.push(what);
        }
    }

    /// The label of a dialog.
    fn label(&self, scope: Scope<'d>) -> String {
        let document = self.documents.get(scope.document);
        let n = document.and_then(|d| d.dialogs.iter().position(|x| *x == scope.dialog));
        document
            .map(|d| d.name_of(scope.dialog, n.unwrap_or(0)))
            .unwrap_or_default()
    }

    /// What stands in prompts and beside them, as far as it is said at first.
    fn said(&mut self, node: Node<'d, 'd>, said: &mut Vec<Said>, depth: usize) {
        if depth > document::MAX_DEPTH {
            return;
        }
        if let Some(text) = node.text().filter(|_| node.is_text()) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.chars().any(char::is_alphanumeric) {
                said.push(Said::Text(text));
            }
            return;
        }
        match tag(node) {
            "audio" => {
                let words: String = node
                    .descendants()
                    .filter(Node::is_text)
                    .filter_map(|n| n.text())
                    .collect();
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let words = Some(words).filter(|w| !w.is_empty());
                match node.attribute("src") {
                    Some(src) if !src.trim().is_empty() => {
                        said.push(Said::Recording(src.to_owned(), words));
                    }
                    Some(_) | None => {
                        self.lose("a recording whose name is computed".to_owned());
                        said.extend(words.map(Said::Text));
                    }
                }
            }
            "value" => {
                let expr = node.attribute("expr").unwrap_or_default().trim();
                if !expr.is_empty() && expr.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    said.push(Said::Value(name::value(expr)));
                } else {
                    self.lose(format!("the value `{expr}` in what is said"));
                }
            }
            _ => {
                for child in node.children() {
                    self.said(child, said, depth + 1);
                }
            }
        }
    }
}

/// The name of an element, whatever its namespace; empty for others.
fn tag<'d>(node: Node<'d, 'd>) -> &'d str {
    if node.is_element() {
        node.tag_name().name()
    } else {
        ""
    }
}
