//! Runs a test on a stage and compares.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Agents, Goal, Spot, Step, Trial};
use crate::ids::{NodeName, QueueName};
use crate::menu::mistake::Mistake;
use crate::menu::outcome::{Reason, StepKind};
use crate::record::timeline::Event;
use crate::record::verdict::{Stage as StageName, Verdict};
use crate::rehearse::house::House;
use crate::rehearse::moment::{Happening, Moment, Transcript, words};
use crate::rehearse::stage::{Incoming, Stage};
use crate::rehearse::world::{AgentPlan, Ring, Storing, World};

/// Between two keys of one `press`.
const BETWEEN_KEYS: Duration = Duration::from_millis(200);
/// Nothing is waited for longer.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// What came of a test.
#[derive(Debug)]
pub struct Run {
    /// Empty: it passed.
    pub failures: Vec<Failure>,
    /// What happened.
    pub moments: Vec<Moment>,
}

/// Something that was not as it should be.
#[derive(Debug)]
pub struct Failure {
    /// Where it is expected, what, and what happened instead.
    pub what: Mistake,
    /// Everything until then.
    pub so_far: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        writeln!(f, "  so far:")?;
        self.so_far.lines().try_for_each(|l| writeln!(f, "  {l}"))
    }
}

/// Runs a test.
pub fn run(house: &Arc<House>, trial: &Trial) -> Run {
    let mut stage = Stage::new(Arc::clone(house), world(house, trial), trial.at);
    let caller = stage.call(Incoming {
        line: Arc::clone(&trial.line),
        dialled: trial.dialled.clone(),
        from: trial.from.clone(),
        speaks: Duration::ZERO,
    });
    let mut run = Running {
        house,
        trial,
        stage,
        caller,
        heard: (0, 0),
        failures: Vec::new(),
    };
    run.on_until(|r| r.stage.place(r.caller) != Some(StageName::Ringing));
    let good = trial.steps.iter().all(|(step, spot)| run.step(step, spot));
    if good {
        run.compare();
    }
    // Coverage counts what comes of the last step as well.
    run.on_until(|r| r.waits() || r.stage.place(r.caller).is_none());
    Run {
        failures: run.failures,
        moments: run.stage.moments().to_vec(),
    }
}

fn world(house: &House, trial: &Trial) -> World {
    let agents = house.acd().agents.iter().map(|a| AgentPlan {
        then: match trial.agents {
            Agents::Ready | Agents::Busy | Agents::None => Ring::usual(),
            Agents::Silent => Ring::NotAnswered,
        },
        busy: trial.agents == Agents::Busy,
        ..AgentPlan::ready(a.id.clone())
    });
    World {
        agents: match trial.agents {
            Agents::None => Vec::new(),
            Agents::Ready | Agents::Silent | Agents::Busy => agents.collect(),
        },
        services: trial.services.clone(),
        open_outside: {
            let told = |(step, _): &&(Step, Spot)| matches!(step, Step::Dial(_));
            trial.steps.iter().filter(told).count()
        },
        store: match trial.store_fails {
            true => vec![Storing::Fails(Duration::from_secs(1)); 100],
            false => Vec::new(),
        },
        ..World::default()
    }
}

struct Running<'a> {
    house: &'a House,
    trial: &'a Trial,
    stage: Stage,
    caller: usize,
    /// How far has been listened: the moment, and the octet within it.
    heard: (usize, usize),
    failures: Vec<Failure>,
}

impl Running<'_> {
    /// Time goes on until `enough`, the end of the call, or the end of patience.
    fn on_until(&mut self, enough: impl Fn(&Self) -> bool) -> bool {
        let last = self.stage.now().mono + PATIENCE;
        loop {
            if enough(self) {
                return true;
            }
            let due = self.stage.next_due();
            let over = self.stage.verdict(self.caller).is_some();
            if over || due.is_none_or(|due| due > last) || !self.stage.step() {
                return enough(self);
            }
        }
    }

    /// Nothing happens any more until the next step. A number that rings is answered before long,
    /// unless a step is to say what becomes of it.
    fn waits(&self) -> bool {
        let (stage, n) = (&self.stage, self.caller);
        stage.waits_for_caller(n) && (!stage.is_dialling(n) || stage.rings_open(n))
    }

    fn step(&mut self, step: &Step, spot: &Spot) -> bool {
        match step {
            Step::Hear(what) => return self.hear(what, spot),
            Step::Press(keys) => {
                for (i, &key) in keys.iter().enumerate() {
                    if i > 0 {
                        self.stage.run_until(self.stage.now().mono + BETWEEN_KEYS);
                    }
                    self.stage.press(self.caller, key);
                }
            }
            Step::Silence => self.silence(),
            Step::Wait(time) => self.stage.run_until(self.stage.now().mono + *time),
            Step::Speak(time) => self.stage.speak(self.caller, *time),
            Step::AtNode(node) => {
                let at = self.node();
                if at.as_ref() != Some(node) {
                    let is =
                        at.map_or("is out of the menus".to_owned(), |n| format!("is at `{n}`"));
                    let what = format!("the caller should be at `{node}`");
                    self.fail(spot, what, format!("the caller {is}"));
                    return false;
                }
            }
            Step::Dial(ring) => return self.dial(ring, spot),
            Step::Fault => self.stage.break_prompt(self.caller),
            Step::HangUp => self.stage.hang_up(self.caller),
        }
        true
    }

    fn node(&self) -> Option<NodeName> {
        let walk = self.stage.walk(self.caller)?;
        walk.place().cloned()
    }

    /// Says nothing until the line gives up waiting.
    fn silence(&mut self) {
        let from = self.stage.moments().len();
        let recording = self.stage.place(self.caller) == Some(StageName::Message);
        self.on_until(|r| {
            if recording {
                return !r.stage.waits_for_caller(r.caller);
            }
            let mut since = r.stage.moments().iter().skip(from);
            since.any(|m| ends_silence(&m.what))
        });
    }

    /// An outside number is called by now or soon, and this becomes of it.
    fn dial(&mut self, ring: &Ring, spot: &Spot) -> bool {
        self.on_until(|r| r.stage.rings_open(r.caller) || r.waits());
        if !self.stage.rings_open(self.caller) {
            let what = "an outside number should be called".to_owned();
            self.fail(spot, what, self.whereabouts());
            return false;
        }
        self.stage.decide(self.caller, ring.clone());
        self.on_until(|r| !r.stage.is_dialling(r.caller));
        true
    }

    fn hear(&mut self, wanted: &str, spot: &Spot) -> bool {
        let from = self.heard.0;
        let found = |r: &Self| find(r.house, r.stage.moments(), r.heard, wanted);
        self.on_until(|r| found(r).is_some() || r.waits());
        if let Some(at) = found(self) {
            self.heard = at;
            return true;
        }
        let rest = self.stage.moments().iter().enumerate().skip(from);
        let instead: Vec<String> = rest
            .filter_map(|(i, m)| {
                let whole = heard(self.house, &m.what)?;
                let rest = if i == from && self.heard.1 > 0 {
                    // The rest of what was heard in part, as it was compared.
                    plain(&whole).get(self.heard.1..)?.trim().to_owned()
                } else {
                    whole
                };
                Some(rest).filter(|t| !t.is_empty())
            })
            .collect();
        let instead = match instead.as_slice() {
            [] => "nothing more was said".to_owned(),
            some => format!("heard instead: \"{}\"", some.join("\", then \"")),
        };
        self.fail(spot, format!("should be heard: \"{wanted}\""), instead);
        false
    }

    fn compare(&mut self) {
        let trial = self.trial;
        if let Some((goal, spot)) = &trial.reaches {
            self.on_until(|r| r.reached(goal) || r.waits());
            if !self.reached(goal) {
                let what = format!("the call should reach {goal}");
                self.fail(spot, what, self.whereabouts());
            }
        } else {
            // What the last step leads to belongs to what is compared.
            self.on_until(|r| {
                let place = r.stage.place(r.caller);
                r.waits() || place != Some(StageName::Menu)
            });
        }
        if let Some((wanted, spot)) = &trial.reason {
            // Why the caller left the menus; what comes later are the queue's own reasons.
            let first = self.records().find_map(queued);
            let is = first.map_or("no reason: no queue was reached", |(_, why)| word(why));
            if is != wanted {
                let (what, is) = (format!("the reason should be `{wanted}`"), is.to_owned());
                self.fail(spot, what, format!("it is `{is}`"));
            }
        }
        if let Some((wanted, spot)) = &trial.path {
            let path: Vec<&str> = self.records().filter_map(entered).collect();
            if path != wanted.iter().map(String::as_str).collect::<Vec<_>>() {
                let is = format!("it is [{}]", path.join(", "));
                let what = format!("the path should be [{}]", wanted.join(", "));
                self.fail(spot, what, is);
            }
        }
        let mut from = (0, 0);
        for (wanted, spot) in &trial.says {
            match find(self.house, self.stage.moments(), from, wanted) {
                Some(at) => from = at,
                None => {
                    let what = format!("should be said, in this order: \"{wanted}\"");
                    self.fail(spot, what, "it is not".to_owned());
                }
            }
        }
        self.compare_card();
    }

    fn compare_card(&mut self) {
        let trial = self.trial;
        for (name, wanted, spot) in &trial.entries {
            let card = self.stage.card(self.caller);
            let entries = card.map(|c| c.entries()).unwrap_or_default();
            let found = entries.iter().find(|(n, _)| n == name);
            let is = found.map(|(_, v)| v.for_agent());
            if is.as_ref() != Some(wanted) {
                let is = is.map_or("nothing".to_owned(), |v| format!("`{v}`"));
                let what = format!("the agent should see `{wanted}` as `{name}`");
                self.fail(spot, what, format!("the agent sees {is}"));
            }
        }
        if let Some((wanted, spot)) = &trial.language {
            let card = self.stage.card(self.caller);
            let is = card.and_then(|c| c.language.clone());
            let is = is.or_else(|| trial.line.languages.first().map(|l| l.as_str().to_owned()));
            let is = is.unwrap_or_default();
            if is != *wanted {
                let what = format!("the call should go on in `{wanted}`");
                self.fail(spot, what, format!("it goes on in `{is}`"));
            }
        }
    }

    fn records(&self) -> impl Iterator<Item = &Event> {
        let moments = self.stage.moments().iter();
        moments.filter_map(|m| m.what.recorded())
    }

    fn reached(&self, goal: &Goal) -> bool {
        match goal {
            Goal::Queue(name) => self.records().filter_map(queued).any(|(q, _)| q == name),
            Goal::Agent => self.records().any(|e| matches!(e, Event::Connected { .. })),
            Goal::Outside => self
                .records()
                .any(|e| matches!(e, Event::Transferred { .. })),
            Goal::Message => {
                self.stage.place(self.caller) == Some(StageName::Message)
                    || matches!(
                        self.stage.verdict(self.caller),
                        Some(Verdict::MessageStored { .. })
                    )
            }
            Goal::Callback => self
                .records()
                .any(|e| matches!(e, Event::CallbackStored { .. })),
            Goal::Goodbye => matches!(
                self.stage.verdict(self.caller),
                Some(Verdict::Goodbye { .. })
            ),
        }
    }

    fn whereabouts(&self) -> String {
        if let Some(verdict) = self.stage.verdict(self.caller) {
            return format!("it ended: {verdict}");
        }
        match (self.node(), self.stage.place(self.caller)) {
            (Some(node), Some(StageName::Menu)) => format!("it waits for a key at `{node}`"),
            (_, Some(place)) => format!("it is still {place}"),
            (_, None) => "it is being ended".to_owned(),
        }
    }

    fn fail(&mut self, spot: &Spot, what: String, instead: String) {
        let name = &self.trial.name;
        let told = Transcript {
            house: self.house,
            moments: self.stage.moments(),
            several: false,
        };
        self.failures.push(Failure {
            so_far: told.to_string(),
            what: Mistake {
                what: format!("`{name}`: {what}"),
                remedy: instead,
                ..spot.clone()
            },
        });
    }
}

/// Words as they are compared: case and white space do not count.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn said(house: &House, what: &Happening) -> Option<String> {
    heard(house, what).map(|text| plain(&text))
}

/// Music has no words.
fn heard(house: &House, what: &Happening) -> Option<String> {
    let Happening::Hears {
        prompts,
        repeat: false,
    } = what
    else {
        return None;
    };
    Some(words(house, prompts))
}

/// Whether the line has given up waiting for a key, or taken what there was.
fn ends_silence(what: &Happening) -> bool {
    if matches!(what, Happening::Records) {
        return true;
    }
    let Some(event) = what.recorded() else {
        return false;
    };
    if let Event::Step { step } = event {
        return matches!(
            step.what,
            StepKind::Silent | StepKind::Collected { .. } | StepKind::Failed { .. }
        );
    }
    matches!(
        event,
        Event::Queued { .. } | Event::Transferred { .. } | Event::Ended { .. }
    )
}

fn queued(event: &Event) -> Option<(&QueueName, &Reason)> {
    let Event::Queued { queue, reason, .. } = event else {
        return None;
    };
    Some((queue, reason))
}

fn entered(event: &Event) -> Option<&str> {
    let Event::Step { step } = event else {
        return None;
    };
    matches!(step.what, StepKind::Entered { .. }).then(|| step.node.as_str())
}

/// Where the words (or the prompt of that name) are heard, from there on: just behind them.
fn find(
    house: &House,
    moments: &[Moment],
    from: (usize, usize),
    wanted: &str,
) -> Option<(usize, usize)> {
    let text_wanted = plain(wanted);
    moments.iter().enumerate().skip(from.0).find_map(|(i, m)| {
        let skip = if i == from.0 { from.1 } else { 0 };
        let text = said(house, &m.what)?;
        if let Some(at) = text.get(skip..).and_then(|t| t.find(&text_wanted)) {
            return Some((i, skip + at + text_wanted.len()));
        }
        let Happening::Hears { prompts, .. } = &m.what else {
            return None;
        };
        // Where each prompt begins and ends in what is said.
        let end = |n: usize| plain(&words(house, prompts.get(..n).unwrap_or_default())).len();
        let mut named = (0..prompts.len()).filter(|n| prompts[*n].name.as_str() == wanted);
        named.find(|n| end(*n) >= skip).map(|n| (i, end(n + 1)))
    })
}

fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::Asked => "asked",
        Reason::Silence => "silence",
        Reason::WrongKeys => "wrong keys",
        Reason::Routed => "routed",
        Reason::Fault { .. } => "fault",
        Reason::Transferred => "transferred",
        Reason::Callback => "callback",
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::Queue(name) => write!(f, "the queue {name}"),
            Goal::Agent => f.write_str("an agent"),
            Goal::Outside => f.write_str("an outside number"),
            Goal::Message => f.write_str("a message"),
            Goal::Callback => f.write_str("a callback"),
            Goal::Goodbye => f.write_str("a goodbye"),
        }
    }
}
