//! Menus: the tree of a line, its loading, and its interpreter.

pub mod load;
pub mod mistake;
pub mod outcome;
pub mod spoken;
pub mod system;
pub mod tree;
pub mod walk;
