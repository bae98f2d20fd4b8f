//! What the original did to its callers: every way on which it left one without a person, with
//! the shortest call that shows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::flow::{After, At, Entry, Flow, Menu, Step, StepId, Way, What};
use super::plan::{Plan, outside, people_behind};
use super::report::{Fault, Finding, Findings};

/// So many steps that go on by themselves are followed from one key.
const MOST: usize = 500;

/// Everything that is to be told about one entry.
pub fn judge(flow: &Flow, entry: &Entry, plan: &Plan) -> Findings {
    let calls = calls(flow, &entry.start);
    let mut judge = Judge {
        flow,
        plan,
        with_people: with_people(flow),
        at: entry.at.clone(),
        node: entry.label.clone(),
        found: Vec::new(),
    };
    judge.chain(&entry.start, "answer", Cause::Itself);
    for (id, call) in &calls {
        if let Some(step) = flow.step(*id) {
            (judge.at, judge.node) = (step.at.clone(), step.label.clone());
            judge.step(*id, step, call);
        }
    }
    let mut found = judge.found;
    found.sort_by(|a, b| {
        (&a.at, &a.node, a.fault, &a.call).cmp(&(&b.at, &b.node, b.fault, &b.call))
    });
    found.dedup();
    let met = calls.into_keys().collect();
    Findings { found, met }
}

/// Each step that a call can come to, and the shortest such call.
fn calls(flow: &Flow, start: &Way) -> BTreeMap<StepId, String> {
    let mut met: BTreeMap<StepId, String> = BTreeMap::new();
    let mut next = VecDeque::from([(start.clone(), "answer".to_owned())]);
    while let Some((way, call)) = next.pop_front() {
        let Way::Step(id) = way else { continue };
        if met.contains_key(&id) {
            continue;
        }
        let Some(step) = flow.step(id) else { continue };
        met.insert(id, call.clone());
        // However long the way is, its beginning shows it.
        let mut on = |way: &Way, what: &str| {
            let what = if what.is_empty() || call.len() > 500 {
                call.clone()
            } else {
                format!("{call} → {what}")
            };
            next.push_back((way.clone(), what));
        };
        match &step.what {
            What::Menu(m) => {
                m.keys.iter().for_each(|(key, way)| on(way, key));
                on(&m.silence.then, &tries("silence", &m.silence));
                on(&m.wrong.then, &tries("wrong key", &m.wrong));
            }
            What::Entry(d) => {
                on(&d.go, "digits");
                on(&d.silence.then, &tries("silence", &d.silence));
                on(&d.wrong.then, &tries("wrong entry", &d.wrong));
            }
            What::People { unanswered, .. } => {
                unanswered.iter().for_each(|w| on(w, "nobody answers"));
            }
            What::Outside {
                unanswered, busy, ..
            } => {
                on(unanswered, "nobody answers");
                on(busy, "busy");
            }
            What::Voicemail { go, .. } => on(go, "a message"),
            // The call is over; another one leads on.
            What::Callback { .. } => {}
            What::Ask { go, failed, .. } => {
                on(go, "");
                on(failed, "the web service fails");
            }
            What::Say { .. } | What::Choose { .. } | What::Other { .. } => {
                step.what.by_itself().into_iter().for_each(|w| on(w, ""));
            }
        }
    }
    met
}

/// The steps from which keys, or nothing at all, lead to somebody.
fn with_people(flow: &Flow) -> BTreeSet<StepId> {
    let mut before: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    let mut next = Vec::new();
    for (i, step) in flow.steps.iter().enumerate() {
        let id = StepId(i);
        let ways: Vec<&Way> = match &step.what {
            What::People { .. } | What::Outside { .. } | What::Callback { .. } => {
                next.push(id);
                continue;
            }
            What::Menu(m) => m.keys.iter().map(|(_, w)| w).collect(),
            What::Entry(d) => vec![&d.go],
            What::Voicemail { go, .. } => vec![go],
            What::Say { .. } | What::Choose { .. } | What::Ask { .. } | What::Other { .. } => {
                step.what.by_itself()
            }
        };
        for way in ways {
            if let Way::Step(to) = way {
                before.entry(*to).or_default().push(id);
            }
        }
    }
    let mut met = BTreeSet::new();
    while let Some(id) = next.pop() {
        if met.insert(id) {
            next.extend(before.get(&id).into_iter().flatten());
        }
    }
    met
}

/// Whether a step is only a way to another.
fn silent(step: &Step) -> bool {
    matches!(&step.what, What::Say { said, .. } if said.is_empty())
}

fn tries(what: &str, after: &After) -> String {
    match after.tries {
        Some(1) => what.to_owned(),
        Some(n) => format!("{what} ×{n}"),
        None => format!("{what} for ever"),
    }
}

/// Why a chain of steps is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Calls begin so.
    Itself,
    /// Nothing was pressed.
    Silence,
    /// Something else was.
    Wrong,
    /// A key was pressed.
    Key,
    /// Nobody answered.
    Unanswered,
    /// Nobody was reached outside.
    NotReached,
    /// It was busy there, and that is as if nobody answers now.
    Busy,
    /// A message was recorded.
    Recorded,
    /// A web service did not answer.
    Failed,
}

struct Judge<'f> {
    flow: &'f Flow,
    plan: &'f Plan,
    /// Steps from which somebody can be met.
    with_people: BTreeSet<StepId>,
    at: At,
    node: String,
    found: Vec<Finding>,
}

impl Judge<'_> {
    fn tell(&mut self, fault: Fault, call: String, what: String, instead: String) {
        self.found.push(Finding {
            fault,
            node: self.node.clone(),
            at: self.at.clone(),
            call,
            what,
            instead,
        });
    }

    fn person(&self) -> String {
        format!("a person of `{}`", self.plan.human)
    }

    fn step(&mut self, id: StepId, step: &Step, call: &str) {
        match &step.what {
            What::Menu(m) => self.menu(id, m, call),
            What::Entry(d) => {
                self.after(&d.silence, "silence", call, Cause::Silence);
                if d.wrong != d.silence {
                    self.after(&d.wrong, "wrong entry", call, Cause::Wrong);
                }
                self.chain(&d.go, &format!("{call} → digits"), Cause::Key);
            }
            What::People { unanswered, .. } => {
                if let Some(way) = unanswered {
                    let call = format!("{call} → nobody answers");
                    self.chain(way, &call, Cause::Unanswered);
                }
            }
            What::Outside {
                number,
                unanswered,
                busy,
                ..
            } => {
                let why = format!("{call} → nobody answers");
                self.chain(unanswered, &why, Cause::NotReached);
                if busy != unanswered {
                    let cause = match outside::number(number) {
                        Some(_) => Cause::Busy,
                        None => Cause::NotReached,
                    };
                    self.chain(busy, &format!("{call} → busy"), cause);
                }
            }
            What::Voicemail { go, .. } => {
                let call = format!("{call} → a message");
                self.chain(go, &call, Cause::Recorded);
            }
            What::Ask { failed, .. } => {
                let call = format!("{call} → the web service fails");
                self.chain(failed, &call, Cause::Failed);
            }
            // Their ends are told where the caller could last do something.
            What::Say { .. } | What::Choose { .. } | What::Other { .. } | What::Callback { .. } => {
            }
        }
    }

    fn menu(&mut self, id: StepId, menu: &Menu, call: &str) {
        self.after(&menu.silence, "silence", call, Cause::Silence);
        self.after(&menu.wrong, "wrong key", call, Cause::Wrong);
        for (key, way) in &menu.keys {
            self.chain(way, &format!("{call} → {key}"), Cause::Key);
        }
        match menu.keys.iter().find(|(k, _)| k == "0") {
            None => self.tell(
                Fault::ZeroUnassigned,
                format!("{call} → 0"),
                "0 was a wrong key".to_owned(),
                self.person(),
            ),
            Some((_, way)) if people_behind(self.flow, way).is_none() => {
                let what = format!("0 was for {}", self.shown(way));
                let instead = format!("{}; {}", self.person(), self.moved(id, "0"));
                self.tell(Fault::ZeroElsewhere, format!("{call} → 0"), what, instead);
            }
            Some(_) => {}
        }
        if !self.with_people.contains(&id) {
            self.tell(
                Fault::NoPerson,
                call.to_owned(),
                "no key led to a person, however many were pressed".to_owned(),
                format!("0 is {}", self.person()),
            );
        }
        for (key, _) in menu.keys.iter().filter(|(k, _)| k == "*" || k == "#") {
            let ours = if key == "*" {
                "back here"
            } else {
                "the end of an entry here"
            };
            let instead = format!("{key} is {ours}; {}", self.moved(id, key));
            let what = format!("{key} was an option");
            self.tell(Fault::KeyKept, format!("{call} → {key}"), what, instead);
        }
        let long = menu.keys.iter().filter(|(k, _)| k.chars().count() > 1);
        for (key, _) in long {
            let what = format!("{key} was an option of several keys");
            let instead = self.moved(id, key);
            self.tell(Fault::SeveralKeys, format!("{call} → {key}"), what, instead);
        }
        if menu.keys.len() > 9 {
            self.tell(
                Fault::TooManyOptions,
                call.to_owned(),
                format!("{} options in one menu", menu.keys.len()),
                "9 of them are kept; make a menu below this for the others".to_owned(),
            );
        }
    }

    fn moved(&self, id: StepId, key: &str) -> String {
        let moved = self
            .plan
            .moved
            .iter()
            .find(|m| m.step == id && m.key == key);
        match moved {
            Some(m) => match m.to {
                Some(n) => format!("{} is behind {n}", m.what),
                None => format!("no key is free for {}", m.what),
            },
            None if key != "*" => "9 says it again".to_owned(),
            None => "that is what it did".to_owned(),
        }
    }

    fn after(&mut self, after: &After, what: &str, call: &str, cause: Cause) {
        let call = format!("{call} → {}", tries(what, after));
        if after.tries.is_none() {
            let told = format!("{what} was asked again and again, without an end");
            self.tell(Fault::Loop, call, told, self.person());
        } else {
            self.chain(&after.then, &call, cause);
        }
    }

    fn shown(&self, way: &Way) -> String {
        match way {
            Way::Step(id) => match self.flow.step(*id) {
                Some(s) => format!("\"{}\"", s.label),
                None => "nothing".to_owned(),
            },
            Way::HangUp => "the end of the call".to_owned(),
            Way::Back => "the menu before".to_owned(),
            Way::Missing(what) => format!("`{what}`, which is not there"),
        }
    }

    /// Where a way ends by itself; each end that is none is told.
    fn chain(&mut self, start: &Way, call: &str, cause: Cause) {
        let flow = self.flow;
        let mut met = BTreeSet::new();
        // The way, what was heard on it, and how it came there.
        let mut next = VecDeque::from([(start, Vec::<StepId>::new())]);
        while let Some((way, came)) = next.pop_front() {
            let heard = |end: &str| {
                let mut all = call.to_owned();
                for id in came.iter().take(8) {
                    if let Some(step) = flow.step(*id).filter(|s| !silent(s)) {
                        all.push_str(&format!(" → \"{}\"", step.label));
                    }
                }
                format!("{all} → {end}")
            };
            let id = match way {
                Way::Step(id) => *id,
                Way::Back => continue,
                Way::HangUp => {
                    self.hangs_up(
                        cause,
                        heard("hang-up"),
                        came.iter()
                            .any(|id| flow.step(*id).is_some_and(|s| !silent(s))),
                    );
                    continue;
                }
                Way::Missing(what) => {
                    let call = heard(&format!("`{what}`"));
                    let what = format!("`{what}` is not there: the call ended");
                    self.tell(Fault::Missing, call, what, self.instead(cause));
                    continue;
                }
            };
            let Some(step) = flow.step(id) else { continue };
            if came.contains(&id) {
                let what = "it went round and round, and no key was asked for".to_owned();
                self.tell(Fault::Loop, heard("for ever"), what, self.instead(cause));
                continue;
            }
            if !met.insert(id) || met.len() > MOST {
                continue;
            }
            if let (What::Voicemail { .. }, Cause::Silence | Cause::Wrong) = (&step.what, cause) {
                let what = "who did not press a right key was left with a machine".to_owned();
                let call = heard("voicemail");
                self.tell(Fault::Voicemail, call, what, self.person());
            }
            // Long chains of choices would repeat their beginnings without end.
            if came.len() < 64 {
                let mut on = came.clone();
                on.push(id);
                let ways = step.what.by_itself().into_iter().take(MOST);
                next.extend(ways.map(|w| (w, on.clone())));
            }
        }
    }

    /// What happens now in place of an end that was none.
    fn instead(&self, cause: Cause) -> String {
        match cause {
            Cause::Busy => "what follows when nobody answers there".to_owned(),
            Cause::Itself
            | Cause::Silence
            | Cause::Wrong
            | Cause::Key
            | Cause::Unanswered
            | Cause::NotReached
            | Cause::Recorded
            | Cause::Failed => self.person(),
        }
    }

    fn hangs_up(&mut self, cause: Cause, call: String, after_words: bool) {
        let person = self.instead(cause);
        let (fault, what, instead) = match cause {
            Cause::Itself => (Fault::HangUp, "the call ended by itself", person),
            Cause::Silence => (Fault::SilenceHangsUp, "silence ended the call", person),
            Cause::Wrong => (Fault::WrongHangsUp, "wrong keys ended the call", person),
            Cause::Key if after_words => (
                Fault::WordsHangUp,
                "the call ended behind what was said",
                "back to the menu".to_owned(),
            ),
            // What the caller chose.
            Cause::Key => return,
            Cause::Unanswered => (
                Fault::UnansweredHangsUp,
                "nobody answered, and the call ended",
                "the queue's overflow: a call back or a message".to_owned(),
            ),
            Cause::NotReached => (
                Fault::UnansweredHangsUp,
                "nobody was reached there, and the call ended",
                person,
            ),
            Cause::Busy => (
                Fault::UnansweredHangsUp,
                "it was busy there, and the call ended",
                person,
            ),
            Cause::Failed => (
                Fault::FailureHangsUp,
                "a web service failed, and the call ended",
                person,
            ),
            Cause::Recorded => (
                Fault::Voicemail,
                "behind the message the call ended, and nothing was promised",
                "the message is stored before the caller is told so, and people get it".to_owned(),
            ),
        };
        self.tell(fault, call, what.to_owned(), instead);
    }
}
