//! What is kept of a contact: its timeline, the facts drawn from it, the card that the agent
//! sees, and the arithmetic of WAV files. Writing it down is the store's.

pub mod card;
pub mod customer;
pub mod facts;
mod figures;
mod millis;
mod parties;
pub mod taping;
pub mod timeline;
pub mod verdict;
pub mod wav;
