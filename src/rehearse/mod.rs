//! Whole calls without a phone: the real call machine, the real queue and the real lines under
//! virtual time. What is otherwise the edge (phones, web services, the store, the passing of
//! time) is played from a plan, and everything that happens comes out as one transcript.
//!
//! - [`stage`] plays; [`house`] is what all calls share, [`world`] what happens around them.
//! - [`trial`] reads and runs the operator's own tests, [`coverage`] tells what they reach.
//! - [`chance`] makes up calls and faults by the million and looks for a dead end.
//! - [`offer`] tells what each key would do.

pub mod chance;
pub mod coverage;
pub mod house;
pub mod moment;
pub mod offer;
pub mod stage;
pub mod trial;
pub mod world;

#[cfg(test)]
pub(crate) mod tests;
