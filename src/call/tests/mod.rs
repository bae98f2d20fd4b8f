//! Transcripts: what happens to a call, and what it asks for, in the words of the trade.

mod again;
mod calling_back;
mod desk;
mod kinds;
mod people;
mod promise;
mod waiting;

use desk::check;
