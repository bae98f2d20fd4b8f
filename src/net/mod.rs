//! Sockets: what moves bytes between the machines and the world.

pub mod admission;
pub mod certificate;
pub mod dns;
pub mod http;
pub mod icmp;
pub mod local;
pub mod mail;
pub mod media;
pub mod stream;
pub mod tcp;
pub mod tls;
pub mod udp;
pub mod web;
pub mod websocket;

#[cfg(test)]
mod tests;
