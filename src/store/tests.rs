//! The store over real files.

mod attempts;
mod callbacks;
mod erase;
mod guides;
mod hooks;
mod kill;
mod outbox;
mod places;
mod promises;
mod recordings;
mod refused;
mod retention;
mod statistics;
