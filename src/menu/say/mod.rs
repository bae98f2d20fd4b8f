//! Values read aloud: numbers, money, dates, times, durations, digits and codes in English,
//! German, Danish and Norwegian (Bokmål).
//!
//! What is known only during a call is spoken by joining recordings, so each language has a
//! finite [`vocabulary`] and [`say`] uses nothing else. All of a value is in words: speech
//! engines misread figures (espeak-ng German ordinals and currencies, for one).
//!
//! What stands before a value belongs to the sentence around it: "at" a time, "on" a date,
//! "am", "um", "klokken".

mod da;
mod de;
mod en;
mod grammar;
mod nb;
mod phrase;
mod read;
mod spaced;
#[cfg(test)]
mod tests;
mod value;
mod word;

pub use phrase::{Fragment, Phrase};
pub use value::{Case, Currency, Form, Gender, Grouping, Value};

use grammar::Grammar;
use jiff::civil::Weekday;
use word::Word;

/// A language in which values can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, with the "and" of British use.
    En,
    /// German.
    De,
    /// Danish.
    Da,
    /// Norwegian, Bokmål.
    Nb,
}

impl Language {
    /// Every one.
    pub const ALL: [Language; 4] = [Language::En, Language::De, Language::Da, Language::Nb];

    /// The language of a BCP 47 tag, whatever its region: `en`, `de-AT`, `nb`; `no` is Bokmål.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Language::En),
            "de" => Some(Language::De),
            "da" => Some(Language::Da),
            "nb" | "no" => Some(Language::Nb),
            _ => None,
        }
    }

    /// The tag, as the prompt folder is called.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::De => "de",
            Language::Da => "da",
            Language::Nb => "nb",
        }
    }

    fn grammar(self) -> &'static dyn Grammar {
        match self {
            Language::En => &en::English,
            Language::De => &de::German,
            Language::Da => &da::Danish,
            Language::Nb => &nb::Norwegian,
        }
    }
}

/// Marks between the groups of an account or telephone number.
const MARKS: &[char] = &[' ', '\u{a0}', '-', '.', '/', '(', ')'];

/// Reads a value. Every fragment of the phrase is in the language's [`vocabulary`].
pub fn say(language: Language, value: &Value, form: &Form) -> Phrase {
    let g = language.grammar();
    let mut out = Phrase::new(language);
    match value {
        Value::Integer(n) => read::integer(g, &mut out, *n, form),
        Value::Decimal { unscaled, places } => read::decimal(g, &mut out, *unscaled, *places),
        Value::Ordinal(n) => g.ordinal(&mut out, *n, form.gender, form.case),
        Value::Money { minor, currency } => {
            read::money(g, &mut out, *minor, *currency, form.case);
        }
        Value::Date(date) => g.date(&mut out, *date, form),
        Value::Weekday(day) => out.push(weekday(*day)),
        Value::Time(time) => g.time(&mut out, *time),
        Value::DateTime(at) => {
            g.date(&mut out, at.date(), form);
            out.push(word::AT);
            g.time(&mut out, at.time());
        }
        Value::Duration(d) => read::duration(g, &mut out, *d, form.case),
        Value::Digits(text) => read::characters(&mut out, text, form.grouping, MARKS),
        Value::Spelled(text) => read::characters(&mut out, text, form.grouping, &[' ', '\u{a0}']),
    }
    out
}

/// Every fragment of the language, for rendering or recording.
pub fn vocabulary(language: Language) -> Vec<Fragment> {
    let g = language.grammar();
    let fragment = |w: Word| Fragment {
        name: w.name(),
        text: g.text(w).unwrap_or_default(),
    };
    grammar::vocabulary(g).into_iter().map(fragment).collect()
}

fn weekday(day: Weekday) -> Word {
    word::WEEKDAYS[usize::from(day.to_monday_zero_offset().unsigned_abs()) % 7]
}

fn month(date: jiff::civil::Date) -> Word {
    word::MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12]
}
