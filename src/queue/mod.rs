//! The queue of callers for agents, as one pure machine.

pub mod acd;
pub mod action;
pub mod estimate;
mod line;
pub mod settings;
pub mod snapshot;

pub use line::Priority;

#[cfg(test)]
mod tests;
