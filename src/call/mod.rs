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

mod after_talk;
mod again;
pub mod agent_call;
mod attended;
mod away;
mod bridged;
mod callback;
mod calling_back;
mod click;
mod conference;
mod consult;
mod dial;
mod ending;
mod engaged;
mod estimate;
pub mod event;
pub mod faults;
pub mod features;
mod heard;
pub mod hearing;
mod info;
mod keys;
mod legs;
mod looking_back;
mod machine;
mod menu_stage;
mod message;
mod message_review;
mod monitor;
mod offers;
mod opening;
pub mod order;
mod sent_on;
pub mod setup;
mod sound;
mod taping;
mod transfer;
mod waiting;
mod waiting_keys;
mod whisper;
mod wishes;

pub use agent_call::AgentCall;
pub use machine::Call;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
