//! Tasks: thin, async shells that drive the pure machines.

pub mod board;
pub mod call;
pub mod clock;
pub mod hooks;
mod kept;
pub mod outbox;
pub mod queue;
pub mod rarely;
pub mod recorder;
pub mod retention;
pub mod sip;
pub mod web;
