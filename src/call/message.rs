//! The caller leaves a message: the promise that a queue makes when nobody can come (P5).

use std::time::Duration;

use super::event::{CallAction, RecordingId, RecordingOutcome};
use super::machine::{Call, GRACE, Promise, Stage, Storing};
use super::message_review::Review;
use crate::ids::{Key, PromptName, QueueName};
use crate::media::command::PlayToken;
use crate::menu::outcome::Reason;
use crate::menu::system as sys;
use crate::menu::walk::situation::STORING;
use crate::now::{Mono, Now};
use crate::record::timeline::{Event as RecordEvent, MessageId};
use crate::record::verdict::Verdict;

/// After this many recordings in which nothing was said, the wish to be called back is stored
/// as the message: a caller who can not or will not speak is not lost either.
const TRIES: u8 = 2;
const NOT_STORED: &str = "the message could not be stored";
/// How long the call of a caller who is gone stays for the store.
pub(super) const STORE_WAIT: Duration = Duration::from_secs(30);

/// Leaving a message.
#[derive(Debug)]
pub(super) struct MessageStage {
    pub(super) step: MessageStep,
    pub(super) tries: u8,
    /// The recording under way, or the last.
    pub(super) recording: RecordingId,
    /// What is waited for has not come by then: a fault of ours.
    pub until: Mono,
}

#[derive(Debug, PartialEq)]
pub(super) enum MessageStep {
    /// The words before the beep, and the beep.
    Intro(PlayToken),
    Recording,
    /// It ends; whether anything was said is told soon.
    Ending,
    /// The caller is asked what becomes of it, or hears it.
    Review(Review),
    /// The recorder makes it durable; only then is the caller told.
    Storing,
    /// "Your message is saved."
    Confirming(PlayToken, MessageId),
}

#[cfg(test)]
impl MessageStage {
    /// How far it is, in the words of the checker, and how many recordings have begun.
    pub(super) fn told(&self) -> (crate::check::graph::MessageStep, u8) {
        use crate::check::graph::MessageStep as Told;
        let step = match self.step {
            MessageStep::Intro(_) => Told::Intro,
            MessageStep::Recording => Told::Recording,
            MessageStep::Ending => Told::Ending,
            MessageStep::Review(Review::Asking(_)) => Told::Asking,
            MessageStep::Review(Review::Choosing) => Told::Choosing,
            MessageStep::Review(Review::Fetching) => Told::Fetching,
            MessageStep::Review(Review::Hearing(_)) => Told::Hearing,
            MessageStep::Storing => Told::Storing,
            MessageStep::Confirming(..) => Told::Confirming,
        };
        (step, self.tries)
    }
}

impl MessageStage {
    /// What was said is not kept yet.
    fn is_open(&self) -> bool {
        match self.step {
            MessageStep::Recording | MessageStep::Ending | MessageStep::Review(_) => true,
            MessageStep::Intro(_) | MessageStep::Storing | MessageStep::Confirming(..) => false,
        }
    }
}

impl Call {
    /// The menu leads to a message for the people of a queue.
    pub(super) fn take_message(&mut self, now: Now, queue: QueueName) {
        if self.message_broken {
            let what = NOT_STORED.to_owned();
            let human = self.line.human.clone();
            return self.lead_to_people(now, human, Reason::Fault { what });
        }
        self.give_place_up();
        self.card.queue = Some(queue);
        self.enter_message(now, &[sys::MESSAGE_INTRO, sys::BEEP]);
    }

    pub(super) fn enter_message(&mut self, now: Now, words: &[&str]) {
        self.put_menus_away();
        self.stage = Stage::Message(MessageStage {
            step: MessageStep::Storing,
            tries: 0,
            recording: RecordingId::default(),
            until: now.mono,
        });
        self.invite_to_speak(now, words);
    }

    pub(super) fn invite_to_speak(&mut self, now: Now, names: &[&str]) {
        let (token, until) = self.say_in_message(now, names);
        if let Stage::Message(m) = &mut self.stage {
            m.step = MessageStep::Intro(token);
            m.until = until;
        }
    }

    /// Says something, and until when its end must have been told.
    pub(super) fn say_in_message(&mut self, now: Now, names: &[&str]) -> (PlayToken, Mono) {
        let names: Vec<PromptName> = names.iter().map(PromptName::new).collect();
        let until = now.mono + self.time_to_say(&names);
        (self.say(&names), until)
    }

    /// What the caller waits for has not come: a fault, which ends with a person (P4). What is
    /// stored is stored.
    pub(super) fn message_overdue(&mut self, now: Now) {
        let Stage::Message(m) = &self.stage else {
            return;
        };
        if m.until > now.mono {
            return;
        }
        let untold = "the end of a prompt was never told".to_owned();
        match m.step {
            MessageStep::Intro(_) => self.message_failed(now, untold),
            MessageStep::Recording => self.end_recording(now),
            MessageStep::Ending | MessageStep::Storing => {
                self.message_failed(now, NOT_STORED.to_owned());
            }
            MessageStep::Review(_) => self.review_overdue(now),
            MessageStep::Confirming(_, message) => {
                self.record(RecordEvent::Fault { what: untold });
                self.hang_up_caller(Verdict::MessageStored { message });
            }
        }
    }

    pub(super) fn played_in_message(&mut self, now: Now, token: PlayToken) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        match m.step {
            MessageStep::Intro(t) if t == token => self.begin_recording(now),
            MessageStep::Confirming(t, message) if t == token => {
                self.hang_up_caller(Verdict::MessageStored { message });
            }
            MessageStep::Review(_) => self.played_in_review(now, token),
            MessageStep::Intro(_)
            | MessageStep::Recording
            | MessageStep::Ending
            | MessageStep::Storing
            | MessageStep::Confirming(..) => {}
        }
    }

    /// A caller who is not told to speak says nothing: they wait for a person instead. What
    /// is stored is stored, told or not.
    pub(super) fn play_failed_in_message(&mut self, now: Now, token: PlayToken, what: String) {
        let Stage::Message(m) = &self.stage else {
            return;
        };
        match m.step {
            MessageStep::Intro(t) if t == token => self.message_failed(now, what),
            MessageStep::Confirming(t, message) if t == token => {
                self.record(RecordEvent::Fault { what });
                self.hang_up_caller(Verdict::MessageStored { message });
            }
            MessageStep::Review(Review::Asking(t) | Review::Hearing(t)) if t == token => {
                self.message_failed(now, what);
            }
            MessageStep::Intro(_)
            | MessageStep::Recording
            | MessageStep::Ending
            | MessageStep::Review(_)
            | MessageStep::Storing
            | MessageStep::Confirming(..) => {}
        }
    }

    fn begin_recording(&mut self, now: Now) {
        let limit = self.setup.message_limit;
        self.recordings = RecordingId(self.recordings.0.wrapping_add(1));
        let recording = self.recordings;
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        m.step = MessageStep::Recording;
        m.recording = recording;
        m.until = now.mono + limit + GRACE;
        m.tries += 1;
        self.act(CallAction::RecordMessage {
            recording,
            leg: self.start.leg,
            limit,
        });
    }

    pub(super) fn key_in_message(&mut self, now: Now, key: Key) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        match (key, &m.step) {
            (Key::ZERO, _) => {
                if m.is_open() {
                    // What was said so far is kept: nobody tells their story twice.
                    self.act(CallAction::KeepMessage {
                        even_if_empty: false,
                    });
                }
                let queue = self.line.human.clone();
                self.enter_queue(now, queue, Reason::Asked);
            }
            (Key::HASH, MessageStep::Recording) => self.end_recording(now),
            (_, MessageStep::Review(_)) => self.key_in_review(now, key),
            // Straight to the beep.
            (Key::HASH, MessageStep::Intro(_)) => self.invite_to_speak(now, &[sys::BEEP]),
            // Again from the beginning.
            (Key::STAR, MessageStep::Recording) => {
                self.speak_anew(now);
            }
            (
                _,
                MessageStep::Intro(_)
                | MessageStep::Recording
                | MessageStep::Ending
                | MessageStep::Storing
                | MessageStep::Confirming(..),
            ) => {}
        }
    }

    /// The longest message has been taken.
    pub(super) fn record_limit(&mut self, now: Now) {
        if let Stage::Message(MessageStage {
            step: MessageStep::Recording,
            ..
        }) = &self.stage
        {
            self.end_recording(now);
        }
    }

    fn end_recording(&mut self, now: Now) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        m.step = MessageStep::Ending;
        m.until = now.mono + STORING;
        self.act(CallAction::EndMessage);
    }

    pub(super) fn keep(&mut self, now: Now) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        m.step = MessageStep::Storing;
        m.until = now.mono + STORING;
        let even_if_empty = m.tries >= TRIES;
        self.act(CallAction::KeepMessage { even_if_empty });
    }

    pub(super) fn recording_over(
        &mut self,
        now: Now,
        recording: RecordingId,
        outcome: RecordingOutcome,
    ) {
        match outcome {
            RecordingOutcome::Stored { message, length } => {
                self.record(RecordEvent::MessageStored { message, length });
            }
            // The caller has hung up or gone on to a person: nobody else tells of it.
            RecordingOutcome::Failed if !self.waits_for(recording) => {
                self.record(RecordEvent::Fault {
                    what: NOT_STORED.to_owned(),
                });
            }
            RecordingOutcome::Failed | RecordingOutcome::TooShort | RecordingOutcome::Taken => {}
        }
        match &mut self.stage {
            // Of an earlier recording, which the caller does not wait for any more.
            Stage::Message(m) if m.recording != recording => {}
            Stage::Message(m) if m.step == MessageStep::Storing => match outcome {
                RecordingOutcome::Stored { message, .. } => {
                    let (token, until) = self.say_in_message(now, &[sys::MESSAGE_SAVED]);
                    if let Stage::Message(m) = &mut self.stage {
                        m.step = MessageStep::Confirming(token, message);
                        m.until = until;
                    }
                }
                RecordingOutcome::Taken => {}
                RecordingOutcome::TooShort | RecordingOutcome::Failed => {
                    self.message_failed(now, NOT_STORED.to_owned());
                }
            },
            Stage::Message(m) if m.step == MessageStep::Ending => match outcome {
                RecordingOutcome::Taken => self.review(now),
                // Whoever can not or will not speak is not lost either.
                RecordingOutcome::TooShort if m.tries >= TRIES => self.keep(now),
                RecordingOutcome::TooShort => {
                    self.invite_to_speak(now, &[sys::MESSAGE_SHORT, sys::BEEP]);
                }
                RecordingOutcome::Failed => self.message_failed(now, NOT_STORED.to_owned()),
                RecordingOutcome::Stored { .. } => {}
            },
            Stage::Message(m)
                if m.step == MessageStep::Recording && outcome == RecordingOutcome::Failed =>
            {
                self.message_failed(now, NOT_STORED.to_owned());
            }
            Stage::Closing { .. } => self.closing_recording_over(recording, outcome),
            Stage::Message(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Menu(_)
            | Stage::Waiting(_)
            | Stage::Bridged(_)
            | Stage::CallingBack(_)
            | Stage::Ended => {}
        }
    }

    fn waits_for(&self, recording: RecordingId) -> bool {
        let Stage::Message(m) = &self.stage else {
            return false;
        };
        (m.is_open() || m.step == MessageStep::Storing) && m.recording == recording
    }

    /// No promise can be stored, so the caller stays with us: they wait for a person.
    pub(super) fn message_failed(&mut self, now: Now, what: String) {
        self.message_broken = true;
        if let Stage::Message(m) = &self.stage
            && matches!(m.step, MessageStep::Ending | MessageStep::Review(_))
        {
            self.act(CallAction::KeepMessage {
                even_if_empty: false,
            });
        }
        self.record(RecordEvent::Fault { what: what.clone() });
        let queue = self.line.human.clone();
        self.enter_queue(now, queue, Reason::Fault { what });
    }

    /// The caller hung up. What was said until then is kept.
    pub(super) fn caller_left_message(&mut self, now: Now, m: MessageStage, verdict: Verdict) {
        let storing = Some(Storing {
            what: Promise::Message(m.recording),
            until: now.mono + STORE_WAIT,
        });
        match m.step {
            MessageStep::Recording | MessageStep::Ending | MessageStep::Review(_) => {
                self.act(CallAction::KeepMessage {
                    even_if_empty: false,
                });
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing,
                };
            }
            MessageStep::Storing => {
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing,
                }
            }
            MessageStep::Confirming(_, message) => self.done(Verdict::MessageStored { message }),
            MessageStep::Intro(_) => self.done(verdict),
        }
    }

    /// The server stops while a message is taken: what was said is kept, and waited for.
    pub(super) fn stop_message(&mut self, now: Now, m: &MessageStage) -> Option<Storing> {
        self.act(CallAction::KeepMessage {
            even_if_empty: false,
        });
        let storing = Storing {
            what: Promise::Message(m.recording),
            until: now.mono + STORE_WAIT,
        };
        match m.step {
            MessageStep::Recording
            | MessageStep::Ending
            | MessageStep::Review(_)
            | MessageStep::Storing => Some(storing),
            MessageStep::Intro(_) | MessageStep::Confirming(..) => None,
        }
    }
}
