//! RTP and audio, pure: packets, codecs, jitter, keys. The threads that drive it are in `net::media`.

pub mod command;
pub mod dtmf_tone;
pub mod prompt;
