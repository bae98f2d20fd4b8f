//! Payload types and what they mean.

use super::parse::{Media, RtpMap};
use super::plan::Codec;

/// What of a media line's formats we speak, in its order, numbered as it numbers them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Formats {
    pub audio: Vec<(u8, Codec)>,
    /// Telephone-event: payload type and clock rate.
    pub events: Vec<(u8, u32)>,
    pub comfort_noise: Option<u8>,
}

impl Formats {
    pub(super) fn of(media: &Media<'_>) -> Formats {
        let mut formats = Formats::default();
        for word in &media.formats {
            let Ok(pt) = word.parse::<u8>() else {
                continue;
            };
            if pt > 127 {
                continue;
            }
            let map = media.rtpmaps.iter().find(|m| m.payload_type == pt);
            match meaning(pt, map) {
                Some(Meaning::Audio(codec)) => {
                    let known = formats.audio.iter().any(|&(p, _)| p == pt);
                    formats.audio.extend((!known).then_some((pt, codec)));
                }
                Some(Meaning::Event(rate)) => formats.events.push((pt, rate)),
                Some(Meaning::ComfortNoise) => {
                    formats.comfort_noise.get_or_insert(pt);
                }
                None => {}
            }
        }
        formats
    }

    pub(super) fn payload_type(&self, codec: Codec) -> Option<u8> {
        self.audio.iter().find(|a| a.1 == codec).map(|a| a.0)
    }

    /// Telephone-event for a codec: at its clock rate (RFC 4733 §2.1), else at any.
    pub(super) fn event_for(&self, codec: Codec) -> Option<(u8, u32)> {
        let same = self.events.iter().find(|e| e.1 == codec.clock_rate());
        same.or(self.events.first()).copied()
    }
}

enum Meaning {
    Audio(Codec),
    Event(u32),
    ComfortNoise,
}

fn meaning(pt: u8, map: Option<&RtpMap<'_>>) -> Option<Meaning> {
    let Some(map) = map else {
        // RFC 3551 §6: these need no rtpmap.
        return match pt {
            0 => Some(Meaning::Audio(Codec::Pcmu)),
            8 => Some(Meaning::Audio(Codec::Pcma)),
            9 => Some(Meaning::Audio(Codec::G722)),
            13 => Some(Meaning::ComfortNoise),
            _ => None,
        };
    };
    let is = |name: &str| map.encoding.eq_ignore_ascii_case(name);
    let mono = map.channels == 1;
    match map.clock_rate {
        8000 if is("PCMU") && mono => Some(Meaning::Audio(Codec::Pcmu)),
        8000 if is("PCMA") && mono => Some(Meaning::Audio(Codec::Pcma)),
        // 8000 by an old mistake that became the rule (RFC 3551 §4.5.2); some write 16000.
        8000 | 16000 if is("G722") && mono => Some(Meaning::Audio(Codec::G722)),
        // Always written with two channels (RFC 7587 §4.1), though not by all.
        48000 if is("opus") && map.channels <= 2 => Some(Meaning::Audio(Codec::Opus)),
        rate @ (8000 | 48000) if is("telephone-event") => Some(Meaning::Event(rate)),
        8000 if is("CN") => Some(Meaning::ComfortNoise),
        _ => None,
    }
}
