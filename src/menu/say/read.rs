//! What is read alike in every language, but for its words.

use std::time::Duration;

use jiff::civil::Date;

use super::grammar::{GREATEST, Grammar, Noun};
use super::phrase::{Join, Phrase};
use super::value::{Case, Currency, Form, Gender, Grouping};
use super::word::{self, Word};

/// A number of any size.
pub(super) fn number(g: &dyn Grammar, out: &mut Phrase, n: u64, gender: Gender, case: Case) {
    if n > GREATEST {
        each_digit(out, &n.to_string());
    } else {
        g.cardinal(out, n, gender, case);
    }
}

fn each_digit(out: &mut Phrase, digits: &str) {
    digits
        .chars()
        .filter_map(Word::of_character)
        .for_each(|w| out.push(w));
}

/// A signed number.
pub(super) fn integer(g: &dyn Grammar, out: &mut Phrase, n: i64, form: &Form) {
    if n < 0 {
        out.push(word::MINUS);
    }
    number(g, out, n.unsigned_abs(), form.gender, form.case);
}

/// The whole part as a number, the places digit by digit.
pub(super) fn decimal(g: &dyn Grammar, out: &mut Phrase, unscaled: i64, places: u8) {
    if unscaled < 0 {
        out.push(word::MINUS);
    }
    let places = usize::from(places);
    let digits = format!("{:0>1$}", unscaled.unsigned_abs(), places + 1);
    let (whole, behind) = digits.split_at(digits.len() - places);
    let whole = whole.parse().unwrap_or(u64::MAX);
    number(g, out, whole, Gender::Counting, Case::Nominative);
    if !behind.is_empty() {
        out.push(word::POINT);
        each_digit(out, behind);
    }
}

/// So many of something.
fn counted(g: &dyn Grammar, out: &mut Phrase, n: u64, noun: Noun, case: Case) {
    let forms = g.noun(noun, case);
    number(g, out, n, forms.gender, case);
    let words = if n == 1 { forms.one } else { forms.many };
    words.iter().for_each(|w| out.push(*w));
}

/// The minor unit is named when there is some, the unit unless there is only the minor one.
pub(super) fn money(
    g: &dyn Grammar,
    out: &mut Phrase,
    amount: i64,
    currency: Currency,
    case: Case,
) {
    if amount < 0 {
        out.push(word::MINUS);
    }
    let (major, minor) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
    if major > 0 || minor == 0 {
        counted(g, out, major, Noun::Major(currency), case);
    }
    if minor > 0 {
        if major > 0 {
            out.push(word::AND);
        }
        counted(g, out, minor, Noun::Minor(currency), case);
    }
}

/// Units of which there are none are not named.
pub(super) fn duration(g: &dyn Grammar, out: &mut Phrase, duration: Duration, case: Case) {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 86_400, Noun::Day),
        (seconds / 3600 % 24, Noun::Hour),
        (seconds / 60 % 60, Noun::Minute),
        (seconds % 60, Noun::Second),
    ];
    let named: Vec<_> = parts.into_iter().filter(|(n, _)| *n > 0).collect();
    if named.is_empty() {
        return counted(g, out, 0, Noun::Second, case);
    }
    for (i, (n, noun)) in named.iter().enumerate() {
        if i > 0 && i + 1 == named.len() {
            out.push(word::AND);
        }
        let from = out.len();
        counted(g, out, *n, *noun, case);
        if i > 0 && i + 1 < named.len() {
            out.rejoin(from, Join::Comma);
        }
    }
}

/// The year of a date; those before the year 1 are negative, as in ISO 8601.
pub(super) fn year(g: &dyn Grammar, out: &mut Phrase, date: Date) {
    if date.year() < 0 {
        out.push(word::MINUS);
    }
    g.year(out, date.year().unsigned_abs());
}

/// Character by character. `marks`: which characters part groups and are not said.
pub(super) fn characters(out: &mut Phrase, text: &str, grouping: Grouping, marks: &[char]) {
    let mut in_group = 0_usize;
    let mut pause_due = false;
    for c in text.chars() {
        if marks.contains(&c) {
            pause_due |= grouping == Grouping::Written && in_group > 0;
            continue;
        }
        let Some(w) = Word::of_character(c) else {
            out.leave_out();
            continue;
        };
        if let Grouping::Every(size) = grouping {
            pause_due = in_group == usize::from(size.get());
        }
        if std::mem::take(&mut pause_due) {
            out.push(word::PAUSE);
            in_group = 0;
        }
        out.push(w);
        in_group += 1;
    }
}
