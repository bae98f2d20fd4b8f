//! What a caller hears while nobody talks: announcements one after the other, then music.

use std::collections::VecDeque;

use super::machine::{Call, Stage};
use crate::ids::{LegId, PromptName, QueueName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::now::{Mono, Now};
use crate::record::timeline::Event as RecordEvent;

/// Hands out tokens, so that the end of an earlier playlist is not taken for that of a later.
#[derive(Debug, Default)]
pub(super) struct Tokens(u32);

impl Tokens {
    pub fn next(&mut self) -> PlayToken {
        self.0 = self.0.wrapping_add(1);
        PlayToken(self.0)
    }
}

/// Announcements that wait for their turn. Bounded: an old position is not worth hearing.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    pub playing: Option<PlayToken>,
    /// By then its end has been told, or never will be.
    pub until: Mono,
    pending: VecDeque<Vec<PromptName>>,
}

impl Announcer {
    const MOST: usize = 3;

    /// Queues an announcement; the oldest that waits is dropped when there are too many.
    pub fn push(&mut self, prompts: Vec<PromptName>) {
        if self.pending.len() == Self::MOST {
            self.pending.pop_front();
        }
        self.pending.push_back(prompts);
    }

    /// Nothing is to be said any more. Whether something was being said.
    pub fn clear(&mut self) -> bool {
        self.pending.clear();
        self.playing.take().is_some()
    }

    /// The next announcement, if none plays.
    pub fn take_next(&mut self) -> Option<Vec<PromptName>> {
        if self.playing.is_some() {
            None
        } else {
            self.pending.pop_front()
        }
    }
}

impl Call {
    /// Plays system prompts to the caller. They were checked at start; should one be missing
    /// all the same, the others play.
    pub(super) fn say(&mut self, names: &[PromptName]) -> PlayToken {
        let prompts = names
            .iter()
            .filter_map(|n| self.prompt(n).cloned())
            .collect();
        let token = self.tokens.next();
        let leg = self.start.leg;
        self.media(MediaCommand::Play {
            leg,
            token,
            list: Playlist {
                prompts,
                repeat: false,
            },
        });
        token
    }

    /// Music of the queue to one leg, or silence when it has none.
    pub(super) fn play_music(&mut self, leg: LegId, queue: Option<&QueueName>) {
        let name = queue.and_then(|q| self.setup.sounds.get(q)).map_or_else(
            || Some(PromptName::new(crate::menu::system::MUSIC)),
            |s| s.music.clone(),
        );
        match name.and_then(|n| self.prompt(&n).cloned()) {
            Some(music) => {
                let token = self.tokens.next();
                let list = Playlist {
                    prompts: vec![music],
                    repeat: true,
                };
                self.media(MediaCommand::Play { leg, token, list });
            }
            None => self.media(MediaCommand::Stop { leg }),
        }
    }

    /// What should be heard can not be: a fault, which ends with a person (P4).
    pub(super) fn play_failed(&mut self, now: Now, token: PlayToken, prompt: &PromptName) {
        let what = format!("prompt {prompt} is not encoded for this call's codec");
        match &mut self.stage {
            Stage::Menu(m) if m.playing == Some(token) => {
                m.playing = None;
                m.walk.handle_play_failed(now, &what);
                self.drive_menu(now);
            }
            Stage::Waiting(w) if w.announcer.playing == Some(token) => {
                w.announcer.playing = None;
                self.record(RecordEvent::Fault { what });
                self.drive_waiting(now);
            }
            Stage::Message(_) => {
                self.play_failed_in_message(now, token, what);
            }
            // Music, or what was replaced meanwhile: the caller waits on, in silence.
            Stage::Waiting(_) | Stage::Menu(_) | Stage::Bridged(_) => {
                self.record(RecordEvent::Fault { what });
                self.word_said(token);
            }
            Stage::CallingBack(_)
            | Stage::Opening { .. }
            | Stage::Answering { .. }
            | Stage::Closing { .. }
            | Stage::Ended => {}
        }
    }
}
