//! From destinations to steps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::flow::{
    After, At, Condition, Entry, Flow, Menu, Said, Step, StepId, Unmapped, Way, What,
};
use super::super::name;
use super::super::plan::outside;
use super::things::{Failed, Thing, ThingKind, Things, key};

/// The flow of everything that calls can come to.
pub fn flow(mut things: Things) -> Flow {
    let mut flow = Flow {
        hours: std::mem::take(&mut things.hours),
        ..Flow::default()
    };
    let unmapped = std::mem::take(&mut things.unmapped);
    flow.unmapped = unmapped
        .into_iter()
        .map(|(at, what, instead)| Unmapped { at, what, instead })
        .collect();
    let mut builder = Builder {
        things: &things,
        flow,
        placed: BTreeMap::new(),
        open: VecDeque::new(),
        queues: BTreeSet::new(),
    };
    builder.routes();
    builder.work();
    builder.forgotten();
    builder.flow
}

struct Builder<'t> {
    things: &'t Things,
    flow: Flow,
    placed: BTreeMap<String, StepId>,
    open: VecDeque<(StepId, &'t Thing)>,
    queues: BTreeSet<String>,
}

impl<'t> Builder<'t> {
    /// One line for each place that numbers lead to.
    fn routes(&mut self) {
        let mut by_place: BTreeMap<String, usize> = BTreeMap::new();
        let things = self.things;
        for route in &things.routes {
            let place = key(&route.to);
            if let Some(entry) = by_place
                .get(&place)
                .and_then(|i| self.flow.entries.get_mut(*i))
            {
                entry.numbers.push(route.number.clone());
                continue;
            }
            let start = self.way(&route.to, &route.at, false);
            let known = things.by_key.get(&place).map(|t| t.label.clone());
            let label = Some(route.label.clone()).filter(|l| !l.is_empty());
            let label = label.or(known).unwrap_or_else(|| route.number.clone());
            by_place.insert(place, self.flow.entries.len());
            self.flow.entries.push(Entry {
                label,
                numbers: vec![route.number.clone()],
                language: None,
                start,
                at: route.at.clone(),
            });
        }
        for entry in &mut self.flow.entries {
            entry.numbers.retain(|n| !n.is_empty());
        }
    }

    /// Menus that no number leads to: first those that nothing leads to, then what is left.
    fn forgotten(&mut self) {
        let things = self.things;
        let mut named: BTreeSet<String> = BTreeSet::new();
        for (own, thing) in &things.by_key {
            let to = destinations(&thing.kind);
            named.extend(to.map(|d| key(d)).filter(|k| k != own));
        }
        for rooted in [true, false] {
            for (own, thing) in &things.by_key {
                let menu = matches!(thing.kind, ThingKind::Ivr { .. });
                if !menu || self.placed.contains_key(own) || (rooted && named.contains(own)) {
                    continue;
                }
                let start = Way::Step(self.place(own, thing));
                self.flow.entries.push(Entry {
                    label: thing.label.clone(),
                    numbers: Vec::new(),
                    language: None,
                    start,
                    at: thing.at.clone(),
                });
                self.work();
            }
        }
    }

    fn work(&mut self) {
        while let Some((id, thing)) = self.open.pop_front() {
            let what = self.what(thing);
            if let Some(step) = self.flow.steps.get_mut(id.0) {
                step.what = what;
            }
        }
    }

    fn place(&mut self, own: &str, thing: &'t Thing) -> StepId {
        if let Some(id) = self.placed.get(own) {
            return *id;
        }
        let what = What::Other {
            what: String::new(),
            go: None,
        };
        let id = self.step(own, &thing.label, &thing.at, what);
        if let Some(step) = self.flow.steps.get_mut(id.0) {
            step.lost.clone_from(&thing.lost);
        }
        self.open.push_back((id, thing));
        id
    }

    fn step(&mut self, own: &str, label: &str, at: &At, what: What) -> StepId {
        let label = if label.trim().is_empty() { own } else { label };
        let id = self.flow.push(Step {
            id: own.to_owned(),
            label: label.trim().to_owned(),
            at: at.clone(),
            what,
            lost: Vec::new(),
        });
        self.placed.insert(own.to_owned(), id);
        id
    }

    /// Where a destination leads; `back`: behind a message, to the menu.
    fn way(&mut self, to: &str, at: &At, back: bool) -> Way {
        let to = to.trim();
        if to.is_empty() {
            return Way::Missing("no destination".to_owned());
        }
        let own = key(to);
        let things = self.things;
        if let Some(thing) = things.by_key.get(&own) {
            return Way::Step(self.place(&own, thing));
        }
        let (context, extension) = own.split_once(',').unwrap_or((&own, ""));
        match context {
            "app-blackhole" => return self.black_hole(extension, at),
            "ext-local" if extension.starts_with("vm") => {
                let of = extension.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                let of = format!(
                    "{}{}",
                    self.person(of),
                    if back { " (then back)" } else { "" }
                );
                let own = format!("{own}{}", if back { ",back" } else { "" });
                if let Some(id) = self.placed.get(&own) {
                    return Way::Step(*id);
                }
                let label = format!("voicemail of {of}");
                let go = if back { Way::Back } else { Way::HangUp };
                let what = What::Voicemail { of, go };
                return Way::Step(self.step(&own, &label, at, what));
            }
            c if c.starts_with("ivr-") && extension == "return" => return Way::Back,
            "from-did-direct" | "ext-local" | "from-internal" | "ext-findmefollow" => {
                let who = extension.trim_start_matches("FMGL");
                return self.people(&format!("extension,{who}"), &self.person(who), at);
            }
            "ext-queues" | "ext-group" | "timeconditions" | "app-daynight" | "ext-miscdests" => {
                if things.complete.contains(&context) {
                    return Way::Missing(to.to_owned());
                }
                if context == "ext-queues" || context == "ext-group" {
                    let word = if context == "ext-group" {
                        "group"
                    } else {
                        "queue"
                    };
                    return self.people(&own, &format!("{word} {extension}"), at);
                }
            }
            c if c.starts_with("ivr-") || c.starts_with("app-announcement-") => {
                return Way::Missing(to.to_owned());
            }
            _ => {}
        }
        if let Some(id) = self.placed.get(&own) {
            return Way::Step(*id);
        }
        let what = What::Other {
            what: "the destination".to_owned(),
            go: None,
        };
        Way::Step(self.step(&own, to, at, what))
    }

    fn black_hole(&mut self, extension: &str, at: &At) -> Way {
        if !matches!(extension, "musiconhold" | "ring") {
            return Way::HangUp;
        }
        let own = format!("app-blackhole,{extension}");
        if let Some(id) = self.placed.get(&own) {
            return Way::Step(*id);
        }
        let what = What::Other {
            what: "what never ends:".to_owned(),
            go: None,
        };
        Way::Step(self.step(&own, extension, at, what))
    }

    fn person(&self, extension: &str) -> String {
        match self.things.people.get(extension) {
            Some(name) if !name.is_empty() => name.clone(),
            Some(_) | None => format!("extension {extension}"),
        }
    }

    fn people(&mut self, own: &str, label: &str, at: &At) -> Way {
        if let Some(id) = self.placed.get(own) {
            return Way::Step(*id);
        }
        let queue = name::fresh(label, "queue", &mut self.queues);
        let what = What::People {
            queue,
            unanswered: None,
        };
        Way::Step(self.step(own, label, at, what))
    }

    fn what(&mut self, thing: &'t Thing) -> What {
        let at = &thing.at;
        let said = |files: &[String]| {
            let files = files.iter().map(|f| Said::Recording(f.clone(), None));
            files.collect::<Vec<_>>()
        };
        match &thing.kind {
            ThingKind::Ivr {
                recordings,
                keys,
                silence,
                wrong,
                wait,
                back_from_voicemail: back,
            } => What::Menu(Menu {
                said: said(recordings),
                keys: keys
                    .iter()
                    .map(|(key, to, return_)| {
                        let way = if *return_ {
                            Way::Back
                        } else {
                            self.way(to, at, *back)
                        };
                        (key.clone(), way)
                    })
                    .collect(),
                silence: self.after(silence, at, *back),
                wrong: self.after(wrong, at, *back),
                wait: *wait,
            }),
            ThingKind::Announcement {
                recordings,
                to,
                back,
            } => What::Say {
                said: said(recordings),
                go: if *back {
                    Way::Back
                } else {
                    self.way(to, at, false)
                },
            },
            ThingKind::People { unanswered } => What::People {
                queue: name::fresh(&thing.label, "queue", &mut self.queues),
                unanswered: unanswered.as_ref().map(|to| self.way(to, at, false)),
            },
            ThingKind::Times {
                hours,
                open,
                closed,
            } => {
                let when = match hours {
                    Some(name) => Condition::Open(name.clone()),
                    None => Condition::Other("its times say open".to_owned()),
                };
                What::Choose {
                    cases: vec![(when, self.way(open, at, false))],
                    otherwise: self.way(closed, at, false),
                }
            }
            ThingKind::Switch { day, night } => What::Choose {
                cases: vec![(
                    Condition::Other("somebody switched to night".to_owned()),
                    self.way(night, at, false),
                )],
                otherwise: self.way(day, at, false),
            },
            ThingKind::Outside(number) => self.dialled(number, at),
            ThingKind::Callback(to) => What::Callback {
                go: self.way(to, at, false),
            },
            ThingKind::Other(what) => What::Other {
                what: what.clone(),
                go: None,
            },
        }
    }

    /// What is dialled as if by a phone of the house: people of it, or a number outside.
    fn dialled(&mut self, number: &str, at: &At) -> What {
        let things = self.things;
        let inside = ["ext-queues", "ext-group"].map(|kind| format!("{kind},{number}"));
        let inside = inside
            .into_iter()
            .find(|own| things.by_key.contains_key(own));
        let go = match inside {
            Some(to) => self.way(&to, at, false),
            None if things.people.contains_key(number) => {
                self.people(&format!("extension,{number}"), &self.person(number), at)
            }
            None if outside::number(number).is_none() => {
                return What::Other {
                    what: format!("the code {number},"),
                    go: None,
                };
            }
            None => {
                return What::Outside {
                    number: number.to_owned(),
                    ring: None,
                    unanswered: Way::HangUp,
                    busy: Way::HangUp,
                };
            }
        };
        What::Say {
            said: Vec::new(),
            go,
        }
    }

    fn after(&mut self, failed: &Failed, at: &At, back: bool) -> After {
        match failed.tries {
            None => After::never(),
            Some(n) => After::tries(n, self.way(&failed.to, at, back)),
        }
    }
}

fn destinations(kind: &ThingKind) -> Box<dyn Iterator<Item = &String> + '_> {
    match kind {
        ThingKind::Ivr {
            keys,
            silence,
            wrong,
            ..
        } => Box::new(
            keys.iter()
                .map(|(_, to, _)| to)
                .chain([&silence.to, &wrong.to]),
        ),
        ThingKind::Announcement { to, .. } | ThingKind::Callback(to) => Box::new([to].into_iter()),
        ThingKind::People { unanswered } => Box::new(unanswered.iter()),
        ThingKind::Times { open, closed, .. } => Box::new([open, closed].into_iter()),
        ThingKind::Switch { day, night } => Box::new([day, night].into_iter()),
        ThingKind::Outside(_) | ThingKind::Other(_) => Box::new(std::iter::empty()),
    }
}
