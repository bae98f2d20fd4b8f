//! The store over real files, and all of it over a PostgreSQL once more (`postgres`).

mod attempts;
mod callbacks;
mod deliver;
mod guides;
mod history;
mod hooks;
mod kill;
mod outbox;
mod places;
mod postgres;
mod promises;
mod refused;
mod retention;
mod statistics;
