//! The `zeroline` program.

fn main() {}
