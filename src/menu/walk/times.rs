//! When to be called back: times are found, offered and chosen, or it is as soon as possible.

use std::sync::Arc;

use super::callback::callback_of;
use super::node::Failure;
use super::situation::{FINDING, STORING};
use super::speak::LONGEST_PLAY;
use super::{Doing, Walk};
use crate::ids::{Key, PhoneNumber};
use crate::menu::calendar::Calendar;
use crate::menu::outcome::{AskId, Sound, StepKind, WalkAction};
use crate::menu::say;
use crate::menu::tree::{Callback, Slots};
use crate::now::{Now, Wall};

/// A wish to be called back whose number is right.
#[derive(Debug)]
pub(super) struct Wishing {
    number: PhoneNumber,
    /// What is offered, the first by key 2.
    times: Vec<Wall>,
    /// What was chosen; `None`: as soon as possible.
    due: Option<Wall>,
    /// One that was chosen was taken by somebody else.
    taken: bool,
}

impl Walk {
    /// The number is right. Where people call at times, which ones are free is found out.
    pub(super) fn wish_for(&mut self, now: Now, callback: &Callback, number: PhoneNumber) {
        self.wishing = Some(Wishing {
            number,
            times: Vec::new(),
            due: None,
            taken: false,
        });
        match callback.slots_in(self.language) {
            Some(slots) => self.find_times(now, callback, slots),
            None => self.store_wish(now, callback),
        }
    }

    fn find_times(&mut self, now: Now, callback: &Callback, slots: &Slots) {
        self.failures = 0;
        self.asked = AskId(self.asked.0.wrapping_add(1));
        self.doing = Doing::Finding;
        self.deadline = now.mono + FINDING;
        let (from, to) = slots.reach(now.wall);
        self.actions.push_back(WalkAction::Times {
            ask: self.asked,
            queue: callback.queue.clone(),
            from,
            to,
        });
    }

    fn store_wish(&mut self, now: Now, callback: &Callback) {
        let Some(wishing) = &self.wishing else {
            return self.fault(now, "the menu lost its place");
        };
        self.asked = AskId(self.asked.0.wrapping_add(1));
        self.doing = Doing::Storing;
        self.deadline = now.mono + STORING;
        let slots = callback.slots.as_ref();
        self.actions.push_back(WalkAction::CallBack {
            ask: self.asked,
            queue: callback.queue.clone(),
            number: wishing.number.clone(),
            slot: slots.zip(wishing.due).map(|(slots, due)| slots.slot(due)),
        });
    }

    /// The answer to [`WalkAction::Times`]: when callbacks are due; `None`: the store can not tell.
    /// Answers that nobody waits for any more do nothing.
    pub fn handle_times(&mut self, now: Now, ask: AskId, due: Option<&[Wall]>) {
        if self.doing != Doing::Finding || ask != self.asked {
            return;
        }
        let line = Arc::clone(&self.line);
        let slots = callback_of(&line, self.at).and_then(|c| c.slots.as_ref());
        let free = slots.zip(due).map(|(slots, due)| slots.free(now.wall, due));
        match (free, &mut self.wishing) {
            (Some(free), Some(wishing)) if !free.is_empty() => {
                wishing.times = free;
                self.doing = Doing::Picking;
                self.offer_times(now);
            }
            (_, _) => self.no_times(now),
        }
        self.use_type_ahead(now);
    }

    /// There is no time to choose: it is as soon as possible.
    pub(super) fn no_times(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        match callback_of(&line, self.at) {
            Some(callback) => self.store_wish(now, callback),
            None => self.fault(now, "the menu lost its place"),
        }
    }

    /// As soon as possible, or one of these times.
    pub(super) fn offer_times(&mut self, now: Now) {
        let line = Arc::clone(&self.line);
        let slots = callback_of(&line, self.at).and_then(|c| c.slots.as_ref());
        let (Some(slots), Some(wishing)) = (slots, &self.wishing) else {
            return self.fault(now, "the menu lost its place");
        };
        let mut sounds = match wishing.taken {
            true => self.sounds(&slots.taken),
            false => Vec::new(),
        };
        sounds.extend(self.sounds(&slots.ask));
        for (time, press) in wishing.times.iter().zip(&slots.press) {
            sounds.extend(self.time_read(&slots.hours, *time));
            sounds.extend(self.sounds(press));
        }
        self.play_all(now, sounds, LONGEST_PLAY);
    }

    pub(super) fn picking_key(&mut self, now: Now, key: Key) {
        self.hush();
        let line = Arc::clone(&self.line);
        let (Some(callback), Some(wishing)) = (callback_of(&line, self.at), &mut self.wishing)
        else {
            return self.fault(now, "the menu lost its place");
        };
        let chosen = key.digit().map(usize::from);
        let time = chosen.and_then(|n| wishing.times.get(n.checked_sub(2)?));
        match (chosen, time.copied()) {
            (Some(9), None) => {
                self.step(now, StepKind::Pressed { key });
                self.offer_times(now);
            }
            (Some(1), due) | (_, due @ Some(_)) => {
                wishing.due = due;
                self.failures = 0;
                self.step(now, StepKind::Pressed { key });
                self.completed = true;
                self.store_wish(now, callback);
            }
            (_, None) => {
                self.step(now, StepKind::Wrong { key });
                self.fail(now, Failure::Wrong);
            }
        }
    }

    /// In place of [`Walk::handle_stored`]: somebody else was quicker, and the chosen time is full. The
    /// next ones are offered.
    pub fn handle_taken(&mut self, now: Now, ask: AskId) {
        if self.doing != Doing::Storing || ask != self.asked || !self.stores_time() {
            return;
        }
        let line = Arc::clone(&self.line);
        let callback = callback_of(&line, self.at);
        let slots = callback.and_then(|c| c.slots.as_ref());
        let (Some(callback), Some(slots), Some(wishing)) = (callback, slots, &mut self.wishing)
        else {
            return self.fault(now, "the menu lost its place");
        };
        wishing.due = None;
        wishing.taken = true;
        self.ahead.clear();
        self.find_times(now, callback, slots);
    }

    /// That it is stored, or was already, since then. Of a wish with a time that is what counts; who
    /// chose one in vain and has got none is told so.
    pub(super) fn promise(&self, callback: &Callback, since: Option<Wall>) -> Vec<Sound> {
        let (slots, wishing) = (callback.slots.as_ref(), self.wishing.as_ref());
        let chosen = slots.zip(wishing);
        if let Some((slots, due)) = chosen.and_then(|(s, w)| Some((s, w.due?))) {
            let mut sounds = self.sounds(&slots.stored);
            sounds.extend(self.time_read(&slots.hours, due));
            sounds.extend(self.sounds(&slots.goodbye));
            return sounds;
        }
        let mut sounds = match chosen.filter(|(_, w)| w.taken) {
            Some((slots, _)) => self.sounds(&slots.taken),
            None => Vec::new(),
        };
        match since {
            Some(since) => {
                sounds.extend(self.since(callback, since));
                sounds.extend(self.sounds(&callback.kept));
            }
            None => sounds.extend(self.sounds(&callback.stored)),
        }
        sounds
    }

    /// A moment, in the language of the call: as that clock shows it.
    pub(super) fn time_read(&self, clock: &Calendar, at: Wall) -> Vec<Sound> {
        let language = self.language();
        let reader = language.and_then(|l| say::Language::from_tag(l.as_str()));
        let (Some(language), Some(reader)) = (language, reader) else {
            return Vec::new();
        };
        let value = say::Value::DateTime(clock.local(at));
        let form = say::Form {
            year: false,
            ..say::Form::default()
        };
        let prompts = say::say(reader, &value, &form).prompts();
        let sounds = prompts.into_iter().map(|prompt| Sound {
            language: language.clone(),
            prompt,
        });
        sounds.collect()
    }

    /// How many times are offered.
    pub(super) fn times_offered(&self) -> usize {
        self.wishing.as_ref().map_or(0, |w| w.times.len())
    }

    /// What is on its way to the store is a wish for a time.
    pub(super) fn stores_time(&self) -> bool {
        let callback = callback_of(&self.line, self.at);
        callback.is_some() && self.wishing.as_ref().is_some_and(|w| w.due.is_some())
    }
}
