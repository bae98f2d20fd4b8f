//! The store over real files.

mod callbacks;
mod guides;
mod hooks;
mod kill;
mod outbox;
mod places;
mod promises;
mod refused;
mod retention;
