//! Settings: file, environment and flags in, checked types out, every mistake at once.

mod types;

pub use types::*;
