//! Whether talks of a queue are recorded.

/// Whether talks with callers of a queue are recorded, and what the callers are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recording {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Callers are told so before they are connected.
    Announced,
    /// Callers are asked; only who agrees is recorded.
    Asked,
}
