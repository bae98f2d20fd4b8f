//! Transcripts and properties under virtual time.

mod bodies;
mod bounds;
mod calls;
mod harness;
mod hostile;
mod in_dialog;
mod incoming;
mod large;
mod outgoing;
mod pair;
mod paths;
mod refusals;
mod targets;
mod torture;
mod trust;
