//! Why a description is refused.

use super::address::BadAddress;

/// Why no media plan came of an offer or an answer. The session stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Not SDP, or contradictory.
    #[error("malformed SDP: {0}")]
    Malformed(&'static str),
    /// Larger than [`super::MAX_BODY`], or too many lines.
    #[error("SDP is too large")]
    TooLarge,
    /// No audio line that is in use and has a profile of ours.
    #[error("no audio line that can be used")]
    NoAudio,
    /// No codec in common.
    #[error("no codec in common")]
    NoCommonCodec,
    /// The peer takes packets shorter than 20 ms only (RFC 4566 §6 `maxptime`).
    #[error("the peer takes packets shorter than 20 ms only")]
    PacketTime,
    /// The address for RTP can not be sent to.
    #[error("media address refused: {0}")]
    Address(#[from] BadAddress),
    /// SRTP is required and was not offered or not answered.
    #[error("SRTP is required")]
    SrtpRequired,
    /// SRTP with keys that were sent in the clear (RFC 4568 §7).
    #[error("SRTP keys over signalling that is not secret")]
    KeysInTheClear,
    /// SRTP without a crypto line that we can use.
    #[error("no SRTP suite in common")]
    NoCommonSuite,
    /// A browser's audio without the hash of its certificate, or with one of a kind that is not ours
    /// (RFC 5763 §5, RFC 8122 §5).
    #[error("no a=fingerprint with sha-256")]
    NoFingerprint,
    /// An answer to an offer that was not made.
    #[error("answer without offer")]
    NoOffer,
}

impl Refusal {
    /// The final status for the request that carried it (RFC 3261 §21.4).
    pub const fn status(self) -> u16 {
        match self {
            Refusal::Malformed(_) => 400,
            Refusal::TooLarge => 413,
            Refusal::NoAudio
            | Refusal::NoCommonCodec
            | Refusal::PacketTime
            | Refusal::Address(_)
            | Refusal::SrtpRequired
            | Refusal::KeysInTheClear
            | Refusal::NoCommonSuite
            | Refusal::NoFingerprint
            | Refusal::NoOffer => 488,
        }
    }
}
