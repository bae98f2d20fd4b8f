//! The queue of callers for agents, as one pure machine.

pub mod acd;
pub mod action;
mod arrival;
pub mod callbacks;
pub mod estimate;
mod line;
pub mod settings;
pub mod snapshot;

pub use arrival::{Arrival, Wanted};
pub use line::Priority;

#[cfg(test)]
mod tests;
