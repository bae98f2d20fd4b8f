//! RTP and audio, pure: packets, codecs, jitter, keys. The threads that drive it are in `net::media`.

pub mod command;
pub mod prompt;
