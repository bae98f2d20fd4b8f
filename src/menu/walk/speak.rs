//! Speaking: what a speech sounds like in the language of the call, with the values in it.

use std::time::Duration;

use super::Walk;
use crate::menu::outcome::{Sound, WalkAction};
use crate::menu::say;
use crate::menu::tree::{Piece, Speech};
use crate::now::Now;

/// How much later than its length a prompt's end may be told before that counts as a fault.
pub(super) const PLAY_GRACE: Duration = Duration::from_secs(10);
/// The same for prompts of unknown length, unless whoever plays them tells it
/// ([`Walk::handle_playing`]).
pub(super) const LONGEST_PLAY: Duration = Duration::from_secs(300);

impl Walk {
    /// Play, in place of whatever plays.
    pub(super) fn play(&mut self, now: Now, speech: &Speech) {
        let length = speech.of(self.language).and_then(|u| u.length);
        let wait = length.map_or(LONGEST_PLAY, |l| l + PLAY_GRACE);
        let sounds = self.sounds(speech);
        self.play_all(now, sounds, wait);
    }

    pub(super) fn play_all(&mut self, now: Now, sounds: Vec<Sound>, wait: Duration) {
        if sounds.is_empty() {
            return self.fault(now, "there was nothing to say");
        }
        self.playing = true;
        self.deadline = now.mono + wait;
        self.actions.push_back(WalkAction::Play { sounds });
    }

    /// The recordings of a speech, one after the other.
    pub(super) fn sounds(&self, speech: &Speech) -> Vec<Sound> {
        let Some(said) = speech.of(self.language) else {
            return Vec::new();
        };
        let mut sounds = Vec::with_capacity(said.pieces.len());
        for piece in &said.pieces {
            match piece {
                Piece::Value { variable, form } => {
                    let value = self.values.get(usize::from(variable.0));
                    let value = value.and_then(Option::as_ref).and_then(|v| v.said());
                    let language = self.language();
                    let reader = language.and_then(|l| say::Language::from_tag(l.as_str()));
                    // Loading saw to it that the value is known here and can be read.
                    if let (Some(value), Some(language), Some(reader)) = (value, language, reader) {
                        let prompts = say::say(reader, &value, form).prompts();
                        sounds.extend(prompts.into_iter().map(|prompt| Sound {
                            language: language.clone(),
                            prompt,
                        }));
                    }
                }
                Piece::Prompt(_) | Piece::In(..) => {
                    if let Some((language, prompt)) = piece.recording(self.language)
                        && let Some(language) = self.line.language(language)
                    {
                        sounds.push(Sound {
                            language: language.clone(),
                            prompt: prompt.clone(),
                        });
                    }
                }
            }
        }
        sounds
    }
}
