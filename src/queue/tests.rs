//! The queue machine under virtual time.

mod calibration;
mod engaged;
mod model;
mod places;
mod random;
mod renewal;
mod skills;
mod transcript;
mod weeks;
mod withdrawals;
