//! Menus, and the items of forms.

use roxmltree::Node;

use super::super::flow::{Digits, Menu, Said, Way, What};
use super::super::plan::sentence;
use super::content::equals;
use super::{Builder, Scope, tag};

/// An entry whose length is not told.
const USUAL_DIGITS: usize = 20;

impl<'d> Builder<'d> {
    /// `<menu>`.
    pub(super) fn menu(&mut self, scope: Scope<'d>) -> Way {
        let menu = scope.dialog;
        let label = self.label(scope);
        let choices: Vec<_> = menu.children().filter(|n| tag(*n) == "choice").collect();
        let numbered = menu.attribute("dtmf") == Some("true");
        let mut next = 1;
        let mut keys = Vec::new();
        let mut told = Vec::new();
        for choice in choices {
            let mut words = Vec::new();
            self.said(choice, &mut words, 0);
            let words = words.into_iter().find_map(|w| match w {
                Said::Text(t) => Some(t),
                Said::Recording(..) | Said::Value(_) => None,
            });
            let key = match choice.attribute("dtmf") {
                Some(key) => key.split_whitespace().collect::<String>(),
                None if numbered && next <= 9 => {
                    next += 1;
                    (next - 1).to_string()
                }
                None => {
                    let words = words.unwrap_or_default();
                    self.lose(format!("the choice \"{words}\", which has no key"));
                    continue;
                }
            };
            if let Some(words) = words {
                // Other keys are told where they end up.
                let digit = key.parse().ok();
                if let Some(digit @ 1..=9) = digit.filter(|_| key.len() == 1) {
                    let language = self.documents.get(scope.document);
                    let language = language.and_then(|d| d.language.as_deref());
                    told.push(Said::Text(sentence(language, &words, digit)));
                }
            }
            let way = if choice.has_attribute("next") || choice.has_attribute("expr") {
                self.next(scope, choice)
            } else {
                self.other(scope, choice, "an event of a choice in", None)
            };
            keys.push((key, way));
        }
        let first = self.prompts(menu);
        let enumerated = menu.descendants().any(|n| tag(n) == "enumerate");
        let said = if enumerated || first.is_empty() {
            [first, told].concat()
        } else {
            first
        };
        self.asked(scope, menu, &label, said, keys)
    }

    /// A question with keys.
    fn asked(
        &mut self,
        scope: Scope<'d>,
        item: Node<'d, 'd>,
        label: &str,
        said: Vec<Said>,
        keys: Vec<(String, Way)>,
    ) -> Way {
        let what = What::Say {
            said: Vec::new(),
            go: Way::HangUp,
        };
        let id = self.step(scope, item, label, what);
        let within = Scope {
            asked: Some(id),
            ..scope
        };
        let mut keys = keys;
        for (key, way) in self.links(within) {
            if !keys.iter().any(|(k, _)| *k == key) {
                keys.push((key, way));
            }
        }
        let silence = self.after(within, item, "noinput");
        let wrong = self.after(within, item, "nomatch");
        let wait = self.wait(scope, item);
        if let Some(step) = self.flow.steps.get_mut(id.0) {
            step.what = What::Menu(Menu {
                said,
                keys,
                silence,
                wrong,
                wait,
            });
        }
        Way::Step(id)
    }

    /// The prompts of an item that are heard at first.
    fn prompts(&mut self, item: Node<'d, 'd>) -> Vec<Said> {
        let mut said = Vec::new();
        for child in item.children() {
            let first = child.attribute("count").is_none_or(|c| c.trim() == "1");
            if matches!(tag(child), "" | "prompt" | "audio" | "value") && first {
                self.said(child, &mut said, 0);
            }
        }
        said
    }

    fn wait(&self, scope: Scope<'d>, item: Node<'d, 'd>) -> Option<u64> {
        let prompt = item.children().find_map(|n| n.attribute("timeout"));
        let mut places = vec![item, scope.dialog];
        places.extend(self.roots(scope).into_iter().map(|(_, n)| n));
        let property = || {
            let all = places.into_iter().flat_map(|p| p.children());
            let mut all = all.filter(|n| n.attribute("name") == Some("timeout"));
            all.find_map(|n| n.attribute("value"))
        };
        let text = prompt.or_else(property)?;
        crate::text::parse_duration(text).map(|d| d.as_secs().max(1))
    }

    /// `<form>`: its items one after the other; behind the last the call ends.
    pub(super) fn form(&mut self, scope: Scope<'d>) -> Way {
        let items: Vec<_> = scope.dialog.children().filter(Node::is_element).collect();
        let mut way = Way::HangUp;
        for item in items.into_iter().rev() {
            way = match tag(item) {
                "block" => {
                    let nodes: Vec<_> = item.children().collect();
                    let way = self.content(scope, &nodes, way.clone());
                    if item.has_attribute("cond") {
                        self.lose("the condition of a <block>".to_owned());
                    }
                    way
                }
                "field" => self.field(scope, item, way),
                "transfer" => self.transfer(scope, item, way),
                "record" => {
                    let said = self.prompts(item);
                    let go = self.filled(scope, item, way);
                    let label = item.attribute("name").unwrap_or("a message").to_owned();
                    let of = label.clone();
                    let what = What::Voicemail { of, go };
                    let go = Way::Step(self.step(scope, item, &label, what));
                    let what = What::Say { said, go };
                    Way::Step(self.step(scope, item, &label, what))
                }
                "subdialog" | "object" | "initial" => {
                    let what = format!("<{}>", tag(item));
                    let go = self.filled(scope, item, way);
                    self.other(scope, item, &what, Some(go))
                }
                "script" => {
                    self.lose("<script>".to_owned());
                    way
                }
                "filled" => {
                    let nodes: Vec<_> = item.children().collect();
                    self.content(scope, &nodes, way)
                }
                _ => way,
            };
        }
        way
    }

    fn filled(&mut self, scope: Scope<'d>, item: Node<'d, 'd>, after: Way) -> Way {
        let filled = item.children().filter(|n| tag(*n) == "filled");
        let nodes: Vec<_> = filled.flat_map(|n| n.children()).collect();
        self.content(scope, &nodes, after)
    }

    fn transfer(&mut self, scope: Scope<'d>, item: Node<'d, 'd>, after: Way) -> Way {
        let said = self.prompts(item);
        let label = item.attribute("name").unwrap_or("a transfer").to_owned();
        // A blind one is left by whoever transfers.
        let blind = item.attribute("bridge") != Some("true")
            && item.attribute("type").is_none_or(|t| t == "blind");
        let (unanswered, busy) = if blind {
            (Way::HangUp, Way::HangUp)
        } else {
            self.not_reached(scope, item, &label, after)
        };
        let ring = item.attribute("connecttimeout");
        let number = match item.attribute("dest") {
            Some(dest) => dest.to_owned(),
            None => {
                self.lose("the number of a transfer, which is computed".to_owned());
                "a number that is computed".to_owned()
            }
        };
        let what = What::Outside {
            number,
            ring: ring
                .and_then(crate::text::parse_duration)
                .map(|d| d.as_secs()),
            unanswered,
            busy,
        };
        let go = Way::Step(self.step(scope, item, &label, what));
        let what = What::Say { said, go };
        Way::Step(self.step(scope, item, &label, what))
    }

    /// What follows a transfer when nobody answers and when it is busy, as far as `<filled>` tells
    /// them apart.
    fn not_reached(
        &mut self,
        scope: Scope<'d>,
        item: Node<'d, 'd>,
        own: &str,
        after: Way,
    ) -> (Way, Way) {
        let filled = item.children().filter(|n| tag(*n) == "filled");
        let nodes: Vec<_> = filled.flat_map(|n| n.children()).collect();
        let (ways, otherwise) = self.told_apart(scope, &nodes, own, &after);
        if ways.is_empty() {
            let way = self.content(scope, &nodes, after);
            return (way.clone(), way);
        }
        let otherwise = otherwise.unwrap_or(after);
        let way = |result: &str| {
            let own = ways.iter().find(|(v, _)| v == result);
            own.map_or(&otherwise, |(_, way)| way).clone()
        };
        (way("noanswer"), way("busy"))
    }

    /// `<field>`: a menu where single keys are told apart, else an entry.
    fn field(&mut self, scope: Scope<'d>, item: Node<'d, 'd>, after: Way) -> Way {
        let own = item.attribute("name").unwrap_or("entry");
        let label = own.replace('_', " ");
        let said = self.prompts(item);
        let (min, max, told) = self.length(item);
        let boolean = builtin(item).is_some_and(|t| t.starts_with("boolean"));
        let options: Vec<_> = item.children().filter(|n| tag(*n) == "option").collect();
        let options: Vec<(String, String)> = options
            .into_iter()
            .filter_map(|o| {
                let key = o.attribute("dtmf")?.trim().to_owned();
                let value = o.attribute("value").or_else(|| o.text()).unwrap_or(&key);
                Some((key.clone(), value.trim().to_owned()))
            })
            .collect();
        let filled = item.children().filter(|n| tag(*n) == "filled");
        let nodes: Vec<_> = filled.flat_map(|n| n.children()).collect();
        let (ways, otherwise) = self.told_apart(scope, &nodes, own, &after);
        if boolean || !options.is_empty() || (max == 1 && !ways.is_empty()) {
            let options = match (options.is_empty(), boolean) {
                (false, _) => options,
                (true, true) => vec![
                    ("1".to_owned(), "true".to_owned()),
                    ("2".to_owned(), "false".to_owned()),
                ],
                (true, false) => ways.iter().map(|(v, _)| (v.clone(), v.clone())).collect(),
            };
            let mut keys = Vec::new();
            // The same for all that are not told apart.
            let mut others = otherwise;
            for (key, value) in options {
                let own = ways.iter().find(|(v, _)| *v == value || *v == key);
                let way = match own {
                    Some((_, way)) => way.clone(),
                    None => {
                        let way = others.take();
                        let way = way.unwrap_or_else(|| self.content(scope, &nodes, after.clone()));
                        others.insert(way).clone()
                    }
                };
                keys.push((key, way));
            }
            return self.asked(scope, item, &label, said, keys);
        }
        if !told {
            self.lose(format!("what \"{label}\" takes besides digits"));
        }
        let hold = What::Say {
            said: Vec::new(),
            go: Way::HangUp,
        };
        let id = self.step(scope, item, &label, hold);
        let within = Scope {
            asked: Some(id),
            ..scope
        };
        let digits = Digits {
            said,
            min,
            max,
            into: own.to_owned(),
            silence: self.after(within, item, "noinput"),
            wrong: self.after(within, item, "nomatch"),
            go: self.content(within, &nodes, after),
        };
        if let Some(step) = self.flow.steps.get_mut(id.0) {
            step.what = What::Entry(digits);
        }
        Way::Step(id)
    }

    /// Values of the field, and what belongs to each, when that is all that `<filled>` asks.
    fn told_apart(
        &mut self,
        scope: Scope<'d>,
        nodes: &[Node<'d, 'd>],
        own: &str,
        after: &Way,
    ) -> (Vec<(String, Way)>, Option<Way>) {
        let none = || (Vec::new(), None);
        let elements: Vec<_> = nodes.iter().filter(|n| n.is_element()).collect();
        let [one] = elements.as_slice() else {
            return none();
        };
        if tag(**one) != "if" {
            return none();
        }
        let mut all = Vec::new();
        let mut otherwise = None;
        let within = Scope {
            depth: scope.depth + 1,
            ..scope
        };
        for (cond, nodes) in self.branches(**one) {
            let found = match cond {
                // `<if cond="sure">`, `<if cond="!sure">`
                Some(c) if c.trim() == own => Some("true"),
                Some(c) if c.trim().trim_start_matches('!').trim() == own => Some("false"),
                Some(c) => equals(c).filter(|(n, _)| *n == own).map(|(_, v)| v),
                None => None,
            };
            match found {
                Some(value) => {
                    let way = self.content(within, &nodes, after.clone());
                    all.push((value.to_owned(), way));
                }
                None if cond.is_none() => {
                    otherwise = Some(self.content(within, &nodes, after.clone()));
                }
                None => return none(),
            }
        }
        (all, otherwise)
    }

    /// The fewest and the most digits, and whether digits are all that is taken.
    fn length(&self, item: Node<'d, 'd>) -> (usize, usize, bool) {
        let Some(kind) = builtin(item) else {
            return (1, USUAL_DIGITS, false);
        };
        let (word, parameters) = kind.split_once('?').unwrap_or((&kind, ""));
        let (mut min, mut max) = (1, USUAL_DIGITS);
        for parameter in parameters.split([';', '&']) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let n: Option<usize> = value.trim().parse().ok();
            match (key.trim(), n) {
                ("length", Some(n)) => (min, max) = (n, n),
                ("minlength", Some(n)) => min = n,
                ("maxlength", Some(n)) => max = n,
                (_, _) => {}
            }
        }
        (
            min,
            max.max(min),
            matches!(word, "digits" | "number" | "phone"),
        )
    }
}

/// The built-in grammar of a field: by its type, or by a grammar that names it.
fn builtin(item: Node<'_, '_>) -> Option<String> {
    if let Some(kind) = item.attribute("type") {
        return Some(kind.trim().to_owned());
    }
    let mut named = item.children().filter_map(|n| n.attribute("src"));
    named.find_map(|src| {
        let kind = src.strip_prefix("builtin:")?;
        Some(kind.split_once('/').map_or(kind, |(_, k)| k).to_owned())
    })
}
