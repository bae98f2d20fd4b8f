//! The store over real files.

mod approvals;
mod attempts;
mod callbacks;
mod guides;
mod hooks;
mod kill;
mod outbox;
mod places;
mod promises;
mod refused;
mod retention;
mod statistics;
