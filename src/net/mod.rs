//! Sockets: what moves bytes between the machines and the world.

pub mod media;
