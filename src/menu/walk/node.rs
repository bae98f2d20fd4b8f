//! What keys, silence and the end of a prompt mean at each kind of node.

use std::sync::Arc;

use super::{Doing, MAX_TYPE_AHEAD, Walk};
use crate::ids::{Digits, Key};
use crate::menu::outcome::{Outcome, Reason, StepKind, WalkAction};
use crate::menu::tree::{Again, Kind};
use crate::now::Now;

/// Why a try failed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Failure {
    /// Nothing came.
    Silence,
    /// Something wrong came, or too little.
    Wrong,
}

impl Walk {
    /// A key that does not ask for a person.
    pub(super) fn node_key(&mut self, now: Now, key: Key) {
        match self.doing {
            Doing::Saying => self.saying_key(now, key),
            Doing::Choosing => self.menu_key(now, key),
            Doing::Entering { .. } => self.entry_key(now, key),
            Doing::Confirming { .. } => self.confirm_key(now, key),
            Doing::Asking if key == Key::STAR => self.step_back(now),
            Doing::Asking => self.keep(key),
            Doing::Dialling if key == Key::STAR => self.step_back(now),
            Doing::Dialling => self.keep(key),
            Doing::Recalling if key == Key::STAR => self.step_back(now),
            Doing::Recalling => self.keep(key),
            Doing::Resuming if key == Key::STAR => self.step_back(now),
            Doing::Resuming => self.resuming_key(now, key),
            Doing::Stepping | Doing::Pausing { .. } if key == Key::STAR => self.guide_back(now),
            Doing::Stepping => self.stepping_key(now, key),
            Doing::Pausing { .. } => self.pausing_key(now, key),
            Doing::Judging { question } if key == Key::STAR => self.question_back(now, question),
            Doing::Judging { question } => self.judging_key(now, key, question),
            Doing::Offering if key == Key::STAR => self.step_back(now),
            Doing::Offering => self.offering_key(now, key),
            Doing::Finding if key == Key::STAR => self.step_back(now),
            Doing::Finding => self.keep(key),
            Doing::Picking if key == Key::STAR => self.step_back(now),
            Doing::Picking => self.picking_key(now, key),
            Doing::Promising if key == Key::STAR => self.step_back(now),
            Doing::Storing if key == Key::STAR => {}
            Doing::Storing => self.keep_for_send(key),
            Doing::Promising => {}
            Doing::Parting if key == Key::STAR => self.step_back(now),
            Doing::Parting | Doing::Left => {}
        }
    }

    fn saying_key(&mut self, now: Now, key: Key) {
        if key == Key::STAR {
            return self.step_back(now);
        }
        let line = Arc::clone(&self.line);
        let Some(Kind::Say(say)) = line.node(self.at).map(|n| &n.kind) else {
            return self.fault(now, "the menu lost its place");
        };
        if !say.interrupt {
            return self.keep(key);
        }
        if key != Key::HASH {
            self.ahead.push_front(key); // `#` only skips; any other key is meant for what follows
        }
        self.hush();
        self.follow(now, say.go);
    }

    /// For what follows.
    fn keep(&mut self, key: Key) {
        if self.ahead.len() < MAX_TYPE_AHEAD {
            self.ahead.push_back(key);
        }
    }

    /// What is pressed while a follow-up is stored is meant for what comes then. After a callback
    /// comes the end of the call.
    fn keep_for_send(&mut self, key: Key) {
        if matches!(
            self.line.node(self.at).map(|n| &n.kind),
            Some(Kind::Send(_))
        ) {
            self.keep(key);
        }
    }

    fn menu_key(&mut self, now: Now, key: Key) {
        if key == Key::STAR {
            return self.step_back(now);
        }
        let line = Arc::clone(&self.line);
        let Some(Kind::Menu(menu) | Kind::Language(menu)) = line.node(self.at).map(|n| &n.kind)
        else {
            return self.fault(now, "the menu lost its place");
        };
        self.hush();
        match menu.option(key) {
            Some(choice) => {
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                self.chosen(now, choice);
            }
            None if key.digit() == Some(9) => {
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                self.repeat(now);
            }
            None => {
                self.step(now, StepKind::Wrong { key });
                self.fail(now, Failure::Wrong);
            }
        }
    }

    pub(super) fn step_back(&mut self, now: Now) {
        self.hush();
        self.step(now, StepKind::Pressed { key: Key::STAR });
        self.back(now);
    }

    /// The prompt at this node has come to its end.
    pub(super) fn node_played(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        let Some(node) = line.node(self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        match &node.kind {
            Kind::Menu(menu) | Kind::Language(menu) => self.deadline = now.mono + menu.wait,
            // What is said meanwhile has ended; the deadline of the question stands.
            Kind::Ask(_) => {}
            // Music follows, and the number rings on.
            Kind::Dial(_) => self.actions.push_back(WalkAction::Music),
            Kind::Guide(guide) => self.guide_waits(now, guide),
            Kind::Survey(survey) => self.deadline = now.mono + survey.wait,
            Kind::Say(say) => self.follow(now, say.go),
            Kind::Collect(collect) => {
                let wait = match (&self.doing, &collect.confirm) {
                    (Doing::Confirming { .. }, Some(confirm)) => confirm.wait,
                    (_, _) => collect.first_wait,
                };
                self.deadline = now.mono + wait;
            }
            Kind::Callback(callback) => self.callback_played(now, callback),
            Kind::Goodbye(_) => self.leave(Outcome::Goodbye),
            Kind::Choose(_) | Kind::Send(_) | Kind::Queue(_) | Kind::Message(_) => {}
        }
    }

    /// No key came in time.
    pub(super) fn node_silent(&mut self, now: Now) {
        match self.doing {
            Doing::Choosing
            | Doing::Confirming { .. }
            | Doing::Resuming
            | Doing::Stepping
            | Doing::Offering
            | Doing::Picking => {
                self.step(now, StepKind::Silent);
                self.fail(now, Failure::Silence);
            }
            Doing::Entering { .. } => self.entry_silent(now),
            Doing::Pausing { .. } => self.pause_goes_on(now),
            Doing::Judging { question } => self.leave_out(now, question),
            // These wait for the end of a prompt only, which is a fault when it does not come.
            Doing::Saying | Doing::Promising | Doing::Parting => {
                self.fault(now, "nothing was playing")
            }
            Doing::Asking
            | Doing::Dialling
            | Doing::Recalling
            | Doing::Finding
            | Doing::Storing
            | Doing::Left => {}
        }
    }

    /// Say it once more.
    pub(super) fn repeat(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        let Some(node) = line.node(self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        match &node.kind {
            Kind::Menu(menu) | Kind::Language(menu) => self.play(now, &menu.first),
            Kind::Say(say) => self.play(now, &say.speech),
            Kind::Collect(collect) => {
                let digits = Digits::new();
                self.doing = Doing::Entering { digits };
                self.play(now, &collect.speech);
            }
            Kind::Goodbye(speech) => self.play(now, speech),
            Kind::Choose(choose) => self.choose(now, choose),
            Kind::Ask(ask) => self.ask(now, ask),
            Kind::Guide(guide) => self.repeat_guide(now, guide),
            Kind::Survey(survey) => self.repeat_question(now, survey),
            Kind::Send(send) => self.send(now, send),
            Kind::Dial(dial) => self.dial(now, dial),
            Kind::Callback(callback) => self.repeat_callback(now, callback),
            Kind::Queue(_) | Kind::Message(_) => {}
        }
    }

    /// One try more has failed: another prompt, or the person.
    pub(super) fn fail(&mut self, now: Now, failure: Failure) {
        self.ahead.clear();
        self.failures += 1;
        let line = Arc::clone(&self.line);
        let agains: &[Again] = match line.node(self.at).map(|n| &n.kind) {
            Some(Kind::Menu(menu) | Kind::Language(menu)) => &menu.again,
            Some(Kind::Collect(collect)) => &collect.again,
            Some(Kind::Guide(guide)) => self.guide_again(guide),
            Some(Kind::Callback(callback)) => &callback.number.again,
            Some(
                Kind::Say(_)
                | Kind::Choose(_)
                | Kind::Ask(_)
                | Kind::Survey(_)
                | Kind::Send(_)
                | Kind::Dial(_)
                | Kind::Queue(_)
                | Kind::Message(_)
                | Kind::Goodbye(_),
            )
            | None => &[],
        };
        let Some(again) = agains.get(self.failures - 1) else {
            return self.leave_to_person(match failure {
                Failure::Silence => Reason::Silence,
                Failure::Wrong => Reason::WrongKeys,
            });
        };
        match &mut self.doing {
            Doing::Confirming { .. } => self.read_back(now),
            Doing::Offering => self.offer_after_failure(now),
            Doing::Picking => self.offer_times(now),
            Doing::Entering { digits } => {
                digits.clear();
                self.play_again(now, again, failure);
            }
            Doing::Saying
            | Doing::Choosing
            | Doing::Asking
            | Doing::Dialling
            | Doing::Recalling
            | Doing::Resuming
            | Doing::Stepping
            | Doing::Pausing { .. }
            | Doing::Judging { .. }
            | Doing::Finding
            | Doing::Storing
            | Doing::Promising
            | Doing::Parting
            | Doing::Left => self.play_again(now, again, failure),
        }
    }

    fn play_again(&mut self, now: Now, again: &Again, failure: Failure) {
        match failure {
            Failure::Silence => self.play(now, &again.silent),
            Failure::Wrong => self.play(now, &again.wrong),
        }
    }

    /// Keys that came early, for as long as something takes them.
    pub(super) fn use_type_ahead(&mut self, now: Now) {
        // Each key can pass each `say` once (cycles of `say` do not load) before it is used.
        for _ in 0..=self.ahead.len() * (self.line.nodes.len() + 1) {
            let busy = match self.doing {
                Doing::Saying => !self.interruptible(),
                Doing::Asking
                | Doing::Dialling
                | Doing::Recalling
                | Doing::Finding
                | Doing::Storing => true,
                Doing::Offering
                | Doing::Picking
                | Doing::Promising
                | Doing::Resuming
                | Doing::Stepping
                | Doing::Pausing { .. }
                | Doing::Judging { .. }
                | Doing::Choosing
                | Doing::Entering { .. }
                | Doing::Confirming { .. }
                | Doing::Parting
                | Doing::Left => false,
            };
            if busy {
                return;
            }
            let Some(key) = self.ahead.pop_front() else {
                return;
            };
            self.node_key(now, key);
        }
    }

    fn interruptible(&self) -> bool {
        match self.line.node(self.at).map(|n| &n.kind) {
            Some(Kind::Say(say)) => say.interrupt,
            Some(
                Kind::Menu(_)
                | Kind::Language(_)
                | Kind::Collect(_)
                | Kind::Choose(_)
                | Kind::Ask(_)
                | Kind::Guide(_)
                | Kind::Survey(_)
                | Kind::Send(_)
                | Kind::Dial(_)
                | Kind::Queue(_)
                | Kind::Callback(_)
                | Kind::Message(_)
                | Kind::Goodbye(_),
            )
            | None => true,
        }
    }
}
