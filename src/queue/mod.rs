//! The queue of callers for agents, as one pure machine.

pub mod action;
