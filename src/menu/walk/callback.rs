//! The wish to be called back: which number, and the promise once it is stored.

use std::sync::Arc;

use super::node::Failure;
use super::{Doing, NodeId, Walk};
use crate::ids::{Digits, Key, PhoneNumber};
use crate::menu::outcome::{AskId, Outcome, Sound, StepKind};
use crate::menu::tree::{Callback, Kind, Line};
use crate::menu::value::Value;
use crate::now::{Now, Wall};

use super::speak::LONGEST_PLAY;

pub(super) fn callback_of(line: &Line, at: NodeId) -> Option<&Callback> {
    match &line.node(at)?.kind {
        Kind::Callback(callback) => Some(callback),
        Kind::Menu(_)
        | Kind::Language(_)
        | Kind::Say(_)
        | Kind::Collect(_)
        | Kind::Choose(_)
        | Kind::Ask(_)
        | Kind::Guide(_)
        | Kind::Survey(_)
        | Kind::Send(_)
        | Kind::Dial(_)
        | Kind::Queue(_)
        | Kind::Message(_)
        | Kind::Goodbye(_) => None,
    }
}

impl Walk {
    pub(super) fn enter_callback(&mut self, now: Now, callback: &Callback) {
        let intro = callback.intro.as_ref();
        let mut sounds = intro.map(|s| self.sounds(s)).unwrap_or_default();
        match self.own_number(callback) {
            Some((_, digits)) => {
                self.doing = Doing::Offering;
                sounds.extend(self.digits_read(&callback.offer, &digits));
            }
            None => {
                let digits = Digits::new();
                self.doing = Doing::Entering { digits };
                sounds.extend(self.sounds(&callback.number.speech));
            }
        }
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    /// The number that the caller calls from, if it is one that we call.
    fn own_number(&self, callback: &Callback) -> Option<(PhoneNumber, Digits)> {
        let number = callback.callable(self.caller.as_ref()?.reveal())?;
        let mut digits = Digits::new();
        let keys = number.chars().filter_map(Key::from_char);
        keys.for_each(|key| digits.push(key));
        Some((PhoneNumber::new(number), digits))
    }

    /// Their own number is read out once more.
    fn offer_again(&mut self, now: Now, callback: &Callback) {
        let Some((_, digits)) = self.own_number(callback) else {
            return self.fault(now, "the menu lost its place");
        };
        let sounds = self.digits_read(&callback.offer, &digits);
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    pub(super) fn repeat_callback(&mut self, now: Now, callback: &Callback) {
        match self.doing {
            Doing::Offering => self.offer_again(now, callback),
            Doing::Finding | Doing::Storing => {}
            Doing::Picking => self.offer_times(now),
            Doing::Promising => {
                let sounds = self.promise(callback, None);
                self.play_all(now, sounds, LONGEST_PLAY);
            }
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
            | Doing::Parting
            | Doing::Left => self.enter_number(now, callback),
        }
    }

    fn enter_number(&mut self, now: Now, callback: &Callback) {
        let digits = Digits::new();
        self.doing = Doing::Entering { digits };
        self.play(now, &callback.number.speech);
    }

    /// A key while their own number is offered: 1 is right, 2 is another.
    pub(super) fn offering_key(&mut self, now: Now, key: Key) {
        self.hush();
        let line = Arc::clone(&self.line);
        let Some(callback) = callback_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        match key.as_char() {
            '1' => {
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                match self.own_number(callback) {
                    Some((number, digits)) => self.wish(now, callback, number, digits),
                    None => self.fault(now, "the menu lost its place"),
                }
            }
            '2' => {
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                self.failures = 0;
                self.enter_number(now, callback);
            }
            '9' => {
                self.step(now, StepKind::Pressed { key });
                self.offer_again(now, callback);
            }
            _ => {
                self.step(now, StepKind::Wrong { key });
                self.fail(now, Failure::Wrong);
            }
        }
    }

    /// One try more: the same words, since 1 and 2 mean something only with the number before.
    pub(super) fn offer_after_failure(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        match callback_of(&line, self.at) {
            Some(callback) => self.offer_again(now, callback),
            None => self.fault(now, "the menu lost its place"),
        }
    }

    /// Whether an entry, complete by its digits, is taken: at a callback only a number that we call
    /// is.
    pub(super) fn takes(&self, digits: &Digits) -> bool {
        callback_of(&self.line, self.at).is_none_or(|c| c.callable(digits.reveal()).is_some())
    }

    /// A number was typed and confirmed. `false`: this is no callback.
    pub(super) fn typed_number(&mut self, now: Now, digits: &Digits) -> bool {
        let line = Arc::clone(&self.line);
        let Some(callback) = callback_of(&line, self.at) else {
            return false;
        };
        match callback.callable(digits.reveal()) {
            Some(number) => {
                self.wish(now, callback, PhoneNumber::new(number), digits.clone());
            }
            None => self.fault(now, "the menu lost its place"),
        }
        true
    }

    fn wish(&mut self, now: Now, callback: &Callback, number: PhoneNumber, digits: Digits) {
        self.learn(callback.number.into, Value::Digits(digits));
        self.wish_for(now, callback, number);
    }

    /// What came of [`WalkAction::CallBack`]: it is durable (`Some`: and was before, since then),
    /// or in words why it is not. Answers that nobody waits for any more do nothing.
    pub fn handle_stored(&mut self, now: Now, ask: AskId, stored: Result<Option<Wall>, &str>) {
        if self.doing != Doing::Storing || ask != self.asked {
            return;
        }
        let line = Arc::clone(&self.line);
        let Some(callback) = callback_of(&line, self.at) else {
            return self.fault(now, "the menu lost its place");
        };
        let sounds = match stored {
            Err(what) => return self.fault(now, what),
            Ok(since) => self.promise(callback, since),
        };
        self.doing = Doing::Promising;
        self.ahead.clear();
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    /// When an open wish was stored, as far as it can be read in the language of the call.
    pub(super) fn since(&self, callback: &Callback, since: Wall) -> Vec<Sound> {
        let reads = callback.reads_times.get(usize::from(self.language.0));
        let Some(clock) = callback.clock.as_ref().filter(|_| reads == Some(&true)) else {
            return Vec::new();
        };
        let mut sounds = self.sounds(&callback.since);
        sounds.extend(self.time_read(clock, since));
        sounds
    }

    /// The prompt has ended: the time for a key begins, or the call ends.
    pub(super) fn callback_played(&mut self, now: Now, callback: &Callback) {
        match self.doing {
            Doing::Promising => self.leave(Outcome::Callback),
            Doing::Offering | Doing::Picking => self.deadline = now.mono + callback.offer.wait,
            Doing::Confirming { .. }
            | Doing::Entering { .. }
            | Doing::Finding
            | Doing::Storing
            | Doing::Saying
            | Doing::Choosing
            | Doing::Asking
            | Doing::Dialling
            | Doing::Recalling
            | Doing::Resuming
            | Doing::Stepping
            | Doing::Pausing { .. }
            | Doing::Judging { .. }
            | Doing::Parting
            | Doing::Left => self.deadline = now.mono + callback.number.first_wait,
        }
    }

    /// The store did not answer.
    pub(super) fn not_stored(&mut self, now: Now) {
        let what = match callback_of(&self.line, self.at) {
            Some(_) => "the callback could not be stored",
            None => "a follow-up could not be stored",
        };
        self.fault(now, what);
    }

    /// Whether the wish to be called back is on its way to the store.
    pub fn is_storing(&self) -> bool {
        self.doing == Doing::Storing && callback_of(&self.line, self.at).is_some()
    }

    /// Whether the caller is being told that they will be called back.
    pub fn is_promising(&self) -> bool {
        self.doing == Doing::Promising
    }
}
