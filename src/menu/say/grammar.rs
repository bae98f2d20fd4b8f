//! What a language must know so that values can be read in it.

use jiff::civil::{Date, Time};

use super::phrase::Phrase;
use super::value::{Case, Currency, Form, Gender};
use super::word::{self, Word};

/// The greatest number that is read as one; greater ones are read digit by digit.
pub(super) const GREATEST: u64 = 999_999_999_999;

/// A language. Words that a method adds are in the language's vocabulary; a test holds that.
pub(super) trait Grammar: Sync {
    /// What a word says, `None` if the language does not use it.
    fn text(&self, word: Word) -> Option<String>;

    /// The words that no range gives: see [`vocabulary`].
    fn table(&self) -> &'static [(Word, &'static str)];

    /// A number of at most [`GREATEST`], before a noun of that gender in that case.
    fn cardinal(&self, out: &mut Phrase, n: u64, gender: Gender, case: Case);

    /// A place in a row.
    fn ordinal(&self, out: &mut Phrase, n: u32, gender: Gender, case: Case);

    /// A year of at most four digits.
    fn year(&self, out: &mut Phrase, year: u16);

    /// A day as the form asks.
    fn date(&self, out: &mut Phrase, date: Date, form: &Form);

    /// A time of day without a word before it.
    fn time(&self, out: &mut Phrase, time: Time);

    /// What is counted.
    fn noun(&self, noun: Noun, case: Case) -> NounForms;
}

/// What the program itself counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Day,
    Hour,
    Minute,
    Second,
    /// The currency's unit.
    Major(Currency),
    /// Its hundredth.
    Minor(Currency),
}

/// A noun with what belongs to it, in the case that was asked for.
pub(super) struct NounForms {
    pub(super) gender: Gender,
    /// After exactly one.
    pub(super) one: &'static [Word],
    /// After any other number.
    pub(super) many: &'static [Word],
}

pub(super) const fn noun(gender: Gender, one: &'static [Word], many: &'static [Word]) -> NounForms {
    NounForms { gender, one, many }
}

/// Where a table has the word.
pub(super) fn look_up(table: &[(Word, &'static str)], word: Word) -> Option<&'static str> {
    table
        .iter()
        .find(|(w, _)| *w == word)
        .map(|(_, text)| *text)
}

/// Every word of a language: those of its table, and of the ranges those that it has.
pub(super) fn vocabulary(grammar: &dyn Grammar) -> Vec<Word> {
    let ranges = (0..100)
        .map(|n| Word::Cardinal(n, ""))
        .chain((1..10).map(Word::Hundreds))
        .chain((0..100).map(|n| Word::Ordinal(n, "")))
        .chain((0..100).map(|n| Word::Ordinal(n, "en")))
        .chain((1..10).map(Word::UnitAnd))
        .chain(word::MONTHS)
        .chain(word::WEEKDAYS)
        .chain(word::letters().map(Word::Letter));
    let table = grammar.table();
    ranges
        .filter(|w| look_up(table, *w).is_none() && grammar.text(*w).is_some())
        .chain(table.iter().map(|(w, _)| *w))
        .collect()
}

/// A letter's name where it is the letter itself.
pub(super) fn letter(c: char) -> String {
    c.to_uppercase().collect()
}
