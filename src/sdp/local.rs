//! Our side of offer and answer.

use std::net::{IpAddr, SocketAddr};

use super::plan::{Codec, Direction, Fingerprint};

/// Random bytes that [`KeyMaterial`] takes: one master key and salt per suite.
pub const KEY_MATERIAL: usize = 30 + 30 + 28 + 44;

/// Randomness for the SRTP keys of one leg, from a cryptographic source. Does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyMaterial(pub [u8; KEY_MATERIAL]);

impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyMaterial(…)")
    }
}

/// Whether a leg's media is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpPolicy {
    /// Never: SRTP is neither offered nor accepted.
    Never,
    /// When the peer can: our offers are opportunistic (RFC 8643), all kinds are accepted.
    Offered,
    /// Always: a peer without SRTP is refused. Over signalling that is not secret no leg can
    /// then be set up; our offer carries no key and can not be accepted.
    Required,
}

/// Whose order decides when several codecs are common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// The offerer's (RFC 3264 §6.1 recommends it).
    Theirs,
    /// Ours.
    Ours,
}

/// What we bring to offer and answer.
#[derive(Clone, Debug)]
pub struct LocalMedia {
    /// The address that we advertise; its family is the family of the media.
    pub address: IpAddr,
    /// Our RTP port.
    pub rtp_port: u16,
    /// Our RTCP port, for peers that do not multiplex.
    pub rtcp_port: u16,
    /// Whether RTP and RTCP may share the RTP port (RFC 5761).
    pub rtcp_mux: bool,
    /// Our codecs, the preferred first. For a bridge put the other leg's codec first.
    pub codecs: Vec<Codec>,
    /// Whose preference decides about an answer of ours.
    pub preference: Preference,
    /// Whether telephone-event is offered and accepted (RFC 4733).
    pub dtmf: bool,
    /// Who shall send, from our side: `SendOnly` or `Inactive` hold the peer.
    pub direction: Direction,
    /// Whether media is encrypted.
    pub srtp: SrtpPolicy,
    /// Whether the signalling is secret ([`crate::sip::flow::Transport::is_secure`]): only then
    /// are keys sent or taken (RFC 4568 §7).
    pub secure_signalling: bool,
    /// The peer is a browser: the fingerprint of the certificate that we show it. Offers are then
    /// made for browsers; whether an answer is, the offer says.
    pub web: Option<Fingerprint>,
    /// Randomness for our keys; a session uses that of its first offer or answer.
    pub keys: KeyMaterial,
    /// Where the peer's signalling comes from, for the address check. `None` trusts.
    pub peer: Option<IpAddr>,
    /// Our signalling listeners: media is never sent there.
    pub own_ports: Vec<SocketAddr>,
}
