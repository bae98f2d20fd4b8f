//! Tasks: thin, async shells that drive the pure machines.

pub mod clock;
pub mod recorder;
pub mod sip;
