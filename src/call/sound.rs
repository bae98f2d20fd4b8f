//! What a caller hears while nobody talks: announcements one after the other, then music.

use std::collections::VecDeque;

use super::machine::Call;
use crate::ids::{LegId, PromptName, QueueName};
use crate::media::command::{MediaCommand, PlayToken, Playlist};
use crate::now::Mono;

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

    /// The next announcement that can be heard, if none plays; others are dropped.
    pub fn take_next(&mut self, heard: impl Fn(&[PromptName]) -> bool) -> Option<Vec<PromptName>> {
        if self.playing.is_some() {
            return None;
        }
        loop {
            let words = self.pending.pop_front()?;
            if heard(&words) {
                return Some(words);
            }
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
        let _whatever = self.begin_music(leg, queue);
    }

    /// The same, for who wants to know whether there is any.
    pub(super) fn begin_music(&mut self, leg: LegId, queue: Option<&QueueName>) -> Music {
        let name = queue.and_then(|q| self.setup.sounds.get(q)).map_or_else(
            || Some(PromptName::new(crate::menu::system::MUSIC)),
            |s| s.music.clone(),
        );
        let wanted = name.is_some();
        match name.and_then(|n| self.prompt(&n).cloned()) {
            Some(music) => {
                let token = self.tokens.next();
                let list = Playlist {
                    prompts: vec![music],
                    repeat: true,
                };
                self.media(MediaCommand::Play { leg, token, list });
                Music::Plays(token)
            }
            None => {
                self.media(MediaCommand::Stop { leg });
                if wanted {
                    Music::Missing
                } else {
                    Music::Unwanted
                }
            }
        }
    }
}

/// What came of the wish for music.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Music {
    Plays(PlayToken),
    /// The queue has none.
    Unwanted,
    /// There is to be some, and it is gone.
    Missing,
}
