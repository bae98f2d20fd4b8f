//! The store over real files.

mod kill;
mod promises;
