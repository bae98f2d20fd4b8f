//! German: numbers are one word up to a million, and what follows bends "ein" and ordinals.

mod numbers;

use jiff::civil::{Date, Time};

use super::grammar::{Grammar, Noun, NounForms, letter, look_up, noun};
use super::phrase::{Join, Phrase};
use super::value::{Case, Currency, Form, Gender};
use super::word::{self, Word};
use super::{month, read, weekday};
use numbers::{number, place};

pub(super) struct German;

/// Before masculine and neuter nouns, and within a number.
const EIN: Word = Word::Cardinal(1, "ein");
/// Before feminine nouns, "Million" among them.
const EINE: Word = Word::Cardinal(1, "eine");

impl Grammar for German {
    fn text(&self, word: Word) -> Option<String> {
        if let Some(text) = look_up(TABLE, word) {
            return Some(text.to_owned());
        }
        match word {
            Word::Cardinal(n, "") => below_hundred(n),
            Word::Hundreds(n) => Some(format!("{}hundert", stem(n)?)),
            Word::Ordinal(n, ending @ ("" | "en")) => {
                let text = ordinal(n)?;
                Some(if ending == "en" { text + "n" } else { text })
            }
            Word::UnitAnd(n) => Some(format!("{}und", stem(n)?)),
            Word::Letter(c) => Some(letter(c)),
            Word::Cardinal(..) | Word::Ordinal(..) | Word::Plain(_) => None,
        }
    }

    fn table(&self) -> &'static [(Word, &'static str)] {
        TABLE
    }

    fn cardinal(&self, out: &mut Phrase, n: u64, gender: Gender, case: Case) {
        let last = match (n, gender) {
            (_, Gender::Counting) => Word::Cardinal(1, ""),
            (1, gender) => one(gender, case),
            // A one after greater words is not bent: "einhundertein Kronen".
            (_, Gender::Masculine | Gender::Feminine | Gender::Neuter) => EIN,
        };
        number(out, n, last);
    }

    fn ordinal(&self, out: &mut Phrase, n: u32, gender: Gender, case: Case) {
        let ending = match (case, gender) {
            (Case::Nominative, _) | (Case::Accusative, Gender::Feminine | Gender::Neuter) => "",
            (Case::Accusative, Gender::Counting | Gender::Masculine) | (Case::Dative, _) => "en",
        };
        place(out, n, ending);
    }

    /// By hundreds in the second half of the second millennium, in which they are in use:
    /// "neunzehnhundertachtundneunzig".
    fn year(&self, out: &mut Phrase, year: u16) {
        if !(1100..2000).contains(&year) {
            return number(out, year.into(), Word::Cardinal(1, ""));
        }
        out.push(Word::Cardinal((year / 100) as u8, ""));
        out.add(Join::Glued, word::HUNDRED);
        if !year.is_multiple_of(100) {
            out.add(Join::Glued, Word::Cardinal((year % 100) as u8, ""));
        }
    }

    /// Without a weekday the sentence brings the article of the other cases: "am ersten März".
    fn date(&self, out: &mut Phrase, date: Date, form: &Form) {
        let article = match form.case {
            Case::Nominative => word::THE,
            Case::Accusative => word::THE_ACCUSATIVE,
            Case::Dative => word::THE_DATIVE,
        };
        if form.weekday {
            out.push(weekday(date.weekday()));
            out.add(Join::Comma, article);
        } else if form.case == Case::Nominative {
            out.push(article);
        }
        let ending = match form.case {
            Case::Nominative => "",
            Case::Accusative | Case::Dative => "en",
        };
        out.push(Word::Ordinal(date.day().unsigned_abs(), ending));
        out.push(month(date));
        if form.year {
            read::year(self, out, date);
        }
    }

    fn time(&self, out: &mut Phrase, time: Time) {
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        out.push(if hour == 1 {
            EIN
        } else {
            Word::Cardinal(hour, "")
        });
        out.push(word::OCLOCK);
        if minute > 0 {
            out.push(Word::Cardinal(minute, ""));
        }
    }

    fn noun(&self, what: Noun, case: Case) -> NounForms {
        use Gender::{Feminine, Masculine, Neuter};
        let dative = case == Case::Dative;
        match what {
            Noun::Day if dative => noun(Masculine, &[word::DAY], &[word::DAYS_DATIVE]),
            Noun::Day => noun(Masculine, &[word::DAY], &[word::DAYS]),
            Noun::Hour => noun(Feminine, &[word::HOUR], &[word::HOURS]),
            Noun::Minute => noun(Feminine, &[word::MINUTE], &[word::MINUTES]),
            Noun::Second => noun(Feminine, &[word::SECOND], &[word::SECONDS]),
            Noun::Major(Currency::Eur) => noun(Masculine, &[word::EURO], &[word::EURO]),
            Noun::Major(Currency::Usd) => noun(Masculine, &[word::DOLLAR], &[word::DOLLAR]),
            Noun::Major(Currency::Gbp) => noun(Neuter, &[word::POUND], &[word::POUND]),
            Noun::Major(Currency::Chf) => noun(Masculine, &[word::FRANC], &[word::FRANC]),
            // Three countries have crowns, and none is a German-speaking caller's own.
            Noun::Major(Currency::Dkk) if dative => noun(
                Feminine,
                &[word::DANISH_DATIVE, word::KRONE],
                &[word::DANISH_DATIVE, word::KRONER],
            ),
            Noun::Major(Currency::Dkk) => noun(
                Feminine,
                &[word::DANISH, word::KRONE],
                &[word::DANISH, word::KRONER],
            ),
            Noun::Major(Currency::Nok) if dative => noun(
                Feminine,
                &[word::NORWEGIAN_DATIVE, word::KRONE],
                &[word::NORWEGIAN_DATIVE, word::KRONER],
            ),
            Noun::Major(Currency::Nok) => noun(
                Feminine,
                &[word::NORWEGIAN, word::KRONE],
                &[word::NORWEGIAN, word::KRONER],
            ),
            Noun::Major(Currency::Sek) if dative => noun(
                Feminine,
                &[word::SWEDISH_DATIVE, word::KRONE],
                &[word::SWEDISH_DATIVE, word::KRONER],
            ),
            Noun::Major(Currency::Sek) => noun(
                Feminine,
                &[word::SWEDISH, word::KRONE],
                &[word::SWEDISH, word::KRONER],
            ),
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

/// "ein", "eine", "einen", …
fn one(gender: Gender, case: Case) -> Word {
    match (gender, case) {
        (Gender::Counting, _) => Word::Cardinal(1, ""),
        (Gender::Feminine, Case::Nominative | Case::Accusative) => EINE,
        (Gender::Feminine, Case::Dative) => Word::Cardinal(1, "einer"),
        (Gender::Masculine, Case::Accusative) => Word::Cardinal(1, "einen"),
        (Gender::Masculine | Gender::Neuter, Case::Dative) => Word::Cardinal(1, "einem"),
        (Gender::Masculine, Case::Nominative)
        | (Gender::Neuter, Case::Nominative | Case::Accusative) => EIN,
    }
}

fn below_hundred(n: u8) -> Option<String> {
    if let Some(text) = SMALL.get(usize::from(n)) {
        return Some((*text).to_owned());
    }
    let tens = TENS.get(usize::from(n / 10))?;
    Some(match n % 10 {
        0 => (*tens).to_owned(),
        unit => format!("{}und{tens}", stem(unit)?),
    })
}

/// A unit within a word: "ein", "zwei", …
fn stem(n: u8) -> Option<&'static str> {
    match n {
        1 => Some("ein"),
        _ => SMALL.get(usize::from(n)).copied(),
    }
}

/// 0–31 and the tens.
fn ordinal(n: u8) -> Option<String> {
    match n {
        0 => Some("nullte".into()),
        1 => Some("erste".into()),
        3 => Some("dritte".into()),
        7 => Some("siebte".into()),
        8 => Some("achte".into()),
        2..20 => Some(below_hundred(n)? + "te"),
        20..=31 => Some(below_hundred(n)? + "ste"),
        _ if n.is_multiple_of(10) => Some(below_hundred(n)? + "ste"),
        _ => None,
    }
}

const SMALL: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];

/// From 20 on.
const TENS: [&str; 10] = [
    "", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig",
];

const TABLE: &[(Word, &str)] = &[
    (EIN, "ein"),
    (EINE, "eine"),
    (Word::Cardinal(1, "einen"), "einen"),
    (Word::Cardinal(1, "einem"), "einem"),
    (Word::Cardinal(1, "einer"), "einer"),
    (word::MINUS, "minus"),
    (word::POINT, "Komma"),
    (word::AND, "und"),
    (word::HUNDRED, "hundert"),
    (word::THOUSAND, "tausend"),
    (word::MILLION, "Million"),
    (word::MILLIONS, "Millionen"),
    (word::MILLIARD, "Milliarde"),
    (word::MILLIARDS, "Milliarden"),
    (word::HUNDREDTH, "hundertste"),
    (word::HUNDREDTH_EN, "hundertsten"),
    (word::THOUSANDTH, "tausendste"),
    (word::THOUSANDTH_EN, "tausendsten"),
    (word::MILLIONTH, "millionste"),
    (word::MILLIONTH_EN, "millionsten"),
    (word::MILLIARDTH, "milliardste"),
    (word::MILLIARDTH_EN, "milliardsten"),
    (word::THE, "der"),
    (word::THE_ACCUSATIVE, "den"),
    (word::THE_DATIVE, "dem"),
    (word::AT, "um"),
    (word::OCLOCK, "Uhr"),
    (word::DAY, "Tag"),
    (word::DAYS, "Tage"),
    (word::DAYS_DATIVE, "Tagen"),
    (word::HOUR, "Stunde"),
    (word::HOURS, "Stunden"),
    (word::MINUTE, "Minute"),
    (word::MINUTES, "Minuten"),
    (word::SECOND, "Sekunde"),
    (word::SECONDS, "Sekunden"),
    (word::EURO, "Euro"),
    (word::CENT, "Cent"),
    (word::DOLLAR, "Dollar"),
    (word::POUND, "Pfund"),
    (word::PENNY, "Penny"),
    (word::PENCE, "Pence"),
    (word::DANISH, "dänische"),
    (word::DANISH_DATIVE, "dänischen"),
    (word::NORWEGIAN, "norwegische"),
    (word::NORWEGIAN_DATIVE, "norwegischen"),
    (word::SWEDISH, "schwedische"),
    (word::SWEDISH_DATIVE, "schwedischen"),
    (word::KRONE, "Krone"),
    (word::KRONER, "Kronen"),
    (word::ORE, "Öre"),
    (word::FRANC, "Franken"),
    (word::CENTIME, "Rappen"),
    (word::PAUSE, ""),
    (word::PLUS, "plus"),
    (word::STAR, "Stern"),
    (word::HASH, "Raute"),
    (word::DASH, "Strich"),
    (word::SLASH, "Schrägstrich"),
    (word::DOT, "Punkt"),
    (word::UNDERSCORE, "Unterstrich"),
    (word::MONTHS[0], "Januar"),
    (word::MONTHS[1], "Februar"),
    (word::MONTHS[2], "März"),
    (word::MONTHS[3], "April"),
    (word::MONTHS[4], "Mai"),
    (word::MONTHS[5], "Juni"),
    (word::MONTHS[6], "Juli"),
    (word::MONTHS[7], "August"),
    (word::MONTHS[8], "September"),
    (word::MONTHS[9], "Oktober"),
    (word::MONTHS[10], "November"),
    (word::MONTHS[11], "Dezember"),
    (word::WEEKDAYS[0], "Montag"),
    (word::WEEKDAYS[1], "Dienstag"),
    (word::WEEKDAYS[2], "Mittwoch"),
    (word::WEEKDAYS[3], "Donnerstag"),
    (word::WEEKDAYS[4], "Freitag"),
    (word::WEEKDAYS[5], "Samstag"),
    (word::WEEKDAYS[6], "Sonntag"),
    (Word::Letter('æ'), "A-E-Ligatur"),
    (Word::Letter('ø'), "O mit Schrägstrich"),
    (Word::Letter('å'), "A mit Ring"),
    (Word::Letter('ß'), "Eszett"),
];
