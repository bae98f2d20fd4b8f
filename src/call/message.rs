//! The caller leaves a message: the promise that a queue makes when nobody can come (P5).

use super::event::{CallAction, RecordingOutcome};
use super::machine::{Call, Stage};
use crate::ids::{Key, PromptName, QueueName};
use crate::media::command::PlayToken;
use crate::menu::outcome::Reason;
use crate::menu::system as sys;
use crate::now::Now;
use crate::record::timeline::{Event as RecordEvent, MessageId};
use crate::record::verdict::Verdict;

/// After this many recordings in which nothing was said, the wish to be called back is stored
/// as the message: a caller who can not or will not speak is not lost either.
const TRIES: u8 = 2;
const NOT_STORED: &str = "the message could not be stored";

/// Leaving a message.
#[derive(Debug)]
pub(super) struct MessageStage {
    step: MessageStep,
    tries: u8,
}

#[derive(Debug, PartialEq)]
enum MessageStep {
    /// The words before the beep, and the beep.
    Intro(PlayToken),
    Recording,
    /// The recorder makes it durable; only then is the caller told.
    Storing,
    /// "Your message is saved."
    Confirming(PlayToken, MessageId),
}

impl Call {
    /// The menu leads to a message for the people of a queue.
    pub(super) fn take_message(&mut self, now: Now, queue: QueueName) {
        if self.message_broken {
            let what = NOT_STORED.to_owned();
            let human = self.line.human.clone();
            return self.enter_queue(now, human, Reason::Fault { what });
        }
        self.card.queue = Some(queue);
        self.enter_message();
    }

    pub(super) fn enter_message(&mut self) {
        let token = self.say(&[
            PromptName::new(sys::MESSAGE_INTRO),
            PromptName::new(sys::BEEP),
        ]);
        self.stage = Stage::Message(MessageStage {
            step: MessageStep::Intro(token),
            tries: 0,
        });
    }

    pub(super) fn played_in_message(&mut self, token: PlayToken) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        match m.step {
            MessageStep::Intro(t) if t == token => self.begin_recording(),
            MessageStep::Confirming(t, message) if t == token => {
                self.hang_up_caller(Verdict::MessageStored { message });
            }
            MessageStep::Intro(_)
            | MessageStep::Recording
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
            MessageStep::Intro(_)
            | MessageStep::Recording
            | MessageStep::Storing
            | MessageStep::Confirming(..) => {}
        }
    }

    fn begin_recording(&mut self) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        m.step = MessageStep::Recording;
        m.tries += 1;
        let limit = self.setup.message_limit;
        self.act(CallAction::RecordMessage {
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
                if m.step == MessageStep::Recording {
                    // What was said so far is kept: nobody tells their story twice.
                    self.act(CallAction::KeepMessage {
                        even_if_empty: false,
                    });
                }
                let queue = self.line.human.clone();
                self.enter_queue(now, queue, Reason::Asked);
            }
            (Key::HASH, MessageStep::Recording) => self.keep(),
            // Straight to the beep.
            (Key::HASH, MessageStep::Intro(_)) => {
                let token = self.say(&[PromptName::new(sys::BEEP)]);
                if let Stage::Message(m) = &mut self.stage {
                    m.step = MessageStep::Intro(token);
                }
            }
            // Again from the beginning.
            (Key::STAR, MessageStep::Recording) => {
                self.act(CallAction::DropMessage);
                let token = self.say(&[PromptName::new(sys::BEEP)]);
                if let Stage::Message(m) = &mut self.stage {
                    m.step = MessageStep::Intro(token);
                    m.tries = m.tries.saturating_sub(1);
                }
            }
            (
                _,
                MessageStep::Intro(_)
                | MessageStep::Recording
                | MessageStep::Storing
                | MessageStep::Confirming(..),
            ) => {}
        }
    }

    /// The longest message has been taken.
    pub(super) fn record_limit(&mut self) {
        if let Stage::Message(MessageStage {
            step: MessageStep::Recording,
            ..
        }) = &self.stage
        {
            self.keep();
        }
    }

    fn keep(&mut self) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        m.step = MessageStep::Storing;
        let even_if_empty = m.tries >= TRIES;
        self.act(CallAction::KeepMessage { even_if_empty });
    }

    pub(super) fn recording_over(&mut self, now: Now, outcome: RecordingOutcome) {
        if let RecordingOutcome::Stored { message, length } = outcome {
            self.record(RecordEvent::MessageStored { message, length });
        }
        match &mut self.stage {
            Stage::Message(m) if m.step == MessageStep::Storing => match outcome {
                RecordingOutcome::Stored { message, .. } => {
                    let token = self.say(&[PromptName::new(sys::MESSAGE_SAVED)]);
                    if let Stage::Message(m) = &mut self.stage {
                        m.step = MessageStep::Confirming(token, message);
                    }
                }
                RecordingOutcome::TooShort => {
                    let token = self.say(&[
                        PromptName::new(sys::MESSAGE_SHORT),
                        PromptName::new(sys::BEEP),
                    ]);
                    if let Stage::Message(m) = &mut self.stage {
                        m.step = MessageStep::Intro(token);
                    }
                }
                RecordingOutcome::Failed => self.message_failed(now, NOT_STORED.to_owned()),
            },
            Stage::Message(m)
                if m.step == MessageStep::Recording && outcome == RecordingOutcome::Failed =>
            {
                self.message_failed(now, NOT_STORED.to_owned());
            }
            Stage::Closing { .. } => self.closing_recording_over(outcome),
            Stage::Message(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Menu(_)
            | Stage::Waiting(_)
            | Stage::Bridged(_)
            | Stage::Ended => {}
        }
    }

    /// No promise can be stored, so the caller stays with us: they wait for a person.
    fn message_failed(&mut self, now: Now, what: String) {
        self.message_broken = true;
        self.record(RecordEvent::Fault { what: what.clone() });
        let queue = self.line.human.clone();
        self.enter_queue(now, queue, Reason::Fault { what });
    }

    /// The caller hung up. What was said until then is kept.
    pub(super) fn caller_left_message(&mut self, m: MessageStage, verdict: Verdict) {
        match m.step {
            MessageStep::Recording => {
                self.act(CallAction::KeepMessage {
                    even_if_empty: false,
                });
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing: true,
                };
            }
            MessageStep::Storing => {
                self.stage = Stage::Closing {
                    verdict,
                    leg_over: true,
                    storing: true,
                }
            }
            MessageStep::Confirming(_, message) => self.done(Verdict::MessageStored { message }),
            MessageStep::Intro(_) => self.done(verdict),
        }
    }
}
