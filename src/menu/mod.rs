//! Menus: the tree of a line, its loading, its interpreter, and opening hours.

pub mod calendar;
pub mod load;
pub mod mistake;
pub mod outcome;
pub mod say;
pub mod spoken;
pub mod system;
pub mod tree;
pub mod value;
pub mod walk;
