//! The store over real files.

mod attempts;
mod callbacks;
mod guides;
mod kill;
mod outbox;
mod places;
mod promises;
mod refused;
