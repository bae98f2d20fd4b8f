//! RTP and audio, pure: packets, codecs, jitter, keys. The threads that drive it are in `net::media`.

pub mod codec;
pub mod command;
pub mod dedup;
pub mod dtmf_event;
pub mod dtmf_tone;
pub mod jitter;
pub mod leg;
pub mod mixer;
pub mod outgoing;
pub mod player;
pub mod ports;
pub mod prefetch;
pub mod press;
pub mod prompt;
pub mod rtcp;
pub mod rtp;
pub mod slots;
pub mod source_lock;
pub mod srtp;
pub mod tap;
pub mod tape;
