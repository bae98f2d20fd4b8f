//! A message has been spoken: the caller keeps it, hears it, or speaks anew. It is on the disk all the time,
//! and is kept by silence, by hanging up and by 0 as well: only speaking anew forgets it.

use std::sync::Arc;
use std::time::Duration;

use super::event::{CallAction, RecordingId};
use super::machine::{Call, GRACE, Stage};
use super::message::{MessageStage, MessageStep};
use crate::ids::Key;
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::media::prompt::Prompt;
use crate::menu::system as sys;
use crate::menu::walk::situation::STORING;
use crate::now::Now;

/// After the question the message is kept when no key has come by then.
const CHOICE: Duration = Duration::from_secs(4);

/// How far that is.
#[derive(Debug, PartialEq)]
pub(super) enum Review {
    /// "To keep it, press one."
    Asking(PlayToken),
    /// A key is waited for.
    Choosing,
    /// What was said is being fetched.
    Fetching,
    /// It is heard.
    Hearing(PlayToken),
}

impl Call {
    /// Whether the caller is asked what becomes of their message.
    pub(crate) fn reviews_message(&self) -> bool {
        matches!(&self.stage, Stage::Message(m) if matches!(m.step, MessageStep::Review(_)))
    }

    /// Whether a key is waited for that says so.
    pub(crate) fn chooses_for_message(&self) -> bool {
        let choosing = MessageStep::Review(Review::Choosing);
        matches!(&self.stage, Stage::Message(m) if m.step == choosing)
    }

    pub(super) fn review(&mut self, now: Now) {
        let (token, until) = self.say_in_message(now, &[sys::MESSAGE_REVIEW]);
        if let Stage::Message(m) = &mut self.stage {
            m.step = MessageStep::Review(Review::Asking(token));
            m.until = until;
        }
    }

    pub(super) fn key_in_review(&mut self, now: Now, key: Key) {
        match (key, key.digit()) {
            (Key::HASH, _) | (_, Some(1)) => {
                self.hush_in_message();
                self.keep(now);
            }
            (_, Some(2)) => {
                if let Stage::Message(m) = &mut self.stage {
                    if m.step == MessageStep::Review(Review::Fetching) {
                        return;
                    }
                    m.step = MessageStep::Review(Review::Fetching);
                    m.until = now.mono + STORING;
                }
                self.hush_in_message();
                self.act(CallAction::FetchMessage);
            }
            (Key::STAR, _) | (_, Some(3)) => self.speak_anew(now),
            _ => {}
        }
    }

    fn hush_in_message(&mut self) {
        self.media(MediaCommand::Stop {
            leg: self.start.leg,
        });
    }

    /// Again from the beginning.
    pub(super) fn speak_anew(&mut self, now: Now) {
        if let Stage::Message(m) = &mut self.stage {
            m.tries = m.tries.saturating_sub(1);
            self.act(CallAction::DropMessage);
            self.invite_to_speak(now, &[sys::BEEP]);
        }
    }

    pub(super) fn played_in_review(&mut self, now: Now, token: PlayToken) {
        let Stage::Message(m) = &mut self.stage else {
            return;
        };
        match m.step {
            MessageStep::Review(Review::Asking(t)) if t == token => {
                m.step = MessageStep::Review(Review::Choosing);
                m.until = now.mono + CHOICE;
            }
            MessageStep::Review(Review::Hearing(t)) if t == token => self.review(now),
            MessageStep::Review(_)
            | MessageStep::Intro(_)
            | MessageStep::Recording
            | MessageStep::Ending
            | MessageStep::Storing
            | MessageStep::Confirming(..) => {}
        }
    }

    /// What was said, to be heard; what can not be heard can be kept all the same.
    pub(super) fn draft_fetched(
        &mut self,
        now: Now,
        recording: RecordingId,
        voice: Option<Arc<Prompt>>,
    ) {
        match &self.stage {
            Stage::Message(m)
                if m.recording == recording && m.step == MessageStep::Review(Review::Fetching) => {}
            _ => return,
        }
        let Some(voice) = voice else {
            return self.review(now);
        };
        let until = now.mono + voice.duration + GRACE;
        let token = self.tokens.next();
        if let Stage::Message(m) = &mut self.stage {
            m.step = MessageStep::Review(Review::Hearing(token));
            m.until = until;
        }
        self.media(MediaCommand::Play {
            leg: self.start.leg,
            token,
            list: Playlist {
                prompts: vec![voice],
                repeat: false,
            },
        });
    }

    pub(super) fn review_overdue(&mut self, now: Now) {
        let Stage::Message(MessageStage {
            step: MessageStep::Review(review),
            ..
        }) = &self.stage
        else {
            return;
        };
        match review {
            Review::Choosing => self.keep(now),
            Review::Fetching => self.review(now),
            Review::Asking(_) | Review::Hearing(_) => {
                self.message_failed(now, "the end of a prompt was never told".to_owned());
            }
        }
    }
}
