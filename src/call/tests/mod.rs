//! Transcripts: what happens to a call, and what it asks for, in the words of the trade.

mod after_talk;
mod again;
mod agent_call;
mod attended;
mod away;
mod calling_back;
mod click;
mod conference;
mod desk;
mod engaged;
mod kinds;
mod leads;
mod orders;
mod people;
mod promise;
mod review;
mod sent_on;
mod taping;
mod waiting;
mod whisper;

use desk::check;
