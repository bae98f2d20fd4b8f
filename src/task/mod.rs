//! Tasks: thin, async shells that drive the pure machines.

pub mod agent_call;
pub mod board;
pub mod call;
pub mod callbacks;
pub mod clock;
pub mod crm;
pub mod deck;
pub mod deliver;
pub mod desk;
mod engaged;
mod hearing;
pub mod hooks;
mod kept;
pub mod ladder;
pub mod menu_files;
pub mod outbox;
pub mod queue;
pub mod rarely;
pub mod recorder;
pub mod retention;
pub mod settings;
mod side_line;
pub mod sip;
pub mod tapes;
pub mod web;
mod write_up;
