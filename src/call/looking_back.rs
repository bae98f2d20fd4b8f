//! The caller looks back from the queue into the menus: the place is kept, agents' phones ring for
//! them meanwhile, and whoever answers has them.

use std::time::Duration;

use super::bridged::{Bridged, Word};
use super::event::{CallAction, QueueCommand};
use super::machine::{Call, Stage};
use super::menu_stage::MenuStage;
use super::taping::Notice;
use crate::ids::{PromptName, QueueName};
use crate::media::command::PlayToken;
use crate::menu::outcome::Reason;
use crate::menu::system as sys;
use crate::menu::tree::Aside;
use crate::menu::walk::{Caller, Walk};
use crate::now::{Mono, Now};
use crate::record::timeline::Event as RecordEvent;

/// The word before the bridge is short: its end is not waited for much longer.
const WORD_GRACE: Duration = Duration::from_secs(1);

/// The place in line of a caller who is in the menus.
#[derive(Clone, Debug)]
pub(super) struct KeptPlace {
    pub queue: QueueName,
    pub since: Mono,
    /// The queue has sent them on: they do not stand in line, and what it has besides follows.
    pub sent_on: bool,
}

impl Call {
    /// From the queue to the menus that the caller left, or to what stands beside them.
    pub(super) fn look_back(&mut self, now: Now, to: Option<Aside>) {
        let Stage::Waiting(w) = &self.stage else {
            return;
        };
        let sent_on = w.outside.is_some();
        // Who would rather help themselves is not called for outside.
        let gives_up = sent_on && to.is_none();
        let stands = w.ask_again_at.is_none() && !gives_up;
        let place = stands.then(|| KeptPlace {
            queue: w.queue.clone(),
            since: w.since,
            sent_on,
        });
        if gives_up {
            self.act(CallAction::Queue(QueueCommand::Leave));
        } else if place.is_some() && !sent_on {
            self.act(CallAction::Queue(QueueCommand::LookBack));
        }
        if sent_on {
            self.hang_up_dialled();
        }
        self.record(RecordEvent::LookedBack);
        self.lead_to_menus(now, to, place, Vec::new());
    }

    /// To the menus that the caller left, or to what stands beside them. `before`: said there first.
    pub(super) fn lead_to_menus(
        &mut self,
        now: Now,
        to: Option<Aside>,
        place: Option<KeptPlace>,
        before: Vec<PromptName>,
    ) {
        let mut walk = match self.menus.take() {
            Some(walk) => *walk,
            None => Walk::outside(self.line.clone(), self.who_walks(), now),
        };
        if !to.is_some_and(|aside| walk.turn_to(now, aside)) {
            walk.resume(now);
        }
        self.stage = Stage::Menu(Box::new(MenuStage {
            walk,
            playing: None,
            music: None,
            dialling: None,
            before,
            place,
            talked: None,
        }));
        self.drive_menu(now);
    }

    /// Who walks through the menus.
    pub(super) fn who_walks(&self) -> Caller {
        Caller {
            number: self.start.caller.clone(),
            language: Some(self.language.clone()),
        }
    }

    /// The menus are left, and kept for a caller who looks back.
    pub(super) fn put_menus_away(&mut self) {
        if let Stage::Menu(m) = std::mem::replace(&mut self.stage, Stage::Ended) {
            self.menus = Some(Box::new(m.walk));
        }
    }

    /// The place that the caller has in line while they are in the menus.
    pub(super) fn kept_place(&self) -> Option<&KeptPlace> {
        match &self.stage {
            Stage::Menu(m) => m.place.as_ref(),
            Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Waiting(_)
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Closing { .. }
            | Stage::Ended => None,
        }
    }

    /// Since when the caller waits for a person.
    pub(super) fn waits_since(&self) -> Option<Mono> {
        match &self.stage {
            Stage::Waiting(w) => Some(w.since),
            Stage::CallingBack(c) => c.since(),
            Stage::Menu(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Message(_)
            | Stage::Bridged(_)
            | Stage::Closing { .. }
            | Stage::Ended => self.kept_place().map(|p| p.since),
        }
    }

    /// The caller goes where no agent can have them: out of the line.
    pub(super) fn give_place_up(&mut self) {
        if let Stage::Menu(m) = &mut self.stage
            && m.place.take().is_some()
        {
            self.act(CallAction::Queue(QueueCommand::Leave));
        }
    }

    /// The menu leads to the people: back to the place, unless it names another queue.
    pub(super) fn lead_to_people(&mut self, now: Now, queue: QueueName, reason: Reason) {
        let kept = self.kept_place().cloned();
        match kept.filter(|p| reason != Reason::Routed || p.queue == queue) {
            Some(place) if place.sent_on => self.go_on(now, place, reason),
            Some(place) => {
                self.act(CallAction::Queue(QueueCommand::BackInLine));
                let words = self.connecting_words(&reason, &place.queue);
                self.wait_in(now, place.queue, place.since, reason, words);
            }
            None => match self.claimed(&queue, &reason) {
                Some(place) => {
                    let (queue, since) = (place.queue, Some(place.since));
                    let reason = match reason {
                        fault @ Reason::Fault { .. } => fault,
                        _ => Reason::Asked,
                    };
                    self.enter_queue_as_of(now, queue, reason, since);
                }
                None => self.enter_queue(now, queue, reason),
            },
        }
    }

    /// An agent has answered for a caller who is in the menus: what is under way there is over.
    /// The queue that they waited in.
    pub(super) fn fetch_from_menus(&mut self, now: Now, mut m: Box<MenuStage>) -> QueueName {
        m.walk.put_down(now);
        self.take_steps(&mut m);
        let place = m.place.take();
        self.menus = Some(Box::new(m.walk));
        place.map_or_else(|| self.line.human.clone(), |p| p.queue)
    }

    /// Says that a person is there now, and that the talk is recorded, if the caller has not heard
    /// so; the two are bridged when it has been said.
    pub(super) fn say_before_bridge(&mut self, now: Now, fetched: bool) {
        // Who can not be told is not recorded.
        let can_tell = |n: &Notice| self.prompt(&PromptName::new(n.prompt())).is_some();
        let notice = self.notice_before_bridge().filter(can_tell);
        let fetched = fetched.then_some(sys::PERSON_NOW);
        let notice_word = notice.map(Notice::prompt);
        let words: Vec<PromptName> = fetched
            .into_iter()
            .chain(notice_word)
            .map(PromptName::new)
            .collect();
        if words.is_empty() {
            return;
        }
        let length = self
            .time_to_say(&words)
            .saturating_sub(super::machine::GRACE);
        let token = self.say(&words);
        let until = now.mono + length + WORD_GRACE;
        if let Stage::Bridged(b) = &mut self.stage {
            b.word = Some(Word {
                token,
                until,
                notice,
            });
        }
    }

    /// A prompt has ended in a talk: that word, perhaps.
    pub(super) fn word_said(&mut self, now: Now, token: PlayToken) {
        if self.is_word(token) && self.notice_said(now) {
            self.bridge_now();
        }
    }

    /// That word can not be said.
    pub(super) fn word_failed(&mut self, token: PlayToken) {
        if self.is_word(token) {
            self.bridge_now();
        }
    }

    fn is_word(&self, token: PlayToken) -> bool {
        matches!(&self.stage, Stage::Bridged(b)
            if b.word.as_ref().is_some_and(|w| w.token == token))
    }

    /// The end of that word has not been told.
    pub(super) fn word_overdue(&mut self, now: Now) {
        if let Stage::Bridged(b) = &self.stage
            && b.word.as_ref().is_some_and(|w| w.until <= now.mono)
        {
            self.bridge_now();
        }
    }

    /// The caller has heard enough: the two hear each other, once the person has as well.
    pub(super) fn bridge_now(&mut self) {
        if let Stage::Bridged(b) = &mut self.stage
            && b.word.take().is_some()
        {
            self.bridge_when_said();
        }
    }
}

impl Bridged {
    /// When something is due by itself.
    pub(super) fn due(&self) -> Option<Mono> {
        let transfer = self.transfer.and(self.transfer_until);
        let word = self.word.as_ref().map(|w| w.until);
        let whisper = self.whisper.map(|w| w.until);
        [transfer, word, whisper, self.away]
            .into_iter()
            .flatten()
            .min()
    }
}
