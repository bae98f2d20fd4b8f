//! What is said of the recording of a talk, to callers and to agents.

/// This call is recorded.
pub const ON: &str = "sys-recording-on";
/// This call is not recorded.
pub const OFF: &str = "sys-recording-off";
/// May it be recorded? 5 is yes; 6, or no key, is no.
pub const ASK: &str = "sys-recording-ask";

/// Every name.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    [ON, OFF, ASK].into_iter()
}
