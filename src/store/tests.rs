//! The store over real files.

mod callbacks;
mod guides;
mod kill;
mod outbox;
mod promises;
mod refused;
