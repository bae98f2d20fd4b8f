//! A promise to call back.

use std::sync::Arc;

use super::{Again, Collect, Confirm, LanguageId, NumberPattern, Slots, Speech};
use crate::ids::{PhoneNumber, QueueName};
use crate::menu::calendar::Calendar;
use crate::outside::Outside;

/// The fewest digits of a number that is called back.
const FEWEST: usize = 3;
/// The most digits of a telephone number (ITU-T E.164 §6.1), without an international prefix.
const MOST: usize = 15;

/// Takes the wish to be called back. It is stored before the caller is told so, and the call ends
/// with a good-bye.
#[derive(Debug, PartialEq)]
pub struct Callback {
    /// Whose people call back.
    pub queue: QueueName,
    /// The numbers that are called; empty: all.
    pub numbers: Vec<NumberPattern>,
    /// Which numbers may be called at all.
    pub(in crate::menu) outside: Arc<Outside>,
    /// Said before the rest.
    pub intro: Option<Speech>,
    /// The number that the caller calls from is read out: 1 is right, 2 is another.
    pub offer: Confirm,
    /// How another number is taken, or one from whom theirs is withheld. `go` is where the caller
    /// goes when it can not be stored.
    pub number: Collect,
    /// It is stored. Good-bye.
    pub stored: Speech,
    /// It was stored already.
    pub kept: Speech,
    /// Before the time at which it was stored.
    pub since: Speech,
    /// Whose clock the time is told by; `None`: it is not told.
    pub clock: Option<Arc<Calendar>>,
    /// Times that can be chosen; `None`: as soon as somebody is free.
    pub slots: Option<Slots>,
    /// Whether times can be read, by language.
    pub(in crate::menu) reads_times: Vec<bool>,
}

impl Callback {
    /// The times that are offered in a language: none where they can not be read.
    pub fn slots_in(&self, language: LanguageId) -> Option<&Slots> {
        let read = self.reads_times.get(usize::from(language.place()));
        self.slots.as_ref().filter(|_| read == Some(&true))
    }

    /// The number as it is called, `00` as `+`; `None`: it is no number, or not one of those that
    /// are called.
    pub fn callable(&self, number: &str) -> Option<String> {
        let number = match number.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => number.to_owned(),
        };
        let digits = number.strip_prefix('+').unwrap_or(&number);
        let good = (FEWEST..=MOST).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (self.numbers.is_empty() || self.numbers.iter().any(|p| p.fits(&number)))
            && self.outside.calls_back(&PhoneNumber::new(&number));
        good.then_some(number)
    }

    pub(super) fn speeches(&self) -> Vec<&Speech> {
        let number = &self.number;
        let read_back = [&self.offer].into_iter().chain(&number.confirm);
        self.intro
            .iter()
            .chain(read_back.flat_map(|c| [&c.before, &c.after]))
            .chain([&number.speech])
            .chain(number.again.iter().flat_map(Again::both))
            .chain([&self.stored, &self.kept, &self.since])
            .chain(self.slots.iter().flat_map(Slots::speeches))
            .collect()
    }
}
