//! What is read, and how.

use std::fmt;
use std::num::NonZeroU8;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time, Weekday};

/// What is read. `Debug` shows only the length of what may be a caller's number or code.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A whole number. Beyond ±999,999,999,999 it is read digit by digit.
    Integer(i64),
    /// A decimal: `unscaled` divided by ten to the power of `places`. All places are read, so
    /// that 1.10 stays "one point one zero".
    Decimal {
        /// The digits without the point.
        unscaled: i64,
        /// How many of them are behind the point.
        places: u8,
    },
    /// A place in a row: first, second, …
    Ordinal(u32),
    /// An amount of money.
    Money {
        /// In the currency's minor unit (cents, pence, øre).
        minor: i64,
        /// Of which currency.
        currency: Currency,
    },
    /// A day.
    Date(Date),
    /// A day of the week.
    Weekday(Weekday),
    /// A time of day, to the minute. English is read by the twelve-hour clock, the others by
    /// the twenty-four-hour clock.
    Time(Time),
    /// A day and a time of it.
    DateTime(DateTime),
    /// How long, in days, hours, minutes and seconds; what is below a second is dropped.
    Duration(Duration),
    /// An account or telephone number, digit by digit. Spaces, points, dashes, slashes and
    /// brackets part groups.
    Digits(String),
    /// A code, character by character: A–Z, æ ø å ä ö ü ß, digits and `+ * # - / . _`. Spaces
    /// part groups.
    Spelled(String),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Integer(n) => write!(f, "Integer({n})"),
            Value::Decimal { unscaled, places } => write!(f, "Decimal({unscaled}e-{places})"),
            Value::Ordinal(n) => write!(f, "Ordinal({n})"),
            Value::Money { minor, currency } => write!(f, "Money({minor} {currency:?})"),
            Value::Date(d) => write!(f, "Date({d})"),
            Value::Weekday(d) => write!(f, "Weekday({d:?})"),
            Value::Time(t) => write!(f, "Time({t})"),
            Value::DateTime(d) => write!(f, "DateTime({d})"),
            Value::Duration(d) => write!(f, "Duration({d:?})"),
            Value::Digits(s) => write!(f, "Digits(<{}>)", s.chars().count()),
            Value::Spelled(s) => write!(f, "Spelled(<{}>)", s.chars().count()),
        }
    }
}

/// A currency with two decimals, ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Euro.
    Eur,
    /// US dollar.
    Usd,
    /// Pound sterling.
    Gbp,
    /// Danish krone.
    Dkk,
    /// Norwegian krone.
    Nok,
    /// Swedish krona.
    Sek,
    /// Swiss franc.
    Chf,
}

impl Currency {
    /// Every one that we can read.
    pub const ALL: [Currency; 7] = [
        Currency::Eur,
        Currency::Usd,
        Currency::Gbp,
        Currency::Dkk,
        Currency::Nok,
        Currency::Sek,
        Currency::Chf,
    ];

    /// The alphabetic code of ISO 4217.
    pub fn code(self) -> &'static str {
        match self {
            Currency::Eur => "EUR",
            Currency::Usd => "USD",
            Currency::Gbp => "GBP",
            Currency::Dkk => "DKK",
            Currency::Nok => "NOK",
            Currency::Sek => "SEK",
            Currency::Chf => "CHF",
        }
    }

    /// The currency of that code, in capitals or not.
    pub fn from_code(code: &str) -> Option<Currency> {
        Currency::ALL
            .into_iter()
            .find(|c| c.code().eq_ignore_ascii_case(code))
    }
}

/// How a value is read. The default is a date in full, numbers as one counts, and groups as
/// they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Of what a number counts, where that is not part of the value.
    pub gender: Gender,
    /// The case that the sentence asks for (German only).
    pub case: Case,
    /// A date begins with its weekday.
    pub weekday: bool,
    /// A date ends with its year.
    pub year: bool,
    /// Where pauses are made in digits and codes.
    pub grouping: Grouping,
}

impl Default for Form {
    fn default() -> Form {
        Form {
            gender: Gender::Counting,
            case: Case::Nominative,
            weekday: true,
            year: true,
            grouping: Grouping::Written,
        }
    }
}

/// The gender of the noun behind an integer or ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gender {
    /// No noun follows: "eins", "et", "én".
    Counting,
    /// "ein Anruf"; Danish and Norwegian know it as common gender: "en", "én".
    Masculine,
    /// "eine Nachricht"; in Danish and Norwegian like the masculine.
    Feminine,
    /// "ein Konto", "et", "ett".
    Neuter,
}

/// The case in which a sentence takes a value: German "der erste", "den ersten", "dem ersten".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// "Heute ist …", "Das sind …".
    Nominative,
    /// "Ihr Guthaben beträgt …", "für …".
    Accusative,
    /// "am …", "bis zum …", "in …", "nach …".
    Dative,
}

/// Where pauses are made in digits and codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Nowhere.
    Unbroken,
    /// Where the text has a space or another mark between groups.
    Written,
    /// After that many characters, whatever marks the text has.
    Every(NonZeroU8),
}
