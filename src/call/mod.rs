//! One call as a pure machine: what happens to it goes in, what is to be done comes out.
//!
//! The machine owns the legs' offer/answer state, the interpreter of the menu, the context
//! card and the one typed verdict. It translates between menu, queue, SIP and media, which do
//! not know each other.
//!
//! ```text
//! Opening → Answering → Menu → Waiting → Bridged → Closing → Ended
//!                         ↑        ↘ Message ↗
//! ```

mod again;
mod bridged;
mod callback;
mod calling_back;
mod dial;
mod ending;
mod estimate;
pub mod event;
pub mod faults;
mod info;
mod legs;
mod looking_back;
mod machine;
mod menu_stage;
mod message;
mod offers;
mod opening;
pub mod setup;
mod sound;
mod transfer;
mod waiting;
mod waiting_keys;

pub use machine::Call;

#[cfg(test)]
mod tests;
