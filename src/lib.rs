//! Zeroline, a telephone IVR server: on every menu, at every moment, key 0 reaches a person.
//!
//! Modules in the order in which a call meets them. Pure modules take events and time and
//! give actions; tasks, sockets and files are in `task`, `net` and `store`.

#![warn(missing_docs)]

pub mod cli;
pub mod config;
pub mod ids;
pub mod now;
pub mod outside;
pub mod text;
pub mod webrtc;

// The path of a call.
pub mod call;
pub mod check;
pub mod menu;
pub mod queue;
pub mod record;
pub mod rehearse;
pub mod sdp;
pub mod sip;
pub mod statistics;

// What it stands on.
pub mod media;

// What other systems keep of their menus.
pub mod import;

// The edge.
pub mod api;
pub mod live;
pub mod net;
pub mod observe;
pub mod prompts;
pub mod server;
pub mod setup;
pub mod store;
pub mod task;
