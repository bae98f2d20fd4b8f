//! What stands between a browser and plain RTP: a path found by ICE (RFC 8445), of which we are the
//! lite side, and keys agreed by DTLS on that path (RFC 5763, 5764). Pure: datagrams and time in,
//! datagrams out. (The two libraries draw their nonces themselves.)
//!
//! ```text
//! datagram ─┬─ STUN ──→ ICE ───→ where to send ─┐
//!           ├─ DTLS ──→ handshake ─→ SRTP keys ─┴→ the leg's plan is complete
//!           └─ the rest is SRTP, and the leg's own
//! ```
//!
//! Once both are there the leg is one like any other, with SRTP as if its keys had come by SDP
//! ([`Secured`]). ICE and DTLS are those of str0m, without its packets: ours are lighter, and relay
//! without decoding.

mod identity;
mod peer;

pub use identity::{Identity, IdentityError};
pub use peer::{Peer, Secured, Taken};

#[cfg(test)]
mod tests;
