//! From the steps of the original to the nodes of a line.
//!
//! A hang-up that a key leads to becomes a good-bye; one behind words leads back; all others lead
//! to a person. Failed tries always do. 0, `*` and # keep their meaning of ours.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::flow::{At, Digits, Entry, Flow, Said, StepId, Unmapped, Way, What};
use super::{Wishes, name, prune};
pub use human::people_behind;
pub use node::{Kind, Moved, Node, Plan, Target};
pub use words::sentence;

pub mod outside;

mod human;
mod menu;
mod node;
mod words;

/// Where a way comes from: what may become of a hang-up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Key,
    Words,
    Elsewhere,
}

struct Planner<'f> {
    flow: &'f Flow,
    plan: Plan,
    names: BTreeSet<String>,
    prompt_names: BTreeSet<String>,
    placed: BTreeMap<StepId, usize>,
    goodbye: Option<usize>,
    open: VecDeque<(usize, StepId)>,
    /// What is listed as having no counterpart, to be looked up.
    told: BTreeSet<Unmapped>,
}

/// The line of one entry.
pub fn plan(flow: &Flow, entry: &Entry, name: &str, wishes: &Wishes) -> Plan {
    let human = wishes.human.clone();
    let human = human.unwrap_or_else(|| human::choose(flow, &entry.start));
    let language = wishes.language.clone().or_else(|| entry.language.clone());
    let mut planner = Planner {
        flow,
        plan: Plan {
            name: name.to_owned(),
            human: human.clone(),
            language,
            ..Plan::default()
        },
        names: BTreeSet::new(),
        prompt_names: BTreeSet::new(),
        placed: BTreeMap::new(),
        goodbye: None,
        open: VecDeque::new(),
        told: BTreeSet::new(),
    };
    planner.queue(&human, "behind 0");
    for step in &flow.steps {
        if matches!(&step.what, What::People { queue, .. } if *queue == human) {
            planner.queue(&human, &format!("\"{}\" ({})", step.label, step.id));
        }
    }
    let mut lost = Vec::new();
    let start = planner.way(&entry.start, From::Elsewhere, &mut lost);
    if start != Target::Node(0) {
        let queue = Kind::Queue(human);
        planner.plan.nodes.clear();
        planner.add("people", "People", entry.at.clone(), queue);
    }
    while let Some((at, id)) = planner.open.pop_front() {
        planner.fill(at, id);
    }
    if let Some(first) = planner.plan.nodes.first_mut() {
        first.comments.extend(lost);
    }
    let mut plan = planner.plan;
    prune::prune(&mut plan);
    plan
}

impl Planner<'_> {
    fn add(&mut self, label: &str, shown: &str, at: At, kind: Kind) -> usize {
        let name = name::fresh(label, "node", &mut self.names);
        self.plan.nodes.push(Node {
            name,
            label: shown.to_owned(),
            comments: Vec::new(),
            at,
            kind,
        });
        self.plan.nodes.len() - 1
    }

    fn queue(&mut self, name: &str, was: &str) {
        let known = self.plan.queues.entry(name.to_owned()).or_default();
        known.insert(was.to_owned());
    }

    fn unmapped(&mut self, at: &At, what: String, instead: &str) -> String {
        let line = format!("{what} ({at}): {instead}");
        let unmapped = Unmapped {
            at: at.clone(),
            what,
            instead: instead.to_owned(),
        };
        if self.told.insert(unmapped.clone()) {
            self.plan.unmapped.push(unmapped);
        }
        line
    }

    /// Where a way leads; what is left out on it is listed, and told in `lost`.
    fn way(&mut self, way: &Way, from: From, lost: &mut Vec<String>) -> Target {
        let flow = self.flow;
        let mut way = way;
        let mut from = from;
        let mut passed = BTreeSet::new();
        loop {
            let id = match way {
                Way::Step(id) => *id,
                Way::Back => return Target::Back,
                Way::HangUp => {
                    return match from {
                        From::Key => self.goodbye(),
                        From::Words => Target::Back,
                        From::Elsewhere => Target::Human,
                    };
                }
                Way::Missing(what) => {
                    lost.push(format!("`{what}` is not in the files: a person"));
                    return Target::Human;
                }
            };
            let Some(step) = flow.step(id) else {
                return Target::Human;
            };
            self.plan.seen.insert(id);
            if !passed.insert(id) {
                lost.push("the original went round and round here: a person".to_owned());
                return Target::Human;
            }
            let next = match &step.what {
                What::Other { what, go } => {
                    let what = format!("{what} \"{}\"", step.label);
                    let instead = match go {
                        Some(_) => "left out, the call goes on behind it",
                        None => "a person in its place",
                    };
                    lost.push(self.unmapped(&step.at, what, instead));
                    match go {
                        Some(go) => go,
                        None => return Target::Human,
                    }
                }
                What::Say { said, go } if said.is_empty() => {
                    for what in &step.lost {
                        lost.push(self.unmapped(&step.at, what.clone(), "left out"));
                    }
                    go
                }
                What::Ask { url, go, .. } if !is_address(url) => {
                    let what = format!("the web service of \"{}\"", step.label);
                    let instead = "left out: its address is not one that we can ask";
                    lost.push(self.unmapped(&step.at, what, instead));
                    go
                }
                What::Menu(m) if m.keys.is_empty() && m.said.is_empty() => &m.silence.then,
                What::Say { .. }
                | What::Ask { .. }
                | What::Menu(_)
                | What::Entry(_)
                | What::Choose { .. }
                | What::People { .. }
                | What::Outside { .. }
                | What::Callback { .. }
                | What::Voicemail { .. } => return Target::Node(self.place(id)),
            };
            way = next;
            from = From::Elsewhere;
        }
    }

    fn place(&mut self, id: StepId) -> usize {
        if let Some(at) = self.placed.get(&id) {
            return *at;
        }
        let (label, at) = match self.flow.step(id) {
            Some(step) => (step.label.clone(), step.at.clone()),
            None => (String::new(), At::default()),
        };
        let node = self.add(&label, &label, at, Kind::Empty);
        self.placed.insert(id, node);
        self.open.push_back((node, id));
        node
    }

    fn goodbye(&mut self) -> Target {
        let at = match self.goodbye {
            Some(at) => at,
            None => self.add("goodbye", "Good-bye", At::default(), Kind::Goodbye),
        };
        self.goodbye = Some(at);
        Target::Node(at)
    }

    fn fill(&mut self, node: usize, id: StepId) {
        let flow = self.flow;
        let Some(step) = flow.step(id) else { return };
        let mut lost: Vec<String> = vec![format!("from {} `{}`", step.at, step.id)];
        for what in &step.lost {
            lost.push(self.unmapped(&step.at, what.clone(), "left out"));
        }
        let kind = match &step.what {
            What::Menu(m) if m.keys.is_empty() => {
                self.hint(&step.at, "a menu without keys became words".to_owned());
                Kind::Say {
                    said: self.said(&m.said),
                    go: self.way(&m.silence.then, From::Words, &mut lost),
                }
            }
            What::Menu(m) => self.menu(id, m, &step.label, &step.at, &mut lost),
            What::Entry(d) => self.collect(d, &step.label, &mut lost),
            What::Say { said, go } => Kind::Say {
                said: self.said(said),
                go: self.way(go, From::Words, &mut lost),
            },
            What::Choose { cases, otherwise } => Kind::Choose {
                cases: cases
                    .iter()
                    .map(|(when, way)| (when.clone(), self.way(way, From::Elsewhere, &mut lost)))
                    .collect(),
                otherwise: self.way(otherwise, From::Elsewhere, &mut lost),
            },
            What::Ask {
                url,
                post,
                body,
                go,
                failed: _,
            } => {
                lost.push("what it answers is not looked at: add `take`".to_owned());
                Kind::Ask {
                    url: url.clone(),
                    post: *post,
                    body: body.clone(),
                    go: self.way(go, From::Elsewhere, &mut lost),
                }
            }
            What::People { queue, .. } => {
                self.queue(queue, &format!("\"{}\" ({})", step.label, step.id));
                Kind::Queue(queue.clone())
            }
            What::Outside {
                number,
                ring,
                unanswered,
                busy,
            } => match outside::number(number) {
                Some(called) => {
                    if busy != unanswered {
                        let what = format!("what follows when \"{}\" is busy", step.label);
                        let instead = "what follows when nobody answers there";
                        lost.push(self.unmapped(&step.at, what, instead));
                    }
                    let was = format!("\"{}\" ({})", step.label, step.id);
                    let known = self.plan.outside.entry(called.clone()).or_default();
                    known.insert(was);
                    Kind::Dial {
                        number: called,
                        ring: ring
                            .map(outside::ring)
                            .filter(|s| *s != outside::USUAL_RING),
                        missing: self.way(unanswered, From::Elsewhere, &mut lost),
                    }
                }
                None => {
                    let what = format!("the call to {number} outside");
                    lost.push(self.unmapped(&step.at, what, "a person in its place"));
                    Kind::Queue(self.plan.human.clone())
                }
            },
            What::Callback { go } => {
                let queue = people_behind(flow, go).unwrap_or(&self.plan.human);
                let queue = queue.to_owned();
                self.queue(&queue, &format!("\"{}\" ({})", step.label, step.id));
                Kind::Callback(queue)
            }
            What::Voicemail { of, .. } => {
                lost.push(format!("the box of {of}: the people of the queue get it"));
                Kind::Message(self.plan.human.clone())
            }
            What::Other { .. } => Kind::Queue(self.plan.human.clone()),
        };
        if let Some(node) = self.plan.nodes.get_mut(node) {
            node.kind = kind;
            let mut told = BTreeSet::new();
            lost.retain(|l| told.insert(l.clone()));
            node.comments = lost;
        }
    }

    fn hint(&mut self, at: &At, what: String) {
        let hint = (at.clone(), what);
        if !self.plan.hints.contains(&hint) {
            self.plan.hints.push(hint);
        }
    }

    /// Recordings get names.
    fn said(&mut self, said: &[Said]) -> Vec<Said> {
        for one in said {
            if let Said::Recording(path, _) = one
                && !self.plan.prompts.contains_key(path)
            {
                let name = name::of_recording(path);
                let name = name::fresh(&name, "recording", &mut self.prompt_names);
                self.plan.prompts.insert(path.clone(), name);
            }
        }
        said.to_vec()
    }

    fn collect(&mut self, digits: &Digits, label: &str, lost: &mut Vec<String>) -> Kind {
        let min = digits.min.clamp(1, 32);
        let max = digits.max.clamp(min, 32);
        if (min, max) != (digits.min, digits.max) {
            lost.push(format!(
                "digits were {} to {}: entries of 1 to 32 are taken",
                digits.min, digits.max
            ));
        }
        if max > 1 {
            lost.push("may it begin with 0? then add `leading_zero: yes`".to_owned());
            lost.push("is it secret? then add `sensitive: yes`".to_owned());
        }
        let mut said = self.said(&digits.said);
        if said.is_empty() {
            said.push(Said::Text(format!("{label}.")));
        }
        Kind::Collect {
            said,
            digits: (min, max),
            into: name::value(&digits.into),
            tries: menu::tries(digits.silence.tries, digits.wrong.tries),
            go: self.way(&digits.go, From::Elsewhere, lost),
        }
    }
}

/// http or https, a host without values, and a path.
fn is_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    let host = rest.and_then(|r| r.split_once('/')).map(|(host, _)| host);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    let bad = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`|".contains(c);
    host.is_some_and(|h| !h.is_empty() && h.chars().all(plain)) && !url.contains(bad)
}
