//! Danish.

use jiff::civil::{Date, Time};

use super::grammar::{Grammar, Noun, NounForms, letter, look_up, noun};
use super::phrase::{Join, Phrase};
use super::spaced::{Numbers, counted};
use super::value::{Case, Currency, Form, Gender};
use super::word::{self, Word};
use super::{month, read, weekday};

pub(super) struct Danish;

const NUMBERS: Numbers = Numbers {
    before_thousand: counted,
    before_million: common,
    million: [word::MILLION, word::MILLIONS],
    milliard: [word::MILLIARD, word::MILLIARDS],
    bare_ordinals: true,
};

impl Grammar for Danish {
    fn text(&self, word: Word) -> Option<String> {
        if let Some(text) = look_up(TABLE, word) {
            return Some(text.to_owned());
        }
        match word {
            Word::Cardinal(n, "") => below_hundred(n),
            Word::Hundreds(n) => Some(format!("{} hundrede", below_hundred(n)?)),
            Word::Ordinal(n, "") => ordinal(n),
            Word::UnitAnd(n) => Some(format!("{}og", stem(n)?)),
            Word::Letter(c) => Some(letter(c)),
            Word::Cardinal(..) | Word::Ordinal(..) | Word::Plain(_) => None,
        }
    }

    fn table(&self) -> &'static [(Word, &'static str)] {
        TABLE
    }

    fn cardinal(&self, out: &mut Phrase, n: u64, gender: Gender, _: Case) {
        let last = match gender {
            Gender::Counting | Gender::Neuter => counted,
            Gender::Masculine | Gender::Feminine => common,
        };
        NUMBERS.cardinal(out, n, last);
    }

    fn ordinal(&self, out: &mut Phrase, n: u32, gender: Gender, _: Case) {
        NUMBERS.ordinal(out, n, |out, n| match n {
            2 if gender == Gender::Neuter => out.push(Word::Ordinal(2, "et")),
            0..=31 => out.push(Word::Ordinal(n, "")),
            _ if n.is_multiple_of(10) => out.push(Word::Ordinal(n, "")),
            _ => {
                out.push(Word::UnitAnd(n % 10));
                out.add(Join::Glued, Word::Ordinal(n / 10 * 10, ""));
            }
        });
    }

    /// By hundreds from 1100 to 1999: "nitten hundrede og otteoghalvfems".
    fn year(&self, out: &mut Phrase, year: u16) {
        if !(1100..2000).contains(&year) {
            return NUMBERS.cardinal(out, year.into(), counted);
        }
        out.push(Word::Cardinal((year / 100) as u8, ""));
        out.push(word::HUNDRED);
        if !year.is_multiple_of(100) {
            out.push(word::AND);
            out.push(Word::Cardinal((year % 100) as u8, ""));
        }
    }

    fn date(&self, out: &mut Phrase, date: Date, form: &Form) {
        if form.weekday {
            out.push(weekday(date.weekday()));
        }
        out.push(word::THE);
        out.push(Word::Ordinal(date.day().unsigned_abs(), ""));
        out.push(month(date));
        if form.year {
            read::year(self, out, date);
        }
    }

    fn time(&self, out: &mut Phrase, time: Time) {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        out.push(Word::Cardinal(hour, ""));
        match minute {
            // "nul" alone is no time of day.
            0 if hour == 0 => out.push(Word::Cardinal(0, "")),
            0 => {}
            1..=9 => {
                out.push(Word::Cardinal(0, ""));
                out.push(Word::Cardinal(minute, ""));
            }
            _ => out.push(Word::Cardinal(minute, "")),
        }
    }

    fn noun(&self, what: Noun, _: Case) -> NounForms {
        use Gender::{Masculine as Common, Neuter};
        match what {
            Noun::Day => noun(Common, &[word::DAY], &[word::DAYS]),
            Noun::Hour => noun(Common, &[word::HOUR], &[word::HOURS]),
            Noun::Minute => noun(Neuter, &[word::MINUTE], &[word::MINUTES]),
            Noun::Second => noun(Neuter, &[word::SECOND], &[word::SECONDS]),
            Noun::Major(Currency::Eur) => noun(Common, &[word::EURO], &[word::EURO]),
            Noun::Major(Currency::Usd) => noun(Common, &[word::DOLLAR], &[word::DOLLAR]),
            Noun::Major(Currency::Gbp) => noun(Neuter, &[word::POUND], &[word::POUND]),
            // Crowns are the caller's own unless another country's is named.
            Noun::Major(Currency::Dkk) => noun(Common, &[word::KRONE], &[word::KRONER]),
            Noun::Major(Currency::Nok) => noun(
                Common,
                &[word::NORWEGIAN, word::KRONE],
                &[word::NORWEGIAN_PLURAL, word::KRONER],
            ),
            Noun::Major(Currency::Sek) => noun(
                Common,
                &[word::SWEDISH, word::KRONE],
                &[word::SWEDISH_PLURAL, word::KRONER],
            ),
            Noun::Major(Currency::Chf) => noun(Common, &[word::FRANC], &[word::FRANC]),
            Noun::Minor(Currency::Eur | Currency::Usd) => {
                noun(Common, &[word::CENT], &[word::CENT])
            }
            Noun::Minor(Currency::Gbp) => noun(Common, &[word::PENNY], &[word::PENCE]),
            Noun::Minor(Currency::Dkk | Currency::Nok | Currency::Sek) => {
                noun(Common, &[word::ORE], &[word::ORE])
            }
            Noun::Minor(Currency::Chf) => noun(Common, &[word::CENTIME], &[word::CENTIME]),
        }
    }
}

/// Before a noun of common gender, as "million" is too.
fn common(n: u8) -> Word {
    Word::Cardinal(n, if n == 1 { "en" } else { "" })
}

fn below_hundred(n: u8) -> Option<String> {
    if let Some(text) = SMALL.get(usize::from(n)) {
        return Some((*text).to_owned());
    }
    let tens = TENS.get(usize::from(n / 10))?;
    Some(match n % 10 {
        0 => (*tens).to_owned(),
        unit => format!("{}og{tens}", stem(unit)?),
    })
}

/// A unit within a word: "en", "to", …
fn stem(n: u8) -> Option<&'static str> {
    match n {
        1 => Some("en"),
        _ => SMALL.get(usize::from(n)).copied(),
    }
}

/// 0–31 and the tens.
fn ordinal(n: u8) -> Option<String> {
    if let Some(text) = ORDINALS.get(usize::from(n)) {
        return Some((*text).to_owned());
    }
    let tens = TENTHS.get(usize::from(n / 10))?;
    match n % 10 {
        0 => Some((*tens).to_owned()),
        unit if n <= 31 => Some(format!("{}og{tens}", stem(unit)?)),
        _ => None,
    }
}

const SMALL: [&str; 20] = [
    "nul", "et", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv",
    "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
];

/// From 20 on.
const TENS: [&str; 10] = [
    "",
    "",
    "tyve",
    "tredive",
    "fyrre",
    "halvtreds",
    "tres",
    "halvfjerds",
    "firs",
    "halvfems",
];

const ORDINALS: [&str; 20] = [
    "nulte",
    "første",
    "anden",
    "tredje",
    "fjerde",
    "femte",
    "sjette",
    "syvende",
    "ottende",
    "niende",
    "tiende",
    "ellevte",
    "tolvte",
    "trettende",
    "fjortende",
    "femtende",
    "sekstende",
    "syttende",
    "attende",
    "nittende",
];

/// From 20 on.
const TENTHS: [&str; 10] = [
    "",
    "",
    "tyvende",
    "tredivte",
    "fyrretyvende",
    "halvtredsindstyvende",
    "tresindstyvende",
    "halvfjerdsindstyvende",
    "firsindstyvende",
    "halvfemsindstyvende",
];

const TABLE: &[(Word, &str)] = &[
    (Word::Cardinal(1, "en"), "en"),
    (Word::Ordinal(2, "et"), "andet"),
    (word::MINUS, "minus"),
    (word::POINT, "komma"),
    (word::AND, "og"),
    (word::HUNDRED, "hundrede"),
    (word::THOUSAND, "tusind"),
    (word::MILLION, "million"),
    (word::MILLIONS, "millioner"),
    (word::MILLIARD, "milliard"),
    (word::MILLIARDS, "milliarder"),
    (word::HUNDREDTH, "hundrede"),
    (word::THOUSANDTH, "tusinde"),
    (word::MILLIONTH, "millionte"),
    (word::MILLIARDTH, "milliardte"),
    (word::THE, "den"),
    (word::AT, "klokken"),
    (word::DAY, "dag"),
    (word::DAYS, "dage"),
    (word::HOUR, "time"),
    (word::HOURS, "timer"),
    (word::MINUTE, "minut"),
    (word::MINUTES, "minutter"),
    (word::SECOND, "sekund"),
    (word::SECONDS, "sekunder"),
    (word::EURO, "euro"),
    (word::CENT, "cent"),
    (word::DOLLAR, "dollar"),
    (word::POUND, "pund"),
    (word::PENNY, "penny"),
    (word::PENCE, "pence"),
    (word::NORWEGIAN, "norsk"),
    (word::NORWEGIAN_PLURAL, "norske"),
    (word::SWEDISH, "svensk"),
    (word::SWEDISH_PLURAL, "svenske"),
    (word::KRONE, "krone"),
    (word::KRONER, "kroner"),
    (word::ORE, "øre"),
    (word::FRANC, "schweizerfranc"),
    (word::CENTIME, "rappen"),
    (word::PAUSE, ""),
    (word::PLUS, "plus"),
    (word::STAR, "stjerne"),
    (word::HASH, "firkant"),
    (word::DASH, "bindestreg"),
    (word::SLASH, "skråstreg"),
    (word::DOT, "punktum"),
    (word::UNDERSCORE, "understreg"),
    (word::MONTHS[0], "januar"),
    (word::MONTHS[1], "februar"),
    (word::MONTHS[2], "marts"),
    (word::MONTHS[3], "april"),
    (word::MONTHS[4], "maj"),
    (word::MONTHS[5], "juni"),
    (word::MONTHS[6], "juli"),
    (word::MONTHS[7], "august"),
    (word::MONTHS[8], "september"),
    (word::MONTHS[9], "oktober"),
    (word::MONTHS[10], "november"),
    (word::MONTHS[11], "december"),
    (word::WEEKDAYS[0], "mandag"),
    (word::WEEKDAYS[1], "tirsdag"),
    (word::WEEKDAYS[2], "onsdag"),
    (word::WEEKDAYS[3], "torsdag"),
    (word::WEEKDAYS[4], "fredag"),
    (word::WEEKDAYS[5], "lørdag"),
    (word::WEEKDAYS[6], "søndag"),
    (Word::Letter('ä'), "A med to prikker"),
    (Word::Letter('ö'), "O med to prikker"),
    (Word::Letter('ü'), "U med to prikker"),
    (Word::Letter('ß'), "tysk dobbelt-s"),
];
