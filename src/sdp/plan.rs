//! The outcome of offer and answer: all that the media side needs to know.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// A voice codec that Zeroline speaks. Its serde name is that of its RTP payload format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Codec {
    /// G.711 µ-law, static payload type 0 (RFC 3551).
    Pcmu,
    /// G.711 A-law, static payload type 8.
    Pcma,
    /// G.722 at 64 kbit/s, static payload type 9. 16 kHz audio, but its RTP clock is 8000
    /// (RFC 3551 §4.5.2).
    G722,
    /// Opus (RFC 6716, 7587): RTP clock 48000.
    #[serde(rename = "opus")]
    Opus,
}

impl Codec {
    /// Every codec, as an index of tables.
    pub const ALL: [Codec; 4] = [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];

    /// As its RTP payload format is registered (RFC 3551, RFC 7587).
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcmu => "PCMU",
            Codec::Pcma => "PCMA",
            Codec::G722 => "G722",
            Codec::Opus => "opus",
        }
    }

    /// RTP timestamp units per second.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Codec::Pcmu | Codec::Pcma | Codec::G722 => 8000,
            Codec::Opus => 48000,
        }
    }

    /// RTP timestamp units in a packet of 20 ms.
    pub const fn ticks_per_20ms(self) -> u32 {
        self.clock_rate() / 50
    }
}

/// Who sends (RFC 3264 §5.1), as seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// We send only: the peer holds us while listening (we play music to them).
    SendOnly,
    /// We receive only.
    RecvOnly,
    /// Nobody sends: held both ways.
    Inactive,
}

impl Direction {
    /// Whether we send audio.
    pub const fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// Whether we receive audio.
    pub const fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }
}

/// Telephone-event as negotiated (RFC 4733).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DtmfPlan {
    /// The payload type that we send it with.
    pub send_payload_type: u8,
    /// The payload type that it comes with.
    pub recv_payload_type: u8,
    /// 8000, or 48000 beside Opus.
    pub clock_rate: u32,
}

/// SRTP by SDES (RFC 4568).
#[derive(Clone, PartialEq, Eq)]
pub struct SrtpPlan {
    /// The suite both sides use.
    pub suite: SrtpSuite,
    /// Master key and salt, ours: what we encrypt with.
    pub local_key: Vec<u8>,
    /// Master key and salt, theirs.
    pub remote_key: Vec<u8>,
}

impl std::fmt::Debug for SrtpPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpPlan")
            .field("suite", &self.suite)
            .finish_non_exhaustive()
    }
}

/// SRTP crypto suites (RFC 4568 §6.2, RFC 7714).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpSuite {
    /// `AES_CM_128_HMAC_SHA1_80`.
    AesCm128HmacSha1_80,
    /// `AES_CM_128_HMAC_SHA1_32`.
    AesCm128HmacSha1_32,
    /// `AEAD_AES_128_GCM`.
    AeadAes128Gcm,
    /// `AEAD_AES_256_GCM`.
    AeadAes256Gcm,
}

/// What a browser and we agreed on the way to the keys: a path by ICE (RFC 8445), then DTLS on it
/// (RFC 5763).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebPlan {
    /// Ours.
    pub ours: IceCredentials,
    /// Theirs.
    pub theirs: IceCredentials,
    /// Of the certificate that they must show.
    pub fingerprint: Fingerprint,
    /// We begin the handshake; usually they do.
    pub active: bool,
}

/// What proves that a check is of this leg (RFC 8445 §7.1.1).
#[derive(Clone, PartialEq, Eq)]
pub struct IceCredentials {
    /// The user name's part.
    pub ufrag: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for IceCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceCredentials")
            .field("ufrag", &self.ufrag)
            .finish_non_exhaustive()
    }
}

/// SHA-256 of a certificate (RFC 8122 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// `sha-256 AB:CD:…`; `None` for other hashes.
    pub fn parse(value: &str) -> Option<Fingerprint> {
        let (hash, hex) = value.trim().split_once(' ')?;
        if !hash.eq_ignore_ascii_case("sha-256") {
            return None;
        }
        let mut bytes = [0; 32];
        let mut pairs = hex.trim().split(':');
        for byte in &mut bytes {
            let pair = pairs.next().filter(|p| p.len() == 2)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        pairs.next().is_none().then_some(Fingerprint(bytes))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("sha-256 ")?;
        for (i, byte) in self.0.iter().enumerate() {
            let colon = if i == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

/// What was agreed about the one audio stream of a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPlan {
    /// Where to send RTP, until a source is latched. `None` when the peer gave an address
    /// of 0.0.0.0 or port 0 (old-style hold), or the path is found by ICE: do not send.
    pub remote_rtp: Option<SocketAddr>,
    /// Where to send RTCP; equal to `remote_rtp` with rtcp-mux (RFC 5761).
    pub remote_rtcp: Option<SocketAddr>,
    /// RTP and RTCP share a port.
    pub rtcp_mux: bool,
    /// The codec that we send.
    pub codec: Codec,
    /// The payload type that we send it with.
    pub send_payload_type: u8,
    /// What may arrive: payload types and their codecs, the first is the preferred.
    pub recv: Vec<(u8, Codec)>,
    /// Telephone-event, if negotiated; if not, in-band tones are listened for.
    pub dtmf: Option<DtmfPlan>,
    /// Payload type of comfort noise (RFC 3389), if negotiated.
    pub comfort_noise: Option<u8>,
    /// Who sends, from our side.
    pub direction: Direction,
    /// SRTP, if the media line is RTP/SAVP.
    pub srtp: Option<SrtpPlan>,
    /// A browser: address and keys follow, by ICE and DTLS.
    pub web: Option<Box<WebPlan>>,
}

impl MediaPlan {
    /// Whether the peer wants to hear nothing (RFC 3264 §8.4).
    pub fn holds_us(&self) -> bool {
        !self.direction.sends() || (self.remote_rtp.is_none() && self.web.is_none())
    }
}
