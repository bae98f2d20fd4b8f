//! What the media of one leg came to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::media::command::{Codec, LegStats};

/// What the media of a leg came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaFigures {
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets taken.
    pub received: u64,
    /// Packets missing (RFC 3550 §A.3).
    pub lost: u64,
    /// Jitter at the end, milliseconds (RFC 3550 §A.8).
    pub jitter_ms: f32,
    /// What they spoke, the last of it. Not of contacts from before this was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codec: Option<Codec>,
    /// Packets dropped because they came from a stranger.
    pub strangers: u64,
    /// Round trip, milliseconds, if the peer's reports told it (RFC 3550 §6.4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<u32>,
    /// What is missing in recordings because the disk was too slow, milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub recording_lost_ms: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

fn whole_ms(d: Duration) -> u32 {
    u32::try_from(d.as_millis()).unwrap_or(u32::MAX)
}

impl From<LegStats> for MediaFigures {
    fn from(s: LegStats) -> MediaFigures {
        MediaFigures {
            sent: s.sent,
            received: s.received,
            lost: s.lost,
            jitter_ms: s.jitter_ms,
            codec: s.codec,
            strangers: s.strangers,
            round_trip_ms: s.round_trip.map(whole_ms),
            recording_lost_ms: whole_ms(s.recording_lost),
        }
    }
}
