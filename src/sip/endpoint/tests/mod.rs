//! Transcripts and properties under virtual time.

mod harness;
mod incoming;
mod in_dialog;
mod outgoing;
mod pair;
mod refusals;
