//! The queue machine under virtual time.

mod transcript;
