//! Keys of a caller who waits: 0 tells that they are on the way to a person, 9 their place, and
//! what the queue offers besides waiting.

use super::event::{CallAction, QueueCommand};
use super::machine::{Call, Stage};
use super::setup::WaitingKeys;
use crate::ids::{Key, PromptName};
use crate::menu::system as sys;
use crate::menu::tree::Aside;
use crate::now::Now;

impl Call {
    pub(super) fn key_while_waiting(&mut self, now: Now, key: Key) {
        let keys = self.keys_while_waiting();
        match key.as_char() {
            '0' => {
                self.answer_at_once(now, &[sys::WAITING_PERSON]);
                self.act(CallAction::Queue(QueueCommand::Position));
            }
            '9' if self.rings_outside() => self.answer_at_once(now, &[sys::WAITING_PERSON]),
            '9' => {
                self.hush_waiting(now);
                self.act(CallAction::Queue(QueueCommand::Position));
            }
            '1' if keys.callback => self.look_back(now, Some(Aside::Callback)),
            '2' if keys.message => self.act(CallAction::Queue(QueueCommand::Message)),
            '*' if keys.self_service => self.look_back(now, None),
            _ if self.asks_to_record() && self.answer_question(now, key) => {}
            _ => {
                let told = self.words_of_keys();
                let words = [PromptName::new(sys::WRONG)].into_iter().chain(told);
                self.say_at_once(now, words.collect());
            }
        }
    }

    /// Whether the key was an answer; the caller hears what they get.
    fn answer_question(&mut self, now: Now, key: Key) -> bool {
        let word = self.answers_question(key);
        if let Some(word) = word {
            self.answer_at_once(now, &[word]);
        }
        word.is_some()
    }

    /// What the caller can ask for now.
    fn keys_while_waiting(&self) -> WaitingKeys {
        let Stage::Waiting(w) = &self.stage else {
            return WaitingKeys::default();
        };
        let sounds = self.setup.sounds.get(&w.queue);
        let keys = sounds.map(|s| s.keys).unwrap_or_default();
        let in_line = w.ask_again_at.is_none();
        let dialable = self.start.caller.as_ref().is_some_and(|n| n.is_dialable());
        WaitingKeys {
            callback: keys.callback
                && in_line
                && dialable
                && self.line.aside(Aside::Callback).is_some(),
            message: keys.message && in_line && !self.message_broken,
            self_service: keys.self_service,
        }
    }

    /// The keys in words; that they wait for a person where there are none.
    pub(super) fn words_of_keys(&self) -> Vec<PromptName> {
        let keys = self.keys_while_waiting();
        let words = [
            (keys.callback, sys::WAITING_CALLBACK),
            (keys.message, sys::WAITING_MESSAGE),
            (keys.self_service, sys::WAITING_BACK),
        ];
        let words = words.into_iter().filter(|(there, _)| *there);
        words.map(|(_, name)| PromptName::new(name)).collect()
    }

    /// The keys, once in each wait, behind what is said first.
    pub(super) fn with_keys(&mut self, mut words: Vec<PromptName>, again: bool) -> Vec<PromptName> {
        let told = self.words_of_keys();
        if let Stage::Waiting(w) = &mut self.stage
            && (again || !w.keys_told)
        {
            w.keys_told = true;
            words.extend(told);
        }
        words
    }

    fn answer_at_once(&mut self, now: Now, names: &[&str]) {
        self.say_at_once(now, names.iter().map(PromptName::new).collect());
    }

    /// In place of what is being said, and of what was to be.
    fn say_at_once(&mut self, now: Now, words: Vec<PromptName>) {
        if let Stage::Waiting(w) = &mut self.stage {
            w.announcer.clear();
            w.announcer.push(words);
            self.drive_waiting(now);
        }
    }

    /// What is being said stops; what was asked for follows.
    fn hush_waiting(&mut self, now: Now) {
        if let Stage::Waiting(w) = &mut self.stage
            && w.announcer.clear()
        {
            self.drive_waiting(now);
        }
    }
}
