//! Tasks: thin, async shells that drive the pure machines.

pub mod call;
pub mod callbacks;
pub mod clock;
mod kept;
pub mod outbox;
pub mod queue;
pub mod rarely;
pub mod recorder;
pub mod sip;
pub mod web;
