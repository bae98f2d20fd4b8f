//! Phones, and what the tests ask of them.
//!
//! Written on the RFCs alone, without a line of `src/sip`, `src/sdp` or `src/media`: a
//! mistake there must not meet its mirror image here. Blocking sockets and threads, every
//! wait with a limit; a failed expectation shows the messages so far.
#![allow(dead_code, reason = "each test program uses its part of it")]
#![expect(
    clippy::disallowed_methods,
    reason = "real sockets run on the real clock"
)]

pub mod agents;
pub mod api;
pub mod audio;
pub mod baresip;
pub mod browser;
pub mod digest;
pub mod media;
pub mod opus;
pub mod peer;
pub mod phone;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod sdp;
pub mod server;
pub mod sip;
pub mod sipp;
pub mod wire;

/// An empty folder for one test, below target; kept afterwards when the test fails.
pub fn scratch(name: &str) -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix(&format!("{name}-"))
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .expect("a folder below target")
}
