//! SIP, as a pure core: bytes and time in; bytes, events and deadlines out.
//!
//! No socket, no clock, no task, no randomness of its own (a seed is passed in).
//! RFC 3261 and: 3262 (100rel), 3263 (locating), 3311 (UPDATE), 3326 (Reason), 3327 (Path),
//! 3515/3891 (REFER, Replaces), 3581 (rport), 4028 (session timers), 4475/5118 (torture),
//! 5626 (flows), 6026 (INVITE transactions), 7433 (User-to-User), 8760 (digest).

pub mod dialog;
pub mod digest;
pub mod endpoint;
pub mod flow;
pub mod framing;
pub mod leg;
pub mod message;
pub mod registrar;
pub mod registration;
pub mod reliable;
pub mod session_timer;
pub mod trace;
pub mod transaction;
pub mod transfer;
