//! Executable content: what is said and where it leads, one after the other.

use roxmltree::Node;

use super::super::flow::{Condition, Said, Way, What};
use super::super::{MAX_STEPS, name};
use super::{Builder, Scope, document, tag};

impl<'d> Builder<'d> {
    /// The way through content; `after`: where it leads by itself.
    pub(super) fn content(&mut self, scope: Scope<'d>, nodes: &[Node<'d, 'd>], after: Way) -> Way {
        if self.flow.steps.len() > MAX_STEPS {
            // Too many: all of it is refused.
            return after;
        }
        if scope.depth > document::MAX_DEPTH {
            self.lose("content that is nested too deeply".to_owned());
            return after;
        }
        let mut way = after;
        let mut words: Vec<Node<'d, 'd>> = Vec::new();
        for node in nodes.iter().rev() {
            match tag(*node) {
                "" | "prompt" | "audio" | "value" | "enumerate" => words.push(*node),
                word => {
                    way = self.words(scope, &mut words, way);
                    way = self.element(scope, *node, word, way);
                }
            }
        }
        self.words(scope, &mut words, way)
    }

    /// What was gathered from the end is said, and then the way goes on.
    fn words(&mut self, scope: Scope<'d>, nodes: &mut Vec<Node<'d, 'd>>, go: Way) -> Way {
        let mut said: Vec<Said> = Vec::new();
        let first = nodes.last().copied();
        for node in nodes.drain(..).rev() {
            self.said(node, &mut said, 0);
        }
        match first {
            Some(first) if !said.is_empty() => {
                let label = self.label(scope);
                let first = if first.is_element() {
                    first
                } else {
                    scope.dialog
                };
                let what = What::Say { said, go };
                Way::Step(self.step(scope, first, &label, what))
            }
            Some(_) | None => go,
        }
    }

    fn element(&mut self, scope: Scope<'d>, node: Node<'d, 'd>, word: &str, after: Way) -> Way {
        match word {
            "goto" => match node.attribute("nextitem") {
                Some(item) => {
                    self.lose(format!("a jump to the item `{item}` of the form"));
                    after
                }
                None => self.next(scope, node),
            },
            "submit" => self.submit(scope, node),
            "exit" | "disconnect" => Way::HangUp,
            "return" => Way::Back,
            "reprompt" | "clear" => match scope.asked {
                Some(id) => Way::Step(id),
                None => after,
            },
            "if" => self.parting(scope, node, after),
            "throw" => {
                let event = node.attribute("event").unwrap_or("one that is computed");
                self.lose(format!("the event `{event}`"));
                after
            }
            "log" | "var" | "property" | "noinput" | "nomatch" | "catch" | "help" | "error"
            | "filled" | "grammar" | "option" => after,
            other => {
                self.lose(format!("<{other}>"));
                after
            }
        }
    }

    /// What is sent, and that the page that answers is not looked at.
    fn submit(&mut self, scope: Scope<'d>, node: Node<'d, 'd>) -> Way {
        let Some(uri) = node.attribute("next") else {
            return self.next(scope, node);
        };
        let way = self.to(scope, uri);
        if let Way::Step(_) = way {
            return way;
        }
        let go = self.other(scope, node, "the page that answers to", None);
        let names = node.attribute("namelist").unwrap_or_default();
        let body: Vec<String> = names.split_whitespace().map(name::value).collect();
        let post = node
            .attribute("method")
            .is_some_and(|m| m.eq_ignore_ascii_case("post"));
        let mut url = uri.to_owned();
        if !post {
            for (name, i) in body.iter().zip(0..) {
                let mark = if i == 0 && !uri.contains('?') {
                    '?'
                } else {
                    '&'
                };
                url.push_str(&format!("{mark}{name}={{{name}}}"));
            }
        }
        let label = self.label(scope);
        let what = What::Ask {
            url,
            post,
            body,
            go,
            failed: Way::HangUp,
        };
        Way::Step(self.step(scope, node, &label, what))
    }

    /// `<if>`: conditions and what belongs to each.
    pub(super) fn branches(&self, node: Node<'d, 'd>) -> Vec<(Option<&'d str>, Vec<Node<'d, 'd>>)> {
        let mut all = vec![(node.attribute("cond"), Vec::new())];
        for child in node.children() {
            match tag(child) {
                "elseif" => all.push((child.attribute("cond"), Vec::new())),
                "else" => all.push((None, Vec::new())),
                _ => {
                    if let Some((_, nodes)) = all.last_mut() {
                        nodes.push(child);
                    }
                }
            }
        }
        all
    }

    fn parting(&mut self, scope: Scope<'d>, node: Node<'d, 'd>, after: Way) -> Way {
        let within = Scope {
            depth: scope.depth + 1,
            ..scope
        };
        let mut cases = Vec::new();
        let mut otherwise = after.clone();
        for (i, (cond, nodes)) in self.branches(node).into_iter().enumerate() {
            let way = self.content(within, &nodes, after.clone());
            match cond {
                Some(cond) => cases.push((condition(cond), way)),
                None if i == 0 => cases.push((Condition::Other("nothing".to_owned()), way)),
                None => otherwise = way,
            }
        }
        let label = self.label(scope);
        Way::Step(self.step(scope, node, &label, What::Choose { cases, otherwise }))
    }
}

/// `account == '1'`.
fn condition(cond: &str) -> Condition {
    match equals(cond) {
        Some((name, value)) => Condition::Is(name::value(name), value.to_owned()),
        None => Condition::Other(cond.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// The name and the value of an equality.
pub fn equals(cond: &str) -> Option<(&str, &str)> {
    let (name, value) = cond.split_once("==")?;
    let name = name.trim();
    let name = name.split(['.', '$']).next().unwrap_or(name);
    let value = value.trim_start_matches('=').trim();
    let value = value.trim_matches(['\'', '"']);
    let plain =
        |t: &str| !t.is_empty() && t.chars().all(|c| c.is_alphanumeric() || "_*#".contains(c));
    (plain(name) && plain(value)).then_some((name, value))
}
