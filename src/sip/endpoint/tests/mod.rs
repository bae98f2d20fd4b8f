//! Transcripts and properties under virtual time.

mod harness;
mod in_dialog;
mod incoming;
mod outgoing;
mod pair;
mod refusals;
