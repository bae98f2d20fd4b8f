//! SDP offer and answer (RFC 4566/8866, 3264): bytes in, bytes and a [`plan::MediaPlan`] out.
//!
//! ```text
//! bytes → parse → formats, crypto, address → session (offer/answer) → write → bytes
//!                                                └→ plan::MediaPlan
//! ```
//!
//! One audio stream per leg. Every media line of an offer is answered in its place; what is
//! not our audio is refused with port 0. Keys (RFC 4568) travel only where the signalling is
//! secret. No name is ever looked up, and no packet is sent to an address that did not pass
//! the [`address`] check.

pub mod address;
mod crypto;
mod formats;
mod local;
mod negotiate;
mod parse;
pub mod plan;
mod refusal;
mod session;
mod web;
mod write;

pub use local::{KEY_MATERIAL, KeyMaterial, LocalMedia, Preference, SrtpPolicy};
pub use refusal::Refusal;
pub use session::Session;

use plan::Codec;

/// The largest body that is read.
pub const MAX_BODY: usize = 16 * 1024;

/// The codecs of ours in a description, in its order: what the phone at the other end speaks.
/// Empty for what can not be read.
pub fn codecs_in(body: &[u8]) -> Vec<Codec> {
    let Ok(description) = parse::parse(body) else {
        return Vec::new();
    };
    description
        .media
        .iter()
        .find(|m| m.is_audio() && m.port != 0)
        .map(|m| {
            formats::Formats::of(m)
                .audio
                .into_iter()
                .map(|(_, c)| c)
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
