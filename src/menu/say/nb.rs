//! Norwegian, Bokmål, with the counting that schools teach: "tjueén", "sju".

use jiff::civil::{Date, Time};

use super::grammar::{Grammar, Noun, NounForms, letter, look_up, noun};
use super::phrase::{Join, Phrase};
use super::spaced::{Numbers, counted};
use super::value::{Case, Currency, Form, Gender};
use super::word::{self, Word};
use super::{month, read, weekday};

pub(super) struct Norwegian;

const NUMBERS: Numbers = Numbers {
    before_thousand: neuter,
    before_million: counted,
    million: [word::MILLION, word::MILLIONS],
    milliard: [word::MILLIARD, word::MILLIARDS],
    bare_ordinals: true,
};

impl Grammar for Norwegian {
    fn text(&self, word: Word) -> Option<String> {
        if let Some(text) = look_up(TABLE, word) {
            return Some(text.to_owned());
        }
        match word {
            Word::Cardinal(n, "") => below_hundred(n, "én"),
            Word::Hundreds(1) => Some("ett hundre".into()),
            Word::Hundreds(n) => Some(format!("{} hundre", below_hundred(n, "én")?)),
            Word::Ordinal(n, "") => ordinal(n),
            Word::Letter(c) => Some(letter(c)),
            Word::Cardinal(..) | Word::Ordinal(..) | Word::UnitAnd(_) | Word::Plain(_) => None,
        }
    }

    fn table(&self) -> &'static [(Word, &'static str)] {
        TABLE
    }

    fn cardinal(&self, out: &mut Phrase, n: u64, gender: Gender, _: Case) {
        let last = match gender {
            Gender::Counting | Gender::Masculine | Gender::Feminine => counted,
            Gender::Neuter => neuter,
        };
        NUMBERS.cardinal(out, n, last);
    }

    fn ordinal(&self, out: &mut Phrase, n: u32, _: Gender, _: Case) {
        NUMBERS.ordinal(out, n, |out, n| match n {
            0..=31 => out.push(Word::Ordinal(n, "")),
            _ if n.is_multiple_of(10) => out.push(Word::Ordinal(n, "")),
            _ => {
                out.push(Word::Cardinal(n / 10 * 10, ""));
                out.add(Join::Glued, Word::Ordinal(n % 10, ""));
            }
        });
    }

    /// By pairs of digits, "nitten nittiåtte", "tjue tjueseks", except before 1100 and in a
    /// millennium's first ten years: "to tusen og fem".
    fn year(&self, out: &mut Phrase, year: u16) {
        let (century, rest) = ((year / 100) as u8, (year % 100) as u8);
        if year < 1100 || year % 1000 < 10 {
            return NUMBERS.cardinal(out, year.into(), counted);
        }
        out.push(Word::Cardinal(century, ""));
        match rest {
            0 => return out.push(word::HUNDRED),
            1..=9 => out.push(Word::Cardinal(0, "")),
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
        out.push(month(date));
        if form.year {
            read::year(self, out, date);
        }
    }

    fn time(&self, out: &mut Phrase, time: Time) {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        // "klokken ett", but "klokken tjueén".
        out.push(Word::Cardinal(hour, if hour == 1 { "ett" } else { "" }));
        match minute {
            // "null" alone is no time of day.
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
        use Gender::{Masculine, Neuter};
        match what {
            Noun::Day => noun(Masculine, &[word::DAY], &[word::DAYS]),
            Noun::Hour => noun(Masculine, &[word::HOUR], &[word::HOURS]),
            Noun::Minute => noun(Neuter, &[word::MINUTE], &[word::MINUTES]),
            Noun::Second => noun(Neuter, &[word::SECOND], &[word::SECONDS]),
            Noun::Major(Currency::Eur) => noun(Masculine, &[word::EURO], &[word::EURO]),
            Noun::Major(Currency::Usd) => noun(Masculine, &[word::DOLLAR], &[word::DOLLAR]),
            Noun::Major(Currency::Gbp) => noun(Neuter, &[word::POUND], &[word::POUND]),
            // Crowns are the caller's own unless another country's is named.
            Noun::Major(Currency::Nok) => noun(Masculine, &[word::KRONE], &[word::KRONER]),
            Noun::Major(Currency::Dkk) => noun(
                Masculine,
                &[word::DANISH, word::KRONE],
                &[word::DANISH_PLURAL, word::KRONER],
            ),
            Noun::Major(Currency::Sek) => noun(
                Masculine,
                &[word::SWEDISH, word::KRONE],
                &[word::SWEDISH_PLURAL, word::KRONER],
            ),
            Noun::Major(Currency::Chf) => noun(Masculine, &[word::FRANC], &[word::FRANC]),
            Noun::Minor(Currency::Eur | Currency::Usd) => {
                noun(Masculine, &[word::CENT], &[word::CENT])
            }
            Noun::Minor(Currency::Gbp) => noun(Masculine, &[word::PENNY], &[word::PENCE]),
            Noun::Minor(Currency::Dkk | Currency::Nok | Currency::Sek) => {
                noun(Neuter, &[word::ORE], &[word::ORE])
            }
            Noun::Minor(Currency::Chf) => noun(Masculine, &[word::CENTIME], &[word::CENTIME]),
        }
    }
}

/// Before a neuter noun, as "tusen" and "hundre" are too.
fn neuter(n: u8) -> Word {
    let ends_in_one = n % 10 == 1 && n != 11;
    Word::Cardinal(n, if ends_in_one { "ett" } else { "" })
}

fn below_hundred(n: u8, one: &str) -> Option<String> {
    let unit = match n % 10 {
        1 => one,
        unit => SMALL.get(usize::from(unit))?,
    };
    match n {
        1 => Some(one.to_owned()),
        0..20 => SMALL.get(usize::from(n)).map(|t| (*t).to_owned()),
        _ => {
            let tens = TENS.get(usize::from(n / 10))?;
            Some(match n % 10 {
                0 => (*tens).to_owned(),
                _ => format!("{tens}{unit}"),
            })
        }
    }
}

/// 0–31 and the tens.
fn ordinal(n: u8) -> Option<String> {
    if let Some(text) = ORDINALS.get(usize::from(n)) {
        return Some((*text).to_owned());
    }
    let tens = TENS.get(usize::from(n / 10))?;
    match n {
        20 => Some("tjuende".into()),
        _ if n.is_multiple_of(10) => Some(format!("{tens}ende")),
        21..=31 => Some(format!("{tens}{}", ORDINALS.get(usize::from(n % 10))?)),
        _ => None,
    }
}

const SMALL: [&str; 20] = [
    "null", "én", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv",
    "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
];

/// From 20 on.
const TENS: [&str; 10] = [
    "", "", "tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti",
];

const ORDINALS: [&str; 20] = [
    "nullte",
    "første",
    "andre",
    "tredje",
    "fjerde",
    "femte",
    "sjette",
    "sjuende",
    "åttende",
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

const TABLE: &[(Word, &str)] = &[
    (Word::Cardinal(1, "ett"), "ett"),
    (Word::Cardinal(21, "ett"), "tjueett"),
    (Word::Cardinal(31, "ett"), "trettiett"),
    (Word::Cardinal(41, "ett"), "førtiett"),
    (Word::Cardinal(51, "ett"), "femtiett"),
    (Word::Cardinal(61, "ett"), "sekstiett"),
    (Word::Cardinal(71, "ett"), "syttiett"),
    (Word::Cardinal(81, "ett"), "åttiett"),
    (Word::Cardinal(91, "ett"), "nittiett"),
    (word::MINUS, "minus"),
    (word::POINT, "komma"),
    (word::AND, "og"),
    (word::HUNDRED, "hundre"),
    (word::THOUSAND, "tusen"),
    (word::MILLION, "million"),
    (word::MILLIONS, "millioner"),
    (word::MILLIARD, "milliard"),
    (word::MILLIARDS, "milliarder"),
    (word::HUNDREDTH, "hundrede"),
    (word::THOUSANDTH, "tusende"),
    (word::MILLIONTH, "millionte"),
    (word::MILLIARDTH, "milliardte"),
    (word::THE, "den"),
    (word::AT, "klokken"),
    (word::DAY, "dag"),
    (word::DAYS, "dager"),
    (word::HOUR, "time"),
    (word::HOURS, "timer"),
    (word::MINUTE, "minutt"),
    (word::MINUTES, "minutter"),
    (word::SECOND, "sekund"),
    (word::SECONDS, "sekunder"),
    (word::EURO, "euro"),
    (word::CENT, "cent"),
    (word::DOLLAR, "dollar"),
    (word::POUND, "pund"),
    (word::PENNY, "penny"),
    (word::PENCE, "pence"),
    (word::DANISH, "dansk"),
    (word::DANISH_PLURAL, "danske"),
    (word::SWEDISH, "svensk"),
    (word::SWEDISH_PLURAL, "svenske"),
    (word::KRONE, "krone"),
    (word::KRONER, "kroner"),
    (word::ORE, "øre"),
    (word::FRANC, "sveitserfranc"),
    (word::CENTIME, "rappen"),
    (word::PAUSE, ""),
    (word::PLUS, "pluss"),
    (word::STAR, "stjerne"),
    (word::HASH, "firkant"),
    (word::DASH, "bindestrek"),
    (word::SLASH, "skråstrek"),
    (word::DOT, "punktum"),
    (word::UNDERSCORE, "understrek"),
    (word::MONTHS[0], "januar"),
    (word::MONTHS[1], "februar"),
    (word::MONTHS[2], "mars"),
    (word::MONTHS[3], "april"),
    (word::MONTHS[4], "mai"),
    (word::MONTHS[5], "juni"),
    (word::MONTHS[6], "juli"),
    (word::MONTHS[7], "august"),
    (word::MONTHS[8], "september"),
    (word::MONTHS[9], "oktober"),
    (word::MONTHS[10], "november"),
    (word::MONTHS[11], "desember"),
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
