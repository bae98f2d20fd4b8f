//! The interpreter: one caller's walk through a line.
//!
//! Driven like every machine here: `handle_*(event, now)`, `poll_action()`, `poll_timeout()`,
//! `handle_timeout(now)`. It always waits for something: while a prompt plays for its end (with
//! a deadline, should the end never be told), else for a key with a deadline.
//!
//! Key 0 is taken by [`Walk::handle_key`] through [`Walk::reaches_person`] before any node sees
//! it; node kinds have no say in it.

mod aside;
mod ask;
mod callback;
mod dial;
mod doing;
mod entry;
mod guide;
mod node;
mod send;
pub mod situation;
mod speak;
mod survey;
mod times;
mod ways;

use self::doing::Doing;
use self::situation::Phase;
use self::speak::PLAY_GRACE;
use super::outcome::{AskId, Outcome, Reason, Step, StepKind, WalkAction};
use super::tree::{Aside, Collect, Kind, LanguageId, Line, NodeId, Target, VariableId};
use super::value::Value;
use crate::ids::{Digits, Key, Language, NodeName, PhoneNumber, QueueName};
use crate::now::{Mono, Now};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Keys kept for later nodes; more are dropped.
const MAX_TYPE_AHEAD: usize = 32;
/// Steps kept of a path; later ones are told as actions but not kept.
const MAX_PATH: usize = 200;

/// One caller's walk through a line.
#[derive(Debug)]
pub struct Walk {
    line: Arc<Line>,
    began: Mono,
    at: NodeId,
    doing: Doing,
    /// A prompt is playing.
    playing: bool,
    /// The end of what is waited for: a key, or the end of the prompt.
    deadline: Mono,
    /// What plays while an outside number rings has ended by then.
    said_by: Mono,
    /// Failed tries at this node, in this visit.
    failures: usize,
    /// The menus on the way here, each once; the last is the one that `*` goes back to (or from).
    trail: Vec<NodeId>,
    /// Which menus have been heard, by node index.
    heard: Vec<bool>,
    /// Keys that came while they could not be used.
    ahead: VecDeque<Key>,
    last_key: Option<Key>,
    /// The last key completed something by itself: a `#` that follows is habit, not a wrong key.
    completed: bool,
    /// The language of the call now.
    language: LanguageId,
    /// By variable.
    values: Vec<Option<Value>>,
    /// The caller's number as it is compared; `None`: withheld.
    caller: Option<PhoneNumber>,
    /// The last question to a web service or to the store.
    asked: AskId,
    guide: guide::GuidePlace,
    wishing: Option<times::Wishing>,
    path: Vec<Step>,
    actions: VecDeque<WalkAction>,
}

/// Who walks.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Their number, unless it is withheld.
    pub number: Option<PhoneNumber>,
    /// The language that they are known to speak; the line's first where it does not speak it.
    pub language: Option<Language>,
}

impl Walk {
    /// A caller was answered on the line.
    pub fn start(line: Arc<Line>, caller: Caller, now: Now) -> Walk {
        let mut walk = Walk::outside(line, caller, now);
        walk.enter(now, walk.line.start);
        walk
    }

    /// A caller who has not come into the menus, or has lost their way in them: [`Walk::resume`]
    /// leads to the beginning.
    pub fn outside(line: Arc<Line>, caller: Caller, now: Now) -> Walk {
        let known = caller.language.and_then(|known| {
            let mut all = line.languages();
            all.find(|(_, l)| **l == known).map(|(id, _)| id)
        });
        let mut walk = Walk {
            began: now.mono,
            at: line.start,
            doing: Doing::Left,
            playing: false,
            deadline: now.mono,
            said_by: now.mono,
            failures: 0,
            trail: Vec::new(),
            heard: vec![false; line.nodes.len()],
            ahead: VecDeque::new(),
            last_key: None,
            completed: false,
            language: known.unwrap_or_default(),
            values: vec![None; line.variables.len()],
            caller: caller.number,
            asked: AskId(0),
            guide: guide::GuidePlace::default(),
            wishing: None,
            path: Vec::new(),
            actions: VecDeque::new(),
            line,
        };
        walk.know_caller();
        walk
    }

    /// A caller whose talk with a person is over is asked this: nothing of an earlier walk is known.
    pub fn after_talk(line: Arc<Line>, caller: Caller, survey: NodeId, now: Now) -> Walk {
        let mut walk = Walk::outside(line, caller, now);
        walk.enter(now, survey);
        walk
    }

    /// What to do next; `None`: nothing until the next event or [`Walk::poll_timeout`].
    pub fn poll_action(&mut self) -> Option<WalkAction> {
        self.actions.pop_front()
    }

    /// When to call [`Walk::handle_timeout`]. `None` only after [`WalkAction::Leave`].
    pub fn poll_timeout(&self) -> Option<Mono> {
        match self.doing {
            Doing::Left => None,
            Doing::Dialling if self.playing => Some(self.deadline.min(self.said_by)),
            Doing::Saying
            | Doing::Choosing
            | Doing::Entering { .. }
            | Doing::Confirming { .. }
            | Doing::Asking
            | Doing::Dialling
            | Doing::Recalling
            | Doing::Resuming
            | Doing::Stepping
            | Doing::Pausing { .. }
            | Doing::Judging { .. }
            | Doing::Offering
            | Doing::Finding
            | Doing::Picking
            | Doing::Storing
            | Doing::Promising
            | Doing::Parting => Some(self.deadline),
        }
    }

    /// The line.
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    /// Where the caller is, or was when they left.
    pub fn place(&self) -> Option<&NodeName> {
        self.line.node(self.at).map(|n| &n.name)
    }

    /// The steps so far (the first 200), for the context card.
    pub fn path(&self) -> &[Step] {
        &self.path
    }

    /// The language of the call now.
    pub fn language(&self) -> Option<&Language> {
        self.line.language(self.language)
    }

    /// A value by the name of its variable, once it is known.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let at = self.line.variables.iter().position(|v| v.name == name)?;
        self.values.get(at)?.as_ref()
    }

    /// Whether the menu has been left.
    pub fn has_left(&self) -> bool {
        self.doing == Doing::Left
    }

    /// A key was pressed.
    pub fn handle_key(&mut self, now: Now, key: Key) {
        if self.doing == Doing::Left {
            return;
        }
        if self.reaches_person(key) {
            self.hush();
            self.step(now, StepKind::Pressed { key });
            return self.leave_to_person(Reason::Asked);
        }
        self.last_key = Some(key);
        let habit = std::mem::take(&mut self.completed) && key == Key::HASH;
        if !habit {
            self.node_key(now, key);
            self.use_type_ahead(now);
        }
    }

    /// Whether this key, now, asks for a person.
    fn reaches_person(&self, key: Key) -> bool {
        let starred = self.last_key == Some(Key::STAR);
        let leading_zero = self.collect().is_some_and(|c| c.leading_zero);
        self.phase()
            .is_some_and(|phase| situation::reaches_person(phase, starred, leading_zero, key))
    }

    /// What was asked to play has begun, and takes so long: its end is waited for a little longer.
    pub fn handle_playing(&mut self, now: Now, length: Duration) {
        if !self.playing {
            return; // stopped in the meantime
        }
        let by = now.mono + length + PLAY_GRACE;
        match self.phase() {
            Some(Phase::Dialling) => self.said_by = by,
            // The answer is waited for, not the words.
            Some(phase) if !phase.keeps_keys() => self.deadline = by,
            Some(_) | None => {}
        }
    }

    /// What was asked to play has come to its end.
    pub fn handle_played(&mut self, now: Now) {
        if !std::mem::take(&mut self.playing) {
            return; // stopped in the meantime
        }
        self.node_played(now);
        self.use_type_ahead(now);
    }

    /// What was asked to play could not be played.
    pub fn handle_play_failed(&mut self, now: Now, what: &str) {
        if self.doing == Doing::Left {
            return;
        }
        self.playing = false;
        self.fault(now, what);
    }

    /// Something that the walk waits for has not come. Calls before the deadline do nothing.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.poll_timeout().is_none_or(|at| at > now.mono) {
            return;
        }
        if self.doing == Doing::Asking {
            self.no_reply(now);
        } else if self.doing == Doing::Dialling && self.deadline > now.mono {
            // The end of the words was not told: the number rings on, with music.
            return self.handle_played(now);
        } else if self.doing == Doing::Dialling {
            self.not_reached(now, "did not answer");
        } else if self.doing == Doing::Recalling {
            self.not_recalled(now);
        } else if self.doing == Doing::Finding {
            self.no_times(now);
        } else if self.doing == Doing::Storing {
            self.not_stored(now);
        } else if self.playing {
            self.hush();
            self.fault(now, "the end of a prompt was never told");
        } else {
            self.node_silent(now);
        }
        self.use_type_ahead(now);
    }

    // What the nodes are made of.

    fn enter(&mut self, now: Now, id: NodeId) {
        let line = Arc::clone(&self.line);
        let Some(node) = line.node(id) else {
            return self.fault(now, "the menu leads nowhere"); // ids are checked when loading
        };
        self.at = id;
        self.failures = 0;
        let label = node.label.clone();
        self.step(now, StepKind::Entered { label });
        if node.needs.is_some() || node.priority.is_some() {
            self.actions.push_back(WalkAction::Needs {
                skills: node.needs.clone(),
                priority: node.priority,
            });
        }
        if line.is_aside(id) == Some(Aside::Cancelled) {
            self.actions.push_back(WalkAction::CancelCallback);
        }
        match &node.kind {
            Kind::Menu(menu) | Kind::Language(menu) => {
                match self.trail.iter().position(|&n| n == id) {
                    Some(i) => self.trail.truncate(i + 1),
                    None if self.line.is_aside(id).is_some() => {}
                    None => self.trail.push(id),
                }
                let heard = self.heard.get_mut(usize::from(id.0));
                let heard = heard.is_some_and(|h| std::mem::replace(h, true));
                self.doing = Doing::Choosing;
                self.play(now, if heard { &menu.body } else { &menu.first });
            }
            Kind::Say(say) => {
                self.doing = Doing::Saying;
                self.play(now, &say.speech);
            }
            Kind::Collect(collect) => {
                let digits = Digits::new();
                self.doing = Doing::Entering { digits };
                self.play(now, &collect.speech);
            }
            // Circles of these do not load, so that this ends.
            Kind::Choose(choose) => self.choose(now, choose),
            Kind::Ask(ask) => self.ask(now, ask),
            Kind::Guide(guide) => self.enter_guide(now, guide),
            Kind::Survey(survey) => self.enter_survey(now, survey),
            Kind::Send(send) => self.send(now, send),
            Kind::Dial(dial) => self.dial(now, dial),
            Kind::Queue(queue) => self.leave(Outcome::Queue {
                queue: queue.clone(),
                reason: Reason::Routed,
            }),
            Kind::Callback(callback) => self.enter_callback(now, callback),
            Kind::Message(queue) => self.leave(Outcome::Message {
                queue: queue.clone(),
            }),
            Kind::Goodbye(speech) => {
                self.doing = Doing::Parting;
                self.play(now, speech);
            }
        }
    }

    fn follow(&mut self, now: Now, target: Target) {
        match target {
            Target::Node(id) => self.enter(now, id),
            Target::Human => self.leave_to_person(Reason::Routed),
            Target::Back => match self.trail.last().copied() {
                // What a menu offers as "back" does what `*` does in it.
                Some(menu) if menu == self.at => self.back(now),
                Some(menu) => self.enter(now, menu),
                None => self.leave_to_person(Reason::Routed),
            },
            Target::Repeat => self.repeat(now),
        }
    }

    /// `*` outside an entry: from a menu to the one before it, from other nodes to the menu that
    /// led there; where there is none, the node once more.
    fn back(&mut self, now: Now) {
        match self.line.is_aside(self.at) {
            Some(Aside::Callback | Aside::Claim) => return self.leave_to_person(Reason::Asked),
            Some(Aside::Again | Aside::Cancelled) => return self.enter(now, self.line.start),
            None => {}
        }
        if self.trail.last() == Some(&self.at) && self.trail.len() > 1 {
            self.trail.pop();
        }
        let to = self.trail.last().copied().unwrap_or(self.at);
        if to == self.at {
            self.repeat(now);
        } else {
            self.enter(now, to);
        }
    }

    /// Stop what plays, if anything does.
    fn hush(&mut self) {
        if std::mem::take(&mut self.playing) {
            self.actions.push_back(WalkAction::Stop);
        }
    }

    fn step(&mut self, now: Now, what: StepKind) {
        let Some(node) = self.place().cloned() else {
            return;
        };
        let at = now.mono.since(self.began);
        let step = Step { at, node, what };
        if self.path.len() < MAX_PATH {
            self.path.push(step.clone());
        }
        self.actions.push_back(WalkAction::Step(step));
    }

    fn fault(&mut self, now: Now, what: &str) {
        let what = what.to_owned();
        self.step(now, StepKind::Failed { what: what.clone() });
        self.leave_to_person(Reason::Fault { what });
    }

    fn leave_to_person(&mut self, reason: Reason) {
        let queue: QueueName = self.line.human.clone();
        self.leave(Outcome::Queue { queue, reason });
    }

    fn leave(&mut self, outcome: Outcome) {
        self.doing = Doing::Left;
        self.playing = false;
        self.ahead.clear();
        self.actions.push_back(WalkAction::Leave(outcome));
    }

    /// How digits are taken where the walk is.
    fn collect(&self) -> Option<&Collect> {
        self.line.collect(self.at)
    }
}

#[cfg(test)]
pub(crate) mod tests;
