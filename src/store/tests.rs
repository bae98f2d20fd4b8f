//! The store over real files, and all of it over a PostgreSQL once more (`postgres`).

mod approvals;
mod attempts;
mod callbacks;
mod deliver;
mod erase;
mod guides;
mod history;
mod hooks;
mod kill;
mod menus;
mod outbox;
mod places;
mod postgres;
mod promises;
mod recordings;
mod refused;
mod retention;
mod statistics;
