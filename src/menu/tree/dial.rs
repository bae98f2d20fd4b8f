//! A call to an outside number.

use std::time::Duration;

use super::{Speech, Target};
use crate::ids::PhoneNumber;

/// Calls an outside number for the caller, who talks with whoever answers.
#[derive(Debug, PartialEq)]
pub struct Dial {
    /// The number, as it stands in the file: no caller chooses it.
    pub number: PhoneNumber,
    /// Said while it rings; then there is music.
    pub meanwhile: Option<Speech>,
    /// How long it may ring.
    pub ring: Duration,
    /// Where to when nobody is reached there.
    pub missing: Target,
}
