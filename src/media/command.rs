//! What a call and a media thread say to each other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::mixer::MixSeat;
use super::prompt::Prompt;
use super::tap::Tap;
use crate::ids::{Key, LegId, PromptName};
pub use crate::sdp::plan::Codec;
use crate::sdp::plan::MediaPlan;

/// Names one `Play`, so that a late [`MediaEvent::Played`] of an earlier one is known as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayToken(pub u32);

/// What is played: prompts one after the other, encoded when they were loaded.
#[derive(Clone, Debug)]
pub struct Playlist {
    /// In this order.
    pub prompts: Vec<Arc<Prompt>>,
    /// Begin again at the end, for music on hold. Then no `Played` comes.
    pub repeat: bool,
}

/// What a call asks of the media thread that owns a leg.
///
/// Commands for a leg that is closed are ignored.
#[derive(Debug)]
pub enum MediaCommand {
    /// Offer and answer are done, or done again: addresses, codec, keys, direction.
    /// What plays goes on at its place in the new codec.
    Apply {
        /// The leg.
        leg: LegId,
        /// What was agreed.
        plan: MediaPlan,
    },
    /// Play, in place of whatever is playing. On a bridged leg it is heard in place of the
    /// partner until it ends or is stopped. A prompt that was not encoded in the leg's codec
    /// ends it with [`MediaEvent::PlayFailed`]; on a leg that is held the playing waits.
    Play {
        /// The leg.
        leg: LegId,
        /// Comes back in [`MediaEvent::Played`].
        token: PlayToken,
        /// What.
        list: Playlist,
    },
    /// Stop playing; silence is not sent. No `Played` comes.
    Stop {
        /// The leg.
        leg: LegId,
    },
    /// Connect two legs: each hears the other. Ends both their playing. Legs of different
    /// threads are brought together first.
    ///
    /// Keys pass as well: as telephone-event where both sides agreed on it, as tones in the
    /// audio to a side that did not. Tones from such a side stay in the audio; they are told
    /// ([`MediaEvent::Key`]) but not made into events.
    Bridge {
        /// One.
        a: LegId,
        /// The other.
        b: LegId,
    },
    /// These legs hear each other mixed, as each one's seat says; it ends their partnerships and
    /// playing. Legs that were opened beside each other only. A later table takes the place of this
    /// one; a bridge, its end and a leg's end take a leg out of it.
    ///
    /// Keys that come as telephone-events pass to all who hear the leg.
    Confer {
        /// Who hears whom.
        seats: Vec<MixSeat>,
    },
    /// Part a leg from its partner. Both fall silent until told to play.
    Unbridge {
        /// Either of the two.
        leg: LegId,
    },
    /// Record what arrives on the leg, decoded, mono 8 kHz 16 bit.
    Record {
        /// The leg.
        leg: LegId,
        /// Where the samples go: chunks of up to one second. The thread drops it at the end;
        /// dropping the receiver ends the recording.
        /// When the channel is full for a second, chunks are lost and counted
        /// ([`LegStats::recording_lost`]), the thread never waits.
        sink: tokio::sync::mpsc::Sender<Vec<i16>>,
        /// Stop by itself after this time; [`MediaEvent::RecordEnded`] follows.
        limit: Duration,
    },
    /// End a recording; the sink is dropped after the last chunk.
    StopRecord {
        /// The leg.
        leg: LegId,
    },
    /// Copy what arrives on the leg, as it comes, for a recording that is made elsewhere; in place
    /// of an earlier tap. Nothing is decoded for it here.
    Tap {
        /// The leg.
        leg: LegId,
        /// Where the copies go; `None`: no more of them.
        tap: Option<Tap>,
    },
    /// Forget the leg and put its ports into quarantine.
    Close {
        /// The leg.
        leg: LegId,
    },
}

/// By which way a key came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DtmfWay {
    /// RFC 4733 telephone-event.
    Event,
    /// Tones in the audio.
    Tone,
    /// SIP INFO.
    Info,
}

/// What a media thread tells a call.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// A key was pressed; each press is told once, when it counts: see [`super::press`].
    Key {
        /// The leg.
        leg: LegId,
        /// Which key.
        key: Key,
        /// How it came.
        way: DtmfWay,
    },
    /// A playlist without `repeat` came to its end.
    Played {
        /// The leg.
        leg: LegId,
        /// Of the `Play`.
        token: PlayToken,
    },
    /// A playlist can not be played: a prompt was not encoded in the leg's codec.
    PlayFailed {
        /// The leg.
        leg: LegId,
        /// Of the `Play`.
        token: PlayToken,
        /// Which prompt.
        prompt: PromptName,
    },
    /// A recording reached its limit or was stopped. Always told.
    RecordEnded {
        /// The leg.
        leg: LegId,
        /// How much was recorded.
        length: Duration,
    },
    /// The source of the leg's RTP is locked.
    Latched {
        /// The leg.
        leg: LegId,
        /// From where its packets come.
        source: SocketAddr,
    },
    /// No RTP has come for this long although the peer should send (told once per silence).
    RtpSilent {
        /// The leg.
        leg: LegId,
        /// For how long.
        since: Duration,
    },
    /// RTP comes again after [`MediaEvent::RtpSilent`].
    RtpBack {
        /// The leg.
        leg: LegId,
    },
    /// No keys were agreed with whoever shows the certificate that the leg's browser announced, and none
    /// will be (RFC 5763 §5); told once.
    KeysFailed {
        /// The leg.
        leg: LegId,
    },
    /// Final figures, after `Close`.
    Closed {
        /// The leg.
        leg: LegId,
        /// Packets, loss, jitter.
        stats: LegStats,
    },
}

/// What a leg's media came to, for the record.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegStats {
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets taken.
    pub received: u64,
    /// Packets missing by sequence number (RFC 3550 §A.3).
    pub lost: u64,
    /// Interarrival jitter at the end (RFC 3550 §A.8), milliseconds.
    pub jitter_ms: f32,
    /// The codec that was heard last.
    pub codec: Option<Codec>,
    /// Packets dropped because they came from a stranger.
    pub strangers: u64,
    /// The last round trip that the peer's reports told (RFC 3550 §6.4.1).
    pub round_trip: Option<Duration>,
    /// What is missing in recordings because the writer had no room.
    pub recording_lost: Duration,
}

impl MediaCommand {
    /// The leg that it is for; the first of a bridge or a mix.
    pub fn leg(&self) -> LegId {
        match self {
            // A table without seats is nobody's.
            MediaCommand::Confer { seats } => seats.first().map_or(LegId(0), |s| s.leg),
            MediaCommand::Apply { leg, .. }
            | MediaCommand::Play { leg, .. }
            | MediaCommand::Stop { leg }
            | MediaCommand::Bridge { a: leg, .. }
            | MediaCommand::Unbridge { leg }
            | MediaCommand::Record { leg, .. }
            | MediaCommand::StopRecord { leg }
            | MediaCommand::Tap { leg, .. }
            | MediaCommand::Close { leg } => *leg,
        }
    }
}
