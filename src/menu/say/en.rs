//! English.

use jiff::civil::{Date, Time};

use super::grammar::{Grammar, Noun, NounForms, letter, look_up, noun};
use super::phrase::{Join, Phrase};
use super::spaced::{Numbers, counted};
use super::value::{Case, Currency, Form, Gender};
use super::word::{self, Word};
use super::{month, read, weekday};

pub(super) struct English;

const NUMBERS: Numbers = Numbers {
    before_thousand: counted,
    before_million: counted,
    million: [word::MILLION; 2],
    milliard: [word::MILLIARD; 2],
    bare_ordinals: false,
};

impl Grammar for English {
    fn text(&self, word: Word) -> Option<String> {
        if let Some(text) = look_up(TABLE, word) {
            return Some(text.to_owned());
        }
        match word {
            Word::Cardinal(n, "") => below_hundred(n),
            Word::Hundreds(n) => Some(format!("{} hundred", below_hundred(n)?)),
            Word::Ordinal(n, "") => ordinal(n),
            Word::Letter(c) => Some(letter(c)),
            Word::Cardinal(..) | Word::Ordinal(..) | Word::UnitAnd(_) | Word::Plain(_) => None,
        }
    }

    fn table(&self) -> &'static [(Word, &'static str)] {
        TABLE
    }

    fn cardinal(&self, out: &mut Phrase, n: u64, _: Gender, _: Case) {
        NUMBERS.cardinal(out, n, counted);
    }

    fn ordinal(&self, out: &mut Phrase, n: u32, _: Gender, _: Case) {
        NUMBERS.ordinal(out, n, |out, n| match n {
            0..=31 => out.push(Word::Ordinal(n, "")),
            _ if n.is_multiple_of(10) => out.push(Word::Ordinal(n, "")),
            _ => {
                out.push(Word::Cardinal(n / 10 * 10, ""));
                out.add(Join::Hyphen, Word::Ordinal(n % 10, ""));
            }
        });
    }

    /// By centuries, "nineteen oh five", except where a millennium is young: "two thousand and
    /// five".
    fn year(&self, out: &mut Phrase, year: u16) {
        let (century, rest) = ((year / 100) as u8, (year % 100) as u8);
        if year < 1000 || year % 1000 < 10 {
            return NUMBERS.cardinal(out, year.into(), counted);
        }
        out.push(Word::Cardinal(century, ""));
        match rest {
            0 => return out.push(word::HUNDRED),
            1..=9 => out.push(word::OH),
            _ => {}
        }
        out.push(Word::Cardinal(rest, ""));
    }

    fn date(&self, out: &mut Phrase, date: Date, form: &Form) {
        if form.weekday {
            out.push(weekday(date.weekday()));
        }
        out.push(word::THE);
        out.push(Word::Ordinal(date.day().unsigned_abs(), ""));
        out.push(word::OF);
        out.push(month(date));
        if form.year {
            read::year(self, out, date);
        }
    }

    fn time(&self, out: &mut Phrase, time: Time) {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        match (hour, minute) {
            (0, 0) => return out.push(word::MIDNIGHT),
            (12, 0) => return out.push(word::NOON),
            _ => {}
        }
        out.push(Word::Cardinal((hour + 11) % 12 + 1, ""));
        match minute {
            0 => {}
            1..=9 => {
                out.push(word::OH);
                out.push(Word::Cardinal(minute, ""));
            }
            _ => out.push(Word::Cardinal(minute, "")),
        }
        out.push(if hour < 12 { word::AM } else { word::PM });
    }

    fn noun(&self, what: Noun, _: Case) -> NounForms {
        let (one, many): (&[Word], &[Word]) = match what {
            Noun::Day => (&[word::DAY], &[word::DAYS]),
            Noun::Hour => (&[word::HOUR], &[word::HOURS]),
            Noun::Minute => (&[word::MINUTE], &[word::MINUTES]),
            Noun::Second => (&[word::SECOND], &[word::SECONDS]),
            Noun::Major(Currency::Eur) => (&[word::EURO], &[word::EUROS]),
            Noun::Major(Currency::Usd) => (&[word::DOLLAR], &[word::DOLLARS]),
            Noun::Major(Currency::Gbp) => (&[word::POUND], &[word::POUNDS]),
            // Three countries have crowns, and none is an English-speaking caller's own.
            Noun::Major(Currency::Dkk) => {
                (&[word::DANISH, word::KRONE], &[word::DANISH, word::KRONER])
            }
            Noun::Major(Currency::Nok) => (
                &[word::NORWEGIAN, word::KRONE],
                &[word::NORWEGIAN, word::KRONER],
            ),
            Noun::Major(Currency::Sek) => (
                &[word::SWEDISH, word::KRONA],
                &[word::SWEDISH, word::KRONOR],
            ),
            Noun::Major(Currency::Chf) => (&[word::FRANC], &[word::FRANCS]),
            Noun::Minor(Currency::Eur | Currency::Usd) => (&[word::CENT], &[word::CENTS]),
            Noun::Minor(Currency::Gbp) => (&[word::PENNY], &[word::PENCE]),
            Noun::Minor(Currency::Dkk | Currency::Nok | Currency::Sek) => {
                (&[word::ORE], &[word::ORE])
            }
            Noun::Minor(Currency::Chf) => (&[word::CENTIME], &[word::CENTIMES]),
        };
        noun(Gender::Counting, one, many)
    }
}

fn below_hundred(n: u8) -> Option<String> {
    if let Some(text) = SMALL.get(usize::from(n)) {
        return Some((*text).to_owned());
    }
    let tens = TENS.get(usize::from(n / 10))?;
    Some(match SMALL.get(usize::from(n % 10)) {
        Some(unit) if !n.is_multiple_of(10) => format!("{tens}-{unit}"),
        _ => (*tens).to_owned(),
    })
}

/// 0–31 and the tens.
fn ordinal(n: u8) -> Option<String> {
    let tens = TENS.get(usize::from(n / 10))?;
    match n {
        0..20 => ORDINALS.get(usize::from(n)).map(|t| (*t).to_owned()),
        _ if n.is_multiple_of(10) => Some(format!("{}ieth", tens.trim_end_matches('y'))),
        20..=31 => Some(format!("{tens}-{}", ORDINALS.get(usize::from(n % 10))?)),
        _ => None,
    }
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// From 20 on.
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

const TABLE: &[(Word, &str)] = &[
    (word::MINUS, "minus"),
    (word::POINT, "point"),
    (word::AND, "and"),
    (word::HUNDRED, "hundred"),
    (word::THOUSAND, "thousand"),
    (word::MILLION, "million"),
    (word::MILLIARD, "billion"),
    (word::HUNDREDTH, "hundredth"),
    (word::THOUSANDTH, "thousandth"),
    (word::MILLIONTH, "millionth"),
    (word::MILLIARDTH, "billionth"),
    (word::OH, "oh"),
    (word::THE, "the"),
    (word::OF, "of"),
    (word::AT, "at"),
    (word::AM, "a.m."),
    (word::PM, "p.m."),
    (word::NOON, "noon"),
    (word::MIDNIGHT, "midnight"),
    (word::DAY, "day"),
    (word::DAYS, "days"),
    (word::HOUR, "hour"),
    (word::HOURS, "hours"),
    (word::MINUTE, "minute"),
    (word::MINUTES, "minutes"),
    (word::SECOND, "second"),
    (word::SECONDS, "seconds"),
    (word::EURO, "euro"),
    (word::EUROS, "euros"),
    (word::CENT, "cent"),
    (word::CENTS, "cents"),
    (word::DOLLAR, "dollar"),
    (word::DOLLARS, "dollars"),
    (word::POUND, "pound"),
    (word::POUNDS, "pounds"),
    (word::PENNY, "penny"),
    (word::PENCE, "pence"),
    (word::DANISH, "Danish"),
    (word::NORWEGIAN, "Norwegian"),
    (word::SWEDISH, "Swedish"),
    (word::KRONE, "krone"),
    (word::KRONER, "kroner"),
    (word::KRONA, "krona"),
    (word::KRONOR, "kronor"),
    (word::ORE, "øre"),
    (word::FRANC, "Swiss franc"),
    (word::FRANCS, "Swiss francs"),
    (word::CENTIME, "centime"),
    (word::CENTIMES, "centimes"),
    (word::PAUSE, ""),
    (word::PLUS, "plus"),
    (word::STAR, "star"),
    (word::HASH, "hash"),
    (word::DASH, "dash"),
    (word::SLASH, "slash"),
    (word::DOT, "dot"),
    (word::UNDERSCORE, "underscore"),
    (word::MONTHS[0], "January"),
    (word::MONTHS[1], "February"),
    (word::MONTHS[2], "March"),
    (word::MONTHS[3], "April"),
    (word::MONTHS[4], "May"),
    (word::MONTHS[5], "June"),
    (word::MONTHS[6], "July"),
    (word::MONTHS[7], "August"),
    (word::MONTHS[8], "September"),
    (word::MONTHS[9], "October"),
    (word::MONTHS[10], "November"),
    (word::MONTHS[11], "December"),
    (word::WEEKDAYS[0], "Monday"),
    (word::WEEKDAYS[1], "Tuesday"),
    (word::WEEKDAYS[2], "Wednesday"),
    (word::WEEKDAYS[3], "Thursday"),
    (word::WEEKDAYS[4], "Friday"),
    (word::WEEKDAYS[5], "Saturday"),
    (word::WEEKDAYS[6], "Sunday"),
    (Word::Letter('æ'), "A E ligature"),
    (Word::Letter('ø'), "O slash"),
    (Word::Letter('å'), "A ring"),
    (Word::Letter('ä'), "A umlaut"),
    (Word::Letter('ö'), "O umlaut"),
    (Word::Letter('ü'), "U umlaut"),
    (Word::Letter('ß'), "sharp S"),
];
