//! Legs that hear each other mixed: a conference, or somebody who listens to a talk. Who hears
//! whom is a table; nobody hears themselves unless it says so.

use super::codec::resample::Resampler;
use super::slots::FRAME_MS;
use crate::ids::LegId;

/// Samples per second of a mix: wide enough for any telephone.
pub const RATE: u32 = 16_000;
/// Samples in 20 ms of it.
const FRAME: usize = RATE as usize / 50;

/// One leg's place in a mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixSeat {
    /// Whose.
    pub leg: LegId,
    /// Whom it hears.
    pub hears: Vec<LegId>,
}

/// What a leg has said last, for those who hear it.
#[derive(Default)]
pub(super) struct Said {
    /// When, in media time.
    ms: u64,
    pcm: Vec<i16>,
    /// From a narrower band, with the rate in front.
    wide: Option<(u32, Resampler)>,
}

impl Said {
    /// The newest 20 ms.
    pub(super) fn put(&mut self, ms: u64, pcm: &[i16], rate: u32) {
        self.ms = ms;
        self.pcm.clear();
        if rate == RATE {
            self.pcm.extend_from_slice(pcm);
            return;
        }
        if self.wide.as_ref().is_none_or(|(r, _)| *r != rate) {
            self.wide = Resampler::new(rate, RATE).ok().map(|w| (rate, w));
        }
        if let Some((_, wide)) = &mut self.wide {
            wide.process(pcm, &mut self.pcm);
        }
    }

    /// What is to be heard of it at media time `ms`. Each leg speaks and listens once in 20 ms, at
    /// a moment of its own: so everybody hears each piece once.
    pub(super) fn at(&self, ms: u64) -> Option<&[i16]> {
        (ms.saturating_sub(self.ms) <= FRAME_MS && !self.pcm.is_empty()).then_some(&*self.pcm)
    }
}

/// Adds up what several say. Louder than loudest is cut off.
pub fn mix<'a>(voices: impl Iterator<Item = &'a [i16]>, out: &mut Vec<i16>) {
    out.clear();
    out.resize(FRAME, 0);
    for voice in voices {
        for (sum, &sample) in out.iter_mut().zip(voice) {
            *sum = sum.saturating_add(sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_add_up_and_do_not_wrap() {
        let (a, b) = ([20_000; FRAME], [20_000; FRAME]);
        let quiet = [-5; 10];
        let mut out = vec![7; 3];
        mix([&a[..], &b[..], &quiet[..]].into_iter(), &mut out);
        assert_eq!(out.len(), FRAME);
        assert_eq!((out[0], out[9], out[10]), (32_762, 32_762, i16::MAX));
        mix(std::iter::empty(), &mut out);
        assert!(out.iter().all(|&s| s == 0) && out.len() == FRAME);
    }

    #[test]
    fn each_piece_is_heard_once_whatever_the_moments() {
        for phase in 0..20 {
            for speaker_first in [true, false] {
                let mut said = Said::default();
                let mut heard = Vec::new();
                for turn in 1..20u64 {
                    let ms = turn * 20;
                    let listen = |said: &Said, heard: &mut Vec<i16>| {
                        heard.extend(said.at(ms + phase).map(|pcm| pcm[0]));
                    };
                    if phase == 0 && !speaker_first {
                        listen(&said, &mut heard);
                        said.put(ms, &[turn as i16; FRAME], RATE);
                    } else {
                        said.put(ms, &[turn as i16; FRAME], RATE);
                        listen(&said, &mut heard);
                    }
                }
                let in_turn = heard.windows(2).all(|w| w[1] == w[0] + 1);
                assert!(in_turn && heard.len() >= 18, "{phase}: {heard:?}");
            }
        }
    }

    #[test]
    fn who_falls_silent_is_not_heard_again_and_again() {
        let mut said = Said::default();
        assert_eq!(said.at(0), None);
        said.put(100, &[1; 160], 8000);
        assert_eq!(said.at(100).map(<[i16]>::len), Some(FRAME));
        assert!(said.at(120).is_some() && said.at(121).is_none());
    }
}
