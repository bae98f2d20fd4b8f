//! The store over real files.

mod guides;
mod kill;
mod promises;
