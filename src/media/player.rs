//! Plays a list of prompts: which 20 ms payload comes next. No codec work: the prompts were
//! encoded when they were loaded.

use super::command::{PlayToken, Playlist};
use super::prefetch::prefetch;
use crate::ids::PromptName;
use crate::sdp::plan::Codec;

/// A place within a playlist.
#[derive(Debug)]
pub struct Player {
    token: PlayToken,
    list: Playlist,
    prompt: usize,
    packet: usize,
}

/// What [`Player::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The payload of the next 20 ms.
    Payload(&'a [u8]),
    /// The list is over.
    Ended(PlayToken),
    /// This prompt is not encoded in the codec. Prompts are encoded in every codec that is
    /// negotiated, so this is a fault, and the caller must not be left in silence with it.
    Missing(PlayToken, PromptName),
}

impl Player {
    /// At the beginning of the list.
    pub fn new(token: PlayToken, list: Playlist) -> Player {
        Player {
            token,
            list,
            prompt: 0,
            packet: 0,
        }
    }

    /// Asks for the memory that [`Player::next`] will touch.
    pub fn prefetch(&self) {
        if let Some(prompt) = self.list.prompts.get(self.prompt) {
            // The list's entry, not the prompt, which many legs share.
            prefetch(prompt);
        }
    }

    /// The next 20 ms in this codec. The codec may change from call to call: packets of all
    /// codecs are 20 ms long, so the place stays the same.
    pub fn next(&mut self, codec: Codec) -> Step<'_> {
        let mut begun_anew = false;
        loop {
            let Some(prompt) = self.list.prompts.get(self.prompt) else {
                // Once round without a packet would be for ever.
                if !self.list.repeat || begun_anew || self.list.prompts.is_empty() {
                    return Step::Ended(self.token);
                }
                begun_anew = true;
                self.prompt = 0;
                continue;
            };
            let Some(encoded) = prompt.encoded(codec) else {
                return Step::Missing(self.token, prompt.name.clone());
            };
            if self.packet >= encoded.len() {
                self.prompt += 1;
                self.packet = 0;
                continue;
            }
            let at = (self.prompt, self.packet);
            self.packet += 1;
            // Found again by index: the borrow checker can not see that the loop ends here.
            return match self
                .list
                .prompts
                .get(at.0)
                .and_then(|p| p.encoded(codec))
                .and_then(|e| e.packet(at.1))
            {
                Some(payload) => Step::Payload(payload),
                None => Step::Ended(self.token),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::ids::PromptName;
    use crate::media::prompt::{Encoded, Prompt};

    /// A prompt whose payloads are its first byte and the packet's number.
    fn prompt(tag: u8, packets: u8, codecs: &[Codec]) -> Arc<Prompt> {
        let encoded = Encoded {
            payloads: (0..packets).flat_map(|i| [tag, i]).collect(),
            ends: (1..=u32::from(packets)).map(|i| 2 * i).collect(),
        };
        let length = Duration::from_millis(20 * u64::from(packets));
        let all = codecs.iter().map(|c| (*c, encoded.clone()));
        Arc::new(Prompt::new(PromptName::new("p"), length, all))
    }

    fn play(player: &mut Player, codec: Codec) -> Option<(u8, u8)> {
        match player.next(codec) {
            Step::Payload(p) => Some((p[0], p[1])),
            Step::Ended(token) => {
                assert_eq!(token, PlayToken(5));
                None
            }
            Step::Missing(_, name) => panic!("no {name} in {codec:?}"),
        }
    }

    fn list(prompts: Vec<Arc<Prompt>>, repeat: bool) -> Player {
        Player::new(PlayToken(5), Playlist { prompts, repeat })
    }

    #[test]
    fn prompts_follow_each_other_and_end() {
        let pcmu = &[Codec::Pcmu];
        let mut player = list(
            vec![prompt(1, 2, pcmu), prompt(2, 0, pcmu), prompt(3, 1, pcmu)],
            false,
        );
        let got: Vec<_> = (0..4).map(|_| play(&mut player, Codec::Pcmu)).collect();
        assert_eq!(got, [Some((1, 0)), Some((1, 1)), Some((3, 0)), None]);
    }

    #[test]
    fn repeats_for_ever_but_never_spins() {
        let mut player = list(vec![prompt(1, 2, &[Codec::Pcmu])], true);
        let got: Vec<_> = (0..3).map(|_| play(&mut player, Codec::Pcmu)).collect();
        assert_eq!(got, [Some((1, 0)), Some((1, 1)), Some((1, 0))]);
        let empty = vec![prompt(1, 0, &[Codec::Pcmu])];
        assert_eq!(play(&mut list(empty, true), Codec::Pcmu), None);
        assert_eq!(play(&mut list(vec![], true), Codec::Pcmu), None);
    }

    #[test]
    fn a_prompt_without_the_codec_is_told() {
        let prompts = vec![prompt(1, 1, &[Codec::Pcmu]), prompt(2, 1, &[Codec::Pcma])];
        let mut player = list(prompts, false);
        assert_eq!(play(&mut player, Codec::Pcmu), Some((1, 0)));
        let missing = Step::Missing(PlayToken(5), PromptName::new("p"));
        assert_eq!(player.next(Codec::Pcmu), missing);
    }

    #[test]
    fn a_new_codec_goes_on_at_the_same_place() {
        let both = &[Codec::Pcmu, Codec::Pcma];
        let mut player = list(vec![prompt(1, 3, both)], false);
        assert_eq!(play(&mut player, Codec::Pcmu), Some((1, 0)));
        assert_eq!(play(&mut player, Codec::Pcma), Some((1, 1)));
        assert_eq!(play(&mut player, Codec::Pcmu), Some((1, 2)));
        assert_eq!(play(&mut player, Codec::Pcmu), None);
    }
}
