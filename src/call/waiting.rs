//! The caller waits for a person: words, music, place, and the way out when nobody can come.

use std::time::Duration;

use crate::ids::{PromptName, QueueName};
use crate::media::command::PlayToken;
use crate::menu::outcome::Reason;
use crate::now::{Mono, Now};
use crate::queue::action::{OverflowCause, OverflowStep};
use crate::queue::{Arrival, Priority, Wanted};
use crate::record::timeline::Event as RecordEvent;
use crate::record::verdict::{Stage as StageName, Verdict};

use super::estimate;
use super::event::{CallAction, QueueCommand, QueueEvent};
use super::machine::{Call, Stage};
use super::sent_on::Outside;
use super::sound::{Announcer, Music};
use crate::menu::system as sys;

/// After a message could not be stored and nobody can come either, the queue is asked again
/// after this time: the caller is never hung up on, and never looped through words at once.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// Without music something is said so often.
const SPEAK_AGAIN: Duration = Duration::from_secs(5);

/// Who is sent on so soon has not heard why they came.
const UNHEARD: Duration = Duration::from_secs(1);

/// In the queue.
#[derive(Debug)]
pub(super) struct Waiting {
    pub queue: QueueName,
    pub since: Mono,
    /// In this queue since then.
    pub entered: Mono,
    pub announcer: Announcer,
    /// What they hear while nothing is said.
    pub music: Option<PlayToken>,
    /// There is no music though there should be: something is said by then.
    pub speak_at: Option<Mono>,
    /// Something has been said since they came, or tried once more.
    pub heard: bool,
    /// The caller knows what they can ask for.
    pub keys_told: bool,
    /// Not in line: the queue sent the caller to leave a message, but none can be stored.
    pub ask_again_at: Option<Mono>,
    /// Not in line: the queue sent the caller to a number outside.
    pub outside: Option<Outside>,
}

impl Call {
    /// To the people.
    pub(super) fn enter_queue(&mut self, now: Now, queue: QueueName, reason: Reason) {
        self.enter_queue_as_of(now, queue, reason, None);
    }

    /// The same, at the place of who has waited since then.
    pub(super) fn enter_queue_as_of(
        &mut self,
        now: Now,
        queue: QueueName,
        reason: Reason,
        came: Option<Mono>,
    ) {
        let words = self.connecting_words(&reason, &queue);
        self.enter_hearing(now, queue, reason, came, words);
    }

    fn enter_hearing(
        &mut self,
        now: Now,
        queue: QueueName,
        reason: Reason,
        came: Option<Mono>,
        words: Vec<PromptName>,
    ) {
        let arrival = Arrival {
            came,
            ..self.arrival(now, &queue)
        };
        self.act(CallAction::Queue(QueueCommand::Enter(arrival)));
        self.wait_in(now, queue, came.unwrap_or(now.mono), reason, words);
    }

    /// To other people, since these can not come. After a fault that stays the reason; who was sent
    /// on before they could hear of it is told now.
    fn enter_next_queue(
        &mut self,
        now: Now,
        queue: QueueName,
        unheard: bool,
        before: Option<PromptName>,
    ) {
        let reason = self.card.reason.clone();
        let reason = reason.filter(|_| self.comes_for_fault());
        let reason = reason.unwrap_or(Reason::Routed);
        let words = match unheard {
            true => self.connecting_words(&reason, &queue),
            false => self.connecting_words(&Reason::Routed, &queue),
        };
        let words = before.into_iter().chain(words).collect();
        self.enter_hearing(now, queue, reason, None, words);
    }

    /// The caller, as a queue must know them.
    pub(super) fn arrival(&self, now: Now, queue: &QueueName) -> Arrival {
        Arrival {
            wish: self.wish(now, queue),
            priority: Priority(self.priority),
            needs: self.needs.clone(),
            language: Some(self.language.clone()),
            ..Arrival::new(self.start.contact, queue.clone())
        }
    }

    /// The agent who knows them, if that is known by now: nobody waits for it.
    fn wish(&self, now: Now, queue: &QueueName) -> Option<Wanted> {
        let affinity = self.setup.sounds.get(queue)?.affinity?;
        let (agent, talked) = self.known.agent.clone()?;
        (now.wall.since(talked) <= affinity.within).then_some(Wanted {
            agent,
            hold: affinity.hold,
        })
    }

    /// Back to the head of the line, after an agent was lost or a transfer failed.
    pub(super) fn return_to_queue(&mut self, now: Now, queue: QueueName, reason: Reason) {
        self.act(CallAction::Queue(QueueCommand::Return));
        let words = vec![PromptName::new(sys::AGENT_LOST)];
        self.wait_in(now, queue, now.mono, reason, words);
    }

    pub(super) fn wait_in(
        &mut self,
        now: Now,
        queue: QueueName,
        since: Mono,
        reason: Reason,
        words: Vec<PromptName>,
    ) {
        self.setup.faults.on_the_way();
        if let Reason::Fault { what } = &reason {
            self.card.failure(what.clone());
        }
        self.card.queue = Some(queue.clone());
        self.card.reason = Some(reason.clone());
        self.record(RecordEvent::Queued {
            queue: queue.clone(),
            reason,
            language: Some(self.language.clone()),
        });
        self.put_menus_away();
        // Where nothing will be said later, the keys are told now.
        let sounds = self.setup.sounds.get(&queue);
        let quiet = sounds.is_some_and(|s| s.comfort.is_none());
        self.stage = Stage::Waiting(Waiting {
            queue,
            since,
            announcer: Announcer::default(),
            music: None,
            speak_at: None,
            heard: false,
            keys_told: false,
            ask_again_at: None,
            outside: None,
            entered: now.mono,
        });
        let words = match quiet {
            true => self.with_keys(words, false),
            false => words,
        };
        if let Stage::Waiting(w) = &mut self.stage
            && !words.is_empty()
        {
            w.announcer.push(words);
        }
        let notice = self.waiting_queue().and_then(|q| self.notice_due(&q));
        if let (Some(notice), Stage::Waiting(w)) = (notice, &mut self.stage) {
            w.announcer.push(vec![PromptName::new(notice.prompt())]);
        }
        self.drive_waiting(now);
    }

    fn comes_for_fault(&self) -> bool {
        matches!(self.card.reason, Some(Reason::Fault { .. }))
    }

    fn waiting_queue(&self) -> Option<QueueName> {
        match &self.stage {
            Stage::Waiting(w) => Some(w.queue.clone()),
            _ => None,
        }
    }

    /// What a waiting caller's call waits for itself: the end of an announcement, and the time to
    /// ask the queue again.
    pub(super) fn waiting_deadline(w: &Waiting) -> Option<Mono> {
        let announced = w.announcer.playing.map(|_| w.announcer.until);
        let outside = w.outside.as_ref().and_then(Outside::until);
        let times = [announced, w.speak_at, w.ask_again_at, outside];
        times.into_iter().flatten().min()
    }

    /// A deadline of those has come. Words whose end is never told must not keep back music and
    /// all that is said later.
    pub(super) fn waiting_overdue(&mut self, now: Now) {
        if let Stage::Waiting(w) = &mut self.stage
            && w.announcer.playing.is_some()
            && w.announcer.until <= now.mono
        {
            w.announcer.playing = None;
            let what = "the end of a prompt was never told".to_owned();
            self.record(RecordEvent::Fault { what });
            self.drive_waiting(now);
        }
        if let Stage::Waiting(w) = &mut self.stage
            && w.speak_at.is_some_and(|at| at <= now.mono)
        {
            w.speak_at = None;
            // Any of these is better than nothing, where prompts are gone.
            let words = [sys::WAITING_PERSON, sys::CONNECTING, sys::FAULT];
            let mut words = words.into_iter().map(PromptName::new);
            let there = words.find(|name| self.prompt(name).is_some());
            self.announce(now, there.into_iter().collect());
        }
        self.outside_overdue(now);
        self.ask_queue_again(now);
    }

    /// The music can not be played: who hears nothing thinks that they are forgotten. Who has heard nothing
    /// at all is spoken to at once.
    pub(super) fn music_failed(&mut self, now: Now) {
        if let Stage::Waiting(w) = &mut self.stage {
            w.music = None;
            let pause = if w.heard { SPEAK_AGAIN } else { Duration::ZERO };
            w.speak_at = Some(now.mono + pause);
            w.heard = true;
        }
    }

    /// Asks the queue again, if that is due.
    fn ask_queue_again(&mut self, now: Now) {
        let Stage::Waiting(w) = &mut self.stage else {
            return;
        };
        if w.ask_again_at.is_some_and(|at| at <= now.mono) {
            w.ask_again_at = None;
            let queue = w.queue.clone();
            (self.message_broken, self.callback_broken) = (false, false);
            let arrival = self.arrival(now, &queue);
            self.act(CallAction::Queue(QueueCommand::Enter(arrival)));
        }
    }

    /// The next announcement, or music.
    pub(super) fn drive_waiting(&mut self, now: Now) {
        let Stage::Waiting(w) = &mut self.stage else {
            return;
        };
        if w.announcer.playing.is_some() {
            return;
        }
        (w.music, w.speak_at) = (None, None);
        // Where not one of the words is there, what comes next is better than nothing.
        let prompts = &self.setup.prompts;
        let there = |name: &PromptName| prompts.nearest(&self.language, name).is_some();
        let words = w.announcer.take_next(|words| words.iter().any(there));
        match words {
            Some(words) => {
                let token = self.say(&words);
                self.note_notice(&words, token);
                let until = now.mono + self.time_to_say(&words);
                if let Stage::Waiting(w) = &mut self.stage {
                    w.announcer.playing = Some(token);
                    w.announcer.until = until;
                }
            }
            None => {
                let queue = w.queue.clone();
                match self.begin_music(self.start.leg, Some(&queue)) {
                    Music::Missing => self.music_failed(now),
                    Music::Unwanted => {}
                    Music::Plays(token) => {
                        if let Stage::Waiting(w) = &mut self.stage {
                            w.music = Some(token);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn queue_event(&mut self, now: Now, event: QueueEvent) {
        match event {
            QueueEvent::Offer {
                offer,
                agent,
                contacts,
                ring_for,
            } => {
                self.begin_to_tell();
                self.offer(offer, agent, contacts, ring_for);
            }
            QueueEvent::Withdraw { offer, why } => self.withdraw(offer, why),
            QueueEvent::Connect(offer) => self.offer_connects(now, offer),
            QueueEvent::TooLate(offer) => self.offer_too_late(offer),
            QueueEvent::Position { position, wait } => {
                let mut words = vec![PromptName::new(sys::position(position))];
                let estimate = wait.map(|wait| estimate::words(&self.language, wait));
                let estimate = estimate.unwrap_or_default();
                // Half of a number is worse than none.
                let has = |name| self.setup.prompts.get(&self.language, name).is_some();
                if estimate.iter().all(has) {
                    words.extend(estimate);
                }
                let words = self.with_keys(words, false);
                self.announce(now, words);
            }
            QueueEvent::Comfort => {
                let Stage::Waiting(w) = &self.stage else {
                    return;
                };
                let comfort = self
                    .setup
                    .sounds
                    .get(&w.queue)
                    .and_then(|s| s.comfort.clone());
                if let Some(prompt) = comfort {
                    let words = self.with_keys(vec![prompt], true);
                    self.announce(now, words);
                }
            }
            QueueEvent::Overflow { cause, to } => self.overflow(now, cause, to),
        }
    }

    pub(super) fn announce(&mut self, now: Now, words: Vec<PromptName>) {
        let Stage::Waiting(w) = &mut self.stage else {
            return;
        };
        w.announcer.push(words);
        self.drive_waiting(now);
    }

    fn overflow(&mut self, now: Now, cause: OverflowCause, to: OverflowStep) {
        self.hang_up_ringing(None);
        if let Stage::CallingBack(_) = &self.stage {
            let stage = StageName::Waiting;
            return self.stop_calling_back(Verdict::ServerStopped { stage });
        }
        if let Stage::Menu(_) = &self.stage {
            return self.sent_on_in_menus(&to);
        }
        let Stage::Waiting(w) = &mut self.stage else {
            return; // crossed with a hang-up or an answer
        };
        if to == OverflowStep::Message && self.message_broken {
            w.ask_again_at = Some(now.mono + ASK_AGAIN);
            return;
        }
        let queue = w.queue.clone();
        let unheard = now.mono.since(w.entered) < UNHEARD;
        let in_vain = w.outside.take().is_some();
        // Who was sent on before they could hear of a fault is told now.
        let sorry = unheard && self.comes_for_fault();
        let before = in_vain.then(|| PromptName::new(sys::CALLED_IN_VAIN));
        self.record(RecordEvent::Overflowed {
            queue,
            cause,
            to: to.clone(),
        });
        match to {
            OverflowStep::Queue(queue) => self.enter_next_queue(now, queue, unheard, before),
            OverflowStep::Outside(number) => self.ring_outside(now, number, before),
            OverflowStep::Callback => self.offer_callback(now, sorry, before),
            OverflowStep::Message if sorry => {
                self.enter_message(now, &[sys::FAULT, sys::MESSAGE_INTRO, sys::BEEP]);
            }
            OverflowStep::Message => {
                self.enter_message(now, &[sys::MESSAGE_INTRO, sys::BEEP]);
            }
        }
    }
}
