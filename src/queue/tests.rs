//! The queue machine under virtual time.

mod model;
mod random;
mod skills;
mod transcript;
mod weeks;
mod withdrawals;
