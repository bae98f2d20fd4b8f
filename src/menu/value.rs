//! Variables of a line: what callers enter and look-ups bring, typed.

use std::fmt;

use jiff::civil::{Date, Time};

use super::say::{self, Currency};
use crate::ids::{Digits, Key};

/// Longer digits are no value.
const MOST_DIGITS: usize = 32;
/// Longer text is no value.
const MOST_TEXT: usize = 64;

/// A variable of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the menu file, and on the context card.
    pub name: String,
    /// What it holds.
    pub kind: ValueKind,
    /// Never to be shown, said or stored in the clear.
    pub sensitive: bool,
}

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Digits as they were keyed: an account, a telephone number.
    Digits,
    /// A word or code: letters and digits.
    Text,
    /// A whole number.
    Number,
    /// An amount of money.
    Money(Currency),
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// Yes or no.
    Flag,
}

impl ValueKind {
    /// The word for it in a menu file.
    pub fn word(self) -> String {
        match self {
            ValueKind::Digits => "digits".to_owned(),
            ValueKind::Text => "text".to_owned(),
            ValueKind::Number => "number".to_owned(),
            ValueKind::Money(currency) => format!("money {}", currency.code()),
            ValueKind::Date => "date".to_owned(),
            ValueKind::Time => "time".to_owned(),
            ValueKind::Flag => "flag".to_owned(),
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<ValueKind> {
        let (first, rest) = word.split_once(' ').unwrap_or((word, ""));
        match (first, rest.trim()) {
            ("digits", "") => Some(ValueKind::Digits),
            ("text", "") => Some(ValueKind::Text),
            ("number", "") => Some(ValueKind::Number),
            ("money", code) => Currency::from_code(code).map(ValueKind::Money),
            ("date", "") => Some(ValueKind::Date),
            ("time", "") => Some(ValueKind::Time),
            ("flag", "") => Some(ValueKind::Flag),
            (_, _) => None,
        }
    }

    /// Whether it can be read aloud.
    pub fn can_be_said(self) -> bool {
        match self {
            ValueKind::Digits
            | ValueKind::Text
            | ValueKind::Number
            | ValueKind::Money(_)
            | ValueKind::Date
            | ValueKind::Time => true,
            ValueKind::Flag => false,
        }
    }
}

/// A value. `Debug` shows neither digits nor text: they may be a caller's number or PIN.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Digits as they were keyed.
    Digits(Digits),
    /// A word or code.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Money in minor units.
    Money(i64, Currency),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// A value as it is written in a menu file, or as a JSON text or number.
    pub fn parse(kind: ValueKind, text: &str) -> Option<Value> {
        Some(match kind {
            ValueKind::Digits => {
                let mut digits = Digits::new();
                for c in text.chars().filter(|c| !" -/.".contains(*c)) {
                    digits.push(Key::from_char(c).filter(|k| k.digit().is_some())?);
                }
                (1..=MOST_DIGITS)
                    .contains(&digits.len())
                    .then_some(Value::Digits(digits))?
            }
            ValueKind::Text => {
                let good = (1..=MOST_TEXT).contains(&text.chars().count());
                good.then(|| Value::Text(text.to_owned()))?
            }
            ValueKind::Number => Value::Number(text.parse().ok()?),
            ValueKind::Money(currency) => Value::Money(minor(text)?, currency),
            ValueKind::Date => Value::Date(text.parse().ok()?),
            ValueKind::Time => Value::Time(text.parse().ok()?),
            ValueKind::Flag => Value::Flag(match text {
                "true" | "yes" | "on" => true,
                "false" | "no" | "off" => false,
                _ => return None,
            }),
        })
    }

    /// In the clear, for the agent's screen and for look-ups. Not for logs.
    pub fn reveal(&self) -> String {
        match self {
            Value::Digits(digits) => digits.reveal().to_owned(),
            Value::Text(text) => text.clone(),
            Value::Number(n) => n.to_string(),
            Value::Money(minor, currency) => {
                let sign = if *minor < 0 { "-" } else { "" };
                let minor = minor.unsigned_abs();
                format!(
                    "{sign}{}.{:02} {}",
                    minor / 100,
                    minor % 100,
                    currency.code()
                )
            }
            Value::Date(date) => date.to_string(),
            Value::Time(time) => format!("{:02}:{:02}", time.hour(), time.minute()),
            Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        }
    }

    /// As it is read aloud; `None`: it can not be.
    pub fn said(&self) -> Option<say::Value> {
        Some(match self {
            Value::Digits(digits) => say::Value::Digits(digits.reveal().to_owned()),
            Value::Text(text) => say::Value::Spelled(text.clone()),
            Value::Number(n) => say::Value::Integer(*n),
            Value::Money(minor, currency) => say::Value::Money {
                minor: *minor,
                currency: *currency,
            },
            Value::Date(date) => say::Value::Date(*date),
            Value::Time(time) => say::Value::Time(*time),
            Value::Flag(_) => return None,
        })
    }
}

/// An amount as people write it, "12.50", in minor units; at most two decimals.
pub fn minor(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let scale = if part.len() == 1 { 10 } else { 1 };
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = part.parse().ok()?;
    whole
        .checked_mul(100)?
        .checked_add(part * scale)?
        .checked_mul(sign)
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Digits(digits) => write!(f, "{digits}"),
            Value::Text(text) => write!(f, "<{} characters>", text.chars().count()),
            Value::Number(_)
            | Value::Money(..)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Flag(_) => f.write_str(&self.reveal()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, amount) in [
            ("12.50", Some(1250)),
            ("12.5", Some(1250)),
            ("0", Some(0)),
            ("-3.05", Some(-305)),
            ("1.005", None),
            ("1.", None),
            (".5", None),
            ("+1", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(minor(text), amount, "{text}");
        }
    }

    #[test]
    fn values_are_read_and_revealed() {
        for (kind, text, revealed) in [
            ("digits", "12-34", Some("1234")),
            ("digits", "12a", None),
            ("text", "gold", Some("gold")),
            ("number", "-7", Some("-7")),
            ("money EUR", "-0.5", Some("-0.50 EUR")),
            ("date", "2026-12-24", Some("2026-12-24")),
            ("date", "2026-02-30", None),
            ("time", "17:59", Some("17:59")),
            ("flag", "yes", Some("yes")),
            ("flag", "perhaps", None),
        ] {
            let kind = ValueKind::from_word(kind).expect(kind);
            let value = Value::parse(kind, text).map(|v| v.reveal());
            assert_eq!(value.as_deref(), revealed, "{text}");
        }
    }
}
