//! Menus: the tree of a line, its loading, and its interpreter.

pub mod outcome;
